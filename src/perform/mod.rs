//! From a score to what is struck and released, and when: parts get channels, overlaps are resolved.
//! Knows nothing of seconds or devices.

mod cues;
mod text;

pub use cues::{channels, perform};
pub use text::{json_lines, lines};

use crate::music::{Instrument, Key, Level, Pan, Pitch, Tempo, Tick, Velocity};
use crate::score::{Cause, State, Text};

/// A MIDI channel, 0 to 15; people count from 1, so it prints as 1 to 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(u8);

impl Channel {
    /// Channel 10 as people count: percussion (General MIDI 1).
    pub const DRUMS: Self = Self(9);

    /// `None` above 15.
    pub const fn new(index: u8) -> Option<Self> {
        if index < 16 { Some(Self(index)) } else { None }
    }

    /// 0 to 15.
    pub const fn index(self) -> u8 {
        self.0
    }
}

impl std::fmt::Display for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0 + 1)
    }
}

/// How a channel is set before its first note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelSetup {
    pub channel: Channel,
    pub name: &'static str,
    pub instrument: Instrument,
    pub pan: Pan,
    pub level: Level,
}

/// A stroke or a release.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cue {
    pub at: Tick,
    pub channel: Channel,
    pub kind: CueKind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CueKind {
    /// `note` is its number in [`Performance::causes`].
    On {
        pitch: Pitch,
        velocity: Velocity,
        note: u32,
    },
    Off {
        pitch: Pitch,
    },
}

/// Music ready to be played.
#[derive(Debug, Clone, PartialEq)]
pub struct Performance {
    pub title: String,
    pub tempo: Tempo,
    pub key: Key,
    /// In the order of the score's parts.
    pub setups: Vec<ChannelSetup>,
    /// Sorted by moment, at one moment releases first. For one channel and pitch strokes and releases
    /// take turns, and the last is a release.
    pub cues: Vec<Cue>,
    /// Why each note is there, by its number.
    pub causes: Vec<Cause>,
    pub markers: Vec<Text>,
    pub remarks: Vec<Text>,
    /// What each bar says of the program; see [`Score`](crate::score::Score).
    pub states: Vec<State>,
    pub end: Tick,
}
