//! Knobs at a workbench without a window: turned in the text, heard at the next bar line, and never more than two
//! children for it.
#![cfg(all(feature = "window", target_os = "linux", target_env = "gnu"))]

#[path = "support/bench.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod bench;
#[path = "support/scribe.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod scribe;

use bench::{Live, RATE, children};
use evalody::edit::Turn;
use evalody::music::Tick;
use evalody::workbench::{Message, Wishes, load};
use scribe::{Scribe, assert_nothing_hangs};

const TUNE: &str =
    "n = 9  # knob: n 3..13 cc 20\ndef f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nprint('f of', n, 'is', f(n))\n";

/// One that never ends, and says each time what it counts by.
const ENDLESS: &str = "step = 1  # knob: 1..100 cc 3 channel 2\nprint('by', step)\nx = 0\nwhile True:\n    x += step\n";

fn heard(live: &Live<Scribe>) -> &str {
    live.bench.heard().map_or("", |heard| heard.program.text.as_str())
}

#[test]
fn a_turned_knob_changes_the_text_at_once_and_the_music_at_the_next_bar_line() {
    scribe::begin();
    let mut live = Live::<Scribe>::hearing(TUNE);
    let (first, tempo) = (live.bench.position().piece, live.bench.position().tempo);
    live.draw_seconds(0.7);
    assert_eq!(live.bench.knobs().iter().map(|knob| knob.told()).collect::<Vec<_>>(), ["n = 9"]);
    live.bench.update(Message::Knob(0, 12.0));
    let turned = TUNE.replace("n = 9", "n = 12");
    assert_eq!((live.bench.document.text.as_str(), live.bench.document.is_changed(), live.bench.turns()), (turned.as_str(), true, 1));
    assert_eq!(live.bench.knobs()[0].value, 12.0, "shown at once");
    live.until("the turned program to wait for its bar line", |bench| bench.position().awaits.is_some());
    let asked = live.drawn();
    live.draw_until("the turned program", |bench| bench.position().piece != first);
    let line = (0..).map(|bar| Tick::of_bar(bar).sample(tempo, RATE)).find(|line| *line >= asked).unwrap();
    assert_eq!(live.begun[1].0, line);
    live.advance();
    assert_eq!(heard(&live), turned);
    assert!(live.bench.output().any(|line| line == "f of 12 is 144"), "{:?}", live.bench.output().collect::<Vec<_>>());
    // There again what is heard: nothing is evaluated, nor for a value that it has.
    live.bench.update(Message::Knob(0, 12.2));
    live.bench.update(Message::Knob(7, 1.0));
    live.advance();
    assert!(!live.bench.is_waiting() && live.bench.turns() == 1);
    live.bench.update(Message::Repeat(false));
    live.draw_until("its end", |bench| bench.position().is_over);
    assert_nothing_hangs();
    assert_eq!(live.bench.notices().count(), 0);
    live.end();
}

#[test]
fn a_controller_turns_the_knob_that_is_bound_to_it() {
    let mut live = Live::<Scribe>::hearing(TUNE);
    for (channel, controller, value, number) in
        [(1, 20, 0, "n = 3 "), (16, 20, 127, "n = 13 "), (1, 21, 0, "n = 13 "), (9, 20, 64, "n = 8 ")]
    {
        live.bench.update(Message::Turn(Turn { channel, controller, value }));
        assert!(live.bench.document.text.starts_with(number), "{number}: {}", live.bench.document.text);
    }
    live.draw_until("the last value", |bench| bench.heard().unwrap().program.text.starts_with("n = 8 "));
    live.end();
}

