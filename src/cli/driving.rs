//! `--drive`: the beat releases the program's instructions.

use super::args::Music;
use super::error::Failure;
use crate::feed::Drive;

/// Whether, and how fast, the beat drives the program.
#[derive(Debug, Clone, clap::Args)]
pub struct Driving {
    /// Let the beat run the program, N instructions a quarter [default: 16; in faithful a note each]. It stands where
    /// the music does, and is as fast as that
    #[arg(long, value_name = "N", num_args = 0..=1, value_parser = drive, conflicts_with = "compare")]
    #[allow(clippy::option_option, reason = "clap's way to say that the number may be left out")]
    drive: Option<Option<Drive>>,
}

impl Driving {
    pub fn drive(&self, music: &Music) -> Result<Option<Drive>, Failure> {
        match self.drive {
            Some(Some(_)) if music.style.is_lossless() => Err(Failure::Usage(format!(
                "in {} every note is an instruction, and the notes drive the program: leave out the number of --drive",
                music.style.name()
            ))),
            asked => Ok(asked.map(|number| number.unwrap_or(Drive::USUAL))),
        }
    }
}

fn drive(text: &str) -> Result<Drive, String> {
    let refusal = || format!("write instructions a beat from 1 to {}, or nothing; FILE stands before --drive", Drive::MOST);
    text.parse().ok().and_then(Drive::new).ok_or_else(refusal)
}
