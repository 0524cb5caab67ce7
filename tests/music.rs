//! Properties of the way from a trace to music: nothing is lost, and nothing is out of place. That the
//! faithful style can be read back is told in `hear.rs`.

#[path = "support/runs.rs"]
mod runs;

use evalody::compose::{Style, StyleName, compose};
use evalody::fold::{Folder, Gesture, MOST_GESTURES, Outline, Zoom, fold};
use evalody::music::{Drum, Instrument, TICKS_PER_SIXTEENTH, Tick};
use evalody::score::{Note, Part, Score};
use evalody::trace::{Entry, Handover, Mark, MarkKind, Trace};
use proptest::prelude::*;

fn faithful() -> Style {
    Style::of(StyleName::Faithful)
}

fn any_style() -> impl Strategy<Value = Style> {
    (prop::sample::select(&StyleName::ALL[..]), any::<Option<u64>>()).prop_map(|(name, seed)| Style { seed, ..Style::of(name) })
}

/// Styles in which a band plays.
fn bands() -> impl Iterator<Item = Style> {
    StyleName::ALL.into_iter().map(Style::of).filter(|style| !style.mapping.is_lossless())
}

fn score(trace: &Trace, zoom: Zoom, style: &Style) -> (Outline, Score) {
    let outline = match style.mapping.is_lossless() {
        false => fold(trace, zoom),
        true => {
            let mut folder = Folder::new(Zoom::Opcode, None);
            trace.tell(&mut folder);
            folder.finish(trace.outcome.clone())
        }
    };
    let score = compose("made up", &outline, &trace.codes, style);
    (outline, score)
}

fn zoom() -> impl Strategy<Value = Zoom> {
    prop::sample::select(vec![Zoom::Opcode, Zoom::Line, Zoom::Turn, Zoom::Call, Zoom::Auto])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_counts_of_an_outline_add_up_to_the_steps_of_its_trace(trace in runs::trace(400), zoom in zoom(), most in 2usize..40) {
        let mut folder = Folder::new(zoom, Some(most));
        trace.tell(&mut folder);
        let outline = folder.finish(trace.outcome.clone());
        let steps = trace.steps().count() as u64;
        prop_assert_eq!(outline.steps, steps);
        prop_assert_eq!(outline.gestures.iter().map(|gesture| gesture.steps).sum::<u64>(), steps);
        let by_family: u64 = outline.gestures.iter().flat_map(|gesture| gesture.families).map(u64::from).sum();
        prop_assert_eq!(by_family, steps);
        let told: Vec<i64> = trace.entries.iter().map(blocks).collect();
        prop_assert_eq!(outline.tells_memory, told.iter().any(|by| *by != 0));
        if steps > 0 {
            let up: i64 = told.iter().filter(|by| **by > 0).sum();
            let down: i64 = told.iter().filter(|by| **by < 0).sum();
            prop_assert_eq!(outline.gestures.iter().map(|gesture| i64::from(gesture.blocks_up)).sum::<i64>(), up);
            prop_assert_eq!(outline.gestures.iter().map(|gesture| -i64::from(gesture.blocks_down)).sum::<i64>(), down);
        }
        if steps > 0 {
            let called_c = trace.entries.iter().filter(|entry| is_door(entry)).count();
            prop_assert_eq!(outline.gestures.iter().map(|gesture| gesture.c_calls).sum::<u32>() as usize, called_c);
        }
        prop_assert!(outline.gestures.windows(2).all(|pair| pair[0].since + pair[0].steps == pair[1].since), "stretches follow each other");
    }

    #[test]
    fn folding_in_pieces_loses_nothing(trace in runs::trace(400), cut in 1usize..50) {
        let mut folder = Folder::new(Zoom::Line, Some(8));
        let mut steps = 0;
        for code in &trace.codes {
            evalody::trace::Listener::code(&mut folder, code.clone());
        }
        for (index, step) in trace.steps().enumerate() {
            evalody::trace::Listener::step(&mut folder, *step);
            if index % cut == 0 {
                steps += folder.take().iter().map(|gesture| gesture.steps).sum::<u64>();
            }
        }
        steps += folder.take().iter().map(|gesture| gesture.steps).sum::<u64>();
        prop_assert_eq!(steps, trace.steps().count() as u64);
    }

    #[test]
    fn the_notes_which_carry_steps_carry_all_of_them(trace in runs::trace(400), zoom in zoom(), style in any_style()) {
        let (outline, score) = score(&trace, zoom, &style);
        let carried: u64 = score.notes().iter().filter(|(_, note)| !note.cause.is_state).map(|(_, note)| note.cause.steps).sum();
        prop_assert_eq!(carried, outline.steps);
    }

    #[test]
    fn every_note_lies_on_the_grid_and_within_the_piece(trace in runs::trace(400), zoom in zoom(), style in any_style()) {
        let (_, score) = score(&trace, zoom, &style);
        for (_, note) in score.notes() {
            prop_assert!(note.at.0.is_multiple_of(TICKS_PER_SIXTEENTH));
            prop_assert!(note.lasts.0 > 0);
            prop_assert!(note.at + note.lasts <= score.end);
        }
    }

    #[test]
    fn no_bar_of_a_band_is_silent(trace in runs::trace(400), style in prop::sample::select(bands().collect::<Vec<_>>())) {
        prop_assume!(trace.steps().count() > 0);
        let (_, score) = score(&trace, Zoom::Auto, &style);
        let mut sounds = vec![false; score.end.bar() as usize];
        for (_, note) in score.notes() {
            sounds[note.at.bar() as usize] = true;
        }
        // The last bar is the ring of the ending.
        sounds.pop();
        prop_assert!(sounds.iter().all(|sounds| *sounds));
    }

    #[test]
    fn the_same_trace_is_always_the_same_music(trace in runs::trace(200), style in any_style()) {
        let (_, first) = score(&trace, Zoom::Auto, &style);
        let (_, second) = score(&trace, Zoom::Auto, &style);
        prop_assert_eq!(first, second);
    }
}

