//! The paper: parts that take notes by bar and sixteenth.

use std::ops::Range;

use crate::music::{Instrument, Level, Pan, Pitch, TICKS_PER_SIXTEENTH, Tick, Ticks, Velocity};
use crate::score::{Cause, Note, Part};

/// The pitches that a part plays, an octave (less a semitone) or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Register {
    pub low: u8,
    pub high: u8,
}

impl Register {
    pub const ALL: Self = Self { low: 0, high: 127 };
    /// Semitones from the lowest to the highest note at least, so that every pitch has its place in it.
    pub const SMALLEST: u8 = 11;

    /// A pitch of the class of `number`.
    pub fn of(self, number: i32) -> Pitch {
        Pitch::within(number, self.low, self.high)
    }

    /// A pitch of the class of `number` in the lowest octave.
    pub fn lowest(self, number: i32) -> Pitch {
        Pitch::within(number, self.low, self.low + Self::SMALLEST)
    }
}

/// A part of the band before it has notes.
#[derive(Debug, Clone, PartialEq)]
pub struct Seat {
    pub name: &'static str,
    pub instrument: Instrument,
    /// Channel that is asked for, from 1 to 16.
    pub channel: Option<u8>,
    /// 0 left, 64 centre, 127 right.
    pub pan: Pan,
    /// Controller 7, 0 to 127.
    pub level: Level,
    /// How hard its notes are struck, before accents and arcs.
    pub velocity: f64,
    pub register: Register,
    /// Of a bass, where it plays under deep call stacks.
    pub deep: Register,
    /// Pitch around which it plays.
    pub centre: i32,
    /// Octaves above or below the others.
    pub octave: i32,
    /// Notes end where the next begins; they do not ring on.
    pub is_blown: bool,
    /// Strokes, or sixteenths, for each step of what it tells.
    pub counts: Vec<u32>,
}

#[derive(Debug, Clone)]
pub struct Sheet {
    parts: Vec<Part>,
}

impl Sheet {
    pub fn new(seats: &[Seat]) -> Self {
        let parts = seats
            .iter()
            .map(|seat| Part {
                name: seat.name,
                instrument: seat.instrument,
                channel: seat.channel,
                pan: seat.pan,
                level: seat.level,
                notes: Vec::new(),
            })
            .collect();
        Self { parts }
    }

    /// Writes a note at sixteenth `slot` of bar `bar` which lasts `slots` sixteenths.
    pub fn write(&mut self, part: usize, (bar, slot): (u32, u32), slots: u32, pitch: Pitch, velocity: f64, cause: Cause) {
        let at = Tick::of_bar(bar) + Ticks(slot * TICKS_PER_SIXTEENTH);
        self.write_at(part, at, Ticks(slots * TICKS_PER_SIXTEENTH), pitch, velocity, cause);
    }

    pub fn write_at(&mut self, part: usize, at: Tick, lasts: Ticks, pitch: Pitch, velocity: f64, cause: Cause) {
        // A little short of the next onset, so that repeated notes are heard as such.
        let lasts = Ticks(lasts.0 - lasts.0 / 16);
        self.parts[part].notes.push(Note { at, lasts, pitch, velocity: Velocity::nearest(velocity), cause });
    }

    /// Strikes the notes of one bar harder by so much, on these parts.
    pub fn brighten(&mut self, parts: Range<usize>, bar: u32, by: f64) {
        for note in self.parts[parts].iter_mut().flat_map(|part| &mut part.notes).filter(|note| note.at.bar() == bar) {
            note.velocity = Velocity::nearest(f64::from(note.velocity.value()) + by);
        }
    }

    /// Lets the notes of a part in one bar carry the steps of `cause` among them; tells how many they are.
    pub fn share(&mut self, part: usize, bar: u32, cause: Cause) -> u32 {
        let mut notes: Vec<&mut Note> = self.parts[part].notes.iter_mut().filter(|note| note.at.bar() == bar).collect();
        let (count, mut left) = (notes.len() as u64, cause.steps);
        for (index, note) in notes.iter_mut().enumerate() {
            let steps = left.div_ceil(count - index as u64);
            left -= steps;
            note.cause = Cause { steps, ..cause };
        }
        count as u32
    }

    /// Gives up what was written since the last call, with all parts in their order.
    pub fn take(&mut self) -> Vec<Part> {
        self.parts
            .iter_mut()
            .map(|part| {
                let mut notes = std::mem::take(&mut part.notes);
                notes.sort_by_key(|note| (note.at, note.pitch));
                Part { notes, ..part.clone() }
            })
            .collect()
    }
}
