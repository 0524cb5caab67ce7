//! Drums: loops, activity, calls, exceptions, threads. Which pattern a state takes is the feel's, how many
//! strokes it has is the state's.

use super::DRUMS;
use crate::compose::character::Feel;
use crate::compose::conductor::Now;
use crate::compose::rhythm::{SLOTS, spread};
use crate::compose::sheet::Sheet;
use crate::music::Drum;

/// The last four sixteenths of a section belong to the fill.
pub const FILL: u32 = 12;

/// Kicks by how much turns: two strokes for nothing, then three, four, five.
const fn kicks(feel: Feel, turning: usize) -> &'static [u32] {
    match (feel, turning) {
        (Feel::Half, 0) => &[0, 10],
        (_, 0) => &[0, 8],
        (Feel::Straight, 1) => &[0, 8, 10],
        (Feel::Straight, 2) => &[0, 3, 8, 10],
        (Feel::Straight, _) => &[0, 3, 8, 10, 14],
        (Feel::Floor, 1) => &[0, 4, 8],
        (Feel::Floor, 2) => &[0, 4, 8, 12],
        (Feel::Floor, _) => &[0, 4, 8, 12, 14],
        (Feel::Half, 1) => &[0, 7, 10],
        (Feel::Half, 2) => &[0, 3, 7, 10],
        (Feel::Half, _) => &[0, 3, 6, 7, 10],
        (Feel::Tresillo, 1) => &[0, 6, 12],
        (Feel::Tresillo, 2) => &[0, 6, 8, 12],
        (Feel::Tresillo, _) => &[0, 3, 6, 8, 12],
    }
}

const fn snares(feel: Feel) -> &'static [u32] {
    match feel {
        Feel::Half => &[8],
        Feel::Tresillo => &[4, 11],
        Feel::Straight | Feel::Floor => &[4, 12],
    }
}

/// Strokes of the hats for each activity; a small band plays half as many on the ride.
pub const HATS: [u32; 5] = [2, 4, 8, 12, 16];
pub const RIDES: [u32; 5] = [1, 2, 4, 6, 8];

/// Strokes of the wood block by how often frames are entered.
pub const CALLS: [u32; 5] = [0, 1, 3, 5, 7];

pub fn write(sheet: &mut Sheet, now: &Now) {
    let figures = now.figures;
    let feel = now.character.feel();
    let state = now.state;
    let turning = usize::from(state.turning);
    let mut strike = |drum: Drum, slot: u32, usual: f64| {
        let velocity = now.dynamics.at(usual, slot, 0.9);
        sheet.write(DRUMS, (now.bar, slot), 1, drum.pitch(), velocity, figures.cause);
    };

    for &slot in kicks(feel, turning) {
        strike(Drum::Kick, slot, 90.0);
    }
    // The backbeat says that something turns; quietly when little happens.
    if turning > 0 && now.fullness > 0.3 {
        for &slot in snares(feel) {
            match state.activity {
                0 | 1 => strike(Drum::SideStick, slot, 74.0),
                _ => strike(Drum::Snare, slot, 82.0),
            }
        }
        // A ghost note leads into the second half of full phrases.
        if now.fullness > 0.75 && now.bar % 2 == 1 {
            strike(Drum::Snare, 7, 40.0);
        }
    }

    let is_small = now.character.size() < 0.3;
    let (cymbal, strokes) = if is_small { (Drum::Ride, RIDES) } else { (Drum::ClosedHat, HATS) };
    for slot in spread(strokes[usize::from(state.activity)], SLOTS, 0) {
        if !(now.closes && slot >= FILL) {
            strike(cymbal, slot, 56.0);
        }
    }
    if now.fullness > 0.7 && now.bar % 4 == 3 && !now.closes && !is_small {
        strike(Drum::OpenHat, 15, 58.0);
    }
    if now.in_section == 0 && now.fullness > 0.5 {
        strike(Drum::SplashCymbal, 0, 62.0);
    }

    for slot in spread(CALLS[usize::from(state.calling)], SLOTS, 4) {
        strike(Drum::HighWoodBlock, slot, 46.0);
    }
    if state.raised > 0 {
        strike(Drum::Crash, 0, 86.0);
        for slot in spread(u32::from(state.raised), FILL, 3) {
            strike(Drum::LowTom, slot, 74.0);
        }
    }
    if now.closes {
        for (slot, drum) in (FILL..SLOTS).zip([Drum::HighTom, Drum::MidTom, Drum::MidTom, Drum::LowFloorTom]) {
            strike(drum, slot, 66.0 + 4.0 * f64::from(slot - FILL));
        }
    }
}
