//! Rides the fader: brings a piece to the loudness we promise, whether its program plays softly or hard, and
//! leaves its soft and loud sections apart. It measures what was played so far, as BS.1770 does (weighted,
//! gated), and the longer a piece lasts, the less it moves. Causal, so that it can be done live; written here, since
//! what is wanted is a mean that forgets, in arithmetic that is the same on every machine.

use super::FRAMES;

/// Loudness, in LUFS, at which the mix should arrive at what follows. Set together with the master's
/// gain after it; between -15 and -20 it could be anything.
const GOAL_DB: f64 = -18.0;
/// Loudness expected of a piece that has not begun, LUFS: that of our bands before any mastering.
const EXPECTED_DB: f64 = -28.5;
/// Seconds of music after which what was heard counts as much as what was expected. Longer, and a soft program
/// begins softly for long; shorter, and a soft beginning is lifted to the level of what follows.
const DOUBT_S: f64 = 1.5;
/// How far back the measure reaches, seconds. Longer than any section of ours, or a soft one would be
/// lifted to the level of the loud.
const REACH_S: f64 = 90.0;
/// Length of what is judged at once, and how often: BS.1770's gating blocks.
const GATE_S: f64 = 0.4;
const STEPS: usize = 4;
/// Below this nothing is music, LUFS before the mastering; and what is this much softer than the mean does not
/// count, dB (BS.1770's relative gate).
const SILENT_DB: f64 = -65.0;
const GATE_DB: f64 = 10.0;
/// Farthest the fader goes either way from what it expects, dB: more would lift a piece's noise.
const FARTHEST_DB: f64 = 12.0;
/// Seconds in which the fader goes two thirds of its way: too slow to be heard.
const MOVE_S: f64 = 0.8;

#[derive(Debug)]
pub struct Leveller {
    weighting: [Weighting; 2],
    /// Power of the step that runs, its blocks so far and in all, and the steps before it.
    power: f64,
    blocks: u32,
    blocks_per_step: u32,
    steps: [f64; STEPS],
    /// Power of all that counts, and its weight, in steps.
    sum: f64,
    weight: f64,
    keep: f64,
    doubt: f64,
    gain: f64,
    goal: f64,
    pull: f64,
}

impl Leveller {
    pub fn new(rate: f64) -> Self {
        let step_s = GATE_S / STEPS as f64;
        let gain = libm::exp10((GOAL_DB - EXPECTED_DB) / 20.0);
        Self {
            weighting: [Weighting::new(rate), Weighting::new(rate)],
            power: 0.0,
            blocks: 0,
            blocks_per_step: libm::round(step_s * rate / FRAMES as f64).max(1.0) as u32,
            steps: [0.0; STEPS],
            sum: 0.0,
            weight: 0.0,
            keep: 1.0 - step_s / REACH_S,
            doubt: DOUBT_S / step_s,
            gain,
            goal: gain,
            pull: 1.0 - libm::exp(-(FRAMES as f64) / (MOVE_S * rate)),
        }
    }

    /// Where the fader is.
    pub fn gain(&self) -> f64 {
        self.gain
    }

    /// Takes note of a block and moves the fader.
    pub fn follow(&mut self, left: &[f32; FRAMES], right: &[f32; FRAMES]) {
        for (weighting, side) in self.weighting.iter_mut().zip([left, right]) {
            self.power += weighting.power(side);
        }
        self.blocks += 1;
        if self.blocks == self.blocks_per_step {
            self.steps.rotate_left(1);
            self.steps[STEPS - 1] = self.power / f64::from(self.blocks);
            (self.power, self.blocks) = (0.0, 0);
            self.judge();
        }
        self.gain += (self.goal - self.gain) * self.pull;
    }

    fn judge(&mut self) {
        let heard = self.steps.iter().sum::<f64>() / STEPS as f64;
        let is_far_below = heard * self.weight < self.sum * libm::exp10(-GATE_DB / 10.0);
        if heard < power(SILENT_DB) || is_far_below {
            return;
        }
        self.sum = self.sum * self.keep + heard;
        self.weight = self.weight * self.keep + 1.0;
        let heard_db = 10.0 * libm::log10(self.sum / self.weight / power(EXPECTED_DB));
        let off_db = heard_db * self.weight / (self.weight + self.doubt);
        self.goal = libm::exp10((GOAL_DB - EXPECTED_DB - off_db.clamp(-FARTHEST_DB, FARTHEST_DB)) / 20.0);
    }
}

/// Mean square, both sides added, at a loudness (BS.1770-5, annex 1).
fn power(lufs: f64) -> f64 {
    libm::exp10((lufs + 0.691) / 10.0)
}

/// The K weighting of BS.1770: a shelf for the head, then the lows off. Its filters are given for 48 kHz;
/// here from their corners, for any rate.
#[derive(Debug, Clone, Copy)]
struct Weighting {
    stages: [Stage; 2],
}

#[derive(Debug, Clone, Copy)]
struct Stage {
    forth: [f32; 3],
    back: [f32; 2],
    state: [f32; 2],
}

impl Weighting {
    fn new(rate: f64) -> Self {
        // Shelf of 4 dB at 1682 Hz, q 0.7072; high pass at 38.1 Hz, q 0.5003.
        let k = libm::tan(core::f64::consts::PI * (1681.97 / rate).min(0.45));
        let (q, high) = (0.707_175, libm::exp10(3.999_84 / 20.0));
        let middle = libm::pow(high, 0.499_667);
        let all = 1.0 + k / q + k * k;
        let shelf = Stage {
            forth: [(high + middle * k / q + k * k) / all, 2.0 * (k * k - high) / all, (high - middle * k / q + k * k) / all]
                .map(|value| value as f32),
            back: [2.0 * (k * k - 1.0) / all, (1.0 - k / q + k * k) / all].map(|value| value as f32),
            state: [0.0; 2],
        };
        let (k, q) = (libm::tan(core::f64::consts::PI * 38.135 / rate), 0.500_327);
        let all = 1.0 + k / q + k * k;
        let low_cut = Stage {
            forth: [1.0, -2.0, 1.0],
            back: [2.0 * (k * k - 1.0) / all, (1.0 - k / q + k * k) / all].map(|value| value as f32),
            state: [0.0; 2],
        };
        Self { stages: [shelf, low_cut] }
    }

    /// Mean square of a block, weighted.
    fn power(&mut self, block: &[f32; FRAMES]) -> f64 {
        let mut sum = 0.0;
        for &sample in block {
            let mut value = sample;
            for Stage { forth, back, state } in &mut self.stages {
                let out = forth[0] * value + state[0];
                state[0] = forth[1] * value - back[0] * out + state[1];
                state[1] = forth[2] * value - back[1] * out;
                value = out;
            }
            sum += value * value;
        }
        f64::from(sum) / FRAMES as f64
    }
}
