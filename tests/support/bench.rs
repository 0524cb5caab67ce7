//! A workbench without a window: its music is drawn by hand, and its programs run as they do live.
//! One at a time in a process, so that the children of each can be counted.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use evalody::compose::Style;
use evalody::edit::Document;
use evalody::fold::Zoom;
use evalody::interpreter::Choice;
use evalody::interpreter::options::Only;
use evalody::live::{BLOCK_FRAMES, PieceId, Player, Recording, Stream, Stroke, Voices};
use evalody::perform::CueKind;
use evalody::workbench::{Message, Wishes, Workbench};

/// A sixth of what a device draws: a test waits for less.
pub const RATE: u32 = 8_000;

/// Longest that anything here may take. Only reached where something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at what programs have come to.
const GLANCE: Duration = Duration::from_millis(1);

/// A program that ends at once and is some bars of music.
pub const TUNE: &str = "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nprint(f(9))\n";
/// Another.
pub const OTHER: &str = "total = 0\nfor i in range(60):\n    total += i * i\nprint(total)\n";
/// One that never ends.
pub const ENDLESS: &str = "while True:\n    x = 1\n";

static ALONE: Mutex<()> = Mutex::new(());

pub struct Live<V: Voices> {
    pub bench: Workbench<V>,
    stream: Stream<V>,
    recording: Recording,
    /// Pieces that began, each with its frame.
    pub begun: Vec<(u64, PieceId)>,
    pub strokes: Vec<Stroke>,
    began: Instant,
    drawn: u64,
    /// What was drawn, left and right by turns.
    pub samples: Vec<f32>,
    _alone: MutexGuard<'static, ()>,
}

pub fn wishes() -> Wishes {
    Wishes {
        style: Style::default(),
        zoom: Zoom::Auto,
        choice: Choice::Embedded,
        only: Only::User,
        arguments: Vec::new(),
        confine: true,
        memory_bytes: Some(512 << 20),
        is_auto: false,
        watches: false,
        drive: None,
        own_executable: PathBuf::from(env!("CARGO_BIN_EXE_evalody")),
        folder: PathBuf::new(),
    }
}

pub fn document(text: &str) -> Document {
    Document::new("test.py", text, None)
}

impl<V: Voices> Live<V> {
    pub fn of(text: &str) -> Self {
        Self::new(document(text), wishes(), RATE)
    }

