//! The music of the door to C: knocks on a drum of its own for the functions in C that a bar calls. Where the
//! recorder does not tell of them there is none.

use super::conductor::Now;
use super::mapping::Role;
use super::rhythm::{SLOTS, spread};
use super::sheet::Sheet;

/// The sixteenth of the first: off the beat, where neither kick nor wood block begin.
const FIRST: u32 = 6;

/// `drums` is the part that plays it.
pub fn write(sheet: &mut Sheet, now: &Now, drums: usize) {
    let kit = &now.mapping.kit;
    for slot in spread(kit.strokes(Role::Door)[usize::from(now.state.calling_c)], SLOTS, FIRST) {
        let velocity = now.dynamics.at(kit.velocity(Role::Door), slot, 0.7);
        sheet.write(drums, (now.bar, slot), 1, kit.drum(Role::Door), velocity, now.figures.cause);
    }
}
