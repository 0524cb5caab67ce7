//! The style `faithful`: one instruction, one note; the notes alone give everything back.
//!
//! A line visit of k instructions takes ⌈k/4⌉ beats and spreads them evenly. The channel tells the
//! family; strokes with a note tell how the frame depth changed; pitch tells the depth of the value
//! stack, and velocity how often that went round the instrument's register. The first bar is a tuning
//! figure, from which the key is heard. [`crate::hear`] is the way back, by the tables of this file.

mod legend;

pub use legend::legend;

use std::sync::Arc;

use super::rhythm::spread;
use super::sheet::{Seat, Sheet};
use super::style::Style;
use crate::fold::Gesture;
use crate::music::{Drum, Instrument, Key, Patch, Pitch, TICKS_PER_BAR, TICKS_PER_QUARTER, TICKS_PER_SIXTEENTH, Tempo, Tick, Ticks};
use crate::score::{Cause, Score, Text};
use crate::trace::{Code, CodeId, Family, Outcome};

/// Instructions of a faithful piece unless a limit is set: four to eight minutes.
pub const FAITHFUL_STEPS: u64 = 2_000;

/// Quarters per minute unless told otherwise: four instructions to the beat are then 7.7 a second.
const TEMPO: u16 = 116;

/// Values on the stack that pitch alone tells; a deeper stack goes round and says so in the velocity.
/// More would leave the bass's register, fewer would spend more velocity.
pub const ROUND: u16 = 12;
/// Velocity a note gains for every time its depth went round. More would leave no room for [`ROUNDS`] above
/// voices that are loud enough together (-18 to -13 LUFS, measured on four programs).
pub const VELOCITY_A_ROUND: u8 = 2;
/// Rounds that velocity has room for on every instrument; deeper stacks say so with strokes.
pub const ROUNDS: u16 = 16;

/// Velocity of a stroke that counts nothing: each thing it counts is one more.
pub const STROKE_VELOCITY: u8 = 60;
/// Things that one stroke can count; the next drum counts in these. As many as stay below the crash.
const COUNT_A_STROKE: u32 = 40;

/// What a drum counts in its velocity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Frames entered since the note before.
    Entered,
    /// Frames left since the note before.
    Left,
    /// Values on the stack beyond those that the note tells.
    Deeper,
}

/// A drum struck together with a note.
pub struct Stroke {
    pub drum: Drum,
    pub counts: Count,
    /// How much each of the things it counts is worth.
    pub worth: u32,
}

const fn stroke(drum: Drum, counts: Count, worth: u32) -> Stroke {
    Stroke { drum, counts, worth }
}

const BEYOND: u32 = (ROUND * ROUNDS) as u32;

/// Together they reach every depth that a trace can tell; of one [`Count`] the greater come first.
pub const STROKES: [Stroke; 8] = [
    stroke(Drum::Ride, Count::Entered, COUNT_A_STROKE * COUNT_A_STROKE),
    stroke(Drum::SplashCymbal, Count::Entered, COUNT_A_STROKE),
    stroke(Drum::RideBell, Count::Entered, 1),
    stroke(Drum::OpenTriangle, Count::Left, COUNT_A_STROKE * COUNT_A_STROKE),
    stroke(Drum::Tambourine, Count::Left, COUNT_A_STROKE),
    stroke(Drum::Cowbell, Count::Left, 1),
    stroke(Drum::LowBongo, Count::Deeper, BEYOND * COUNT_A_STROKE),
    stroke(Drum::HighBongo, Count::Deeper, BEYOND),
];

/// Strokes that count nothing: every line visit has a hat, turns of loops a kick, exceptions a crash.
pub const STEADY: [Drum; 3] = [Drum::ClosedHat, Drum::Kick, Drum::Crash];

/// Velocity of the tuning figure: clear, as nothing else sounds with it.
pub const TUNING_VELOCITY: u8 = 72;
/// From one note of the tuning figure to the next; it fills the first bar.
pub const TUNING_STEP: Ticks = Ticks(TICKS_PER_QUARTER);

