//! Instructions that a child is granted: the parent's end of the control pipe.

use std::io::{PipeWriter, Write};

/// The word that is no number of instructions: the program is to go on unheard.
const DETACH: u32 = u32::MAX;

/// What was granted to a child.
#[derive(Debug)]
pub(super) struct Credit {
    /// None once no more words follow.
    grants: Option<PipeWriter>,
    granted: u64,
    is_detached: bool,
}

impl Credit {
    pub fn new(grants: PipeWriter) -> Self {
        Self { grants: Some(grants), granted: 0, is_detached: false }
    }

    /// Grants so many more.
    pub fn grant(&mut self, steps: u32) {
        let steps = steps.min(DETACH - 1);
        self.granted += u64::from(steps);
        if !self.is_detached {
            self.write(steps);
        }
    }

    /// Granted instructions that were not told yet, when so many were. Once it is let go nothing holds it.
    pub fn left(&self, told: u64) -> u64 {
        if self.is_detached { u64::MAX } else { self.granted.saturating_sub(told) }
    }

    pub fn detach(&mut self) {
        if !self.is_detached {
            self.is_detached = true;
            self.write(DETACH);
        }
    }

    /// Grants no more for ever: the child ends when it has told what it was granted.
    pub fn end(&mut self) {
        self.grants = None;
    }

    fn write(&mut self, word: u32) {
        // Who reads no more has ended, and its trace says how.
        if let Some(Err(_)) = self.grants.as_mut().map(|grants| grants.write_all(&word.to_le_bytes())) {
            self.grants = None;
        }
    }
}
