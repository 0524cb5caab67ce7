//! Time at a workbench without a window: halting, stepping, seeking, loops, tempo, and another style or zoom
//! of the same run.
#![cfg(all(feature = "window", target_os = "linux", target_env = "gnu"))]

#[path = "support/bench.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod bench;
#[path = "support/scribe.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod scribe;

use bench::{ENDLESS, Live, OTHER, RATE, TUNE};
use evalody::compose::{Mapping, StyleName};
use evalody::fold::Zoom;
use evalody::music::{Tempo, Tick};
use evalody::picture::Stride;
use evalody::synth::Synth;
use evalody::workbench::{Direction, Message};
use scribe::{Scribe, Told, assert_nothing_hangs, written};

fn strikes() -> usize {
    written().iter().flatten().filter(|(_, told)| matches!(told, Told::Strike(_, evalody::perform::CueKind::On { .. }))).count()
}

#[test]
fn steps_forwards_and_backwards_come_back_and_each_is_heard() {
    scribe::begin();
    let song = evalody::songs::named("recursion").unwrap();
    let mut live = Live::<Scribe>::hearing(song.source);
    live.draw_seconds(3.0);
    for stride in [Stride::Instruction, Stride::Line, Stride::Call] {
        live.bench.update(Message::Step(stride, Direction::Forwards));
        assert!(live.bench.position().is_paused, "a step halts the music");
        live.draw(640);
        let mut seen = vec![live.bench.step_seen().unwrap()];
        for _ in 0..40 {
            let told = strikes();
            live.bench.update(Message::Step(stride, Direction::Forwards));
            live.draw(640);
            assert_eq!(strikes(), told + 1, "{stride:?}: one note for a step");
            seen.push(live.bench.step_seen().unwrap());
        }
        assert!(seen.is_sorted_by(|one, other| one < other), "{stride:?}: {seen:?}");
        for wanted in seen.iter().rev().skip(1) {
            let told = strikes();
            live.bench.update(Message::Step(stride, Direction::Backwards));
            live.draw(640);
            assert_eq!(strikes(), told + 1, "{stride:?}: one note for a step back");
            assert_eq!(live.bench.step_seen(), Some(*wanted), "{stride:?}: {seen:?}");
        }
    }
    // Going on, the music goes on from there.
    let step = live.bench.step_seen().unwrap();
    let tick = live.bench.heard().unwrap().playhead.tick_of(step).unwrap();
    live.bench.update(Message::Pause(false));
    live.draw(1280);
    let position = live.bench.position();
    assert!(!position.is_paused && position.tick >= tick && position.tick < Tick(tick.0 + 2 * 1920), "{position:?} after {tick:?}");
    live.end();
}

#[test]
fn at_the_ends_of_the_run_a_step_stays() {
    let mut live = Live::<Scribe>::hearing(OTHER);
    live.bench.update(Message::Pause(true));
    for (direction, end) in [(Direction::Backwards, false), (Direction::Forwards, true)] {
        for _ in 0..2000 {
            live.bench.update(Message::Step(Stride::Instruction, direction));
        }
        let tape = &live.bench.heard().unwrap().tape;
        let wanted = if end { tape.end() - 1 } else { tape.first() };
        assert_eq!(live.bench.step_seen(), Some(wanted), "{direction:?}");
    }
    live.draw_seconds(0.1);
    live.end();
}

#[test]
fn a_step_is_a_sound_of_the_instruments() {
    let mut live = Live::<Synth>::new(bench::document(TUNE), bench::wishes(), 48_000);
    live.hear();
    live.bench.update(Message::Pause(true));
    live.draw_seconds(1.5);
    live.samples.clear();
    live.draw_seconds(0.05);
    assert!(live.samples.iter().all(|sample| sample.abs() < 1e-3), "it stands still");
    for stride in [Stride::Instruction, Stride::Line, Stride::Call] {
        live.samples.clear();
        live.bench.update(Message::Step(stride, Direction::Forwards));
        live.draw_seconds(0.1);
        let loudest = live.samples.iter().fold(0.0f32, |most, sample| most.max(sample.abs()));
        assert!(loudest > 0.01, "{stride:?}: {loudest}");
        live.draw_seconds(1.5);
    }
    live.end();
}

#[test]
fn a_seek_is_followed_and_a_line_is_found() {
    let mut live = Live::<Scribe>::hearing(TUNE);
    let end = live.bench.heard().unwrap().stage.end();
    for to in [Tick(1920), Tick(0), Tick(end.0 / 2), Tick(5)] {
        live.bench.update(Message::Seek(to));
        live.draw(640);
        let tick = live.bench.position().tick;
        assert!(tick >= to && tick.0 < to.0 + 960, "{to:?}: {tick:?}");
    }
    live.bench.update(Message::SeekLine(3));
    let tick = live.bench.position().tick;
    let heard = live.bench.heard().unwrap();
    assert!(heard.playhead.struck().iter().any(|note| note.at == tick && note.cause.line == 3 || note.at >= tick), "{tick:?}");
    live.bench.update(Message::SeekLine(99));
    assert_eq!(live.bench.notices().last(), Some("line 99 was not run"));
    // Far beyond its end it is over, and begins again.
    live.bench.update(Message::Seek(Tick(u32::MAX)));
    live.draw_seconds(0.5);
    live.assert_goes_on("after a seek to nowhere");
    live.end();
}

