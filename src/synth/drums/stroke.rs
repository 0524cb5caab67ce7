//! What drums are made of: skins, metal, hiss, and the tones and noise of a sound chip. Each is worked out once,
//! soft and hard. Knows nothing of drums.

use crate::synth::FRAMES;
use crate::synth::modal::{MOST_PARTIALS, Modal, Partial};
use crate::synth::noise::Noise;

/// A drum sound in the making.
pub struct Stroke {
    rate: f64,
    noise: Noise,
    samples: Vec<[f32; 2]>,
}

/// Amplitudes of the soft and of the hard stroke.
pub type Both = [f64; 2];

impl Stroke {
    pub fn new(rate: f64, seed: u32) -> Self {
        Self { rate, noise: Noise::new(seed), samples: Vec::new() }
    }

    /// Mixes in a sound of `length_s`; `sound` gives sample by sample.
    fn mix(&mut self, length_s: f64, strength: Both, mut sound: impl FnMut(usize) -> f64) {
        let length = (length_s * self.rate) as usize;
        self.make_room(length);
        for (i, sample) in self.samples.iter_mut().take(length).enumerate() {
            let value = sound(i);
            sample[0] += (value * strength[0]) as f32;
            sample[1] += (value * strength[1]) as f32;
        }
    }

    fn make_room(&mut self, length: usize) {
        if self.samples.len() < length {
            self.samples.resize(length, [0.0; 2]);
        }
    }

    /// A skin: a sine which starts at `from` and falls to `hertz`.
    pub fn drop(&mut self, hertz: f64, from: f64, fall_s: f64, fade_s: f64, strength: Both) {
        let rate = self.rate;
        let (mut turns, mut bend, mut level) = (0.0, from - hertz, 1.0);
        let (bend_keep, keep) = (libm::exp(-1.0 / (fall_s * rate)), libm::exp(-6.9078 / (fade_s * rate)));
        self.mix(fade_s * 1.2, strength, |_| {
            let value = level * libm::sin(core::f64::consts::TAU * turns);
            turns += (hertz + bend) / rate;
            bend *= bend_keep;
            level *= keep;
            value
        });
    }

    /// Decaying sines: hertz, amplitude, seconds to fall by 60 dB.
    pub fn modes(&mut self, modes: &[(f64, f64, f64)], strength: Both) {
        for modes in modes.chunks(MOST_PARTIALS) {
            let mut partials: Vec<Partial> = modes.iter().map(|&(hertz, amplitude, fall_s)| Partial { hertz, amplitude, fall_s }).collect();
            let mut modal = Modal::new(&mut partials, self.rate, 0);
            let mut at = 0;
            while !modal.is_over() {
                let mut block = [0.0; FRAMES];
                modal.render(&mut block);
                self.make_room(at + FRAMES);
                for (sample, value) in self.samples[at..].iter_mut().zip(block) {
                    sample[0] += value * strength[0] as f32;
                    sample[1] += value * strength[1] as f32;
                }
                at += FRAMES;
            }
        }
    }

    /// Metal: many sines at no harmonic distances, the higher the sooner gone.
    pub fn plate(&mut self, count: usize, low: f64, high: f64, fade_s: f64, strength: Both) {
        let scale = 1.0 / libm::sqrt(count as f64);
        let modes: Vec<(f64, f64, f64)> = (0..count)
            .map(|i| {
                let place = (i as f64 + 0.5 + 0.45 * f64::from(self.noise.signed())) / count as f64;
                let fade_s = fade_s * (1.15 - 0.5 * place) * (1.0 + 0.3 * f64::from(self.noise.signed()));
                (low * libm::pow(high / low, place), scale, fade_s)
            })
            .collect();
        self.modes(&modes, strength);
    }

    /// Noise between two corners, which swells over `swell_s` and falls by 60 dB in `fade_s`.
    pub fn hiss(&mut self, fade_s: f64, low: f64, high: f64, swell_s: f64, strength: Both) {
        let rate = self.rate;
        let pull = |hertz: f64| 1.0 - libm::exp(-core::f64::consts::TAU * hertz.min(rate * 0.45) / rate);
        let (low, high) = (pull(low), pull(high));
        let mut noise = self.noise.clone();
        let (mut top, mut bottom, mut floor) = (0.0, 0.0, 0.0);
        let (keep, mut level) = (libm::exp(-6.9078 / (fade_s * rate)), 1.0);
        self.mix(fade_s * 1.2, strength, |i| {
            top += high * (f64::from(noise.signed()) - top);
            bottom += low * (top - bottom);
            let first = top - bottom;
            floor += low * (first - floor);
            level *= keep;
            (first - floor) * level * (i as f64 / (swell_s * rate)).min(1.0)
        });
        self.noise = noise;
    }

