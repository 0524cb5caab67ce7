//! Bass, keys and strings: where we are, and how deep.

use super::{BASS, KEYS, STRINGS};
use crate::compose::conductor::Now;
use crate::compose::rhythm::{SLOTS, spread};
use crate::compose::sheet::Sheet;
use crate::compose::theme::Manner;
use crate::music::Pitch;

/// More onsets the deeper the call stack, in the deep register from a mean depth of one and a half. The last
/// onset is the fifth: it leans towards what comes.
pub fn bass(sheet: &mut Sheet, now: &Now) {
    let depth = now.state.frame_depth;
    let seat = &now.mapping.seats()[BASS];
    let register = if depth >= 2 { seat.deep } else { seat.register };
    let slots = spread(seat.counts[usize::from(depth)], SLOTS, 0);
    for (index, &slot) in slots.iter().enumerate() {
        let chord = now.chord_at(slot);
        let root = i32::from(register.lowest(chord.root_in(now.key)).number());
        // Programs that call much leap to the octave.
        let interval = match (index + 1 == slots.len(), index % 2 == 1 && now.character.calling > 0.5) {
            (true, _) => chord.tones()[2],
            (false, true) => 12,
            (false, false) => 0,
        };
        let next = slots.get(index + 1).copied().unwrap_or(SLOTS);
        let velocity = now.dynamics.at(seat.velocity, slot, 0.6);
        sheet.write(BASS, (now.bar, slot), (next - slot).min(6), register.of(root + interval), velocity, now.figures.cause);
    }
}

/// A drone for as long as functions enclose us: a voice for each of the first frames.
pub fn strings(sheet: &mut Sheet, now: &Now) {
    let voices = now.figures.frame_depth.round().min(3.0) as usize;
    // Only a band that is large enough has them, and they join a section in its second bar.
    if voices == 0 || now.character.size() < 0.35 || now.fullness < 0.5 || now.in_section < 1 {
        return;
    }
    let seat = &now.mapping.seats()[STRINGS];
    let halves = if now.chords[0] == now.chords[1] { 1 } else { 2 };
    for half in 0..halves {
        let slots = SLOTS / halves;
        for pitch in now.chord_at(half * slots).voiced(now.key, voices, &[], seat.register.low, seat.register.high) {
            sheet.write(STRINGS, (now.bar, half * slots), slots, pitch, now.dynamics.at(seat.velocity, 8, 1.2), now.figures.cause);
        }
    }
}

/// The chords, in the manner of the function's theme. More voices the higher the value stack.
pub fn keys(sheet: &mut Sheet, now: &Now, riff: &[u16]) -> Vec<Pitch> {
    let voices = match (now.figures.peak, now.character.height) {
        (peak, height) if peak >= 5 && height > 0.5 => 4,
        (_, height) if height < 0.25 => 2,
        _ => 3,
    };
    // Each chord is always voiced alike, around the middle of the register, so that progressions are known again.
    let seat = &now.mapping.seats()[KEYS];
    let [first, second] = now.chords.map(|chord| chord.voiced(now.key, voices, &[], seat.register.low, seat.register.high));
    let voicing = |slot: u32| if slot < SLOTS / 2 { &first } else { &second };
    let manner = if now.fullness < 0.3 { Manner::Held } else { now.theme.manner };
    let mut strike = |slot: u32, slots: u32, pitch: Pitch| {
        sheet.write(KEYS, (now.bar, slot), slots, pitch, now.dynamics.at(seat.velocity, slot, 0.9), now.figures.cause);
    };
    match manner {
        Manner::Held => {
            for slot in [0, 8] {
                if slot == 8 && first == second {
                    continue;
                }
                let slots = if first == second { SLOTS } else { SLOTS / 2 };
                voicing(slot).iter().for_each(|&pitch| strike(slot, slots, pitch));
            }
        }
        Manner::Broken => {
            for slot in (0..SLOTS).step_by(2) {
                let tones = voicing(slot);
                // The stack's way up and down is the chord's.
                let depth = usize::from(riff.get(slot as usize / 2 % riff.len().max(1)).copied().unwrap_or(0));
                strike(slot, 2, tones[(depth + slot as usize / 2) % tones.len()]);
            }
        }
        Manner::Chords(slots) => {
            for (index, &slot) in slots.iter().enumerate() {
                let next = slots.get(index + 1).copied().unwrap_or(SLOTS);
                voicing(slot).iter().for_each(|&pitch| strike(slot, (next - slot).min(7), pitch));
            }
        }
    }
    second
}
