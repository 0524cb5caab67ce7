//! What the music is played through, and the instruments it is played with.

use super::error::Failure;
use crate::live::{Output, Player, PortName};

/// Where the music goes.
#[derive(Debug, Clone, clap::Args)]
pub struct Studio {
    /// Audio device to play through, by name (see: evalody devices)
    #[arg(long, value_name = "NAME")]
    device: Option<String>,

    /// MIDI port to play to, together with the sound: its name, or virtual[:NAME] for one of our own; with jack:
    /// before it, through JACK
    #[arg(long, value_name = "PORT")]
    midi_out: Option<PortName>,

    /// Send the MIDI clock there, too: others play at this tempo, and begin, halt and go on with this music
    #[arg(long, requires = "midi_out")]
    clock_out: bool,

    /// MIDI port whose clock is followed, named as for --midi-out: its tempo, start, stop, continue and song position
    #[arg(long, value_name = "PORT")]
    clock_in: Option<PortName>,

    /// MIDI port whose controllers turn the knobs of the program (# knob: n 1..64 cc 20), named in the same way
    #[arg(long, value_name = "PORT")]
    midi_in: Option<PortName>,

    /// No sound: the view only, or the MIDI port
    #[arg(long, conflicts_with = "device")]
    silent: bool,
}

impl Studio {
    /// Refuses what two programs at once cannot be played to.
    pub fn check_for_two(&self) -> Result<(), Failure> {
        let words = "two programs fill two MIDI ports' channels, and --midi-out takes one; leave it out, or --compare";
        if self.midi_out.is_some() { Err(Failure::Usage(words.to_owned())) } else { Ok(()) }
    }

    /// A player for all that, and what is to be told of it, one line each.
    pub fn player(&self) -> Result<(Player, Vec<String>), Failure> {
        let output = match &self.device {
            _ if self.silent => Output::Silent,
            Some(name) => Output::Device(name.clone()),
            None => Output::Default,
        };
        let (mut player, notice) = Player::open(output).map_err(|error| Failure::Sound(error.to_string()))?;
        let mut notices: Vec<String> = notice.into_iter().collect();
        if let Some(port) = &self.midi_out {
            notices.push(player.connect_midi(port).map_err(|error| Failure::Sound(error.to_string()))?);
        }
        player.send_clock(self.clock_out);
        if let Some(port) = &self.clock_in {
            notices.push(player.connect_clock(port).map_err(|error| Failure::Sound(error.to_string()))?);
        }
        if let Some(port) = &self.midi_in {
            notices.push(player.connect_controls(port).map_err(|error| Failure::Sound(error.to_string()))?);
        }
        Ok((player, notices))
    }
}
