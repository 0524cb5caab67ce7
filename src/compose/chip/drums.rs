//! Noise drums: loops, activity, calls, exceptions, the fill. Which pattern a state takes is the feel's, how many
//! strokes it has is the state's.

use super::DRUMS;
use crate::compose::conductor::Now;
use crate::compose::mapping::{FILL, Role};
use crate::compose::rhythm::{SLOTS, spread};
use crate::compose::sheet::Sheet;
use crate::music::Pitch;

pub fn write(sheet: &mut Sheet, now: &Now) {
    let (state, feel) = (now.state, now.character.feel());
    let kit = &now.mapping.kit;
    let mut hit = |drum: Pitch, slot: u32, usual: f64| {
        let velocity = now.dynamics.at(usual, slot, 0.8);
        sheet.write(DRUMS, (now.bar, slot), 1, drum, velocity, now.figures.cause);
    };
    let mut strike = |role: Role, slot: u32, more: f64| hit(kit.drum(role), slot, kit.velocity(role) + more);
    for &slot in kit.kicks(feel, state.turning) {
        strike(Role::Kick, slot, 0.0);
    }
    // The backbeat says that something turns.
    if state.turning > 0 && now.fullness > 0.2 {
        for &slot in kit.snares(feel) {
            strike(if state.activity < 2 { Role::Rim } else { Role::Snare }, slot, 0.0);
        }
        if now.fullness > 0.75 && now.bar % 2 == 1 {
            strike(Role::Ghost, 7, 0.0);
            strike(Role::Ghost, 9, -4.0);
        }
    }
    for slot in spread(kit.strokes(Role::Hats)[usize::from(state.activity)], SLOTS, kit.first_hat(feel)) {
        if !(now.closes && slot >= FILL) {
            strike(Role::Hats, slot, if slot % 4 == 2 { 10.0 } else { 0.0 });
        }
    }
    if now.fullness > 0.6 && now.bar % 2 == 1 && !now.closes {
        strike(Role::OpenHat, 14, 0.0);
    }
    if now.in_section == 0 && now.fullness > 0.4 {
        strike(Role::Section, 0, 0.0);
    }
    for slot in spread(kit.strokes(Role::Frames)[usize::from(state.calling)], SLOTS, 4) {
        strike(Role::Frames, slot, 0.0);
    }
    if state.raised > 0 {
        strike(Role::Crash, 0, 0.0);
        for slot in spread(u32::from(state.raised), FILL, 3) {
            strike(Role::Raised, slot, 0.0);
        }
    }
    if now.closes {
        // A roll where the loop has a snare, and every other time; else down the toms.
        let rolls = state.turning > 0 && now.bar / 4 % 2 == 1;
        for (slot, &tom) in (FILL..SLOTS).zip(kit.drums(Role::Fill)) {
            let drum = if rolls { kit.drum(Role::Snare) } else { tom };
            hit(drum, slot, kit.velocity(Role::Fill) + 7.0 * f64::from(slot - FILL));
        }
    }
}
