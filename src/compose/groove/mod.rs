//! The style `groove`: a band plays the states of the program, bar by bar.
//!
//! | part | carries |
//! |---|---|
//! | kick, snare | turns of loops |
//! | hats or ride | instructions in the bar against the average |
//! | maracas, bongos and congas | memory: what is allocated; a cascade of releases |
//! | collector | a collection; the longer the higher its generation |
//! | wood block, triangle | frames entered; another thread takes over |
//! | cowbell | functions in C are called |
//! | crash, toms | exceptions |
//! | tambourine, agogo bells | what runs specialised, and what falls back, if a second run told of it |
//! | bass | depth of the call stack |
//! | keys | which function: each has its progression, rhythm and manner |
//! | strings | how deep the call stack is, as a drone |
//! | leads | the kind of work, one instrument each, and one for each other thread; their pitch is the height of the value stack |
//! | harp | the value stack, line by line |

mod accompaniment;
mod drums;
mod ending;
mod lead;
mod legend;

pub use legend::legend;

use super::conductor::{Arrangement, Last, Now, Written};
use super::melody::{self, Baton, THREADS};
use super::motif::Motifs;
use super::sheet::Sheet;
use super::{door, memory, warmth};
use crate::music::Pitch;
use crate::score::Work;
use crate::trace::Outcome;

pub const DRUMS: usize = 0;
pub const BASS: usize = 1;
const KEYS: usize = 2;
const STRINGS: usize = 3;
const HARP: usize = 4;
pub const FIRST_LEAD: usize = 5;
const FIRST_THREAD: usize = FIRST_LEAD + Work::ALL.len();
pub const COLLECTOR: usize = FIRST_THREAD + THREADS;

/// The band, in the order of the score.
pub const PARTS: [&str; COLLECTOR + 1] = [
    "drums",
    "bass",
    "keys",
    "strings",
    "harp",
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

/// What the band remembers from bar to bar.
#[derive(Default)]
pub struct Groove {
    /// The chord as it was voiced last, from which the ending leads on.
    voicing: Vec<Pitch>,
    motifs: Motifs,
    baton: Baton,
}

impl Arrangement for Groove {
    fn bar(&mut self, sheet: &mut Sheet, now: &Now) -> Written {
        drums::write(sheet, now);
        memory::write(sheet, now, DRUMS, COLLECTOR);
        door::write(sheet, now, DRUMS);
        let stretch = self.motifs.stretch(&now.material.gestures, melody::most_notes(now, lead::MOST_NOTES));
        let riff: Vec<u16> = stretch.shown.iter().map(|shown| shown.depth).collect();
        accompaniment::bass(sheet, now);
        accompaniment::strings(sheet, now);
        self.voicing = accompaniment::keys(sheet, now, &riff);
        let written = lead::write(&mut self.baton, sheet, now, &stretch, &riff);
        warmth::write(sheet, now, DRUMS, FIRST_LEAD..COLLECTOR);
        written
    }

    fn ending(&mut self, sheet: &mut Sheet, last: &Last, outcome: &Outcome) {
        ending::write(sheet, last, &self.voicing, outcome);
    }
}
