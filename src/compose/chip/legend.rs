//! What each voice of the chip stands for.

use super::{ARPEGGIO, BASS, COLLECTOR, FIRST_LEAD};
use crate::compose::legend::{self, Entry, drums, lead, part, thread};
use crate::compose::sheet::Seat;
use crate::music::Drum;
use crate::score::Work;
use crate::trace::Family;

pub fn legend(seats: &[Seat]) -> Vec<Entry> {
    vec![
        lead(seats, FIRST_LEAD, 69, Work::Reckon),
        lead(seats, FIRST_LEAD, 69, Work::Index),
        lead(seats, FIRST_LEAD, 69, Work::Look),
        lead(seats, FIRST_LEAD, 69, Work::Build),
        lead(seats, FIRST_LEAD, 69, Work::Call),
        lead(seats, FIRST_LEAD, 69, Work::Suspend),
        lead(seats, FIRST_LEAD, 69, Work::Fail),
        part(
            seats,
            ARPEGGIO,
            57,
            &[Family::Load, Family::Store, Family::Stack],
            "the value stack: as many tones as it is high; its way through them is the function's",
        ),
        part(seats, BASS, 33, &[Family::Scope], "depth of the call stack: quicker and lower the deeper"),
        drums("kick and snare", &[Drum::Kick, Drum::Snare], &[Family::Loop], "turns of loops"),
        drums("hats", &[Drum::ClosedHat], &[Family::Jump], "instructions in the bar against the average"),
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
        thread(seats, FIRST_LEAD, 69, 1),
        thread(seats, FIRST_LEAD, 69, 2),
        legend::section(),
        legend::fill(),
    ]
}
