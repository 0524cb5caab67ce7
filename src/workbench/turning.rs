//! Knobs: numbers of the program that its comments offer, turned in the text while it is heard. What is turned is
//! evaluated as soon as nothing else is under way, so that the last value wins and no children pile up.

use super::Workbench;
use crate::edit::{Knob, KnobMistake, Knobs, Turn};
use crate::live::Voices;

/// The knobs of the text in the editor, and what was turned.
#[derive(Default)]
pub struct Turning {
    /// The text that the knobs are of.
    text: String,
    knobs: Knobs,
    /// Whether a turned text is still to be evaluated.
    is_wanted: bool,
    /// Whether what was evaluated last was turned: nobody asked for music where it is paused.
    pub is_turn: bool,
    /// How often a knob was turned.
    turns: u64,
    /// Mistakes that were told.
    told: Vec<KnobMistake>,
}

impl<V: Voices> Workbench<V> {
    /// The knobs of the text, as of the last [`advance`](Self::advance).
    pub fn knobs(&self) -> &[Knob] {
        &self.turning.knobs.knobs
    }

    /// How often a knob has been turned: the text was changed then, and nobody has typed it.
    pub fn turns(&self) -> u64 {
        self.turning.turns
    }

    /// Looks for the knobs of a text that is another.
    pub(super) fn find_knobs(&mut self) {
        if self.turning.text != self.document.text {
            self.turning.text.clone_from(&self.document.text);
            self.turning.knobs = Knobs::of(&self.document.text);
        }
    }

    /// Puts another number into the text.
    pub(super) fn turn_knob(&mut self, index: usize, value: f64) {
        self.find_knobs();
        let Some(knob) = self.turning.knobs.knobs.get(index) else { return };
        let text = knob.turned(&self.document.text, value);
        if text != self.document.text {
            self.document.text = text;
            self.turning.turns += 1;
            self.turning.is_wanted = true;
            self.find_knobs();
        }
    }

    /// Takes what controllers were moved since.
    pub(super) fn hear_controls(&mut self) {
        for control in self.player.take_controls() {
            // People count channels from 1.
            self.controller_moved(Turn { channel: control.channel + 1, controller: control.controller, value: control.value });
        }
    }

    /// A controller was moved.
    pub(super) fn controller_moved(&mut self, turn: Turn) {
        self.find_knobs();
        if let Some((index, value)) = self.turning.knobs.turned_by(turn) {
            self.turn_knob(index, value);
        }
    }

    /// The text is evaluated as it is. Mistakes in its knobs are told, each once.
    pub(super) fn knobs_are_heard(&mut self) {
        self.find_knobs();
        self.turning.is_turn = std::mem::take(&mut self.turning.is_wanted);
        let mistakes = self.turning.knobs.mistakes.clone();
        let told = std::mem::replace(&mut self.turning.told, mistakes.clone());
        for mistake in mistakes.iter().filter(|mistake| !told.contains(mistake)) {
            self.notice(mistake.to_string());
        }
    }

    /// Evaluates what was turned, once what was evaluated before has opened. A program that has ended may give way
    /// before it was heard; one that runs has its bar line first. So there are two children at most, however fast
    /// somebody turns; and where the music stands still, it waits too.
    pub(super) fn evaluate_turned(&mut self) {
        // Turned there and back.
        if self.document.text == self.evaluated {
            self.turning.is_wanted = false;
        }
        let is_under_way = self.pending.is_some() || self.duel.as_ref().is_some_and(super::Duel::is_pending) || !self.leaving.is_empty();
        let runs = self.queued.as_ref().is_some_and(|queued| queued.evaluation.is_some());
        if self.turning.is_wanted && !is_under_way && !runs && !self.position.is_paused {
            self.evaluate();
        }
    }

    /// Leaves what was turned as it is until it is evaluated.
    pub(super) fn forget_turn(&mut self) {
        self.turning.is_wanted = false;
    }
}
