//! `evalody devices`: where music can go on this machine.

use std::io::Write;

use super::error::Failure;
use crate::live::{self, AudioDevice};

/// List audio devices and MIDI ports
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  evalody devices")]
pub struct Devices {}

impl Devices {
    pub fn run(self) -> Result<u8, Failure> {
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
