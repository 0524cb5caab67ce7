//! In place of JACK on systems where it is not the way to do this.

use super::super::LiveError;
use super::super::midi_out::{Ear, Opened};
use super::super::port_name::Way;

const WHY: &str = "JACK is used on Linux only; leave jack: out";

pub fn ports() -> Result<Vec<String>, String> {
    Err(WHY.to_owned())
}

/// Never gives a port, and says why.
pub fn open(_way: &Way) -> Result<Opened, LiveError> {
    Err(LiveError::NoMidiPort(WHY.to_owned()))
}

pub fn open_hearing(_way: &Way) -> Result<(Opened, Option<Ear>), LiveError> {
    Err(LiveError::NoMidiPort(WHY.to_owned()))
}
