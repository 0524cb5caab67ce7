//! What each instrument of a style stands for, and how it sounds by itself.

use super::mapping::Mapping;
use super::rhythm::SLOTS;
use super::sheet::{Seat, Sheet};
use super::warmth;
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
    pub drums: Vec<Drum>,
    /// Pitch around which its example lies.
    pub register: u8,
}

/// A melodic part of the seats of a style.
pub fn part(seats: &[Seat], part: usize, register: u8, families: &[Family], meaning: &str) -> Entry {
    let instrument = seats[part].instrument.name().to_owned();
    Entry { instrument, families: families.to_vec(), meaning: meaning.to_owned(), part, drums: Vec::new(), register }
}

/// The lead for a kind of work; they begin with `first_lead`.
pub fn lead(seats: &[Seat], first_lead: usize, register: u8, work: Work) -> Entry {
    let (families, meaning): (&[Family], _) = match work {
        Work::Reckon => (&[Family::Arith, Family::Test], "arithmetic and comparison"),
        Work::Index => (&[Family::Subscr], "subscripts and slices"),
        Work::Look => (&[Family::Attr], "attributes and methods"),
        Work::Build => (&[Family::Build], "building containers and strings"),
        Work::Call => (&[Family::Call], "calls and returns; those who answer generators and coroutines"),
        Work::Suspend => (&[Family::Gen], "generators and coroutines"),
        Work::Fail => (&[Family::Except], "exceptions"),
    };
    part(seats, first_lead + work as usize, register, families, meaning)
}

/// The lead for another thread, 0 to 2.
pub fn thread(seats: &[Seat], first_lead: usize, register: u8, number: usize) -> Entry {
    let meaning = ["the second thread", "the third thread", "the fourth thread; more take the three in turn"][number];
    part(seats, first_lead + Work::ALL.len() + number, register, &[], meaning)
}

/// Strokes on the drums, which are the first part of every style.
pub fn drums(instrument: &str, drums: &[Drum], families: &[Family], meaning: &str) -> Entry {
    let (instrument, meaning) = (instrument.to_owned(), meaning.to_owned());
    Entry { instrument, families: families.to_vec(), meaning, part: 0, drums: drums.to_vec(), register: 60 }
}

pub fn frames() -> Entry {
    drums("wood block", &[Drum::HighWoodBlock], &[], "frames entered")
}

/// What the drum of the door to C tells.
pub const DOOR: &str = "functions in C are called, where the recorder tells";
pub fn allocation() -> Entry {
    drums("maracas", &[Drum::Maracas], &[], "memory that is allocated")
}

pub fn warmth() -> Entry {
    drums("tambourine", &[Drum::Tambourine], &[], "instructions that run specialised, told by a second run; then the lead is brighter, too")
}

pub fn fall() -> Entry {
    drums("agogo bells, falling", &warmth::BELLS, &[], "a specialised instruction falls back, told by a second run")
}

pub fn releases() -> Entry {
    drums(
        "bongos and congas, falling",
        &[Drum::HighBongo, Drum::LowBongo, Drum::OpenHighConga, Drum::LowConga],
        &[],
        "a cascade of releases",
    )
}

pub fn exception() -> Entry {
    drums("crash and low tom", &[Drum::Crash, Drum::LowTom, Drum::LowTom], &[], "an exception is raised or passed on")
}

pub fn hand_over() -> Entry {
    drums("triangle", &[Drum::OpenTriangle], &[], "another thread takes over")
}

pub fn section() -> Entry {
    drums("splash cymbal", &[Drum::SplashCymbal], &[], "a section begins")
}

pub fn fill() -> Entry {
    drums("toms, falling", &[Drum::HighTom, Drum::MidTom, Drum::MidTom, Drum::LowFloorTom], &[], "a section ends")
}

/// What the part of the collector tells.
pub const COLLECTION: &str = "a run of the cyclic collector; the longer the higher the generation";

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
                strike(slot, 2, Pitch::within(i32::from(entry.register) + key.pentatonic(step), 24, 108));
            }
        } else {
            for slot in (0..SLOTS).step_by(2) {
                strike(slot, 1, entry.drums[slot as usize / 2 % entry.drums.len()].pitch());
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
