//! Sound as a file, WAV or FLAC, and its stems as files beside it. Streams: memory does not grow with the piece.
//! Knows nothing of paths.

use std::fmt;
use std::io::{self, Seek, Write};

use super::depth::{self, Depth, Quantiser};
use super::flac::Flac;
use super::wav;
use crate::synth::Take;

/// Farthest that stems may add up beside the mix: -90 dB of full scale. Our band's are a hundred times nearer; of a
/// SoundFont's voices some may have made room for others in the mix which had none to make room for in their stem.
const FARTHEST_APART: f64 = 3.16e-5;

/// What kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    Wav,
    Flac,
}

impl Container {
    /// How a file's name ends.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Flac => "flac",
        }
    }

    const fn most_frames(self, depth: Depth) -> u64 {
        match self {
            Self::Wav => wav::most_frames(depth),
            // A field of 36 bits (RFC 9639, 8.2).
            Self::Flac => (1 << 36) - 1,
        }
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wav => "WAV",
            Self::Flac => "FLAC",
        })
    }
}

/// How sound is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    pub container: Container,
    pub depth: Depth,
    pub rate_hz: u32,
}

#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    #[error("the piece lasts {seconds} seconds; a {container} file ends at {most_seconds}")]
    TooLong { container: Container, seconds: u64, most_seconds: u64 },
    #[error("a FLAC file holds whole numbers: 16 or 24 bits")]
    NoFloats,
    #[error("{files} files for {lines} lines of sound")]
    Files { files: usize, lines: usize },
    #[error("the stems add up to the mix only to {within_db:.0} dB: this SoundFont has more voices at once than it can play")]
    Apart { within_db: f64 },
    #[error("stem {number} is louder than whole numbers can tell")]
    TooLoud { number: usize },
    #[error("could not write the sound")]
    NotWritten(#[from] io::Error),
}

/// A file in the making.
enum File<W: Write + Seek> {
    Wav(hound::WavWriter<W>),
    Flac(Box<Flac<W>>),
}

impl<W: Write + Seek> File<W> {
    fn new(form: &Form, out: W) -> Result<Self, SoundError> {
        Ok(match form.container {
            Container::Wav => Self::Wav(wav::begin(form, out)?),
            Container::Flac => Self::Flac(Box::new(Flac::new(form, out)?)),
        })
    }

    fn numbers(&mut self, samples: &[i32]) -> io::Result<()> {
        match self {
            Self::Wav(file) => wav::numbers(file, samples),
            Self::Flac(file) => file.numbers(samples),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Wav(file) => file.finalize().map_err(wav::as_io),
            Self::Flac(file) => file.finish(),
        }
    }
}

/// Writes the mix into the first of `files`, and each stem into one of the others. `progress` is told the work done and
/// the work there will be; at the end the two are equal.
///
/// Where numbers are whole, those of the stems add up to those of the mix exactly. Written as floats they are what was
/// rendered, and add up as far as floats do.
pub fn write_sound<W: Write + Seek>(
    take: &mut impl Take,
    lines: usize,
    form: &Form,
    files: Vec<W>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), SoundError> {
    if files.len() != lines {
        return Err(SoundError::Files { files: files.len(), lines });
    }
    let most_frames = form.container.most_frames(form.depth);
    let too_long = |frames: u64| SoundError::TooLong {
        container: form.container,
        seconds: frames / u64::from(form.rate_hz),
        most_seconds: most_frames / u64::from(form.rate_hz),
    };
    if take.total_frames() > most_frames {
        return Err(too_long(take.total_frames()));
    }
    let mut files = files.into_iter().map(|out| File::new(form, out)).collect::<Result<Vec<_>, _>>()?;
    let mut quantiser = Quantiser::new(form.depth);
    let (mut numbers, mut apart) = (vec![Vec::new(); lines], 0.0f64);
    while take.advance() {
        let of: Vec<&[f32]> = (0..lines).map(|line| take.line(line)).collect();
        if form.depth == Depth::Float {
            for (file, samples) in files.iter_mut().zip(&of) {
                match file {
                    File::Wav(file) => wav::floats(file, samples)?,
                    File::Flac(_) => return Err(SoundError::NoFloats),
                }
            }
        } else {
            if let Some(number) = (1..lines).find(|&line| depth::is_too_loud(of[line])) {
                return Err(SoundError::TooLoud { number });
            }
            quantiser.quantise(&of, &mut numbers);
            for (file, numbers) in files.iter_mut().zip(&numbers) {
                file.numbers(numbers)?;
            }
        }
        if lines > 1 {
            apart = apart.max(depth::apart(&of));
        }
        let (done, total) = take.progress();
        if take.done_frames() > most_frames {
            return Err(too_long(take.total_frames()));
        }
        progress(done, total);
    }
    if apart > FARTHEST_APART {
        return Err(SoundError::Apart { within_db: 20.0 * libm::log10(apart) });
    }
    for file in files {
        file.finish()?;
    }
    let (done, total) = take.progress();
    progress(done, total);
    Ok(())
}
