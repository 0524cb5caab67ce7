//! MIDI ports of the system that music can be sent to.

use midir::MidiOutput;

use super::speaker::quietly;

/// Their names, or one line why there are none.
pub fn ports() -> Result<Vec<String>, String> {
    let output = quietly(|| MidiOutput::new("evalody")).map_err(|_| missing().to_owned())?;
    let names: Vec<String> = output.ports().iter().filter_map(|port| output.port_name(port).ok()).collect();
    if names.is_empty() { Err("no MIDI port is open".to_owned()) } else { Ok(names) }
}

/// midir's error says only that it failed; on Linux there is one usual reason.
pub fn missing() -> &'static str {
    if cfg!(target_os = "linux") && !std::path::Path::new("/dev/snd/seq").exists() {
        "the MIDI sequencer of the system is not there (/dev/snd/seq)"
    } else {
        "the system's MIDI service could not be reached"
    }
}
