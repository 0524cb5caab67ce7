//! What each instrument of a style stands for, and how it sounds by itself.

use super::mapping::{Mapping, Role};
use super::rhythm::SLOTS;
use super::sheet::Sheet;
use crate::music::{Drum, Key, Pitch, Tempo, Tick, Velocity};
use crate::score::{Cause, Score, Work};
use crate::trace::Family;

/// Something to be heard and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What people call it.
    pub instrument: String,
    /// Families which it is the sound of; none if it shows something else.
    pub families: Vec<Family>,
    /// What it tells, in words.
    pub meaning: String,
    /// Part of the score.
    pub part: usize,
    /// The drums of the part that are meant; all its notes if there are none here.
    pub drums: Vec<Pitch>,
    /// Pitch around which its example lies.
    pub register: u8,
}

/// A melodic part of a style, which is the sound of those of `families` that no lead has.
pub fn part(mapping: &Mapping, part: usize, families: &[Family], meaning: &str) -> Entry {
    let families = families.iter().copied().filter(|family| mapping.works.of[family.index()].is_none()).collect();
    let seat = &mapping.seats()[part];
    Entry {
        instrument: seat.instrument.name().to_owned(),
        families,
        meaning: meaning.to_owned(),
        part,
        drums: Vec::new(),
        register: seat.centre.clamp(0, 127) as u8,
    }
}

/// What is told by the drums in every style: a family that is counted there is not looked for at a lead.
const OF_DRUMS: [Family; 2] = [Family::Loop, Family::Jump];

/// The lead for a kind of work; they begin with `first_lead`.
pub fn lead(mapping: &Mapping, first_lead: usize, work: Work) -> Entry {
    let families: Vec<Family> =
        Family::ALL.into_iter().filter(|family| mapping.works.of[family.index()] == Some(work) && !OF_DRUMS.contains(family)).collect();
    let words: Vec<&str> = match (work, &families[..]) {
        (_, [Family::Arith, Family::Test]) => vec!["arithmetic and comparison"],
        (Work::Call, [Family::Call]) => vec!["calls and returns; those who answer generators and coroutines"],
        (_, []) => vec!["nothing"],
        (_, families) => families.iter().map(|&family| words(family)).collect(),
    };
    Entry { families, ..part(mapping, first_lead + work as usize, &[], &words.join("; ")) }
}

/// What a family is, in words.
pub const fn words(family: Family) -> &'static str {
    match family {
        Family::Rest => "no operation",
        Family::Load => "loads",
        Family::Store => "stores",
        Family::Scope => "names of globals, closures, modules",
        Family::Stack => "shuffles of the stack",
        Family::Arith => "arithmetic",
        Family::Test => "comparison and tests",
        Family::Jump => "jumps forward",
        Family::Loop => "iteration and jumps back",
        Family::Call => "calls and returns",
        Family::Build => "building containers and strings",
        Family::Attr => "attributes and methods",
        Family::Subscr => "subscripts and slices",
        Family::Except => "exceptions",
        Family::Gen => "generators and coroutines",
    }
}

/// The lead for another thread, 0 to 2.
pub fn thread(mapping: &Mapping, first_lead: usize, number: usize) -> Entry {
    let meaning = ["the second thread", "the third thread", "the fourth thread; more take the three in turn"][number];
    part(mapping, first_lead + Work::ALL.len() + number, &[], meaning)
}

/// Strokes on the drums, which are the first part of every style. `usual` is what the drums of the roles are called if
/// they are the usual ones, or what stands behind their names if they are others.
pub fn drums(mapping: &Mapping, roles: &[Role], usual: (&str, &[Drum]), families: &[Family], meaning: &str) -> Entry {
    let drums: Vec<Pitch> = roles.iter().flat_map(|&role| mapping.kit.drums(role)).copied().collect();
    let instrument = mapping.kit.called(usual.0, roles, usual.1);
    Entry { instrument, families: families.to_vec(), meaning: meaning.to_owned(), part: 0, drums, register: 60 }
}

/// What the drum of the door to C tells.
pub const DOOR: &str = "functions in C are called, where the recorder tells";
/// What the part of the collector tells.
pub const COLLECTION: &str = "a run of the cyclic collector; the longer the higher the generation";

pub fn frames(mapping: &Mapping) -> Entry {
    drums(mapping, &[Role::Frames], ("wood block", &[Drum::HighWoodBlock]), &[], "frames entered")
}

pub fn allocation(mapping: &Mapping) -> Entry {
    drums(mapping, &[Role::Allocation], ("maracas", &[Drum::Maracas]), &[], "memory that is allocated")
}

pub fn warmth(mapping: &Mapping) -> Entry {
    let meaning = "instructions that run specialised, told by a second run; then the lead is brighter, too";
    drums(mapping, &[Role::Warmth], ("tambourine", &[Drum::Tambourine]), &[], meaning)
}

