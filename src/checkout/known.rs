//! The source trees that there are: given now, by a variable, or once before.

use std::path::PathBuf;

use super::{Checkout, CheckoutError};
use crate::atlas::{Version, Versions};
use crate::kept;

/// Folders of source trees, separated like those of PATH.
pub const SOURCE_VARIABLE: &str = "EVALODY_CPYTHON_SRC";

/// Under which name the folders are remembered, one a line.
const KEPT: &str = "cpython-src";

/// Said in place of a folder: forget those that are remembered.
const NONE: &str = "none";

/// Source trees of CPython.
#[derive(Debug, Default)]
pub struct Checkouts {
    /// The newest version first; of the same version, the one named first.
    trees: Vec<Checkout>,
    /// What the listener should know: a folder that has gone, one that cannot be remembered.
    notices: Vec<String>,
}

impl Checkouts {
    /// Those of `given`, which are remembered from then on; without any those of the variable; without it those
    /// remembered. `none` alone forgets what is remembered, and there are none.
    pub fn find(given: &[PathBuf]) -> Result<Self, CheckoutError> {
        if let [only] = given
            && only.as_os_str() == NONE
        {
            let notice = match kept::forget(KEPT) {
                Ok(true) => "the source trees of CPython that were remembered are forgotten".to_owned(),
                Ok(false) => "no source tree of CPython was remembered".to_owned(),
                Err(error) => error.to_string(),
            };
            return Ok(Self { trees: Vec::new(), notices: vec![notice] });
        }
        if !given.is_empty() {
            let mut found = Self::of(given)?;
            found.remember();
            return Ok(found);
        }
        match std::env::var_os(SOURCE_VARIABLE).filter(|folders| !folders.is_empty()) {
            Some(folders) => {
                let folders: Vec<PathBuf> = std::env::split_paths(&folders).filter(|folder| !folder.as_os_str().is_empty()).collect();
                Self::of(&folders).map_err(|error| CheckoutError::OfVariable(error.into()))
            }
            None => Ok(Self::remembered()),
        }
    }

    fn of(folders: &[PathBuf]) -> Result<Self, CheckoutError> {
        let trees = folders.iter().map(|folder| Checkout::open(folder)).collect::<Result<_, _>>()?;
        Ok(Self { trees, notices: Vec::new() }.sorted())
    }

    fn remembered() -> Self {
        let mut found = Self::default();
        for folder in kept::read(KEPT).unwrap_or_default().lines() {
            match Checkout::open(folder.as_ref()) {
                Ok(tree) => found.trees.push(tree),
                Err(error) => found.notices.push(format!(
                    "a source tree that was remembered is there no more: {error}; give it anew with --cpython-src DIR, or forget it with --cpython-src none"
                )),
            }
        }
        found.sorted()
    }

    fn sorted(mut self) -> Self {
        self.trees.sort_by_key(|tree| std::cmp::Reverse(tree.version()));
        self
    }

    /// Remembers one tree for each version: these, and of other versions what was remembered and is still there.
    fn remember(&mut self) {
        let mut old = Self::remembered().trees;
        old.retain(|tree| self.in_version(tree.version()).is_none());
        let mut text = String::new();
        let mut versions = Versions::default();
        for tree in self.trees.iter().chain(&old) {
            if versions.contains(tree.version()) {
                continue;
            }
            versions = versions.iter().chain([tree.version()]).collect();
            match tree.folder().to_str().filter(|folder| !folder.contains('\n')) {
                Some(folder) => text += &format!("{folder}\n"),
                None => self.notices.push(format!("{}: cannot be remembered: its name is no plain text", tree.folder().display())),
            }
        }
        if let Err(error) = kept::write(KEPT, &text) {
            self.notices.push(format!("the source tree is not remembered: {error}"));
        }
    }

    /// The newest version first.
    pub fn trees(&self) -> &[Checkout] {
        &self.trees
    }

    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    pub fn is_empty(&self) -> bool {
        self.trees.is_empty()
    }

    /// The tree of a version.
    pub fn in_version(&self, version: Version) -> Option<&Checkout> {
        self.trees.iter().find(|tree| tree.version() == version)
    }

    /// The newest tree of one of these versions.
    pub fn newest_of(&self, versions: Versions) -> Option<&Checkout> {
        self.trees.iter().find(|tree| versions.contains(tree.version()))
    }
}
