//! What each voice of the chip stands for.

use super::{ARPEGGIO, BASS, COLLECTOR, DRUMS, FIRST_LEAD, FIRST_THREAD, SEATS};
use crate::compose::legend::Entry;
use crate::music::Drum;
use crate::score::Work;
use crate::trace::Family;

const fn part(part: usize, register: u8, families: &'static [Family], meaning: &'static str) -> Entry {
    Entry { instrument: SEATS[part].instrument.name(), families, meaning, part, drums: &[], register }
}

const fn lead(work: Work, families: &'static [Family], meaning: &'static str) -> Entry {
    part(FIRST_LEAD + work as usize, 69, families, meaning)
}

const fn drums(instrument: &'static str, drums: &'static [Drum], families: &'static [Family], meaning: &'static str) -> Entry {
    Entry { instrument, families, meaning, part: DRUMS, drums, register: 60 }
}

pub const LEGEND: [Entry; 22] = [
    lead(Work::Reckon, &[Family::Arith, Family::Test], "arithmetic and comparison"),
    lead(Work::Index, &[Family::Subscr], "subscripts and slices"),
    lead(Work::Look, &[Family::Attr], "attributes and methods"),
    lead(Work::Build, &[Family::Build], "building containers and strings"),
    lead(Work::Call, &[Family::Call], "calls and returns; those who wait for generators"),
    lead(Work::Suspend, &[Family::Gen], "generators and coroutines"),
    lead(Work::Fail, &[Family::Except], "exceptions"),
    part(
        ARPEGGIO,
        57,
        &[Family::Load, Family::Store, Family::Stack],
        "the value stack: as many tones as it is high; its way through them is the function's",
    ),
    part(BASS, 33, &[Family::Scope], "depth of the call stack: quicker and lower the deeper"),
    drums("kick and snare", &[Drum::Kick, Drum::Snare], &[Family::Loop], "turns of loops"),
    drums("hats", &[Drum::ClosedHat], &[Family::Jump], "instructions in the bar against the average"),
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
    part(FIRST_THREAD, 69, &[], "the second thread, at the left"),
    part(FIRST_THREAD + 1, 69, &[], "the third thread, at the right"),
    part(FIRST_THREAD + 2, 69, &[], "the fourth thread; more take the three in turn"),
    drums("splash cymbal", &[Drum::SplashCymbal], &[], "a section begins"),
    drums("toms, falling", &[Drum::HighTom, Drum::HighTom, Drum::MidTom, Drum::LowFloorTom], &[], "a section ends"),
];
