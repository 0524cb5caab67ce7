//! What is remembered from one run to the next: small texts in the folder that the XDG Base Directory Specification
//! names for the state of programs, and a learner's texts in a folder of their own. Whole or as they were; what they mean
//! is nothing to this room.

mod data;

use std::io;
use std::path::PathBuf;

use crate::output::{Output, OutputError};

pub use data::{Data, DataError};

/// What could not be remembered or forgotten.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    #[error("there is no folder to remember it in: neither XDG_STATE_HOME nor HOME is set")]
    Homeless,
    #[error("{}: cannot be written: {source}", path.display())]
    Unwritten { path: PathBuf, source: io::Error },
    #[error("{0}")]
    Output(#[from] OutputError),
}

/// Where what is called `name` is kept; `None` where there is no home.
pub fn place(name: &str) -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    // The specification has a relative path ignored.
    let state = folder("XDG_STATE_HOME").filter(|state| state.is_absolute()).or_else(|| Some(folder("HOME")?.join(".local/state")))?;
    Some(state.join("evalody").join(name))
}

/// The text that was remembered as `name`.
pub fn read(name: &str) -> Option<String> {
    std::fs::read_to_string(place(name)?).ok()
}

/// Remembers `text` as `name`: all of it, or what was there stays.
pub fn write(name: &str, text: &str) -> Result<(), KeptError> {
    let path = place(name).ok_or(KeptError::Homeless)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|source| KeptError::Unwritten { path: folder.to_owned(), source })?;
    }
    Ok(Output::replace(&path, text.as_bytes())?)
}

/// Forgets what was remembered as `name`; tells whether there was something.
pub fn forget(name: &str) -> Result<bool, KeptError> {
    let Some(path) = place(name) else { return Ok(false) };
    match std::fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(KeptError::Unwritten { path, source }),
    }
}
