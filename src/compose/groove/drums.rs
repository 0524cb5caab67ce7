//! Drums: loops, activity, allocation, calls, exceptions, collections.

use super::{DRUMS, Now};
use crate::compose::rhythm::{SLOTS, accent, arc, spread};
use crate::compose::sheet::Sheet;
use crate::music::Drum;
use crate::trace::Family;

/// The last four sixteenths of a section belong to the fill.
const FILL: u32 = 12;

pub fn write(sheet: &mut Sheet, now: &Now) {
    let figures = now.figures;
    let turns = figures.turn_ratio();
    let mut strike = |drum: Drum, slot: u32, velocity: f64| {
        let velocity = velocity + accent(slot) + 0.8 * arc(now.bar);
        sheet.write(DRUMS, (now.bar, slot), 1, drum.pitch(), velocity, figures.cause);
    };

    let kicks: &[u32] = match turns {
        r if r > 0.3 => &[0, 4, 8, 12],
        r if r > 0.15 => &[0, 6, 8],
        r if r > 0.0 => &[0, 8, 10],
        _ => &[0, 8],
    };
    for &slot in kicks {
        strike(Drum::Kick, slot, 88.0);
    }
    // The backbeat says that something turns; quietly when little happens.
    if turns > 0.0 && now.bar > 0 {
        for slot in [4, 12] {
            if now.activity < 0.4 {
                strike(Drum::SideStick, slot, 70.0);
            } else {
                strike(Drum::Snare, slot, 78.0);
            }
        }
        // A ghost note leads into the second half of busy phrases.
        if now.activity > 0.65 && now.bar % 2 == 1 {
            strike(Drum::Snare, 7, 40.0);
        }
    }

    let hats = 2 * (2.0 + 5.0 * now.activity).round() as u32;
    let open = now.activity > 0.6 && now.bar % 4 == 3 && !now.closes;
    for slot in spread(hats, SLOTS, 0) {
        if (now.closes && slot >= FILL) || (open && slot >= 14) {
            continue;
        }
        strike(Drum::ClosedHat, slot, 54.0 + 10.0 * now.activity);
    }
    if open {
        strike(Drum::OpenHat, 14, 62.0);
    }

    // Allocation: measured where the interpreter tells, otherwise inferred from what is built.
    let built =
        if figures.blocks_up > 0 { f64::from(figures.blocks_up) / figures.steps.max(1) as f64 } else { figures.share(Family::Build) };
    if built > 0.01 && now.bar > 1 {
        for slot in spread((1.0 + 40.0 * built).round().min(12.0) as u32, SLOTS, 2) {
            strike(Drum::Maracas, slot, 46.0);
        }
    }
    if figures.calls > 0 {
        for slot in spread((1.0 + 6.0 * figures.call_ratio()).round().min(7.0) as u32, SLOTS, 4) {
            strike(Drum::HighWoodBlock, slot, 44.0);
        }
    }
    if figures.raised > 0 {
        strike(Drum::Crash, 0, 84.0);
        for slot in spread(figures.raised.min(8), SLOTS, 3) {
            strike(Drum::LowTom, slot, 72.0);
        }
    }
    // Collections are a low roll that leads to the half bar: a stroke for each, four at most.
    if figures.collections > 0 {
        for slot in (8 - figures.collections.min(4))..8 {
            strike(if slot % 2 == 0 { Drum::LowFloorTom } else { Drum::HighFloorTom }, slot, 60.0 + 3.0 * f64::from(slot));
        }
    }
    if now.closes {
        for (slot, drum) in (FILL..SLOTS).zip([Drum::HighTom, Drum::MidTom, Drum::LowTom, Drum::LowFloorTom]) {
            strike(drum, slot, 66.0 + 4.0 * f64::from(slot - FILL));
        }
    }
}
