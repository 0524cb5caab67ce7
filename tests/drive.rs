//! A program that the beat drives, by a clock wound by hand: what it has told after so many beats, and what becomes of
//! it when the music pauses, slows down, or ends.
#![cfg(unix)]

#[path = "support/interpreters.rs"]
mod interpreters;
#[path = "support/scribe.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod scribe;

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use evalody::compose::{Style, StyleName};
use evalody::feed::{Drive, Feed, records};
use evalody::fold::Zoom;
use evalody::interpreter::{self, Choice, Request};
use evalody::live::{PieceId, Player, Stream};
use evalody::music::{TICKS_PER_BAR, TICKS_PER_QUARTER, Tempo, Tick};
use evalody::perform::{CueKind, Performance};
use evalody::trace::{Limit, Outcome};
use interpreters::{RECORDERS, pythons, request};
use nix::unistd::mkfifo;
use scribe::{Scribe, wind};

/// A low rate: a second is sixty blocks.
const RATE: u32 = 8_000;

/// Beats which run before the first is heard.
const LEAD: u64 = 14;

const CALLING: &str = "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nn = 0\nwhile True:\n    n += f(7)\n";

/// Longest that anything is waited for; only reached where something is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// A driven program and its player.
struct Rig {
    player: Player<Scribe>,
    stream: Stream<Scribe>,
    piece: PieceId,
    feed: Feed,
    /// Instructions that the notes of each bar stand for.
    bars: Vec<u64>,
    end: Tick,
}

impl Rig {
    fn new(request: &Request, style: StyleName, per_beat: u32, length: Option<Duration>) -> Self {
        let style = Style { length, tempo: Tempo::new(120), ..Style::of(style) };
        let zoom = if style.mapping.is_lossless() { Zoom::Opcode } else { Zoom::Auto };
        let request = Request { is_paced: true, records: records(&style.mapping), ..request.clone() };
        let running = interpreter::start(&request).unwrap();
        let mut feed = Feed::new(running, &request.program, style, zoom).driven(Drive::new(per_beat));
        let first = feed.open(Instant::now() + PATIENCE).unwrap();
        let (mut player, stream) = Player::unplugged(RATE);
        let piece = player.begin(&first);
        let mut rig = Self { player, stream, piece, feed, bars: Vec::new(), end: Tick(0) };
        rig.count(&first);
        rig
    }

    fn count(&mut self, performance: &Performance) {
        for cue in &performance.cues {
            if let CueKind::On { note, .. } = cue.kind {
                let bar = cue.at.bar() as usize;
                self.bars.resize(self.bars.len().max(bar + 1), 0);
                self.bars[bar] += performance.causes[note as usize].steps;
            }
        }
        self.end = self.end.max(performance.end);
    }

    /// Tells the feed where the music is, and takes what comes of it in a moment.
    fn ask(&mut self) {
        self.feed.hear(self.player.position().tick);
        while let Some(more) = self.feed.more(Duration::from_millis(2), false).unwrap() {
            self.player.append_to(self.piece, &more);
            self.count(&more);
        }
        if self.feed.is_over() {
            self.player.close_piece(self.piece);
        }
    }

    /// Plays until a moment is heard.
    fn wind_to(&mut self, to: Tick) {
        let began = Instant::now();
        while self.player.position().tick < to {
            assert!(began.elapsed() < PATIENCE, "at {:?} of {to:?}: {:?}", self.player.position(), self.feed.outcome());
            wind(&mut self.player, &mut self.stream, 1);
            self.ask();
        }
    }

    /// Lets the program tell so many instructions, if it does.
    fn settle(&mut self, steps: u64) {
        let began = Instant::now();
        while self.feed.steps() < steps && began.elapsed() < PATIENCE {
            self.ask();
        }
        for _ in 0..3 {
            self.ask();
        }
    }
}

/// A program for every interpreter here, by each of its recorders, and its name.
fn by_all(source: &str) -> Vec<(String, Request)> {
    let mut all = Vec::new();
    for (python, version) in pythons() {
        for &recorder in RECORDERS {
            all.push((format!("{version:?} {recorder:?}"), Request { recorder, ..request(&python, source) }));
        }
    }
    if cfg!(feature = "embedded") {
        all.push(("embedded".to_owned(), Request { choice: Choice::Embedded, ..request(Path::new(""), source) }));
    }
    all
}

fn by_one(source: &str) -> Option<Request> {
    pythons().into_iter().next().map(|(python, _)| request(&python, source))
}

fn beat(number: u32) -> Tick {
    Tick(number * TICKS_PER_QUARTER)
}

#[test]
fn after_so_many_beats_exactly_their_instructions_have_run() {
    for ((name, request), per_beat) in by_all(CALLING).into_iter().zip([16, 7].into_iter().cycle()) {
        let mut rig = Rig::new(&request, StyleName::Groove, per_beat, None);
        for number in 0..12 {
            rig.wind_to(beat(number));
            let wanted = (LEAD + u64::from(number)) * u64::from(per_beat);
            rig.settle(wanted);
            assert_eq!(rig.feed.steps(), wanted, "{name}: {per_beat} a beat, {number} beats");
        }
    }
}

#[test]
fn threads_share_what_the_beat_releases() {
    let source = "import threading\ndef f():\n    while True: pass\nfor i in range(3): threading.Thread(target=f).start()\n";
    for (name, request) in by_all(source) {
        let mut rig = Rig::new(&request, StyleName::Groove, 100, None);
        for number in [0, 5, 9] {
            rig.wind_to(beat(number));
            let wanted = (LEAD + u64::from(number)) * 100;
            rig.settle(wanted);
            assert_eq!(rig.feed.steps(), wanted, "{name}: {number} beats");
        }
    }
}

