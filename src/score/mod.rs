//! Written music: parts with notes, and for every note its cause. Knows nothing of traces' making,
//! of sound, and of channels only what was asked for.

mod state;
pub(crate) mod text;

pub use state::{State, Work, state_json};
pub use text::{json_lines, lines};

use crate::music::{Chord, Instrument, Key, Level, Pan, Pitch, Tempo, Tick, Ticks, Velocity};
use crate::trace::CodeId;

/// A piece, or some bars of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    pub title: String,
    pub tempo: Tempo,
    pub key: Key,
    /// In an order which depends on the style alone.
    pub parts: Vec<Part>,
    /// Where the chord or the key changes, in the order of their moments; empty in styles without chords.
    pub harmony: Vec<Harmony>,
    /// Names of sections, in the order of their moments.
    pub markers: Vec<Text>,
    /// Read-outs for the listener, such as "1 note = 12 instructions", in the order of their moments.
    pub remarks: Vec<Text>,
    /// What each bar says, the bars of the ending left out; empty in styles which tell instruction by
    /// instruction.
    pub states: Vec<State>,
    /// Where the piece ends; no note sounds longer.
    pub end: Tick,
}

/// A chord, and the key it is heard in, from a moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Harmony {
    pub at: Tick,
    pub key: Key,
    pub chord: Chord,
}

/// Words at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub at: Tick,
    pub text: String,
}

/// A line of the score: one instrument.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub name: &'static str,
    pub instrument: Instrument,
    /// The MIDI channel that the style asks for, 1 to 16; if it asks for none, `perform` chooses.
    pub channel: Option<u8>,
    pub pan: Pan,
    pub level: Level,
    /// Sorted by moment, then pitch.
    pub notes: Vec<Note>,
}

/// A note and why it is there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Note {
    pub at: Tick,
    pub lasts: Ticks,
    pub pitch: Pitch,
    pub velocity: Velocity,
    pub cause: Cause,
}

/// The instructions a note stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cause {
    pub code: CodeId,
    /// Byte offsets of the first and last instruction of the stretch that is shown for it.
    pub first: u32,
    pub last: u32,
    /// Source line, from 1; 0 where there is none.
    pub line: u32,
    pub thread: u16,
    pub frame_depth: u16,
    /// Value-stack depth which made the pitch.
    pub depth: u16,
    /// Instructions of the trace it stands for. Over all notes that are no state they add up to the
    /// steps of the trace.
    pub steps: u64,
    /// Number in the trace, from 0, of the first instruction shown.
    pub since: u64,
    /// Whether it shows the state of its whole bar, as drums, bass and chords do, rather than a share.
    pub is_state: bool,
}

impl Score {
    /// A piece without parts and without length.
    pub fn silence(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            tempo: Tempo::nearest(120.0),
            key: Key::A_MINOR,
            parts: Vec::new(),
            harmony: Vec::new(),
            markers: Vec::new(),
            remarks: Vec::new(),
            states: Vec::new(),
            end: Tick::default(),
        }
    }

    /// All notes with their part's index, sorted by moment, then part, then pitch.
    pub fn notes(&self) -> Vec<(usize, Note)> {
        let mut notes: Vec<(usize, Note)> =
            self.parts.iter().enumerate().flat_map(|(index, part)| part.notes.iter().map(move |note| (index, *note))).collect();
        notes.sort_by_key(|(part, note)| (note.at, *part, note.pitch));
        notes
    }
}
