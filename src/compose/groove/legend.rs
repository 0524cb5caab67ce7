//! What each instrument of the band stands for.

use super::{BASS, COLLECTOR, DRUMS, FIRST_LEAD, FIRST_THREAD, HARP, KEYS, SEATS, STRINGS, seat_of};
use crate::compose::legend::Entry;
use crate::music::Drum;
use crate::score::Work;
use crate::trace::Family;

const fn part(part: usize, register: u8, families: &'static [Family], meaning: &'static str) -> Entry {
    Entry { instrument: SEATS[part].instrument.name(), families, meaning, part, drums: &[], register }
}

const fn drums(instrument: &'static str, drums: &'static [Drum], families: &'static [Family], meaning: &'static str) -> Entry {
    Entry { instrument, families, meaning, part: DRUMS, drums, register: 60 }
}

pub const LEGEND: [Entry; 25] = [
    part(seat_of(Work::Reckon), 57, &[Family::Arith, Family::Test], "arithmetic and comparison"),
    part(seat_of(Work::Index), 57, &[Family::Subscr], "subscripts and slices"),
    part(seat_of(Work::Look), 69, &[Family::Attr], "attributes and methods"),
    part(seat_of(Work::Build), 69, &[Family::Build], "building containers and strings"),
    part(FIRST_LEAD + Work::Call as usize, 69, &[Family::Call], "calls and returns; those who wait for generators"),
    part(seat_of(Work::Suspend), 57, &[Family::Gen], "generators and coroutines"),
    part(seat_of(Work::Fail), 57, &[Family::Except], "exceptions"),
    part(HARP, 69, &[Family::Load, Family::Store, Family::Stack], "the value stack within the lines: loads, stores, shuffles"),
    part(KEYS, 57, &[Family::Scope], "which function: each has its chords and its rhythm; recursion walks down in thirds"),
    drums("kick and snare", &[Drum::Kick, Drum::Snare], &[Family::Loop], "turns of loops"),
    drums("hats", &[Drum::ClosedHat], &[Family::Jump], "instructions in the bar against the average"),
    drums("ride", &[Drum::Ride], &[], "the same, in a small band"),
    part(BASS, 33, &[], "depth of the call stack: busier and lower the deeper"),
    part(STRINGS, 69, &[], "depth of the call stack, as a drone"),
    drums("wood block", &[Drum::HighWoodBlock], &[], "frames entered"),
    drums("maracas", &[Drum::Maracas], &[], "memory that is allocated"),
    drums(
        "bongos and congas, falling",
        &[Drum::HighBongo, Drum::LowBongo, Drum::OpenHighConga, Drum::LowConga],
        &[],
        "a cascade of releases",
    ),
    part(COLLECTOR, 60, &[], "a run of the cyclic collector; the longer the higher the generation"),
    drums("crash and low tom", &[Drum::Crash, Drum::LowTom, Drum::LowTom], &[], "an exception is raised or passed on"),
    drums("triangle", &[Drum::OpenTriangle], &[], "another thread takes over"),
    part(FIRST_THREAD, 69, &[], "the second thread"),
    part(FIRST_THREAD + 1, 57, &[], "the third thread"),
    part(FIRST_THREAD + 2, 57, &[], "the fourth thread; more take the three in turn"),
    drums("splash cymbal", &[Drum::SplashCymbal], &[], "a section begins"),
    drums("toms, falling", &[Drum::HighTom, Drum::MidTom, Drum::MidTom, Drum::LowFloorTom], &[], "a section ends"),
];
