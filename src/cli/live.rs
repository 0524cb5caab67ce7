//! `evalody live`: the window in which a program is edited and heard.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::args::Music;
use super::diary;
use super::driving::Driving;
use super::error::Failure;
use super::record;
use super::sound_font::Sound;
use super::studio::Studio;
use crate::checkout::Checkouts;
use crate::edit::Document;
use crate::fold::Zoom;
use crate::interpreter::options::Only;
use crate::interpreter::{Choice, InterpreterError};
use crate::kept;
use crate::window::{self, Opening, Studying, WindowError};
use crate::workbench::{Duel, Message, Notebook, Wishes, Workbench, load};

/// The song with which the window opens.
const FIRST_SONG: &str = "@recursion";

/// Edit a Python program in a window, see what the interpreter does, and hear it at the next bar
///
/// Ctrl+Enter runs what is in the editor; its music takes over at the next bar line. A wrong, slow or
/// endless program never stops the music that plays.
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    after_help = "\
Keys:
  Ctrl+Enter evaluate     F5 pause       F7 F8 F9 step an instruction, a line, a call (Shift: backwards)
  Ctrl+S save             Ctrl+O open    Ctrl+F find       Ctrl+/ comment      Ctrl +/- size
  F1 the atlas           F3 study
  F6 where this line sounds next         F2 record         F11 full screen     F12 screenshot
  F4 the next knob (a number with # knob: n 1..64 cc 20 behind it); arrow keys turn it
  Esc twice: panic, silence at once

Examples:
  evalody live
  evalody live @sorting
  evalody live fib.py --watch
  evalody live fib.py --midi-in nanoKONTROL
  evalody live fib.py --auto --style chip
  evalody live --compare @sort_bubble @sort_merge"
)]
pub struct Live {
    /// Python file or @SONG (see: evalody songs) [default: @recursion]
    #[arg(value_name = "FILE")]
    file: Option<String>,

    /// With --compare: the second program
    #[arg(value_name = "OTHER")]
    other: Option<String>,

    /// Hear two programs against each other, FILE on the left and OTHER on the right
    #[arg(long)]
    compare: bool,

    /// With --compare: the interpreter of the second; without OTHER, FILE itself is heard again on this one
    #[arg(long, value_name = "WHICH", requires = "compare")]
    against: Option<Choice>,

    /// Arguments of the Python program
    #[arg(last = true, value_name = "ARGS")]
    arguments: Vec<std::ffi::OsString>,

    /// auto, embedded, cpython, or a Python by path or name (auto: the embedded one for @songs, python3 for files)
    #[arg(long, value_name = "WHICH", default_value = "auto")]
    interpreter: Choice,

    #[command(flatten)]
    music: Music,

    #[command(flatten)]
    sound: Sound,

    #[command(flatten)]
    driving: Driving,

    /// Evaluate by itself what is typed, as soon as it is Python; by the embedded interpreter only
    #[arg(long)]
    auto: bool,

    /// Follow the file on disk, so that another editor can be used
    #[arg(long)]
    watch: bool,

    /// Let the embedded interpreter write files, read everywhere and use the network
    #[arg(long)]
    allow_host: bool,

    #[command(flatten)]
    studio: Studio,

    /// The whole screen
    #[arg(long)]
    fullscreen: bool,

    /// Dark on light instead of light on dark
    #[arg(long)]
    light: bool,

    /// Folder for recordings and screenshots [default: the one you are in]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,

    /// Folder of what is learnt with F3 [default: as study has it]
    #[arg(long, value_name = "DIR", env = "EVALODY_DATA")]
    data: Option<PathBuf>,

    /// Tell after so many seconds how many pictures a second were drawn, and end
    #[arg(long, value_name = "S", hide = true)]
    measure: Option<u64>,

    /// No notices; errors only
    #[arg(long, short)]
    quiet: bool,
}