#[test]
fn a_loop_is_kept_to_until_it_is_undone() {
    let mut live = Live::<Scribe>::hearing(TUNE);
    let span = Tick(960)..Tick(2400);
    live.bench.update(Message::LoopSpan(span.clone()));
    assert_eq!(live.bench.loop_span(), Some(span.clone()));
    live.draw_until("the loop", |bench| bench.position().tick >= Tick(960));
    let (mut rounds, mut before) = (0, Tick(0));
    while rounds < 3 {
        assert!(live.drawn() < 120 * u64::from(RATE), "{:?}", live.bench.position());
        live.draw(64);
        let tick = live.bench.position().tick;
        assert!((span.start..=span.end).contains(&tick), "{tick:?}");
        rounds += usize::from(tick < before);
        before = tick;
    }
    live.bench.update(Message::NoLoop);
    assert_eq!(live.bench.loop_span(), None);
    live.draw_until("it to go on", |bench| bench.position().tick > span.end);
    // From here to there, by two buttons.
    live.bench.update(Message::LoopFrom);
    let from = live.bench.loop_from().unwrap();
    live.draw_seconds(0.5);
    live.bench.update(Message::LoopTo);
    let kept = live.bench.loop_span().unwrap();
    assert!(kept.start == from && kept.end > from, "{kept:?}");
    live.draw_until("the loop to turn", |bench| bench.position().tick < Tick(from.0 + 120));
    // What is evaluated ends it, at the next bar line of what plays.
    live.evaluate(OTHER);
    live.draw_until("the next", |bench| bench.heard().unwrap().program.text == OTHER);
    assert_eq!(live.bench.loop_span(), None);
    live.assert_goes_on("after a loop");
    live.end();
}

#[test]
fn every_tempo_is_taken_up_and_kept_for_what_is_evaluated_next() {
    scribe::begin();
    let mut live = Live::<Scribe>::hearing(TUNE);
    for quarters in [20u16, 300, 21, 120, 300, 20, 200] {
        let tempo = Tempo::new(quarters).unwrap();
        live.bench.update(Message::Tempo(tempo));
        live.draw(640);
        assert_eq!(live.bench.position().tempo, tempo);
        let tick = live.bench.position().tick;
        live.draw_seconds(0.5);
        let went = f64::from(live.bench.position().tick.0) - f64::from(tick.0);
        let wanted = 0.5 * f64::from(quarters) / 60.0 * 480.0;
        assert!(went < 0.0 || (went - wanted).abs() < 0.15 * wanted + 30.0, "{quarters}: {went} ticks for {wanted}");
    }
    live.evaluate(OTHER);
    live.draw_until("the next", |bench| bench.heard().unwrap().program.text == OTHER);
    assert_eq!(live.bench.position().tempo, Tempo::new(200).unwrap());
    live.bench.update(Message::Repeat(false));
    live.draw_until("its end", |bench| bench.position().is_over);
    assert_nothing_hangs();
    live.end();
}

#[test]
fn a_piece_begins_again_unless_it_is_not_to() {
    let mut live = Live::<Scribe>::hearing(OTHER);
    assert!(live.bench.repeats());
    let end = live.bench.heard().unwrap().stage.end();
    live.bench.update(Message::Seek(Tick(end.0 - 480)));
    live.draw_until("it to begin again", |bench| bench.position().tick < Tick(960));
    live.bench.update(Message::Repeat(false));
    live.bench.update(Message::Seek(Tick(end.0 - 480)));
    live.draw_until("its end", |bench| bench.position().is_over);
    live.bench.update(Message::Repeat(true));
    live.bench.update(Message::Evaluate);
    live.draw_until("it again", |bench| !bench.position().is_over);
    live.assert_goes_on("again");
    live.end();
}

#[test]
fn a_pause_is_silent_and_keeps_its_place() {
    let mut live = Live::<Synth>::new(bench::document(TUNE), bench::wishes(), 48_000);
    live.hear();
    live.draw_seconds(1.0);
    live.bench.update(Message::Pause(true));
    live.draw_seconds(1.5);
    let tick = live.bench.position().tick;
    live.samples.clear();
    live.draw_seconds(0.5);
    assert_eq!(live.bench.position().tick, tick);
    assert!(live.samples.iter().all(|sample| sample.abs() < 1e-4));
    // What is evaluated meanwhile takes its place, and stands still too or plays.
    live.evaluate(OTHER);
    live.draw_until("the next", |bench| bench.heard().unwrap().program.text == OTHER);
    live.bench.update(Message::Pause(false));
    live.assert_goes_on("after a pause");
    live.end();
}

