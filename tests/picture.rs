//! What is to be seen at a moment: the tape against the trace that it was told, the head against the music.

#[path = "support/interpreters.rs"]
mod support;
#[path = "support/traces.rs"]
mod traces;

use std::path::Path;
use std::sync::Arc;

use evalody::compose::{Bar, Conductor, Mapping, Style, StyleName, compose, plan_live};
use evalody::fold::{Folder, Gesture, MOST_GESTURES, Threads, Zoom, fold};
use evalody::music::Tick;
use evalody::perform::{Performance, perform};
use evalody::picture::{Asides, Playhead, Stage, Stride, Tape};
use evalody::trace::{Entry, Listener, Mark, MarkKind, Outcome, Step, Trace, read};
use proptest::prelude::*;
use support::{hear, pythons, request, request_of};

fn recorded() -> Vec<(String, Trace)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let of = |name: &str| (name.to_owned(), read(&std::fs::read_to_string(folder.join(format!("{name}.trace"))).unwrap()).unwrap());
    ["fib", "fib_314", "caught"].map(of).into()
}

/// The songs as the newest Python here runs them; none without a Python.
fn sung() -> Vec<(String, Trace)> {
    let Some((python, _)) = pythons().into_iter().next() else { return Vec::new() };
    let songs = Path::new(env!("CARGO_MANIFEST_DIR")).join("songs");
    let names = ["recursion", "exceptions", "comprehensions", "pipeline", "tasks", "threads", "memory"];
    let of = |name: &str| (name.to_owned(), hear(&request_of(&python, &songs.join(format!("{name}.py")), &[])).unwrap().trace);
    names.map(of).into()
}

fn taped(trace: &Trace, most: usize) -> Tape {
    let mut tape = Tape::keeping(most);
    trace.tell(&mut tape);
    tape
}

fn told(tape: &Tape) -> Trace {
    let mut again = Trace::default();
    assert!(tape.tell(&mut again));
    again
}

#[test]
fn a_tape_holds_every_step_with_its_frames_and_tells_the_same_trace_again() {
    for (name, trace) in recorded().into_iter().chain(sung()) {
        let tape = taped(&trace, Tape::MOST);
        let again = told(&tape);
        assert!(again.codes == trace.codes && again.names == trace.names && again.entries == trace.entries, "{name}");
        assert_eq!((tape.first(), tape.end()), (0, trace.steps().count() as u64));
        for (n, step) in (0..).zip(trace.steps()) {
            assert_eq!(tape.step(n), Some(*step));
            let frames = tape.frames(n);
            assert_eq!(frames.len(), usize::from(step.frame_depth) + 1, "{name}, step {n}");
            assert!(frames.windows(2).all(|pair| pair[0].at < pair[1].at), "{name}, step {n}: {frames:?}");
            assert!(frames.iter().all(|frame| tape.step(frame.at).is_some_and(|at| at.thread == step.thread && at.code == frame.code)));
        }
        assert_eq!(tape.frames(tape.end()), []);
        let ran: u64 = tape.codes().iter().map(|code| tape.heat().of_code(code.id).iter().sum::<u64>()).sum();
        assert_eq!(ran, tape.end(), "{name}");
        let lines: u64 = (0..2_000).map(|line| tape.heat().line(line)).sum();
        assert!(lines > 0 && lines <= ran && tape.heat().most_line() > 0, "{name}");
    }
}

