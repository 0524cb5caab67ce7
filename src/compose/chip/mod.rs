//! The style `chip`: four voices of an old sound chip, quick and tight. The value stack is the arpeggio.
//!
//! | part | carries |
//! |---|---|
//! | arpeggio | the value stack: as many tones as it is high, 2 to 6; its accents and its shape are the function's |
//! | triangle bass | depth of the call stack |
//! | leads | the kind of work, one wave each, and one for each other thread; their pitch is the height of the value stack |
//! | noise drums | all else |
//! | collector | a collection |
//!
//! # Signs
//!
//! What each bar of sixteen sixteenths says can be read from its notes alone: channel, pitch and onset.
//! Channels are counted from 1. Bars of the ending say nothing.
//!
//! | what | sign |
//! |---|---|
//! | the style | the kick (36) is struck, and channel 1 strikes on 8 sixteenths or more: in `groove` it strikes on 7 at most, `ambient` has no kick |
//! | turns of loops, 0 to 3 | kicks (36): 2, 3, 4, 5 |
//! | frame depth, 0 to 3 | strokes on channel 2: 4, 6, 8, 12 |
//! | activity, 0 to 4 | closed hats (42) on the first twelve sixteenths: 2, 3, 6, 9, 12 |
//! | frames entered, 0 to 4 | wood block (76): 0, 1, 3, 5, 7 |
//! | functions in C called, 0 to 4 | cowbell (56): 0, 1, 2, 4, 6 |
//! | allocation, 0 to 4 | maracas (70): 0, 2, 4, 6, 10 |
//! | releases | high bongo (60) is struck, and begins a falling run |
//! | warmth, 0 to 4 | tambourine (54): as many |
//! | falls, 4 at most | high agogo (67): as many, each before a low one (68) |
//! | exceptions, 0 to 6 | low tom (45): as many |
//! | collection, generation 0 to 2 | the note on channel 14, which lasts until the bar ends: 4, 8, 14 sixteenths; no note, no collection |
//! | kind of work | the channel of the lead: 3 arithmetic, 4 subscripts, 5 attributes, 6 building, 7 calls, 8 generators, 9 exceptions; if both 7 and 8 play, calls answer generators, and it is 8; none, if none of them plays |
//!
//! Drums are on channel 10; the channels 11 to 13 are other threads'.

mod arpeggio;
mod drums;
mod ending;
mod lead;
mod legend;

pub use legend::legend;

use super::conductor::{Arrangement, Last, Now, Written};
use super::melody::{self, Baton, THREADS};
use super::motif::Motifs;
use super::rhythm::{SLOTS, spread};
use super::sheet::Sheet;
use super::{door, memory, warmth};
use crate::score::Work;
use crate::trace::Outcome;

const DRUMS: usize = 0;
const ARPEGGIO: usize = 1;
pub const BASS: usize = 2;
pub const FIRST_LEAD: usize = 3;
const FIRST_THREAD: usize = FIRST_LEAD + Work::ALL.len();
pub const COLLECTOR: usize = FIRST_THREAD + THREADS;

/// In the order of the score.
pub const PARTS: [&str; COLLECTOR + 1] = [
    "drums",
    "arpeggio",
    "bass",
    "reckon",
    "index",
    "look",
    "build",
    "call",
    "suspend",
    "fail",
    "thread 2",
    "thread 3",
    "thread 4",
    "collector",
];

/// What the chip remembers from bar to bar.
#[derive(Default)]
pub struct Chip {
    motifs: Motifs,
    baton: Baton,
}

impl Arrangement for Chip {
    fn bar(&mut self, sheet: &mut Sheet, now: &Now) -> Written {
        drums::write(sheet, now);
        memory::write(sheet, now, DRUMS, COLLECTOR);
        door::write(sheet, now, DRUMS);
        bass(sheet, now);
        arpeggio::write(sheet, now);
        let stretch = self.motifs.stretch(&now.material.gestures, melody::most_notes(now, lead::MOST_NOTES));
        let written = lead::write(&mut self.baton, sheet, now, &stretch);
        warmth::write(sheet, now, DRUMS, FIRST_LEAD..COLLECTOR);
        written
    }

    fn ending(&mut self, sheet: &mut Sheet, last: &Last, outcome: &Outcome) {
        ending::write(sheet, last, outcome);
    }
}

/// Roots and octaves in turn, short. The last stroke is the fifth: it leans towards what comes.
fn bass(sheet: &mut Sheet, now: &Now) {
    let depth = now.state.frame_depth;
    let seat = &now.mapping.seats()[BASS];
    let register = if depth >= 2 { seat.deep } else { seat.register };
    let slots = spread(seat.counts[usize::from(depth)], SLOTS, 0);
    for (index, &slot) in slots.iter().enumerate() {
        let chord = now.chord_at(slot);
        let root = i32::from(register.lowest(chord.root_in(now.key)).number());
        // Programs that call much leap at every other stroke, others at every fourth.
        let leaps = if now.character.calling > 0.4 { index % 2 == 1 } else { index % 4 == 3 };
        let interval = match index + 1 == slots.len() {
            true => chord.tones()[2],
            false if leaps => 12,
            false => 0,
        };
        let next = slots.get(index + 1).copied().unwrap_or(SLOTS);
        let pitch = register.of(root + interval);
        sheet.write(BASS, (now.bar, slot), (next - slot).min(3), pitch, now.dynamics.at(seat.velocity, slot, 0.6), now.figures.cause);
    }
}
