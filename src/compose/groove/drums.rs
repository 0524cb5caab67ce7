//! Drums: loops, activity, calls, exceptions, threads. Which pattern a state takes is the feel's, how many
//! strokes it has is the state's.

use super::DRUMS;
use crate::compose::conductor::Now;
use crate::compose::mapping::{FILL, Role};
use crate::compose::rhythm::{SLOTS, spread};
use crate::compose::sheet::Sheet;
use crate::music::Pitch;

pub fn write(sheet: &mut Sheet, now: &Now) {
    let figures = now.figures;
    let feel = now.character.feel();
    let state = now.state;
    let kit = &now.mapping.kit;
    let mut hit = |drum: Pitch, slot: u32, usual: f64| {
        let velocity = now.dynamics.at(usual, slot, 0.9);
        sheet.write(DRUMS, (now.bar, slot), 1, drum, velocity, figures.cause);
    };
    let mut strike = |role: Role, slot: u32| hit(kit.drum(role), slot, kit.velocity(role));

    for &slot in kit.kicks(feel, state.turning) {
        strike(Role::Kick, slot);
    }
    // The backbeat says that something turns; quietly when little happens.
    if state.turning > 0 && now.fullness > 0.3 {
        for &slot in kit.snares(feel) {
            match state.activity {
                0 | 1 => strike(Role::Rim, slot),
                _ => strike(Role::Snare, slot),
            }
        }
        // A ghost note leads into the second half of full phrases.
        if now.fullness > 0.75 && now.bar % 2 == 1 {
            strike(Role::Ghost, 7);
        }
    }

    let is_small = now.character.size() < 0.3;
    // A small band plays the ride.
    let cymbal = if is_small { Role::Ride } else { Role::Hats };
    let first = if is_small { 0 } else { kit.first_hat(feel) };
    for slot in spread(kit.strokes(cymbal)[usize::from(state.activity)], SLOTS, first) {
        if !(now.closes && slot >= FILL) {
            strike(cymbal, slot);
        }
    }
    if now.fullness > 0.7 && now.bar % 4 == 3 && !now.closes && !is_small {
        strike(Role::OpenHat, 15);
    }
    if now.in_section == 0 && now.fullness > 0.5 {
        strike(Role::Section, 0);
    }

    for slot in spread(kit.strokes(Role::Frames)[usize::from(state.calling)], SLOTS, 4) {
        strike(Role::Frames, slot);
    }
    if state.raised > 0 {
        strike(Role::Crash, 0);
        for slot in spread(u32::from(state.raised), FILL, 3) {
            strike(Role::Raised, slot);
        }
    }
    if now.closes {
        for (slot, &drum) in (FILL..SLOTS).zip(kit.drums(Role::Fill)) {
            hit(drum, slot, kit.velocity(Role::Fill) + 4.0 * f64::from(slot - FILL));
        }
    }
}