#[test]
fn functions_in_c_are_named_where_they_run_and_for_the_notes_that_stand_for_them() {
    let source = "def key(x):
    y = x * x
    return -y

def many(n):
    x = []
    for i in range(n):
        x.append(i)
        len(x)
    return sorted(x, key=key)

many(60)
";
    // Before 3.12 the recorder in Python does not tell them.
    for (python, version) in pythons().into_iter().filter(|(_, version)| *version >= (3, 12)) {
        let trace = hear(&request(&python, source)).unwrap().trace;
        let tape = taped(&trace, Tape::MOST);
        let named = |name: &str| tape.codes().iter().find(|code| code.name == name).unwrap().id;
        for n in 0..tape.end() {
            let step = tape.step(n).unwrap();
            match step.code {
                code if code == named("key") => {
                    assert_eq!(tape.in_c(n), Some("sorted"), "{version:?}, step {n}");
                    assert_eq!(tape.beside(n..n + 1)[0], "C: within sorted");
                }
                code if code == named("<module>") => assert_eq!(tape.in_c(n), None, "{version:?}, step {n}"),
                _ => {}
            }
        }
        let performance = perform(&compose("made up", &fold(&trace, Zoom::Auto), &trace.codes, &Style::default()));
        let mut stage = Stage::new(Mapping::shipped(StyleName::Groove));
        stage.add(&performance);
        let mut asides = Asides::default();
        trace.tell(&mut asides);
        assert!(asides.is_in_order());
        let words: Vec<String> = (0..performance.end.0)
            .step_by(60)
            .filter_map(|tick| stage.stretch(Tick(tick)))
            .flat_map(|(steps, thread)| asides.words(steps, thread))
            .collect();
        for expected in ["list.append", "len"] {
            assert!(words.iter().any(|words| words.contains(expected)), "{version:?}: no {expected}");
        }
    }
}

#[test]
fn marks_and_the_memory_they_tell_keep_their_places() {
    for (name, trace) in recorded().into_iter().chain(sung()) {
        let tape = taped(&trace, Tape::MOST);
        let (mut n, mut blocks) = (0, 0);
        let mut marks = tape.marks(0..u64::MAX);
        for entry in &trace.entries {
            match entry {
                Entry::Step(step) => {
                    blocks += i64::from(step.blocks);
                    assert!(n == 0 || !tape.tells_memory() || tape.blocks(n - 1) == Some(blocks), "{name}, step {n}");
                    n += 1;
                }
                Entry::Mark(mark) => {
                    assert_eq!(marks.next(), Some((n, mark)));
                    if let MarkKind::BlocksChanged { by } = mark.kind {
                        blocks += i64::from(by);
                    }
                }
            }
        }
        assert_eq!(marks.next(), None);
        let curve = tape.memory(64, 0, n);
        let lowest = curve.iter().flatten().map(|(low, _)| *low).min();
        assert_eq!(lowest, (0..n).filter_map(|n| tape.blocks(n)).min(), "{name}");
        assert_eq!(curve.iter().all(Option::is_some), tape.tells_memory(), "{name}");
        let batons = tape.batons(0, n);
        assert!(batons.windows(2).all(|pair| pair[0].0.end == pair[1].0.start), "{name}");
        assert_eq!(batons.len() > 1, name == "threads", "{name}: {batons:?}");
        let collected = |entry: &&Entry| matches!(entry, Entry::Mark(Mark { kind: MarkKind::CollectionEnded { .. }, .. }));
        assert_eq!(tape.collections(0..u64::MAX).len(), trace.entries.iter().filter(collected).count());
    }
}

#[test]
fn what_was_let_go_changes_no_answer_about_what_is_kept() {
    for (name, trace) in recorded().into_iter().chain(sung()) {
        let whole = taped(&trace, Tape::MOST);
        for most in [1, 40, 1_000] {
            let tape = taped(&trace, most);
            let first = tape.first();
            assert!(
                tape.end() == whole.end()
                    && tape.end() - first >= (most as u64).min(tape.end())
                    && tape.end() - first <= most.max(16) as u64 * 2
            );
            assert_eq!(tape.tell(&mut Trace::default()), first == 0);
            let is_kept = |n: &u64| *n >= first;
            // A stride through all that is kept would take long; some of it is enough.
            for n in (first..tape.end()).step_by(7) {
                assert_eq!(tape.step(n), whole.step(n));
                assert_eq!(tape.blocks(n), whole.blocks(n));
                assert_eq!(tape.frames(n), whole.frames(n), "{name}, step {n} of the last {most}");
                for stride in [Stride::Instruction, Stride::Line, Stride::Call] {
                    assert_eq!(tape.next(n, stride), whole.next(n, stride));
                    assert_eq!(tape.previous(n, stride), whole.previous(n, stride).filter(is_kept));
                }
            }
            let kept: Vec<_> = whole.marks(first..u64::MAX).collect();
            assert!(tape.marks(0..u64::MAX).eq(kept), "{name}, marks of the last {most}");
        }
    }
}

