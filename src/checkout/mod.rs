//! A source tree of CPython on this machine, and the editor in which it is opened. Where something stands is said by
//! the atlas; on which line that is, by the tree itself.

mod anchor;
mod editor;
mod known;

pub use editor::{EditorError, Opened, open_in_editor};
pub use known::{Checkouts, SOURCE_VARIABLE};

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::atlas::{Place, Version};

/// A source tree of CPython.
#[derive(Debug)]
pub struct Checkout {
    folder: PathBuf,
    version: Version,
    release: String,
    /// Files that were read: a page names the same one again and again.
    read: Mutex<BTreeMap<&'static str, Option<Arc<str>>>>,
    /// Lines that were looked for: a window asks for those of its page with every picture.
    lines: Mutex<HashMap<Place, Option<u32>>>,
}

/// Why a folder cannot be taken for a source tree.
#[derive(Debug, thiserror::Error)]
pub enum CheckoutError {
    #[error("{}: no such folder; name the top folder of a source tree of CPython", .0.display())]
    NoSuchFolder(PathBuf),
    #[error(
        "{}: is no source tree of CPython: it has no {missing}; name the folder that was cloned, or that a source release was unpacked into",
        folder.display()
    )]
    NotCPython { folder: PathBuf, missing: &'static str },
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{}: does not say which version of CPython it is of", .0.display())]
    Unversioned(PathBuf),
    #[error("{}: is the source of CPython {release}; the atlas knows {} to {}", folder.display(), Version::FIRST, Version::LAST)]
    OtherVersion { folder: PathBuf, release: String },
    #[error("{SOURCE_VARIABLE} names {0}")]
    OfVariable(Box<Self>),
}

const PATCHLEVEL: &str = "Include/patchlevel.h";

impl Checkout {
    pub fn open(folder: &Path) -> Result<Self, CheckoutError> {
        // Remembered as a whole path, whatever folder the next run is in.
        let folder = fs::canonicalize(folder).map_err(|_| CheckoutError::NoSuchFolder(folder.to_owned()))?;
        let path = folder.join(PATCHLEVEL);
        let text = match fs::read(&path) {
            Ok(text) => String::from_utf8_lossy(&text).into_owned(),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Err(CheckoutError::NotCPython { folder, missing: PATCHLEVEL });
            }
            Err(source) => return Err(CheckoutError::Unreadable { path, source }),
        };
        if !folder.join("Python").is_dir() {
            return Err(CheckoutError::NotCPython { folder, missing: "Python folder" });
        }
        let (Some(major), Some(minor)) = (defined(&text, "PY_MAJOR_VERSION"), defined(&text, "PY_MINOR_VERSION")) else {
            return Err(CheckoutError::Unversioned(path));
        };
        let release =
            defined(&text, "PY_VERSION").map_or_else(|| format!("{major}.{minor}"), |release| release.trim_matches('"').to_owned());
        match format!("{major}.{minor}").parse() {
            Ok(version) => Ok(Self { folder, version, release, read: Mutex::default(), lines: Mutex::default() }),
            Err(_) => Err(CheckoutError::OtherVersion { folder, release }),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn version(&self) -> Version {
        self.version
    }

    /// As it calls itself: `3.13.15`, `3.14.0rc1+`.
    pub fn release(&self) -> &str {
        &self.release
    }

    /// The file of a place.
    pub fn path_of(&self, place: &Place) -> PathBuf {
        self.folder.join(place.file)
    }

    /// The line of a place in this very tree, from 1; `None` if it is not there.
    pub fn line_of(&self, place: &Place) -> Option<u32> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        *lines.entry(*place).or_insert_with(|| self.look_for(place))
    }

    fn look_for(&self, place: &Place) -> Option<u32> {
        let text = {
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            let text = read.entry(place.file).or_insert_with(|| {
                let bytes = fs::read(self.path_of(place)).ok()?;
                Some(String::from_utf8_lossy(&bytes).into())
            });
            text.clone()?
        };
        anchor::line_of(&text, place.anchor, place.file.starts_with("Lib/"))
    }
}

/// What a C header defines a name as.
fn defined<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let mut words = line.strip_prefix('#')?.split_whitespace();
        (words.next() == Some("define") && words.next() == Some(name)).then(|| words.next()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A made-up tree that says it is of a version.
    fn tree(major: u8, minor: u8) -> tempfile::TempDir {
        let folder = tempfile::TempDir::new().unwrap();
        for name in ["Include", "Python"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let patchlevel = format!(
            "/* Values for PY_RELEASE_LEVEL */\n#define PY_MAJOR_VERSION        {major}\n#define PY_MINOR_VERSION\t{minor}\n#define PY_VERSION      \"{major}.{minor}.5+\"\n"
        );
        fs::write(folder.path().join(PATCHLEVEL), patchlevel).unwrap();
        fs::write(folder.path().join("Python/bytecodes.c"), "\n        pure inst(LOAD_FAST, (-- value)) {\n").unwrap();
        folder
    }

    #[test]
    fn a_tree_tells_its_version_and_its_lines() {
        let folder = tree(3, 13);
        let checkout = Checkout::open(folder.path()).unwrap();
        assert_eq!((checkout.version().to_string().as_str(), checkout.release()), ("3.13", "3.13.5+"));
        let place = |file, anchor| Place { file, anchor };
        assert_eq!(checkout.line_of(&place("Python/bytecodes.c", "inst(LOAD_FAST,")), Some(2));
        assert_eq!(checkout.line_of(&place("Python/bytecodes.c", "inst(LOAD_NAME,")), None);
        assert_eq!(checkout.line_of(&place("Python/ceval.c", "TARGET(LOAD_FAST)")), None);
    }

    #[test]
    fn what_is_no_tree_is_told_as_such() {
        let told = |folder: &Path| Checkout::open(folder).unwrap_err().to_string();
        for (major, minor) in [(2, 7), (3, 7), (3, 15)] {
            let folder = tree(major, minor);
            let error = told(folder.path());
            assert!(error.ends_with(&format!("is the source of CPython {major}.{minor}.5+; the atlas knows 3.8 to 3.14")), "{error}");
        }
        let empty = tempfile::TempDir::new().unwrap();
        assert!(told(empty.path()).contains("is no source tree of CPython: it has no Include/patchlevel.h; "), "{}", told(empty.path()));
        assert!(told(&empty.path().join("nowhere")).contains("nowhere: no such folder"));
        let folder = tree(3, 12);
        fs::write(folder.path().join(PATCHLEVEL), "int x;\n").unwrap();
        assert!(told(folder.path()).contains("does not say which version"));
        fs::remove_dir_all(folder.path().join("Python")).unwrap();
        assert!(told(folder.path()).contains("no Python folder"));
    }
}
