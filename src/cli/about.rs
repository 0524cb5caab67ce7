//! What a run was, for other programs: the first line of what `heat` and `explain @memory` tell them, one object a line.

use std::io::{self, Write};

use serde::Serialize;

use super::counted::Counted;
use crate::trace::Outcome;

/// A run, whatever of it is counted.
#[derive(Serialize)]
pub struct About<'a> {
    program: &'a str,
    interpreter: &'a str,
    /// Of the bytecode: `3.13`.
    version: String,
    recorder: &'a str,
    instructions: u64,
    outcome: &'static str,
}

impl<'a> About<'a> {
    pub fn of(counted: &'a Counted) -> Self {
        let (major, minor) = counted.dialect.version;
        Self {
            program: counted.name(),
            interpreter: &counted.dialect.interpreter,
            version: format!("{major}.{minor}"),
            recorder: &counted.dialect.recorder,
            instructions: counted.tally.steps(),
            outcome: ended(&counted.outcome),
        }
    }
}

/// How a run ended, in one word.
fn ended(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Finished => "finished",
        Outcome::Raised { .. } => "raised",
        Outcome::Exited { .. } => "exited",
        Outcome::CutShort { .. } => "cut_short",
        Outcome::Died { .. } => "died",
    }
}

/// One object on a line.
pub fn line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}
