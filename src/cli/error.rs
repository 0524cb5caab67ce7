//! Failures in the user's words, with the remedy, and the exit status each has.

use std::io;
use std::path::PathBuf;

use crate::atlas::Unknown;
use crate::checkout::{CheckoutError, EditorError};
use crate::interpreter::InterpreterError;
use crate::kept::DataError;
use crate::output::OutputError;
use crate::program::ProgramError;
use crate::songs::UnknownSong;

pub const BAD_INPUT: u8 = 2;
pub const FAILED: u8 = 3;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Options that do not go together; with the remedy.
    #[error("{0}")]
    Usage(String),
    #[error("{}: no such file; name a Python file, @SONG (see: evalody songs), or - for standard input", .0.display())]
    NoSuchFile(PathBuf),
    #[error("{}: is a folder without a __main__.py; name a Python file in it", .0.display())]
    Folder(PathBuf),
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{0}")]
    Program(#[from] ProgramError),
    #[error("{0}; list them with: evalody songs")]
    Song(#[from] UnknownSong),
    #[error("{}", unknown(.0))]
    Atlas(#[from] Unknown),
    #[error("{0}")]
    Checkout(#[from] CheckoutError),
    /// Something of the atlas, or a line of a file, which cannot be opened; with the remedy.
    #[error("{0}")]
    Unopened(String),
    #[error("{0}")]
    Editor(#[from] EditorError),
    /// The text is Python's own way to show it.
    #[error("the program does not compile\n{0}")]
    Syntax(String),
    #[error("{}: {reason}", path.display())]
    SoundFont { path: PathBuf, reason: String },
    #[error("{}: {reason}", path.display())]
    Output { path: PathBuf, reason: &'static str },
    /// A MIDI file that tells nothing; with the remedy.
    #[error("{}: {reason}", path.display())]
    Unheard { path: PathBuf, reason: String },
    #[error("{}: cannot be written: {source}; what stood there before is still there", path.display())]
    Unwritten { path: PathBuf, source: io::Error },
    #[error("{0}")]
    Interpreter(InterpreterError),
    /// What a learner's folder holds, or cannot take.
    #[error("{0}")]
    Data(#[from] DataError),
    #[error("{0}")]
    Sound(String),
    #[error("{0}")]
    Terminal(io::Error),
    #[cfg(feature = "window")]
    #[error("{0}; without a window there is: evalody play")]
    Window(String),
    /// Whoever read our output has gone: no failure.
    #[error("the reader has gone")]
    BrokenPipe,
}

/// What is nothing like any name is answered with where the names are.
fn unknown(unknown: &Unknown) -> String {
    let remedy = if unknown.nearest.is_empty() { "; list what can be asked for with: evalody explain" } else { "" };
    format!("{unknown}{remedy}")
}

impl Failure {
    pub fn status(&self) -> u8 {
        match self {
            Self::Usage(_)
            | Self::NoSuchFile(_)
            | Self::Folder(_)
            | Self::Unreadable { .. }
            | Self::Program(_)
            | Self::Song(_)
            | Self::Atlas(_)
            | Self::Checkout(_)
            | Self::Unopened(_)
            | Self::SoundFont { .. }
            | Self::Syntax(_)
            | Self::Output { .. }
            | Self::Unheard { .. } => BAD_INPUT,
            #[cfg(feature = "window")]
            Self::Window(_) => BAD_INPUT,
            Self::Interpreter(error) if error.is_bad_input() => BAD_INPUT,
            Self::Data(DataError::Refused { .. }) => BAD_INPUT,
            Self::Unwritten { .. } | Self::Data(_) | Self::Interpreter(_) | Self::Sound(_) | Self::Terminal(_) | Self::Editor(_) => FAILED,
            Self::BrokenPipe => 0,
        }
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        match error {
            OutputError::Refused { path, reason } => Self::Output { path, reason },
            OutputError::Unwritten { path, source } => Self::Unwritten { path, source },
        }
    }
}

/// A failure to print.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::BrokenPipe
        } else {
            Self::Unwritten { path: "standard output".into(), source: error }
        }
    }
}
