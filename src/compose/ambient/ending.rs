//! The ending, which says how the program ended: at home, open, or in the dark.

use super::{BASS, DROPS, DRUMS, FIRST_LEAD, PAD};
use crate::compose::conductor::Last;
use crate::compose::harmony::Chord;
use crate::compose::mapping::Role;
use crate::compose::melody::Player;
use crate::compose::rhythm::SLOTS;
use crate::compose::sheet::Sheet;
use crate::music::Pitch;
use crate::score::Work;
use crate::trace::Outcome;

/// Finished: home, and it rings. Exited with a status, or cut short: it stays on the dominant. Raised: the
/// diminished seventh, with thunder. Died: it just stops.
pub fn write(sheet: &mut Sheet, last: &Last, pad: &[Pitch], outcome: &Outcome) {
    let lead = Player::Lead(last.work).seat(FIRST_LEAD);
    let kit = &last.mapping.kit;
    let mut drum = |drum: Pitch, slot: u32, usual: f64| {
        sheet.write(DRUMS, (last.bar, slot), 1, drum, last.dynamics.at(usual, slot, 0.4), last.cause);
    };
    match outcome {
        Outcome::Finished => {
            drum(kit.drum(Role::Section), 0, 44.0);
            let home = Chord::home(last.key);
            ring(sheet, last, home, pad, lead, SLOTS + 12);
            // The last drop falls when all else rings.
            let seat = &last.mapping.seats()[DROPS];
            let drop = seat.register.lowest(home.root_in(last.key) + home.tones()[2]);
            sheet.write(DROPS, (last.bar, 11), 12, drop, last.dynamics.at(seat.velocity, 2, 0.4), last.cause);
        }
        Outcome::Exited { .. } | Outcome::CutShort { .. } => ring(sheet, last, Chord::dominant(), pad, lead, SLOTS),
        Outcome::Raised { .. } => {
            drum(kit.drum(Role::Crash), 0, 58.0);
            drum(kit.drum(Role::Raised), 0, 78.0);
            drum(kit.drum(Role::Raised), 6, 60.0);
            ring(sheet, last, Chord::unresolved(), pad, Player::Lead(Work::Fail).seat(FIRST_LEAD), SLOTS + 4);
        }
        Outcome::Died { .. } => drum(kit.drum(Role::Raised), 0, 88.0),
    }
}

/// Root in the bass, the chord above, and its root on the instrument which led.
fn ring(sheet: &mut Sheet, last: &Last, chord: Chord, pad: &[Pitch], lead: usize, slots: u32) {
    let root = chord.root_in(last.key);
    let seats = last.mapping.seats();
    let mut strike = |part: usize, slot: u32, pitch: Pitch, usual: f64| {
        sheet.write(part, (last.bar, slot), slots - slot, pitch, last.dynamics.at(usual, 2, 0.5), last.cause);
    };
    strike(BASS, 0, seats[BASS].deep.lowest(root), seats[BASS].velocity);
    for pitch in chord.voiced(last.key, 4, pad, seats[PAD].register.low, seats[PAD].register.high) {
        strike(PAD, 0, pitch, seats[PAD].velocity + 2.0);
    }
    strike(lead, 4, seats[lead].register.of(i32::from(Pitch::within(root, 67, 78).number())), seats[lead].velocity);
}
