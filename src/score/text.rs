//! A score as lines, for people and as JSON for other programs: the head, the parts, then everything
//! in the order of its moments, one fact a line.

use serde::Serialize;

use super::{Cause, Harmony, Note, Score, State, Text, Work, state_json};
use crate::music::{Instrument, Tick};

/// A fact of the part of a score that has moments.
enum Fact<'a> {
    Marker(&'a Text),
    Remark(&'a Text),
    State(&'a State),
    Harmony(&'a Harmony),
    Note(&'a str, Note),
}

/// Words first, so that a section's name stands above its notes.
fn facts(score: &Score) -> Vec<(Tick, Fact<'_>)> {
    let markers = score.markers.iter().map(|marker| (marker.at, Fact::Marker(marker)));
    let remarks = score.remarks.iter().map(|remark| (remark.at, Fact::Remark(remark)));
    let notes = score.notes().into_iter().map(|(part, note)| (note.at, Fact::Note(score.parts[part].name, note)));
    let states = (0..).zip(&score.states).map(|(bar, state)| (Tick::of_bar(bar), Fact::State(state)));
    let harmony = score.harmony.iter().map(|harmony| (harmony.at, Fact::Harmony(harmony)));
    let mut facts: Vec<(Tick, Fact)> = markers.chain(remarks).chain(states).chain(harmony).chain(notes).collect();
    facts.sort_by_key(|(at, _)| *at);
    facts
}

/// The score as aligned text, one fact a line. Moments are bar, sixteenth and rest of ticks.
pub fn lines(score: &Score) -> impl Iterator<Item = String> {
    let head = format!("score {:?} tempo {} key {} end {}", score.title, score.tempo.quarters_per_minute(), score.key, score.end);
    let parts = score.parts.iter().map(|part| {
        let sound = match part.instrument {
            Instrument::Melodic(patch) => format!("{} {}", patch.number(), patch.name()),
            Instrument::Drums | Instrument::NoiseDrums => part.instrument.name().into(),
        };
        format!("part {:?} {sound} pan {} level {} notes {}", part.name, part.pan.value(), part.level.value(), part.notes.len())
    });
    let columns = format!("#{:>9}  {:<12} {:<5} {:>3} {:>6}  cause", "at", "part", "pitch", "vel", "lasts");
    let timed = facts(score).into_iter().map(|(at, fact)| {
        let at = at.to_string();
        match fact {
            Fact::Marker(marker) => format!("{at:>10}  marker {:?}", marker.text),
            Fact::Remark(remark) => format!("{at:>10}  remark {:?}", remark.text),
            Fact::State(state) => format!("{at:>10}  state {}", state_words(state)),
            Fact::Harmony(Harmony { key, chord, .. }) => format!("{at:>10}  chord {} key {key}", chord.symbol(*key)),
            Fact::Note(part, note) => {
                let Note { lasts, pitch, velocity, cause, .. } = note;
                let (part, pitch) = (part.escape_debug().to_string(), pitch.to_string());
                format!("{at:>10}  {part:<12} {pitch:<5} {:>3} {:>6}  {}", velocity.value(), lasts.0, cause_words(&cause))
            }
        }
    });
    [head].into_iter().chain(parts).chain([columns]).chain(timed)
}

/// Why a note is there, in words that columns can end with.
pub(crate) fn cause_words(cause: &Cause) -> String {
    let Cause { code, first, last, line, thread, frame_depth, depth, steps, since, is_state } = cause;
    let stands = if *is_state { "state of" } else { "steps" };
    format!("c{} @{first}..@{last} line {line} thread {thread} frame {frame_depth} depth {depth} {stands} {steps} since {since}", code.0)
}

/// What a bar tells, in words that columns can end with.
fn state_words(state: &State) -> String {
    let State { turning, frame_depth, calling, calling_c, allocating, releases, collected, raised, warmth, falls, activity, work } = *state;
    // Where nothing is told of it, nothing is written.
    let calling_c = if calling_c > 0 { format!(" in C {calling_c}") } else { String::new() };
    let releases = if releases { " releases" } else { "" };
    let collected = collected.map_or(String::new(), |generation| format!(" collected {generation}"));
    // Without a second run there is nothing to say of it.
    let warmth = if warmth + falls == 0 { String::new() } else { format!(" warmth {warmth} falls {falls}") };
    let work = work.map_or("nobody leads", Work::name);
    format!(
        "turning {turning} frames {frame_depth} calling {calling}{calling_c} allocating {allocating}{releases}{collected} raised {raised}{warmth} activity {activity} {work}"
    )
}

/// The score as JSON, one object a line, known by a key of its own: `score`, `part`, `marker`, `remark`,
/// `bar` (what a bar tells, as `evalody hear` reads it back), `chord` (its symbol, and the key it is in), `note` (its part's name). Moments and lengths
/// are in ticks, bars count from 1.
pub fn json_lines(score: &Score) -> impl Iterator<Item = String> {
    let head =
        json(&HeadLine { score: &score.title, tempo: score.tempo.quarters_per_minute(), key: score.key.to_string(), end: score.end.0 });
    let parts = score.parts.iter().map(|part| {
        let program = match part.instrument {
            Instrument::Melodic(patch) => Some(patch.number()),
            Instrument::Drums | Instrument::NoiseDrums => None,
        };
        json(&PartLine { part: part.name, program, pan: part.pan.value(), level: part.level.value(), notes: part.notes.len() })
    });
    let timed = facts(score).into_iter().map(|(at, fact)| match fact {
        Fact::Marker(marker) => json(&MarkerLine { marker: &marker.text, at: at.0 }),
        Fact::Remark(remark) => json(&RemarkLine { remark: &remark.text, at: at.0 }),
        Fact::State(state) => json(&state_json(at.bar() + 1, state)),
        Fact::Harmony(Harmony { at, key, chord }) => json(&ChordLine { chord: chord.symbol(*key), key: key.to_string(), at: at.0 }),
        Fact::Note(part, note) => json(&NoteLine {
            note: part,
            at: at.0,
            lasts: note.lasts.0,
            pitch: note.pitch.number(),
            velocity: note.velocity.value(),
            cause: CauseWords::of(&note.cause),
        }),
    });
    [head].into_iter().chain(parts).chain(timed)
}

/// One line of JSON.
pub(crate) fn json(line: &impl Serialize) -> String {
    serde_json::to_string(line).expect("numbers and strings under fixed keys have no way to fail")
}

#[derive(Serialize)]
struct HeadLine<'a> {
    score: &'a str,
    tempo: u16,
    key: String,
    end: u32,
}

#[derive(Serialize)]
struct PartLine<'a> {
    part: &'a str,
    /// General MIDI number from 0; `null` for drums.
    program: Option<u8>,
    pan: u8,
    level: u8,
    notes: usize,
}

#[derive(Serialize)]
struct MarkerLine<'a> {
    marker: &'a str,
    at: u32,
}

#[derive(Serialize)]
struct RemarkLine<'a> {
    remark: &'a str,
    at: u32,
}

#[derive(Serialize)]
struct ChordLine {
    chord: String,
    key: String,
    at: u32,
}

#[derive(Serialize)]
struct NoteLine<'a> {
    note: &'a str,
    at: u32,
    lasts: u32,
    pitch: u8,
    velocity: u8,
    #[serde(flatten)]
    cause: CauseWords,
}

/// A cause under the names it has in every JSON line.
#[derive(Serialize)]
pub(crate) struct CauseWords {
    code: u32,
    first: u32,
    last: u32,
    line: u32,
    thread: u16,
    frame_depth: u16,
    depth: u16,
    steps: u64,
    since: u64,
    is_state: bool,
}

impl CauseWords {
    pub fn of(cause: &Cause) -> Self {
        let Cause { code, first, last, line, thread, frame_depth, depth, steps, since, is_state } = *cause;
        Self { code: code.0, first, last, line, thread, frame_depth, depth, steps, since, is_state }
    }
}
