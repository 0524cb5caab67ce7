//! Noise drums: loops, activity, calls, exceptions, the fill. Which pattern a state takes is the feel's, how many
//! strokes it has is the state's.

use super::DRUMS;
use crate::compose::character::Feel;
use crate::compose::conductor::Now;
use crate::compose::rhythm::{SLOTS, spread};
use crate::compose::sheet::Sheet;
use crate::music::Drum;

/// The last four sixteenths of a section belong to the fill.
pub const FILL: u32 = 12;

/// As many as [`KICKS`] says.
const fn kicks(feel: Feel, turning: u8) -> &'static [u32] {
    match (feel, turning) {
        (Feel::Half, 0) => &[0, 10],
        (_, 0) => &[0, 8],
        (Feel::Floor, 1) => &[0, 4, 8],
        (Feel::Floor, 2) => &[0, 4, 8, 12],
        (Feel::Floor, _) => &[0, 4, 8, 12, 14],
        (Feel::Half, 1) => &[0, 6, 10],
        (Feel::Half, 2) => &[0, 3, 6, 10],
        (Feel::Half, _) => &[0, 3, 6, 10, 13],
        (Feel::Tresillo, 1) => &[0, 6, 12],
        (Feel::Tresillo, 2) => &[0, 3, 6, 12],
        (Feel::Tresillo, _) => &[0, 3, 6, 8, 12],
        (Feel::Straight, 1) => &[0, 2, 10],
        (Feel::Straight, 2) => &[0, 2, 7, 10],
        (Feel::Straight, _) => &[0, 2, 7, 10, 11],
    }
}

const fn snares(feel: Feel) -> &'static [u32] {
    match feel {
        Feel::Half => &[8],
        Feel::Tresillo => &[4, 10],
        Feel::Straight | Feel::Floor => &[4, 12],
    }
}

/// The sixteenth on which the hats begin.
const fn first_hat(feel: Feel) -> u32 {
    match feel {
        Feel::Floor | Feel::Half => 2,
        Feel::Tresillo | Feel::Straight => 0,
    }
}

/// Kicks in a bar by how much turns.
pub const KICKS: [u32; 4] = [2, 3, 4, 5];
/// Strokes of the hats by activity, and how many of them fall before the fill.
const HATS: [u32; 5] = [2, 4, 8, 12, 16];
pub const HATS_HEARD: [u32; 5] = [2, 3, 6, 9, 12];
/// Strokes of the wood block by how often frames are entered.
pub const CALLS: [u32; 5] = [0, 1, 3, 5, 7];

pub fn write(sheet: &mut Sheet, now: &Now) {
    let (state, feel) = (now.state, now.character.feel());
    let mut strike = |drum: Drum, slot: u32, usual: f64| {
        let velocity = now.dynamics.at(usual, slot, 0.8);
        sheet.write(DRUMS, (now.bar, slot), 1, drum.pitch(), velocity, now.figures.cause);
    };
    for &slot in kicks(feel, state.turning) {
        strike(Drum::Kick, slot, 90.0);
    }
    // The backbeat says that something turns.
    if state.turning > 0 && now.fullness > 0.2 {
        for &slot in snares(feel) {
            strike(Drum::Snare, slot, if state.activity < 2 { 70.0 } else { 84.0 });
        }
        if now.fullness > 0.75 && now.bar % 2 == 1 {
            strike(Drum::Snare, 7, 44.0);
            strike(Drum::Snare, 9, 40.0);
        }
    }
    for slot in spread(HATS[usize::from(state.activity)], SLOTS, first_hat(feel)) {
        if !(now.closes && slot >= FILL) {
            strike(Drum::ClosedHat, slot, if slot % 4 == 2 { 62.0 } else { 52.0 });
        }
    }
    if now.fullness > 0.6 && now.bar % 2 == 1 && !now.closes {
        strike(Drum::OpenHat, 14, 56.0);
    }
    if now.in_section == 0 && now.fullness > 0.4 {
        strike(Drum::SplashCymbal, 0, 64.0);
    }
    for slot in spread(CALLS[usize::from(state.calling)], SLOTS, 4) {
        strike(Drum::HighWoodBlock, slot, 44.0);
    }
    if state.raised > 0 {
        strike(Drum::Crash, 0, 84.0);
        for slot in spread(u32::from(state.raised), FILL, 3) {
            strike(Drum::LowTom, slot, 74.0);
        }
    }
    if now.closes {
        // A roll where the loop has a snare, and every other time; else down the toms.
        let rolls = state.turning > 0 && now.bar / 4 % 2 == 1;
        let toms = [Drum::HighTom, Drum::HighTom, Drum::MidTom, Drum::LowFloorTom];
        for (slot, tom) in (FILL..SLOTS).zip(toms) {
            strike(if rolls { Drum::Snare } else { tom }, slot, 60.0 + 7.0 * f64::from(slot - FILL));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feel_strikes_what_the_signs_say() {
        for feel in [Feel::Floor, Feel::Half, Feel::Tresillo, Feel::Straight] {
            for (turning, &wanted) in KICKS.iter().enumerate() {
                assert_eq!(kicks(feel, turning as u8).len() as u32, wanted, "{feel:?}");
            }
            for (&strokes, heard) in HATS.iter().zip(HATS_HEARD) {
                let before = spread(strokes, SLOTS, first_hat(feel)).into_iter().filter(|&slot| slot < FILL).count() as u32;
                assert_eq!(before, heard, "{feel:?}");
            }
        }
    }
}
