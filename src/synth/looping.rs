//! A performance as a loop: what rings over its end is heard at its beginning, and its end flows into its
//! beginning without a seam, the mastering included.
//!
//! What plays is linear and begins anew with every pass, so its endless repetition is one pass with all that rings
//! on after it laid over the pass itself. First that tail is rendered and kept; then the sum goes through the
//! mastering pass after pass until the fader stands still. The mastering works in blocks, into which a pass does not
//! divide evenly, and its fader never stands quite still: over the last milliseconds the last pass gives way
//! to the end of the pass before it, which the beginning of the last followed.

use super::mastering::Mastering;
use super::playing::Playing;
use super::rendering::{BLOCK, LONGEST_TAIL_S, Split, Take, USUAL_TAIL_S};
use super::{FRAMES, SILENCE, SILENCE_S, SoundFont, Stereo, limiter};
use crate::perform::{Cue, Performance};

/// Seconds which the mastering is given to get used to the loop: the fader's mean then counts what was heard ten
/// times as much as what was expected.
const SETTLE_S: f64 = 15.0;
/// Seconds in which the end of the last pass gives way: longer than the limiter's recovery takes to be unheard, and
/// shorter than a sixteenth.
const BLEND_S: f64 = 0.02;
/// What is still below this before the mastering is silence after it: the fader lifts by 20 dB at most.
const UNHEARD: f32 = SILENCE / 10.0;

/// A loop, block by block; as long as the performance to the frame. Keeps its tail in memory: of the mix and of each
/// stem some seconds, however long the loop is.
#[derive(Debug)]
pub struct Looping<'a> {
    performance: &'a Performance,
    split: &'a Split,
    font: Option<&'a SoundFont>,
    sample_rate_hz: u32,
    /// Frames of a pass.
    frames: u64,
    pass: Pass<'a>,
    /// What rings on after a pass, by the frame of the pass on which it falls.
    tails: Vec<Vec<[f32; 2]>>,
    mastering: Mastering,
    /// Frames that came out of the mastering, from the first pass on.
    mastered: u64,
    /// The last block of it, and how many of its frames are taken.
    lines: Vec<Stereo>,
    taken: usize,
    /// Passes before the one that is given out.
    settling: u64,
    /// The end of the pass before that.
    before: Vec<Vec<[f32; 2]>>,
    given: u64,
    block: Vec<Vec<f32>>,
}

/// Renders a performance as a loop, played by a SoundFont where there is one, and its stems.
///
/// # Panics
/// If the rate is none that [`super::Synth::with_font`] takes.
pub fn looping<'a>(performance: &'a Performance, sample_rate_hz: u32, font: Option<&'a SoundFont>, split: &'a Split) -> Looping<'a> {
    let frames = performance.end.sample(performance.tempo, sample_rate_hz).max(1);
    let lines = 1 + split.stems;
    let mut looping = Looping {
        performance,
        split,
        font,
        sample_rate_hz,
        frames,
        pass: Pass::new(performance, split, sample_rate_hz, font),
        tails: vec![Vec::new(); lines],
        mastering: Mastering::new(sample_rate_hz, split.stems),
        mastered: 0,
        lines: vec![[[0.0; FRAMES]; 2]; lines],
        taken: FRAMES,
        settling: ((SETTLE_S * f64::from(sample_rate_hz)) as u64).div_ceil(frames).max(1),
        before: vec![Vec::new(); lines],
        given: 0,
        block: vec![Vec::with_capacity(2 * BLOCK); lines],
    };
    looping.keep_tail();
    looping
}

