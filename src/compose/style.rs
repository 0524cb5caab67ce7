//! How a piece is to be written: the style, and what the listener asked for.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::music::{Key, Tempo};
use crate::trace::Family;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StyleName {
    /// A band: drums are loops, the bass is call depth, the lead is the work that is done.
    #[default]
    Groove,
    /// One instruction, one note; nothing is lost, and it can be read back.
    Faithful,
}

/// A style with the wishes of the listener; where there is none the program's own figures decide.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Style {
    pub name: StyleName,
    pub tempo: Option<Tempo>,
    pub key: Option<Key>,
    /// How long the piece should be.
    pub length: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no style; choose groove or faithful")]
pub struct UnknownStyle(String);

impl FromStr for StyleName {
    type Err = UnknownStyle;

    fn from_str(text: &str) -> Result<Self, UnknownStyle> {
        match text {
            "groove" => Ok(Self::Groove),
            "faithful" => Ok(Self::Faithful),
            other => Err(UnknownStyle(other.to_owned())),
        }
    }
}

impl fmt::Display for StyleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Groove => "groove",
            Self::Faithful => "faithful",
        })
    }
}

/// Each family with the instrument on which it is heard.
pub type LaneNames = [(Family, &'static str); Family::COUNT];

impl StyleName {
    pub fn lanes(self) -> LaneNames {
        Family::ALL.map(|family| {
            let instrument = match self {
                Self::Groove => super::groove::instrument_of(family),
                Self::Faithful => super::faithful::instrument_of(family),
            };
            (family, instrument)
        })
    }
}
