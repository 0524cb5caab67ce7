//! What each voice of the chip stands for.

use super::{ARPEGGIO, BASS, COLLECTOR, FIRST_LEAD};
use crate::compose::legend::{self, Entry, drums, lead, part, thread};
use crate::compose::mapping::{Mapping, Role};
use crate::music::Drum;
use crate::score::Work;
use crate::trace::Family;

pub fn legend(mapping: &Mapping) -> Vec<Entry> {
    let leads = Work::ALL.map(|work| lead(mapping, FIRST_LEAD, work));
    let chip = [
        part(
            mapping,
            ARPEGGIO,
            &[Family::Load, Family::Store, Family::Stack],
            "the value stack: as many tones as it is high; its way through them is the function's",
        ),
        part(mapping, BASS, &[Family::Scope], "depth of the call stack: quicker and lower the deeper"),
        drums(mapping, &[Role::Kick, Role::Snare], ("kick and snare", &[Drum::Kick, Drum::Snare]), &[Family::Loop], "turns of loops"),
        drums(mapping, &[Role::Hats], ("hats", &[Drum::ClosedHat]), &[Family::Jump], "instructions in the bar against the average"),
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
    leads.into_iter().chain(chip).collect()
}
