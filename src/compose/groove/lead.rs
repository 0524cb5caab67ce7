//! The lead: lines of the program as melody, the height of the value stack as pitch; and the harp, which
//! repeats the riff or goes along with the lead.

use super::{BASS, DRUMS, FIRST_LEAD, HARP};
use crate::compose::conductor::{Now, Written};
use crate::compose::mapping::FILL;
use crate::compose::melody::{self, Baton, is_led_to, tones};
use crate::compose::motif::Stretch;
use crate::compose::rhythm::SLOTS;
use crate::compose::sheet::{Register, Sheet};
use crate::compose::theme::Variation;
use crate::music::Pitch;
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
        baton.pass(sheet, now, tone, DRUMS);
        let part = tone.player.seat(FIRST_LEAD);
        let seat = &now.mapping.seats()[part];
        let pitch = seat.register.of(melody::pitch(now, seat.centre, tone.slot, tone.step));
        let velocity = now.dynamics.at(seat.velocity + 2.0 * tone.weight, tone.slot, 1.0);
        sheet.write(part, (now.bar, tone.slot), tone.room.clamp(1, 6), pitch, velocity, tone.cause);
        played.push((tone.slot, pitch, tone.cause));
        if is_led_to(now, tone, index) && tone.slot > 0 && !onsets.contains(&(tone.slot - 1)) {
            let neighbour = melody::neighbour(pitch, seat.register);
            let cause = Cause { is_state: true, ..tone.cause };
            sheet.write(part, (now.bar, tone.slot - 1), 1, neighbour, velocity - 14.0, cause);
        }
    }
    harp(sheet, now, &played, riff, end);
    melody::written(&melody)
}

/// What the harp plucks between the notes of the lead, from the beginning of each half bar, sixteenths.
const PLUCKS: [[u32; 3]; 4] = [[2, 3, 4], [1, 3, 5], [3, 5, 6], [2, 5, 7]];

/// The riff (the heights of the stack in the bar's lines), softly, three notes in each half bar; or the lead's own notes an octave above,
/// where a theme returns doubled.
fn harp(sheet: &mut Sheet, now: &Now, melody: &[(u32, Pitch, Cause)], riff: &[u16], last_slot: u32) {
    if now.character.size() < 0.25 || now.fullness < 0.45 {
        return;
    }
    let seat = &now.mapping.seats()[HARP];
    let Register { low, high } = seat.register;
    let mut pluck = |slot: u32, pitch: Pitch, cause: Cause| {
        sheet.write(HARP, (now.bar, slot), 2, pitch, now.dynamics.at(seat.velocity, slot, 0.8), Cause { is_state: true, ..cause });
    };
    if now.variation == Variation::Doubled {
        for &(slot, pitch, cause) in melody {
            // With the lead it may lie a third lower than alone.
            pluck(slot, Pitch::within(i32::from(pitch.number()) + 12, low.saturating_sub(4), high), cause);
        }
        return;
    }
    let slots = PLUCKS[now.theme.progression % PLUCKS.len()].into_iter().flat_map(|slot| [slot, slot + 8]);
    let mut slots: Vec<u32> = slots.filter(|&slot| slot < last_slot).collect();
    slots.sort_unstable();
    for (slot, &depth) in slots.into_iter().zip(riff.iter().cycle()) {
        let pitch = now.chord_at(slot).melodic(&now.mapping.scale, now.key, seat.centre, i32::from(depth));
        pluck(slot, Pitch::within(pitch, low, high), Cause { depth, ..now.figures.cause });
    }
}
