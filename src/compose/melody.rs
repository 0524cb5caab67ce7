//! A melody before an instrument plays it: when each line of a bar falls, who plays it, how many
//! instructions it stands for. Knows no instruments.

use super::conductor::{Now, Written};
use super::figures::cause;
use super::harmony::Chord;
use super::mapping::Role;
use super::motif::{Shown, Stretch, step};
use super::sheet::{Register, Sheet};
use super::theme::Variation;
use crate::fold::Gesture;
use crate::music::Pitch;
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

/// Leads for threads other than the first; more threads take them in turn.
pub const THREADS: usize = 3;

impl Player {
    /// The part that plays, where the leads for the kinds of work begin with `first_lead` and those of other
    /// threads follow them.
    pub fn seat(self, first_lead: usize) -> usize {
        match self {
            Self::Lead(work) => first_lead + work as usize,
            Self::Thread(thread) => first_lead + Work::ALL.len() + usize::from(thread.max(1) - 1) % THREADS,
        }
    }
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
    let answers = answers(now, shown);
    let raised = if now.variation == Variation::Raised { 2 } else { 0 };
    let mut left = now.figures.steps;
    let one = |(index, (&slot, shown)): (usize, (&u32, &Shown))| {
        let steps = left.div_ceil((count - index) as u64);
        left -= steps;
        let gesture = shown.gesture;
        let player = match gesture.thread {
            0 if answers[index] => Player::Lead(Work::Call),
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

/// Which lines answer, where frames suspend themselves: those who wait for generators; where all who are shown
/// suspend themselves, as coroutines do, the voice changes whenever one frame hands over to another. Of a
/// conversation at least the call is heard.
fn answers(now: &Now, shown: &[Shown]) -> Vec<bool> {
    let suspend: Vec<bool> = shown.iter().map(|shown| suspends(now, shown.gesture)).collect();
    if now.work != Work::Suspend || !suspend.contains(&true) {
        return vec![false; shown.len()];
    }
    if suspend.contains(&false) {
        return suspend.iter().map(|suspends| !suspends).collect();
    }
    // Notes of one gesture hand over nothing.
    let hands_over =
        |pair: &[Shown]| pair[0].gesture.since != pair[1].gesture.since && pair.iter().all(|shown| shown.gesture.suspensions > 0);
    let changes = shown.windows(2).scan(false, |answers, pair| {
        *answers ^= hands_over(pair);
        Some(*answers)
    });
    std::iter::once(false).chain(changes).collect()
}

fn suspends(now: &Now, gesture: &Gesture) -> bool {
    gesture.thread == 0 && now.codes.get(gesture.code.index()).is_some_and(|code| code.flags & SUSPENDS != 0)
}

/// Whether the lead still waits: the others begin, and carry what happens meanwhile.
pub fn waits(now: &Now) -> bool {
    now.fullness < 0.2 && now.bar < 2
}

/// How many notes a bar may have, of `most`: long lines are told with fewer, a thinned theme with half.
pub fn most_notes(now: &Now, most: usize) -> usize {
    let most = most - (3.0 * now.character.breadth).round() as usize;
    match now.variation {
        Variation::Thinned => most / 2,
        _ if now.fullness < 0.4 => most - 2,
        _ => most,
    }
}

/// Whether the `index`-th tone is led to by its lower neighbour: it is new in this call, or the return is
/// embellished.
pub fn is_led_to(now: &Now, tone: &Tone, index: usize) -> bool {
    tone.is_new || now.variation == Variation::Embellished && index % 2 == 1
}

/// The lower neighbour of a note, which leads to it; it may lie a semitone below the register.
pub fn neighbour(pitch: Pitch, register: Register) -> Pitch {
    Pitch::within(i32::from(pitch.number()) - 1, register.low.saturating_sub(1), register.high)
}

/// Which thread has the melody.
#[derive(Debug, Default)]
pub struct Baton(u16);

impl Baton {
    /// Strikes a drum of the part `drums` where another thread takes over.
    pub fn pass(&mut self, sheet: &mut Sheet, now: &Now, tone: &Tone, drums: usize) {
        if tone.cause.thread != self.0 {
            self.0 = tone.cause.thread;
            let cause = Cause { is_state: true, ..tone.cause };
            let kit = &now.mapping.kit;
            let velocity = now.dynamics.at(kit.velocity(Role::HandOver), tone.slot, 0.5);
            sheet.write(drums, (now.bar, tone.slot), 1, kit.drum(Role::HandOver), velocity, cause);
        }
    }
}

/// What came of a melody.
pub fn written(melody: &[Tone]) -> Written {
    Written { notes: melody.len() as u32, leads: melody.iter().any(|tone| matches!(tone.player, Player::Lead(_))) }
}

/// Lets the part `carrier` carry a bar's instructions while the lead still waits.
pub fn carried(sheet: &mut Sheet, now: &Now, stretch: &Stretch, carrier: usize) -> Written {
    let cause = stretch.shown.first().map(|first| cause(first.gesture)).unwrap_or_default();
    let notes = sheet.share(carrier, now.bar, Cause { steps: now.figures.steps, ..cause });
    Written { notes, leads: false }
}

/// Pitch number of a melody's step around `anchor`. A theme keeps its intervals over all chords of the key, so that
/// it is known again.
pub fn pitch(now: &Now, anchor: i32, slot: u32, step: i32) -> i32 {
    let chord = now.chord_at(slot);
    let chord = if chord.is_of(now.key) { Chord::home(now.key) } else { chord };
    chord.melodic(&now.mapping.scale, now.key, anchor + now.theme.register, step)
}
