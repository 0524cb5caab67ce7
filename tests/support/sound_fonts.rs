//! A SoundFont of others to play with: Debian's package timgm6mb-soundfont. Where it is missing the test says so on
//! stderr and is skipped; on CI (`CI=true`) it fails, so that nobody believes it ran.

use std::env;
use std::fs;
use std::io::{self, Write};

use evalody::synth::SoundFont;

pub const FILE: &str = "/usr/share/sounds/sf2/TimGM6mb.sf2";

pub fn general_midi() -> Option<SoundFont> {
    bytes().map(|bytes| SoundFont::read(&bytes).unwrap())
}

/// The file as it is.
pub fn bytes() -> Option<Vec<u8>> {
    let bytes = fs::read(FILE);
    if bytes.is_err() {
        assert!(env::var("CI").as_deref() != Ok("true"), "on CI nothing is skipped: no {FILE} (package timgm6mb-soundfont)");
        // Past the test harness, which keeps what tests print by the usual way to itself.
        let _ = writeln!(io::stderr(), "skipped: no {FILE} (package timgm6mb-soundfont)");
    }
    bytes.ok()
}
