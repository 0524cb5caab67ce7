//! The style `faithful`: one instruction, one note; the notes alone give everything back.
//!
//! A line visit of k instructions takes ⌈k/4⌉ beats and spreads them evenly. The channel tells the
//! family; strokes with a note tell how the frame depth changed; pitch tells the depth of the value
//! stack, and velocity how often that went round the instrument's register. The first bar is a tuning
//! figure, from which the key is heard. [`crate::hear`] is the way back, by the tables of this file.

mod legend;

pub use legend::legend;

use std::sync::Arc;

use super::mapping::{Mapping, Role, Scale};
use super::plan::Plan;
use super::rhythm::spread;
use super::sheet::{Seat, Sheet};
use super::style::Style;
use crate::fold::Gesture;
use crate::music::{Key, Mode, Pitch, TICKS_PER_BAR, TICKS_PER_QUARTER, TICKS_PER_SIXTEENTH, Tempo, Tick, Ticks};
use crate::score::{Cause, Score, Text};
use crate::trace::{Code, CodeId, Family, Outcome};

/// Instructions of a faithful piece unless a limit is set: four to eight minutes.
pub const FAITHFUL_STEPS: u64 = 2_000;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stroke {
    pub drum: Pitch,
    pub counts: Count,
    /// How much each of the things it counts is worth.
    pub worth: u32,
}

const BEYOND: u32 = (ROUND * ROUNDS) as u32;

/// What the strokes count, and how much each of it is worth. Together they reach every depth that a trace can tell;
/// of one [`Count`] the greater come first.
const COUNTED: [(Role, Count, &[u32]); 3] = [
    (Role::Entered, Count::Entered, &[COUNT_A_STROKE * COUNT_A_STROKE, COUNT_A_STROKE, 1]),
    (Role::Left, Count::Left, &[COUNT_A_STROKE * COUNT_A_STROKE, COUNT_A_STROKE, 1]),
    (Role::Deeper, Count::Deeper, &[BEYOND * COUNT_A_STROKE, BEYOND]),
];

/// Strokes that count nothing: every line visit has one, turns of loops another, exceptions a third.
const STEADY: [Role; 3] = [Role::Lines, Role::Kick, Role::Crash];

impl Mapping {
    /// The drums that count, where every instruction is a note.
    pub fn strokes(&self) -> impl Iterator<Item = Stroke> {
        COUNTED.into_iter().flat_map(|(role, counts, worths)| {
            self.kit.drums(role).iter().zip(worths).map(move |(&drum, &worth)| Stroke { drum, counts, worth })
        })
    }

    /// The drums that count nothing, where every instruction is a note.
    pub fn steady(&self) -> impl Iterator<Item = Pitch> {
        STEADY.into_iter().map(|role| self.kit.drum(role))
    }

    /// The voices of the families, where every instruction is a note: the parts behind the drums.
    pub fn voices(&self) -> impl Iterator<Item = (Family, &Seat)> {
        FAMILIES.into_iter().zip(&self.seats()[BASS..])
    }
}

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

/// The parts, in the order of the score: drums, then a voice for each family. With the drums that is every channel
/// there is. The bass plays the instructions of no family (NOP, EXTENDED_ARG): nothing is left out.
pub const PARTS: [&str; 1 + Family::COUNT] = [
    "drums", "bass", "load", "store", "scope", "stack", "arith", "test", "jump", "loop", "call", "build", "attr", "subscr", "except", "gen",
];

/// Of the parts behind the drums.
pub const FAMILIES: [Family; Family::COUNT] = [
    Family::Rest,
    Family::Load,
    Family::Store,
    Family::Scope,
    Family::Stack,
    Family::Arith,
    Family::Test,
    Family::Jump,
    Family::Loop,
    Family::Call,
    Family::Build,
    Family::Attr,
    Family::Subscr,
    Family::Except,
    Family::Gen,
];

