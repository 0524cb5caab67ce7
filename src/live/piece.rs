//! The piece that is played, which may still grow while it sounds. Knows nothing of clocks.

use crate::music::{Tempo, Tick};
use crate::perform::{Channel, ChannelSetup, Cue, CueKind, Performance};

pub struct Piece {
    pub setups: Vec<ChannelSetup>,
    /// Sorted by moment; only grows.
    pub cues: Vec<Cue>,
    pub end: Tick,
    /// Nothing will be appended.
    pub is_whole: bool,
}

impl Piece {
    pub fn new(performance: &Performance, is_whole: bool) -> Self {
        let mut piece = Self { setups: performance.setups.clone(), cues: Vec::new(), end: Tick(0), is_whole };
        piece.append(performance);
        piece
    }

    /// Adds the cues from the present end on; those before it have been heard. So the performance may
    /// be the continuation alone or the whole piece again, longer.
    pub fn append(&mut self, performance: &Performance) {
        let news = performance.cues.iter().filter(|cue| cue.at >= self.end).copied();
        // Of a note that was cut at the old end, and of one released there, the release is there already.
        let mut sounding = std::collections::BTreeSet::<(Channel, u8)>::new();
        for cue in news {
            let is_meant = match cue.kind {
                CueKind::On { pitch, .. } => {
                    sounding.insert((cue.channel, pitch.number()));
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
    }
}
