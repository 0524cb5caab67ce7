//! What the player hears itself: the foreign clock that it follows, and knobs, which it keeps for whoever asks.

use std::time::Instant;

use super::LiveError;
use super::midi_input::{Control, InputId, MidiInputs, Said};
use super::player::Player;
use super::port_name::PortName;
use super::stream::Voices;

/// Movements of knobs that are kept until somebody asks; then the oldest go.
const KEPT: usize = 1024;

pub struct Listening {
    inputs: MidiInputs,
    clock: Option<InputId>,
    controls: Option<InputId>,
    moved: Vec<Control>,
}

impl<V: Voices> Player<V> {
    /// From now on the music follows the MIDI clock that comes in there. Gives which port that is, in one line.
    pub fn connect_clock(&mut self, port: &PortName) -> Result<String, LiveError> {
        let (clock, called) = self.listening().inputs.open(port).map_err(LiveError::NoMidiPort)?;
        self.listening().clock = Some(clock);
        self.follow_clock();
        Ok(format!("the clock comes from {called}"))
    }

    /// Whether the clock of the music is sent to the MIDI port that it plays to.
    pub fn send_clock(&mut self, is_sent: bool) {
        self.supply.want_clock(is_sent);
    }

    /// From now on movements of the knobs there are kept for [`Self::take_controls`]. Gives which port that is, in
    /// one line.
    pub fn connect_controls(&mut self, port: &PortName) -> Result<String, LiveError> {
        let (controls, called) = self.listening().inputs.open(port).map_err(LiveError::NoMidiPort)?;
        self.listening().controls = Some(controls);
        Ok(format!("knobs are read from {called}"))
    }

    /// Knobs that were moved since, in their order.
    pub fn take_controls(&mut self) -> Vec<Control> {
        self.listening.as_mut().map_or_else(Vec::new, |listening| std::mem::take(&mut listening.moved))
    }

    fn listening(&mut self) -> &mut Listening {
        self.listening.get_or_insert_with(|| {
            let inputs = MidiInputs::of_the_system();
            Box::new(Listening { inputs, clock: None, controls: None, moved: Vec::new() })
        })
    }

    pub(super) fn listen(&mut self) {
        // Out of hand, so that what a clock commands does not hear the next clock first.
        let Some(mut listening) = self.listening.take() else { return };
        let Listening { inputs, clock, controls, moved } = &mut *listening;
        inputs.look_after(Instant::now());
        inputs.take(|from, arrival| match arrival.said {
            Said::Clock(said) if *clock == Some(from) => {
                let at_s = self.clock_s(arrival.at);
                self.hear_clock(said, at_s);
            }
            Said::Control(control) if *controls == Some(from) => moved.push(control),
            Said::Clock(_) | Said::Control(_) => {}
        });
        moved.drain(..moved.len().saturating_sub(KEPT));
        self.listening = Some(listening);
    }

    /// One line if a port is gone that is listened to.
    pub(super) fn input_loss(&self) -> Option<String> {
        self.listening.as_ref()?.inputs.loss()
    }
}
