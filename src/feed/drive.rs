//! What the beat has released of a program that it drives: arithmetic from where the music is to instructions.
//! Knows no clock and no program.
//!
//! A bar of the music stands for the instructions of one bar of beats. The band is written two bars ahead, so three
//! must have run before it begins; the half bar besides is the time in which the fourth is told, written and sent.

use crate::music::{TICKS_PER_SIXTEENTH, Tick};

const SIXTEENTHS_A_BEAT: u64 = 4;
const SIXTEENTHS_A_BAR: u64 = 16;

/// Bars which must be known before the first is heard: it is written when the two behind it are.
pub(super) const FIRST_BARS: u32 = 3;

/// Sixteenths by which the program is ahead of what is heard. Half a bar more than the first bars: at 120 quarters a
/// minute a second, at 400 a third of one, for a device that holds back a tenth. Less, and the music may come to
/// stand; more, and what is heard ran longer ago.
const LEAD: u64 = FIRST_BARS as u64 * SIXTEENTHS_A_BAR + 8;

/// How fast the beat drives a program: instructions which a quarter releases. Where every instruction is a note the
/// notes drive it instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drive(u32);

impl Drive {
    /// A bar of a band is then 64 instructions: about a dozen lines, few enough that each is heard.
    pub const USUAL: Self = Self(16);
    /// More than any interpreter runs under a trace in a beat.
    pub const MOST: u32 = 1_000_000;

    /// `None` unless it is 1 to [`Self::MOST`].
    pub fn new(per_beat: u32) -> Option<Self> {
        (1..=Self::MOST).contains(&per_beat).then_some(Self(per_beat))
    }

    pub fn per_beat(self) -> u32 {
        self.0
    }
}

/// What the beat has released so far.
#[derive(Debug)]
pub(super) struct Released {
    per_beat: u64,
    /// The furthest moment that was heard: to hear a bar again releases nothing.
    heard: Tick,
    /// Sixteenths whose instructions were granted, or forfeited.
    sixteenths: u64,
}

impl Released {
    pub fn new(drive: Drive) -> Self {
        Self { per_beat: drive.0.into(), heard: Tick::default(), sixteenths: 0 }
    }

    pub fn hear(&mut self, now: Tick) {
        self.heard = self.heard.max(now);
    }

    pub fn heard(&self) -> Tick {
        self.heard
    }

    pub fn steps_per_bar(&self) -> f64 {
        (SIXTEENTHS_A_BAR * self.per_beat / SIXTEENTHS_A_BEAT) as f64
    }

    /// Instructions that so many sixteenths release: counted from the beginning, so that no remainder is lost.
    fn until(&self, sixteenths: u64) -> u64 {
        sixteenths * self.per_beat / SIXTEENTHS_A_BEAT
    }

    /// What to grant towards the bar that is gathered, if so much is left of what was granted before. A program
    /// which waits is granted no more than a bar: what it sleeps through is forfeited.
    pub fn grant(&mut self, bar: u32, left: u64) -> Option<u32> {
        let due = (LEAD + u64::from(self.heard.0 / TICKS_PER_SIXTEENTH)).min(end_of(bar));
        if due <= self.sixteenths {
            return None;
        }
        let share = self.until(due) - self.until(self.sixteenths);
        self.sixteenths = due;
        let room = self.until(SIXTEENTHS_A_BAR).saturating_sub(left);
        u32::try_from(share.min(room)).ok().filter(|&steps| steps > 0)
    }

    /// Whether the beats of a bar are over.
    pub fn has_released(&self, bar: u32) -> bool {
        self.sixteenths >= end_of(bar)
    }

    /// Whether the program has not used what a whole beat released, if so much is left.
    pub fn is_behind(&self, left: u64) -> bool {
        left >= self.per_beat
    }
}

fn end_of(bar: u32) -> u64 {
    (u64::from(bar) + 1) * SIXTEENTHS_A_BAR
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::{TICKS_PER_BAR, TICKS_PER_QUARTER};
    use proptest::prelude::*;

    /// All that is granted until a moment, to a program which uses it up at once.
    fn granted(released: &mut Released, bar: &mut u32, now: Tick) -> u64 {
        released.hear(now);
        let mut sum = 0;
        loop {
            sum += released.grant(*bar, 0).map_or(0, u64::from);
            if !released.has_released(*bar) {
                return sum;
            }
            *bar += 1;
        }
    }

    proptest! {
        #[test]
        fn every_beat_releases_its_instructions_whatever_the_remainders(per_beat in 1u32..1000, steps in prop::collection::vec(1u32..3000, 1..60)) {
            let (mut released, mut bar) = (Released::new(Drive::new(per_beat).unwrap()), 0);
            let mut sum = granted(&mut released, &mut bar, Tick(0));
            prop_assert_eq!(sum, u64::from(per_beat) * 14);
            let mut now = 0;
            for step in steps {
                now += step;
                sum += granted(&mut released, &mut bar, Tick(now));
                prop_assert_eq!(sum, (56 + u64::from(now / TICKS_PER_SIXTEENTH)) * u64::from(per_beat) / 4);
            }
            let beats = now.div_ceil(TICKS_PER_QUARTER);
            sum += granted(&mut released, &mut bar, Tick(beats * TICKS_PER_QUARTER));
            prop_assert_eq!(sum, u64::from(14 + beats) * u64::from(per_beat));
        }
    }

    #[test]
    fn what_is_heard_again_releases_nothing() {
        let (mut released, mut bar) = (Released::new(Drive::USUAL), 0);
        granted(&mut released, &mut bar, Tick::of_bar(4));
        assert_eq!(granted(&mut released, &mut bar, Tick::of_bar(2)), 0);
        assert_eq!(granted(&mut released, &mut bar, Tick(4 * TICKS_PER_BAR + TICKS_PER_QUARTER)), 16);
    }

    #[test]
    fn a_program_that_waits_saves_up_a_bar_and_no_more() {
        let mut released = Released::new(Drive::USUAL);
        let mut left = 0;
        for bar in 0..100 {
            released.hear(Tick::of_bar(bar));
            left += released.grant(bar, left).map_or(0, u64::from);
            assert!(left <= 64 && released.has_released(bar));
        }
        assert!(left == 64 && released.is_behind(left));
    }

    #[test]
    fn a_drive_is_a_number_that_means_something() {
        assert_eq!([0, 1, Drive::MOST, Drive::MOST + 1].map(|number| Drive::new(number).is_some()), [false, true, true, false]);
    }
}
