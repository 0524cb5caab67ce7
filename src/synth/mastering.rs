//! Master and limiter over the mix, and what they did to it done to every stem: the gain is ridden by the mix
//! alone, sample by sample, so that the stems go on adding up to it.

use super::limiter::{self, Delay, Limiter};
use super::master::{Filter, Master};
use super::{FRAMES, NOTHING, Stereo};

/// Silent blocks in a row after which nothing waits in a strip.
const QUIET_AFTER: u32 = (limiter::LATENCY / FRAMES) as u32 + 2;

#[derive(Debug)]
pub struct Mastering {
    master: Master,
    limiter: Limiter,
    strips: Vec<Strip>,
}

/// What a stem goes through on its own.
#[derive(Debug)]
struct Strip {
    filter: Filter,
    delay: Delay,
    silent_blocks: u32,
}

impl Mastering {
    pub fn new(sample_rate_hz: u32, stems: usize) -> Self {
        let rate = f64::from(sample_rate_hz);
        let strip = || Strip { filter: Filter::new(rate), delay: Delay::new(), silent_blocks: QUIET_AFTER };
        Self { master: Master::new(rate), limiter: Limiter::new(rate), strips: (0..stems).map(|_| strip()).collect() }
    }

    /// Masters a block of the mix, which is the first line, and of the stems, which follow.
    pub fn render(&mut self, lines: &mut [Stereo]) {
        let Some((mix, stems)) = lines.split_first_mut() else { return };
        let mut gains = [[1.0; FRAMES]; 2];
        self.master.render(mix, &mut gains);
        let ramp = self.limiter.render(mix);
        for (strip, stem) in self.strips.iter_mut().zip(stems) {
            let is_fed = stem.iter().flatten().any(|sample| *sample != 0.0);
            if !is_fed && strip.silent_blocks >= QUIET_AFTER {
                continue;
            }
            strip.filter.render(stem);
            let is_silent = !is_fed && stem.iter().flatten().all(|sample| sample.abs() < NOTHING);
            strip.silent_blocks = if is_silent { strip.silent_blocks + 1 } else { 0 };
            for (side, gains) in stem.iter_mut().zip(&gains) {
                for (sample, gain) in side.iter_mut().zip(gains) {
                    *sample *= gain;
                }
            }
            strip.delay.render(stem);
            stem.iter_mut().for_each(|side| ramp.apply(side));
            if strip.silent_blocks == QUIET_AFTER {
                strip.clear();
            }
        }
    }

    /// After silence: as if nothing had ever been played, but for the fader.
    pub fn clear(&mut self) {
        self.master.clear();
        self.limiter.clear();
        self.strips.iter_mut().for_each(Strip::clear);
    }
}

impl Strip {
    fn clear(&mut self) {
        self.filter.clear();
        self.delay.clear();
        self.silent_blocks = QUIET_AFTER;
    }
}