#[test]
fn of_two_hundred_turns_the_last_is_heard_and_no_children_pile_up() {
    for text in [TUNE, ENDLESS] {
        let mut live = Live::<Scribe>::hearing(text);
        let (low, high) = (live.bench.knobs()[0].low as u32, live.bench.knobs()[0].high as u32);
        let mut most = 0;
        for turn in 0..200u32 {
            live.bench.update(Message::Knob(0, f64::from(low + turn * 7 % (high - low))));
            live.draw(64);
            most = most.max(live.bench.evaluations_alive().max(children().len()));
            assert!(most <= 2, "after {turn} turns: {}", live.seen());
        }
        live.bench.update(Message::Knob(0, f64::from(high)));
        let last = live.bench.document.text.clone();
        assert_ne!(last, text);
        live.draw_until("the last value", |bench| bench.heard().unwrap().program.text == last);
        assert!(live.begun.len() < 60, "{} pieces for 201 turns", live.begun.len());
        live.advance();
        assert!(!live.bench.is_waiting(), "nothing is left to evaluate");
        live.until("the others to be gone", |bench| bench.evaluations_alive() <= usize::from(text == ENDLESS));
        assert_eq!(children().len(), usize::from(text == ENDLESS));
        live.assert_goes_on("turned");
        live.end();
    }
}

#[test]
fn what_goes_wrong_when_it_is_turned_is_told_and_what_plays_goes_on() {
    let text = "n = 5  # knob: n 0..9 cc 1\nfor i in range(40):\n    x = i // n\n";
    let mut live = Live::<Scribe>::hearing(text);
    live.bench.update(Message::Knob(0, 0.0));
    live.until("the trouble", |bench| bench.trouble.is_some());
    assert_eq!(live.bench.trouble.as_ref().unwrap().line, Some(3));
    assert_eq!(heard(&live), text);
    live.assert_goes_on("what was heard before");
    live.bench.update(Message::Knob(0, 1.0));
    live.draw_until("a better value", |bench| bench.heard().unwrap().program.text.starts_with("n = 1 "));
    assert_eq!(live.bench.trouble, None);
    live.end();
}

#[test]
fn where_the_music_is_paused_or_silenced_a_turn_waits() {
    let mut live = Live::<Scribe>::hearing(TUNE);
    live.bench.update(Message::Pause(true));
    live.draw_seconds(0.2);
    live.bench.update(Message::Knob(0, 11.0));
    live.play_seconds(0.2);
    assert!(!live.bench.is_waiting() && live.bench.position().is_paused && live.bench.document.text.starts_with("n = 11 "));
    live.bench.update(Message::Pause(false));
    live.draw_until("the turned program", |bench| bench.heard().unwrap().program.text.starts_with("n = 11 "));
    live.bench.update(Message::Knob(0, 10.0));
    live.bench.update(Message::Panic);
    live.play_seconds(0.2);
    assert!(!live.bench.is_waiting() && live.bench.evaluations_alive() == 0);
    live.end();
}

#[test]
fn the_file_is_not_written_and_a_turn_is_no_conflict_until_another_editor_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tune.py");
    std::fs::write(&path, TUNE).unwrap();
    let wishes = Wishes { watches: true, ..bench::wishes() };
    let mut live = Live::<Scribe>::new(load(&path.to_string_lossy()).unwrap(), wishes, RATE);
    live.hear();
    for value in 3..13 {
        live.bench.update(Message::Knob(0, f64::from(value)));
        live.draw(640);
    }
    live.draw_until("the last", |bench| bench.heard().unwrap().program.text.starts_with("n = 12 "));
    assert!(live.bench.document.is_changed() && !live.bench.has_conflict());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), TUNE);
    std::fs::write(&path, format!("{TUNE}# theirs\n")).unwrap();
    live.until("the conflict", |bench| bench.has_conflict());
    live.bench.update(Message::KeepMine);
    for value in 3..13 {
        live.bench.update(Message::Knob(0, f64::from(value)));
        live.draw(640);
    }
    assert!(!live.bench.has_conflict(), "said once");
    live.bench.update(Message::Save);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), TUNE.replace("n = 9", "n = 12"));
    live.end();
}

#[test]
fn a_mistake_in_a_knob_is_told_once_and_the_program_is_heard() {
    let mut live = Live::<Scribe>::hearing(&TUNE.replace("cc 20", "cc 120"));
    let told = |live: &Live<Scribe>| live.bench.notices().filter(|line| line.contains("cc 120 is no controller")).count();
    assert_eq!((told(&live), live.bench.knobs().len()), (1, 0));
    live.bench.notice("something else".to_owned());
    live.bench.update(Message::Evaluate);
    live.draw_seconds(0.2);
    assert_eq!(told(&live), 1);
    live.end();
}
