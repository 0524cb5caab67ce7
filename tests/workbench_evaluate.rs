//! From the editor to the next bar line, at a workbench without a window: what is evaluated is heard, and
//! what goes wrong stops nothing.
#![cfg(all(feature = "window", target_os = "linux", target_env = "gnu"))]

#[path = "support/bench.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod bench;
#[path = "support/scribe.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod scribe;

use std::time::Instant;

use bench::{ENDLESS, Live, OTHER, RATE, TUNE, children};
use evalody::live::PieceId;
use evalody::music::{Tempo, Tick};
use evalody::trace::Outcome;
use evalody::workbench::Message;
use scribe::{Scribe, assert_nothing_hangs};

/// The frame of the first bar line from `frame` on, of a piece that began at `begun`.
fn bar_line(begun: u64, frame: u64, tempo: Tempo) -> u64 {
    (0..).map(|bar| begun + Tick::of_bar(bar).sample(tempo, RATE)).find(|line| *line >= frame).unwrap()
}

#[test]
fn an_edit_is_heard_from_the_next_bar_line_on() {
    scribe::begin();
    let mut live = Live::<Scribe>::hearing(TUNE);
    let (first, tempo) = (live.bench.position().piece, live.bench.position().tempo);
    assert_eq!(live.begun, [(0, first)]);
    live.draw_seconds(0.7);
    live.evaluate(OTHER);
    assert!(live.bench.is_waiting());
    live.until("the edit to wait for its bar line", |bench| bench.position().awaits.is_some());
    let asked = live.drawn();
    live.draw_until("the edit", |bench| bench.position().piece != first);
    let line = bar_line(0, asked, tempo);
    let second = live.bench.position().piece;
    assert_eq!(live.begun, [(0, first), (line, second)]);
    live.advance();
    assert!(!live.bench.is_waiting() && live.bench.heard().unwrap().program.text == OTHER);
    assert_eq!(live.bench.evaluated(), OTHER);
    assert_eq!(live.bench.output().last(), Some(""), "printed with its line end");
    assert!(live.bench.output().any(|line| line == "70210"), "{:?}", live.bench.output().collect::<Vec<_>>());
    live.bench.update(Message::Repeat(false));
    live.draw_until("its end", |bench| bench.position().is_over);
    assert_nothing_hangs();
    assert_eq!(live.bench.player().health().waited_ms, 0);
    assert_eq!(live.bench.notices().count(), 0);
    live.until("its child to be gone", |bench| bench.evaluations_alive() == 0);
    assert_eq!(children(), Vec::<String>::new());
    live.end();
}

#[test]
fn of_many_evaluations_in_a_bar_the_last_is_heard() {
    let mut live = Live::<Scribe>::hearing(TUNE);
    live.draw_seconds(0.3);
    for number in 0..12 {
        live.evaluate(&format!("{OTHER}print({number})\n"));
        if number % 3 == 0 {
            live.until("one to be ready", |bench| bench.position().awaits.is_some());
        }
    }
    let last = live.bench.document.text.clone();
    live.until("the last to be ready", |bench| bench.output().any(|line| line == "11"));
    live.draw_until("the last", |bench| bench.heard().unwrap().program.text == last);
    assert_eq!(live.begun.len(), 2, "none of the others was heard: {:?}", live.begun);
    live.until("the others to be gone", |bench| bench.evaluations_alive() == 0);
    live.end();
}

/// For each song, the time that its evaluation took is printed, and it takes over at the next bar line after.
#[test]
fn every_song_takes_over_at_the_next_bar_line() {
    let mut live = Live::<Scribe>::hearing(TUNE);
    for song in evalody::songs::all() {
        live.draw_seconds(0.3);
        let (before, tempo) = (live.bench.position().piece, live.bench.position().tempo);
        let asked = Instant::now();
        live.evaluate(song.source);
        live.until("the song to be ready", |bench| bench.position().awaits.is_some());
        let ready_ms = asked.elapsed().as_millis();
        let ready = live.drawn();
        live.draw_until("the song", |bench| bench.position().piece != before);
        let [.., (since, _), (at, piece)] = live.begun[..] else { panic!("{:?}", live.begun) };
        assert_eq!((at, piece), (bar_line(since, ready, tempo), live.bench.position().piece), "{}", song.name);
        println!("@{:16} ready after {ready_ms:4} ms, heard {:5} frames later, at a bar line", song.name, at - ready);
        assert_eq!(live.bench.trouble, None, "{}", song.name);
    }
    live.end();
}

