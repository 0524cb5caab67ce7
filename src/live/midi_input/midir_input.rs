//! Input through the system's own MIDI. The only file that reads by midir.

use std::time::{Duration, Instant};

use midir::{Ignore, MidiInput, MidiInputConnection};

use super::{Connection, Ear};
use crate::live::midi_port::{found, missing};
use crate::live::port_name::Way;
use crate::live::speaker::quietly;

/// What we are called where ports are listed.
const CLIENT: &str = "evalody";

struct Open {
    _connection: MidiInputConnection<(Ear, Clock)>,
    /// The port it is connected to; none if it is one of our own.
    source: Option<String>,
}

/// When the system's microseconds began, as well as is known: what came with the least delay says it best.
#[derive(Default)]
struct Clock(Option<Instant>);

impl Clock {
    fn moment(&mut self, stamp_us: u64) -> Instant {
        let now = Instant::now();
        let since = Duration::from_micros(stamp_us);
        let Some(guess) = now.checked_sub(since) else { return now };
        let began = *self.0.insert(self.0.map_or(guess, |began| began.min(guess)));
        (began + since).min(now)
    }
}

impl Connection for Open {
    fn is_there(&self) -> bool {
        self.source.as_ref().is_none_or(|source| input().is_some_and(|input| names(&input).contains(source)))
    }
}

fn input() -> Option<MidiInput> {
    let mut input = quietly(|| MidiInput::new(CLIENT)).ok()?;
    // Clocks are wanted.
    input.ignore(Ignore::SysexAndActiveSense);
    Some(input)
}

/// Whether the system has MIDI at all.
pub fn is_there() -> bool {
    input().is_some()
}

fn names(input: &MidiInput) -> Vec<String> {
    input.ports().iter().filter_map(|port| input.port_name(port).ok()).collect()
}

pub fn open(way: &Way, ear: Ear) -> Result<(Box<dyn Connection>, String), String> {
    let input = input().ok_or_else(|| missing().to_owned())?;
    let hear = |stamp_us: u64, bytes: &[u8], (ear, clock): &mut (Ear, Clock)| ear.hear(clock.moment(stamp_us), bytes);
    match way {
        Way::Named(wanted) => {
            let names = names(&input);
            let name = found(wanted, &names).map_err(|error| error.to_string())?;
            let port = input.ports().into_iter().find(|port| input.port_name(port).as_ref() == Ok(name));
            let port = port.ok_or_else(|| format!("the MIDI port {name:?} has just gone"))?;
            let connection =
                input.connect(&port, "in", hear, (ear, Clock::default())).map_err(|error| format!("the MIDI port {name:?}: {error}"))?;
            Ok((Box::new(Open { _connection: connection, source: Some(name.clone()) }), name.clone()))
        }
        Way::Virtual(name) => {
            #[cfg(unix)]
            {
                use midir::os::unix::VirtualInput;
                let connection = input
                    .create_virtual(name, hear, (ear, Clock::default()))
                    .map_err(|error| format!("a MIDI port of our own: {error}"))?;
                Ok((Box::new(Open { _connection: connection, source: None }), format!("{CLIENT}:{name}")))
            }
            #[cfg(not(unix))]
            {
                let _ = (hear, ear);
                Err(format!("this system has no MIDI ports of our own: {name:?}"))
            }
        }
    }
}
