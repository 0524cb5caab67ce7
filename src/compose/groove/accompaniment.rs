//! Bass, keys and strings: where we are, and how deep.

use super::{BASS, KEYS, Now, STRINGS};
use crate::compose::harmony::Chord;
use crate::compose::rhythm::{SLOTS, accent, arc, spread};
use crate::compose::sheet::Sheet;
use crate::music::{Key, Pitch};

/// Register of the keys: above the bass, below the lead.
const KEYS_LOW: u8 = 56;
const KEYS_HIGH: u8 = 77;
const STRINGS_LOW: u8 = 62;
const STRINGS_HIGH: u8 = 86;

/// Writes the three and gives back the voicing, from which the next bar's leads on.
pub fn write(sheet: &mut Sheet, now: &Now, key: Key, before: &[Pitch]) -> Vec<Pitch> {
    let half = Chord::dominant(key);
    bass(sheet, now, key, half);
    strings(sheet, now, key);
    keys(sheet, now, key, half, before)
}

/// More onsets the deeper the call stack, an octave lower from a mean depth of one and a half. The
/// last onset is the fifth: it leans towards what comes.
fn bass(sheet: &mut Sheet, now: &Now, key: Key, half: Chord) {
    let depth = now.figures.frame_depth;
    let onsets = match depth {
        c if c < 0.5 => 2,
        c if c < 1.5 => 4,
        c if c < 2.5 => 5,
        _ => 7,
    };
    let low = if depth >= 1.5 { 28 } else { 33 };
    let slots = spread(onsets, SLOTS, 0);
    for (index, &slot) in slots.iter().enumerate() {
        let chord = if now.closes && slot >= SLOTS / 2 { half } else { now.chord };
        let is_last = index + 1 == slots.len();
        let root = i32::from(Pitch::within(chord.root_in(key), low, low + 11).number());
        let pitch = Pitch::within(if is_last { root + 7 } else { root }, low, low + 19);
        let next = slots.get(index + 1).copied().unwrap_or(SLOTS);
        let velocity = 84.0 + accent(slot) * 0.6 + arc(now.bar) * 0.6 - if is_last { 6.0 } else { 0.0 };
        sheet.write(BASS, (now.bar, slot), (next - slot).min(6), pitch, velocity, now.figures.cause);
    }
}

/// A drone for as long as functions enclose us: a voice for each of the first frames.
fn strings(sheet: &mut Sheet, now: &Now, key: Key) {
    let voices = now.figures.frame_depth.round().min(3.0) as usize;
    // They join a section in its second bar, and leave the beginning of every period to the others.
    if voices == 0 || now.bar % 16 < 2 || now.in_section < 1 {
        return;
    }
    let slots = if now.closes { SLOTS / 2 } else { SLOTS };
    for pitch in now.chord.voiced(key, voices, &[], STRINGS_LOW, STRINGS_HIGH) {
        sheet.write(STRINGS, (now.bar, 0), slots, pitch, 52.0 + arc(now.bar) * 1.4, now.figures.cause);
    }
}

/// Comping. The seventh joins when the value stack gets high: the chord is as rich as the stack.
fn keys(sheet: &mut Sheet, now: &Now, key: Key, half: Chord, before: &[Pitch]) -> Vec<Pitch> {
    let voices = if now.figures.peak >= 4 { 4 } else { 3 };
    let mut voicing = now.chord.voiced(key, voices, before, KEYS_LOW, KEYS_HIGH);
    // Syncopation: functions comp on rhythms of their own.
    let pattern: &[u32] = match (now.activity > 0.35, now.function % 3) {
        (false, _) => &[0, 8],
        (true, 0) => &[0, 6, 8, 14],
        (true, 1) => &[0, 3, 8, 11],
        (true, _) => &[0, 6, 10],
    };
    for (index, &slot) in pattern.iter().enumerate() {
        if now.closes && slot >= SLOTS / 2 && index > 0 && pattern[index - 1] < SLOTS / 2 {
            voicing = half.voiced(key, 3, &voicing, KEYS_LOW, KEYS_HIGH);
        }
        let next = pattern.get(index + 1).copied().unwrap_or(SLOTS);
        for &pitch in &voicing {
            let velocity = 60.0 + accent(slot) * 0.8 + arc(now.bar);
            sheet.write(KEYS, (now.bar, slot), (next - slot).min(7), pitch, velocity, now.figures.cause);
        }
    }
    voicing
}
