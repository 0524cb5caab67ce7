//! WAV files: stereo, of 16 or 24 bits, or of floats. Knows nothing of what is written.

use std::io::{self, Seek, Write};

use super::depth::Depth;
use super::sound::Form;

/// Bytes of a header at most: past 16 bits it is that of WAVE_FORMAT_EXTENSIBLE.
const HEADER: u64 = 68;

/// Frames in 4 GiB, header deducted: the sizes in a WAV header have 32 bits (RIFF).
pub const fn most_frames(depth: Depth) -> u64 {
    (u32::MAX as u64 - HEADER) / (depth.bits() as u64 / 4)
}

pub fn begin<W: Write + Seek>(form: &Form, out: W) -> io::Result<hound::WavWriter<W>> {
    let sample_format = if form.depth == Depth::Float { hound::SampleFormat::Float } else { hound::SampleFormat::Int };
    let spec = hound::WavSpec { channels: 2, sample_rate: form.rate_hz, bits_per_sample: form.depth.bits(), sample_format };
    hound::WavWriter::new(out, spec).map_err(as_io)
}

pub fn numbers<W: Write + Seek>(file: &mut hound::WavWriter<W>, samples: &[i32]) -> io::Result<()> {
    if file.spec().bits_per_sample == 16 {
        // Several times as fast as sample by sample.
        let mut block = file.get_i16_writer(samples.len() as u32);
        for &sample in samples {
            block.write_sample(sample as i16);
        }
        return block.flush().map_err(as_io);
    }
    samples.iter().try_for_each(|&sample| file.write_sample(sample)).map_err(as_io)
}

pub fn floats<W: Write + Seek>(file: &mut hound::WavWriter<W>, samples: &[f32]) -> io::Result<()> {
    samples.iter().try_for_each(|&sample| file.write_sample(sample)).map_err(as_io)
}

/// Of what hound may complain, only the writing itself can happen here.
pub fn as_io(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}