#[test]
fn nothing_to_run_and_nothing_but_remarks_are_no_trouble() {
    let mut live = Live::<Scribe>::hearing(TUNE);
    for text in ["", "\n\n", "# soon\n", "pass"] {
        live.evaluate(text);
        live.until("it to be taken in", |bench| !bench.is_waiting() || bench.position().awaits.is_some());
        let piece = live.bench.position().piece;
        live.draw_until("its bar line", |bench| bench.position().piece != piece || bench.position().awaits.is_none());
        assert_eq!(live.bench.trouble, None, "{text:?}");
    }
    live.evaluate(OTHER);
    live.draw_until("the next", |bench| bench.heard().unwrap().program.text == OTHER);
    live.assert_goes_on("after nothing");
    live.end();
}

#[test]
fn an_endless_program_is_heard_while_it_runs_and_a_silent_one_holds_its_bar() {
    for text in [ENDLESS, "while True: pass\n", "import time\nx = 1\ntime.sleep(1000)\n"] {
        let mut live = Live::<Scribe>::of(text);
        live.hear();
        let end = live.bench.heard().unwrap().stage.end();
        live.draw_until("it to grow", |bench| bench.heard().unwrap().stage.end() > Tick(end.0 + Tick::of_bar(3).0));
        assert!(!live.bench.heard().unwrap().is_whole());
        assert_eq!((live.bench.trouble.clone(), live.bench.evaluations_alive()), (None, 1), "{text}");
        live.assert_goes_on(text);
        // It gives way like any other.
        live.evaluate(TUNE);
        live.draw_until("the next", |bench| bench.heard().unwrap().program.text == TUNE);
        live.until("the endless one to be gone", |bench| bench.evaluations_alive() == 0);
        assert_eq!(children(), Vec::<String>::new(), "{text}");
        live.end();
    }
}

#[test]
fn a_program_that_nobody_hears_waits() {
    let mut live = Live::<Scribe>::hearing(ENDLESS);
    live.draw_seconds(1.0);
    live.bench.update(Message::Pause(true));
    live.draw_seconds(0.2);
    let grown = |live: &Live<Scribe>| live.bench.heard().unwrap().stage.end();
    let mut end = grown(&live);
    // What was under way still comes; then no more.
    loop {
        live.play_seconds(0.3);
        if grown(&live) == end {
            break;
        }
        end = grown(&live);
        assert!(end < Tick::of_bar(200), "it runs away");
    }
    live.bench.update(Message::Pause(false));
    live.draw_until("it to go on", |bench| bench.heard().unwrap().stage.end() > end);
    live.end();
}

#[test]
fn the_first_program_is_heard_even_where_it_goes_wrong() {
    let mut live = Live::<Scribe>::of("def f(n):\n    return n + f(n - 1) if n else g()\nf(20)\n");
    live.hear();
    // Its first bars may be heard before it has come to its end.
    live.draw_until("the program's end", |bench| bench.trouble.is_some());
    assert_eq!(live.bench.trouble.as_ref().unwrap().line, Some(2));
    let heard = live.bench.heard().unwrap();
    assert!(matches!(heard.outcome, Some(Outcome::Raised { .. })) && heard.is_whole());
    live.assert_goes_on("it is all there is");
    live.end();
}

#[test]
fn before_anything_is_heard_nothing_sounds_and_every_message_is_harmless() {
    use evalody::picture::Stride;
    use evalody::workbench::Direction;
    let mut live = Live::<Scribe>::of(TUNE);
    for message in [
        Message::Pause(true),
        Message::Step(Stride::Call, Direction::Backwards),
        Message::Pause(false),
        Message::Panic,
        Message::Seek(Tick(4000)),
        Message::SeekLine(2),
        Message::LoopFrom,
        Message::LoopTo,
        Message::NoLoop,
        Message::Style(evalody::compose::Mapping::shipped(evalody::compose::StyleName::Chip)),
        Message::Zoom(evalody::fold::Zoom::Line),
        Message::Deselect,
        Message::Save,
        Message::Open("@nothing".to_owned()),
    ] {
        live.bench.update(message);
        live.draw(640);
    }
    assert!(live.bench.heard().is_none() && live.bench.position().piece == PieceId::default());
    live.hear();
    assert_eq!(live.bench.heard().unwrap().style.mapping.rules(), evalody::compose::StyleName::Chip);
    live.end();
}

#[test]
fn opcodes_of_ones_own_programs_are_in_the_notebook_when_they_have_been_heard() {
    scribe::begin();
    let mut live = Live::<Scribe>::hearing(TUNE);
    let first = live.bench.position().piece;
    let notebook = live.bench.notebook();
    let has = |opcode: &str| notebook.lock().unwrap().opcodes.iter().any(|other| **other == *opcode);
    assert!(!has("COMPARE_OP"), "it is being heard");
    live.evaluate(OTHER);
    live.draw_until("the edit", |bench| bench.position().piece != first);
    assert!(has("COMPARE_OP") && !has("FOR_ITER"), "{notebook:?}");
    live.bench.visited("@loop".into());
    drop(live);
    assert!(has("FOR_ITER") && notebook.lock().unwrap().pages.contains("@loop"), "{notebook:?}");
}
