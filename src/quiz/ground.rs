//! What questions are made from: programs that ran, and the CPython that facts are told of.

use std::sync::Arc;

use crate::atlas::Version;
use crate::lookup::Probed;
use crate::program::Program;
use crate::trace::{Code, Trace};

/// A program and what it did.
#[derive(Debug, Clone)]
pub struct Run {
    pub program: Program,
    /// Whether it is the learner's and not a song.
    pub is_own: bool,
    /// Who ran it, as people read it: `CPython 3.13.0`.
    pub interpreter: String,
    /// The version of its bytecode; `None` if the atlas does not speak of it.
    pub version: Option<Version>,
    /// Whether bytecode and stack are CPython's own, and not those of the embedded interpreter.
    pub is_cpython: bool,
    pub trace: Trace,
    /// How attributes on some of its lines are found, where that was asked for ([`Need::Probed`]).
    pub probed: Vec<Probed>,
}

impl Run {
    /// Code objects of the program's own file, in order of first appearance.
    pub fn codes(&self) -> impl Iterator<Item = &Arc<Code>> {
        self.trace.codes.iter().filter(|code| code.file == self.program.name)
    }

    /// A line of the program, without blanks around it; empty where there is none.
    pub fn line(&self, number: u32) -> &str {
        self.program.line(number).unwrap_or_default().trim()
    }
}

/// What a question is made from.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Those that the card's maker needs, in that order; the learner's own first where any will do.
    pub runs: Vec<Arc<Run>>,
    /// The CPython of which facts are told where no run is asked about.
    pub version: Version,
}

/// Which runs a card is to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// The atlas alone.
    Nothing,
    /// One run: the learner's own program, or where that gives no question, a song; these songs first, any other then.
    Any(&'static [&'static str]),
    /// Exactly these songs.
    Songs(Vec<&'static str>),
    /// As [`Need::Any`], by CPython, with the attributes on its lines probed.
    Probed(&'static [&'static str]),
}