    pub fn new(document: Document, wishes: Wishes, rate_hz: u32) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut player, stream) = Player::unplugged(rate_hz);
        let recording = player.record();
        Self {
            bench: Workbench::new(document, wishes, player),
            stream,
            recording,
            begun: Vec::new(),
            strokes: Vec::new(),
            began: Instant::now(),
            drawn: 0,
            samples: Vec::new(),
            _alone: alone,
        }
    }

    /// A bench at which this program is heard.
    pub fn hearing(text: &str) -> Self {
        let mut live = Self::of(text);
        live.hear();
        live
    }

    pub fn hear(&mut self) {
        self.bench.update(Message::Evaluate);
        self.until("the program to be heard", |bench| bench.heard().is_some());
        self.draw_until("the first note", |bench| bench.position().tick.0 > 0);
    }

    pub fn evaluate(&mut self, text: &str) {
        text.clone_into(&mut self.bench.document.text);
        self.bench.update(Message::Edited);
        self.bench.update(Message::Evaluate);
    }

    /// Frames drawn so far.
    pub fn drawn(&self) -> u64 {
        self.drawn
    }

    pub fn advance(&mut self) {
        self.bench.advance(self.began.elapsed());
    }

    /// Draws a few blocks, as a device does between two looks.
    fn pull(&mut self, blocks: usize) {
        self.advance();
        let frames = blocks * BLOCK_FRAMES;
        self.samples.extend(self.stream.by_ref().take(frames * 2));
        self.drawn += frames as u64;
        self.recording.strokes(&mut self.strokes);
        self.recording.pieces(&mut self.begun);
        // They are there in `samples` already.
        self.recording.samples(&mut Vec::new());
    }

    /// Draws a block behind the bench's back.
    pub fn draw_unseen(&mut self) {
        self.samples.extend(self.stream.by_ref().take(BLOCK_FRAMES * 2));
        self.drawn += BLOCK_FRAMES as u64;
    }

    /// Draws so many frames, in whole blocks.
    pub fn draw(&mut self, frames: u64) {
        let end = self.drawn + frames;
        while self.drawn < end {
            self.pull((end - self.drawn).div_ceil(BLOCK_FRAMES as u64).min(4) as usize);
        }
        self.advance();
    }

    pub fn draw_seconds(&mut self, seconds: f64) {
        let rate = self.bench.player().sample_rate_hz();
        self.draw((seconds * f64::from(rate)) as u64);
    }

    /// Waits without a sound being drawn: time stands still for the music.
    #[track_caller]
    pub fn until(&mut self, what: &str, is_so: impl Fn(&Workbench<V>) -> bool) {
        let began = Instant::now();
        loop {
            self.advance();
            if is_so(&self.bench) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "waited for {what}: {}", self.seen());
            std::thread::park_timeout(GLANCE);
        }
    }

    /// Draws until it is so.
    #[track_caller]
    pub fn draw_until(&mut self, what: &str, is_so: impl Fn(&Workbench<V>) -> bool) {
        let began = Instant::now();
        loop {
            self.pull(1);
            if is_so(&self.bench) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "drew until {what}: {}", self.seen());
            // A program that is heard while it runs has to keep up.
            if self.bench.position().is_starved {
                std::thread::park_timeout(GLANCE);
            }
        }
    }

    /// Draws as long as a device would have in the time that has passed meanwhile, until it is so.
    #[track_caller]
    pub fn play_until(&mut self, what: &str, is_so: impl Fn(&Workbench<V>) -> bool) {
        let (began, from) = (Instant::now(), self.drawn);
        let rate = f64::from(self.bench.player().sample_rate_hz());
        loop {
            let due = from + (began.elapsed().as_secs_f64() * rate) as u64;
            while self.drawn < due {
                self.pull(1);
            }
            self.advance();
            if is_so(&self.bench) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "played until {what}: {}", self.seen());
            std::thread::park_timeout(GLANCE);
        }
    }

    /// Plays on as a device would.
    pub fn play_seconds(&mut self, seconds: f64) {
        let end = self.began.elapsed() + Duration::from_secs_f64(seconds);
        let began = self.began;
        self.play_until("time to pass", |_| began.elapsed() >= end);
    }

    /// Strokes, not releases, from this frame on.
    pub fn struck_since(&self, frame: u64) -> usize {
        self.strokes.iter().filter(|stroke| stroke.frame >= frame && matches!(stroke.kind, CueKind::On { .. })).count()
    }

    /// Plays until new notes are struck: what is heard goes on.
    #[track_caller]
    pub fn assert_goes_on(&mut self, why: &str) {
        let (from, began) = (self.drawn, Instant::now());
        while self.struck_since(from) < 8 {
            self.pull(1);
            let rate = u64::from(self.bench.player().sample_rate_hz());
            let is_too_late = self.drawn > from + rate * 20 && began.elapsed() > Duration::from_secs(5);
            assert!(!is_too_late, "{why}: no music for 20 s of it: {}", self.seen());
            if self.bench.position().is_starved {
                std::thread::park_timeout(GLANCE);
            }
        }
    }

    /// What there is to be told where something was waited for in vain.
    pub fn seen(&self) -> String {
        format!(
            "{:?}, trouble {:?}, {} alive, children {:?}, notices {:?}, last words {:?}",
            self.bench.position(),
            self.bench.trouble,
            self.bench.evaluations_alive(),
            children(),
            self.bench.notices().collect::<Vec<_>>(),
            self.bench.output().last().map(|line| line.chars().take(200).collect::<String>())
        )
    }

    /// Ends it; no child may be left.
    #[track_caller]
    pub fn end(self) {
        let Self { bench, stream, .. } = self;
        drop(bench);
        drop(stream);
        assert_eq!(children(), Vec::<String>::new(), "left behind");
    }
}

/// Children of this process, dead ones that nobody has seen off included.
pub fn children() -> Vec<String> {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return Vec::new() };
    let of_task = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
    tasks.flatten().flat_map(|task| of_task(task).split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Memory that is allocated and not freed, in bytes. What the allocator holds back of what was freed is not counted:
/// each evaluation has a thread, and each thread its arena.
pub fn allocated_bytes() -> u64 {
    // SAFETY: only reads the allocator's counters, under its own lock.
    let counted = unsafe { nix::libc::mallinfo2() };
    (counted.uordblks + counted.hblkhd) as u64
}