pub fn fall(mapping: &Mapping) -> Entry {
    let meaning = "a specialised instruction falls back, told by a second run";
    drums(mapping, &[Role::Falls], ("agogo bells, falling", &[Drum::HighAgogo, Drum::LowAgogo]), &[], meaning)
}

pub fn releases(mapping: &Mapping) -> Entry {
    const USUAL: [Drum; 4] = [Drum::HighBongo, Drum::LowBongo, Drum::OpenHighConga, Drum::LowConga];
    drums(mapping, &[Role::Releases], ("bongos and congas, falling", &USUAL), &[], "a cascade of releases")
}

pub fn exception(mapping: &Mapping) -> Entry {
    let mut entry = drums(
        mapping,
        &[Role::Crash, Role::Raised],
        ("crash and low tom", &[Drum::Crash, Drum::LowTom]),
        &[],
        "an exception is raised or passed on",
    );
    // The second is struck as often as exceptions are raised.
    entry.drums.extend(entry.drums.last().copied());
    entry
}

pub fn hand_over(mapping: &Mapping) -> Entry {
    drums(mapping, &[Role::HandOver], ("triangle", &[Drum::OpenTriangle]), &[], "another thread takes over")
}

pub fn section(mapping: &Mapping) -> Entry {
    drums(mapping, &[Role::Section], ("splash cymbal", &[Drum::SplashCymbal]), &[], "a section begins")
}

pub fn fill(mapping: &Mapping) -> Entry {
    let toms = mapping.kit.called("", &[Role::Fill], &[Drum::HighTom, Drum::MidTom, Drum::MidTom, Drum::LowFloorTom]);
    let chips = mapping.kit.called("", &[Role::Fill], &[Drum::HighTom, Drum::HighTom, Drum::MidTom, Drum::LowFloorTom]);
    let mut entry = drums(mapping, &[Role::Fill], ("", &[]), &[], "a section ends");
    if toms.is_empty() || chips.is_empty() {
        "toms, falling".clone_into(&mut entry.instrument);
    }
    entry
}

/// Tempo of the examples: a bar lasts two seconds.
pub(super) const TEMPO: u16 = 120;

/// The entries of a legend one after the other, a bar of two seconds each: as much as a stack that rises
/// and falls, or a pattern of strokes.
pub fn examples(mapping: &Mapping) -> Score {
    let mut sheet = Sheet::new(mapping.seats());
    let key = Key::A_MINOR;
    let entries = mapping.legend();
    for (bar, entry) in (0..).zip(entries) {
        let mut strike = |slot: u32, slots: u32, pitch: Pitch| {
            sheet.write(entry.part, (bar, slot), slots, pitch, f64::from(EXAMPLE_VELOCITY.value()), Cause::default());
        };
        if entry.drums.is_empty() {
            for (slot, step) in (0..SLOTS).step_by(2).zip([0, 1, 2, 3, 4, 3, 2, 0]) {
                strike(slot, 2, Pitch::within(i32::from(entry.register) + mapping.step(key.mode, step), 24, 108));
            }
        } else {
            for slot in (0..SLOTS).step_by(2) {
                strike(slot, 1, entry.drums[slot as usize / 2 % entry.drums.len()]);
            }
        }
    }
    Score {
        tempo: Tempo::nearest(f64::from(TEMPO)),
        key,
        parts: sheet.take(),
        end: Tick::of_bar(entries.len() as u32 + 1),
        ..Score::silence(&format!("legend of {mapping}"))
    }
}

/// Loud enough to be known again, as in a piece.
pub(super) const EXAMPLE_VELOCITY: Velocity = match Velocity::new(88) {
    Some(velocity) => velocity,
    None => unreachable!(),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::StyleName;

    fn shipped() -> impl Iterator<Item = std::sync::Arc<Mapping>> {
        StyleName::ALL.into_iter().map(Mapping::shipped)
    }

    #[test]
    fn every_family_that_sounds_stands_in_every_legend_once() {
        for style in shipped() {
            for family in Family::ALL.into_iter().filter(|&family| family != Family::Rest) {
                let entries = style.legend().iter().filter(|entry| entry.families.contains(&family)).count();
                assert_eq!(entries, 1, "{family} in {style}");
            }
        }
    }

    #[test]
    fn every_entry_is_heard_in_its_bar() {
        for style in shipped() {
            let score = examples(&style);
            for (bar, entry) in (0..).zip(style.legend()) {
                assert!(
                    score.parts[entry.part].notes.iter().filter(|note| note.at.bar() == bar).count() >= 8,
                    "{} in {style}",
                    entry.instrument
                );
            }
        }
    }
}
