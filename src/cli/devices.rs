//! `evalody devices`: where music can go on this machine.

use std::io::Write;

use super::error::Failure;
use crate::live;

/// List audio devices and MIDI ports
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  evalody devices")]
pub struct Devices {}

impl Devices {
    pub fn run(self) -> Result<u8, Failure> {
        let devices = live::devices();
        let mut out = std::io::stdout().lock();
        list(&mut out, "audio devices", &devices.audio)?;
        list(&mut out, "MIDI ports", &devices.midi)?;
        Ok(0)
    }
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