/// What the bass plays alone before the first instruction: tonic, third, fifth and octave. It stands for
/// no instruction; the way back hears the key in it, and knows the style by it.
pub fn tuning(key: Key) -> [Pitch; 4] {
    [0, 2, 4, 7].map(|degree| Pitch::within(base_of(key) - 12 + key.degree(degree), 0, 127))
}

pub const DRUMS: usize = 0;
pub const BASS: usize = 1;

/// How a family sounds: its instrument, octaves up or down, velocity, place.
pub struct Voice {
    pub family: Family,
    pub seat: Seat,
    /// Semitones above the tonic nearest A3 at a stack depth of 0.
    pub transposed: i32,
    /// Velocity of a depth that has not gone round.
    pub velocity: u8,
}

const fn voice(family: Family, name: &'static str, patch: Patch, pan: u8, transposed: i32, velocity: u8) -> Voice {
    Voice { family, seat: Seat { name, instrument: Instrument::Melodic(patch), pan, level: LEVEL }, transposed, velocity }
}

/// Channel volume (controller 7) of every voice. Only three or four of them sound at once: at the usual
/// 100 a piece is 3 dB too soft (measured, as above).
const LEVEL: u8 = 124;
/// That of drums and bass.
const RHYTHM_LEVEL: u8 = 118;

/// Fifteen voices, the parts behind the drums; with them that is every channel there is. The loads, a
/// third of all that runs, are the quiet background. The bass plays the instructions of no family (NOP,
/// EXTENDED_ARG): nothing is left out.
pub const VOICES: [Voice; Family::COUNT] = [
    Voice {
        family: Family::Rest,
        seat: Seat { name: "bass", instrument: Instrument::Melodic(Patch::FINGERED_BASS), pan: 64, level: RHYTHM_LEVEL },
        transposed: -24,
        velocity: 72,
    },
    voice(Family::Load, "load", Patch::MARIMBA, 52, 0, 66),
    voice(Family::Store, "store", Patch::VIBRAPHONE, 60, -12, 72),
    voice(Family::Scope, "scope", Patch::KALIMBA, 70, 0, 72),
    voice(Family::Stack, "stack", Patch::HARP, 90, 0, 66),
    voice(Family::Arith, "arith", Patch::XYLOPHONE, 46, 0, 72),
    voice(Family::Test, "test", Patch::PIZZICATO, 76, 0, 78),
    voice(Family::Jump, "jump", Patch::CELESTA, 84, 12, 68),
    voice(Family::Loop, "loop", Patch::MUSIC_BOX, 40, 12, 82),
    voice(Family::Call, "call", Patch::FLUTE, 64, 0, 86),
    voice(Family::Build, "build", Patch::GLOCKENSPIEL, 36, 12, 72),
    voice(Family::Attr, "attr", Patch::ELECTRIC_PIANO, 96, 12, 76),
    voice(Family::Subscr, "subscr", Patch::NYLON_GUITAR, 30, 0, 80),
    voice(Family::Except, "except", Patch::BRASS, 64, -12, 88),
    voice(Family::Gen, "gen", Patch::CLARINET, 56, 0, 80),
];

// The loudest note there can be is still a velocity, so that nothing is cut off unheard.
const _: () = {
    let mut voice = 0;
    while voice < VOICES.len() {
        assert!(VOICES[voice].velocity as u16 + (ROUNDS - 1) * VELOCITY_A_ROUND as u16 <= 127);
        voice += 1;
    }
    assert!(STROKE_VELOCITY as u32 + u16::MAX as u32 / (COUNT_A_STROKE * COUNT_A_STROKE) <= 127);
};

fn voice_of(family: Family) -> usize {
    VOICES.iter().position(|voice| voice.family == family).unwrap_or_default()
}

