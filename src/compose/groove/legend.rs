//! What each instrument of the band stands for.

use super::{BASS, COLLECTOR, FIRST_LEAD, HARP, KEYS, SEATS, STRINGS};
use crate::compose::legend::{self, Entry, drums, lead, part, thread};
use crate::music::Drum;
use crate::score::Work;
use crate::trace::Family;

pub const LEGEND: [Entry; 28] = [
    lead(&SEATS, FIRST_LEAD, 57, Work::Reckon),
    lead(&SEATS, FIRST_LEAD, 57, Work::Index),
    lead(&SEATS, FIRST_LEAD, 69, Work::Look),
    lead(&SEATS, FIRST_LEAD, 69, Work::Build),
    lead(&SEATS, FIRST_LEAD, 69, Work::Call),
    lead(&SEATS, FIRST_LEAD, 57, Work::Suspend),
    lead(&SEATS, FIRST_LEAD, 57, Work::Fail),
    part(&SEATS, HARP, 69, &[Family::Load, Family::Store, Family::Stack], "the value stack within the lines: loads, stores, shuffles"),
    part(&SEATS, KEYS, 57, &[Family::Scope], "which function: each has its chords and its rhythm; recursion walks down in thirds"),
    drums("kick and snare", &[Drum::Kick, Drum::Snare], &[Family::Loop], "turns of loops"),
    drums("hats", &[Drum::ClosedHat], &[Family::Jump], "instructions in the bar against the average"),
    drums("ride", &[Drum::Ride], &[], "the same, in a small band"),
    part(&SEATS, BASS, 33, &[], "depth of the call stack: busier and lower the deeper"),
    part(&SEATS, STRINGS, 69, &[], "depth of the call stack, as a drone"),
    legend::FRAMES,
    drums("cowbell", &[Drum::Cowbell], &[], legend::DOOR),
    legend::ALLOCATION,
    legend::RELEASES,
    part(&SEATS, COLLECTOR, 60, &[], legend::COLLECTION),
    legend::EXCEPTION,
    legend::HAND_OVER,
    legend::WARMTH,
    legend::FALL,
    thread(&SEATS, FIRST_LEAD, 69, 0),
    thread(&SEATS, FIRST_LEAD, 57, 1),
    thread(&SEATS, FIRST_LEAD, 57, 2),
    legend::SECTION,
    legend::FILL,
];