#[test]
fn half_the_tempo_is_half_the_instructions_and_a_pause_is_none() {
    let Some(request) = by_one(CALLING) else { return };
    let mut rig = Rig::new(&request, StyleName::Groove, 16, None);
    let told_in = |rig: &mut Rig, seconds: u32| {
        let before = rig.feed.steps();
        let at = rig.player.position().drawn_frames;
        while rig.player.position().drawn_frames < at + u64::from(seconds * RATE) {
            wind(&mut rig.player, &mut rig.stream, 1);
            rig.ask();
        }
        rig.settle(0);
        rig.feed.steps() - before
    };
    rig.wind_to(beat(4));
    rig.settle((LEAD + 4) * 16);
    let quick = told_in(&mut rig, 8);
    rig.player.set_tempo(Tempo::new(60).unwrap());
    let slow = told_in(&mut rig, 8);
    rig.player.pause(true);
    let paused = told_in(&mut rig, 8);
    rig.player.pause(false);
    let again = told_in(&mut rig, 8);
    // To a sixteenth.
    for (told, wanted) in [(quick, 16 * 16), (slow, 16 * 8), (paused, 0), (again, 16 * 8)] {
        assert!(told.abs_diff(wanted) <= 4, "{quick} at 120, {slow} at 60, {paused} paused, {again} after it");
    }
}

#[test]
fn a_program_that_waits_is_said_to_and_does_not_make_up_for_it() {
    for (name, request) in by_all("") {
        if name.contains("Python") {
            continue; // waits as the tap does
        }
        let directory = tempfile::tempdir().unwrap();
        let fifo = directory.path().join("fifo");
        mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let mut request = request;
        request.program.text = format!("for n in range(200): pass\nopen({:?}).read()\nwhile True: pass\n", fifo.to_str().unwrap());
        let mut rig = Rig::new(&request, StyleName::Groove, 16, None);
        rig.wind_to(Tick(20 * TICKS_PER_BAR));
        let before = rig.feed.steps();
        assert!(before < 3000 && rig.end > Tick(20 * TICKS_PER_BAR), "{name}: {before}");
        assert_eq!(rig.feed.state(false), "the program waits", "{name}");
        rig.wind_to(Tick(22 * TICKS_PER_BAR));
        assert_eq!(rig.feed.steps(), before, "{name}");
        std::fs::File::options().write(true).open(&fifo).unwrap().write_all(b"x").unwrap();
        // A bar's worth was kept for it, and nobody heard a beat since.
        rig.settle(before + 60);
        assert!((1..=64).contains(&(rig.feed.steps() - before)), "{name}: {} ran at once", rig.feed.steps() - before);
        let woken = rig.feed.steps();
        rig.wind_to(Tick(24 * TICKS_PER_BAR));
        rig.settle(woken + 128);
        assert!((rig.feed.steps() - woken).abs_diff(128) <= 8, "{name}: {} in two bars", rig.feed.steps() - woken);
        assert_eq!(rig.feed.state(false), "running", "{name}");
    }
}

#[test]
fn where_every_instruction_is_a_note_the_notes_drive_the_program() {
    for (name, request) in by_all(CALLING) {
        let mut rig = Rig::new(&request, StyleName::Faithful, 16, None);
        for bar in 0..6 {
            rig.wind_to(Tick::of_bar(bar));
            rig.settle(0);
            let written: u64 = rig.bars.iter().sum();
            // The visit that is open, and a beat of sixteenths.
            assert!(rig.feed.steps() - written <= 24, "{name}: {written} of {} are notes", rig.feed.steps());
            assert!(rig.end.0 <= (bar + 3) * TICKS_PER_BAR, "{name}: {:?} is written in bar {bar}", rig.end);
        }
    }
}

#[test]
fn a_short_program_is_as_short_as_it_is() {
    for style in [StyleName::Groove, StyleName::Faithful] {
        let Some(request) = by_one("print(sum(range(10)))\n") else { return };
        let mut rig = Rig::new(&request, style, 16, None);
        rig.wind_to(Tick(1));
        assert!(rig.feed.is_over() && rig.feed.outcome() == Some(&Outcome::Finished), "{style}");
        assert!(rig.end <= Tick(4 * TICKS_PER_BAR), "{style}: {:?}", rig.end);
    }
}

#[test]
fn at_its_length_it_is_stopped_and_let_go_it_runs_on() {
    let Some(request) = by_one(CALLING) else { return };
    let mut rig = Rig::new(&request, StyleName::Groove, 16, Some(Duration::from_secs(20)));
    rig.wind_to(Tick(9 * TICKS_PER_BAR));
    assert!(rig.feed.is_over());
    assert_eq!(rig.feed.end(), Outcome::CutShort { limit: Limit::Listener });
    assert!(rig.feed.steps() <= 16 * 60, "{}", rig.feed.steps());

    let Some(request) = by_one("for n in range(10_000): pass\nprint('done')\n") else { return };
    let mut rig = Rig::new(&request, StyleName::Groove, 16, None);
    rig.wind_to(beat(5));
    rig.feed.let_go();
    while rig.feed.runs_on() {
        rig.feed.run_on(Duration::from_millis(10)).unwrap();
    }
    assert!(rig.feed.status().unwrap().success());
    let said: Vec<u8> = std::iter::from_fn(|| rig.feed.said()).flat_map(|said| said.bytes).collect();
    assert_eq!(said, b"done\n");
}