impl Live {
    pub fn run(self) -> Result<u8, Failure> {
        let document = document(self.file.as_deref().unwrap_or(FIRST_SONG))?;
        let duel = self.duel(&document)?;
        if duel.is_some() {
            self.studio.check_for_two()?;
        }
        let is_embedded = |choice: &Choice| matches!(choice, Choice::Auto | Choice::Embedded);
        if self.auto && !(is_embedded(&self.interpreter) && self.against.as_ref().is_none_or(|choice| *choice == Choice::Embedded)) {
            let words = "--auto runs programs by the embedded interpreter only; leave --interpreter and --against out";
            return Err(Failure::Usage(words.to_owned()));
        }
        if self.watch && document.path.is_none() {
            return Err(Failure::Usage("--watch follows a file; name one".to_owned()));
        }
        let folder = self.folder.clone().unwrap_or_default();
        if self.folder.as_ref().is_some_and(|folder| !folder.is_dir()) {
            return Err(Failure::Output { path: folder, reason: "is no folder; make it first" });
        }
        window::display().map_err(|error| Failure::Window(error.to_string()))?;
        let font = self.sound.load()?;
        let (mut player, notices) = self.studio.player()?;
        self.sound.check_rate(player.sample_rate_hz())?;
        player.set_font(font);
        window::give_way();
        for notice in notices.iter().filter(|_| !self.quiet) {
            eprintln!("evalody: {notice}");
        }
        let wishes = Wishes {
            style: self.music.style(),
            zoom: self.music.zoom.unwrap_or(if self.music.style.is_lossless() { Zoom::Auto } else { self.music.style.zoom() }),
            choice: self.interpreter.clone(),
            only: Only::User,
            arguments: self.arguments.clone(),
            confine: !self.allow_host,
            memory_bytes: Some(super::args::MEMORY_BYTES),
            is_auto: self.auto,
            watches: self.watch,
            drive: self.driving.drive(&self.music)?,
            own_executable: std::env::current_exe().map_err(|error| Failure::Interpreter(InterpreterError::Io(error)))?,
            folder,
        };
        let studying = Studying {
            data: self.data.clone(),
            choice: self.interpreter.clone(),
            arguments: self.arguments.clone(),
            confines_own: !self.allow_host,
            own_executable: wishes.own_executable.clone(),
        };
        let interrupted = record::interruption();
        let mut bench = Workbench::new(document, wishes, player);
        if let Some(file) = self.music.style.follow() {
            bench.follow_style(file);
        }
        // The atlas has places to show without them, too.
        let checkouts = Checkouts::find(&[]).unwrap_or_else(|error| {
            bench.notice(error.to_string());
            Checkouts::default()
        });
        for notice in checkouts.notices() {
            bench.notice(notice.clone());
        }
        for notice in notices {
            bench.notice(notice);
        }
        if let Some(duel) = duel {
            bench.compare_with(duel);
        }
        bench.update(Message::Evaluate);
        let notebook = bench.notebook();
        let opening = Opening {
            is_fullscreen: self.fullscreen,
            is_light: self.light,
            state: kept::place("toured"),
            checkouts: Arc::new(checkouts),
            studying,
            measure: self.measure.map(Duration::from_secs),
        };
        let closed = window::open(bench, opening, interrupted);
        let Notebook { opcodes, pages } = &*notebook.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        diary::heard_opcodes(opcodes.iter().map(|opcode| &**opcode), false);
        diary::visited(pages.iter().map(String::as_str), false);
        match closed {
            Ok(()) => Ok(0),
            Err(error @ WindowError::NoDisplay(_)) => Err(Failure::Window(error.to_string())),
            Err(error @ WindowError::BrokeOff(_)) => Err(Failure::Terminal(std::io::Error::other(error))),
        }
    }

    /// The program that is to be heard against the first.
    fn duel(&self, first: &Document) -> Result<Option<Duel>, Failure> {
        match (self.compare, &self.other, &self.against) {
            (false, None, _) => Ok(None),
            (false, Some(other), _) => {
                Err(Failure::Usage(format!("{other}: one program is edited at a time; add --compare to hear it against the first")))
            }
            (true, None, None) => Err(Failure::Usage(
                "--compare takes two programs; name a second one, or the other interpreter with --against WHICH".to_owned(),
            )),
            (true, Some(other), _) => Ok(Some(Duel::new(document(other)?, self.against.clone(), false, false))),
            (true, None, Some(_)) => Ok(Some(Duel::new(first.clone(), self.against.clone(), true, false))),
        }
    }
}

/// A song or a file as a document.
fn document(name: &str) -> Result<Document, Failure> {
    match name.strip_prefix('@') {
        Some(song) => drop(crate::songs::named(song)?),
        None if !std::path::Path::new(name).exists() => return Err(Failure::NoSuchFile(name.into())),
        None if std::path::Path::new(name).is_dir() => return Err(Failure::Folder(name.into())),
        None => {}
    }
    load(name).map_err(Failure::Usage)
}
