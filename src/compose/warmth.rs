//! The music of specialisation, where a second run told of it: a tambourine and a brighter lead for what runs
//! specialised, falling bells where it falls back. Without a second run nothing of it sounds.

use std::ops::Range;

use super::conductor::Now;
use super::rhythm::{SLOTS, spread};
use super::sheet::Sheet;
use crate::music::Drum;

/// Velocity that the lead gains for each step of warmth, of which there are four: with the last it is heard to be
/// brighter and does not yet cover the band. By ear on `@attributes`.
const BRIGHTER: f64 = 2.5;

/// The bells of a fall-back.
pub const BELLS: [Drum; 2] = [Drum::HighAgogo, Drum::LowAgogo];

/// `drums` is the part that strikes, `leads` are the parts of the leads, and `usual` is the velocity of the
/// tambourine. To be called when the leads are written.
pub fn write(sheet: &mut Sheet, now: &Now, drums: usize, leads: Range<usize>, usual: f64) {
    let (state, cause) = (now.state, now.figures.cause);
    // Between the beats, where a tambourine shimmers and does not lead.
    for slot in spread(u32::from(state.warmth), SLOTS, 2) {
        sheet.write(drums, (now.bar, slot), 1, Drum::Tambourine.pitch(), now.dynamics.at(usual, slot, 0.6), cause);
    }
    for slot in spread(u32::from(state.falls), SLOTS, 6) {
        for (after, bell) in (0..).zip(BELLS) {
            let velocity = now.dynamics.at(usual + 26.0 - 4.0 * f64::from(after), slot + after, 0.4);
            sheet.write(drums, (now.bar, slot + after), 1, bell.pitch(), velocity, cause);
        }
    }
    if state.warmth > 0 {
        sheet.brighten(leads, now.bar, BRIGHTER * f64::from(state.warmth));
    }
}
