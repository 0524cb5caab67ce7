//! What is to be studied, and how programs are run for it. Knows nothing of what comes of it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::NaiveDate;

use crate::interpreter::options::{Launch, Only, Recorder};
use crate::interpreter::{Choice, Limits};
use crate::program::Program;
use crate::quiz::Goal;
use crate::songs::Song;

/// All that a sitting begins with.
#[derive(Debug, Clone)]
pub struct Order {
    /// What questions are made from first, where any program will do; songs for the rest.
    pub first: First,
    pub plan: Plan,
    pub manner: Manner,
    pub today: NaiveDate,
    /// Decides what is left to chance.
    pub seed: u64,
    /// Longest that the sitting takes, in minutes.
    pub minutes: f64,
}

/// What questions are made from first.
#[derive(Debug, Clone, Default)]
pub enum First {
    /// Any song.
    #[default]
    Songs,
    Song(&'static Song),
    Own(Own),
}

/// The learner's own program.
#[derive(Debug, Clone)]
pub struct Own {
    pub program: Program,
    /// Where it lies, if it is a file, or a folder.
    pub path: Option<PathBuf>,
    pub launch: Launch,
    /// Its `sys.argv[1:]`.
    pub arguments: Vec<OsString>,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Plan {
    /// What is due, of all.
    #[default]
    Sitting,
    /// Only what serves a goal.
    Goal(Goal),
    /// Only what is about a topic of the atlas: its recall, its opcodes, its PEPs.
    Topic(String),
    /// A lesson, by its number.
    Lesson(u8),
}

/// How programs are run.
#[derive(Debug, Clone)]
pub struct Manner {
    /// `Auto` prefers a CPython, of songs too: it is what is learnt.
    pub choice: Choice,
    pub recorder: Recorder,
    pub only: Only,
    /// Where none is set, [`super::STEPS`] and [`super::TIME`].
    pub limits: Limits,
    /// Whether the embedded interpreter confines itself. Songs are confined in any case.
    pub confines_own: bool,
    /// The evalody executable, which is also the embedded interpreter.
    pub own_executable: PathBuf,
    /// Raised when nobody waits any more.
    pub interrupted: Arc<AtomicBool>,
}
