//! `evalody songs`: what is inside.

use std::io::Write;

use super::error::Failure;
use crate::songs;

/// List the songs that are inside evalody
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  evalody songs\n  evalody songs --show recursion\n  evalody play @recursion")]
pub struct Songs {
    /// Print the source of a song instead
    #[arg(long, value_name = "NAME")]
    show: Option<String>,
}

impl Songs {
    pub fn run(self) -> Result<u8, Failure> {
        let mut out = std::io::stdout().lock();
        if let Some(name) = self.show {
            let song = songs::named(name.trim_start_matches('@'))?;
            write!(out, "{}", song.source)?;
            return Ok(0);
        }
        for song in songs::all() {
            writeln!(out, "@{:<16} {}", song.name, song.idea())?;
        }
        Ok(0)
    }
}