fn styled(style: StyleName) -> Message {
    Message::Style(Mapping::shipped(style))
}

#[test]
fn another_style_or_zoom_is_heard_at_the_next_bar_and_runs_nothing_again() {
    scribe::begin();
    let mut live = Live::<Scribe>::hearing(evalody::songs::named("sort_merge").unwrap().source);
    live.until("its child to be gone", |bench| bench.evaluations_alive() == 0);
    let printed = live.bench.output().count();
    let styles = [StyleName::Chip, StyleName::Faithful, StyleName::Ambient, StyleName::Groove].map(styled);
    let zooms = [Zoom::Line, Zoom::Call, Zoom::Turn, Zoom::Opcode, Zoom::Auto].map(Message::Zoom);
    for message in styles.into_iter().chain(zooms) {
        live.draw_seconds(0.4);
        let (before, tempo, since) = (live.bench.position().piece, live.bench.position().tempo, live.begun.last().unwrap().0);
        let tape = std::sync::Arc::clone(&live.bench.heard().unwrap().tape);
        live.bench.update(message.clone());
        assert!(live.bench.is_waiting() && live.bench.evaluations_alive() == 0 && bench::children().is_empty(), "{message:?}");
        let asked = live.drawn();
        live.draw_until("it to be heard", |bench| bench.position().piece != before);
        live.advance();
        let line = (0..).map(|bar| since + Tick::of_bar(bar).sample(tempo, RATE)).find(|line| *line >= asked).unwrap();
        assert_eq!(live.begun.last().unwrap().0, line, "{message:?}");
        let heard = live.bench.heard().unwrap();
        assert!(std::sync::Arc::ptr_eq(&tape, &heard.tape), "{message:?}: the same run");
        match message {
            Message::Style(ref style) => assert_eq!(heard.style.mapping, *style),
            _ => assert_eq!(live.bench.wishes.style.mapping.rules(), StyleName::Groove),
        }
        assert_eq!(live.bench.output().count(), printed, "{message:?}: nothing is printed again");
    }
    live.bench.update(Message::Repeat(false));
    live.draw_until("its end", |bench| bench.position().is_over);
    assert_nothing_hangs();
    live.end();
}

#[test]
fn another_style_of_a_program_that_waits_for_its_bar_is_that_programs() {
    for is_ready in [true, false] {
        let mut live = Live::<Scribe>::hearing(TUNE);
        live.draw_seconds(0.3);
        live.evaluate(OTHER);
        if is_ready {
            live.until("it to be ready", |bench| bench.position().awaits.is_some());
        }
        live.bench.update(styled(StyleName::Chip));
        live.until("it to be ready", |bench| bench.position().awaits.is_some());
        live.draw_until("the next", |bench| !bench.is_waiting());
        let heard = live.bench.heard().unwrap();
        assert_eq!((heard.program.text.as_str(), heard.style.mapping.rules()), (OTHER, StyleName::Chip), "ready: {is_ready}");
        live.end();
    }
}

#[test]
fn another_style_just_after_the_bar_line_is_of_what_is_heard() {
    let mut live = Live::<Scribe>::hearing(TUNE);
    live.draw_seconds(0.3);
    live.evaluate(OTHER);
    live.until("it to be ready", |bench| bench.position().awaits.is_some());
    let first = live.bench.position().piece;
    let line = Tick::of_bar(1).sample(live.bench.position().tempo, RATE);
    live.draw(line - live.drawn() - 640);
    // The stream goes over the bar line; nobody has looked yet.
    (0..25).for_each(|_| live.draw_unseen());
    assert!(live.bench.position().piece == first && live.bench.player().position().piece != first);
    live.bench.update(styled(StyleName::Ambient));
    live.draw_until("the next", |bench| !bench.is_waiting());
    let heard = live.bench.heard().unwrap();
    assert_eq!((heard.program.text.as_str(), heard.style.mapping.rules()), (OTHER, StyleName::Ambient));
    live.end();
}

#[test]
fn another_style_of_an_endless_program_plays_what_is_heard_and_not_what_is_typed() {
    let mut live = Live::<Scribe>::hearing(ENDLESS);
    live.draw_seconds(0.5);
    live.bench.document.text.push_str("half (typed");
    live.bench.update(Message::Edited);
    live.bench.update(styled(StyleName::Chip));
    assert_eq!(live.bench.trouble, None, "nothing was evaluated that was typed");
    live.draw_until("the other style", |bench| bench.heard().unwrap().style.mapping.rules() == StyleName::Chip);
    assert_eq!(live.bench.heard().unwrap().program.text, ENDLESS);
    live.assert_goes_on("in another style");
    live.until("the first run to be gone", |bench| bench.evaluations_alive() == 1);
    live.end();
}
