//! The workbench: a program in an editor, its music, and what is to be seen of both. Messages come in, and
//! [`Workbench::advance`] keeps everything going; it draws nothing, and has never heard of a window.
//!
//! ```text
//! document --Evaluate--> evaluation --opening--> queued --next bar line--> heard
//!                            |                                               ^
//!                            `--- trouble: told in the margin; what is heard goes on
//! ```

mod duel;
mod evaluating;
mod looking;
mod message;
mod mixer;
mod notebook;
mod recorder;
mod rendition;
mod selection;
mod time;
mod turning;
mod watch;

pub use duel::Duel;
pub use looking::LookedInto;
pub use message::{Direction, Message};
pub use mixer::{Change, Fader, Mixer, Strip};
pub use notebook::Notebook;
pub use rendition::Rendition;
pub use selection::{Lit, Selection};
pub use watch::load;

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::compose::Style;
use crate::edit::Document;
use crate::feed::{Drive, StyleFile};
use crate::fold::Zoom;
use crate::interpreter::Choice;
use crate::interpreter::options::Only;
use crate::live::{Player, Position, Voices};
use crate::music::{Tempo, Tick};
use crate::synth::Synth;

use evaluating::Pending;
use looking::{Descent, Looking};
use mixer::Mixing;
use recorder::Recorder;
use turning::Turning;
use watch::Watch;

/// Lines of the program's output that are kept.
const OUTPUT_LINES: usize = 500;

/// Notices that are kept.
const NOTICES: usize = 50;

/// How a program is run and written; what a command line says.
#[derive(Debug, Clone)]
pub struct Wishes {
    pub style: Style,
    pub zoom: Zoom,
    pub choice: Choice,
    pub only: Only,
    pub arguments: Vec<OsString>,
    /// Whether the embedded interpreter is kept from files and the network.
    pub confine: bool,
    pub memory_bytes: Option<u64>,
    /// Whether what is typed is evaluated by itself, as soon as it is Python; by the embedded interpreter only.
    pub is_auto: bool,
    /// Whether the file is followed on disk.
    pub watches: bool,
    /// How fast the beat drives the program; none if it runs as far as its music needs it.
    pub drive: Option<Drive>,
    /// The evalody executable, which is also the embedded interpreter.
    pub own_executable: PathBuf,
    /// Where recordings and screenshots are put.
    pub folder: PathBuf,
}

/// Something that is wrong with the program in the editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// From 1; `None` where it has no place.
    pub line: Option<u32>,
    /// Column from 1, in characters, where it is known.
    pub column: Option<u32>,
    pub message: String,
}

/// The model of live coding. `V` sounds: the synth, or whatever a test puts in its place.
pub struct Workbench<V: Voices = Synth> {
    pub document: Document,
    pub wishes: Wishes,
    pub selection: Option<Selection>,
    /// What is wrong with the program that was evaluated last.
    pub trouble: Option<Trouble>,
    mixing: Arc<Mutex<Mixing>>,
    player: Player<V>,
    position: Position,
    /// What is heard.
    heard: Option<Rendition>,
    /// What takes over at the next bar line.
    queued: Option<Rendition>,
    /// What is evaluated and has made no music yet.
    pending: Option<Pending>,
    /// Threads of evaluations that were dismissed and have children to see off.
    leaving: Vec<JoinHandle<()>>,
    /// The step that is looked at while the music stands still.
    cursor: Option<u64>,
    /// Where a loop begins, until its end is set.
    loop_from: Option<Tick>,
    loop_span: Option<std::ops::Range<Tick>>,
    repeats: bool,
    /// The tempo that was asked for, in place of the program's own.
    tempo: Option<Tempo>,
    output: VecDeque<String>,
    notices: VecDeque<String>,
    recorder: Option<Recorder>,
    /// A line that is being looked at.
    looking: Option<Looking>,
    /// What is still to be heard of the last one.
    descent: Descent,
    notebook: Arc<Mutex<Notebook>>,
    turning: Turning,
    /// The program that is heard against this one.
    duel: Option<Duel>,
    watch: Option<Watch>,
    style_file: Option<StyleFile>,
    /// The text that was evaluated last, and since when it has been another.
    evaluated: String,
    edited_at: Option<Duration>,
    now: Duration,
    /// Whether the file on disk was changed while something unsaved was here.
    has_conflict: bool,
    evaluations: u64,
}

