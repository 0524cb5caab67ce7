//! What comes and goes, soft and far: drops, memory, frames entered, exceptions.

use super::{COLLECTOR, DROPS, DRUMS, in_turn};
use crate::compose::conductor::Now;
use crate::compose::mapping::Role;
use crate::compose::rhythm::{SLOTS, spread};
use crate::compose::sheet::Sheet;
use crate::compose::{door, memory};
use crate::music::Pitch;
use crate::score::Cause;

pub fn write(sheet: &mut Sheet, now: &Now, riff: &[u16]) {
    let (state, cause) = (now.state, now.figures.cause);
    drops(sheet, now, riff);
    let kit = &now.mapping.kit;
    let mut hit = |drum: Pitch, slot: u32, usual: f64| {
        sheet.write(DRUMS, (now.bar, slot), 1, drum, now.dynamics.at(usual, slot, 0.4), cause);
    };
    let mut strike = |role: Role, slot: u32| hit(kit.drum(role), slot, kit.velocity(role));
    for slot in spread(kit.strokes(Role::Allocation)[usize::from(state.allocating)], SLOTS, 2) {
        strike(Role::Allocation, slot);
    }
    for slot in spread(kit.strokes(Role::Frames)[usize::from(state.calling)], SLOTS, 4) {
        strike(Role::Frames, slot);
    }
    // Far thunder.
    for slot in spread(u32::from(state.raised), SLOTS, 3) {
        strike(Role::Raised, slot);
    }
    if now.in_section == 0 && now.bar > 0 {
        strike(Role::Section, 0);
    }
    if state.releases {
        for (stroke, &drum) in (0..).zip(kit.drums(Role::Releases)) {
            hit(drum, 8 + 2 * stroke, kit.velocity(Role::Releases) - 2.0 * f64::from(stroke));
        }
    }
    // A little bell somewhere.
    door::write(sheet, now, DRUMS);
    memory::swell(sheet, now, COLLECTOR);
}

/// As many as the bar is busy, wandering through the bar and back in three bars; each as high as the stack is in a line.
fn drops(sheet: &mut Sheet, now: &Now, riff: &[u16]) {
    let seat = &now.mapping.seats()[DROPS];
    let slots = spread(u32::from(now.state.activity), SLOTS, in_turn([5, 13, 3], now));
    let depths = riff.iter().copied().chain([0]).cycle();
    for (slot, depth) in slots.into_iter().zip(depths) {
        let pitch = now.chord_at(slot).melodic(&now.mapping.scale, now.key, seat.centre, i32::from(depth));
        let cause = Cause { depth, ..now.figures.cause };
        sheet.write(DROPS, (now.bar, slot), 6, seat.register.of(pitch), now.dynamics.at(seat.velocity, slot, 0.6), cause);
    }
}
