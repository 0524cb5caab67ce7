//! The style `ambient`: slow and wide, the program as weather. Few notes, long tones, no drum kit; what repeats comes
//! round in three bars on some parts and in five on others, so that it hardly ever meets in the same way.
//!
//! It is the least informative of the styles: a bar has six notes of the melody at most, and most of a program's
//! lines are not played one by one. The states of each bar are all there.
//!
//! | part | carries |
//! |---|---|
//! | pad | which function: its progression; as many voices as the value stack is high, by halves |
//! | fretless bass | depth of the call stack |
//! | pulse | turns of loops |
//! | drops | instructions in the bar against the average; their pitch is the value stack within a line |
//! | leads | the kind of work, one instrument each, and one for each other thread; their pitch is the height of the value stack |
//! | drums | soft and far: allocation, releases, frames entered, functions in C, exceptions, another thread |
//! | collector | a collection |
//!
//! # Signs
//!
//! What each bar of sixteen sixteenths says can be read from its notes alone: channel, pitch and onset.
//! Channels are counted from 1. Bars of the ending say nothing.
//!
//! | what | sign |
//! |---|---|
//! | the style | no kick (36) is struck, and channel 1 strikes two tones or more together on the first sixteenth |
//! | turns of loops, 0 to 3 | strokes on channel 3: 0, 3, 5, 7 |
//! | frame depth, 0 to 3 | channel 2: 2 if its first tone lies below 40, and 1 more if it has a second tone |
//! | activity, 0 to 4 | strokes on channel 4: as many |
//! | frames entered, 0 to 4 | wood block (76): as many |
//! | functions in C called, 0 to 4 | ride bell (53): as many |
//! | allocation, 0 to 4 | maracas (70): 0, 1, 3, 5, 7 |
//! | releases | high bongo (60) is struck, and begins a falling run |
//! | warmth, 0 to 4 | tambourine (54): as many |
//! | falls, 4 at most | high agogo (67): as many, each before a low one (68) |
//! | exceptions, 0 to 6 | low floor tom (41): as many |
//! | collection, generation 0 to 2 | the note on channel 16, which lasts until the bar ends: 4, 8, 14 sixteenths; no note, no collection |
//! | kind of work | the channel of the lead: 5 arithmetic, 6 subscripts, 7 attributes, 8 building, 9 calls, 11 generators, 12 exceptions; if both 9 and 11 play, calls answer generators, and it is 11; none, if none of them plays |
//!
//! Drums are on channel 10; the channels 13 to 15 are other threads'.

mod ending;
mod ground;
mod lead;
mod legend;
mod weather;

pub use legend::legend;

use super::conductor::{Arrangement, Last, Now, Written};
use super::melody::{Baton, THREADS};
use super::motif::Motifs;
use super::sheet::Sheet;
use super::warmth;
use crate::score::Work;
use crate::trace::Outcome;

const DRUMS: usize = 0;
const PAD: usize = 1;
pub const BASS: usize = 2;
pub const PULSE: usize = 3;
pub const DROPS: usize = 4;
pub const FIRST_LEAD: usize = 5;
const FIRST_THREAD: usize = FIRST_LEAD + Work::ALL.len();
pub const COLLECTOR: usize = FIRST_THREAD + THREADS;

/// In the order of the score.
pub const PARTS: [&str; COLLECTOR + 1] = [
    "drums",
    "pad",
    "bass",
    "pulse",
    "drops",
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

/// What a cycle of `N` bars has for this one.
fn in_turn<T: Copy, const N: usize>(cycle: [T; N], now: &Now) -> T {
    cycle[now.bar as usize % N]
}

/// What is remembered from bar to bar.
#[derive(Default)]
pub struct Ambient {
    motifs: Motifs,
    ground: ground::Ground,
    baton: Baton,
}

impl Arrangement for Ambient {
    fn bar(&mut self, sheet: &mut Sheet, now: &Now) -> Written {
        self.ground.write(sheet, now);
        let stretch = self.motifs.stretch(&now.material.gestures, lead::most_notes(now));
        let riff: Vec<u16> = stretch.shown.iter().map(|shown| shown.depth).collect();
        weather::write(sheet, now, &riff);
        let written = lead::write(&mut self.baton, sheet, now, &stretch);
        warmth::write(sheet, now, DRUMS, FIRST_LEAD..COLLECTOR);
        written
    }

    fn ending(&mut self, sheet: &mut Sheet, last: &Last, outcome: &Outcome) {
        ending::write(sheet, last, self.ground.pad(), outcome);
    }
}
