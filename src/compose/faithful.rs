//! The style `faithful`: one instruction, one note; the notes alone give everything back.
//!
//! A line visit of k instructions takes ⌈k/4⌉ beats and spreads them evenly. The channel tells the
//! family; strokes before a note tell how the frame depth changed; pitch tells the depth of the value
//! stack, and velocity how often that went round the instrument's register. [`crate::hear`] is the way back.

use std::sync::Arc;

use super::rhythm::spread;
use super::sheet::{Seat, Sheet};
use super::style::Style;
use crate::fold::Gesture;
use crate::music::{Drum, Instrument, Key, Patch, Pitch, TICKS_PER_QUARTER, TICKS_PER_SIXTEENTH, Tempo, Tick, Ticks};
use crate::score::{Cause, Score, Text};
use crate::trace::{Code, CodeId, Family, Outcome};

/// Instructions of a faithful piece unless a limit is set: some four minutes.
pub const FAITHFUL_STEPS: u64 = 2_000;

/// Quarters per minute unless told otherwise: four instructions to the beat are then 7.7 a second.
const TEMPO: u16 = 116;

/// Values on the stack that pitch alone tells; a deeper stack goes round and says so in the velocity.
pub const ROUND: u16 = 12;
/// Deepest value stack that velocity has room for on every instrument; deeper ones are heard as this.
pub const DEEPEST: u16 = ROUND * 15 + ROUND - 1;
/// Frames that the strokes of one drum can tell at once.
pub const FRAMES_A_STROKE: u16 = 40;
/// Velocity of a stroke that tells no frame: one frame is this and one more.
pub const STROKE_VELOCITY: u8 = 60;
/// Velocity a note gains for every time its depth went round.
pub const VELOCITY_A_ROUND: u8 = 4;

pub const DRUMS: usize = 0;
pub const BASS: usize = 1;

/// How a family sounds: its instrument, octaves up or down, velocity, place.
pub struct Voice {
    pub family: Family,
    pub seat: Seat,
    /// Semitones above the tonic nearest A3 at a stack depth of 0.
    pub transposed: i32,
    pub velocity: u8,
}

const fn voice(family: Family, name: &'static str, patch: Patch, pan: u8, transposed: i32, velocity: u8) -> Voice {
    Voice { family, seat: Seat { name, instrument: Instrument::Melodic(patch), pan, level: 100 }, transposed, velocity }
}

/// Fourteen voices; with drums and bass that is every channel there is. The loads, a third of all that
/// runs, are the quiet background.
pub const VOICES: [Voice; 14] = [
    voice(Family::Load, "load", Patch::MARIMBA, 52, 0, 44),
    voice(Family::Store, "store", Patch::VIBRAPHONE, 60, -12, 50),
    voice(Family::Scope, "scope", Patch::KALIMBA, 70, 0, 50),
    voice(Family::Stack, "stack", Patch::HARP, 90, 0, 44),
    voice(Family::Arith, "arith", Patch::XYLOPHONE, 46, 12, 62),
    voice(Family::Test, "test", Patch::PIZZICATO, 76, 0, 56),
    voice(Family::Jump, "jump", Patch::CELESTA, 84, 12, 46),
    voice(Family::Loop, "loop", Patch::MUSIC_BOX, 40, 12, 60),
    voice(Family::Call, "call", Patch::FLUTE, 64, 0, 64),
    voice(Family::Build, "build", Patch::GLOCKENSPIEL, 36, 12, 50),
    voice(Family::Attr, "attr", Patch::ELECTRIC_PIANO, 96, 12, 54),
    voice(Family::Subscr, "subscr", Patch::NYLON_GUITAR, 30, 0, 58),
    voice(Family::Except, "except", Patch::BRASS, 64, -12, 66),
    voice(Family::Gen, "gen", Patch::CLARINET, 56, 0, 58),
];

/// What is heard of a family. The rest (NOP, EXTENDED_ARG) is a bass note: nothing is left out.
pub(super) fn instrument_of(family: Family) -> &'static str {
    VOICES.iter().find(|voice| voice.family == family).map_or("bass", |voice| voice.seat.instrument.name())
}

/// Pitch number, before the key, of a stack depth that has not gone round.
pub fn base_of(key: Key) -> i32 {
    i32::from(Pitch::within(i32::from(key.tonic()), 52, 63).number())
}

/// Writes the style instruction by instruction; the gestures must be of zoom `opcode`.
pub struct Faithful {
    title: String,
    tempo: Tempo,
    key: Key,
    sheet: Sheet,
    visit: Vec<Gesture>,
    /// Where the next visit begins.
    at: Tick,
    frame_depth: u16,
    function: Option<CodeId>,
    markers: Vec<Text>,
    has_notes: bool,
}

impl Faithful {
    pub fn new(title: &str, style: &Style, key: Key) -> Self {
        let seats: Vec<Seat> = [
            Seat { name: "drums", instrument: Instrument::Drums, pan: 64, level: 96 },
            Seat { name: "bass", instrument: Instrument::Melodic(Patch::FINGERED_BASS), pan: 64, level: 96 },
        ]
        .into_iter()
        .chain(VOICES.iter().map(|voice| voice.seat))
        .collect();
        Self {
            title: title.to_owned(),
            tempo: style.tempo.unwrap_or(Tempo::nearest(f64::from(TEMPO))),
            key,
            sheet: Sheet::new(&seats),
            visit: Vec::new(),
            at: Tick::default(),
            frame_depth: 0,
            function: None,
            markers: Vec::new(),
            has_notes: false,
        }
    }

    pub fn tempo(&self) -> Tempo {
        self.tempo
    }

