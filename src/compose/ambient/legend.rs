//! What each sound of the weather stands for.

use super::{BASS, COLLECTOR, DROPS, FIRST_LEAD, PAD, PULSE, SEATS};
use crate::compose::legend::{self, Entry, drums, lead, part, thread};
use crate::music::Drum;
use crate::score::Work;
use crate::trace::Family;

pub const LEGEND: [Entry; 24] = [
    lead(&SEATS, FIRST_LEAD, 67, Work::Reckon),
    lead(&SEATS, FIRST_LEAD, 67, Work::Index),
    lead(&SEATS, FIRST_LEAD, 67, Work::Look),
    lead(&SEATS, FIRST_LEAD, 67, Work::Build),
    lead(&SEATS, FIRST_LEAD, 67, Work::Call),
    lead(&SEATS, FIRST_LEAD, 67, Work::Suspend),
    lead(&SEATS, FIRST_LEAD, 67, Work::Fail),
    part(
        &SEATS,
        PAD,
        57,
        &[Family::Load, Family::Store, Family::Stack],
        "the value stack: one voice more for two values; its chords are the function's",
    ),
    part(&SEATS, BASS, 33, &[Family::Scope], "depth of the call stack: a second tone, then an octave lower"),
    part(&SEATS, PULSE, 72, &[Family::Loop], "turns of loops: the more, the closer"),
    part(&SEATS, DROPS, 81, &[Family::Jump], "instructions in the bar against the average"),
    legend::FRAMES,
    drums("bell, far", &[Drum::RideBell], &[], legend::DOOR),
    legend::ALLOCATION,
    legend::RELEASES,
    part(&SEATS, COLLECTOR, 60, &[], legend::COLLECTION),
    drums("low tom, far", &[Drum::LowFloorTom], &[], "an exception is raised or passed on"),
    legend::HAND_OVER,
    legend::WARMTH,
    legend::FALL,
    thread(&SEATS, FIRST_LEAD, 60, 0),
    thread(&SEATS, FIRST_LEAD, 60, 1),
    thread(&SEATS, FIRST_LEAD, 60, 2),
    drums("ride", &[Drum::Ride], &[], "a section begins"),
];
