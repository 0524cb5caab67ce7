//! The lead: lines of the program as melody, the height of the value stack as pitch; and the harp, which
//! sketches the stack within a line or goes along with the lead.

use super::drums::FILL;
use super::{BASS, DRUMS, HARP, SEATS, seat_of, seat_of_thread};
use crate::compose::conductor::Now;
use crate::compose::figures::cause;
use crate::compose::rhythm::SLOTS;
use crate::compose::sheet::Sheet;
use crate::compose::theme::Variation;
use crate::compose::work::{self, Work};
use crate::fold::Gesture;
use crate::music::{Drum, Instrument, Patch, Pitch};
use crate::score::Cause;
use crate::trace::CodeId;

/// Notes in a bar at most: more than one on every other sixteenth are no melody any more.
const MOST_NOTES: usize = 8;
/// Fewer than this and the stack's own contour makes the notes.
const FEWEST_NOTES: usize = 4;
/// `CO_GENERATOR`, `CO_COROUTINE` and `CO_ASYNC_GENERATOR` (CPython, Include/cpython/code.h).
const SUSPENDS: u32 = 0x20 | 0x80 | 0x200;

/// What one note of the lead shows.
#[derive(Clone, Copy)]
struct Shown<'a> {
    gesture: &'a Gesture,
    depth: u16,
}

/// Line and stack depth: what a theme was made of when it was heard last.
type Heard = Vec<(u32, u16)>;

/// The players of the lead, and what they remember.
#[derive(Default)]
pub struct Lead {
    work: Option<Work>,
    thread: u16,
    /// What each function's theme was made of, by code.
    themes: Vec<(CodeId, Heard)>,
}

impl Lead {
    /// The seat which led last.
    pub fn seat(&self) -> usize {
        seat_of(self.work.unwrap_or(Work::Call))
    }

    /// Writes the bar's melody and gives the number of notes which carry its instructions.
    pub fn write(&mut self, sheet: &mut Sheet, now: &Now) -> u32 {
        let figures = now.figures;
        let work = if figures.raised > 0 { Work::Fail } else { work::leading(&figures.families, self.work) };
        self.work = Some(work);
        let shown = stretch(&now.material.gestures, most_notes(now));
        if now.fullness < 0.2 && now.bar < 2 {
            // The band begins without its lead; the bass carries what happens meanwhile.
            let Some(first) = shown.first() else { return 0 };
            return sheet.share(BASS, now.bar, Cause { steps: figures.steps, ..cause(first.gesture) });
        }
        let last_slot = if now.closes { FILL } else { SLOTS };
        let onsets = now.theme.onsets(shown.len(), last_slot);
        let known = self.remember(figures.function, &shown);
        let mut left = figures.steps;
        let mut melody = Vec::new();
        for (index, (&slot, shown)) in onsets.iter().zip(&shown).enumerate() {
            let notes_left = (onsets.len() - index) as u64;
            let steps = left.div_ceil(notes_left);
            left -= steps;
            let next = onsets.get(index + 1).copied().unwrap_or(last_slot);
            let seat = self.seat_for(now, work, shown.gesture);
            let step = step(shown) + if now.variation == Variation::Raised { 2 } else { 0 };
            let pitch = self.pitch(now, seat, slot, step);
            let long = 2.0 * libm::log2(1.0 + shown.gesture.steps as f64).min(6.0);
            let velocity = now.dynamics.at(72.0 + long, slot, 1.0);
            let cause = Cause { steps, depth: shown.depth, ..cause(shown.gesture) };
            self.hand_over(sheet, now, slot, shown.gesture);
            sheet.write(seat, (now.bar, slot), (next - slot).clamp(1, 6), pitch, velocity, cause);
            melody.push((slot, pitch, cause));
            // What is new in this call, or an embellished return, is ornamented by the neighbour above.
            let is_new = known.as_ref().is_some_and(|known| !known.contains(&(shown.gesture.line, shown.depth)));
            if (is_new || now.variation == Variation::Embellished && index % 2 == 1) && next > slot + 2 {
                let neighbour = self.pitch(now, seat, slot, step + 1);
                let cause = Cause { is_state: true, ..cause };
                sheet.write(seat, (now.bar, slot + 2), 1, neighbour, velocity - 14.0, cause);
            }
        }
        harp(sheet, now, &shown, &melody, last_slot);
        onsets.len() as u32
    }

    /// What the function's theme was made of before; from now on it is made of `shown`.
    fn remember(&mut self, function: CodeId, shown: &[Shown]) -> Option<Heard> {
        let heard: Heard = shown.iter().map(|shown| (shown.gesture.line, shown.depth)).collect();
        match self.themes.binary_search_by_key(&function, |(code, _)| *code) {
            Ok(at) => Some(std::mem::replace(&mut self.themes[at].1, heard)),
            Err(at) => {
                self.themes.insert(at, (function, heard));
                None
            }
        }
    }

