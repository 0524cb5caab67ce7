//! In place of MIDI ports where evalody was built without them.

use super::LiveError;
use super::midi_out::{Ear, Opened};
use super::port_name::PortName;

const WHY: &str = "evalody was built without the feature \"midi\"";

pub fn ports() -> Result<Vec<String>, String> {
    Err(WHY.to_owned())
}

/// Never gives a port, and says why.
pub fn open(_name: &PortName) -> Result<Opened, LiveError> {
    Err(LiveError::NoMidiPort(WHY.to_owned()))
}

pub fn open_hearing(_name: &PortName) -> Result<(Opened, Option<Ear>), LiveError> {
    Err(LiveError::NoMidiPort(WHY.to_owned()))
}
