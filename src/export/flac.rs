//! FLAC (RFC 9639): frame by frame as sound comes, and at the end what only the end knows (length, checksum) into
//! the head. In memory are a frame of samples and the same frame packed.

use std::io::{self, Seek, SeekFrom, Write};

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, Stream, StreamInfo};
use flacenc::config::Encoder;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Context, Fill, FrameBuf};

use super::sound::Form;

/// Samples of a side in a frame, but for the last: what the reference encoder takes.
const FRAME: usize = 4096;

pub struct Flac<W: Write + Seek> {
    out: W,
    /// Where the file begins in `out`.
    begins: u64,
    config: Verified<Encoder>,
    info: StreamInfo,
    checksum: Context,
    /// Samples that wait for a frame, left and right in turn.
    waiting: Vec<i32>,
    frames: usize,
    smallest: usize,
    greatest: usize,
}

impl<W: Write + Seek> Flac<W> {
    /// Begins a file; `form` has a depth of whole numbers.
    pub fn new(form: &Form, mut out: W) -> io::Result<Self> {
        let bits = usize::from(form.depth.bits());
        let info = StreamInfo::new(form.rate_hz as usize, 2, bits).map_err(|error| unwritable(&error))?;
        let config = Encoder::default().into_verified().map_err(|(_, error)| unwritable(&error))?;
        let begins = out.stream_position()?;
        let mut flac = Self {
            out,
            begins,
            config,
            info,
            checksum: Context::new(bits, 2),
            waiting: Vec::with_capacity(4 * FRAME),
            frames: 0,
            smallest: usize::MAX,
            greatest: 0,
        };
        flac.head()?;
        Ok(flac)
    }

    pub fn numbers(&mut self, samples: &[i32]) -> io::Result<()> {
        self.waiting.extend_from_slice(samples);
        let mut taken = 0;
        while self.waiting.len() - taken >= 2 * FRAME {
            let frame = self.waiting[taken..taken + 2 * FRAME].to_vec();
            self.frame(&frame)?;
            taken += 2 * FRAME;
        }
        self.waiting.drain(..taken);
        Ok(())
    }

    /// Writes what waits, and the head anew.
    pub fn finish(mut self) -> io::Result<()> {
        if !self.waiting.is_empty() {
            let rest = std::mem::take(&mut self.waiting);
            self.frame(&rest)?;
        }
        self.info.set_total_samples(self.checksum.total_samples());
        self.info.set_md5_digest(&self.checksum.md5_digest());
        if self.frames > 0 {
            self.info.set_frame_sizes(self.smallest, self.greatest).map_err(|error| unwritable(&error))?;
        }
        let end = self.out.stream_position()?;
        self.out.seek(SeekFrom::Start(self.begins))?;
        self.head()?;
        self.out.seek(SeekFrom::Start(end))?;
        self.out.flush()
    }

    fn frame(&mut self, samples: &[i32]) -> io::Result<()> {
        let mut buffer = FrameBuf::with_size(2, FRAME).map_err(|error| unwritable(&error))?;
        buffer.fill_interleaved(samples).map_err(|error| unwritable(&error))?;
        self.checksum.fill_interleaved(samples).map_err(|error| unwritable(&error))?;
        let frame = flacenc::encode_fixed_size_frame(&self.config, &buffer, self.frames, &self.info).map_err(|error| unwritable(&error))?;
        let mut sink = ByteSink::with_capacity(frame.count_bits());
        frame.write(&mut sink).map_err(|error| unwritable(&error))?;
        let bytes = sink.as_slice();
        self.out.write_all(bytes)?;
        self.smallest = self.smallest.min(bytes.len());
        self.greatest = self.greatest.max(bytes.len());
        self.frames += 1;
        Ok(())
    }

    fn head(&mut self) -> io::Result<()> {
        // The last block may be shorter and does not count (RFC 9639, 8.2).
        self.info.set_block_sizes(FRAME, FRAME).map_err(|error| unwritable(&error))?;
        let mut sink = ByteSink::new();
        Stream::with_stream_info(self.info.clone()).write(&mut sink).map_err(|error| unwritable(&error))?;
        self.out.write_all(sink.as_slice())
    }
}

/// Cannot happen with the rates, depths and samples that are written here; told all the same.
fn unwritable(error: &dyn std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("the FLAC encoder refuses: {error}"))
}
