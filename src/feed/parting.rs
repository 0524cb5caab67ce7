//! What becomes of a program whose music is over before it.

use std::process::ExitStatus;
use std::time::Duration;

use super::{Composer, Feed, LAST_WORDS, Nobody};
use crate::interpreter::{InterpreterError, State};
use crate::trace::{Limit, Listener, Outcome};

/// What happens, or has happened, to a program which is still to run when its music is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parting {
    Stops,
    /// It is to run on. Until then it waits.
    Waits,
    /// Its music is over.
    RunsOn,
}

impl<W: Listener> Feed<W> {
    /// Lets the program run on when its music is as long as it was wished to be, instead of stopping it.
    pub fn spare(&mut self) {
        self.parting = Parting::Waits;
    }

    /// Ends the music with what was given of it, and lets the program go at once.
    pub fn let_go(&mut self) {
        self.composer = Composer::Done;
        self.bars.clear();
        if self.outcome.is_none() {
            self.parting = Parting::Waits;
            self.part();
            self.running.detach();
        }
    }

    /// The music is over, and the program is not.
    pub(super) fn part(&mut self) {
        if self.parting == Parting::Waits {
            self.parting = Parting::RunsOn;
        } else {
            self.running.stop();
        }
        self.outcome = Some(Outcome::CutShort { limit: Limit::Listener });
    }

    /// Whether the program is to run on now that its music is over.
    pub fn runs_on(&self) -> bool {
        self.parting == Parting::RunsOn
    }

    /// Lets the program run on without music, and looks for its end for `wait` at most. It runs at full speed,
    /// untraced, unless its interpreter cannot be let go.
    pub fn run_on(&mut self, wait: Duration) -> Result<(), InterpreterError> {
        self.running.detach();
        if let State::Ended(outcome) = self.running.listen_for(&mut Nobody, wait)? {
            self.outcome = Some(outcome);
            self.parting = Parting::Stops;
            // Its last words may still be on their way to us.
            while let Some(Ok(last)) = self.running.output().map(|output| output.recv_timeout(LAST_WORDS)) {
                self.said.push_back(last);
            }
        }
        self.hear_out();
        Ok(())
    }

    /// Stops the program if it still runs, and tells how it ended.
    pub fn end(&mut self) -> Outcome {
        if self.outcome.is_none() || self.runs_on() {
            self.parting = Parting::Stops;
            self.part();
        }
        self.outcome.clone().unwrap_or_default()
    }

    /// How the program's process ended, once it has.
    pub fn status(&self) -> Option<ExitStatus> {
        self.running.status()
    }
}
