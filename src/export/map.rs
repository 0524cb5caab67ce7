//! From every note of a performance to the code that made it, as JSON for other programs: editors,
//! notebooks, lessons. Carries seconds beside ticks, so that a player's position is enough to look up
//! a line.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use crate::music::{TICKS_PER_QUARTER, Tick};
use crate::perform::{CueKind, Performance};
use crate::score::{Cause, state_json};
use crate::trace::{Code, Span};

/// Raised when a reader of the version before could misread the map.
const VERSION: u32 = 1;

/// A whole map. Fields keep their names as long as `version` does.
#[derive(Debug, Serialize)]
pub struct Map<'a> {
    pub format: &'static str,
    pub version: u32,
    pub title: &'a str,
    pub quarters_per_minute: u16,
    pub ticks_per_quarter: u32,
    pub end_tick: u32,
    pub end_seconds: f64,
    /// In the order in which they are struck.
    pub notes: Vec<MapNote<'a>>,
    /// What each bar tells, as `evalody hear` reads it back; none in styles which tell every instruction.
    pub bars: Vec<serde_json::Value>,
}

/// A note and its cause.
#[derive(Debug, Serialize)]
pub struct MapNote<'a> {
    pub tick: u32,
    pub seconds: f64,
    pub duration_ticks: u32,
    pub duration_seconds: f64,
    /// Counted from 1, as musicians do; 17 to 32 are the channels of port B.
    pub channel: u8,
    pub pitch: u8,
    pub velocity: u8,
    /// Name of its part; of the first one where parts share its channel.
    pub part: &'a str,
    /// `co_qualname` and `co_filename`; `null` if the note's code is not among those given.
    pub code: Option<&'a str>,
    pub file: Option<&'a str>,
    /// Source line, from 1; `null` where there is none.
    pub line: Option<u32>,
    /// Where the first instruction comes from: columns are UTF-8 bytes counted from 0.
    pub column: Option<u32>,
    pub end_line: Option<u32>,
    pub end_column: Option<u32>,
    /// The stretch that is shown for it, in the order of the bytecode.
    pub instructions: Vec<MapInstruction<'a>>,
    pub thread: u16,
    pub frame_depth: u16,
    pub stack_depth: u16,
    /// Instructions of the trace it stands for.
    pub steps: u64,
    /// Number of the first of those in the trace, from 0.
    pub first_step: u64,
    /// Whether the note shows the state of its whole bar; those which do not carry all steps among them.
    pub is_state: bool,
}

/// An instruction of a note's stretch.
#[derive(Debug, Serialize)]
pub struct MapInstruction<'a> {
    /// Byte offset in the code object.
    pub offset: u32,
    pub op: &'a str,
    pub family: &'static str,
}

/// The map of a performance; `codes` are the trace's code objects, by their ids.
pub fn map<'a>(performance: &'a Performance, codes: &'a [Arc<Code>]) -> Map<'a> {
    let seconds = |tick: Tick| tick.seconds(performance.tempo);
    let ends = ends(performance);
    let notes = performance
        .cues
        .iter()
        .filter_map(|cue| match cue.kind {
            CueKind::On { pitch, velocity, note } => Some((cue, pitch, velocity, note)),
            CueKind::Off { .. } => None,
        })
        .map(|(cue, pitch, velocity, note)| {
            let end = ends.get(&note).copied().unwrap_or(performance.end);
            let cause = performance.causes.get(note as usize).copied().unwrap_or_default();
            let code = codes.get(cause.code.index());
            let span = code.and_then(|code| code.at(cause.first)).map(|instruction| instruction.span).unwrap_or_default();
            let Span { line, column, end_line, end_column } = span;
            MapNote {
                tick: cue.at.0,
                seconds: seconds(cue.at),
                duration_ticks: (end - cue.at).0,
                duration_seconds: seconds(end) - seconds(cue.at),
                channel: cue.channel.index() + 1,
                pitch: pitch.number(),
                velocity: velocity.value(),
                part: performance.setups.iter().find(|setup| setup.channel == cue.channel).map_or("", |setup| setup.name),
                code: code.map(|code| code.qualname.as_str()),
                file: code.map(|code| code.file.as_str()),
                line: if cause.line == 0 { line } else { Some(cause.line) },
                column,
                end_line,
                end_column,
                instructions: code.map(|code| stretch(code, &cause)).unwrap_or_default(),
                thread: cause.thread,
                frame_depth: cause.frame_depth,
                stack_depth: cause.depth,
                steps: cause.steps,
                first_step: cause.since,
                is_state: cause.is_state,
            }
        })
        .collect();
    Map {
        format: "evalody map",
        version: VERSION,
        title: &performance.title,
        quarters_per_minute: performance.tempo.quarters_per_minute(),
        ticks_per_quarter: TICKS_PER_QUARTER,
        end_tick: performance.end.0,
        end_seconds: seconds(performance.end),
        notes,
        bars: (1..).zip(&performance.states).map(|(bar, state)| state_json(bar, state)).collect(),
    }
}

/// Writes the map as one JSON object with a line's end behind it.
pub fn write_map(performance: &Performance, codes: &[Arc<Code>], mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut out, &map(performance, codes))?;
    out.write_all(b"\n")
}

/// When each note is released, by its number.
fn ends(performance: &Performance) -> HashMap<u32, Tick> {
    let mut sounding = HashMap::new();
    let mut ends = HashMap::with_capacity(performance.causes.len());
    for cue in &performance.cues {
        match cue.kind {
            CueKind::On { pitch, note, .. } => {
                sounding.insert((cue.channel, pitch), note);
            }
            CueKind::Off { pitch } => {
                if let Some(note) = sounding.remove(&(cue.channel, pitch)) {
                    ends.insert(note, cue.at);
                }
            }
        }
    }
    ends
}

/// The instructions from a cause's first to its last.
fn stretch<'a>(code: &'a Code, cause: &Cause) -> Vec<MapInstruction<'a>> {
    let (low, high) = (cause.first.min(cause.last), cause.first.max(cause.last));
    let instructions = code.instructions();
    let start = instructions.partition_point(|instruction| instruction.offset < low);
    instructions[start..]
        .iter()
        .take_while(|instruction| instruction.offset <= high)
        .map(|instruction| MapInstruction { offset: instruction.offset, op: &instruction.opcode, family: instruction.family.name() })
        .collect()
}
