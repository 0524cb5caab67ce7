//! The ending, which says how the program ended: the last run of the arpeggio goes home, stays open, or falls.

use super::arpeggio::ladder;
use super::{ARPEGGIO, BASS, DRUMS, FIRST_LEAD};
use crate::compose::conductor::Last;
use crate::compose::harmony::Chord;
use crate::compose::mapping::Role;
use crate::compose::melody::Player;
use crate::compose::rhythm::SLOTS;
use crate::compose::sheet::Sheet;
use crate::music::Pitch;
use crate::score::Work;
use crate::trace::Outcome;

/// Finished: a full cadence, up the whole chord, and it rings. Exited with a status, or cut short: it stays on the
/// dominant. Raised: down the diminished seventh, with a crash. Died: it just stops.
pub fn write(sheet: &mut Sheet, last: &Last, outcome: &Outcome) {
    let lead = Player::Lead(last.work).seat(FIRST_LEAD);
    let kit = &last.mapping.kit;
    let mut drum = |drum: Pitch, slot: u32, usual: f64| {
        sheet.write(DRUMS, (last.bar, slot), 1, drum, last.dynamics.at(usual, slot, 0.5), last.cause);
    };
    match outcome {
        Outcome::Finished => {
            drum(kit.drum(Role::Kick), 0, 92.0);
            drum(kit.drum(Role::Section), 0, 66.0);
            drum(kit.drum(Role::Kick), 8, 86.0);
            let chord = Chord::home(last.key);
            run(sheet, last, chord, &[0, 1, 2, 3, 4, 5, 4, 5]);
            ring(sheet, last, chord, lead, SLOTS + 8);
        }
        Outcome::Exited { .. } | Outcome::CutShort { .. } => {
            drum(kit.drum(Role::Kick), 0, 84.0);
            run(sheet, last, Chord::dominant(), &[0, 1, 2, 3, 2, 3, 2, 3]);
            ring(sheet, last, Chord::dominant(), lead, SLOTS);
        }
        Outcome::Raised { .. } => {
            drum(kit.drum(Role::Crash), 0, 94.0);
            let fill = kit.drums(Role::Fill);
            let toms = [fill[0], fill[2], kit.drum(Role::Raised), kit.drum(Role::Thud)];
            for (slot, tom) in (0..).zip(toms) {
                drum(tom, 2 * slot, 84.0);
            }
            run(sheet, last, Chord::unresolved(), &[5, 4, 3, 2, 1, 0, 1, 0]);
            ring(sheet, last, Chord::unresolved(), Player::Lead(Work::Fail).seat(FIRST_LEAD), SLOTS);
        }
        Outcome::Died { .. } => drum(kit.drum(Role::Thud), 0, 100.0),
    }
}

/// The arpeggio once more: these steps of the whole ladder in sixteenths, and the last held.
fn run(sheet: &mut Sheet, last: &Last, chord: Chord, steps: &[usize]) {
    let register = last.mapping.seats()[ARPEGGIO].register;
    let root = i32::from(register.lowest(chord.root_in(last.key)).number());
    let ladder = ladder(chord, 6);
    for (slot, &step) in (0..).zip(steps) {
        let is_last = slot + 1 == steps.len() as u32;
        let (slots, usual) = if is_last { (SLOTS / 2, 60.0) } else { (1, 66.0 - f64::from(slot)) };
        let pitch = register.of(root + ladder[step]);
        sheet.write(ARPEGGIO, (last.bar, slot), slots, pitch, last.dynamics.at(usual, 1, 0.4), last.cause);
    }
}

/// Root in the bass, and on the wave which led.
fn ring(sheet: &mut Sheet, last: &Last, chord: Chord, lead: usize, slots: u32) {
    let root = chord.root_in(last.key);
    let seats = last.mapping.seats();
    let mut strike = |part: usize, pitch: Pitch, usual: f64| {
        sheet.write(part, (last.bar, 0), slots, pitch, last.dynamics.at(usual, 0, 0.5), last.cause);
    };
    strike(BASS, seats[BASS].register.lowest(root), seats[BASS].velocity + 4.0);
    strike(lead, seats[lead].register.of(i32::from(Pitch::within(root, 72, 83).number())), seats[lead].velocity + 4.0);
}