    /// Other threads have their own colour. Where frames suspend themselves, generators call and those
    /// who wait for them answer.
    fn seat_for(&self, now: &Now, work: Work, gesture: &Gesture) -> usize {
        if gesture.thread > 0 {
            return seat_of_thread(gesture.thread);
        }
        if work != Work::Suspend {
            return seat_of(work);
        }
        let suspends = now.codes.get(gesture.code.index()).is_none_or(|code| code.flags & SUSPENDS != 0);
        seat_of(if suspends { Work::Suspend } else { Work::Call })
    }

    fn pitch(&self, now: &Now, seat: usize, slot: u32, step: i32) -> Pitch {
        let anchor = register(SEATS[seat].instrument) + now.theme.register;
        Pitch::within(now.chord_at(slot).melodic(now.key, anchor, step), 48, 100)
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

/// How many notes a bar may have: long lines are told with fewer, a thinned theme with half.
fn most_notes(now: &Now) -> usize {
    let most = MOST_NOTES - (3.0 * now.character.breadth).round() as usize;
    match now.variation {
        Variation::Thinned => most / 2,
        _ if now.fullness < 0.4 => most - 2,
        _ => most,
    }
}

/// A step for each value on the stack, and two for each frame: calls climb and returns come down.
fn step(shown: &Shown) -> i32 {
    i32::from(shown.depth) - 1 + 2 * climb(shown.gesture.frame_depth)
}

/// 0 1 2 3 4 3 2 1 0 ...: one up or down for every frame; from the fourth frame on the way turns, so that
/// deep recursion goes on walking within reach.
fn climb(frame_depth: u16) -> i32 {
    const TOP: u16 = 4;
    let turn = frame_depth % (2 * TOP);
    i32::from(turn.min(2 * TOP - turn))
}

/// Pitch number around which an instrument plays.
fn register(instrument: Instrument) -> i32 {
    match instrument {
        Instrument::Melodic(Patch::KALIMBA | Patch::VIBRAPHONE | Patch::FLUTE | Patch::STEEL_DRUMS) => 70,
        _ => 62,
    }
}

/// The stretch that stands for a bar: from the first head of a loop, two of its turns if they are short,
/// up to `most` line visits. Where there are few, each shows its contour.
fn stretch(gestures: &[Gesture], most: usize) -> Vec<Shown<'_>> {
    let head = gestures.iter().position(|gesture| gesture.turns > 0).map_or(0, |turn| turn + 1);
    let from = if gestures.len() - head >= FEWEST_NOTES { head } else { 0 };
    let ends = gestures[from..].iter().enumerate().filter(|(_, gesture)| gesture.turns > 0).map(|(index, _)| index + 1);
    let two_turns = ends.take_while(|&end| end <= most).take(2).last().filter(|&end| end >= FEWEST_NOTES);
    let taken = &gestures[from..(from + two_turns.unwrap_or(most)).min(gestures.len())];
    if taken.len() >= FEWEST_NOTES.min(most) {
        return taken.iter().map(|gesture| Shown { gesture, depth: gesture.depth.peak }).collect();
    }
    let contours = taken.iter().flat_map(|gesture| {
        let depth = gesture.depth;
        [depth.first, depth.peak, depth.last].map(|depth| Shown { gesture, depth })
    });
    contours.take(most).collect()
}

/// First, highest and last height of the stack of each line, softly between the notes of the lead; or the
/// lead's own notes an octave above, where a theme returns doubled.
fn harp(sheet: &mut Sheet, now: &Now, shown: &[Shown], melody: &[(u32, Pitch, Cause)], last_slot: u32) {
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
    if now.activity < 2 {
        return;
    }
    let mut previous = None;
    for (&(onset, _, cause), shown) in melody.iter().zip(shown) {
        let contour = shown.gesture.depth;
        for (after, depth) in [(1, contour.first), (2, contour.peak), (3, contour.last)] {
            let slot = onset + after;
            if slot >= last_slot || melody.iter().any(|&(taken, ..)| taken == slot) || previous.is_some_and(|previous| slot <= previous) {
                break;
            }
            previous = Some(slot);
            let step = i32::from(depth) + 2 * climb(shown.gesture.frame_depth);
            let pitch = now.chord_at(slot).melodic(now.key, 72, step);
            pluck(slot, Pitch::within(pitch, 64, 103), Cause { depth, ..cause });
        }
    }
}
