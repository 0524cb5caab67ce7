//! How fast the music is heard: as it is written, or at a pace finer than whole quarters a minute, as a
//! foreign clock has it. Whole numbers, so that rounding has nowhere to gather.

use crate::music::Tempo;

/// Bits behind the point of a pace and of a stride. A piece that lasts a day then ends within a frame of where
/// it would with more.
const POINT: u32 = 32;

/// Quarters per minute, between the slowest and the fastest tempo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pace(u64);

impl Pace {
    /// The nearest pace to a computed one.
    pub fn nearest(quarters_per_minute: f64) -> Self {
        let bounded = quarters_per_minute.clamp(f64::from(Tempo::SLOWEST), f64::from(Tempo::FASTEST));
        Self((bounded * (1u64 << POINT) as f64) as u64)
    }

    pub fn quarters_per_minute(self) -> f64 {
        self.0 as f64 / (1u64 << POINT) as f64
    }

    /// As it is stored in one word, in which none is 0.
    pub(super) fn bits(pace: Option<Self>) -> u64 {
        pace.map_or(0, |pace| pace.0)
    }

    pub(super) fn from_bits(bits: u64) -> Option<Self> {
        (bits != 0).then_some(Self(bits))
    }
}

/// How far the music goes while one frame is heard, in frames of the piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stride(u64);

/// A part of a frame which the music has gone beyond its whole frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fraction(u32);

impl Stride {
    pub const AS_WRITTEN: Self = Self(1 << POINT);

    /// Of a piece whose frames are counted at `tempo`.
    pub fn of(pace: Option<Pace>, tempo: Tempo) -> Self {
        pace.map_or(Self::AS_WRITTEN, |pace| Self(pace.0 / u64::from(tempo.quarters_per_minute())))
    }

    /// Frames heard until the music has gone `gap` frames, or more of them than fit a block.
    pub fn heard(self, gap: u64, fraction: Fraction) -> u64 {
        /// More than the longest stride takes in a block.
        const FAR: u64 = 1 << 16;
        ((gap.min(FAR) << POINT).saturating_sub(u64::from(fraction.0))).div_ceil(self.0)
    }

    /// Frames that the music goes while so many are heard; what is over them is kept.
    pub fn gone(self, heard: u64, fraction: &mut Fraction) -> u64 {
        let gone = heard * self.0 + u64::from(fraction.0);
        *fraction = Fraction(gone as u32);
        gone >> POINT
    }

    /// The same roughly, for spans of seconds.
    pub fn scaled(self, frames: u64) -> u64 {
        ((u128::from(frames) * u128::from(self.0)) >> POINT) as u64
    }
}

/// A frame of the piece in another tempo, rounded down. Counted from the start of the piece, so that
/// however often the tempo changes, each change costs less than one frame and none of the cues moves.
pub(super) fn in_tempo(frame: u64, old: Tempo, new: Tempo) -> u64 {
    let scaled = u128::from(frame) * u128::from(old.quarters_per_minute()) / u128::from(new.quarters_per_minute());
    scaled as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::Tick;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cue_to_come_is_still_to_come_in_another_tempo(tick in 0u32..100_000_000, old in 20u16..=400, new in 20u16..=400, early in 0u64..100_000) {
            let (old, new) = (Tempo::new(old).unwrap(), Tempo::new(new).unwrap());
            let frame = Tick(tick).sample(old, 44_100).saturating_sub(early);
            prop_assert!(in_tempo(frame, old, new) <= Tick(tick).sample(new, 44_100));
        }

        #[test]
        fn a_frame_is_reached_when_it_was_said_and_not_before(gap in 1u64..60_000, fraction: u32, pace in 20.0f64..400.0, tempo in 20u16..=400) {
            let stride = Stride::of(Some(Pace::nearest(pace)), Tempo::new(tempo).unwrap());
            let heard = stride.heard(gap, Fraction(fraction));
            prop_assert!(stride.gone(heard, &mut Fraction(fraction)) >= gap);
            prop_assert!(heard == 0 || stride.gone(heard - 1, &mut Fraction(fraction)) < gap);
        }

        #[test]
        fn as_written_a_frame_is_a_frame(gap in 0u64..60_000, fraction: u32) {
            prop_assert_eq!(Stride::AS_WRITTEN.heard(gap, Fraction(fraction)), gap);
            let mut kept = Fraction(fraction);
            prop_assert_eq!((Stride::AS_WRITTEN.gone(gap, &mut kept), kept), (gap, Fraction(fraction)));
            let tempo = Tempo::nearest(97.0);
            prop_assert_eq!(Stride::of(Some(Pace::nearest(97.0)), tempo), Stride::AS_WRITTEN);
        }

        #[test]
        fn parts_of_frames_add_up(pace in 20.0f64..400.0, tempo in 20u16..=400, blocks in 1u64..2_000) {
            let stride = Stride::of(Some(Pace::nearest(pace)), Tempo::new(tempo).unwrap());
            let mut fraction = Fraction::default();
            let gone: u64 = (0..blocks).map(|_| stride.gone(61, &mut fraction)).sum();
            prop_assert!((gone as f64 - (blocks * 61) as f64 * pace / f64::from(tempo)).abs() < 1.1);
        }
    }
}
