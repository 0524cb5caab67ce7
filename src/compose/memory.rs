//! The music of memory: a shaker for what is allocated, a falling run of drums for a cascade of releases,
//! a swell for a collection.

use super::conductor::Now;
use super::figures::CASCADE;
use super::mapping::Role;
use super::rhythm::{SLOTS, spread};
use super::sheet::Sheet;

/// `drums` and `collector` are the parts that play it.
pub fn write(sheet: &mut Sheet, now: &Now, drums: usize, collector: usize) {
    let (figures, kit) = (now.figures, &now.mapping.kit);
    for slot in spread(kit.strokes(Role::Allocation)[usize::from(now.state.allocating)], SLOTS, 2) {
        let velocity = now.dynamics.at(kit.velocity(Role::Allocation), slot, 0.9);
        sheet.write(drums, (now.bar, slot), 1, kit.drum(Role::Allocation), velocity, figures.cause);
    }
    if now.state.releases {
        let strokes = run(figures.released);
        let first = SLOTS / 2 - strokes / 2;
        // Each is struck twice if the run is long.
        let falling = kit.drums(Role::Releases);
        for stroke in 0..strokes {
            let drum = falling[(stroke * falling.len() as u32 / strokes) as usize];
            let velocity = now.dynamics.at(kit.velocity(Role::Releases) - 2.0 * f64::from(stroke), first + stroke, 0.5);
            sheet.write(drums, (now.bar, first + stroke), 1, drum, velocity, figures.cause);
        }
    }
    swell(sheet, now, collector);
}

/// What the part of the collector plays: it grows towards the bar line, the longer and louder the higher the
/// generation that is collected.
pub fn swell(sheet: &mut Sheet, now: &Now, collector: usize) {
    if let Some(generation) = now.state.collected {
        let seat = &now.mapping.seats()[collector];
        let slots = seat.counts[usize::from(generation)];
        let velocity = now.dynamics.at(seat.velocity + 12.0 * f64::from(generation), 0, 0.3);
        sheet.write(collector, (now.bar, SLOTS - slots), slots, seat.register.of(seat.centre), velocity, now.figures.cause);
    }
}

/// Strokes of a run of releases: four for the least cascade, one more for every fourfold.
fn run(released: u32) -> u32 {
    (4 + (released / CASCADE).max(1).ilog2() / 2).min(8)
}
