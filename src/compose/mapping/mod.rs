//! A mapping: which instrument stands for what, and what else is taste. The rules by which a program becomes
//! music are code; a mapping is the values that they work with, and a file says them all (`assets/styles`).

mod kit;
mod node;
mod numerals;
mod reading;

pub use kit::{FILL, Kit, Role};
pub use node::Mistake;

use std::fmt;
use std::sync::{Arc, LazyLock};

use super::conductor::Arrangement;
use super::harmony::{Chord, Kind};
use super::legend::Entry;
use super::sheet::Seat;
use super::signs::Signs;
use super::style::StyleName;
use super::{ambient, chip, groove};
use crate::fold::Zoom;
use crate::music::{Mode, Pitch, Tempo};
use crate::score::Work;
use crate::trace::Family;

/// Everything of a style that is a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    name: String,
    idea: String,
    rules: StyleName,
    zoom: Zoom,
    tempi: (Tempo, Tempo),
    pub(super) scale: Scale,
    pub(super) harmony: Harmony,
    seats: Vec<Seat>,
    pub(super) kit: Kit,
    pub(super) works: Works,
    legend: Vec<Entry>,
    signs: Option<Signs>,
}

/// The notes of a melody over a chord of each kind, in semitones above its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    pub major: Vec<i32>,
    pub minor: Vec<i32>,
    pub dominant: Vec<i32>,
    pub diminished: Vec<i32>,
    pub suspended: Vec<i32>,
}

impl Default for Scale {
    /// No two notes a semitone apart, and none a semitone from a tone of the chord.
    fn default() -> Self {
        Self {
            major: vec![0, 2, 4, 7, 9],
            minor: vec![0, 3, 5, 7, 10],
            dominant: vec![0, 2, 4, 7, 10],
            diminished: vec![0, 3, 6, 9],
            suspended: vec![0, 2, 5, 7, 10],
        }
    }
}

impl Scale {
    pub fn over(&self, kind: Kind) -> &[i32] {
        match kind {
            Kind::Major => &self.major,
            Kind::Minor => &self.minor,
            Kind::Dominant => &self.dominant,
            Kind::Diminished => &self.diminished,
            Kind::Suspended => &self.suspended,
        }
    }

    /// Semitones above the tonic of step `step` of a mode's scale; any octave, also below.
    pub fn step(&self, mode: Mode, step: i32) -> i32 {
        let steps = match mode {
            Mode::Major => &self.major,
            Mode::Minor => &self.minor,
        };
        let round = steps.len() as i32;
        step.div_euclid(round) * 12 + steps[step.rem_euclid(round) as usize]
    }
}

/// The chords of a mode.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Book {
    pub progressions: Vec<[Chord; 4]>,
    /// Where recursion walks, a step for every frame.
    pub walk: Vec<Chord>,
    /// For exceptions, by turns.
    pub borrowed: Vec<Chord>,
}

impl Book {
    /// Chord `place` (counted round) of a progression.
    pub fn chord(&self, progression: usize, place: u32) -> Chord {
        self.progressions[progression % self.progressions.len()][place as usize % 4]
    }

    /// The chord of recursion at a frame depth.
    pub fn walked(&self, depth: f64) -> Chord {
        self.walk[depth.round() as usize % self.walk.len()]
    }

    pub fn borrowed(&self, bar: u32) -> Chord {
        self.borrowed[bar as usize % self.borrowed.len()]
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Harmony {
    pub major: Book,
    pub minor: Book,
}

impl Harmony {
    pub fn of(&self, mode: Mode) -> &Book {
        match mode {
            Mode::Major => &self.major,
            Mode::Minor => &self.minor,
        }
    }
}

/// Which families lead the band together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Works {
    /// By the number of the family; `None` for what leads nothing.
    pub of: [Option<Work>; Family::COUNT],
    /// By the number of the work: its usual share of all instructions. A bar is led by the work it does unusually
    /// much of.
    pub usual_share: [f64; Work::ALL.len()],
}

/// Each family with the instrument on which it is heard.
pub type Lanes<'a> = [(Family, &'a str); Family::COUNT];

static SHIPPED: LazyLock<[Arc<Mapping>; 4]> = LazyLock::new(|| {
    StyleName::ALL.map(|name| match Mapping::read(name.text()) {
        Ok(mapping) => Arc::new(mapping),
        // A test reads them all.
        Err(mistake) => unreachable!("{name}: {mistake}"),
    })
});

impl Mapping {
    /// The mapping of a shipped style.
    pub fn shipped(name: StyleName) -> Arc<Self> {
        let [groove, faithful, ambient, chip] = &*SHIPPED;
        Arc::clone(match name {
            StyleName::Groove => groove,
            StyleName::Faithful => faithful,
            StyleName::Ambient => ambient,
            StyleName::Chip => chip,
        })
    }

    /// The mapping that a text in TOML says. What it leaves out is as in the shipped style with the same rules.
    pub fn read(text: &str) -> Result<Self, Mistake> {
        reading::read(text)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is, in a line.
    pub fn idea(&self) -> &str {
        &self.idea
    }

    /// Which of the four sets of rules plays it.
    pub const fn rules(&self) -> StyleName {
        self.rules
    }

    /// Whether every instruction is a note of its own, so that nothing is folded.
    pub const fn is_lossless(&self) -> bool {
        matches!(self.rules, StyleName::Faithful)
    }

    /// How a program is folded, unless told otherwise.
    pub const fn zoom(&self) -> Zoom {
        if self.is_lossless() { Zoom::Opcode } else { self.zoom }
    }

    /// The parts, in the order of the score.
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// What is heard, the families first.
    pub fn legend(&self) -> &[Entry] {
        &self.legend
    }

    /// Each family with the instrument on which it is heard.
    pub fn lanes(&self) -> Lanes<'_> {
        Family::ALL.map(|family| {
            let entry = self.legend.iter().find(|entry| entry.families.contains(&family));
            (family, entry.map_or("silent", |entry| &entry.instrument))
        })
    }

    /// What is struck for a role; nothing where its rules have no such role.
    pub fn drums(&self, role: Role) -> &[Pitch] {
        self.kit.drums(role)
    }

    /// How it writes its states; `None` where every instruction is a note.
    pub const fn signs(&self) -> Option<&Signs> {
        self.signs.as_ref()
    }

    /// Semitones above the tonic of step `step` of a mode's scale.
    pub fn step(&self, mode: Mode, step: i32) -> i32 {
        self.scale.step(mode, step)
    }

    /// The tempo of a program that feels so quick, from 0 to 1: an even number of quarters, if there is a choice.
    pub(super) fn tempo(&self, quickness: f64) -> Tempo {
        let (slowest, fastest) = self.tempi;
        let [low, high] = [slowest, fastest].map(|tempo| f64::from(tempo.quarters_per_minute()));
        let quarters = low + (high - low) * quickness;
        Tempo::nearest(((quarters / 2.0).round() * 2.0).clamp(low, high))
    }

    /// The band that plays it; `None` where every instruction is a note.
    pub fn arrangement(&self) -> Option<Box<dyn Arrangement>> {
        match self.rules {
            StyleName::Groove => Some(Box::new(groove::Groove::default())),
            StyleName::Ambient => Some(Box::new(ambient::Ambient::default())),
            StyleName::Chip => Some(Box::new(chip::Chip::default())),
            StyleName::Faithful => None,
        }
    }
}

impl Default for Mapping {
    fn default() -> Self {
        Self::clone(&Self::shipped(StyleName::default()))
    }
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}
