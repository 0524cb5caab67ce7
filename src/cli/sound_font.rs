//! `--soundfont`: another set of instruments, out of an .sf2 file.

use std::fs;
use std::panic;
use std::path::{Path, PathBuf};

use super::error::Failure;
use crate::synth::SoundFont;

/// Lowest rate a SoundFont is played at, samples a second (rustysynth takes no lower one).
const SLOWEST_HZ: u32 = 16_000;

/// Which instruments play.
#[derive(Debug, Clone, clap::Args)]
pub struct Sound {
    /// Play with the instruments of this SoundFont instead of evalody's own
    #[arg(long, value_name = "FILE.sf2")]
    soundfont: Option<PathBuf>,
}

impl Sound {
    /// The SoundFont that was asked for, to be played at `sample_rate_hz`.
    pub fn load(&self) -> Result<Option<SoundFont>, Failure> {
        self.soundfont.as_deref().map(read).transpose()
    }

    /// Refuses a SoundFont where there is no sound to be made of it.
    pub fn refuse(&self, reason: &'static str) -> Result<(), Failure> {
        match &self.soundfont {
            Some(path) => Err(Failure::SoundFont { path: path.clone(), reason: reason.to_owned() }),
            None => Ok(()),
        }
    }

    /// Refuses a rate that a SoundFont cannot be played at.
    pub fn check_rate(&self, sample_rate_hz: u32) -> Result<(), Failure> {
        if sample_rate_hz < SLOWEST_HZ {
            return self.refuse("the device plays fewer than 16000 samples a second, too few for a SoundFont; leave --soundfont out");
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<SoundFont, Failure> {
    let refused = |reason: String| Failure::SoundFont { path: path.to_owned(), reason };
    let bytes = fs::read(path).map_err(|error| refused(format!("cannot be read: {error}; name an .sf2 file")))?;
    // A broken file may be a panic to the reader beneath; what it would print says nothing to the listener.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let font = SoundFont::read(&bytes);
    panic::set_hook(hook);
    font.map_err(|error| refused(format!("{error}; name another .sf2 file, or leave --soundfont out")))
}
