//! What comes and goes, soft and far: drops, memory, frames entered, exceptions.

use super::{COLLECTOR, DROPS, DRUMS, in_turn};
use crate::compose::conductor::Now;
use crate::compose::rhythm::{SLOTS, spread};
use crate::compose::sheet::Sheet;
use crate::compose::{door, memory};
use crate::music::{Drum, Pitch};
use crate::score::Cause;

/// Strokes of the shaker by how much is allocated.
pub const SHAKES: [u32; 5] = [0, 1, 3, 5, 7];

pub fn write(sheet: &mut Sheet, now: &Now, riff: &[u16]) {
    let (state, cause) = (now.state, now.figures.cause);
    drops(sheet, now, riff);
    let mut strike = |drum: Drum, slot: u32, usual: f64| {
        sheet.write(DRUMS, (now.bar, slot), 1, drum.pitch(), now.dynamics.at(usual, slot, 0.4), cause);
    };
    for slot in spread(SHAKES[usize::from(state.allocating)], SLOTS, 2) {
        strike(Drum::Maracas, slot, 40.0);
    }
    for slot in spread(u32::from(state.calling), SLOTS, 4) {
        strike(Drum::HighWoodBlock, slot, 36.0);
    }
    if state.releases {
        for (stroke, drum) in (0..).zip(memory::RUN) {
            strike(drum, 8 + 2 * stroke, 46.0 - 2.0 * f64::from(stroke));
        }
    }
    // Far thunder.
    for slot in spread(u32::from(state.raised), SLOTS, 3) {
        strike(Drum::LowFloorTom, slot, 54.0);
    }
    if now.in_section == 0 && now.bar > 0 {
        strike(Drum::Ride, 0, 40.0);
    }
    // A little bell somewhere.
    door::write(sheet, now, DRUMS, (Drum::RideBell, &[0, 1, 2, 3, 4]), 40.0);
    memory::swell(sheet, now, COLLECTOR, 36.0);
}

/// As many as the bar is busy, wandering through the bar and back in three bars; each as high as the stack is in a line.
fn drops(sheet: &mut Sheet, now: &Now, riff: &[u16]) {
    let slots = spread(u32::from(now.state.activity), SLOTS, in_turn([5, 13, 3], now));
    let depths = riff.iter().copied().chain([0]).cycle();
    for (slot, depth) in slots.into_iter().zip(depths) {
        let pitch = now.chord_at(slot).melodic(now.key, 84, i32::from(depth));
        let cause = Cause { depth, ..now.figures.cause };
        sheet.write(DROPS, (now.bar, slot), 6, Pitch::within(pitch, 79, 98), now.dynamics.at(42.0, slot, 0.6), cause);
    }
}
