//! The ending, which says how the program ended: home, a question, or broken off.

use super::{BASS, DRUMS, KEYS, STRINGS};
use crate::compose::harmony::Chord;
use crate::compose::rhythm::SLOTS;
use crate::compose::sheet::Sheet;
use crate::music::{Drum, Key, Pitch};
use crate::score::Cause;
use crate::trace::Outcome;

/// Where and on what the piece ends.
pub struct Last {
    /// The bar of the ending.
    pub bar: u32,
    pub key: Key,
    pub cause: Cause,
    /// The part which led last.
    pub lead: usize,
}

/// Finished: a full cadence, and it rings. Exited with a status, or cut short: it stays on the
/// dominant. Raised: the diminished seventh, with a crash. Died: it just stops.
pub fn write(sheet: &mut Sheet, last: &Last, voicing: &[Pitch], outcome: &Outcome) {
    let cause = Cause { steps: 0, is_state: true, ..last.cause };
    let mut drum = |drum: Drum, slot: u32, velocity: f64| sheet.write(DRUMS, (last.bar, slot), 1, drum.pitch(), velocity, cause);
    match outcome {
        Outcome::Finished => {
            drum(Drum::Kick, 0, 92.0);
            drum(Drum::Crash, 0, 62.0);
            ring(sheet, last, voicing, Chord::diatonic(Chord::home(last.key)), SLOTS + 8, cause);
        }
        Outcome::Exited { .. } | Outcome::CutShort { .. } => {
            drum(Drum::Kick, 0, 84.0);
            ring(sheet, last, voicing, Chord::dominant(last.key), SLOTS, cause);
        }
        Outcome::Raised { .. } => {
            drum(Drum::Crash, 0, 96.0);
            drum(Drum::Kick, 0, 98.0);
            drum(Drum::LowTom, 2, 84.0);
            drum(Drum::LowFloorTom, 3, 92.0);
            ring(sheet, last, voicing, Chord::unresolved(), SLOTS, cause);
        }
        Outcome::Died { .. } => drum(Drum::LowFloorTom, 0, 100.0),
    }
}

/// Root in the bass, the chord above, and its tonic on the instrument which led.
fn ring(sheet: &mut Sheet, last: &Last, voicing: &[Pitch], chord: Chord, slots: u32, cause: Cause) {
    let root = chord.root_in(last.key);
    sheet.write(BASS, (last.bar, 0), slots, Pitch::within(root, 33, 44), 88.0, cause);
    for pitch in chord.voiced(last.key, 3, voicing, 56, 77) {
        sheet.write(KEYS, (last.bar, 0), slots, pitch, 64.0, cause);
    }
    for pitch in chord.voiced(last.key, 3, &[], 62, 86) {
        sheet.write(STRINGS, (last.bar, 0), slots, pitch, 54.0, cause);
    }
    sheet.write(last.lead, (last.bar, 0), slots, Pitch::within(root, 67, 78), 82.0, cause);
}
