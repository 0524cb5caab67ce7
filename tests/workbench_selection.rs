//! A note, a line and an instruction are one thing seen from three sides: for every note of every song.
#![cfg(all(feature = "window", target_os = "linux", target_env = "gnu"))]

#[path = "support/bench.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod bench;
#[path = "support/scribe.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod scribe;

use std::collections::BTreeSet;

use bench::Live;
use evalody::score::Cause;
use evalody::workbench::{Lit, Message, Rendition, Selection};
use scribe::Scribe;

/// The line of an instruction, if it is of the program's own file.
fn line_of(heard: &Rendition, instruction: (evalody::trace::CodeId, u32)) -> Option<u32> {
    let code = heard.tape.code(instruction.0).filter(|code| heard.is_own(code))?;
    code.at(instruction.1)?.span.line
}

#[test]
fn what_lights_up_with_a_note_belongs_together() {
    for song in evalody::songs::all() {
        let live = Live::<Scribe>::hearing(song.source);
        let heard = live.bench.heard().unwrap();
        let lines = song.source.lines().count() as u32;
        let notes = heard.playhead.struck();
        assert!(!notes.is_empty());
        for (index, note) in notes.iter().enumerate() {
            let lit = Lit::of(Selection::Note(index), heard);
            assert_eq!((lit.notes.as_slice(), lit.at), ([index].as_slice(), Some(note.at)), "{}", song.name);
            assert!(!lit.instructions.is_empty(), "{}, note {index}: no instruction made it", song.name);
            // What the compiler adds to clear up after an exception is of no line; the library's lines are not here.
            let is_own = heard.tape.code(note.cause.code).is_some_and(|code| heard.is_own(code));
            assert!(!lit.lines.is_empty() || note.cause.line == 0 || !is_own, "{}, note {index}: no line: {:?}", song.name, note.cause);
            let of_instructions: BTreeSet<u32> = lit.instructions.iter().filter_map(|known| line_of(heard, *known)).collect();
            let lit_lines: BTreeSet<u32> = lit.lines.iter().copied().collect();
            assert_eq!(of_instructions, lit_lines, "{}, note {index}", song.name);
            assert!(lit_lines.iter().all(|line| (1..=lines).contains(line)), "{}, note {index}: {lit_lines:?}", song.name);
            let step = heard.tape.step(lit.step.unwrap()).unwrap();
            assert!(lit.instructions.contains(&(step.code, step.offset)), "{}, note {index}: the inspector shows another", song.name);
        }
        live.end();
    }
}

#[test]
fn a_line_and_its_instructions_light_each_other_and_their_notes() {
    for song in evalody::songs::all() {
        let live = Live::<Scribe>::hearing(song.source);
        let heard = live.bench.heard().unwrap();
        let notes = heard.playhead.struck();
        let is_own = |cause: &Cause| heard.tape.code(cause.code).is_some_and(|code| heard.is_own(code));
        let causes = notes.iter().map(|note| note.cause).filter(|cause| !cause.is_state && is_own(cause));
        let sounding: BTreeSet<u32> = causes.map(|cause| cause.line).collect();
        for line in 1..=song.source.lines().count() as u32 {
            let lit = Lit::of(Selection::Line(line), heard);
            assert_eq!(lit.lines, [line]);
            assert!(
                lit.notes.iter().all(|note| notes[*note].cause.line == line && is_own(&notes[*note].cause)),
                "{}, line {line}",
                song.name
            );
            assert_eq!(!lit.notes.is_empty(), sounding.contains(&line), "{}, line {line}", song.name);
            for instruction in &lit.instructions {
                assert_eq!(line_of(heard, *instruction), Some(line), "{}, line {line}", song.name);
                let back = Lit::of(Selection::Instruction(instruction.0, instruction.1), heard);
                assert_eq!(
                    (back.instructions.as_slice(), back.lines.as_slice()),
                    ([*instruction].as_slice(), [line].as_slice()),
                    "{}",
                    song.name
                );
                for note in back.notes {
                    let cause = notes[note].cause;
                    let range = cause.first.min(cause.last)..=cause.first.max(cause.last);
                    assert!(cause.code == instruction.0 && range.contains(&instruction.1), "{}, line {line}", song.name);
                }
            }
        }
        // None is there that is not there, and none is out of it.
        for selection in [Selection::Note(usize::MAX), Selection::Line(u32::MAX)] {
            assert!(Lit::of(selection, heard).notes.is_empty());
        }
        live.end();
    }
}

#[test]
fn a_selection_lasts_until_another_program_is_heard_or_it_is_undone() {
    let mut live = Live::<Scribe>::hearing(bench::TUNE);
    assert_eq!(live.bench.lit(), None);
    live.bench.update(Message::Select(Selection::Line(2)));
    live.draw_seconds(0.5);
    assert_eq!(live.bench.lit().unwrap().lines, [2]);
    live.bench.update(Message::Deselect);
    assert_eq!(live.bench.lit(), None);
    live.bench.update(Message::Select(Selection::Note(3)));
    live.evaluate(bench::OTHER);
    live.draw_until("the next", |bench| !bench.is_waiting());
    assert_eq!(live.bench.lit(), None, "it was of another run");
    live.end();
}
