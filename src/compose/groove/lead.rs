//! The lead: lines of the program as melody, the height of the value stack as pitch; and the harp,
//! which sketches the stack within a line.

use super::{BASS, HARP, Now};
use crate::compose::figures::cause;
use crate::compose::rhythm::{SLOTS, accent, arc, spread};
use crate::compose::sheet::Sheet;
use crate::fold::Gesture;
use crate::music::{Instrument, Key, Patch, Pitch};
use crate::score::Cause;

/// Notes in a bar at most: more than one on every other sixteenth are no melody any more.
const MOST_NOTES: usize = 8;
/// Fewer than this and the stack's own contour makes the notes.
const FEWEST_NOTES: usize = 4;

/// What one note of the lead shows.
#[derive(Clone, Copy)]
struct Shown<'a> {
    gesture: &'a Gesture,
    depth: u16,
}

/// Writes the lead on the part `seat` and gives back the number of notes which carry the bar's steps.
pub fn write(sheet: &mut Sheet, now: &Now, key: Key, seat: usize) -> u32 {
    let shown = stretch(&now.material.gestures);
    if now.bar == 0 {
        // The band begins without its lead; the bass carries what happens meanwhile.
        return carry_on_the_bass(sheet, now, &shown);
    }
    let last_slot = if now.closes { 12 } else { SLOTS };
    // Each function turns its rhythm another way round, so that themes differ.
    let rotation = [0, 3, 6, 2, 5, 1][now.function % 6];
    let onsets: Vec<u32> = if now.closes { spread(shown.len() as u32, last_slot, 0) } else { spread(shown.len() as u32, SLOTS, rotation) };
    let base = register(super::SEATS[seat].instrument) + i32::from(key.tonic());
    let mut left = now.figures.steps;
    for (index, (&slot, shown)) in onsets.iter().zip(&shown).enumerate() {
        let notes_left = (onsets.len() - index) as u64;
        let steps = left.div_ceil(notes_left);
        left -= steps;
        let next = onsets.get(index + 1).copied().unwrap_or(last_slot);
        let velocity =
            74.0 + accent(slot) + arc(now.bar) + 6.0 * now.activity + 2.0 * libm::log2(1.0 + shown.gesture.steps as f64).min(6.0);
        let cause = Cause { steps, depth: shown.depth, ..cause(shown.gesture) };
        sheet.write(seat, (now.bar, slot), (next - slot).clamp(1, 6), pitch(key, base, shown), velocity, cause);
    }
    harp(sheet, now, key, &shown, &onsets, last_slot);
    onsets.len() as u32
}

/// Pentatonic, one step for each value on the stack, and two for each frame: calls climb and returns
/// come down; from the fourth frame on the way turns, so that deep recursion goes on walking within reach.
fn pitch(key: Key, base: i32, shown: &Shown) -> Pitch {
    let step = i32::from(shown.depth) - 1 + 2 * climb(shown.gesture.frame_depth);
    Pitch::within(base + key.pentatonic(step), 48, 100)
}

/// 0 1 2 3 4 3 2 1 0 ...: one up or down for every frame.
fn climb(frame_depth: u16) -> i32 {
    const TOP: u16 = 4;
    let turn = frame_depth % (2 * TOP);
    i32::from(turn.min(2 * TOP - turn))
}

/// Pitch number of the C from which an instrument plays.
fn register(instrument: Instrument) -> i32 {
    match instrument {
        Instrument::Melodic(Patch::KALIMBA | Patch::VIBRAPHONE | Patch::FLUTE) => 60,
        _ => 48,
    }
}

/// The stretch that stands for a bar: from the first head of a loop, two of its turns if they are short,
/// up to eight line visits. Where there are few, each shows its contour.
fn stretch(gestures: &[Gesture]) -> Vec<Shown<'_>> {
    let head = gestures.iter().position(|gesture| gesture.turns > 0).map_or(0, |turn| turn + 1);
    let from = if gestures.len() - head >= FEWEST_NOTES { head } else { 0 };
    let ends = gestures[from..].iter().enumerate().filter(|(_, gesture)| gesture.turns > 0).map(|(index, _)| index + 1);
    let two_turns = ends.take_while(|&end| end <= MOST_NOTES).take(2).last().filter(|&end| end >= FEWEST_NOTES);
    let taken = &gestures[from..(from + two_turns.unwrap_or(MOST_NOTES)).min(gestures.len())];
    if taken.len() >= FEWEST_NOTES {
        return taken.iter().map(|gesture| Shown { gesture, depth: gesture.depth.peak }).collect();
    }
    let contours = taken.iter().flat_map(|gesture| {
        let depth = gesture.depth;
        [depth.first, depth.peak, depth.last].map(|depth| Shown { gesture, depth })
    });
    contours.take(MOST_NOTES).collect()
}

fn carry_on_the_bass(sheet: &mut Sheet, now: &Now, shown: &[Shown]) -> u32 {
    let Some(first) = shown.first() else { return 0 };
    sheet.share(BASS, now.bar, Cause { steps: now.figures.steps, ..cause(first.gesture) })
}

/// First, highest and last height of the stack of each line, softly between the notes of the lead.
fn harp(sheet: &mut Sheet, now: &Now, key: Key, shown: &[Shown], onsets: &[u32], last_slot: u32) {
    // It comes in with the second phrase of four bars, and rests in the first of every period.
    if now.activity <= 0.4 || now.bar % 16 < 4 {
        return;
    }
    let base = 60 + i32::from(key.tonic());
    let mut previous = u32::MAX;
    for (&onset, shown) in onsets.iter().zip(shown) {
        let contour = shown.gesture.depth;
        for (after, depth) in [(1, contour.first), (2, contour.peak), (3, contour.last)] {
            let slot = onset + after;
            if slot >= last_slot || onsets.contains(&slot) || previous != u32::MAX && slot <= previous {
                break;
            }
            previous = slot;
            let step = i32::from(depth) + 2 * climb(shown.gesture.frame_depth);
            let pitch = Pitch::within(base + key.pentatonic(step), 64, 103);
            let cause = Cause { is_state: true, depth, ..cause(shown.gesture) };
            sheet.write(HARP, (now.bar, slot), 2, pitch, 46.0 + accent(slot) * 0.5 + arc(now.bar), cause);
        }
    }
}
