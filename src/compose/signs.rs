//! How the states of a bar are written, as a table for each style in which a band plays: read by those
//! who hear it back, and what the README tells in words.

use super::rhythm::SLOTS;
use super::style::StyleName;
use super::{ambient, chip, door, groove, memory};
use crate::music::{Drum, Pitch};
use crate::score::Work;

/// A state told by how many strokes a bar has.
#[derive(Debug, Clone, Copy)]
pub struct Tally {
    /// Part of the score.
    pub part: usize,
    /// Which strokes of it count; all if there are none here.
    pub drums: &'static [Drum],
    /// Only strokes before this sixteenth count: what follows may belong to a fill.
    pub before: u32,
    /// Strokes for each step of the state, from 0.
    pub strokes: &'static [u32],
}

/// The signs of a style.
#[derive(Debug)]
pub struct Signs {
    pub turning: Tally,
    pub frame_depth: Tally,
    /// Where the bass begins below this, the frames are two deeper than its strokes say.
    pub deep_bass: Option<Pitch>,
    pub calling: Tally,
    pub calling_c: Tally,
    pub allocating: Tally,
    pub raised: Tally,
    /// Either of two instruments tells it.
    pub activity: [Tally; 2],
    /// What a second run told: what runs specialised, and what falls back.
    pub warmth: Tally,
    pub falls: Tally,
    /// Struck where much is released.
    pub releases: Tally,
    /// The part that swells, and the sixteenth on which it begins for generation 0, 1 and 2.
    pub collector: usize,
    pub collected: [u32; 3],
    /// The part of the first kind of work; the others follow in the order of [`Work::ALL`].
    pub first_lead: usize,
}

/// A swell lasts until the bar ends.
const COLLECTED: [u32; 3] = [SLOTS - memory::SWELL[0], SLOTS - memory::SWELL[1], SLOTS - memory::SWELL[2]];

const fn drums(drums: &'static [Drum], strokes: &'static [u32]) -> Tally {
    Tally { part: groove::DRUMS, drums, before: SLOTS, strokes }
}

const fn part(part: usize, strokes: &'static [u32]) -> Tally {
    Tally { part, drums: &[], before: SLOTS, strokes }
}

/// The same in every style: as many strokes as steps.
const WARMTH: Tally = drums(&[Drum::Tambourine], &[0, 1, 2, 3, 4]);
const FALLS: Tally = drums(&[Drum::HighAgogo], &[0, 1, 2, 3, 4]);

const GROOVE: Signs = Signs {
    turning: drums(&[Drum::Kick], &[2, 3, 4, 5]),
    frame_depth: part(groove::BASS, &groove::BASS_ONSETS),
    deep_bass: None,
    calling: drums(&[Drum::HighWoodBlock], &groove::CALLS),
    calling_c: drums(&[Drum::Cowbell], &door::KNOCKS),
    allocating: drums(&[Drum::Maracas], &memory::SHAKES),
    raised: drums(&[Drum::LowTom], &[0, 1, 2, 3, 4, 5, 6]),
    // Of 2, 4, 8, 12 and 16 strokes spread over a bar so many fall before the fill; of 1, 2, 4, 6 and 8 these.
    activity: [
        Tally { before: groove::FILL, ..drums(&[Drum::ClosedHat], &[2, 3, 6, 9, 12]) },
        Tally { before: groove::FILL, ..drums(&[Drum::Ride], &[1, 2, 3, 5, 6]) },
    ],
    warmth: WARMTH,
    falls: FALLS,
    releases: drums(&[Drum::HighBongo], &[0, 1, 2]),
    collector: groove::COLLECTOR,
    collected: COLLECTED,
    first_lead: groove::FIRST_LEAD,
};

const CHIP: Signs = Signs {
    turning: drums(&[Drum::Kick], &chip::KICKS),
    frame_depth: part(chip::BASS, &chip::BASS_STROKES),
    deep_bass: None,
    calling: drums(&[Drum::HighWoodBlock], &chip::CALLS),
    calling_c: drums(&[Drum::Cowbell], &door::KNOCKS),
    allocating: drums(&[Drum::Maracas], &memory::SHAKES),
    raised: drums(&[Drum::LowTom], &[0, 1, 2, 3, 4, 5, 6]),
    activity: [Tally { before: chip::FILL, ..drums(&[Drum::ClosedHat], &chip::HATS_HEARD) }; 2],
    warmth: WARMTH,
    falls: FALLS,
    releases: drums(&[Drum::HighBongo], &[0, 1, 2]),
    collector: chip::COLLECTOR,
    collected: COLLECTED,
    first_lead: chip::FIRST_LEAD,
};

const AMBIENT: Signs = Signs {
    turning: part(ambient::PULSE, &ambient::PULSES),
    // One tone or two, in one of two octaves.
    frame_depth: part(ambient::BASS, &[1, 2]),
    deep_bass: Pitch::new(ambient::BASS_LOW[1]),
    calling: drums(&[Drum::HighWoodBlock], &[0, 1, 2, 3, 4]),
    calling_c: drums(&[Drum::RideBell], &[0, 1, 2, 3, 4]),
    allocating: drums(&[Drum::Maracas], &ambient::SHAKES),
    raised: drums(&[Drum::LowFloorTom], &[0, 1, 2, 3, 4, 5, 6]),
    activity: [part(ambient::DROPS, &[0, 1, 2, 3, 4]); 2],
    warmth: WARMTH,
    falls: FALLS,
    releases: drums(&[Drum::HighBongo], &[0, 1]),
    collector: ambient::COLLECTOR,
    collected: COLLECTED,
    first_lead: ambient::FIRST_LEAD,
};

impl StyleName {
    /// How a style writes its states; `None` where every instruction is a note.
    pub const fn signs(self) -> Option<&'static Signs> {
        match self {
            Self::Groove => Some(&GROOVE),
            Self::Ambient => Some(&AMBIENT),
            Self::Chip => Some(&CHIP),
            Self::Faithful => None,
        }
    }
}

impl Signs {
    /// The part of a kind of work.
    pub const fn part_of(&self, work: Work) -> usize {
        self.first_lead + work as usize
    }
}
