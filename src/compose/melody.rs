//! A melody before an instrument plays it: when each line of a bar falls, who plays it, how many
//! instructions it stands for. Knows no instruments.

use super::conductor::Now;
use super::figures::cause;
use super::harmony::Chord;
use super::motif::{Shown, Stretch, step};
use super::theme::Variation;
use crate::fold::Gesture;
use crate::score::{Cause, Work};

/// `CO_GENERATOR`, `CO_COROUTINE` and `CO_ASYNC_GENERATOR` (CPython, Include/cpython/code.h).
const SUSPENDS: u32 = 0x20 | 0x80 | 0x200;

/// Who plays a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Player {
    /// The lead for a kind of work, for the first thread.
    Lead(Work),
    /// Another thread's, from 1.
    Thread(u16),
}

/// A note of the melody, still without a pitch.
#[derive(Debug, Clone, Copy)]
pub struct Tone {
    pub slot: u32,
    /// Sixteenths until the next one, or until the melody has to be silent.
    pub room: u32,
    pub player: Player,
    /// Step of the melody: the height of the value stack, and of the call stack.
    pub step: i32,
    /// With the instructions it stands for.
    pub cause: Cause,
    /// How much runs in it: 0 for nothing, then the logarithm of its instructions, 6 at most.
    pub weight: f64,
    /// It follows on a motif that was heard before, and is not part of it.
    pub is_new: bool,
}

/// The melody of a bar, sharing out all of its instructions. `onsets` are the sixteenths that it may take, one for
/// each line shown, before `end`.
pub fn tones(now: &Now, stretch: &Stretch, onsets: &[u32], end: u32) -> Vec<Tone> {
    let count = onsets.len().min(stretch.shown.len());
    let shown = &stretch.shown[..count];
    // Where frames suspend themselves, generators call and those who wait for them answer.
    let answers = now.work == Work::Suspend && shown.iter().any(|shown| suspends(now, shown.gesture));
    let raised = if now.variation == Variation::Raised { 2 } else { 0 };
    let mut left = now.figures.steps;
    let one = |(index, (&slot, shown)): (usize, (&u32, &Shown))| {
        let steps = left.div_ceil((count - index) as u64);
        left -= steps;
        let gesture = shown.gesture;
        let player = match gesture.thread {
            0 if answers && !suspends(now, gesture) => Player::Lead(Work::Call),
            0 => Player::Lead(now.work),
            thread => Player::Thread(thread),
        };
        Tone {
            slot,
            room: onsets[..count].get(index + 1).copied().unwrap_or(end) - slot,
            player,
            step: step(shown) + raised,
            cause: Cause { steps, depth: shown.depth, ..cause(gesture) },
            weight: libm::log2(1.0 + gesture.steps as f64).min(6.0),
            is_new: stretch.known > 0 && index >= stretch.known,
        }
    };
    onsets.iter().zip(shown).enumerate().map(one).collect()
}

fn suspends(now: &Now, gesture: &Gesture) -> bool {
    gesture.thread == 0 && now.codes.get(gesture.code.index()).is_some_and(|code| code.flags & SUSPENDS != 0)
}

/// Whether the lead still waits: the others begin, and carry what happens meanwhile.
pub fn waits(now: &Now) -> bool {
    now.fullness < 0.2 && now.bar < 2
}

/// Pitch number of a melody's step around `anchor`. A theme keeps its intervals over all chords of the key, so that
/// it is known again.
pub fn pitch(now: &Now, anchor: i32, slot: u32, step: i32) -> i32 {
    let chord = now.chord_at(slot);
    let chord = if chord.is_of(now.key) { Chord::home(now.key) } else { chord };
    chord.melodic(now.key, anchor + now.theme.register, step)
}
