//! `evalody devices`: where music can go on this machine.

use std::io::Write;

use super::error::Failure;
use crate::live::{self, AudioDevice, PortName};

/// List audio devices and MIDI ports
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  evalody devices
  evalody devices --test jack:virtual       how punctual MIDI through JACK is here"
)]
pub struct Devices {
    /// Send messages that nobody plays to a MIDI port, and tell how late or uneven they are
    #[arg(long, value_name = "PORT")]
    test: Option<PortName>,
}

impl Devices {
    pub fn run(self) -> Result<u8, Failure> {
        if let Some(port) = &self.test {
            let lines = live::try_midi(port).map_err(|error| Failure::Sound(error.to_string()))?;
            let mut out = std::io::stdout().lock();
            lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
            return Ok(0);
        }
        let devices = live::devices();
        let mut out = std::io::stdout().lock();
        let audio = devices.audio.map(|found| found.iter().map(described).collect());
        list(&mut out, "audio devices", &audio)?;
        list(&mut out, "MIDI ports", &devices.midi_ports)?;
        Ok(0)
    }
}

fn described(device: &AudioDevice) -> String {
    let mark = if device.is_default { " (default)" } else { "" };
    format!("{}{mark}  {} by {}", device.name, device.description, device.host)
}

fn list(out: &mut impl Write, title: &str, found: &Result<Vec<String>, String>) -> std::io::Result<()> {
    match found {
        Ok(names) => {
            writeln!(out, "{title}:")?;
            names.iter().try_for_each(|name| writeln!(out, "  {name}"))
        }
        Err(reason) => writeln!(out, "{title}: none ({reason})"),
    }
}
