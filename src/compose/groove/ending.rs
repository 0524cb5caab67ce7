//! The ending, which says how the program ended: home, a question, or broken off.

use super::{BASS, DRUMS, FIRST_LEAD, KEYS, STRINGS};
use crate::compose::conductor::Last;
use crate::compose::harmony::Chord;
use crate::compose::melody::Player;
use crate::compose::rhythm::SLOTS;
use crate::compose::sheet::Sheet;
use crate::music::{Drum, Pitch};
use crate::trace::Outcome;

/// Finished: a full cadence, and it rings. Exited with a status, or cut short: it stays on the
/// dominant. Raised: the diminished seventh, with a crash. Died: it just stops.
pub fn write(sheet: &mut Sheet, last: &Last, voicing: &[Pitch], outcome: &Outcome) {
    let lead = Player::Lead(last.work).seat(FIRST_LEAD);
    let mut drum = |drum: Drum, slot: u32, usual: f64| {
        sheet.write(DRUMS, (last.bar, slot), 1, drum.pitch(), last.dynamics.at(usual, slot, 0.5), last.cause);
    };
    match outcome {
        Outcome::Finished => {
            drum(Drum::Kick, 0, 92.0);
            drum(Drum::SplashCymbal, 0, 66.0);
            ring(sheet, last, voicing, lead, Chord::home(last.key), SLOTS + 8);
        }
        Outcome::Exited { .. } | Outcome::CutShort { .. } => {
            drum(Drum::Kick, 0, 84.0);
            ring(sheet, last, voicing, lead, Chord::dominant(), SLOTS);
        }
        Outcome::Raised { .. } => {
            drum(Drum::Crash, 0, 96.0);
            drum(Drum::Kick, 0, 98.0);
            drum(Drum::LowTom, 2, 84.0);
            drum(Drum::LowFloorTom, 3, 92.0);
            ring(sheet, last, voicing, lead, Chord::unresolved(), SLOTS);
        }
        Outcome::Died { .. } => drum(Drum::LowFloorTom, 0, 100.0),
    }
}

/// Root in the bass, the chord above, and its root on the instrument which led.
fn ring(sheet: &mut Sheet, last: &Last, voicing: &[Pitch], lead: usize, chord: Chord, slots: u32) {
    let root = chord.root_in(last.key);
    let mut strike = |part: usize, pitch: Pitch, usual: f64| {
        sheet.write(part, (last.bar, 0), slots, pitch, last.dynamics.at(usual, 0, 0.5), last.cause);
    };
    strike(BASS, Pitch::within(root, 33, 44), 88.0);
    for pitch in chord.voiced(last.key, 3, voicing, 56, 77) {
        strike(KEYS, pitch, 64.0);
    }
    for pitch in chord.voiced(last.key, 3, &[], 62, 86) {
        strike(STRINGS, pitch, 54.0);
    }
    strike(lead, Pitch::within(root, 67, 78), 80.0);
}
