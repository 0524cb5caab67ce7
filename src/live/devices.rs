//! What there is to play through.

use std::fmt;

use super::{midi_port, speaker};

/// An audio output, and the sound system it is reached through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioDevice {
    /// The name that it is asked for by.
    pub name: String,
    /// What the sound system says it is, if that is more than the name.
    pub description: String,
    pub host: &'static str,
    pub is_default: bool,
}

/// Each list, or one line why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Devices {
    pub audio: Result<Vec<AudioDevice>, String>,
    pub midi_ports: Result<Vec<String>, String>,
}

pub fn devices() -> Devices {
    Devices { audio: speaker::devices(), midi_ports: midi_port::ports() }
}

impl fmt::Display for AudioDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.host)
    }
}
