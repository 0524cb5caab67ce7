//! The ending, which says how the program ended: home, a question, or broken off.

use super::{BASS, DRUMS, FIRST_LEAD, KEYS, STRINGS};
use crate::compose::conductor::Last;
use crate::compose::harmony::Chord;
use crate::compose::mapping::Role;
use crate::compose::melody::Player;
use crate::compose::rhythm::SLOTS;
use crate::compose::sheet::{Register, Sheet};
use crate::music::Pitch;
use crate::trace::Outcome;

/// Finished: a full cadence, and it rings. Exited with a status, or cut short: it stays on the
/// dominant. Raised: the diminished seventh, with a crash. Died: it just stops.
pub fn write(sheet: &mut Sheet, last: &Last, voicing: &[Pitch], outcome: &Outcome) {
    let lead = Player::Lead(last.work).seat(FIRST_LEAD);
    let kit = &last.mapping.kit;
    let mut drum = |drum: Pitch, slot: u32, usual: f64| {
        sheet.write(DRUMS, (last.bar, slot), 1, drum, last.dynamics.at(usual, slot, 0.5), last.cause);
    };
    match outcome {
        Outcome::Finished => {
            drum(kit.drum(Role::Kick), 0, 92.0);
            drum(kit.drum(Role::Section), 0, 66.0);
            ring(sheet, last, voicing, lead, Chord::home(last.key), SLOTS + 8);
        }
        Outcome::Exited { .. } | Outcome::CutShort { .. } => {
            drum(kit.drum(Role::Kick), 0, 84.0);
            ring(sheet, last, voicing, lead, Chord::dominant(), SLOTS);
        }
        Outcome::Raised { .. } => {
            drum(kit.drum(Role::Crash), 0, 96.0);
            drum(kit.drum(Role::Kick), 0, 98.0);
            drum(kit.drum(Role::Raised), 2, 84.0);
            drum(kit.drum(Role::Thud), 3, 92.0);
            ring(sheet, last, voicing, lead, Chord::unresolved(), SLOTS);
        }
        Outcome::Died { .. } => drum(kit.drum(Role::Thud), 0, 100.0),
    }
}

/// Root in the bass, the chord above, and its root on the instrument which led.
fn ring(sheet: &mut Sheet, last: &Last, voicing: &[Pitch], lead: usize, chord: Chord, slots: u32) {
    let root = chord.root_in(last.key);
    let seats = last.mapping.seats();
    let (keys, strings) = (seats[KEYS].register, seats[STRINGS].register);
    let mut strike = |part: usize, pitch: Pitch, usual: f64| {
        sheet.write(part, (last.bar, 0), slots, pitch, last.dynamics.at(usual, 0, 0.5), last.cause);
    };
    strike(BASS, seats[BASS].register.lowest(root), seats[BASS].velocity);
    // A little above what they played before.
    for pitch in chord.voiced(last.key, 3, voicing, (keys.low + 1).min(keys.high - Register::SMALLEST), keys.high) {
        strike(KEYS, pitch, seats[KEYS].velocity + 2.0);
    }
    for pitch in chord.voiced(last.key, 3, &[], strings.low, strings.high) {
        strike(STRINGS, pitch, seats[STRINGS].velocity);
    }
    strike(lead, seats[lead].register.of(i32::from(Pitch::within(root, 67, 78).number())), seats[lead].velocity + 8.0);
}
