//! Options that commands share, spelled the same everywhere.

use std::time::Duration;

use clap::{Args, builder::PossibleValuesParser, builder::TypedValueParser};

use super::style::Chosen;
use crate::compose::Style;
use crate::fold::{MOST_GESTURES, Outline, Threads, Zoom, shuffled};
use crate::interpreter::options::{Only, Recorder};
use crate::interpreter::{Choice, Limits};
use crate::music::{Key, Tempo};

/// Which program, and how it is run.
#[derive(Debug, Clone, Args)]
pub struct Shared {
    /// Python file, folder or zip file with a __main__.py, @SONG (see: evalody songs), or - for standard input
    #[arg(value_name = "FILE", required_unless_present_any = ["module", "command"], conflicts_with_all = ["module", "command"])]
    pub file: Option<String>,

    /// In place of FILE: a module or package by its name, as python -m runs it
    #[arg(short, value_name = "MODULE", conflicts_with = "command")]
    pub module: Option<String>,

    /// In place of FILE: the text of a program, as python -c runs it
    #[arg(short, value_name = "CODE", allow_hyphen_values = true)]
    pub command: Option<String>,

    /// Arguments of the Python program
    #[arg(last = true, value_name = "ARGS")]
    pub arguments: Vec<std::ffi::OsString>,

    /// auto, embedded, cpython, or a Python by path or name (auto: the embedded one for @songs, python3 for files)
    #[arg(long, value_name = "WHICH", default_value = "auto")]
    pub interpreter: Choice,

    /// Which code is heard: the program's own, or all, with the library
    #[arg(long, default_value = "user", value_parser = PossibleValuesParser::new(["user", "all"]).map(|only| if only == "all" { Only::All } else { Only::User }))]
    pub only: Only,

    /// How CPython is recorded: by the native tap (auto), or in Python, which is slower and tells less
    #[arg(long, value_name = "WHICH", default_value = "auto", value_parser = PossibleValuesParser::new(["auto", "python"]).map(|which| if which == "python" { Recorder::Python } else { Recorder::Auto }))]
    pub recorder: Recorder,

    /// Stop the program after so many instructions
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub steps: Option<u64>,

    /// Stop the program after so many seconds
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub time: Option<Duration>,

    /// Let the embedded interpreter write files, read everywhere and use the network
    #[arg(long)]
    pub allow_host: bool,

    /// No progress, no notices; errors only
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Also tell which interpreter runs the program, and how it is recorded
    #[arg(long, short)]
    pub verbose: bool,
}

impl Shared {
    pub fn limits(&self) -> Limits {
        Limits { steps: self.steps, time: self.time, memory_bytes: Some(MEMORY_BYTES) }
    }
}

/// What the embedded interpreter may use: plenty for a program that is listened to, little enough that a
/// memory bomb leaves the machine and the music alone.
pub const MEMORY_BYTES: u64 = 2 << 30;

/// How the music is written.
#[derive(Debug, Clone, Args)]
pub struct Music {
    /// groove (a band plays the program), faithful (one note for each instruction), ambient, chip, or a file of your
    /// own (see: evalody styles --print groove)
    #[arg(long, value_name = "NAME|FILE.toml", default_value = "groove")]
    pub style: Chosen,

    /// Quarters per minute, 20 to 400 [default: by the program's figures]
    #[arg(long, value_name = "BPM", value_parser = tempo)]
    pub tempo: Option<Tempo>,

    /// Key, such as Am, C, F#m or Bb [default: by the program's names]
    #[arg(long)]
    pub key: Option<Key>,

    /// Length of the piece in seconds [default: two minutes, short programs less]
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub length: Option<Duration>,

    /// What is folded to one gesture: opcode, line, turn, call or auto [default: the style's, auto in shipped ones]
    #[arg(long)]
    pub zoom: Option<Zoom>,

    /// Vary what is a matter of taste: tonic, progressions, rhythms
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

impl Music {
    pub fn style(&self) -> Style {
        Style { tempo: self.tempo, key: self.key, length: self.length, seed: self.seed, ..self.style.style() }
    }

    /// The faithful style has no use for folding.
    pub fn zoom(&self) -> Zoom {
        self.zoom.filter(|_| !self.style.is_lossless()).unwrap_or(self.style.zoom())
    }
}

/// The control experiment: what the music is where the program's order is taken away.
#[derive(Debug, Clone, Default, Args)]
pub struct Control {
    /// Line visits in random order
    #[arg(long, value_name = "SEED", hide = true)]
    shuffle_visits: Option<u64>,
}

impl Control {
    /// A folder for a whole piece.
    pub fn folder(&self, music: &Music) -> Threads {
        match self.shuffle_visits {
            Some(_) if !music.style.is_lossless() => Threads::new(Zoom::Line, None),
            _ => Threads::new(music.zoom(), (!music.style.is_lossless()).then_some(MOST_GESTURES)),
        }
    }

    /// The outline as it is to be heard.
    pub fn arranged(&self, outline: Outline) -> Outline {
        match self.shuffle_visits {
            Some(seed) => shuffled(&outline, seed, MOST_GESTURES),
            None => outline,
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "write seconds, such as 30 or 2.5".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if seconds > 0.0 && seconds <= 86_400.0 => Ok(duration),
        _ => Err("seconds must be more than 0 and at most 86400 (a day)".to_owned()),
    }
}

fn tempo(text: &str) -> Result<Tempo, String> {
    let refusal = || format!("write quarters per minute from {} to {}", Tempo::SLOWEST, Tempo::FASTEST);
    text.parse().ok().and_then(Tempo::new).ok_or_else(refusal)
}
