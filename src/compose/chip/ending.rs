//! The ending, which says how the program ended: the last run of the arpeggio goes home, stays open, or falls.

use super::arpeggio::ladder;
use super::{ARPEGGIO, BASS, DRUMS, FIRST_LEAD};
use crate::compose::conductor::Last;
use crate::compose::harmony::Chord;
use crate::compose::melody::Player;
use crate::compose::rhythm::SLOTS;
use crate::compose::sheet::Sheet;
use crate::music::{Drum, Pitch};
use crate::score::Work;
use crate::trace::Outcome;

/// Finished: a full cadence, up the whole chord, and it rings. Exited with a status, or cut short: it stays on the
/// dominant. Raised: down the diminished seventh, with a crash. Died: it just stops.
pub fn write(sheet: &mut Sheet, last: &Last, outcome: &Outcome) {
    let lead = Player::Lead(last.work).seat(FIRST_LEAD);
    let mut drum = |drum: Drum, slot: u32, usual: f64| {
        sheet.write(DRUMS, (last.bar, slot), 1, drum.pitch(), last.dynamics.at(usual, slot, 0.5), last.cause);
    };
    match outcome {
        Outcome::Finished => {
            drum(Drum::Kick, 0, 92.0);
            drum(Drum::SplashCymbal, 0, 66.0);
            drum(Drum::Kick, 8, 86.0);
            let chord = Chord::home(last.key);
            run(sheet, last, chord, &[0, 1, 2, 3, 4, 5, 4, 5]);
            ring(sheet, last, chord, lead, SLOTS + 8);
        }
        Outcome::Exited { .. } | Outcome::CutShort { .. } => {
            drum(Drum::Kick, 0, 84.0);
            run(sheet, last, Chord::dominant(), &[0, 1, 2, 3, 2, 3, 2, 3]);
            ring(sheet, last, Chord::dominant(), lead, SLOTS);
        }
        Outcome::Raised { .. } => {
            drum(Drum::Crash, 0, 94.0);
            for (slot, tom) in (0..).zip([Drum::HighTom, Drum::MidTom, Drum::LowTom, Drum::LowFloorTom]) {
                drum(tom, 2 * slot, 84.0);
            }
            run(sheet, last, Chord::unresolved(), &[5, 4, 3, 2, 1, 0, 1, 0]);
            ring(sheet, last, Chord::unresolved(), Player::Lead(Work::Fail).seat(FIRST_LEAD), SLOTS);
        }
        Outcome::Died { .. } => drum(Drum::LowFloorTom, 0, 100.0),
    }
}

/// The arpeggio once more: these steps of the whole ladder in sixteenths, and the last held.
fn run(sheet: &mut Sheet, last: &Last, chord: Chord, steps: &[usize]) {
    let root = i32::from(Pitch::within(chord.root_in(last.key), 52, 63).number());
    let ladder = ladder(chord, 6);
    for (slot, &step) in (0..).zip(steps) {
        let is_last = slot + 1 == steps.len() as u32;
        let (slots, usual) = if is_last { (SLOTS / 2, 60.0) } else { (1, 66.0 - f64::from(slot)) };
        let pitch = Pitch::within(root + ladder[step], 52, 96);
        sheet.write(ARPEGGIO, (last.bar, slot), slots, pitch, last.dynamics.at(usual, 1, 0.4), last.cause);
    }
}

/// Root in the bass, and on the wave which led.
fn ring(sheet: &mut Sheet, last: &Last, chord: Chord, lead: usize, slots: u32) {
    let root = chord.root_in(last.key);
    let mut strike = |part: usize, pitch: Pitch, usual: f64| {
        sheet.write(part, (last.bar, 0), slots, pitch, last.dynamics.at(usual, 0, 0.5), last.cause);
    };
    strike(BASS, Pitch::within(root, 33, 44), 88.0);
    strike(lead, Pitch::within(root, 72, 83), 78.0);
}
