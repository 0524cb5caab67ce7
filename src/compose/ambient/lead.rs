//! The lead: a few of the program's lines as single notes that ring.

use super::{BASS, DRUMS, FIRST_LEAD, in_turn};
use crate::compose::conductor::{Now, Written};
use crate::compose::melody::{self, Baton, tones};
use crate::compose::motif::Stretch;
use crate::compose::rhythm::SLOTS;
use crate::compose::sheet::Sheet;
use crate::compose::theme::Variation;
use crate::score::Cause;

/// Notes in a bar at most.
const MOST_NOTES: usize = 6;
/// Sixteenths that a plucked note rings into others; those who blow are out of breath at the next note.
const RING: u32 = 7;

/// Writes the bar's melody and gives the number of notes which carry its instructions.
pub fn write(baton: &mut Baton, sheet: &mut Sheet, now: &Now, stretch: &Stretch) -> Written {
    if melody::waits(now) {
        return melody::carried(sheet, now, stretch, BASS);
    }
    let melody = tones(now, stretch, &now.theme.onsets(stretch.shown.len(), SLOTS), SLOTS);
    for tone in &melody {
        baton.pass(sheet, now, tone, DRUMS);
        let part = tone.player.seat(FIRST_LEAD);
        let seat = &now.mapping.seats()[part];
        let pitch = seat.register.of(melody::pitch(now, seat.centre, tone.slot, tone.step));
        let velocity = now.dynamics.at(seat.velocity + 2.0 * tone.weight, tone.slot, 0.8);
        let slots = if seat.is_blown { tone.room } else { tone.room.max(RING) };
        sheet.write(part, (now.bar, tone.slot), slots, pitch, velocity, tone.cause);
        // Where a theme returns doubled, its octave answers from afar.
        if now.variation == Variation::Doubled && tone.room > 4 {
            let cause = Cause { is_state: true, ..tone.cause };
            let above = seat.register.of(i32::from(pitch.number()) + 12);
            sheet.write(part, (now.bar, tone.slot + 3), tone.room - 3, above, velocity - 26.0, cause);
        }
    }
    melody::written(&melody)
}

/// How many notes a bar may have: fewer for long lines, and a phrase of five bars breathes.
pub fn most_notes(now: &Now) -> usize {
    let most = MOST_NOTES - (2.0 * now.character.breadth).round() as usize;
    let most = if now.variation == Variation::Thinned { most / 2 } else { most };
    let rest = in_turn([1, 0, 2, 1, 3], now) + usize::from(now.fullness < 0.4);
    most.saturating_sub(rest).max(1)
}
