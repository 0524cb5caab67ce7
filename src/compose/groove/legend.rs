//! What each instrument of the band stands for.

use super::{BASS, COLLECTOR, FIRST_LEAD, HARP, KEYS, STRINGS};
use crate::compose::legend::{self, Entry, drums, lead, part, thread};
use crate::compose::mapping::{Mapping, Role};
use crate::music::Drum;
use crate::score::Work;
use crate::trace::Family;

pub fn legend(mapping: &Mapping) -> Vec<Entry> {
    let leads = Work::ALL.map(|work| lead(mapping, FIRST_LEAD, work));
    let band = [
        part(mapping, HARP, &[Family::Load, Family::Store, Family::Stack], "the value stack within the lines: loads, stores, shuffles"),
        part(mapping, KEYS, &[Family::Scope], "which function: each has its chords and its rhythm; recursion walks down in thirds"),
        drums(mapping, &[Role::Kick, Role::Snare], ("kick and snare", &[Drum::Kick, Drum::Snare]), &[Family::Loop], "turns of loops"),
        drums(mapping, &[Role::Hats], ("hats", &[Drum::ClosedHat]), &[Family::Jump], "instructions in the bar against the average"),
        drums(mapping, &[Role::Ride], ("ride", &[Drum::Ride]), &[], "the same, in a small band"),
        part(mapping, BASS, &[], "depth of the call stack: busier and lower the deeper"),
        part(mapping, STRINGS, &[], "depth of the call stack, as a drone"),
        legend::frames(mapping),
        drums(mapping, &[Role::Door], ("cowbell", &[Drum::Cowbell]), &[], legend::DOOR),
        legend::allocation(mapping),
        legend::releases(mapping),
        part(mapping, COLLECTOR, &[], legend::COLLECTION),
        legend::exception(mapping),
        legend::hand_over(mapping),
        legend::warmth(mapping),
        legend::fall(mapping),
        thread(mapping, FIRST_LEAD, 0),
        thread(mapping, FIRST_LEAD, 1),
        thread(mapping, FIRST_LEAD, 2),
        legend::section(mapping),
        legend::fill(mapping),
    ];
    leads.into_iter().chain(band).collect()
}
