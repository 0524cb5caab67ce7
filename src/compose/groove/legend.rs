//! What each instrument of the band stands for.

use super::{BASS, COLLECTOR, FIRST_LEAD, HARP, KEYS, STRINGS};
use crate::compose::legend::{self, Entry, drums, lead, part, thread};
use crate::compose::sheet::Seat;
use crate::music::Drum;
use crate::score::Work;
use crate::trace::Family;

pub fn legend(seats: &[Seat]) -> Vec<Entry> {
    vec![
        lead(seats, FIRST_LEAD, 57, Work::Reckon),
        lead(seats, FIRST_LEAD, 57, Work::Index),
        lead(seats, FIRST_LEAD, 69, Work::Look),
        lead(seats, FIRST_LEAD, 69, Work::Build),
        lead(seats, FIRST_LEAD, 69, Work::Call),
        lead(seats, FIRST_LEAD, 57, Work::Suspend),
        lead(seats, FIRST_LEAD, 57, Work::Fail),
        part(seats, HARP, 69, &[Family::Load, Family::Store, Family::Stack], "the value stack within the lines: loads, stores, shuffles"),
        part(seats, KEYS, 57, &[Family::Scope], "which function: each has its chords and its rhythm; recursion walks down in thirds"),
        drums("kick and snare", &[Drum::Kick, Drum::Snare], &[Family::Loop], "turns of loops"),
        drums("hats", &[Drum::ClosedHat], &[Family::Jump], "instructions in the bar against the average"),
        drums("ride", &[Drum::Ride], &[], "the same, in a small band"),
        part(seats, BASS, 33, &[], "depth of the call stack: busier and lower the deeper"),
        part(seats, STRINGS, 69, &[], "depth of the call stack, as a drone"),
        legend::frames(),
        drums("cowbell", &[Drum::Cowbell], &[], legend::DOOR),
        legend::allocation(),
        legend::releases(),
        part(seats, COLLECTOR, 60, &[], legend::COLLECTION),
        legend::exception(),
        legend::hand_over(),
        legend::warmth(),
        legend::fall(),
        thread(seats, FIRST_LEAD, 69, 0),
        thread(seats, FIRST_LEAD, 57, 1),
        thread(seats, FIRST_LEAD, 57, 2),
        legend::section(),
        legend::fill(),
    ]
}
