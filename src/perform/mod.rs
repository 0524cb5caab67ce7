//! From a score to what is struck and released, and when: parts get channels, overlaps are resolved.
//! Knows nothing of seconds or devices.

mod cues;
mod excerpt;
pub mod midi;
mod text;

pub use cues::{channels, perform};
pub use excerpt::{BadBars, Bars, excerpt};
pub use text::{json_lines, lines};

use crate::music::{Instrument, Key, Level, Pan, Pitch, Tempo, Tick, Velocity};
use crate::score::{Cause, Harmony, State, Text};

/// A MIDI port: a cable carries sixteen channels, and two bands that play together need two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Port {
    A,
    B,
}

impl Port {
    pub const ALL: [Self; 2] = [Self::A, Self::B];

    pub const fn index(self) -> u8 {
        self as u8
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// A MIDI channel: 0 to 15 on port A, 16 to 31 on port B. People count from 1, so it prints as 1 to 16, or
/// B1 to B16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(u8);

impl Channel {
    /// Channels of both ports.
    pub const COUNT: usize = 32;
    /// Channels of a port.
    const A_PORT: u8 = 16;
    /// Channel 10 of port A as people count: percussion (General MIDI 1).
    pub const DRUMS: Self = Self(9);

    /// `None` above 31.
    pub const fn new(index: u8) -> Option<Self> {
        if (index as usize) < Self::COUNT { Some(Self(index)) } else { None }
    }

    /// 0 to 31.
    pub const fn index(self) -> u8 {
        self.0
    }

    pub const fn port(self) -> Port {
        if self.0 < Self::A_PORT { Port::A } else { Port::B }
    }

    /// Its number on its port, 0 to 15.
    pub const fn in_port(self) -> u8 {
        self.0 % Self::A_PORT
    }

    /// The channel of the same number on a port.
    pub const fn on(self, port: Port) -> Self {
        Self(self.in_port() + port.index() * Self::A_PORT)
    }

    /// Whether it is the percussion channel of its port.
    pub const fn is_drums(self) -> bool {
        self.in_port() == Self::DRUMS.0
    }
}

impl std::fmt::Display for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.port() {
            Port::A => write!(f, "{}", self.in_port() + 1),
            Port::B => write!(f, "B{}", self.in_port() + 1),
        }
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
    /// Where the chord or the key changes; empty in styles without chords.
    pub harmony: Vec<Harmony>,
    pub markers: Vec<Text>,
    pub remarks: Vec<Text>,
    /// What each bar says of the program; see [`Score`](crate::score::Score).
    pub states: Vec<State>,
    pub end: Tick,
}
