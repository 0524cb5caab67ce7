//! What a child is told on its command line, as one JSON argument: the same for both interpreters.

use serde::{Deserialize, Serialize};

/// Which frames are traced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Only {
    /// The program, the modules beside it, and code it generates.
    #[default]
    User,
    /// The standard library and installed packages too.
    All,
}

/// What runs, as Python's own command line tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Launch {
    /// A file, or text that is none.
    #[default]
    Script,
    /// A folder or zip file with a `__main__`.
    Archive,
    /// `-m`: a module or package of this name.
    Module(String),
    /// `-c`: the program's text is the command.
    Command,
}

/// Which recorder a CPython runs under. Of two that tell the same, one is in Python and slower.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Recorder {
    /// The native tap, or the one in Python where it cannot be loaded.
    #[default]
    Auto,
    /// The one in Python.
    Python,
}

/// What the child does with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Runs and traces it.
    #[default]
    Run,
    /// Compiles it, tells all its code objects (nested ones too, outermost first), and runs nothing.
    Compile,
    /// Runs it and tells which instructions specialise (PEP 659), but no steps. CPython 3.11 or later.
    WarmUp,
    /// Runs it and tells how the attributes on one line are found, but no steps. CPython only.
    Probe,
}

/// The one argument of a child.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChildOptions {
    pub protocol: u32,
    /// Inherited descriptor to write the trace to; closed on exec in whatever the program starts.
    pub trace_fd: i32,
    /// Inherited descriptor to read credits from; none if the child need not wait for any.
    #[serde(default)]
    pub control_fd: Option<i32>,
    /// Inherited descriptor of the native tap; none if the recorder in Python is to do.
    #[serde(default)]
    pub tap_fd: Option<i32>,
    /// Inherited descriptor to read the UTF-8 source from, to its end; none if the child is to open `path`.
    pub source_fd: Option<i32>,
    #[serde(default)]
    pub launch: Launch,
    pub task: Task,
    pub only: Only,
    /// Words gathered before they are written: small for live playing, large for export.
    pub records: u32,
    /// Instructions after which the run is cut short.
    pub steps: Option<u64>,
    /// Seconds after which it is.
    pub time_s: Option<f64>,
    /// Bytes of memory after which it is (embedded only; the parent sets none for CPython).
    pub memory_bytes: Option<u64>,
    /// `co_filename` of the program and `argv[0]`: its path as the user gave it, `<stdin>`, `@recursion`.
    pub name: String,
    /// Absolute path of the program, if it is a file.
    pub path: Option<String>,
    /// Arguments behind `argv[0]`.
    pub arguments: Vec<String>,
    /// Whether the embedded child confines itself before user code runs.
    pub confine: bool,
}
