//! Keeps the true peak under -1 dBTP: looks ahead, also between the samples (ITU-R BS.1770-5, annex 2:
//! four times the rate), and turns down before the peak arrives. Gain moves in straight lines from
//! block to block, never in steps.

use super::{FRAMES, Stereo};

/// Blocks that are looked ahead. More is gentler and later; three are 4 ms at 48 kHz.
const AHEAD: usize = 3;
/// Frames from a sample to the interpolated points on which it has an influence.
const REACH: usize = 6;
const TAPS: usize = 2 * REACH;
/// Highest peak that leaves, as a factor: -1.8 dB. Under what is promised, for the interpolator here has 12 taps
/// and looks at four points a sample, and what reads the peak later may have more: cymbals can stand 0.6 dB higher
/// between our points.
const CEILING: f32 = 0.812_83;
/// Seconds back up after a peak. Shorter distorts lows, longer pumps.
const RECOVER_S: f64 = 0.08;

/// Frames between what goes in and what comes out.
pub const LATENCY: usize = REACH + AHEAD * FRAMES;

/// A gain that moves in a straight line through a block.
#[derive(Debug, Clone, Copy)]
pub struct Ramp {
    from: f32,
    step: f32,
}

impl Ramp {
    pub fn apply(self, side: &mut [f32; FRAMES]) {
        for (i, sample) in side.iter_mut().enumerate() {
            *sample *= self.from + self.step * (i + 1) as f32;
        }
    }
}

/// Waits as long as the limiter does: what goes beside it comes out beside it.
#[derive(Debug)]
pub struct Delay {
    /// The last frames of the block before, then the blocks that wait.
    late: [[f32; REACH]; 2],
    waiting: [Stereo; AHEAD],
}

impl Delay {
    pub const fn new() -> Self {
        Self { late: [[0.0; REACH]; 2], waiting: [[[0.0; FRAMES]; 2]; AHEAD] }
    }

    pub fn render(&mut self, line: &mut Stereo) {
        let mut fresh = [[0.0; FRAMES]; 2];
        for ((fresh, late), side) in fresh.iter_mut().zip(&mut self.late).zip(line.iter()) {
            fresh[..REACH].copy_from_slice(late);
            fresh[REACH..].copy_from_slice(&side[..FRAMES - REACH]);
            late.copy_from_slice(&side[FRAMES - REACH..]);
        }
        *line = self.waiting[0];
        self.waiting.copy_within(1.., 0);
        self.waiting[AHEAD - 1] = fresh;
    }

    pub fn clear(&mut self) {
        *self = Self::new();
    }
}

#[derive(Debug)]
pub struct Limiter {
    /// Interpolators for a quarter, a half and three quarters of the way.
    between: [[f32; TAPS]; 3],
    /// If no sample is above this, no point between them is above the ceiling.
    harmless: f32,
    /// For each side the last frames of the block before, then the block.
    window: [[f32; TAPS + FRAMES]; 2],
    waiting: [[[f32; FRAMES]; 2]; AHEAD],
    /// Gain that each block needs, the latest last: one before the block that leaves, that block, and those ahead.
    needed: [f32; AHEAD + 2],
    /// Lowest gain needed round a block, of the latest blocks.
    lowest: [f32; AHEAD],
    gain: f32,
    recover: f32,
}

impl Limiter {
    pub fn new(sample_rate_hz: f64) -> Self {
        let between = [0.25, 0.5, 0.75].map(interpolator);
        let loudest = between.iter().map(|taps| taps.iter().map(|tap| tap.abs()).sum::<f32>()).fold(1.0, f32::max);
        Self {
            between,
            harmless: CEILING / loudest,
            window: [[0.0; TAPS + FRAMES]; 2],
            waiting: [[[0.0; FRAMES]; 2]; AHEAD],
            needed: [1.0; AHEAD + 2],
            lowest: [1.0; AHEAD],
            gain: 1.0,
            recover: (1.0 - libm::exp(-(FRAMES as f64) / (RECOVER_S * sample_rate_hz))) as f32,
        }
    }

    /// Takes a block and gives back the one that is due; tells what it was multiplied by.
    pub fn render(&mut self, [left, right]: &mut Stereo) -> Ramp {
        let mut peak = 0.0f32;
        let mut fresh = [[0.0; FRAMES]; 2];
        for (side, block) in [&*left, &*right].into_iter().enumerate() {
            let window = &mut self.window[side];
            window.copy_within(FRAMES.., 0);
            window[TAPS..].copy_from_slice(block);
            fresh[side].copy_from_slice(&window[TAPS - REACH..TAPS - REACH + FRAMES]);
            peak = peak.max(self.peak(side));
        }
        self.needed.copy_within(1.., 0);
        self.needed[AHEAD + 1] = if peak > CEILING { CEILING / peak } else { 1.0 };
        self.lowest.copy_within(1.., 0);
        self.lowest[AHEAD - 1] = self.needed.iter().copied().fold(1.0, f32::min);
        let safe = self.lowest.iter().sum::<f32>() / AHEAD as f32;
        let (gain, goal) = (self.gain, safe.min(self.gain + (1.0 - self.gain) * self.recover));
        let ramp = Ramp { from: gain, step: (goal - gain) / FRAMES as f32 };
        [*left, *right] = self.waiting[0];
        self.waiting.copy_within(1.., 0);
        self.waiting[AHEAD - 1] = fresh;
        for side in [left, right] {
            ramp.apply(side);
        }
        self.gain = goal;
        ramp
    }

    /// Highest point on or between the samples of the block that `fresh` holds.
    fn peak(&self, side: usize) -> f32 {
        let window = &self.window[side];
        let highest = |points: &[f32]| points.iter().fold(0.0f32, |high, point| high.max(point.abs()));
        let mut peak = highest(window);
        if peak <= self.harmless {
            return peak;
        }
        for taps in &self.between {
            let mut points = [0.0f32; FRAMES];
            for (tap, &weight) in taps.iter().enumerate() {
                for (point, sample) in points.iter_mut().zip(&window[tap + 1..]) {
                    *point += weight * sample;
                }
            }
            peak = peak.max(highest(&points));
        }
        peak
    }

    pub fn clear(&mut self) {
        self.window = [[0.0; TAPS + FRAMES]; 2];
        self.waiting = [[[0.0; FRAMES]; 2]; AHEAD];
        self.needed = [1.0; AHEAD + 2];
        self.lowest = [1.0; AHEAD];
        self.gain = 1.0;
    }
}

/// Windowed sinc (Kaiser, beta 5) which gives the point `way` of the way from sample `REACH - 1` to the next.
fn interpolator(way: f64) -> [f32; TAPS] {
    let bessel = |x: f64| {
        (1..25)
            .fold((1.0, 1.0), |(sum, term), n| {
                let term: f64 = term * (x / 2.0 / f64::from(n)) * (x / 2.0 / f64::from(n));
                (sum + term, term)
            })
            .0
    };
    core::array::from_fn(|tap| {
        let distance = tap as f64 - (REACH - 1) as f64 - way;
        let angle = core::f64::consts::PI * distance;
        let sinc = libm::sin(angle) / angle;
        let edge = distance / REACH as f64;
        (sinc * bessel(5.0 * libm::sqrt((1.0 - edge * edge).max(0.0))) / bessel(5.0)) as f32
    })
}
