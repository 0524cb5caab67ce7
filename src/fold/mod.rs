//! What is worth hearing: steps folded to gestures, in one pass and bounded memory. Knows nothing of music.
//!
//! A line visit is a maximal run of instructions of one frame on one line; a jump backwards ends it.
//! Visits (or whatever the [`Zoom`] asks for) become [`Gesture`]s. New behaviour weighs much and
//! repeated behaviour less and less, so a hot loop folds by itself while order is kept. Where there
//! are more gestures than a listener can follow, neighbours that weigh least are merged. Nothing is
//! lost silently: the counts of an outline add up to the steps of its trace.

mod folder;
mod gesture;
mod list;
mod shuffle;
mod sites;
mod text;
mod threads;

pub use folder::Folder;
pub use gesture::{Contour, Gesture};
pub use shuffle::shuffled;
pub use text::{json_lines, lines};
pub use threads::Threads;

use std::fmt;
use std::str::FromStr;

use crate::trace::{Outcome, Trace};

/// What one gesture stands for before any merging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zoom {
    /// One instruction.
    Opcode,
    /// One line visit.
    Line,
    /// One turn of a loop, or a stretch between loops.
    Turn,
    /// One stay in a frame, from where it is entered or come back to until it is left.
    Call,
    /// Line visits, or instructions where the program is so short that its visits are too few.
    #[default]
    Auto,
}

/// A folded trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// In the order in which things happened.
    pub gestures: Vec<Gesture>,
    /// Instructions of the trace: the sum of the gestures' steps.
    pub steps: u64,
    /// Never `Auto`.
    pub zoom: Zoom,
    /// Threads that were heard.
    pub threads: usize,
    /// Whether several threads stand in the order in which they had the GIL, as the recorder told it. Otherwise
    /// their order is inferred.
    pub is_measured: bool,
    /// Whether any change of memory was told; where not, `blocks_up` and `blocks_down` mean nothing.
    pub tells_memory: bool,
    pub outcome: Outcome,
}

impl Outline {
    /// The same run with nothing to hear in it: what an empty program is.
    pub fn silent(&self) -> Self {
        Self { gestures: Vec::new(), ..self.clone() }
    }

    /// What the listener must know of how the outline was made.
    pub fn remark(&self) -> Option<String> {
        (self.threads > 1).then(|| match self.is_measured {
            true => format!("{} threads, in the order in which they had the GIL", self.threads),
            false => format!("{} threads: their order is inferred", self.threads),
        })
    }

    /// Sum of the gestures' weights.
    pub fn weight(&self) -> f64 {
        self.gestures.iter().map(|gesture| gesture.weight).sum()
    }
}

/// Gestures of an outline at most, give or take a factor of two while folding. A piece of 72 bars
/// has 1,152 sixteenths; with four times as many gestures every sixteenth still has its own material.
pub const MOST_GESTURES: usize = 4608;

/// Folds a whole trace.
pub fn fold(trace: &Trace, zoom: Zoom) -> Outline {
    let mut folder = Threads::new(zoom, Some(MOST_GESTURES));
    trace.tell(&mut folder);
    folder.finish(trace.outcome.clone())
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no zoom; choose opcode, line, turn, call or auto")]
pub struct UnknownZoom(String);

impl FromStr for Zoom {
    type Err = UnknownZoom;

    fn from_str(text: &str) -> Result<Self, UnknownZoom> {
        match text {
            "opcode" => Ok(Self::Opcode),
            "line" => Ok(Self::Line),
            "turn" => Ok(Self::Turn),
            "call" => Ok(Self::Call),
            "auto" => Ok(Self::Auto),
            other => Err(UnknownZoom(other.to_owned())),
        }
    }
}

impl fmt::Display for Zoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Opcode => "opcode",
            Self::Line => "line",
            Self::Turn => "turn",
            Self::Call => "call",
            Self::Auto => "auto",
        })
    }
}
