//! The music of specialisation, where a second run told of it: a tambourine and a brighter lead for what runs
//! specialised, falling bells where it falls back. Without a second run nothing of it sounds.

use std::ops::Range;

use super::conductor::Now;
use super::mapping::Role;
use super::rhythm::{SLOTS, spread};
use super::sheet::Sheet;

/// Velocity that the lead gains for each step of warmth, of which there are four: with the last it is heard to be
/// brighter and does not yet cover the band. By ear on `@attributes`.
const BRIGHTER: f64 = 2.5;

/// `drums` is the part that strikes, and `leads` are the parts of the leads. To be called when the leads are written.
pub fn write(sheet: &mut Sheet, now: &Now, drums: usize, leads: Range<usize>) {
    let (state, cause, kit) = (now.state, now.figures.cause, &now.mapping.kit);
    // Between the beats, where a tambourine shimmers and does not lead.
    for slot in spread(u32::from(state.warmth), SLOTS, 2) {
        let velocity = now.dynamics.at(kit.velocity(Role::Warmth), slot, 0.6);
        sheet.write(drums, (now.bar, slot), 1, kit.drum(Role::Warmth), velocity, cause);
    }
    for slot in spread(u32::from(state.falls), SLOTS, 6) {
        for (after, bell) in (0..).zip(kit.drums(Role::Falls)) {
            let velocity = now.dynamics.at(kit.velocity(Role::Falls) - 4.0 * f64::from(after), slot + after, 0.4);
            sheet.write(drums, (now.bar, slot + after), 1, *bell, velocity, cause);
        }
    }
    if state.warmth > 0 {
        sheet.brighten(leads, now.bar, BRIGHTER * f64::from(state.warmth));
    }
}
