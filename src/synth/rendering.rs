//! A whole performance, block by block and in constant memory. The same samples as live playing gives.

use super::{NO_STEM, SoundFont, Synth};
use crate::perform::{Cue, CueKind, Performance};

/// Frames given out at a time.
pub(super) const BLOCK: usize = 1024;
/// Seconds after the music's end by which the tail is over as a rule; only for the progress.
pub(super) const USUAL_TAIL_S: u64 = 3;
/// Seconds after which a tail is cut. Never reached by our instruments: the longest falls to -100 dB in 12 s;
/// a SoundFont may hold anything.
pub(super) const LONGEST_TAIL_S: u64 = 30;

/// How a performance is divided into stems.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Split {
    /// How many there are.
    pub stems: usize,
    /// The stem of each note, from 0, by the note's number in the performance.
    pub of_note: Vec<usize>,
}

impl Split {
    pub(super) fn stem(&self, kind: CueKind) -> usize {
        match kind {
            CueKind::On { note, .. } => self.of_note.get(note as usize).copied().unwrap_or(NO_STEM),
            CueKind::Off { .. } => NO_STEM,
        }
    }
}

/// Sound that comes block by block, and the stems of which it is the sum.
pub trait Take {
    /// Makes the next block; `false` when there is none.
    fn advance(&mut self) -> bool;

    /// The block's samples, left and right in turn: of the mix (line 0), or of a stem (from line 1 on).
    fn line(&self, number: usize) -> &[f32];

    /// Frames given out so far.
    fn done_frames(&self) -> u64;

    /// Frames that there will be: maybe an estimate until the last is given out, then the truth.
    fn total_frames(&self) -> u64;

    /// How much of the work is done, and how much there is.
    fn progress(&self) -> (u64, u64) {
        (self.done_frames(), self.total_frames())
    }
}

/// The samples of a performance, one block after the other.
#[derive(Debug)]
pub struct Rendering<'a> {
    performance: &'a Performance,
    split: &'a Split,
    cues: &'a [Cue],
    synth: Synth,
    sample_rate_hz: u32,
    /// Frame of the music that the synth renders next.
    at: u64,
    given: u64,
    end: u64,
    is_over: bool,
    block: Vec<Vec<f32>>,
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
    const WHOLE: &Split = &Split { stems: 0, of_note: Vec::new() };
    rendering_split(performance, sample_rate_hz, font, WHOLE)
}

/// The same to the bit, with the stems of which it is the sum. They are rendered together, each voice once: who
/// makes room for whom, and how oscillators start, is as in the mix. Memory grows with the number of stems, by some
/// 150 KB each, but not with the length of the piece.
///
/// # Panics
/// If the rate is none that [`Synth::with_font`] takes.
pub fn rendering_split<'a>(performance: &'a Performance, sample_rate_hz: u32, font: Option<&SoundFont>, split: &'a Split) -> Rendering<'a> {
    let mut rendering = Rendering {
        performance,
        split,
        cues: &performance.cues,
        synth: Synth::with_stems(sample_rate_hz, &performance.setups, font, split.stems),
        sample_rate_hz,
        at: 0,
        given: 0,
        end: performance.end.sample(performance.tempo, sample_rate_hz),
        is_over: false,
        block: vec![Vec::with_capacity(BLOCK * 2); 1 + split.stems],
    };
    // The synth's latency is played into nothing, so that frame 0 is the start of the piece.
    rendering.fill(Synth::LATENCY_FRAMES);
    rendering
}

impl Rendering<'_> {
    /// The next frames, left and right in turn; `None` when the piece is over.
    pub fn next_block(&mut self) -> Option<&[f32]> {
        if self.advance() { Some(self.line(0)) } else { None }
    }

    fn fill(&mut self, frames: usize) {
        self.block.iter_mut().for_each(Vec::clear);
        let mut filled = 0;
        while filled < frames {
            while let Some((cue, rest)) = self.cues.split_first() {
                if cue.at.sample(self.performance.tempo, self.sample_rate_hz) > self.at {
                    break;
                }
                self.synth.strike_for(cue.channel, cue.kind, self.split.stem(cue.kind));
                self.cues = rest;
            }
            let next = self.cues.first().map_or(u64::MAX, |cue| cue.at.sample(self.performance.tempo, self.sample_rate_hz));
            let span = ((frames - filled) as u64).min(next - self.at) as usize;
            self.synth.render_lines(span, &mut self.block);
            filled += span;
            self.at += span as u64;
        }
    }
}

impl Take for Rendering<'_> {
    fn advance(&mut self) -> bool {
        if self.is_over {
            return false;
        }
        let mut frames = BLOCK;
        // The block in which a silent piece ends is cut at its end; a tail ends with a whole block.
        if self.given >= self.end {
            let is_done = self.synth.is_quiet() && self.cues.is_empty();
            if is_done || self.given >= self.end + LONGEST_TAIL_S * u64::from(self.sample_rate_hz) {
                self.is_over = true;
                return false;
            }
        } else if self.synth.is_quiet() && self.cues.is_empty() {
            frames = frames.min((self.end - self.given) as usize);
        }
        self.fill(frames);
        self.given += frames as u64;
        true
    }

    fn line(&self, number: usize) -> &[f32] {
        &self.block[number]
    }

    fn done_frames(&self) -> u64 {
        self.given
    }

    fn total_frames(&self) -> u64 {
        if self.is_over { self.given } else { self.given.max(self.end + USUAL_TAIL_S * u64::from(self.sample_rate_hz)) }
    }
}