impl<V: Voices> Workbench<V> {
    pub fn new(document: Document, wishes: Wishes, player: Player<V>) -> Self {
        let position = player.position();
        let mut bench = Self {
            document,
            mixing: Arc::default(),
            selection: None,
            trouble: None,
            player,
            position,
            heard: None,
            queued: None,
            pending: None,
            leaving: Vec::new(),
            cursor: None,
            loop_from: None,
            loop_span: None,
            repeats: true,
            tempo: wishes.style.tempo,
            output: VecDeque::new(),
            notices: VecDeque::new(),
            recorder: None,
            looking: None,
            descent: Descent::default(),
            notebook: Arc::default(),
            turning: Turning::default(),
            duel: None,
            watch: None,
            style_file: None,
            evaluated: String::new(),
            edited_at: None,
            now: Duration::ZERO,
            has_conflict: false,
            evaluations: 0,
            wishes,
        };
        bench.player.set_repeat(true);
        bench.mix();
        bench.follow_file();
        bench
    }

    /// Does what is asked for.
    pub fn update(&mut self, message: Message) {
        match message {
            Message::Evaluate => self.evaluate(),
            Message::Edited => self.edited_at = Some(self.now),
            Message::Open(name) => self.open(&name),
            Message::Save => self.save(None),
            Message::SaveAs(path) => self.save(Some(path)),
            Message::KeepMine => self.has_conflict = false,
            Message::TakeTheirs => self.take_theirs(),
            Message::Pause(is_paused) => self.pause(is_paused),
            Message::Panic => self.panic(),
            Message::Seek(tick) => self.seek(tick),
            Message::Step(stride, direction) => self.step(stride, direction),
            Message::SeekLine(line) => self.seek_line(line),
            Message::Tempo(tempo) => self.set_tempo(tempo),
            Message::LoopFrom => self.loop_from = Some(self.position.tick),
            Message::LoopTo => self.loop_to(),
            Message::LoopSpan(span) => self.set_loop(Some(span)),
            Message::NoLoop => self.set_loop(None),
            Message::Repeat(repeats) => {
                self.repeats = repeats;
                self.player.set_repeat(repeats);
            }
            Message::Zoom(zoom) => {
                self.wishes.zoom = zoom;
                self.write_anew();
            }
            Message::Style(style) => {
                self.wishes.style.mapping = style;
                self.write_anew();
            }
            Message::Mix(strip, change) => {
                evaluating::locked(&self.mixing).mixer.change(strip, change);
                self.mix();
            }
            Message::Knob(index, value) => self.turn_knob(index, value),
            Message::Turn(turn) => self.controller_moved(turn),
            Message::OnlyMine(only_mine) => self.only_mine(only_mine),
            Message::ShowOther => self.show_other(),
            Message::ByTurns(by_turns) => self.by_turns(by_turns),
            Message::Select(selection) => self.selection = Some(selection),
            Message::Deselect => self.selection = None,
            Message::LookInto(line) => self.look_into(line),
            Message::Record(records) => self.record(records),
        }
    }

    /// Keeps everything going; to be called every few milliseconds. `now` is the time since the start.
    pub fn advance(&mut self, now: Duration) {
        self.now = now;
        self.player.advance();
        self.position = self.player.position();
        self.take_over();
        self.take_news();
        self.leaving.retain(|thread| !thread.is_finished());
        self.watch_file();
        self.watch_style();
        self.evaluate_by_itself();
        self.find_knobs();
        self.hear_controls();
        self.evaluate_turned();
        self.sound_descent();
        if let Some(recorder) = &mut self.recorder
            && let Err(error) = recorder.advance()
        {
            self.recorder = None;
            self.notice(format!("the recording ended: {error}"));
        }
        if let Some(loss) = self.player.health().line() {
            self.notice(loss);
        }
    }

