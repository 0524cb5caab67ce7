//! The system's own MIDI: ALSA, CoreMIDI or WinMM, through midir. Nothing there takes a moment with a message, so that
//! it is sent when it is due.

use std::time::{Duration, Instant};

use midir::{MidiOutput, MidiOutputConnection, MidiOutputPort};

use super::found;
use crate::live::LiveError;
use crate::live::midi_out::{MidiBytes, MidiPort, Opened};
use crate::live::port_name::{Way, matching};
use crate::live::speaker::quietly;
use crate::perform::Port as Cable;

const CLIENT: &str = "evalody";

/// Between two looks whether the port is there.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

const NANOS: u32 = 1_000_000_000;

struct SystemPort {
    name: String,
    /// As it was asked for, if it is another's.
    wanted: Option<String>,
    /// Sees which ports there are.
    lister: Option<MidiOutput>,
    connection: Option<MidiOutputConnection>,
    looked: Instant,
    epoch: Instant,
}

pub fn is_there() -> bool {
    client().is_ok()
}

/// midir's error says only that it failed; on Linux there is one usual reason.
pub fn missing() -> &'static str {
    if cfg!(target_os = "linux") && !std::path::Path::new("/dev/snd/seq").exists() {
        "the MIDI sequencer of the system is not there (/dev/snd/seq)"
    } else {
        "the system's MIDI service could not be reached"
    }
}

pub fn ports() -> Result<Vec<String>, String> {
    let output = client().map_err(str::to_owned)?;
    let names: Vec<String> = named(&output).into_iter().map(|(_, name)| name).collect();
    if names.is_empty() { Err("no MIDI port is open".to_owned()) } else { Ok(names) }
}

pub fn open(way: &Way) -> Result<Opened, LiveError> {
    let refused = |reason: String| LiveError::NoMidiPort(reason);
    let output = client().map_err(|why| refused(why.to_owned()))?;
    let (name, wanted, connection, line) = match way {
        Way::Named(wanted) => {
            let names: Vec<String> = named(&output).into_iter().map(|(_, name)| name).collect();
            let name = found(wanted, &names)?.clone();
            let connection = connect(output, &name).ok_or_else(|| refused(format!("the MIDI port {name} could not be opened")))?;
            let line = format!("MIDI goes to {name}");
            (name, Some(wanted.clone()), connection, line)
        }
        Way::Virtual(name) => {
            let connection = of_our_own(output, name).map_err(refused)?;
            (name.clone(), None, connection, format!("MIDI comes out of {CLIENT}:{name}; connect it to what is to play"))
        }
    };
    let (looked, epoch) = (Instant::now(), Instant::now());
    let port = SystemPort { name, wanted, lister: client().ok(), connection: Some(connection), looked, epoch };
    Ok(Opened { port: Box::new(port), clock: None, line })
}

fn client() -> Result<MidiOutput, &'static str> {
    quietly(|| MidiOutput::new(CLIENT)).map_err(|_| missing())
}

fn named(output: &MidiOutput) -> Vec<(MidiOutputPort, String)> {
    output.ports().into_iter().filter_map(|port| output.port_name(&port).ok().map(|name| (port, name))).collect()
}

fn connect(output: MidiOutput, name: &str) -> Option<MidiOutputConnection> {
    let (port, _) = named(&output).into_iter().find(|(_, known)| known == name)?;
    output.connect(&port, "out").ok()
}

#[cfg(unix)]
fn of_our_own(output: MidiOutput, name: &str) -> Result<MidiOutputConnection, String> {
    use midir::os::unix::VirtualOutput;
    output.create_virtual(name).map_err(|error| format!("no MIDI port of our own: {error}"))
}

#[cfg(not(unix))]
fn of_our_own(_output: MidiOutput, _name: &str) -> Result<MidiOutputConnection, String> {
    Err("Windows lets no program make a MIDI port; name one that is there, of a loopback driver for instance".to_owned())
}

impl MidiPort for SystemPort {
    fn units_per_second(&self) -> u32 {
        NANOS
    }

    fn now(&self) -> i64 {
        self.epoch.elapsed().as_nanos() as i64
    }

    fn at(&self, moment: Instant) -> Option<i64> {
        // The music may have begun before the port.
        let before = self.epoch.saturating_duration_since(moment).as_nanos() as i64;
        Some(moment.saturating_duration_since(self.epoch).as_nanos() as i64 - before)
    }

    fn stamps(&self) -> bool {
        false
    }

    fn margin(&self) -> i64 {
        0
    }

    fn send(&mut self, _due: i64, cable: Cable, bytes: MidiBytes) -> bool {
        let is_sent = match &mut self.connection {
            Some(connection) if cable == Cable::A => connection.send(&bytes).is_ok(),
            _ => true,
        };
        if !is_sent {
            self.connection = None;
        }
        true
    }

    fn mind(&mut self) -> bool {
        if self.looked.elapsed() >= LOOKS_EVERY
            && let (Some(wanted), Some(lister)) = (&self.wanted, &self.lister)
        {
            self.looked = Instant::now();
            let names: Vec<String> = named(lister).into_iter().map(|(_, name)| name).collect();
            let name = names.iter().find(|name| **name == self.name).or(matching(wanted, &names).ok());
            match (name, &self.connection) {
                (None, Some(_)) => self.connection = None,
                (Some(name), None) => {
                    self.connection = client().ok().and_then(|output| connect(output, name));
                    self.name.clone_from(name);
                }
                _ => {}
            }
        }
        self.connection.is_some()
    }

    fn name(&self) -> &str {
        &self.name
    }
}
