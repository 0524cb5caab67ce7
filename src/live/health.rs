//! What to tell the listener when the sound was not what it should be.

/// What went wrong with the sound so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// Why there is no speaker any more, or none from the start.
    pub loss: Option<String>,
    /// Why a clock or knobs are not heard that are to be.
    pub input_loss: Option<String>,
    /// Why nothing comes to the MIDI port, while it is gone.
    pub midi_loss: Option<String>,
    /// MIDI messages that were sent later than they were due.
    pub midi_late: u64,
    /// How often the device had nothing to play, as far as it says so.
    pub xruns: u64,
    /// How long the music stood still for want of cues, in milliseconds.
    pub waited_ms: u64,
}

impl Health {
    /// What is gone, a line each; the port first, since it may come back.
    pub fn losses(&self) -> impl Iterator<Item = &String> {
        self.midi_loss.iter().chain(&self.loss).chain(&self.input_loss)
    }

    /// One line for the user, if there is anything to tell.
    pub fn line(&self) -> Option<String> {
        if let Some(loss) = self.losses().next() {
            return Some(loss.clone());
        }
        match (self.xruns, self.waited_ms) {
            (0, 0) if self.midi_late > 0 => Some(format!("{} MIDI messages were late", self.midi_late)),
            (0, 0) => None,
            (0, waited) => Some(format!("the music waited {waited} ms for the program")),
            (1, _) => Some("the sound was interrupted once".to_owned()),
            (times, _) => Some(format!("the sound was interrupted {times} times")),
        }
    }
}
