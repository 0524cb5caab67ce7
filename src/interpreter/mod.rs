//! Finding, starting, limiting and killing the children which run Python. Knows nothing of music.
//!
//! ```text
//! start(&Request) -> Running -> listen(...) until State::Ended(Outcome)
//! ```

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use crate::program::Program;

mod archive;
mod child;
mod cpython;
mod credit;
mod descendants;
#[cfg(feature = "embedded")]
pub mod embedded;
mod error;
mod explain;
pub mod options;
mod probe;
mod running;
#[cfg(feature = "syntax")]
pub mod syntax;
pub mod warm;
mod warmed;
pub mod wire;

pub use cpython::{Found, TRACER, found};
pub use error::InterpreterError;
pub use explain::explain;
pub use probe::{ProbedLine, probe};
pub use running::{Output, OutputStream, Running, State};
pub use warm::{Warmth, warm_up};
pub use warmed::{Agreement, Merging, Warmed};

use options::{Launch, Only, Recorder, Task};

/// The hidden command under which our own executable is the embedded interpreter.
pub const EMBEDDED_COMMAND: &str = "__embedded";

/// Which interpreter runs the program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Choice {
    /// `python3` or `python` on the search path, else the embedded one; the other way round if the
    /// request prefers the embedded one.
    #[default]
    Auto,
    /// The one inside evalody.
    Embedded,
    /// `python3` or `python` on the search path.
    Cpython,
    /// This executable; a bare name is looked for on the search path.
    Path(PathBuf),
}

impl FromStr for Choice {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "auto" => Self::Auto,
            "embedded" => Self::Embedded,
            "cpython" => Self::Cpython,
            path => Self::Path(path.into()),
        })
    }
}

/// What a run may use. A limit that is met ends it with `Outcome::CutShort`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Exactly so many instructions are told; the next one does not run.
    pub steps: Option<u64>,
    /// On the wall clock, from the start of the child.
    pub time: Option<Duration>,
    /// The embedded interpreter alone can be held to it; CPython is not.
    pub memory_bytes: Option<u64>,
}

/// Where the program's standard streams lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Streams {
    /// To ours, stdin too: the program reads the terminal, Ctrl-C and Ctrl-Z reach it as they reach us.
    #[default]
    Inherit,
    /// As `Inherit`, but what it prints goes to our standard error: our standard output is spoken for.
    Aside,
    /// Standard output and error arrive by [`Running::output`], which must then be read. The program is
    /// kept off the terminal, whose keys belong to whoever captures: if stdin is a terminal it reads the
    /// end of a file instead, so `input()` raises EOFError. A pipe or file is inherited.
    Captured,
    /// Nowhere: it reads the end of a file, and what it prints is thrown away.
    Discarded,
}

/// All that is needed to run a program under trace.
#[derive(Debug, Clone)]
pub struct Request {
    pub program: Program,
    /// The program's file; none if it came from standard input or from inside evalody.
    pub path: Option<PathBuf>,
    /// How the program is named to Python: a file, a module, a command.
    pub launch: Launch,
    pub recorder: Recorder,
    /// Whether the child runs only as many instructions as it is granted ([`Running::grant`]). One which cannot
    /// wait for that is held back by the pipe alone; [`Running::is_paced`] tells.
    pub is_paced: bool,
    /// Whether the program's text is what runs even where it has a file: an editor's may be newer.
    pub is_edited: bool,
    /// Its `sys.argv[1:]`.
    pub arguments: Vec<OsString>,
    pub choice: Choice,
    pub only: Only,
    pub limits: Limits,
    /// Words that the child gathers before it writes them. At most [`LIVE_RECORDS`] keeps it close to what
    /// is heard; 4096 is fast.
    pub records: u32,
    pub streams: Streams,
    /// Whether the embedded child confines itself before user code runs.
    pub confine: bool,
    pub task: Task,
    /// The evalody executable, which is also the embedded interpreter.
    pub own_executable: PathBuf,
    /// Whether [`Choice::Auto`] takes the embedded interpreter first.
    pub prefers_embedded: bool,
}

/// Most records of a request which is played live: up to here the pipe is shrunk to one page as well, so
/// that the child runs no more than the 512 words which that holds, and its own records, ahead of what was
/// read. 256 is half of the page: more would be ahead of the pipe itself.
pub const LIVE_RECORDS: u32 = 256;

/// Starts the interpreter of a request and waits until it has said what it is.
pub fn start(request: &Request) -> Result<Running, InterpreterError> {
    match python(request)? {
        Some(python) => cpython::start(request, &python),
        None => child::start_embedded(request),
    }
}

/// The CPython that a request means; `None` if it is the embedded interpreter.
fn python(request: &Request) -> Result<Option<PathBuf>, InterpreterError> {
    let prefers_embedded = cfg!(feature = "embedded") && request.prefers_embedded;
    match &request.choice {
        Choice::Embedded => Ok(None),
        Choice::Cpython => cpython::on_path().ok_or_else(InterpreterError::no_python).map(Some),
        Choice::Path(path) => Ok(Some(path.clone())),
        Choice::Auto if prefers_embedded => Ok(None),
        Choice::Auto => match cpython::on_path() {
            Some(python) => Ok(Some(python)),
            None if cfg!(feature = "embedded") => Ok(None),
            None => Err(InterpreterError::no_python()),
        },
    }
}
