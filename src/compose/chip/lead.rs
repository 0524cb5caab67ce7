//! The lead: lines of the program as melody, the height of the value stack as pitch, and its own echo in the
//! gaps, as there is no other voice to fill them.

use super::drums::FILL;
use super::{ARPEGGIO, DRUMS, FIRST_LEAD, SEATS, seat_of};
use crate::compose::conductor::{Now, Written};
use crate::compose::figures::cause;
use crate::compose::melody::{self, Player, Tone, tones};
use crate::compose::motif::Stretch;
use crate::compose::rhythm::SLOTS;
use crate::compose::sheet::Sheet;
use crate::compose::theme::Variation;
use crate::music::{Drum, Instrument, Patch, Pitch};
use crate::score::{Cause, Work};

/// Notes in a bar at most: the arpeggio is there for what is quicker.
const MOST_NOTES: usize = 9;
/// Sixteenths after which a note comes again, softer; and how much softer, in velocity.
const ECHO: u32 = 3;
const ECHO_LOSS: f64 = 26.0;
/// Longest note where another follows soon, and where it has half a bar to itself.
const SHORT: u32 = 3;
const LONG: u32 = 6;
const LOW: u8 = 57;
const HIGH: u8 = 93;

/// The players of the lead, and what they remember.
#[derive(Default)]
pub struct Lead {
    work: Option<Work>,
    thread: u16,
}

impl Lead {
    /// The seat which led last.
    pub fn seat(&self) -> usize {
        seat_of(Player::Lead(self.work.unwrap_or(Work::Call)))
    }

    /// Writes the bar's melody and gives the number of notes which carry its instructions.
    pub fn write(&mut self, sheet: &mut Sheet, now: &Now, stretch: &Stretch) -> Written {
        self.work = Some(now.work);
        if melody::waits(now) {
            let cause = stretch.shown.first().map(|first| cause(first.gesture)).unwrap_or_default();
            let notes = sheet.share(ARPEGGIO, now.bar, Cause { steps: now.figures.steps, ..cause });
            return Written { notes, leads: false };
        }
        let end = if now.closes { FILL } else { SLOTS };
        let melody = tones(now, stretch, &now.theme.onsets(stretch.shown.len(), end), end);
        for (index, tone) in melody.iter().enumerate() {
            if tone.cause.thread != self.thread {
                self.thread = tone.cause.thread;
                let cause = Cause { is_state: true, ..tone.cause };
                sheet.write(DRUMS, (now.bar, tone.slot), 1, Drum::OpenTriangle.pitch(), now.dynamics.at(60.0, tone.slot, 0.5), cause);
            }
            // What is new in this call, or an embellished return, is led to by its lower neighbour.
            let is_led_to = |tone: &Tone, index: usize| tone.is_new || now.variation == Variation::Embellished && index % 2 == 1;
            let neighbour_ahead = melody.get(index + 1).is_some_and(|next| tone.room > 1 && is_led_to(next, index + 1));
            let room = tone.room - u32::from(neighbour_ahead);
            let (seat, pitch) = play(sheet, now, tone, room);
            if is_led_to(tone, index) && tone.slot > 0 && (index == 0 || melody[index - 1].room > 1) {
                let cause = Cause { is_state: true, ..tone.cause };
                let neighbour = Pitch::within(i32::from(pitch.number()) - 1, LOW - 1, HIGH);
                sheet.write(seat, (now.bar, tone.slot - 1), 1, neighbour, now.dynamics.at(62.0, tone.slot, 1.0), cause);
            }
        }
        Written { notes: melody.len() as u32, leads: melody.iter().any(|tone| matches!(tone.player, Player::Lead(_))) }
    }
}

/// A note and its echoes in the room it has.
fn play(sheet: &mut Sheet, now: &Now, tone: &Tone, room: u32) -> (usize, Pitch) {
    let seat = seat_of(tone.player);
    let pitch = Pitch::within(melody::pitch(now, register(seat), tone.slot, tone.step), LOW, HIGH);
    let velocity = now.dynamics.at(74.0 + 2.0 * tone.weight, tone.slot, 1.0);
    let slots = if room >= SLOTS / 2 { LONG } else { room.min(SHORT) };
    sheet.write(seat, (now.bar, tone.slot), slots, pitch, velocity, tone.cause);
    for echo in 1..=2 {
        let after = echo * ECHO;
        if after >= slots && after < room && now.fullness > 0.35 {
            let cause = Cause { is_state: true, ..tone.cause };
            let velocity = velocity - ECHO_LOSS - 10.0 * f64::from(echo - 1);
            sheet.write(seat, (now.bar, tone.slot + after), (room - after).min(2), pitch, velocity, cause);
        }
    }
    (seat, pitch)
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

/// Pitch number around which a wave plays: soft ones higher, where they come through.
fn register(seat: usize) -> i32 {
    debug_assert!(seat >= FIRST_LEAD);
    match SEATS[seat].instrument {
        Instrument::Melodic(Patch::CALLIOPE_LEAD | Patch::VOICE_LEAD) => 69,
        Instrument::Melodic(Patch::SAW_LEAD) => 62,
        _ => 66,
    }
}