    /// A triangle which starts at `from` and falls to `hertz`, as a chip's does.
    pub fn triangle(&mut self, hertz: f64, from: f64, fall_s: f64, fade_s: f64, strength: Both) {
        self.chip_tone(|n| if n.is_multiple_of(2) { 0.0 } else { 1.0 / (n * n) as f64 }, hertz, from, fall_s, fade_s, strength);
    }

    /// A pulse which is up for a `share` of its period.
    pub fn pulse(&mut self, share: f64, hertz: f64, from: f64, fall_s: f64, fade_s: f64, strength: Both) {
        let amplitude = |n: usize| libm::sin(core::f64::consts::PI * n as f64 * share) / n as f64;
        self.chip_tone(amplitude, hertz, from, fall_s, fade_s, strength);
    }

    /// The harmonics of a wave below 11 kHz, 25 at most: more would only hurt.
    fn chip_tone(&mut self, amplitude: impl Fn(usize) -> f64, hertz: f64, from: f64, fall_s: f64, fade_s: f64, strength: Both) {
        let top = (self.rate * 0.44).min(11_000.0);
        for n in (1..=25).filter(|&n| n as f64 * hertz.max(from) < top) {
            let amplitude = amplitude(n);
            if amplitude.abs() > 1.0e-3 {
                self.drop(n as f64 * hertz, n as f64 * from, fall_s, fade_s, strength.map(|strength| strength * amplitude));
            }
        }
    }

    /// Noise of a shift register of 15 bits, as the NES has it: bit 0 and bit `tap` make the bit that is shifted in
    /// (1: long and hissing, 6: 93 steps long and metallic), `steps_hz` times a second. Each sample is the mean over
    /// its time, so that what lies above the rate folds back little; its direct current is
    /// taken off, and above 9 kHz it gets softer, or it would hurt (the NES does so from 14 kHz).
    pub fn register(&mut self, tap: u32, steps_hz: f64, fade_s: f64, strength: Both) {
        let rate = self.rate;
        let steps = steps_hz / rate;
        let (keep, drift) = (libm::exp(-6.9078 / (fade_s * rate)), libm::exp(-core::f64::consts::TAU * 40.0 / rate));
        let (mut bits, mut within, mut low, mut before, mut blocked) = (1u32, 0.0f64, 0.0, 0.0, 0.0);
        let pull = 1.0 - libm::exp(-core::f64::consts::TAU * 9000.0 / rate);
        let mut next = move || {
            let (mut left, mut sum) = (steps, 0.0);
            while left > 0.0 {
                let span = left.min(1.0 - within);
                sum += span * if bits & 1 == 0 { 1.0 } else { -1.0 };
                (left, within) = (left - span, within + span);
                if within >= 1.0 - 1.0e-9 {
                    within = 0.0;
                    bits = bits >> 1 | ((bits ^ bits >> tap) & 1) << 14;
                }
            }
            low += pull * (sum / steps - low);
            blocked = low - before + drift * blocked;
            before = low;
            blocked
        };
        // The generator runs already when the drum is struck, or its direct current would still be there.
        (0..(0.05 * rate) as usize).for_each(|_| {
            next();
        });
        let mut level = 1.0;
        self.mix(fade_s * 1.2, strength, |_| {
            level *= keep;
            next() * level
        });
    }

    /// What `sound` plays, `late_s` later.
    pub fn late(&mut self, late_s: f64, sound: impl FnOnce(&mut Self)) {
        let mut other = Stroke::new(self.rate, self.noise.whole());
        sound(&mut other);
        let late = (late_s * self.rate) as usize;
        self.make_room(late + other.samples.len());
        for (sample, fresh) in self.samples[late..].iter_mut().zip(other.samples) {
            sample[0] += fresh[0];
            sample[1] += fresh[1];
        }
    }

    /// Bends the peaks of what was made so far over, as a skin, a microphone and a tape do: as loud, it reaches less
    /// high, and the limiter need not duck the band for it. `drive` is how far the peak of the hard stroke goes into the
    /// bend (tanh); above 2 it rasps.
    pub fn bend(&mut self, drive: f64) {
        let peak = self.samples.iter().map(|sample| sample[1].abs()).fold(1.0e-6f32, f32::max);
        let (push, scale) = (drive / f64::from(peak), f64::from(peak) / libm::tanh(drive));
        for sample in self.samples.iter_mut().flatten() {
            *sample = (libm::tanh(f64::from(*sample) * push) * scale) as f32;
        }
    }

    /// Softens both ends, so that neither clicks.
    pub fn finish(mut self) -> Vec<[f32; 2]> {
        let (open, close) = ((0.0004 * self.rate) as usize + 1, (0.004 * self.rate) as usize + 1);
        let length = self.samples.len();
        for (i, sample) in self.samples.iter_mut().enumerate() {
            let gain = (i as f32 / open as f32).min((length - 1 - i) as f32 / close as f32).min(1.0);
            sample[0] *= gain;
            sample[1] *= gain;
        }
        self.samples
    }
}
