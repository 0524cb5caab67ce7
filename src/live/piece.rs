//! The piece that is played, which may still grow while it sounds. Knows nothing of clocks.

use crate::music::{TICKS_PER_BAR, Tempo, Tick};
use crate::perform::{Channel, ChannelSetup, Cue, CueKind, Performance};
use crate::score::Cause;

/// Names a piece for as long as its player lives. They count up; the first of all is no piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PieceId(pub(super) u64);

pub struct Piece {
    pub setups: Vec<ChannelSetup>,
    /// Sorted by moment; only grows.
    pub cues: Vec<Cue>,
    /// Why each note is there, by the number its stroke has here: they count on over all that was appended.
    pub causes: Vec<Cause>,
    pub end: Tick,
    /// Nothing will be appended.
    pub is_whole: bool,
}

impl Piece {
    pub fn new(performance: &Performance, is_whole: bool) -> Self {
        let mut piece = Self { setups: performance.setups.clone(), cues: Vec::new(), causes: Vec::new(), end: Tick(0), is_whole };
        piece.append(performance);
        piece
    }

    /// Adds the cues from the present end on; those before it have been heard. So the performance may
    /// be the continuation alone or the whole piece again, longer.
    pub fn append(&mut self, performance: &Performance) {
        let news = performance.cues.iter().filter(|cue| cue.at >= self.end).copied();
        // Of a note that was cut at the old end, and of one released there, the release is there already.
        let mut sounding = std::collections::BTreeSet::<(Channel, u8)>::new();
        for mut cue in news {
            let is_meant = match &mut cue.kind {
                CueKind::On { pitch, note, .. } => {
                    sounding.insert((cue.channel, pitch.number()));
                    let number = self.causes.len() as u32;
                    self.causes.push(performance.causes.get(*note as usize).copied().unwrap_or_default());
                    *note = number;
                    true
                }
                CueKind::Off { pitch } => sounding.remove(&(cue.channel, pitch.number())),
            };
            if is_meant {
                self.cues.push(cue);
            }
        }
        self.end = self.end.max(performance.end).max(self.cues.last().map_or(Tick(0), |cue| cue.at));
    }

    /// The number of the first cue at `moment` or later.
    pub fn first_cue_from(&self, moment: Tick) -> usize {
        self.cues.partition_point(|cue| cue.at < moment)
    }

    /// The number of the first cue which falls on `frame` or later.
    pub fn first_cue_from_frame(&self, frame: u64, tempo: Tempo, sample_rate_hz: u32) -> usize {
        self.cues.partition_point(|cue| cue.at.sample(tempo, sample_rate_hz) < frame)
    }
}

/// The first bar line which does not fall before `frame`.
pub fn bar_line_from(frame: u64, tempo: Tempo, sample_rate_hz: u32) -> Tick {
    let bar = tick_at(frame, tempo, sample_rate_hz).bar();
    let line = Tick::of_bar(bar);
    if line.sample(tempo, sample_rate_hz) < frame { Tick(line.0.saturating_add(TICKS_PER_BAR)) } else { line }
}

/// The last tick whose sample is not after `frame`: what is heard there.
pub fn tick_at(frame: u64, tempo: Tempo, sample_rate_hz: u32) -> Tick {
    let ticks_per_minute = u128::from(tempo.quarters_per_minute()) * u128::from(crate::music::TICKS_PER_QUARTER);
    let frames_per_minute = u128::from(sample_rate_hz) * 60;
    let tick = ((u128::from(frame) + 1) * ticks_per_minute - 1) / frames_per_minute;
    Tick(u32::try_from(tick).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_tick_is_reached_on_its_sample_and_not_before(tick: u32, quarters in Tempo::SLOWEST..=Tempo::FASTEST, rate in 8_000u32..200_000) {
            let tempo = Tempo::new(quarters).unwrap();
            let sample = Tick(tick).sample(tempo, rate);
            prop_assert!(tick_at(sample, tempo, rate) >= Tick(tick));
            prop_assert!(sample == 0 || tick_at(sample - 1, tempo, rate) < Tick(tick));
        }

        #[test]
        fn a_bar_line_from_a_frame_is_the_first_not_before_it(bar in 0u32..10_000, early in 0u64..5_000, quarters in Tempo::SLOWEST..=Tempo::FASTEST, rate in 8_000u32..200_000) {
            let tempo = Tempo::new(quarters).unwrap();
            let line = Tick::of_bar(bar);
            prop_assert_eq!(bar_line_from(line.sample(tempo, rate), tempo, rate), line);
            prop_assert_eq!(bar_line_from(line.sample(tempo, rate) + 1, tempo, rate), Tick::of_bar(bar + 1));
            let frame = line.sample(tempo, rate).saturating_sub(early);
            let found = bar_line_from(frame, tempo, rate);
            prop_assert!(found <= line && found.sample(tempo, rate) >= frame);
        }
    }
}
