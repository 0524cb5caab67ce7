//! Scores and performances as lines, and the map from notes to code.

mod support;

use std::collections::BTreeMap;

use evalody::export::map::{map, write_map};
use evalody::music::Instrument;
use evalody::perform::{self, CueKind, perform};
use evalody::score::{self, Cause, Note, Score};
use evalody::trace::CodeId;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::scores::{any_score, melodic, note, part, score, text};
use support::traces::small_trace;

fn small_score() -> Score {
    let cause =
        Cause { code: CodeId(0), first: 0, last: 4, line: 2, thread: 1, frame_depth: 3, depth: 5, steps: 12, since: 100, is_state: false };
    let struck = Note { cause, ..note(480, 240, 60, 90) };
    let mut piece =
        score("a.py", vec![part("lead", melodic(12), vec![struck]), part("drums", Instrument::Drums, vec![note(0, 30, 36, 99)])], 1920);
    piece.markers = vec![text(480, "f()")];
    piece.remarks = vec![text(0, "1 note = 12 instructions")];
    piece
}

fn parsed(lines: impl Iterator<Item = String>) -> Vec<Value> {
    lines.map(|line| serde_json::from_str(&line).unwrap()).collect()
}

#[test]
fn a_score_is_told_in_the_order_of_its_moments() {
    let lines: Vec<String> = score::lines(&small_score()).collect();
    assert_eq!(
        lines,
        [
            "score \"a.py\" tempo 120 key Am end 2:01+0",
            "part \"lead\" 12 marimba pan 64 level 100 notes 1",
            "part \"drums\" drums pan 64 level 100 notes 1",
            "#       at  part         pitch vel  lasts  cause",
            "    1:01+0  remark \"1 note = 12 instructions\"",
            "    1:01+0  drums        C2     99     30  c0 @0..@0 line 0 thread 0 frame 0 depth 0 steps 1 since 0",
            "    1:05+0  marker \"f()\"",
            "    1:05+0  lead         C4     90    240  c0 @0..@4 line 2 thread 1 frame 3 depth 5 steps 12 since 100",
        ]
    );
}

#[test]
fn a_score_as_json_has_the_cause_beside_the_note() {
    let lines = parsed(score::json_lines(&small_score()));
    assert_eq!(lines[0], json!({"score": "a.py", "tempo": 120, "key": "Am", "end": 1920}));
    assert_eq!(lines[2], json!({"part": "drums", "program": null, "pan": 64, "level": 100, "notes": 1}));
    assert_eq!(
        lines[6],
        json!({"note": "lead", "at": 480, "lasts": 240, "pitch": 60, "velocity": 90, "code": 0, "first": 0, "last": 4, "line": 2,
            "thread": 1, "frame_depth": 3, "depth": 5, "steps": 12, "since": 100, "is_state": false})
    );
}

#[test]
fn a_performance_is_told_cue_by_cue() {
    let lines: Vec<String> = perform::lines(&perform(&small_score())).collect();
    assert_eq!(lines[1], "channel 1 \"lead\" 12 marimba pan 64 level 100");
    assert_eq!(lines[6], "         0     1:01+0  10  on   C2     99  note 0 c0 @0..@0 line 0 thread 0 frame 0 depth 0 steps 1 since 0");
    assert_eq!(lines[7], "        30    1:01+30  10  off  C2");
    let lines = parsed(perform::json_lines(&perform(&small_score())));
    assert_eq!(lines[1], json!({"channel": 1, "part": "lead", "program": 12, "pan": 64, "level": 100}));
    assert_eq!(lines[6], json!({"cue": "off", "at": 30, "channel": 10, "pitch": 36}));
    assert_eq!((&lines[7]["cue"], &lines[7]["note"], &lines[7]["steps"]), (&json!("on"), &json!(1), &json!(12)));
}

proptest! {
    #[test]
    fn every_fact_of_a_score_and_a_performance_has_one_line(score in any_score()) {
        let performance = perform(&score);
        let words = score.markers.len() + score.remarks.len();
        let notes: usize = score.parts.iter().map(|part| part.notes.len()).sum();
        let written: Vec<String> = score::lines(&score).collect();
        prop_assert_eq!(written.len(), 2 + score.parts.len() + words + notes);
        prop_assert_eq!(score::json_lines(&score).count(), 1 + score.parts.len() + words + notes);
        let played: Vec<String> = perform::lines(&performance).collect();
        prop_assert_eq!(played.len(), 2 + score.parts.len() + words + performance.cues.len());
        prop_assert_eq!(parsed(perform::json_lines(&performance)).len(), 1 + score.parts.len() + words + performance.cues.len());
        prop_assert!(written.iter().chain(&played).all(|line| !line.contains(['\n', '\r'])));
    }

    #[test]
    fn the_map_has_every_note_with_the_length_that_sounds(score in any_score()) {
        let performance = perform(&score);
        let notes = map(&performance, &[]).notes;
        let strokes = performance.cues.iter().filter(|cue| matches!(cue.kind, CueKind::On { .. })).count();
        prop_assert_eq!(notes.len(), strokes);
        let mut ends: BTreeMap<(u8, u8, u32), u32> = BTreeMap::new();
        for note in &notes {
            prop_assert!(note.duration_ticks > 0);
            *ends.entry((note.channel, note.pitch, note.tick + note.duration_ticks)).or_default() += 1;
        }
        for cue in &performance.cues {
            if let CueKind::Off { pitch } = cue.kind {
                prop_assert_eq!(ends.remove(&(cue.channel.index() + 1, pitch.number(), cue.at.0)), Some(1));
            }
        }
        prop_assert!(ends.is_empty());
    }
}

#[test]
fn the_map_leads_from_a_note_to_its_instructions() {
    let mut bytes = Vec::new();
    write_map(&perform(&small_score()), &small_trace().codes, &mut bytes).unwrap();
    let mut read: Value = serde_json::from_slice(&bytes).unwrap();
    let notes = read["notes"].take();
    assert_eq!(
        read,
        json!({"format": "evalody map", "version": 1, "title": "a.py", "bars": [], "quarters_per_minute": 120, "ticks_per_quarter": 480,
            "end_tick": 1920, "end_seconds": 2.0, "notes": null})
    );
    assert_eq!(
        notes[1],
        json!({
            "tick": 480, "seconds": 0.5, "duration_ticks": 240, "duration_seconds": 0.25,
            "channel": 1, "pitch": 60, "velocity": 90, "part": "lead",
            "code": "A.f", "file": "a.py", "line": 2, "column": 0, "end_line": 2, "end_column": 5,
            "instructions": [
                {"offset": 0, "op": "LOAD_FAST", "family": "load"},
                {"offset": 4, "op": "BINARY_OP", "family": "arith"},
            ],
            "thread": 1, "frame_depth": 3, "stack_depth": 5, "steps": 12, "first_step": 100, "is_state": false,
        })
    );
}

#[test]
fn a_note_whose_code_is_not_given_has_none() {
    let performance = perform(&small_score());
    let map = map(&performance, &[]);
    assert_eq!((map.notes[1].code, map.notes[1].line, map.notes[1].instructions.len()), (None, Some(2), 0));
}
