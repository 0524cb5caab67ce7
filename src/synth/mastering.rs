//! Master and limiter over the mix, and what they did to it done to every stem: the gain is ridden by the mix
//! alone, sample by sample, so that the stems go on adding up to it.

use super::limiter::{Delay, Limiter};
use super::master::{Filter, Master};
use super::{FRAMES, Stereo};

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
}

impl Mastering {
    pub fn new(sample_rate_hz: u32, stems: usize) -> Self {
        let rate = f64::from(sample_rate_hz);
        let strip = || Strip { filter: Filter::new(rate), delay: Delay::new() };
        Self { master: Master::new(rate), limiter: Limiter::new(rate), strips: (0..stems).map(|_| strip()).collect() }
    }

    /// Masters a block of the mix, which is the first line, and of the stems, which follow.
    pub fn render(&mut self, lines: &mut [Stereo]) {
        let Some((mix, stems)) = lines.split_first_mut() else { return };
        let mut gains = [[1.0; FRAMES]; 2];
        self.master.render(mix, &mut gains);
        let ramp = self.limiter.render(mix);
        for (strip, stem) in self.strips.iter_mut().zip(stems) {
            strip.filter.render(stem);
            for (side, gains) in stem.iter_mut().zip(&gains) {
                for (sample, gain) in side.iter_mut().zip(gains) {
                    *sample *= gain;
                }
            }
            strip.delay.render(stem);
            stem.iter_mut().for_each(|side| ramp.apply(side));
        }
    }

    /// After silence: as if nothing had ever been played, but for the fader.
    pub fn clear(&mut self) {
        self.master.clear();
        self.limiter.clear();
        for strip in &mut self.strips {
            strip.filter.clear();
            strip.delay.clear();
        }
    }
}
