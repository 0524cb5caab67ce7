//! Where something stands in CPython's source: by an anchor, and not by a line, since lines move with every release.

use std::fmt;

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
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Against(releases) => write!(f, "checked against {}", releases.replace(',', ", ")),
            Self::Inferred => write!(f, "inferred, not checked"),
        }
    }
}
