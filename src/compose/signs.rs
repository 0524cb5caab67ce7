//! How the states of a bar are written, as a table for each mapping that a band plays: read by those
//! who hear it back, and what the README tells in words.

use super::mapping::{FILL, Mapping, Role};
use super::rhythm::SLOTS;
use super::style::StyleName;
use super::{ambient, chip, groove};
use crate::music::Pitch;
use crate::score::Work;

/// A state told by how many strokes a bar has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Part of the score.
    pub part: usize,
    /// Which strokes of it count; all if there are none here.
    pub drums: Vec<Pitch>,
    /// Only strokes before this sixteenth count: what follows may belong to a fill.
    pub before: u32,
    /// Strokes for each step of the state, from 0.
    pub strokes: Vec<u32>,
}

/// The signs of a style.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub collected: Vec<u32>,
    /// The part of the first kind of work; the others follow in the order of [`Work::ALL`].
    pub first_lead: usize,
}

/// How a mapping writes its states; `None` where every instruction is a note.
pub fn signs(mapping: &Mapping) -> Option<Signs> {
    let kit = &mapping.kit;
    let drum = |role: Role, strokes: Vec<u32>| Tally { part: groove::DRUMS, drums: vec![kit.drum(role)], before: SLOTS, strokes };
    let counted = |role: Role| drum(role, kit.strokes(role).to_vec());
    let up_to = |most: u32| (0..=most).collect::<Vec<u32>>();
    let part = |part: usize, strokes: Vec<u32>| Tally { part, drums: Vec::new(), before: SLOTS, strokes };
    let of_part = |number: usize| part(number, mapping.seats()[number].counts.clone());
    let heard = |role: Role| Tally { before: FILL, ..drum(role, kit.heard(role, 0)) };
    let collector = mapping.seats().len() - 1;
    let signs = Signs {
        turning: drum(Role::Kick, kit.kick_counts()),
        frame_depth: of_part(groove::BASS),
        deep_bass: None,
        calling: counted(Role::Frames),
        calling_c: counted(Role::Door),
        allocating: counted(Role::Allocation),
        raised: drum(Role::Raised, up_to(6)),
        activity: [heard(Role::Hats), heard(Role::Ride)],
        warmth: drum(Role::Warmth, up_to(4)),
        falls: drum(Role::Falls, up_to(4)),
        releases: drum(Role::Releases, up_to(2)),
        collector,
        // A swell lasts until the bar ends.
        collected: mapping.seats()[collector].counts.iter().map(|lasts| SLOTS - lasts).collect(),
        first_lead: groove::FIRST_LEAD,
    };
    match mapping.rules() {
        StyleName::Faithful => None,
        StyleName::Groove => Some(signs),
        StyleName::Chip => Some(Signs {
            frame_depth: of_part(chip::BASS),
            activity: [heard(Role::Hats), heard(Role::Hats)],
            first_lead: chip::FIRST_LEAD,
            ..signs
        }),
        StyleName::Ambient => Some(Signs {
            turning: of_part(ambient::PULSE),
            // One tone or two, in one of two octaves.
            frame_depth: part(ambient::BASS, vec![1, 2]),
            deep_bass: Pitch::new(mapping.seats()[ambient::BASS].register.low),
            activity: [part(ambient::DROPS, up_to(4)), part(ambient::DROPS, up_to(4))],
            first_lead: ambient::FIRST_LEAD,
            ..signs
        }),
    }
}

impl Signs {
    /// The part of a kind of work.
    pub const fn part_of(&self, work: Work) -> usize {
        self.first_lead + work as usize
    }
}
