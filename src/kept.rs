//! What is remembered from one run to the next: small texts in the folder that the XDG Base Directory Specification
//! names for the state of programs. Whole or as they were; what they mean is nothing to this room.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// What could not be remembered or forgotten.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    #[error("there is no folder to remember it in: neither XDG_STATE_HOME nor HOME is set")]
    Homeless,
    #[error("{}: cannot be written: {source}", path.display())]
    Unwritten { path: PathBuf, source: io::Error },
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
    written(&path, text).map_err(|source| KeptError::Unwritten { path, source })
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

fn written(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::with_prefix_in(".evalody-", folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_takes_the_place_of_another_and_leaves_nothing_beside_it() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("deep/er/name");
        for text in ["one\n", "two\n"] {
            written(&path, text).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
