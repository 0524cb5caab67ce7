//! Which step is seen at which moment: joins notes to the tape.

use std::ops::Range;

use super::Tape;
use crate::music::{Pitch, Tick, Velocity};
use crate::perform::{Channel, Performance};
use crate::score::Cause;
use crate::trace::Family;

#[derive(Debug, Clone, PartialEq)]
pub struct Struck {
    pub at: Tick,
    pub end: Tick,
    pub channel: Channel,
    pub pitch: Pitch,
    pub velocity: Velocity,
    pub cause: Cause,
    /// The family that is most often in what is shown.
    pub family: Family,
    /// Steps of the tape that are shown for it.
    pub shown: Range<u64>,
}

/// One for each piece; grows with live music.
pub struct Playhead {}

impl Playhead {
    pub fn new() -> Self {
        todo!()
    }

    /// Takes in music that follows what is there.
    pub fn add(&mut self, _performance: &Performance, _tape: &Tape) {
        todo!()
    }

    /// The step seen at a moment.
    pub fn step_at(&self, _now: Tick) -> Option<u64> {
        todo!()
    }

    /// The moment at which a step, or the stretch it was folded into, sounds.
    pub fn tick_of(&self, _step: u64) -> Option<Tick> {
        todo!()
    }

    /// The next moment after `now`, the start coming after the end, at which a line of the program sounds.
    pub fn next_on_line(&self, _now: Tick, _line: u32, _tape: &Tape) -> Option<Tick> {
        todo!()
    }

    /// Notes which may sound between two moments, in the order in which they are struck.
    pub fn notes(&self, _from: Tick, _to: Tick) -> &[Struck] {
        todo!()
    }

    /// All notes so far.
    pub fn struck(&self) -> &[Struck] {
        todo!()
    }

    /// The note that leads at a moment: its index among all.
    pub fn note_at(&self, _now: Tick) -> Option<usize> {
        todo!()
    }

    /// Indices of the notes which stand for a step.
    pub fn causes_of_step(&self, _step: u64) -> Vec<usize> {
        todo!()
    }
}
