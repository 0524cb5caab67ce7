//! The lead: lines of the program as melody, the height of the value stack as pitch; and the harp, which
//! repeats the riff or goes along with the lead.

use super::drums::FILL;
use super::{BASS, DRUMS, HARP, SEATS, seat_of, seat_of_thread};
use crate::compose::conductor::{Now, Written};
use crate::compose::figures::cause;
use crate::compose::harmony::Chord;
use crate::compose::motif::{Stretch, step};
use crate::compose::rhythm::SLOTS;
use crate::compose::sheet::Sheet;
use crate::compose::theme::Variation;
use crate::fold::Gesture;
use crate::music::{Drum, Instrument, Patch, Pitch};
use crate::score::{Cause, Work};

/// Notes in a bar at most: more than one on every other sixteenth are no melody any more.
const MOST_NOTES: usize = 8;
/// `CO_GENERATOR`, `CO_COROUTINE` and `CO_ASYNC_GENERATOR` (CPython, Include/cpython/code.h).
const SUSPENDS: u32 = 0x20 | 0x80 | 0x200;

/// The players of the lead, and what they remember.
#[derive(Default)]
pub struct Lead {
    work: Option<Work>,
    thread: u16,
}

impl Lead {
    /// The seat which led last.
    pub fn seat(&self) -> usize {
        seat_of(self.work.unwrap_or(Work::Call))
    }

    /// Writes the bar's melody and gives the number of notes which carry its instructions.
    pub fn write(&mut self, sheet: &mut Sheet, now: &Now, stretch: &Stretch, riff: &[u16]) -> Written {
        let figures = now.figures;
        self.work = Some(now.work);
        let shown = &stretch.shown;
        if now.fullness < 0.2 && now.bar < 2 {
            // The band begins without its lead; the bass carries what happens meanwhile.
            let cause = shown.first().map(|first| cause(first.gesture)).unwrap_or_default();
            let notes = sheet.share(BASS, now.bar, Cause { steps: figures.steps, ..cause });
            return Written { notes, leads: false };
        }
        let last_slot = if now.closes { FILL } else { SLOTS };
        let onsets = now.theme.onsets(shown.len(), last_slot);
        // Where frames suspend themselves, generators call and those who wait for them answer.
        let answers = now.work == Work::Suspend && shown.iter().any(|shown| suspends(now, shown.gesture));
        let mut left = figures.steps;
        let mut melody = Vec::new();
        for (index, (&slot, shown)) in onsets.iter().zip(shown).enumerate() {
            let notes_left = (onsets.len() - index) as u64;
            let steps = left.div_ceil(notes_left);
            left -= steps;
            let next = onsets.get(index + 1).copied().unwrap_or(last_slot);
            let seat = seat_for(now, answers, shown.gesture);
            let step = step(shown) + if now.variation == Variation::Raised { 2 } else { 0 };
            let pitch = pitch(now, seat, slot, step);
            let long = 2.0 * libm::log2(1.0 + shown.gesture.steps as f64).min(6.0);
            let velocity = now.dynamics.at(72.0 + long, slot, 1.0);
            let cause = Cause { steps, depth: shown.depth, ..cause(shown.gesture) };
            self.hand_over(sheet, now, slot, shown.gesture);
            sheet.write(seat, (now.bar, slot), (next - slot).clamp(1, 6), pitch, velocity, cause);
            melody.push((slot, pitch, cause));
            // What is new in this call, or an embellished return, is led to by its lower neighbour.
            let is_new = stretch.known > 0 && index >= stretch.known;
            let is_free = slot > 0 && !onsets.contains(&(slot - 1));
            if (is_new || now.variation == Variation::Embellished && index % 2 == 1) && is_free {
                let neighbour = Pitch::within(i32::from(pitch.number()) - 1, 47, 100);
                let cause = Cause { is_state: true, ..cause };
                sheet.write(seat, (now.bar, slot - 1), 1, neighbour, velocity - 14.0, cause);
            }
        }
        harp(sheet, now, &melody, riff, last_slot);
        let leads = shown.iter().take(onsets.len()).any(|shown| shown.gesture.thread == 0);
        Written { notes: onsets.len() as u32, leads }
    }