    /// Where the music is, as of the last [`advance`](Self::advance).
    pub fn position(&self) -> Position {
        self.position
    }

    /// Whether no music goes on: halted, silenced or at its end.
    pub fn stands_still(&self) -> bool {
        self.position.is_paused || self.position.is_over
    }

    /// What is heard.
    pub fn heard(&self) -> Option<&Rendition> {
        self.heard.as_ref()
    }

    pub fn heard_mut(&mut self) -> Option<&mut Rendition> {
        self.heard.as_mut()
    }

    /// Whether a program was evaluated and is not heard yet.
    pub fn is_waiting(&self) -> bool {
        self.pending.is_some() || self.queued.is_some() || self.duel.as_ref().is_some_and(Duel::is_pending)
    }

    /// The step that is seen now.
    pub fn step_seen(&self) -> Option<u64> {
        self.cursor.or_else(|| self.heard.as_ref()?.step_at(self.position.tick))
    }

    /// What lights up with the selection.
    pub fn lit(&self) -> Option<Lit> {
        Some(Lit::of(self.selection?, self.heard.as_ref()?))
    }

    /// Where the faders stand.
    pub fn fader(&self, strip: &Strip) -> Fader {
        evaluating::locked(&self.mixing).mixer.fader(strip)
    }

    pub fn player(&self) -> &Player<V> {
        &self.player
    }

    pub fn output(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.output.iter().map(String::as_str)
    }

    /// What went wrong or must be known besides, newest last.
    pub fn notices(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.notices.iter().map(String::as_str)
    }

    pub fn loop_span(&self) -> Option<std::ops::Range<Tick>> {
        self.loop_span.clone()
    }

    pub fn loop_from(&self) -> Option<Tick> {
        self.loop_from
    }

    pub fn repeats(&self) -> bool {
        self.repeats
    }

    /// The program that is heard against this one.
    pub fn duel(&self) -> Option<&Duel> {
        self.duel.as_ref()
    }

    pub fn is_recording(&self) -> bool {
        self.recorder.is_some()
    }

    /// Whether the file on disk was changed while something unsaved is in the editor.
    pub fn has_conflict(&self) -> bool {
        self.has_conflict
    }

    /// Children that may still run: heard, waiting and leaving.
    pub fn evaluations_alive(&self) -> usize {
        let live = |rendition: &Option<Rendition>| usize::from(rendition.as_ref().is_some_and(|known| known.evaluation.is_some()));
        live(&self.heard)
            + live(&self.queued)
            + usize::from(self.pending.is_some())
            + self.leaving.len()
            + self.duel.as_ref().map_or(0, Duel::evaluations_alive)
    }

    /// The text that is heard, or was evaluated last.
    pub fn evaluated(&self) -> &str {
        &self.evaluated
    }

    /// Says something once.
    pub fn notice(&mut self, line: String) {
        if self.notices.back() != Some(&line) {
            self.notices.push_back(line);
            if self.notices.len() > NOTICES {
                self.notices.pop_front();
            }
        }
    }

    /// A name in the folder for what is written there that no file has: `fib-1.wav`.
    pub fn free_name(&self, extension: &str) -> PathBuf {
        let stem = self.document.name.trim_start_matches('@');
        let stem = std::path::Path::new(stem).file_stem().map_or_else(|| "evalody".into(), |stem| stem.to_string_lossy().into_owned());
        let named = |number: u32| self.wishes.folder.join(format!("{stem}-{number}.{extension}"));
        let number = (1..).find(|&number| !named(number).exists()).unwrap_or(u32::MAX);
        named(number)
    }
}

impl<V: Voices> Drop for Workbench<V> {
    /// No child is left behind.
    fn drop(&mut self) {
        self.note_heard();
        self.stop_all();
        for thread in self.leaving.drain(..) {
            let _ = thread.join();
        }
    }
}