/// Loudest that a voice may be written: the deepest stack is still a velocity, so that nothing is cut off unheard.
pub const MOST_VELOCITY: u8 = 127 - (ROUNDS - 1) as u8 * VELOCITY_A_ROUND;

const _: () = assert!(STROKE_VELOCITY as u32 + u16::MAX as u32 / (COUNT_A_STROKE * COUNT_A_STROKE) <= 127);

/// Lowest and highest pitch number of a tonic.
const TONICS: [u8; 2] = [52, 63];

/// Whether a scale, so many octaves up or down, keeps a round of depths among the pitches there are, in every key.
pub fn fits(scale: &Scale, octave: i32) -> bool {
    let highest = [Mode::Major, Mode::Minor].map(|mode| scale.step(mode, i32::from(ROUND) - 1)).into_iter().max().unwrap_or_default();
    let [low, high] = TONICS.map(|tonic| i32::from(tonic) + 12 * octave);
    low >= 0 && high + highest <= 127
}

/// Pitch number, before the key, of a stack depth that has not gone round.
pub fn base_of(key: Key) -> i32 {
    i32::from(Pitch::within(i32::from(key.tonic()), TONICS[0], TONICS[1]).number())
}

/// Writes the style instruction by instruction; the gestures must be of zoom `opcode`.
pub struct Faithful {
    title: String,
    tempo: Tempo,
    key: Key,
    mapping: Arc<Mapping>,
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
    /// In the tempo and key of a plan.
    pub fn new(title: &str, style: &Style, plan: &Plan) -> Self {
        Self {
            title: title.to_owned(),
            tempo: plan.tempo,
            key: plan.key,
            mapping: Arc::clone(&style.mapping),
            sheet: Sheet::new(style.mapping.seats()),
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
        let kit = &self.mapping.kit;
        let strike = |sheet: &mut Sheet, role: Role| {
            sheet.write_at(DRUMS, self.at, Ticks(TICKS_PER_SIXTEENTH), kit.drum(role), kit.velocity(role), state)
        };
        strike(&mut self.sheet, Role::Lines);
        if first.turns > 0 {
            strike(&mut self.sheet, Role::Kick);
        }
        if visit.iter().any(|gesture| gesture.raised > 0) {
            strike(&mut self.sheet, Role::Crash);
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
        for stroke in self.mapping.strokes().filter(|stroke| stroke.counts == counts) {
            let count = left / stroke.worth;
            left %= stroke.worth;
            if count > 0 {
                let velocity = f64::from(STROKE_VELOCITY) + f64::from(count);
                self.sheet.write_at(DRUMS, at, Ticks(TICKS_PER_SIXTEENTH / 2), stroke.drum, velocity, state(gesture));
            }
        }
    }

    fn write_note(&mut self, gesture: &Gesture, at: Tick, lasts: Ticks) {
        let depth = gesture.depth.first;
        let (round, step) = (depth / ROUND, depth % ROUND);
        self.tell(Count::Deeper, u32::from(round / ROUNDS) * BEYOND, gesture, at);
        let family = Family::ALL.into_iter().find(|&family| gesture.count(family) > 0).unwrap_or(Family::Rest);
        let index = FAMILIES.iter().position(|known| *known == family).unwrap_or_default();
        let voice = &self.mapping.seats()[BASS + index];
        let above = self.mapping.scale.step(self.key.mode, i32::from(step));
        let pitch = Pitch::within(base_of(self.key) + 12 * voice.octave + above, 0, 127);
        let velocity = voice.velocity + f64::from(round % ROUNDS) * f64::from(VELOCITY_A_ROUND);
        self.sheet.write_at(BASS + index, at, lasts, pitch, velocity, super::figures::cause(gesture));
    }
}

/// The cause of what stands for no instruction.
fn state(gesture: &Gesture) -> Cause {
    Cause { steps: 0, is_state: true, ..super::figures::cause(gesture) }
}