    /// Where the music written so far ends.
    pub fn end(&self) -> Tick {
        self.at
    }

    /// Adds an instruction. Its line visit is written when the next one begins.
    pub fn gesture(&mut self, gesture: &Gesture, codes: &[Arc<Code>]) {
        if gesture.visits > 0 {
            self.write_visit(codes);
            if gesture.turns > 0 {
                // A turn of a loop begins on a half bar.
                let half = 2 * TICKS_PER_QUARTER;
                self.at = Tick(self.at.0.next_multiple_of(half));
            }
        }
        self.visit.push(*gesture);
    }

    /// What is written so far, as music that goes on; drains it.
    pub fn drain(&mut self) -> Score {
        Score {
            title: self.title.clone(),
            tempo: self.tempo,
            key: self.key,
            parts: self.sheet.take(),
            markers: std::mem::take(&mut self.markers),
            remarks: if self.has_notes {
                Vec::new()
            } else {
                vec![Text { at: Tick::default(), text: "1 note = 1 instruction".to_owned() }]
            },
            states: Vec::new(),
            end: self.at,
        }
    }

    pub fn finish(mut self, outcome: &Outcome) -> Score {
        self.write_visit(&[]);
        self.markers.push(Text { at: self.at, text: outcome.to_string() });
        let mut score = self.drain();
        // The last notes ring for two beats.
        score.end = score.end + Ticks(2 * TICKS_PER_QUARTER);
        score
    }

    fn write_visit(&mut self, codes: &[Arc<Code>]) {
        let Some(first) = self.visit.first().copied() else { return };
        let beats = self.visit.len().div_ceil(4) as u32;
        let slots = spread(self.visit.len() as u32, beats * 4, 0);
        self.enter(&first, codes);
        let visit = std::mem::take(&mut self.visit);
        for (index, (gesture, slot)) in visit.iter().zip(&slots).enumerate() {
            let at = self.at + Ticks(slot * TICKS_PER_SIXTEENTH);
            let next = slots.get(index + 1).copied().unwrap_or(beats * 4);
            self.tell_frames(gesture, at);
            self.write_note(gesture, at, Ticks((next - slot) * TICKS_PER_SIXTEENTH));
        }
        let state = Cause { steps: 0, is_state: true, ..super::figures::cause(&first) };
        let strike = |sheet: &mut Sheet, drum: Drum, velocity: f64| {
            sheet.write_at(DRUMS, self.at, Ticks(TICKS_PER_SIXTEENTH), drum.pitch(), velocity, state)
        };
        strike(&mut self.sheet, Drum::ClosedHat, 48.0);
        if first.turns > 0 {
            strike(&mut self.sheet, Drum::Kick, 78.0);
        }
        if visit.iter().any(|gesture| gesture.raised > 0) {
            strike(&mut self.sheet, Drum::Crash, 78.0);
        }
        self.at = self.at + Ticks(beats * TICKS_PER_QUARTER);
    }

    /// A marker where another function is entered or come back to.
    fn enter(&mut self, first: &Gesture, codes: &[Arc<Code>]) {
        if self.function == Some(first.code) {
            return;
        }
        self.function = Some(first.code);
        if let Some(code) = codes.get(first.code.index()) {
            self.markers.push(Text { at: self.at, text: code.qualname.clone() });
        }
    }

    /// Strokes that tell how many frames were entered (bell) or left (cowbell) since the note before:
    /// their number is in the velocity, and forties in a second drum's.
    fn tell_frames(&mut self, gesture: &Gesture, at: Tick) {
        let (from, to) = (self.frame_depth, gesture.frame_depth);
        self.frame_depth = to;
        let moved = from.abs_diff(to);
        let (one, many) = if to > from { (Drum::RideBell, Drum::SplashCymbal) } else { (Drum::Cowbell, Drum::Tambourine) };
        let state = Cause { steps: 0, is_state: true, ..super::figures::cause(gesture) };
        let mut strike = |drum: Drum, count: u16| {
            if count > 0 {
                let velocity = f64::from(STROKE_VELOCITY) + f64::from(count);
                self.sheet.write_at(DRUMS, at, Ticks(TICKS_PER_SIXTEENTH / 2), drum.pitch(), velocity, state);
            }
        };
        strike(one, moved % FRAMES_A_STROKE);
        strike(many, moved / FRAMES_A_STROKE);
    }

    fn write_note(&mut self, gesture: &Gesture, at: Tick, lasts: Ticks) {
        self.has_notes = true;
        let depth = gesture.depth.first.min(DEEPEST);
        let (round, step) = (depth / ROUND, i32::from(depth % ROUND));
        let family = Family::ALL.into_iter().find(|&family| gesture.count(family) > 0).unwrap_or(Family::Rest);
        let cause = super::figures::cause(gesture);
        let velocity = |base: u8| f64::from(base) + f64::from(round) * f64::from(VELOCITY_A_ROUND);
        match VOICES.iter().position(|voice| voice.family == family) {
            Some(index) => {
                let voice = &VOICES[index];
                let number = base_of(self.key) + voice.transposed + self.key.pentatonic(step);
                self.sheet.write_at(BASS + 1 + index, at, lasts, Pitch::within(number, 0, 127), velocity(voice.velocity), cause);
            }
            None => {
                let number = base_of(self.key) - 24 + self.key.pentatonic(step);
                self.sheet.write_at(BASS, at, lasts, Pitch::within(number, 0, 127), velocity(REST_VELOCITY), cause);
            }
        }
    }
}

/// Velocity of the bass, which plays the instructions of no family.
pub const REST_VELOCITY: u8 = 50;
