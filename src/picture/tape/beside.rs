//! What goes on beside a step: which function in C runs, which task, and who gave the GIL away.

use std::ops::Range;

use super::Tape;
use crate::picture::Asides;

impl Tape {
    /// All that was told beside the steps.
    pub fn asides(&self) -> &Asides {
        &self.asides
    }

    /// The function in C that runs at a step: the one it calls, or else the innermost that called back into
    /// Python, as `sorted` calls its key.
    pub fn in_c(&self, n: u64) -> Option<&str> {
        self.frames(n).iter().rev().find_map(|frame| self.asides.called_by(frame.at))
    }

    /// What goes on beside these steps, in words; of a single step also what called back into Python there.
    pub fn beside(&self, steps: Range<u64>) -> Vec<String> {
        let Some(step) = self.step(steps.start) else { return Vec::new() };
        let mut words = self.asides.words(steps.clone(), step.thread);
        if self.asides.called(steps.clone()).is_empty()
            && let Some(name) = self.in_c(steps.start)
        {
            words.insert(0, format!("C: within {name}"));
        }
        words
    }
}
