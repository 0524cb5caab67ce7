//! What each sound of the weather stands for.

use super::{BASS, COLLECTOR, DROPS, FIRST_LEAD, PAD, PULSE};
use crate::compose::legend::{self, Entry, drums, lead, part, thread};
use crate::compose::mapping::{Mapping, Role};
use crate::music::Drum;
use crate::score::Work;
use crate::trace::Family;

pub fn legend(mapping: &Mapping) -> Vec<Entry> {
    let leads = Work::ALL.map(|work| lead(mapping, FIRST_LEAD, work));
    let mut loops = part(mapping, PULSE, &[], "turns of loops: the more, the closer");
    loops.families.push(Family::Loop);
    let mut busy = part(mapping, DROPS, &[], "instructions in the bar against the average");
    busy.families.push(Family::Jump);
    let weather = [
        part(
            mapping,
            PAD,
            &[Family::Load, Family::Store, Family::Stack],
            "the value stack: one voice more for two values; its chords are the function's",
        ),
        part(mapping, BASS, &[Family::Scope], "depth of the call stack: a second tone, then an octave lower"),
        loops,
        busy,
        legend::frames(mapping),
        drums(mapping, &[Role::Door], ("bell, far", &[Drum::RideBell]), &[], legend::DOOR),
        legend::allocation(mapping),
        legend::releases(mapping),
        part(mapping, COLLECTOR, &[], legend::COLLECTION),
        drums(mapping, &[Role::Raised], ("low tom, far", &[Drum::LowFloorTom]), &[], "an exception is raised or passed on"),
        legend::hand_over(mapping),
        legend::warmth(mapping),
        legend::fall(mapping),
        thread(mapping, FIRST_LEAD, 0),
        thread(mapping, FIRST_LEAD, 1),
        thread(mapping, FIRST_LEAD, 2),
        drums(mapping, &[Role::Section], ("ride", &[Drum::Ride]), &[], "a section begins"),
    ];
    leads.into_iter().chain(weather).collect()
}