/// The parts of the style: drums, then a voice for each family.
pub(super) fn seats() -> Vec<Seat> {
    let drums = Seat { name: "drums", instrument: Instrument::Drums, pan: 64, level: RHYTHM_LEVEL };
    std::iter::once(drums).chain(VOICES.iter().map(|voice| voice.seat)).collect()
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
    is_tuned: bool,
    /// Whether it was said what a note stands for.
    is_remarked: bool,
}

impl Faithful {
    pub fn new(title: &str, style: &Style, key: Key) -> Self {
        Self {
            title: title.to_owned(),
            tempo: style.tempo.unwrap_or(Tempo::nearest(f64::from(TEMPO))),
            key,
            sheet: Sheet::new(&seats()),
            visit: Vec::new(),
            at: Tick::default(),
            frame_depth: 0,
            function: None,
            markers: Vec::new(),
            is_tuned: false,
            is_remarked: false,
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
        let is_first = !std::mem::replace(&mut self.is_remarked, true);
        let remarks = is_first.then(|| Text { at: Tick::default(), text: "1 note = 1 instruction".to_owned() }).into_iter().collect();
        Score {
            title: self.title.clone(),
            tempo: self.tempo,
            key: self.key,
            parts: self.sheet.take(),
            harmony: Vec::new(),
            markers: std::mem::take(&mut self.markers),
            remarks,
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
        self.tune(&first);
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
        let state = state(&first);
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

    /// The tuning figure, once; the music begins on the bar behind it.
    fn tune(&mut self, first: &Gesture) {
        if std::mem::replace(&mut self.is_tuned, true) {
            return;
        }
        for (index, pitch) in (0..).zip(tuning(self.key)) {
            let at = self.at + Ticks(index * TUNING_STEP.0);
            self.sheet.write_at(BASS, at, TUNING_STEP, pitch, f64::from(TUNING_VELOCITY), state(first));
        }
        self.at = self.at + Ticks(TICKS_PER_BAR);
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

    /// Strokes that tell how many frames were entered or left since the note before.
    fn tell_frames(&mut self, gesture: &Gesture, at: Tick) {
        let (from, to) = (self.frame_depth, gesture.frame_depth);
        self.frame_depth = to;
        let counts = if to > from { Count::Entered } else { Count::Left };
        self.tell(counts, u32::from(from.abs_diff(to)), gesture, at);
    }

    /// Tells an amount with as few strokes as there are, the greater first.
    fn tell(&mut self, counts: Count, amount: u32, gesture: &Gesture, at: Tick) {
        let mut left = amount;
        for stroke in STROKES.iter().filter(|stroke| stroke.counts == counts) {
            let count = left / stroke.worth;
            left %= stroke.worth;
            if count > 0 {
                let velocity = f64::from(STROKE_VELOCITY) + f64::from(count);
                self.sheet.write_at(DRUMS, at, Ticks(TICKS_PER_SIXTEENTH / 2), stroke.drum.pitch(), velocity, state(gesture));
            }
        }
    }

    fn write_note(&mut self, gesture: &Gesture, at: Tick, lasts: Ticks) {
        let depth = gesture.depth.first;
        let (round, step) = (depth / ROUND, depth % ROUND);
        self.tell(Count::Deeper, u32::from(round / ROUNDS) * BEYOND, gesture, at);
        let family = Family::ALL.into_iter().find(|&family| gesture.count(family) > 0).unwrap_or(Family::Rest);
        let index = voice_of(family);
        let voice = &VOICES[index];
        let pitch = Pitch::within(base_of(self.key) + voice.transposed + self.key.pentatonic(i32::from(step)), 0, 127);
        let velocity = f64::from(voice.velocity) + f64::from(round % ROUNDS) * f64::from(VELOCITY_A_ROUND);
        self.sheet.write_at(BASS + index, at, lasts, pitch, velocity, super::figures::cause(gesture));
    }
}

/// The cause of what stands for no instruction.
fn state(gesture: &Gesture) -> Cause {
    Cause { steps: 0, is_state: true, ..super::figures::cause(gesture) }
}
