//! What was seen of a line while its program ran.

use super::{Site, Way};
use crate::trace::{Dialect, Outcome};

/// What was seen of a line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Probed {
    pub dialect: Dialect,
    /// The line, from 1.
    pub line: u32,
    pub outcome: Outcome,
    /// In the order of the text. None if there is nothing on the line; then nothing ran.
    pub places: Vec<ProbedPlace>,
    /// The nearest lines that have something, before and behind.
    pub nearest: Vec<u32>,
    /// Whether the line's file was loaded by the program; always if it is the program's own.
    pub is_loaded: bool,
    /// Whether the visits are all there were: a program that is killed does not say the last of them.
    pub is_whole: bool,
}

/// An attribute or a call on the line, and how it went.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbedPlace {
    pub site: Site,
    /// In the order in which they were first gone.
    pub ways: Vec<SeenWay>,
    /// Visits by further ways, which are not told apart.
    pub others: u64,
}

/// A way, and how often it was gone.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenWay {
    /// Under which the probe speaks of it.
    pub number: usize,
    pub way: Way,
    pub visits: u64,
}

impl Probed {
    /// Whether anything on the line ran.
    pub fn has_run(&self) -> bool {
        self.places.iter().any(|place| !place.ways.is_empty())
    }
}