impl<'a> Looping<'a> {
    fn next_pass(&self) -> Pass<'a> {
        Pass::new(self.performance, self.split, self.sample_rate_hz, self.font)
    }

    /// Plays one pass and keeps what comes after it.
    fn keep_tail(&mut self) {
        let quiet_after = (SILENCE_S * f64::from(self.sample_rate_hz)) as u64;
        let latest = self.frames + LONGEST_TAIL_S * u64::from(self.sample_rate_hz);
        let mut heard_last = 0;
        loop {
            let at = self.pass.at;
            let is_quiet = self.pass.playing.voices_sounding() == 0 && at > heard_last + quiet_after;
            if at >= latest || (at >= self.frames && is_quiet) {
                break;
            }
            let lines = self.pass.next();
            if lines[0].iter().flatten().any(|sample| sample.abs() >= UNHEARD) {
                heard_last = at;
            }
            for (tail, [left, right]) in self.tails.iter_mut().zip(lines) {
                for (frame, sample) in (at..).zip(left.iter().zip(right)).filter(|(frame, _)| *frame >= self.frames) {
                    let place = ((frame - self.frames) % self.frames) as usize;
                    if place >= tail.len() {
                        tail.resize(place + 1, [0.0; 2]);
                    }
                    tail[place][0] += sample.0;
                    tail[place][1] += sample.1;
                }
            }
        }
        self.pass = self.next_pass();
    }

    /// Masters the next block of the endless repetition.
    fn master(&mut self) {
        let mut filled = 0;
        while filled < FRAMES {
            if self.pass.given == self.frames {
                self.pass = self.next_pass();
            }
            let span = self.pass.left_in_block().min(FRAMES - filled).min((self.frames - self.pass.given) as usize);
            for _ in 0..span {
                let at = self.pass.given as usize;
                for ((line, tail), [left, right]) in self.lines.iter_mut().zip(&self.tails).zip(self.pass.frame()) {
                    let [more_left, more_right] = tail.get(at).copied().unwrap_or_default();
                    line[0][filled] = left + more_left;
                    line[1][filled] = right + more_right;
                }
                self.pass.given += 1;
                filled += 1;
            }
        }
        self.mastering.render(&mut self.lines);
        self.taken = 0;
    }

    /// How much the pass before takes over at a frame of the last.
    fn share_before(&self, frame: u64) -> f32 {
        let from = self.frames - self.blended();
        if frame < from { 0.0 } else { (frame - from + 1) as f32 / self.blended() as f32 }
    }

    fn blended(&self) -> u64 {
        ((BLEND_S * f64::from(self.sample_rate_hz)) as u64).clamp(1, self.frames.div_ceil(2))
    }

    /// Takes the next frame out of the mastering.
    fn take(&mut self) {
        if self.taken == FRAMES {
            self.master();
        }
        // The limiter comes late.
        let latency = limiter::LATENCY as u64;
        let begins = latency + self.settling * self.frames;
        if (begins - self.blended()..begins).contains(&self.mastered) {
            for (before, [left, right]) in self.before.iter_mut().zip(&self.lines) {
                before.push([left[self.taken], right[self.taken]]);
            }
        } else if self.mastered >= begins {
            let share = self.share_before(self.given);
            let place = (self.given + self.blended()).checked_sub(self.frames).map(|place| place as usize);
            for ((out, before), [left, right]) in self.block.iter_mut().zip(&self.before).zip(&self.lines) {
                let [left, right] = [left[self.taken], right[self.taken]];
                let [old_left, old_right] = place.and_then(|place| before.get(place)).copied().unwrap_or([left, right]);
                out.extend_from_slice(&[left + share * (old_left - left), right + share * (old_right - right)]);
            }
            self.given += 1;
        }
        self.taken += 1;
        self.mastered += 1;
    }
}

impl Take for Looping<'_> {
    fn advance(&mut self) -> bool {
        self.block.iter_mut().for_each(Vec::clear);
        if self.given >= self.frames {
            return false;
        }
        for _ in 0..BLOCK {
            if self.given == self.frames {
                break;
            }
            self.take();
        }
        true
    }

    fn line(&self, number: usize) -> &[f32] {
        &self.block[number]
    }

    fn done_frames(&self) -> u64 {
        self.given
    }

    fn total_frames(&self) -> u64 {
        self.frames
    }

    fn progress(&self) -> (u64, u64) {
        let tail = self.frames + USUAL_TAIL_S * u64::from(self.sample_rate_hz);
        let total = tail + limiter::LATENCY as u64 + (self.settling + 1) * self.frames;
        (if self.given == self.frames { total } else { tail + self.mastered }, total)
    }
}

/// The performance played once, before the mastering; every pass is the same to the bit.
#[derive(Debug)]
struct Pass<'a> {
    performance: &'a Performance,
    split: &'a Split,
    sample_rate_hz: u32,
    playing: Playing,
    cues: &'a [Cue],
    /// Frames rendered, and of those how many were given on.
    at: u64,
    given: u64,
    lines: Vec<Stereo>,
}

impl<'a> Pass<'a> {
    fn new(performance: &'a Performance, split: &'a Split, sample_rate_hz: u32, font: Option<&SoundFont>) -> Self {
        Self {
            performance,
            split,
            sample_rate_hz,
            playing: Playing::new(sample_rate_hz, &performance.setups, font, split.stems),
            cues: &performance.cues,
            at: 0,
            given: 0,
            lines: vec![[[0.0; FRAMES]; 2]; 1 + split.stems],
        }
    }

    /// Renders the next block.
    fn next(&mut self) -> &[Stereo] {
        while let Some((cue, rest)) = self.cues.split_first() {
            let frame = cue.at.sample(self.performance.tempo, self.sample_rate_hz);
            if frame >= self.at + FRAMES as u64 {
                break;
            }
            self.playing.strike(cue.channel, cue.kind, self.split.stem(cue.kind), (frame - self.at) as usize);
            self.cues = rest;
        }
        self.playing.render(&mut self.lines);
        self.at += FRAMES as u64;
        &self.lines
    }

    /// Frames of the block that are not given on; renders the next one when there are none.
    fn left_in_block(&mut self) -> usize {
        if self.given == self.at {
            self.next();
        }
        (self.at - self.given) as usize
    }

    /// The frame that is given on next, of each line.
    fn frame(&self) -> impl Iterator<Item = [f32; 2]> {
        let place = FRAMES - (self.at - self.given) as usize;
        self.lines.iter().map(move |[left, right]| [left[place], right[place]])
    }
}
