//! Chords as the score tells them: where they change, and that the band plays them.

#[path = "support/golden.rs"]
#[expect(dead_code, reason = "the recorded traces are read, no text is compared")]
mod golden;

use std::collections::BTreeSet;

use evalody::compose::{Style, StyleName, compose};
use evalody::fold::{Folder, MOST_GESTURES, Zoom};
use evalody::music::{TICKS_PER_BAR, Tick};
use evalody::score::{Harmony, Score};
use evalody::trace::{Limit, Outcome, read};

/// A recorded program in a style, as if it had ended so.
fn written(name: &str, style: StyleName, outcome: &Outcome) -> Score {
    let trace = read(&std::fs::read_to_string(golden::path(&format!("{name}.trace"))).unwrap()).unwrap();
    let (zoom, most) = if style == StyleName::Faithful { (Zoom::Opcode, None) } else { (Zoom::Line, Some(MOST_GESTURES)) };
    let mut folder = Folder::new(zoom, most);
    trace.tell(&mut folder);
    compose("recorded", &folder.finish(outcome.clone()), &trace.codes, &Style::of(style))
}

fn pieces() -> Vec<Score> {
    let chordal = [StyleName::Groove, StyleName::Ambient, StyleName::Chip];
    chordal.into_iter().flat_map(|style| ["fib", "caught"].map(|name| written(name, style, &Outcome::Finished))).collect()
}

fn held_at(score: &Score, at: Tick) -> Harmony {
    *score.harmony.iter().rev().find(|harmony| harmony.at <= at).unwrap()
}

#[test]
fn chords_change_on_half_bars_from_the_first_moment_to_the_tonic_at_the_end() {
    for score in pieces() {
        assert_eq!(score.harmony[0].at, Tick::default());
        assert!(score.harmony.iter().all(|harmony| harmony.at.0.is_multiple_of(TICKS_PER_BAR / 2) && harmony.at < score.end));
        for pair in score.harmony.windows(2) {
            assert!(pair[0].at < pair[1].at && (pair[0].key, pair[0].chord) != (pair[1].key, pair[1].chord), "{pair:?}");
        }
        let last = score.harmony.last().unwrap();
        assert_eq!((last.at, last.key, last.chord.root), (Tick::of_bar(score.states.len() as u32), score.key, 0));
    }
}

#[test]
fn the_bass_of_the_groove_begins_each_bar_on_the_root_that_is_told() {
    for name in ["fib", "caught"] {
        let score = written(name, StyleName::Groove, &Outcome::Finished);
        let bass = score.parts.iter().find(|part| part.name == "bass").unwrap();
        let mut roots = BTreeSet::new();
        for note in bass.notes.iter().filter(|note| note.at == Tick::of_bar(note.at.bar())) {
            let Harmony { key, chord, .. } = held_at(&score, note.at);
            assert_eq!(i32::from(note.pitch.number()).rem_euclid(12), chord.root_in(key).rem_euclid(12), "{name} at {}", note.at);
            roots.insert(chord.root);
        }
        assert!(roots.len() > 1, "{name}: {roots:?}");
    }
}

#[test]
fn the_chord_of_the_ending_is_the_one_that_rings() {
    let raised = Outcome::Raised { line: None, kind: "ValueError".into(), message: String::new(), traceback: String::new() };
    let outcomes = [Outcome::Finished, Outcome::Exited { status: 3 }, Outcome::CutShort { limit: Limit::Steps(9) }, raised];
    for style in [StyleName::Groove, StyleName::Ambient, StyleName::Chip] {
        for outcome in &outcomes {
            let score = written("fib", style, outcome);
            let ending = Tick::of_bar(score.states.len() as u32);
            let Harmony { key, chord, .. } = held_at(&score, ending);
            let bass = score.parts.iter().find(|part| part.name == "bass").unwrap();
            let rings = bass.notes.iter().find(|note| note.at == ending).unwrap();
            assert_eq!(i32::from(rings.pitch.number()).rem_euclid(12), chord.root_in(key).rem_euclid(12), "{style}: {outcome}");
        }
        // Nothing rings after a program that died, so no chord is told.
        let died = written("fib", style, &Outcome::Died { how: "signal 9".into() });
        assert!(died.harmony.iter().all(|harmony| harmony.at < Tick::of_bar(died.states.len() as u32)));
    }
}

#[test]
fn the_faithful_style_has_no_chords() {
    assert_eq!(written("fib", StyleName::Faithful, &Outcome::Finished).harmony, []);
}
