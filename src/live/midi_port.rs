//! MIDI ports that music can be sent to, of the system and, on Linux, of JACK: which there are, and the way into one.

#[cfg(target_os = "linux")]
mod jack;
#[cfg(not(target_os = "linux"))]
#[path = "midi_port/no_jack.rs"]
mod jack;
#[cfg(target_os = "linux")]
mod jack_clock;
mod system;

#[cfg(target_os = "linux")]
pub use jack::client as jack_client;
pub use system::missing;

use super::LiveError;
use super::midi_out::{Ear, Opened};
use super::port_name::{PortName, System, Unmatched, Way, matching};

/// Their names, as they are asked for, or one line why there are none.
pub fn ports() -> Result<Vec<String>, String> {
    let ours = system::ports();
    let through_jack = jack::ports().unwrap_or_default();
    match ours {
        Ok(names) => Ok(names.into_iter().chain(through_jack.iter().map(|name| prefixed(name))).collect()),
        Err(_) if !through_jack.is_empty() => Ok(through_jack.iter().map(|name| prefixed(name)).collect()),
        Err(why) => Err(why),
    }
}

/// Opens the port of that name: the system's own, or JACK's where it is asked for or the system has no MIDI.
pub fn open(name: &PortName) -> Result<Opened, LiveError> {
    through(name, system::open, jack::open)
}

/// The same, and hears what it sends, where that can be.
pub fn open_hearing(name: &PortName) -> Result<(Opened, Option<Ear>), LiveError> {
    through(name, |way| system::open(way).map(|opened| (opened, None)), jack::open_hearing)
}

fn through<T>(
    name: &PortName,
    by_system: impl FnOnce(&Way) -> Result<T, LiveError>,
    by_jack: impl FnOnce(&Way) -> Result<T, LiveError>,
) -> Result<T, LiveError> {
    match name.system {
        System::Jack => by_jack(&name.way),
        System::Any if system::is_there() => by_system(&name.way),
        // It is not JACK that was asked for.
        System::Any => {
            by_jack(&name.way).map_err(|error| LiveError::NoMidiPort(format!("{error}; JACK was tried, for {}", system::missing())))
        }
    }
}

/// Which of the ports is meant, or in one line why none.
pub fn found<'a>(wanted: &str, names: &'a [String]) -> Result<&'a String, LiveError> {
    matching(wanted, names).map_err(|unmatched| {
        let there_are = super::or_none(names);
        LiveError::NoMidiPort(match unmatched {
            Unmatched::None => format!("there is no MIDI port {wanted:?}; there are: {there_are}"),
            Unmatched::Several => format!("there are several MIDI ports like {wanted:?}; name one in full: {there_are}"),
        })
    })
}

fn prefixed(name: &str) -> String {
    format!("jack:{name}")
}
