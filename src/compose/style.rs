//! How a piece is to be written: the style, and what the listener asked for.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use super::mapping::Mapping;
use super::theme::Taste;
use crate::music::{Key, Tempo};

/// The shipped styles. Each is also a set of rules by which other mappings are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StyleName {
    /// A band: drums are loops, the bass is call depth, the lead is the work that is done.
    #[default]
    Groove,
    /// One instruction, one note; nothing is lost, and it can be read back.
    Faithful,
    /// Slow and wide: the program as weather.
    Ambient,
    /// The waves of an old sound chip: the value stack is the arpeggio.
    Chip,
}

/// A mapping with the wishes of the listener; where there is none the program's own figures decide.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Style {
    pub mapping: Arc<Mapping>,
    pub tempo: Option<Tempo>,
    pub key: Option<Key>,
    /// How long the piece should be.
    pub length: Option<Duration>,
    /// Varies what is a matter of taste: tonic, progressions, rhythms. None of it is needed.
    pub seed: Option<u64>,
}

impl Style {
    /// A shipped style, with nothing wished.
    pub fn of(name: StyleName) -> Self {
        Self { mapping: Mapping::shipped(name), ..Self::default() }
    }

    pub fn taste(&self) -> Taste {
        Taste { seed: self.seed }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no style; choose groove, faithful, ambient or chip")]
pub struct UnknownStyle(String);

impl FromStr for StyleName {
    type Err = UnknownStyle;

    fn from_str(text: &str) -> Result<Self, UnknownStyle> {
        match text {
            "groove" => Ok(Self::Groove),
            "faithful" => Ok(Self::Faithful),
            "ambient" => Ok(Self::Ambient),
            "chip" => Ok(Self::Chip),
            other => Err(UnknownStyle(other.to_owned())),
        }
    }
}

impl fmt::Display for StyleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Groove => "groove",
            Self::Faithful => "faithful",
            Self::Ambient => "ambient",
            Self::Chip => "chip",
        })
    }
}

impl StyleName {
    /// All of them, the default first.
    pub const ALL: [Self; 4] = [Self::Groove, Self::Faithful, Self::Ambient, Self::Chip];

    /// The file that says all of it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Groove => include_str!("../../assets/styles/groove.toml"),
            Self::Faithful => include_str!("../../assets/styles/faithful.toml"),
            Self::Ambient => include_str!("../../assets/styles/ambient.toml"),
            Self::Chip => include_str!("../../assets/styles/chip.toml"),
        }
    }
}
