//! A performance as a WAV file: stereo, 16 bits, dithered. Streams: memory does not grow with the piece.
//! Knows nothing of paths.
//!
//! Why 16 bits: what the synth calls silence is -100 dB, and dithered 16 bits are quiet to -93 dB, so 24
//! bits would add half the size and nothing to hear; and everything plays 16.

use std::io::{Seek, Write};

use crate::perform::Performance;
use crate::synth::{Noise, SoundFont, rendering_with};

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
    write_wav_with(performance, sample_rate_hz, None, out, progress)
}

/// The same, played by a SoundFont where there is one.
///
/// # Panics
/// If the rate is none that [`crate::synth::Synth::with_font`] takes.
pub fn write_wav_with(
    performance: &Performance,
    sample_rate_hz: u32,
    font: Option<&SoundFont>,
    out: impl Write + Seek,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), WavError> {
    let too_long = |frames: u64| WavError::TooLong {
        seconds: frames / u64::from(sample_rate_hz),
        most_seconds: MOST_FRAMES / u64::from(sample_rate_hz),
    };
    let mut rendering = rendering_with(performance, sample_rate_hz, font);
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::music::{Drum, Instrument, Level, Pan, Tempo, Tick, Velocity};
    use crate::perform::{Channel, ChannelSetup, Cue, CueKind};
    use crate::synth::rendering;

    fn one_stroke(end: Tick) -> Performance {
        let stroke = CueKind::On { pitch: Drum::Snare.pitch(), velocity: Velocity::nearest(100.0), note: 0 };
        Performance {
            title: "one stroke".to_owned(),
            tempo: Tempo::new(120).unwrap(),
            key: "C".parse().unwrap(),
            setups: vec![ChannelSetup {
                channel: Channel::DRUMS,
                name: "drums",
                instrument: Instrument::Drums,
                pan: Pan::CENTRE,
                level: Level::new(100).unwrap(),
            }],
            cues: vec![Cue { at: Tick(0), channel: Channel::DRUMS, kind: stroke }],
            causes: Vec::new(),
            harmony: Vec::new(),
            markers: Vec::new(),
            remarks: Vec::new(),
            states: Vec::new(),
            end,
        }
    }

    #[test]
    fn the_file_holds_the_rendering_to_within_a_step_and_progress_ends_at_the_end() {
        let performance = one_stroke(Tick(960));
        let (mut file, mut told) = (Cursor::new(Vec::new()), Vec::new());
        write_wav(&performance, 44_100, &mut file, &mut |done, total| told.push((done, total))).unwrap();
        file.set_position(0);
        let mut reader = hound::WavReader::new(file).unwrap();
        assert_eq!((reader.spec().channels, reader.spec().sample_rate, reader.spec().bits_per_sample), (2, 44_100, 16));
        let mut rendering = rendering(&performance, 44_100);
        let mut samples = reader.samples::<i16>();
        while let Some(block) = rendering.next_block() {
            for &sample in block {
                let written = f32::from(samples.next().unwrap().unwrap());
                assert!((written - sample * FULL).abs() <= 1.5, "{written} for {}", sample * FULL);
            }
        }
        assert!(samples.next().is_none());
        assert!(told.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        assert!(told.iter().all(|(done, total)| done <= total));
        assert_eq!(*told.last().unwrap(), (rendering.done_frames(), rendering.done_frames()));
    }

    #[test]
    fn a_piece_which_no_wav_file_can_hold_is_refused_before_anything_is_written() {
        let mut file = Cursor::new(Vec::new());
        let refusal = write_wav(&one_stroke(Tick(u32::MAX)), 48_000, &mut file, &mut |_, _| {});
        assert!(matches!(refusal, Err(WavError::TooLong { .. })), "{refusal:?}");
        assert!(file.into_inner().is_empty());
    }

    #[test]
    fn dither_is_fair_and_leaves_silence_alone() {
        let mut noise = Noise::new(1);
        assert!((0..1000).all(|_| quantised(0.0, &mut noise) == 0));
        // A third of a step must come out as a third on average: that is what dither is for.
        let mean = (0..100_000).map(|_| f64::from(quantised(1.0 / 3.0 / FULL, &mut noise))).sum::<f64>() / 100_000.0;
        assert!((mean - 1.0 / 3.0).abs() < 0.01, "{mean}");
    }
}
