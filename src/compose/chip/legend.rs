//! What each voice of the chip stands for.

use super::{ARPEGGIO, BASS, COLLECTOR, FIRST_LEAD, SEATS};
use crate::compose::legend::{self, Entry, drums, lead, part, thread};
use crate::music::Drum;
use crate::score::Work;
use crate::trace::Family;

pub const LEGEND: [Entry; 25] = [
    lead(&SEATS, FIRST_LEAD, 69, Work::Reckon),
    lead(&SEATS, FIRST_LEAD, 69, Work::Index),
    lead(&SEATS, FIRST_LEAD, 69, Work::Look),
    lead(&SEATS, FIRST_LEAD, 69, Work::Build),
    lead(&SEATS, FIRST_LEAD, 69, Work::Call),
    lead(&SEATS, FIRST_LEAD, 69, Work::Suspend),
    lead(&SEATS, FIRST_LEAD, 69, Work::Fail),
    part(
        &SEATS,
        ARPEGGIO,
        57,
        &[Family::Load, Family::Store, Family::Stack],
        "the value stack: as many tones as it is high; its way through them is the function's",
    ),
    part(&SEATS, BASS, 33, &[Family::Scope], "depth of the call stack: quicker and lower the deeper"),
    drums("kick and snare", &[Drum::Kick, Drum::Snare], &[Family::Loop], "turns of loops"),
    drums("hats", &[Drum::ClosedHat], &[Family::Jump], "instructions in the bar against the average"),
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
    thread(&SEATS, FIRST_LEAD, 69, 1),
    thread(&SEATS, FIRST_LEAD, 69, 2),
    legend::SECTION,
    legend::FILL,
];