#[test]
fn a_score_of_no_steps_is_silence() {
    for style in bands().chain([faithful()]) {
        let (_, score) = score(&Trace::default(), Zoom::Auto, &style);
        assert!(score.notes().is_empty());
        assert!(score.end > Tick::default());
    }
}

#[test]
fn a_style_casts_no_more_parts_than_there_are_channels() {
    for style in bands().chain([faithful()]) {
        let (_, score) = score(&Trace::default(), Zoom::Auto, &style);
        let melodic = score.parts.iter().filter(|part| part.instrument != Instrument::Drums).count();
        assert!(melodic <= 15 && score.parts.len() - melodic <= 1);
    }
}

/// Two threads, the second started by the first, in any interleaving that `order` draws.
fn interleaved(trace: &Trace, order: &[bool]) -> Trace {
    let mut apart: [Vec<Entry>; 2] = [Vec::new(), Vec::new()];
    for entry in &trace.entries {
        match entry {
            Entry::Step(step) => apart[usize::from(step.thread)].push(entry.clone()),
            // Which thread a collection falls into is chance, and is left out.
            Entry::Mark(mark) if matches!(mark.kind, MarkKind::CollectionEnded { .. }) => {}
            Entry::Mark(mark) => apart[usize::from(mark.thread)].push(entry.clone()),
        }
    }
    let mut entries = vec![Entry::Mark(Mark { thread: 0, kind: MarkKind::ThreadStarted { thread: 1 } })];
    let mut queues = apart.map(std::collections::VecDeque::from);
    let mut order = order.iter().copied().cycle();
    while let Some(next) = order.next().filter(|_| queues.iter().any(|queue| !queue.is_empty())) {
        let taken = queues[usize::from(next)].pop_front().or_else(|| queues[usize::from(!next)].pop_front());
        entries.extend(taken);
    }
    Trace { entries, ..trace.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn how_a_scheduler_mixes_threads_does_not_change_the_music(
        trace in runs::trace(300),
        zoom in zoom(),
        orders in [prop::collection::vec(any::<bool>(), 1..40), prop::collection::vec(any::<bool>(), 1..40)],
    ) {
        let [first, second] = orders.map(|order| fold(&interleaved(&trace, &order), zoom));
        prop_assert_eq!(first.gestures.iter().map(|gesture| gesture.steps).sum::<u64>(), trace.steps().count() as u64);
        prop_assert_eq!(first, second);
    }
}

/// The same with a word before each thread that takes over from another.
fn measured(trace: &Trace, causes: &[Handover]) -> Trace {
    let thread = |entry: &Entry| match entry {
        Entry::Step(step) => step.thread,
        Entry::Mark(mark) => mark.thread,
    };
    let mut causes = causes.iter().cycle();
    let mut entries: Vec<Entry> = Vec::new();
    for entry in &trace.entries {
        if entries.last().map_or(0, thread) != thread(entry) {
            let cause = *causes.next().unwrap();
            entries.push(Entry::Mark(Mark { thread: thread(entry), kind: MarkKind::HandedOver { cause } }));
        }
        entries.push(entry.clone());
    }
    Trace { entries, ..trace.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn threads_whose_hand_overs_are_told_stand_in_the_order_in_which_they_ran(
        trace in runs::trace(300),
        order in prop::collection::vec(any::<bool>(), 1..40),
        causes in prop::collection::vec(prop::sample::select(vec![Handover::Interval, Handover::Call, Handover::End]), 1..9),
        zoom in zoom(),
    ) {
        let told = measured(&interleaved(&trace, &order), &causes);
        let outline = fold(&told, zoom);
        let ran: Vec<u16> = told.steps().map(|step| step.thread).collect();
        let (first, last) = (ran.iter().min(), ran.iter().max());
        prop_assert_eq!(outline.threads, if first == last { 1 } else { 2 });
        prop_assert_eq!(outline.is_measured, first != last);
        prop_assert_eq!(outline.steps, ran.len() as u64);
        let sum = |count: fn(&Gesture) -> u64| outline.gestures.iter().map(count).sum::<u64>();
        prop_assert_eq!(sum(|gesture| gesture.steps), ran.len() as u64);
        prop_assert_eq!(sum(|gesture| u64::from(gesture.switches)), ran.windows(2).filter(|pair| pair[0] != pair[1]).count() as u64);
        prop_assert!(sum(|gesture| u64::from(gesture.intervals)) <= sum(|gesture| u64::from(gesture.switches)));
        // Nothing of memory is left out where the second thread ran.
        let changes: i64 = told.entries.iter().map(blocks).sum();
        let counted: i64 = outline.gestures.iter().map(|gesture| i64::from(gesture.blocks_up) - i64::from(gesture.blocks_down)).sum();
        prop_assert!(first == last || changes == counted);
        if first != last {
            prop_assert_eq!(outline.remark(), Some("2 threads, in the order in which they had the GIL".to_owned()));
            let mut folder = Folder::new(zoom, Some(MOST_GESTURES));
            told.tell(&mut folder);
            prop_assert_eq!(folder.finish(told.outcome.clone()).gestures, outline.gestures);
        }
    }

    #[test]
    fn functions_in_c_are_heard_on_a_drum_of_their_own_and_change_nothing_else(
        trace in runs::trace(400),
        zoom in zoom(),
        style in any_style(),
    ) {
        let silent = Trace { entries: trace.entries.iter().filter(|entry| !is_door(entry)).cloned().collect(), ..trace.clone() };
        let (_, with) = score(&trace, zoom, &style);
        let (_, mut without) = score(&silent, zoom, &style);
        prop_assert!(without.states.iter().all(|state| state.calling_c == 0));
        let is_knock = |part: &Part, note: &Note| {
            part.instrument.is_drums() && !style.mapping.is_lossless() && [Drum::Cowbell, Drum::RideBell].map(Drum::pitch).contains(&note.pitch)
        };
        prop_assert!(!without.parts.iter().any(|part| part.notes.iter().any(|note| is_knock(part, note))));
        for (bar, state) in with.states.iter().enumerate() {
            let here = |part: &Part| part.notes.iter().filter(|note| is_knock(part, note) && note.at.bar() as usize == bar).count();
            prop_assert_eq!(with.parts.iter().map(here).sum::<usize>() > 0, state.calling_c > 0);
        }
        for (state, with) in without.states.iter_mut().zip(&with.states) {
            state.calling_c = with.calling_c;
        }
        let parts = with.parts.iter().map(|part| {
            let notes = part.notes.iter().filter(|note| !is_knock(part, note)).copied().collect();
            Part { notes, ..part.clone() }
        });
        prop_assert_eq!(Score { parts: parts.collect(), ..with.clone() }, without);
    }
}

fn is_door(entry: &Entry) -> bool {
    matches!(entry, Entry::Mark(Mark { kind: MarkKind::CalledC(_), .. }))
}

fn blocks(entry: &Entry) -> i64 {
    match entry {
        Entry::Step(step) => i64::from(step.blocks),
        Entry::Mark(Mark { kind: MarkKind::BlocksChanged { by }, .. }) => i64::from(*by),
        Entry::Mark(_) => 0,
    }
}

#[test]
fn a_faithful_piece_is_no_longer_than_was_wished_and_says_what_is_left_out() {
    let trace = recorded_loop();
    let style = Style { length: Some(std::time::Duration::from_secs(6)), ..faithful() };
    let (outline, score) = score(&trace, Zoom::Opcode, &style);
    let seconds = score.end.seconds(score.tempo);
    // To the line visit, and two beats of ringing.
    assert!((6.0..9.0).contains(&seconds), "{seconds} s");
    let heard: u64 = score.notes().iter().filter(|(_, note)| !note.cause.is_state).map(|(_, note)| note.cause.steps).sum();
    let said = format!("{} instructions are left out", outline.steps - heard);
    assert!(score.remarks.iter().any(|remark| remark.text == said), "{said}: {:?}", score.remarks);
}

/// `fib` as CPython 3.11 ran it.
fn recorded_loop() -> Trace {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/fib.trace");
    evalody::trace::read(&std::fs::read_to_string(path).unwrap()).unwrap()
}
