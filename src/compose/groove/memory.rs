//! The music of memory: a shaker for what is allocated, a falling run of drums for a cascade of releases,
//! a swell for a collection.

use super::{COLLECTOR, DRUMS};
use crate::compose::conductor::Now;
use crate::compose::rhythm::{SLOTS, spread};
use crate::compose::sheet::Sheet;
use crate::music::{Drum, Pitch};
use crate::trace::Family;

/// Blocks that one gesture must release beyond what it allocates to be heard as a cascade: more than the
/// end of a frame or of a small container gives back.
pub const CASCADE: u32 = 16;
/// The run falls over these, each struck twice if it is long.
const RUN: [Drum; 4] = [Drum::HighBongo, Drum::LowBongo, Drum::OpenHighConga, Drum::LowConga];
/// Sixteenths that a swell lasts, by the generation that is collected.
pub const SWELL: [u32; 3] = [4, 8, 14];

pub fn write(sheet: &mut Sheet, now: &Now) {
    let figures = now.figures;
    for slot in spread(shakes(now), SLOTS, 2) {
        sheet.write(DRUMS, (now.bar, slot), 1, Drum::Maracas.pitch(), now.dynamics.at(50.0, slot, 0.9), figures.cause);
    }
    if figures.released >= CASCADE {
        let strokes = run(figures.released);
        let first = SLOTS / 2 - strokes / 2;
        for stroke in 0..strokes {
            let drum = RUN[(stroke * RUN.len() as u32 / strokes) as usize];
            let velocity = now.dynamics.at(74.0 - 2.0 * f64::from(stroke), first + stroke, 0.5);
            sheet.write(DRUMS, (now.bar, first + stroke), 1, drum.pitch(), velocity, figures.cause);
        }
    }
    if figures.collections > 0 {
        // It grows towards the bar line.
        let slots = SWELL[usize::from(figures.generation).min(2)];
        let velocity = now.dynamics.at(44.0 + 12.0 * f64::from(figures.generation.min(2)), 0, 0.3);
        sheet.write(COLLECTOR, (now.bar, SLOTS - slots), slots, Pitch::MIDDLE_C, velocity, figures.cause);
    }
}

/// Strokes of the shaker for little, some, much and very much.
pub const SHAKES: [u32; 4] = [2, 4, 6, 10];

/// Strokes of the shaker: none if nothing is allocated. Blocks for each instruction where the interpreter tells
/// them, otherwise what is built.
fn shakes(now: &Now) -> u32 {
    let figures = now.figures;
    let share = if now.tells_memory {
        f64::from(figures.blocks_up) / figures.steps.max(1) as f64
    } else {
        figures.share(Family::Build)
    };
    [0.0, 0.02, 0.08, 0.25].iter().rposition(|&mark| share > mark).map_or(0, |class| SHAKES[class])
}

/// Strokes of a run of releases: four for the least cascade, one more for every fourfold.
pub fn run(released: u32) -> u32 {
    (4 + (released / CASCADE).max(1).ilog2() / 2).min(8)
}
