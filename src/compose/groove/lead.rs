//! The lead: lines of the program as melody, the height of the value stack as pitch; and the harp, which
//! repeats the riff or goes along with the lead.

use super::drums::FILL;
use super::{BASS, DRUMS, FIRST_LEAD, HARP, SEATS};
use crate::compose::conductor::{Now, Written};
use crate::compose::melody::{self, Baton, is_led_to, tones};
use crate::compose::motif::Stretch;
use crate::compose::rhythm::SLOTS;
use crate::compose::sheet::Sheet;
use crate::compose::theme::Variation;
use crate::music::{Instrument, Patch, Pitch};
use crate::score::Cause;

/// Notes in a bar at most: more than one on every other sixteenth are no melody any more.
pub const MOST_NOTES: usize = 8;

/// Writes the bar's melody and tells what came of it.
pub fn write(baton: &mut Baton, sheet: &mut Sheet, now: &Now, stretch: &Stretch, riff: &[u16]) -> Written {
    if melody::waits(now) {
        return melody::carried(sheet, now, stretch, BASS);
    }
    let end = if now.closes { FILL } else { SLOTS };
    let onsets = now.theme.onsets(stretch.shown.len(), end);
    let melody = tones(now, stretch, &onsets, end);
    let mut played = Vec::new();
    for (index, tone) in melody.iter().enumerate() {
        baton.pass(sheet, now, tone, DRUMS, 64.0);
        let seat = tone.player.seat(FIRST_LEAD);
        let pitch = Pitch::within(melody::pitch(now, register(SEATS[seat].instrument), tone.slot, tone.step), 48, 100);
        let velocity = now.dynamics.at(72.0 + 2.0 * tone.weight, tone.slot, 1.0);
        sheet.write(seat, (now.bar, tone.slot), tone.room.clamp(1, 6), pitch, velocity, tone.cause);
        played.push((tone.slot, pitch, tone.cause));
        if is_led_to(now, tone, index) && tone.slot > 0 && !onsets.contains(&(tone.slot - 1)) {
            let neighbour = Pitch::within(i32::from(pitch.number()) - 1, 47, 100);
            let cause = Cause { is_state: true, ..tone.cause };
            sheet.write(seat, (now.bar, tone.slot - 1), 1, neighbour, velocity - 14.0, cause);
        }
    }
    harp(sheet, now, &played, riff, end);
    melody::written(&melody)
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

/// The riff (the heights of the stack in the bar's lines), softly, three notes in each half bar; or the lead's own notes an octave above,
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
