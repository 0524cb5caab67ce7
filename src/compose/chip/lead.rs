//! The lead: lines of the program as melody, the height of the value stack as pitch, and its own echo in the
//! gaps, as there is no other voice to fill them.

use super::{ARPEGGIO, DRUMS, FIRST_LEAD};
use crate::compose::conductor::{Now, Written};
use crate::compose::mapping::FILL;
use crate::compose::melody::{self, Baton, Tone, is_led_to, tones};
use crate::compose::motif::Stretch;
use crate::compose::rhythm::SLOTS;
use crate::compose::sheet::Sheet;
use crate::music::Pitch;
use crate::score::Cause;

/// Notes in a bar at most: the arpeggio is there for what is quicker.
pub const MOST_NOTES: usize = 9;
/// Sixteenths after which a note comes again, softer; and how much softer, in velocity.
const ECHO: u32 = 3;
const ECHO_LOSS: f64 = 26.0;
/// Longest note where another follows soon, and where it has half a bar to itself.
const SHORT: u32 = 3;
const LONG: u32 = 6;

/// Writes the bar's melody and gives the number of notes which carry its instructions.
pub fn write(baton: &mut Baton, sheet: &mut Sheet, now: &Now, stretch: &Stretch) -> Written {
    if melody::waits(now) {
        return melody::carried(sheet, now, stretch, ARPEGGIO);
    }
    let end = if now.closes { FILL } else { SLOTS };
    let melody = tones(now, stretch, &now.theme.onsets(stretch.shown.len(), end), end);
    for (index, tone) in melody.iter().enumerate() {
        baton.pass(sheet, now, tone, DRUMS);
        // What is new in this call, or an embellished return, is led to by its lower neighbour.
        let neighbour_ahead = melody.get(index + 1).is_some_and(|next| tone.room > 1 && is_led_to(now, next, index + 1));
        let room = tone.room - u32::from(neighbour_ahead);
        let (part, pitch) = play(sheet, now, tone, room);
        if is_led_to(now, tone, index) && tone.slot > 0 && (index == 0 || melody[index - 1].room > 1) {
            let cause = Cause { is_state: true, ..tone.cause };
            let seat = &now.mapping.seats()[part];
            let velocity = now.dynamics.at(seat.velocity - 12.0, tone.slot, 1.0);
            sheet.write(part, (now.bar, tone.slot - 1), 1, melody::neighbour(pitch, seat.register), velocity, cause);
        }
    }
    melody::written(&melody)
}

/// A note and its echoes in the room it has.
fn play(sheet: &mut Sheet, now: &Now, tone: &Tone, room: u32) -> (usize, Pitch) {
    let part = tone.player.seat(FIRST_LEAD);
    let seat = &now.mapping.seats()[part];
    let pitch = seat.register.of(melody::pitch(now, seat.centre, tone.slot, tone.step));
    let velocity = now.dynamics.at(seat.velocity + 2.0 * tone.weight, tone.slot, 1.0);
    let slots = if room >= SLOTS / 2 { LONG } else { room.min(SHORT) };
    sheet.write(part, (now.bar, tone.slot), slots, pitch, velocity, tone.cause);
    for echo in 1..=2 {
        let after = echo * ECHO;
        if after >= slots && after < room && now.fullness > 0.35 {
            let cause = Cause { is_state: true, ..tone.cause };
            let velocity = velocity - ECHO_LOSS - 10.0 * f64::from(echo - 1);
            sheet.write(part, (now.bar, tone.slot + after), (room - after).min(2), pitch, velocity, cause);
        }
    }
    (part, pitch)
}
