//! What sounds now: one player with one clock, and what it plays through. Commands go down and
//! snapshots come up; it knows neither who commands nor who looks on.

mod agenda;
mod band;
mod clock_filter;
mod devices;
mod follower;
mod following;
mod health;
mod legs;
mod listening;
#[cfg_attr(not(feature = "midi"), allow(dead_code, reason = "names of ports and what comes from them are of use where there are ports"))]
mod midi_input;
mod midi_out;
mod outlet;
mod pace;
mod piece;
mod player;
#[cfg_attr(not(feature = "midi"), allow(dead_code, reason = "names of ports and what comes from them are of use where there are ports"))]
mod port_name;
mod position;
mod pulse;
mod recording;
mod scope;
mod shared;
mod shelf;
mod silent;
mod stream;
mod supply;
mod upkeep;

#[cfg(feature = "midi")]
mod midi_port;
#[cfg(not(feature = "midi"))]
#[path = "no_midi_port.rs"]
mod midi_port;
#[cfg(feature = "speaker")]
mod speaker;
#[cfg(not(feature = "speaker"))]
#[path = "no_speaker.rs"]
mod speaker;

pub use devices::{AudioDevice, Devices, devices};
pub use health::Health;
pub use midi_input::Control;
pub use midi_out::{MidiBytes, Sent, try_midi};
pub use outlet::Output;
pub use pace::Pace;
pub use piece::PieceId;
pub use player::Player;
pub use port_name::{NoPortName, PortName, System, Way};
pub use position::Position;
pub use pulse::ClockMessage;
pub use recording::{Recording, Stroke};
pub use stream::{BLOCK_FRAMES, Stream, Voices};
pub use supply::Mix;

/// Why nothing can be played.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    #[error("there is no audio device {name:?}; there are: {}", or_none(there_are))]
    NoSuchDevice { name: String, there_are: Vec<String> },
    #[error("the audio device {name:?} could not be opened")]
    NotOpened { name: String, source: Box<dyn std::error::Error + Send + Sync> },
    /// In place of a port: why there is none, in one line.
    #[error("{0}")]
    NoMidiPort(String),
}

fn or_none(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