    /// A triangle where another thread takes over.
    fn hand_over(&mut self, sheet: &mut Sheet, now: &Now, slot: u32, gesture: &Gesture) {
        if gesture.thread != self.thread {
            self.thread = gesture.thread;
            let cause = Cause { is_state: true, ..cause(gesture) };
            sheet.write(DRUMS, (now.bar, slot), 1, Drum::OpenTriangle.pitch(), now.dynamics.at(64.0, slot, 0.5), cause);
        }
    }
}

/// Other threads have their own colour.
fn seat_for(now: &Now, answers: bool, gesture: &Gesture) -> usize {
    match gesture.thread {
        0 if answers && !suspends(now, gesture) => seat_of(Work::Call),
        0 => seat_of(now.work),
        thread => seat_of_thread(thread),
    }
}

fn suspends(now: &Now, gesture: &Gesture) -> bool {
    gesture.thread == 0 && now.codes.get(gesture.code.index()).is_some_and(|code| code.flags & SUSPENDS != 0)
}

fn pitch(now: &Now, seat: usize, slot: u32, step: i32) -> Pitch {
    let anchor = register(SEATS[seat].instrument) + now.theme.register;
    let chord = now.chord_at(slot);
    // A theme keeps its intervals over all chords of the key, so that it is known again.
    let chord = if chord.is_of(now.key) { Chord::home(now.key) } else { chord };
    Pitch::within(chord.melodic(now.key, anchor, step), 48, 100)
}

/// How many notes a bar may have: long lines are told with fewer, a thinned theme with half.
pub fn most_notes(now: &Now) -> usize {
    let most = MOST_NOTES - (3.0 * now.character.breadth).round() as usize;
    match now.variation {
        Variation::Thinned => most / 2,
        _ if now.fullness < 0.4 => most - 2,
        _ => most,
    }
}

/// Pitch number around which an instrument plays.
fn register(instrument: Instrument) -> i32 {
    match instrument {
        Instrument::Melodic(Patch::KALIMBA | Patch::VIBRAPHONE | Patch::FLUTE | Patch::STEEL_DRUMS) => 70,
        _ => 62,
    }
}

/// What the harp plucks between the notes of the lead, from the beginning of each half bar, sixteenths.
const PLUCKS: [[u32; 3]; 4] = [[2, 3, 4], [1, 3, 5], [3, 5, 6], [2, 5, 7]];

/// The riff of the phrase, softly, three notes in each half bar; or the lead's own notes an octave above,
/// where a theme returns doubled.
fn harp(sheet: &mut Sheet, now: &Now, melody: &[(u32, Pitch, Cause)], riff: &[u16], last_slot: u32) {
    if now.character.size() < 0.25 || now.fullness < 0.45 {
        return;
    }
    let mut pluck = |slot: u32, pitch: Pitch, cause: Cause| {
        sheet.write(HARP, (now.bar, slot), 2, pitch, now.dynamics.at(48.0, slot, 0.8), Cause { is_state: true, ..cause });
    };
    if now.variation == Variation::Doubled {
        for &(slot, pitch, cause) in melody {
            pluck(slot, Pitch::within(i32::from(pitch.number()) + 12, 60, 103), cause);
        }
        return;
    }
    let slots = PLUCKS[now.theme.progression % PLUCKS.len()].into_iter().flat_map(|slot| [slot, slot + 8]);
    let mut slots: Vec<u32> = slots.filter(|&slot| slot < last_slot).collect();
    slots.sort_unstable();
    for (slot, &depth) in slots.into_iter().zip(riff.iter().cycle()) {
        let pitch = now.chord_at(slot).melodic(now.key, 74, i32::from(depth));
        pluck(slot, Pitch::within(pitch, 64, 103), Cause { depth, ..now.figures.cause });
    }
}
