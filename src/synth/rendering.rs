//! A whole performance, block by block and in constant memory. The same samples as live playing gives.

use super::{SoundFont, Synth};
use crate::perform::{Cue, Performance};

/// Frames given out at a time.
const BLOCK: usize = 1024;
/// Seconds after the music's end by which the tail is over as a rule; only for the progress.
const USUAL_TAIL_S: u64 = 3;
/// Seconds after which a tail is cut. Never reached by our instruments: the longest falls to -100 dB in 12 s;
/// a SoundFont may hold anything.
const LONGEST_TAIL_S: u64 = 30;

/// The samples of a performance, one block after the other.
#[derive(Debug)]
pub struct Rendering<'a> {
    performance: &'a Performance,
    cues: &'a [Cue],
    synth: Synth,
    sample_rate_hz: u32,
    /// Frame of the music that the synth renders next.
    at: u64,
    given: u64,
    end: u64,
    is_over: bool,
    block: Vec<f32>,
}

/// Renders a performance: each stroke on its very sample, until the music and its tail are over.
///
/// # Panics
/// If the rate is none that [`Synth::new`] takes.
pub fn rendering(performance: &Performance, sample_rate_hz: u32) -> Rendering<'_> {
    rendering_with(performance, sample_rate_hz, None)
}

/// The same, played by a SoundFont where there is one.
///
/// # Panics
/// If the rate is none that [`Synth::with_font`] takes.
pub fn rendering_with<'a>(performance: &'a Performance, sample_rate_hz: u32, font: Option<&SoundFont>) -> Rendering<'a> {
    let mut rendering = Rendering {
        performance,
        cues: &performance.cues,
        synth: Synth::with_font(sample_rate_hz, &performance.setups, font),
        sample_rate_hz,
        at: 0,
        given: 0,
        end: performance.end.sample(performance.tempo, sample_rate_hz),
        is_over: false,
        block: vec![0.0; BLOCK * 2],
    };
    // The synth's latency is played into nothing, so that frame 0 is the start of the piece.
    rendering.fill(Synth::LATENCY_FRAMES);
    rendering
}

impl Rendering<'_> {
    /// The next frames, left and right in turn; `None` when the piece is over.
    pub fn next_block(&mut self) -> Option<&[f32]> {
        if self.is_over {
            return None;
        }
        let mut frames = BLOCK;
        // The block in which a silent piece ends is cut at its end; a tail ends with a whole block.
        if self.given >= self.end {
            let is_done = self.synth.is_quiet() && self.cues.is_empty();
            if is_done || self.given >= self.end + LONGEST_TAIL_S * u64::from(self.sample_rate_hz) {
                self.is_over = true;
                return None;
            }
        } else if self.synth.is_quiet() && self.cues.is_empty() {
            frames = frames.min((self.end - self.given) as usize);
        }
        self.fill(frames);
        self.given += frames as u64;
        Some(&self.block[..frames * 2])
    }

    /// Frames given out so far.
    pub fn done_frames(&self) -> u64 {
        self.given
    }

    /// Frames that there will be: an estimate until the tail is over, then the truth.
    pub fn total_frames(&self) -> u64 {
        if self.is_over { self.given } else { self.given.max(self.end + USUAL_TAIL_S * u64::from(self.sample_rate_hz)) }
    }

    fn fill(&mut self, frames: usize) {
        let mut filled = 0;
        while filled < frames {
            while let Some((cue, rest)) = self.cues.split_first() {
                if cue.at.sample(self.performance.tempo, self.sample_rate_hz) > self.at {
                    break;
                }
                self.synth.strike(cue.channel, cue.kind);
                self.cues = rest;
            }
            let next = self.cues.first().map_or(u64::MAX, |cue| cue.at.sample(self.performance.tempo, self.sample_rate_hz));
            let span = ((frames - filled) as u64).min(next - self.at) as usize;
            self.synth.render(&mut self.block[filled * 2..(filled + span) * 2]);
            filled += span;
            self.at += span as u64;
        }
    }
}
