//! `--cpython-src` and `--for`: which CPython is meant, and where its source is.

use std::path::PathBuf;

use super::error::Failure;
use crate::atlas::Version;
use crate::checkout::Checkouts;

#[derive(Debug, Clone, clap::Args)]
pub struct SourceTrees {
    /// Only what holds in this version, 3.8 to 3.14
    #[arg(long = "for", value_name = "VERSION")]
    pub version: Option<Version>,

    /// A source tree of CPython, remembered from then on; may be given again for another version; `none` forgets them
    /// [default: EVALODY_CPYTHON_SRC, or what was remembered]
    #[arg(long, value_name = "DIR")]
    cpython_src: Vec<PathBuf>,
}

/// What to do where there is no tree.
pub const REMEDY: &str =
    "to find its line and open it, give a source tree of CPython once with --cpython-src DIR, or set EVALODY_CPYTHON_SRC";

impl SourceTrees {
    /// The trees there are; what is to be known of them is said on stderr.
    pub fn find(&self) -> Result<Checkouts, Failure> {
        let found = Checkouts::find(&self.cpython_src)?;
        for notice in found.notices() {
            eprintln!("evalody: {notice}");
        }
        Ok(found)
    }
}
