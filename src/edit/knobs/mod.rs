//! Knobs: numbers of a program that its own comments offer to be turned while it is heard.
//!
//! ```text
//! n = 8          # knob: n 1..64 cc 20
//! speed = 0.5    # knob: 0.1..2.0 cc 21 channel 2 step 0.1
//! ```
//!
//! The name may be left out where one number is assigned on the line; without `cc` only the mouse and the
//! keys turn it. A turned program is its text with another number in it: nothing else moves. What is wrong
//! in such a comment is told in a line and keeps no program from running. Knows no ports and no windows.

mod number;
mod reader;

use std::ops::Range;

use number::{decimals, number};

/// Positions of a controller besides 0: its value has seven bits (MIDI 1.0, "Control Change").
const POSITIONS: f64 = 127.0;

/// Decimals that are written out at most: an `f64` has no more of its own.
const MOST_DECIMALS: usize = 17;

/// A number that can be turned.
#[derive(Debug, Clone, PartialEq)]
pub struct Knob {
    /// As the program calls it.
    pub name: String,
    /// From 1.
    pub line: u32,
    /// What it is now; it may be outside its bounds until it is turned.
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// Whether it moves in whole numbers.
    pub is_whole: bool,
    /// 0 to 119; `None` if no controller turns it.
    pub controller: Option<u8>,
    /// 1 to 16; `None` listens to all.
    pub channel: Option<u8>,
    step: Option<f64>,
    /// Where the number is written, its sign included.
    literal: Range<usize>,
}

/// What is wrong with a knob's comment, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {told}")]
pub struct KnobMistake {
    /// From 1.
    pub line: u32,
    pub told: String,
}

/// A controller was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// 1 to 16, as people count them.
    pub channel: u8,
    pub controller: u8,
    /// 0 to 127.
    pub value: u8,
}

/// The knobs of a text, in its order, and what is wrong with those that are none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Knobs {
    pub knobs: Vec<Knob>,
    pub mistakes: Vec<KnobMistake>,
}

impl Knobs {
    /// Finds the knobs of a text. Total: a text without any, or which is no Python, has none.
    pub fn of(text: &str) -> Self {
        reader::read(text)
    }

    /// Which knob a controller turns, and to what.
    pub fn turned_by(&self, turn: Turn) -> Option<(usize, f64)> {
        let is_meant = |knob: &Knob| knob.controller == Some(turn.controller) && knob.channel.is_none_or(|channel| channel == turn.channel);
        let index = self.knobs.iter().position(is_meant)?;
        Some((index, self.knobs[index].at(turn.value)))
    }
}

impl Knob {
    /// The value for a controller's position `v` of 127: LOW + (HIGH - LOW) * v / 127, rounded to the knob's step.
    /// 0 is LOW and 127 is HIGH.
    pub fn at(&self, v: u8) -> f64 {
        self.nearest(self.low + (self.high - self.low) * f64::from(v.min(127)) / POSITIONS)
    }

    /// The value that the knob can have which is next to `value`: whole steps from LOW, and HIGH.
    pub fn nearest(&self, value: f64) -> f64 {
        let value = if value.is_nan() { self.low } else { value.clamp(self.low, self.high) };
        let stepped = self.stepped(libm::round((value - self.low) / self.step()));
        // The last step may be a short one.
        let near = if self.high - value < libm::fabs(value - stepped) { self.high } else { stepped };
        self.rounded(near)
    }

    /// The value so many steps from where it is.
    pub fn nudged(&self, steps: i32) -> f64 {
        let now = self.nearest(self.value);
        // A hair less than what is whole but for its last bit.
        let last = libm::ceil((self.high - self.low) / self.step() - 1e-9);
        let place = if now >= self.high { last } else { libm::round((now - self.low) / self.step()) };
        self.rounded(self.stepped((place + f64::from(steps)).clamp(0.0, last)))
    }

    fn stepped(&self, steps: f64) -> f64 {
        (self.low + steps * self.step()).min(self.high)
    }

    /// A value as it reads in the program.
    fn rounded(&self, value: f64) -> f64 {
        self.written(value).parse().unwrap_or(value)
    }

    /// How far apart the values are that it can have: 1, or a 127th of the range where that is not whole, unless its
    /// comment says otherwise.
    pub fn step(&self) -> f64 {
        self.step.unwrap_or(if self.is_whole { 1.0 } else { (self.high - self.low) / POSITIONS })
    }

    /// A value as it stands in the program: a float stays one.
    pub fn written(&self, value: f64) -> String {
        if self.is_whole {
            return format!("{}", libm::round(value) as i64);
        }
        let said = [Some(self.low), Some(self.high), self.step].into_iter().flatten().map(decimals).max().unwrap_or(0);
        // Where the comment says no step, enough of them to be within a tenth of it.
        let needed = match self.step {
            Some(_) => 0,
            None => libm::ceil(-libm::log10(self.step() / 10.0)).clamp(0.0, 400.0) as usize,
        };
        let places = said.max(needed);
        let value = if value == 0.0 { 0.0 } else { value };
        if places > MOST_DECIMALS {
            return format!("{value:?}");
        }
        let long = format!("{value:.places$}");
        let (whole, fraction) = long.split_once('.').unwrap_or((&long, ""));
        let fraction = fraction.trim_end_matches('0');
        let whole = if fraction.is_empty() && whole == "-0" { "0" } else { whole };
        format!("{whole}.{}", if fraction.is_empty() { "0" } else { fraction })
    }

    /// `text`, which this is a knob of, with the value next to `value` in place of the number.
    pub fn turned(&self, text: &str, value: f64) -> String {
        let mut turned = text.to_owned();
        if text.get(self.literal.clone()).is_some_and(|literal| number(literal).is_some()) {
            turned.replace_range(self.literal.clone(), &self.written(self.nearest(value)));
        }
        turned
    }

    /// Its bounds as its comment has them.
    pub fn bounds(&self) -> String {
        format!("{}..{}", self.written(self.low), self.written(self.high))
    }

    /// `cc 20 channel 2`; empty if no controller turns it.
    pub fn controller_words(&self) -> String {
        let channel = self.channel.map_or(String::new(), |channel| format!(" channel {channel}"));
        self.controller.map_or(String::new(), |controller| format!("cc {controller}{channel}"))
    }

    /// `n = 12`: what it is now.
    pub fn told(&self) -> String {
        format!("{} = {}", self.name, self.written(self.value))
    }
}
