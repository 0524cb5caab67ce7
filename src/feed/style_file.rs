//! A style's file: read, and followed while somebody edits it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use crate::compose::Mapping;

/// Time from one look at the file to the next. A change is taken when two looks find it alike, so that no half of
/// a file is: half a second, which is soon enough for a change that waits for a bar line.
const LOOKS_APART: Duration = Duration::from_millis(250);

/// When a file was written, and how long it is.
type Stamp = (SystemTime, u64);

/// A style's file that is followed.
#[derive(Debug)]
pub struct StyleFile {
    path: PathBuf,
    /// As it was when it was read last.
    read: Option<Stamp>,
    /// As the last look found it.
    found: Option<Stamp>,
    looked: Option<Instant>,
}

impl StyleFile {
    /// Reads a style.
    ///
    /// # Errors
    /// One line for people: the file, the line, what stands there, what may.
    pub fn read(path: &Path) -> Result<Mapping, String> {
        let shown = path.display();
        let bytes = fs::read(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => format!("{shown}: no such file; begin one with: evalody styles --print groove > {shown}"),
            _ => format!("{shown}: cannot be read: {error}"),
        })?;
        let text = String::from_utf8(bytes).map_err(|_| format!("{shown}: is no text in UTF-8"))?;
        Mapping::read(&text).map_err(|mistake| format!("{shown}: {mistake}"))
    }

    /// Follows a file that has been read.
    pub fn follow(path: &Path) -> Self {
        let stamp = stamp(path);
        Self { path: path.to_owned(), read: stamp, found: stamp, looked: None }
    }

    /// What was saved since, or what is wrong with it; to be asked often.
    pub fn news(&mut self) -> Option<Result<Mapping, String>> {
        if self.looked.is_some_and(|looked| looked.elapsed() < LOOKS_APART) {
            return None;
        }
        self.looked = Some(Instant::now());
        self.look()
    }

    /// As [`news`](Self::news), whenever the last look was.
    pub fn look(&mut self) -> Option<Result<Mapping, String>> {
        // While it is written anew the file may be gone.
        let now = stamp(&self.path)?;
        let is_settled = self.found.replace(now) == Some(now);
        if !is_settled || self.read == Some(now) {
            return None;
        }
        self.read = Some(now);
        Some(Self::read(&self.path))
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let known = fs::metadata(path).ok()?;
    Some((known.modified().ok()?, known.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_told_once_and_a_mistake_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        fs::write(&path, "name = \"one\"").unwrap();
        let mut file = StyleFile::follow(&path);
        assert!(file.look().is_none());
        fs::write(&path, "name = \"another\"").unwrap();
        assert!(file.look().is_none(), "it may be half there");
        assert_eq!(file.look().unwrap().unwrap().name(), "another");
        assert!(file.look().is_none());
        fs::remove_file(&path).unwrap();
        assert!(file.look().is_none());
        fs::write(&path, "\ntempo = 100").unwrap();
        file.look();
        assert!(file.look().unwrap().unwrap_err().contains("mine.toml: line 2: tempo is 100"));
    }
}
