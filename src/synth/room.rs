//! The room the band plays in: a stereo reverb. Blocks only, and no delay in it is shorter than a
//! block, so every loop runs over independent samples.
//!
//! Three allpass diffusers, then eight delay lines which feed each other through a Hadamard matrix
//! (Jot and Chaigne, "Digital delay networks for designing artificial reverberators", AES 1991).

use super::{FRAMES, Stereo};

/// Delay lines, milliseconds: mutually prime at common rates, as of a room of some ten metres.
const LINES_MS: [f64; 8] = [24.1, 27.7, 32.3, 37.9, 42.7, 48.1, 53.3, 58.7];
/// Allpass diffusers, milliseconds; all longer than a block at 44100 Hz.
const DIFFUSERS_MS: [f64; 3] = [3.1, 4.7, 7.3];
/// How much of an echo a diffuser keeps; higher rings, lower leaves single echoes.
const DIFFUSION: f32 = 0.62;
/// Gap between the sound and its room. Larger is a hall, smaller blurs attacks.
const GAP_MS: f64 = 14.0;
/// Seconds in which the tail falls by 60 dB. Larger blurs sixteenths, smaller is a cupboard.
const FALL_S: f64 = 1.25;
/// How much of the highs each passage through a line loses; 0.5 would be all at the Nyquist frequency.
const DAMPING: f32 = 0.16;

/// A delay line which is read and written a block at a time.
#[derive(Debug)]
struct Line {
    samples: Vec<f32>,
    at: usize,
    delay: usize,
}

impl Line {
    fn new(ms: f64, sample_rate_hz: f64) -> Self {
        let delay = (ms * sample_rate_hz / 1000.0) as usize;
        let delay = delay.max(FRAMES);
        // A power of two, and a multiple of the block: writes never wrap.
        Self { samples: vec![0.0; (delay + 2 * FRAMES).next_power_of_two()], at: 0, delay }
    }

    fn read(&self, out: &mut [f32; FRAMES]) {
        let length = self.samples.len();
        let from = (self.at + length - self.delay) & (length - 1);
        let first = FRAMES.min(length - from);
        out[..first].copy_from_slice(&self.samples[from..from + first]);
        out[first..].copy_from_slice(&self.samples[..FRAMES - first]);
    }

    fn write(&mut self, block: &[f32; FRAMES]) {
        self.samples[self.at..self.at + FRAMES].copy_from_slice(block);
        self.at = (self.at + FRAMES) & (self.samples.len() - 1);
    }

    fn clear(&mut self) {
        self.samples.fill(0.0);
    }
}

#[derive(Debug)]
pub struct Room {
    gap: Line,
    diffusers: [Line; 3],
    lines: [Line; 8],
    keep: [f32; 8],
    /// Last sample of each line's last block, for the damping.
    last: [f32; 8],
    /// Lows of what comes in, which are taken off: a reverberating bass is mud.
    low: f32,
    low_pull: f32,
}

impl Room {
    pub fn new(sample_rate_hz: f64) -> Self {
        let line = |ms| Line::new(ms, sample_rate_hz);
        Self {
            gap: line(GAP_MS),
            diffusers: DIFFUSERS_MS.map(line),
            lines: LINES_MS.map(line),
            keep: LINES_MS.map(|ms| libm::pow(10.0, -3.0 * ms / 1000.0 / FALL_S) as f32),
            last: [0.0; 8],
            low: 0.0,
            low_pull: (1.0 - libm::exp(-core::f64::consts::TAU * 260.0 / sample_rate_hz)) as f32,
        }
    }

    /// Adds the answer of the room to a line.
    pub fn render(&mut self, send: &[f32; FRAMES], gain: f32, gain_step: f32, [left, right]: &mut Stereo) {
        let mut input = [0.0; FRAMES];
        self.gap.read(&mut input);
        let mut thinned = *send;
        for sample in &mut thinned {
            self.low += (*sample - self.low) * self.low_pull;
            *sample -= self.low;
        }
        self.gap.write(&thinned);
        let mut echo = [0.0; FRAMES];
        for diffuser in &mut self.diffusers {
            diffuser.read(&mut echo);
            for (sample, echo) in input.iter_mut().zip(&mut echo) {
                let kept = *sample + DIFFUSION * *echo;
                *sample = *echo - DIFFUSION * kept;
                *echo = kept;
            }
            diffuser.write(&echo);
        }
        let mut flows = [[0.0f32; FRAMES]; 8];
        for (number, (line, flow)) in self.lines.iter().zip(&mut flows).enumerate() {
            line.read(&mut echo);
            let keep = self.keep[number];
            let mut before = self.last[number];
            self.last[number] = echo[FRAMES - 1];
            for (flow, &sample) in flow.iter_mut().zip(&echo) {
                *flow = keep * (sample + DAMPING * (before - sample));
                before = sample;
            }
        }
        for i in 0..FRAMES {
            let gain = gain + gain_step * i as f32;
            left[i] += gain * (flows[0][i] - flows[2][i] + flows[4][i] - flows[6][i]);
            right[i] += gain * (flows[1][i] - flows[3][i] + flows[5][i] - flows[7][i]);
        }
        for span in [1, 2, 4] {
            for first in (0..8).filter(|line| line & span == 0) {
                let (above, below) = flows.split_at_mut(first + span);
                for (a, b) in above[first].iter_mut().zip(&mut below[0]) {
                    (*a, *b) = (*a + *b, *a - *b);
                }
            }
        }
        // 1/sqrt(8): the matrix turns, it must not stretch.
        for (line, flow) in self.lines.iter_mut().zip(&mut flows) {
            for (flow, &sample) in flow.iter_mut().zip(&input) {
                *flow = *flow * 0.353_553_4 + sample;
            }
            line.write(flow);
        }
    }

    pub fn clear(&mut self) {
        self.gap.clear();
        self.diffusers.iter_mut().chain(&mut self.lines).for_each(Line::clear);
        self.last = [0.0; 8];
        self.low = 0.0;
    }
}
