//! The music of the door to C: knocks on a drum of its own for the functions in C that a bar calls. Where the
//! recorder does not tell of them there is none.

use super::conductor::Now;
use super::rhythm::{SLOTS, spread};
use super::sheet::Sheet;
use crate::music::Drum;

/// Knocks in a bar by how often functions in C are called.
pub const KNOCKS: [u32; 5] = [0, 1, 2, 4, 6];

/// The sixteenth of the first: off the beat, where neither kick nor wood block begin.
const FIRST: u32 = 6;

/// `drums` is the part that plays it, `usual` the velocity.
pub fn write(sheet: &mut Sheet, now: &Now, drums: usize, (drum, knocks): (Drum, &[u32; 5]), usual: f64) {
    for slot in spread(knocks[usize::from(now.state.calling_c)], SLOTS, FIRST) {
        sheet.write(drums, (now.bar, slot), 1, drum.pitch(), now.dynamics.at(usual, slot, 0.7), now.figures.cause);
    }
}
