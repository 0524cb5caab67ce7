//! A mapping: which instrument stands for what, and what else is taste. The rules by which a program becomes
//! music are code; a mapping is the values that they work with.

use std::fmt;
use std::sync::{Arc, LazyLock};

use super::conductor::Arrangement;
use super::legend::Entry;
use super::sheet::Seat;
use super::signs::Signs;
use super::style::StyleName;
use super::{ambient, chip, faithful, groove};
use crate::trace::Family;

/// Everything of a style that is a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    name: String,
    idea: String,
    rules: StyleName,
    seats: Vec<Seat>,
    legend: Vec<Entry>,
}

/// Each family with the instrument on which it is heard.
pub type Lanes<'a> = [(Family, &'a str); Family::COUNT];

static SHIPPED: LazyLock<[Arc<Mapping>; 4]> = LazyLock::new(|| {
    StyleName::ALL.map(|rules| {
        let seats = match rules {
            StyleName::Groove => groove::SEATS.to_vec(),
            StyleName::Faithful => faithful::seats(),
            StyleName::Ambient => ambient::SEATS.to_vec(),
            StyleName::Chip => chip::SEATS.to_vec(),
        };
        let legend = match rules {
            StyleName::Groove => groove::legend(&seats),
            StyleName::Faithful => faithful::legend(),
            StyleName::Ambient => ambient::legend(&seats),
            StyleName::Chip => chip::legend(&seats),
        };
        Arc::new(Mapping { name: rules.to_string(), idea: rules.idea().to_owned(), rules, seats, legend })
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

    /// Slowest and fastest tempo, quarters per minute.
    pub(super) fn tempi(&self) -> (f64, f64) {
        self.rules.tempi()
    }

    /// How it writes its states; `None` where every instruction is a note.
    pub fn signs(&self) -> Option<&Signs> {
        self.rules.signs()
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