#[test]
fn strides_go_back_the_way_they_came() {
    for (_, trace) in recorded() {
        let tape = taped(&trace, Tape::MOST);
        for stride in [Stride::Instruction, Stride::Line, Stride::Call] {
            let there: Vec<u64> = std::iter::successors(Some(0), |&n| tape.next(n, stride)).collect();
            let mut back: Vec<u64> = std::iter::successors(there.last().copied(), |&n| tape.previous(n, stride)).collect();
            back.reverse();
            assert_eq!(back, there, "{stride:?}");
            assert!(there.len() > 2);
        }
        let line = (1..50).max_by_key(|&line| tape.heat().line(line)).unwrap();
        let once = tape.next_on_line(0, line).unwrap();
        let second = tape.next_on_line(once + 1, line).unwrap();
        assert!(second > once && tape.begins_visit(second));
        assert!(tape.next_on_line(tape.end(), line) == Some(once) && tape.next_on_line(0, 9_999).is_none());
    }
}

/// A whole piece, as it is exported.
fn piece(trace: &Trace, name: StyleName, zoom: Zoom) -> Performance {
    let most = (name != StyleName::Faithful).then_some(MOST_GESTURES);
    let mut folder = Threads::new(if name == StyleName::Faithful { Zoom::Opcode } else { zoom }, most);
    trace.tell(&mut folder);
    perform(&compose("song", &folder.finish(Outcome::Finished), &trace.codes, &Style::of(name)))
}

#[test]
fn the_head_goes_forwards_and_back_to_where_it_was() {
    for (name, trace) in recorded().into_iter().chain(sung()) {
        let tape = taped(&trace, Tape::MOST);
        for (style, zoom) in StyleName::ALL
            .map(|style| (style, Zoom::Auto))
            .into_iter()
            .chain([(StyleName::Groove, Zoom::Turn), (StyleName::Chip, Zoom::Call)])
        {
            if style == StyleName::Faithful && tape.end() > 3_000 {
                continue;
            }
            let performance = piece(&trace, style, zoom);
            let mut head = Playhead::new();
            head.add(&performance, &tape);
            let (mut before, mut astray, mut shown) = (0, 0, 0);
            for now in (0..=performance.end.0).step_by(13).map(Tick) {
                let Some(step) = head.step_at(now) else { continue };
                assert!(step < tape.end());
                if name == "threads" {
                    continue;
                }
                assert!(step >= before, "{name} in {style}, {zoom}, at {now}: {step} after {before}");
                before = step;
                let tick = head.tick_of(step);
                assert!(tick.is_some_and(|tick| tick <= now), "{name} in {style}, {zoom}, at {now}: step {step} sounds at {tick:?}");
            }
            for note in head.struck().iter().filter(|note| !note.cause.is_state && note.cause.steps > 0) {
                let is_right = note.shown.clone().any(|n| {
                    tape.step(n).is_some_and(|step| {
                        step.code == note.cause.code
                            && step.thread == note.cause.thread
                            && tape.code(step.code).is_some_and(|code| code.unit(step.offset).line == note.cause.line)
                    })
                });
                shown += 1;
                astray += u32::from(!is_right);
            }
            eprintln!("{name} in {style}, {zoom}: head at {before} of {}, {astray} of {shown} notes astray", tape.end());
            // In a turn or a call notes take turns, and one may have a part of it that runs elsewhere.
            assert!(astray == 0 || zoom != Zoom::Auto, "{name} in {style}: {astray} of {shown} notes show other code than they name");
            assert!(shown > 0 && (name == "threads" || before * 10 >= tape.end() * 8), "{name} in {style}: the head ends at {before}");
        }
    }
}

