//! Going through a tape, by instructions, lines or calls.

use super::{Kept, Tape};

/// How far a step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stride {
    Instruction,
    /// To where a line visit begins, in the same thread and in any frame.
    Line,
    /// To where a frame was entered, left or come back to, in the same thread.
    Call,
}

impl Tape {
    /// The next step at which such a stride ends; `None` if none is kept.
    pub fn next(&self, n: u64, stride: Stride) -> Option<u64> {
        let here = self.kept(n)?;
        self.steps_from(n + 1).find(|(_, kept)| ends(stride, here, kept)).map(|(n, _)| n)
    }

    /// The last step before `n` at which such a stride ends: in the midst of a line, where its visit begins.
    pub fn previous(&self, n: u64, stride: Stride) -> Option<u64> {
        let here = self.kept(n)?;
        self.steps_back(n).find(|(_, kept)| ends(stride, here, kept)).map(|(n, _)| n)
    }

    /// Whether a line visit begins with a step.
    pub fn begins_visit(&self, n: u64) -> bool {
        self.kept(n).is_some_and(|kept| kept.begins_visit)
    }

    /// The first step from `n` on, the oldest kept coming after the newest, with which a visit to this line
    /// of the program begins.
    pub fn next_on_line(&self, n: u64, line: u32) -> Option<u64> {
        if self.heat.line(line) == 0 {
            return None;
        }
        let is_there = |kept: &Kept| kept.begins_visit && self.heat.is_program(kept.code) && self.line(kept.code, kept.offset) == line;
        let after = self.steps_from(n).find(|(_, kept)| is_there(kept));
        after.or_else(|| self.steps_from(self.first).take_while(|(at, _)| *at < n).find(|(_, kept)| is_there(kept))).map(|(n, _)| n)
    }
}

fn ends(stride: Stride, here: &Kept, kept: &Kept) -> bool {
    match stride {
        Stride::Instruction => true,
        Stride::Line => kept.thread == here.thread && kept.begins_visit,
        Stride::Call => kept.thread == here.thread && kept.changes_frame,
    }
}
