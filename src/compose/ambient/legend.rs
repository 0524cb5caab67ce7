//! What each sound of the weather stands for.

use super::{BASS, COLLECTOR, DROPS, FIRST_LEAD, PAD, PULSE};
use crate::compose::legend::{self, Entry, drums, lead, part, thread};
use crate::compose::sheet::Seat;
use crate::music::Drum;
use crate::score::Work;
use crate::trace::Family;

pub fn legend(seats: &[Seat]) -> Vec<Entry> {
    vec![
        lead(seats, FIRST_LEAD, 67, Work::Reckon),
        lead(seats, FIRST_LEAD, 67, Work::Index),
        lead(seats, FIRST_LEAD, 67, Work::Look),
        lead(seats, FIRST_LEAD, 67, Work::Build),
        lead(seats, FIRST_LEAD, 67, Work::Call),
        lead(seats, FIRST_LEAD, 67, Work::Suspend),
        lead(seats, FIRST_LEAD, 67, Work::Fail),
        part(
            seats,
            PAD,
            57,
            &[Family::Load, Family::Store, Family::Stack],
            "the value stack: one voice more for two values; its chords are the function's",
        ),
        part(seats, BASS, 33, &[Family::Scope], "depth of the call stack: a second tone, then an octave lower"),
        part(seats, PULSE, 72, &[Family::Loop], "turns of loops: the more, the closer"),
        part(seats, DROPS, 81, &[Family::Jump], "instructions in the bar against the average"),
        legend::frames(),
        drums("bell, far", &[Drum::RideBell], &[], legend::DOOR),
        legend::allocation(),
        legend::releases(),
        part(seats, COLLECTOR, 60, &[], legend::COLLECTION),
        drums("low tom, far", &[Drum::LowFloorTom], &[], "an exception is raised or passed on"),
        legend::hand_over(),
        legend::warmth(),
        legend::fall(),
        thread(seats, FIRST_LEAD, 60, 0),
        thread(seats, FIRST_LEAD, 60, 1),
        thread(seats, FIRST_LEAD, 60, 2),
        drums("ride", &[Drum::Ride], &[], "a section begins"),
    ]
}
