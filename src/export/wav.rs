//! A performance as a WAV file: stereo, 16 bits, dithered. Streams: memory does not grow with the piece.
//! Knows nothing of paths.
//!
//! Why 16 bits: what the synth calls silence is -100 dB, and dithered 16 bits are quiet to -93 dB, so 24
//! bits would add half the size and nothing to hear; and everything plays 16.

use std::io::{Seek, Write};

use crate::perform::Performance;
use crate::synth::{Noise, rendering};

/// The loudest number of 16 bits.
const FULL: f32 = 32_767.0;
/// Frames in 4 GiB of 16-bit stereo, header deducted: the sizes in a WAV header have 32 bits (RIFF).
const MOST_FRAMES: u64 = (u32::MAX as u64 - 64) / 4;

#[derive(Debug, thiserror::Error)]
pub enum WavError {
    #[error("the piece lasts {seconds} seconds; a WAV file ends at {most_seconds}")]
    TooLong { seconds: u64, most_seconds: u64 },
    #[error("could not write the WAV file")]
    NotWritten(#[from] hound::Error),
}

/// Writes `performance` as sound. `progress` is told the frames done and the frames there will be; at
/// the end the two are equal.
///
/// # Panics
/// If the rate is none that [`crate::synth::Synth::new`] takes.
pub fn write_wav(
    performance: &Performance,
    sample_rate_hz: u32,
    out: impl Write + Seek,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), WavError> {
    let too_long = |frames: u64| WavError::TooLong {
        seconds: frames / u64::from(sample_rate_hz),
        most_seconds: MOST_FRAMES / u64::from(sample_rate_hz),
    };
    let mut rendering = rendering(performance, sample_rate_hz);
    if rendering.total_frames() > MOST_FRAMES {
        return Err(too_long(rendering.total_frames()));
    }
    let spec = hound::WavSpec { channels: 2, sample_rate: sample_rate_hz, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut file = hound::WavWriter::new(out, spec)?;
    let mut noise = Noise::new(0x0d17_4e55);
    while let Some(block) = rendering.next_block() {
        let mut samples = file.get_i16_writer(block.len() as u32);
        for &sample in block {
            samples.write_sample(quantised(sample, &mut noise));
        }
        samples.flush()?;
        let (done, total) = (rendering.done_frames(), rendering.total_frames());
        if done > MOST_FRAMES {
            return Err(too_long(total));
        }
        progress(done, total);
    }
    file.finalize()?;
    progress(rendering.done_frames(), rendering.total_frames());
    Ok(())
}

/// The nearest of 65535 steps, after triangular noise of two steps (TPDF), which makes the error
/// independent of the music. Silence stays silence: there is nothing to be independent of.
fn quantised(sample: f32, noise: &mut Noise) -> i16 {
    if sample == 0.0 {
        return 0;
    }
    let dither = 0.5 * (noise.signed() + noise.signed());
    // Rounds to the nearest by whole numbers: `floor` of libm, the same everywhere.
    libm::floorf(sample * FULL + dither + 0.5).clamp(-FULL, FULL) as i16
}