/// The music of a program that goes on, bar after bar, as the feed makes it.
fn live(trace: &Trace, mut told: impl FnMut(&Performance, &Tape)) {
    let style = Style::default();
    let mut folder = Folder::new(Zoom::Auto, Some(MOST_GESTURES));
    let mut tape = Tape::new();
    trace.codes.iter().for_each(|code| {
        folder.code(Arc::clone(code));
        Listener::code(&mut tape, Arc::clone(code));
    });
    let mut conductor: Option<Conductor> = None;
    for entries in trace.entries.chunks(700) {
        for entry in entries {
            match entry {
                Entry::Step(step) => {
                    folder.step(*step);
                    Listener::step(&mut tape, *step);
                }
                Entry::Mark(mark) => {
                    folder.mark(mark.clone());
                    tape.mark(mark.clone());
                }
            }
        }
        let gestures = folder.take();
        let conductor = conductor.get_or_insert_with(|| {
            let plan = plan_live(&gestures, &trace.codes, folder.tells_memory(), &style);
            Conductor::new("song", plan, &style, style.mapping.arrangement().unwrap())
        });
        // Now and then the program waits, and the bar before is held.
        let held = gestures.last().map(|last| Bar { gestures: vec![Gesture { steps: 0, ..*last }], is_held: true });
        for bar in std::iter::once(Bar { gestures, is_held: false }).chain(held) {
            conductor.bar(bar, &trace.codes);
            told(&perform(&conductor.drain()), &tape);
        }
    }
    told(&perform(&conductor.unwrap().finish(&Outcome::Finished, &trace.codes)), &tape);
}

#[test]
fn the_head_goes_on_with_music_that_is_made_while_the_program_runs() {
    for (name, trace) in sung() {
        let mut head = Playhead::new();
        let (mut end, mut steps) = (Tick(0), 0);
        live(&trace, |performance, tape| {
            head.add(performance, tape);
            (end, steps) = (performance.end, tape.end());
        });
        let seen: Vec<u64> = (0..=end.0).step_by(13).filter_map(|now| head.step_at(Tick(now))).collect();
        assert!(seen.is_sorted(), "{name}");
        assert!(seen.last().is_some_and(|last| last * 10 >= steps * 8), "{name}: {:?} of {steps}", seen.last());
        assert!(head.struck().is_sorted_by_key(|note| note.at), "{name}");
        let by_moment = (0..=end.0)
            .step_by(13)
            .map(Tick)
            .all(|now| head.step_at(now).is_none_or(|step| head.tick_of(step).is_some_and(|tick| tick <= now)));
        assert!(by_moment, "{name}");
    }
}

#[test]
fn a_click_on_a_line_finds_where_it_sounds_and_notes_are_found_by_their_moment() {
    let (_, trace) = recorded().remove(0);
    let tape = taped(&trace, Tape::MOST);
    let performance = piece(&trace, StyleName::Groove, Zoom::Auto);
    let mut head = Playhead::new();
    head.add(&performance, &tape);
    for line in 1..12 {
        let Some(first) = head.next_on_line(Tick(u32::MAX), line, &tape) else { continue };
        let ran = head.step_at(first).and_then(|n| tape.step(n)).unwrap();
        assert_eq!(tape.code(ran.code).unwrap().unit(ran.offset).line, line);
        let second = head.next_on_line(first, line, &tape).unwrap();
        assert!(second != first || tape.heat().line(line) < 12, "line {line} is run once and again");
    }
    assert_eq!(head.next_on_line(Tick(0), 999, &tape), None);
    for (from, to) in [(0, 1), (0, 1920), (960, 4000), (3000, 3001)].map(|(from, to)| (Tick(from), Tick(to))) {
        let found = head.notes(from, to);
        let sounding = head.struck().iter().filter(|note| note.at < to && note.end > from);
        assert!(sounding.clone().all(|note| found.contains(note)) && found.iter().all(|note| note.at < to));
    }
    let last = head.note_at(performance.end).unwrap();
    assert!(head.causes_of_step(head.struck()[last].shown.start).contains(&last));
}

proptest! {
    #[test]
    fn any_trace_is_told_again(trace in traces::any_trace(), most in 1usize..8) {
        let tape = taped(&trace, Tape::MOST);
        let again = told(&tape);
        prop_assert!(again.codes == trace.codes && again.entries == trace.entries);
        let short = taped(&trace, most);
        for n in short.first()..short.end() {
            prop_assert_eq!(short.frames(n), tape.frames(n));
            prop_assert_eq!(short.blocks(n), tape.blocks(n));
        }
    }
}

/// A listener is told codes, too.
#[test]
fn a_tape_is_told_more_after_it_was_told_again() {
    let mut tape = taped(&traces::small_trace(), Tape::MOST);
    assert_eq!(told(&tape).steps().count(), 3);
    Listener::step(&mut tape, Step { code: evalody::trace::CodeId(0), offset: 4, frame_depth: 0, thread: 0, blocks: 3 });
    assert_eq!((told(&tape).steps().count(), tape.blocks(3)), (4, Some(4)));
}
