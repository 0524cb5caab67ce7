//! Where something stands in CPython's source: by an anchor, and not by a line, since lines move with every release.

use std::fmt;

use super::{Version, Versions};

/// A text that is to be found in a file of CPython's source tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// From the top of the tree: `Objects/listobject.c`.
    pub file: &'static str,
    /// Text with which the line of interest begins, less its indentation and, before a definition of
    /// `Python/bytecodes.c` (`inst(`, `op(`, `macro(` and their like), less words such as `pure` and `replicate(8)`; any
    /// run of blanks counts as one. Of several such lines the first is meant.
    pub anchor: &'static str,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.anchor)
    }
}

/// Whether somebody looked, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Checked {
    /// Against the releases named here: their source, or the symbols of their binaries.
    Against(&'static str),
    /// Taken over from neighbouring versions.
    Inferred,
}

impl Checked {
    /// As the tables write it: releases, or `-`.
    pub(super) fn read(entry: &'static str) -> Self {
        super::told(entry).map_or(Self::Inferred, Self::Against)
    }

    /// Whether it was checked against a release of this version: `3.13.0` covers 3.13.
    pub fn covers(self, version: Version) -> bool {
        self.release_of(version).is_some()
    }

    fn release_of(self, version: Version) -> Option<&'static str> {
        let Self::Against(releases) = self else { return None };
        releases.split(',').find(|release| {
            let (minor, _) = release.rsplit_once('.').unwrap_or((release, ""));
            minor.parse() == Ok(version)
        })
    }

    /// What is to be said of this version alone: a fact may hold in a version against which nobody checked it.
    #[must_use]
    pub fn of(self, version: Version) -> Self {
        self.release_of(version).map_or(Self::Inferred, Self::Against)
    }

    /// What is to be said of these versions: `checked against 3.13.0; inferred for 3.14`.
    pub fn told_of(self, versions: Versions) -> String {
        let (covered, inferred): (Vec<Version>, Vec<Version>) = versions.iter().partition(|&version| self.covers(version));
        let releases: Vec<&str> = covered.into_iter().filter_map(|version| self.release_of(version)).collect();
        let inferred: Versions = inferred.into_iter().collect();
        match (releases.is_empty(), inferred.is_empty()) {
            (true, _) => Self::Inferred.to_string(),
            (false, true) => format!("checked against {}", releases.join(", ")),
            (false, false) => format!("checked against {}; inferred for {inferred}", releases.join(", ")),
        }
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Against(releases) => write!(f, "checked against {}", releases.replace(',', ", ")),
            Self::Inferred => write!(f, "inferred, not checked"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_covers_its_version() {
        let checked = Checked::read("3.8.18,3.13.0");
        for (minor, is_covered) in [(8, true), (9, false), (13, true), (14, false)] {
            let version = Version::new(minor).unwrap();
            assert_eq!(checked.covers(version), is_covered, "{version}");
            assert_eq!(checked.of(version) == Checked::Inferred, !is_covered, "{version}");
        }
        let versions = |text: &str| text.parse().unwrap();
        assert_eq!(checked.told_of(versions("3.8,3.13")), "checked against 3.8.18, 3.13.0");
        assert_eq!(checked.told_of(versions("3.13-")), "checked against 3.13.0; inferred for 3.14");
        assert_eq!(checked.told_of(versions("3.14")), "inferred, not checked");
        assert!(!Checked::read("-").covers(Version::FIRST));
        assert!(!Checked::read("3.1.4").covers(Version::LAST));
    }
}
