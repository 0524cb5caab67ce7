//! Why an interpreter could not be had, or what was wrong with what it said.

use std::io;
use std::path::PathBuf;

use super::cpython;
use super::wire::{SyntaxError, WireError};

/// A program that fails is no error: that is an `Outcome`.
#[derive(Debug, thiserror::Error)]
pub enum InterpreterError {
    #[error("there is no {} to run; {remedy}", python.display())]
    NotFound { python: PathBuf, remedy: String },
    #[error("could not start {}; {remedy}", python.display())]
    NotStarted { python: PathBuf, remedy: String, source: io::Error },
    #[error("{} is not a Python that can be traced: it {how}; {remedy}", python.display())]
    NotPython { python: PathBuf, how: String, remedy: String },
    #[error("{} is {interpreter}, which is too old to be traced (3.8 or later is needed); {remedy}", python.display())]
    TooOld { python: PathBuf, interpreter: String, remedy: String },
    #[error("{} is {interpreter}, and only CPython can be traced; {remedy}", python.display())]
    NotCpython { python: PathBuf, interpreter: String, remedy: String },
    #[error("{interpreter} specialises no instructions: that came with CPython 3.11 (PEP 659); {remedy}")]
    NeverWarm { interpreter: String, remedy: String },
    #[error("only CPython is looked into for how attributes are found; {remedy}")]
    NeverProbed { remedy: String },
    #[error("this evalody was built without its embedded interpreter; name a Python with --interpreter, or build with --features embedded")]
    NotBuiltIn,
    #[error("the embedded interpreter looks for no modules or zip files, as {name} is one; run it by --interpreter python3")]
    NotFoundInside { name: String },
    #[error("{what} {text:?} is not UTF-8 and cannot be handed to Python; rename it")]
    NotUtf8 { what: &'static str, text: String },
    /// The program does not compile in this interpreter: nothing ran.
    #[error("line {}, column {}: {}", error.line, error.column, error.message)]
    Syntax { error: SyntaxError },
    #[error("could not watch the interpreter")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Wire(#[from] WireError),
}

impl InterpreterError {
    pub(super) fn no_python() -> Self {
        Self::NotFound { python: "python3".into(), remedy: remedy() }
    }
}

/// What to do instead, in one line.
pub(super) fn remedy() -> String {
    let found: Vec<String> = cpython::found().iter().map(|found| found.path.display().to_string()).collect();
    match found.split_last() {
        Some(_) if cfg!(feature = "embedded") => format!("name another with --interpreter: {}, or embedded", found.join(", ")),
        Some((last, [])) => format!("name another with --interpreter: {last}"),
        Some((last, rest)) => format!("name another with --interpreter: {} or {last}", rest.join(", ")),
        None if cfg!(feature = "embedded") => {
            "use the one inside evalody with --interpreter embedded, or install CPython 3.8 or later".into()
        }
        None => "install CPython 3.8 or later".into(),
    }
}

/// What to do instead where instructions do not specialise, in one line.
pub(super) fn warm_remedy() -> String {
    match cpython::found().first().filter(|found| found.version >= cpython::SPECIALISES) {
        Some(found) => format!("name one with --interpreter: {}", found.path.display()),
        None => "install CPython 3.12 or later".into(),
    }
}

impl InterpreterError {
    /// Whether another choice by the user would have helped, rather than a working machine.
    pub fn is_bad_input(&self) -> bool {
        !matches!(self, Self::Io(_) | Self::Wire(_))
    }
}
