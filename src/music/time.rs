//! Moments and spans of musical time. Whole ticks; seconds and samples are worked out last, from the
//! start of the piece, so that rounding has nowhere to gather.

use std::fmt;
use std::ops::{Add, Sub};

/// Resolution of every piece. 480 is what sequencers agree on, and a multiple of 24 (MIDI clock).
pub const TICKS_PER_QUARTER: u32 = 480;
pub const TICKS_PER_SIXTEENTH: u32 = TICKS_PER_QUARTER / 4;
/// All our music is in 4/4.
pub const TICKS_PER_BAR: u32 = TICKS_PER_QUARTER * 4;

/// A moment, counted from the start of the piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Tick(pub u32);

/// A span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Ticks(pub u32);

impl Add<Ticks> for Tick {
    type Output = Tick;
    fn add(self, span: Ticks) -> Tick {
        Tick(self.0.saturating_add(span.0))
    }
}

impl Sub for Tick {
    type Output = Ticks;
    /// The span from `earlier` to here; none if `earlier` is in fact later.
    fn sub(self, earlier: Tick) -> Ticks {
        Ticks(self.0.saturating_sub(earlier.0))
    }
}

impl Tick {
    /// The start of bar `bar`, counted from 0.
    pub const fn of_bar(bar: u32) -> Self {
        Self(bar * TICKS_PER_BAR)
    }

    /// The bar this moment falls in, counted from 0.
    pub const fn bar(self) -> u32 {
        self.0 / TICKS_PER_BAR
    }

    /// The sample on which this moment falls, rounded down, counted from the start of the piece.
    pub fn sample(self, tempo: Tempo, sample_rate_hz: u32) -> u64 {
        u64::from(self.0) * 60 * u64::from(sample_rate_hz) / (u64::from(tempo.quarters_per_minute()) * u64::from(TICKS_PER_QUARTER))
    }

    /// Seconds from the start of the piece.
    pub fn seconds(self, tempo: Tempo) -> f64 {
        f64::from(self.0) * 60.0 / (f64::from(tempo.quarters_per_minute()) * f64::from(TICKS_PER_QUARTER))
    }
}

impl fmt::Display for Tick {
    /// Bar, sixteenth and rest of ticks, the first two counted from 1: `3:05+0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let within = self.0 % TICKS_PER_BAR;
        write!(f, "{}:{:02}+{}", self.bar() + 1, within / TICKS_PER_SIXTEENTH + 1, within % TICKS_PER_SIXTEENTH)
    }
}

/// Quarters per minute, 20 to 400: slower is no beat any more, faster is no longer heard as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tempo(u16);

impl Tempo {
    pub const SLOWEST: u16 = 20;
    pub const FASTEST: u16 = 400;

    /// `None` outside 20 to 400.
    pub const fn new(quarters_per_minute: u16) -> Option<Self> {
        if quarters_per_minute >= Self::SLOWEST && quarters_per_minute <= Self::FASTEST { Some(Self(quarters_per_minute)) } else { None }
    }

    /// The nearest tempo to a computed one.
    pub fn nearest(quarters_per_minute: f64) -> Self {
        Self(quarters_per_minute.round().clamp(f64::from(Self::SLOWEST), f64::from(Self::FASTEST)) as u16)
    }

    pub const fn quarters_per_minute(self) -> u16 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn later_ticks_never_sound_earlier(a: u32, b: u32, q in Tempo::SLOWEST..=Tempo::FASTEST) {
            let (tempo, first, last) = (Tempo::new(q).unwrap(), a.min(b), a.max(b));
            prop_assert!(Tick(first).sample(tempo, 48_000) <= Tick(last).sample(tempo, 48_000));
        }
    }

    #[test]
    fn a_quarter_at_60_lasts_a_second() {
        assert_eq!(Tick(TICKS_PER_QUARTER).sample(Tempo::new(60).unwrap(), 48_000), 48_000);
        assert_eq!(Tempo::new(19), None);
        assert_eq!(Tick(TICKS_PER_BAR * 2 + 4 * TICKS_PER_SIXTEENTH).to_string(), "3:05+0");
    }
}
