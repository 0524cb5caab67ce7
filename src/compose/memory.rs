//! The music of memory: a shaker for what is allocated, a falling run of drums for a cascade of releases,
//! a swell for a collection.

use super::conductor::Now;
use super::figures::CASCADE;
use super::rhythm::{SLOTS, spread};
use super::sheet::Sheet;
use crate::music::{Drum, Pitch};

/// Strokes of the shaker by how much is allocated.
pub const SHAKES: [u32; 5] = [0, 2, 4, 6, 10];
/// A run falls over these, each struck twice if it is long.
pub const RUN: [Drum; 4] = [Drum::HighBongo, Drum::LowBongo, Drum::OpenHighConga, Drum::LowConga];
/// Sixteenths that a swell lasts, by the generation that is collected.
pub const SWELL: [u32; 3] = [4, 8, 14];

/// `drums` and `collector` are the parts that play it, `usual` the velocity of the shaker.
pub fn write(sheet: &mut Sheet, now: &Now, drums: usize, collector: usize, usual: f64) {
    let figures = now.figures;
    for slot in spread(SHAKES[usize::from(now.state.allocating)], SLOTS, 2) {
        sheet.write(drums, (now.bar, slot), 1, Drum::Maracas.pitch(), now.dynamics.at(usual, slot, 0.9), figures.cause);
    }
    if now.state.releases {
        let strokes = run(figures.released);
        let first = SLOTS / 2 - strokes / 2;
        for stroke in 0..strokes {
            let drum = RUN[(stroke * RUN.len() as u32 / strokes) as usize];
            let velocity = now.dynamics.at(74.0 - 2.0 * f64::from(stroke), first + stroke, 0.5);
            sheet.write(drums, (now.bar, first + stroke), 1, drum.pitch(), velocity, figures.cause);
        }
    }
    swell(sheet, now, collector, 44.0);
}

/// What the part of the collector plays: it grows towards the bar line. `usual` is the velocity of the
/// youngest generation.
pub fn swell(sheet: &mut Sheet, now: &Now, collector: usize, usual: f64) {
    if let Some(generation) = now.state.collected {
        let slots = SWELL[usize::from(generation)];
        let velocity = now.dynamics.at(usual + 12.0 * f64::from(generation), 0, 0.3);
        sheet.write(collector, (now.bar, SLOTS - slots), slots, Pitch::MIDDLE_C, velocity, now.figures.cause);
    }
}

/// Strokes of a run of releases: four for the least cascade, one more for every fourfold.
fn run(released: u32) -> u32 {
    (4 + (released / CASCADE).max(1).ilog2() / 2).min(8)
}
