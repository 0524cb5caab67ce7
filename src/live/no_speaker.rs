//! In place of the speaker where evalody was built without one.

use super::LiveError;
use super::devices::AudioDevice;
use super::stream::{Stream, Voices};

const WHY: &str = "evalody was built without the feature \"speaker\"";

/// Cannot exist.
pub enum Speaker {}

impl Speaker {
    /// Never gives a speaker, and says why.
    pub fn open<V: Voices, F: FnOnce(u32) -> Stream<V>>(name: Option<&str>, _stream: F) -> Result<Self, LiveError> {
        Err(LiveError::NotOpened { name: name.unwrap_or("default").to_owned(), source: WHY.into() })
    }

    pub fn latency_frames(&self) -> u64 {
        match *self {}
    }

    pub fn xruns(&self) -> u64 {
        match *self {}
    }

    pub fn loss(&self) -> Option<String> {
        match *self {}
    }
}

pub fn devices() -> Result<Vec<AudioDevice>, String> {
    Err(WHY.to_owned())
}

/// Without the speaker nothing here can keep the MIDI library from printing.
#[allow(dead_code, reason = "only MIDI ports ask for it, which may be left out too")]
pub fn quietly<T>(open: impl FnOnce() -> T) -> T {
    open()
}
