//! The drum kit. Every drum is worked out once, when the synth is made, as a soft and a hard stroke; a
//! voice mixes the two by its velocity. So a cymbal may have as many modes as it likes.

use super::FRAMES;
use super::modal::{MOST_PARTIALS, Modal, Partial};
use super::noise::Noise;
use crate::music::Drum;

/// Drums in the order of their numbers in the kit.
const DRUMS: [Drum; 17] = [
    Drum::Kick,
    Drum::SideStick,
    Drum::Snare,
    Drum::LowFloorTom,
    Drum::ClosedHat,
    Drum::HighFloorTom,
    Drum::LowTom,
    Drum::OpenHat,
    Drum::MidTom,
    Drum::Crash,
    Drum::HighTom,
    Drum::RideBell,
    Drum::Tambourine,
    Drum::SplashCymbal,
    Drum::Cowbell,
    Drum::Maracas,
    Drum::HighWoodBlock,
];

/// The drum that plays a note of the percussion map: itself or the nearest of its kind (General MIDI 1,
/// percussion key map, and a guess outside it).
pub fn drum(note: u8) -> Drum {
    match note {
        0..=36 => Drum::Kick,
        37 => Drum::SideStick,
        38..=40 => Drum::Snare,
        41 => Drum::LowFloorTom,
        42 | 44 => Drum::ClosedHat,
        43 => Drum::HighFloorTom,
        45 => Drum::LowTom,
        46 => Drum::OpenHat,
        47 | 48 | 61 | 64 | 66 | 79 => Drum::MidTom,
        49 | 57 => Drum::Crash,
        50 | 60 | 62 | 63 | 65 => Drum::HighTom,
        51 | 53 | 59 => Drum::RideBell,
        52 | 55 => Drum::SplashCymbal,
        54 => Drum::Tambourine,
        56 | 67 | 68 | 80 | 81 => Drum::Cowbell,
        71 | 72 | 75..=78 => Drum::HighWoodBlock,
        _ => Drum::Maracas,
    }
}

/// How a drum sits in the mix: gain in dB, share into the room, place from -1 (left) to 1, as the
/// audience sees the kit.
pub fn place(drum: Drum) -> (f64, f32, f32) {
    match drum {
        Drum::Kick => (1.4, 0.02, 0.0),
        Drum::Snare => (6.7, 0.16, 0.0),
        Drum::SideStick => (5.7, 0.18, 0.1),
        Drum::LowFloorTom => (1.2, 0.14, -0.5),
        Drum::HighFloorTom => (0.9, 0.14, -0.35),
        Drum::LowTom => (0.6, 0.14, -0.15),
        Drum::MidTom => (0.4, 0.14, 0.1),
        Drum::HighTom => (0.3, 0.14, 0.3),
        Drum::ClosedHat => (1.5, 0.05, 0.35),
        Drum::OpenHat => (-3.6, 0.07, 0.35),
        Drum::Crash => (-3.6, 0.16, -0.4),
        Drum::SplashCymbal => (-2.0, 0.16, 0.45),
        Drum::RideBell => (-6.2, 0.12, -0.45),
        Drum::Tambourine => (-2.9, 0.14, 0.5),
        Drum::Cowbell => (-4.2, 0.12, -0.25),
        Drum::Maracas => (13.2, 0.08, -0.5),
        Drum::HighWoodBlock => (0.0, 0.2, -0.3),
        Drum::Ride | Drum::HighBongo | Drum::LowBongo | Drum::OpenHighConga | Drum::LowConga | Drum::OpenTriangle => (0.0, 0.14, 0.2),
    }
}

/// Soft and hard strokes of every drum.
#[derive(Debug)]
pub struct Kit {
    strokes: Vec<Vec<[f32; 2]>>,
}

impl Kit {
    pub fn new(sample_rate_hz: f64) -> Self {
        let strokes = DRUMS
            .iter()
            .enumerate()
            .map(|(number, &drum)| {
                let mut stroke = Stroke::new(sample_rate_hz, 0x5eed_0001 + number as u32 * 7919);
                stroke.play(drum);
                stroke.finish()
            })
            .collect();
        Self { strokes }
    }

    pub fn stroke(&self, number: usize) -> &[[f32; 2]] {
        &self.strokes[number]
    }

    pub fn number(drum: Drum) -> usize {
        // `DRUMS` holds every drum; a test strikes them all.
        DRUMS.iter().position(|&known| known == drum).unwrap_or(0)
    }
}

/// A drum sound in the making.
struct Stroke {
    rate: f64,
    noise: Noise,
    samples: Vec<[f32; 2]>,
}

/// Amplitudes of the soft and of the hard stroke.
type Both = [f64; 2];

impl Stroke {
    fn new(rate: f64, seed: u32) -> Self {
        Self { rate, noise: Noise::new(seed), samples: Vec::new() }
    }

    fn play(&mut self, drum: Drum) {
        match drum {
            Drum::Kick => {
                self.drop(46.0, 150.0, 0.035, 0.42, [0.9, 1.0]);
                self.drop(92.0, 420.0, 0.012, 0.09, [0.12, 0.3]);
                self.hiss(0.012, 900.0, 6000.0, 0.0005, [0.01, 0.10]);
            }
            Drum::Snare => {
                self.drop(182.0, 240.0, 0.02, 0.20, [0.5, 0.5]);
                self.drop(331.0, 390.0, 0.015, 0.10, [0.22, 0.30]);
                self.hiss(0.30, 1200.0, 7000.0, 0.0015, [0.30, 0.42]);
                self.hiss(0.18, 4500.0, 15_000.0, 0.001, [0.10, 0.30]);
            }
            Drum::SideStick => {
                self.modes(&[(480.0, 0.3, 0.05), (1680.0, 0.7, 0.05), (2450.0, 0.4, 0.035), (3900.0, 0.15, 0.025)], [0.6, 0.8]);
                self.hiss(0.02, 2500.0, 9000.0, 0.0005, [0.05, 0.2]);
            }
            Drum::LowFloorTom => self.tom(82.0),
            Drum::HighFloorTom => self.tom(98.0),
            Drum::LowTom => self.tom(123.0),
            Drum::MidTom => self.tom(147.0),
            Drum::HighTom => self.tom(185.0),
            Drum::ClosedHat => {
                self.plate(40, 3600.0, 14_500.0, 0.085, [0.36, 0.45]);
                self.hiss(0.07, 6500.0, 18_000.0, 0.0008, [1.0, 1.9]);
            }
            Drum::OpenHat => {
                self.plate(48, 3400.0, 14_500.0, 0.5, [0.36, 0.45]);
                self.hiss(0.45, 6000.0, 18_000.0, 0.001, [0.9, 1.6]);
            }
            Drum::Crash => {
                self.plate(44, 900.0, 9000.0, 1.9, [0.35, 0.45]);
                self.hiss(1.5, 3500.0, 14_000.0, 0.003, [0.25, 0.55]);
                self.hiss(0.25, 6000.0, 16_000.0, 0.001, [0.05, 0.3]);
            }
            Drum::SplashCymbal => {
                self.plate(32, 1800.0, 11_000.0, 0.7, [0.35, 0.5]);
                self.hiss(0.55, 4500.0, 15_000.0, 0.002, [0.25, 0.5]);
            }
            Drum::RideBell => {
                self.modes(
                    &[
                        (807.0, 0.35, 1.1),
                        (1254.0, 0.30, 1.0),
                        (2031.0, 0.40, 0.9),
                        (2988.0, 0.30, 0.8),
                        (4127.0, 0.22, 0.6),
                        (5610.0, 0.16, 0.5),
                    ],
                    [0.6, 0.8],
                );
                self.plate(18, 3500.0, 11_000.0, 0.8, [0.10, 0.25]);
            }
            Drum::Tambourine => {
                // The jingles of one stroke do not meet at one moment.
                for late_s in [0.0, 0.013, 0.027] {
                    self.late(late_s, |stroke| stroke.plate(12, 5200.0, 13_500.0, 0.16, [0.28, 0.36]));
                }
                self.hiss(0.14, 6500.0, 18_000.0, 0.002, [0.6, 1.0]);
            }
            Drum::Cowbell => {
                self.modes(
                    &[(562.0, 0.6, 0.35), (845.0, 0.8, 0.30), (1420.0, 0.2, 0.14), (2330.0, 0.2, 0.12), (3180.0, 0.12, 0.08)],
                    [0.6, 0.8],
                );
            }
            Drum::Maracas => self.hiss(0.06, 5200.0, 15_000.0, 0.008, [0.6, 1.0]),
            Drum::Ride | Drum::HighBongo | Drum::LowBongo | Drum::OpenHighConga | Drum::LowConga | Drum::OpenTriangle => {}
            Drum::HighWoodBlock => {
                self.modes(&[(905.0, 0.9, 0.10), (1530.0, 0.4, 0.07), (2710.0, 0.2, 0.04), (4300.0, 0.08, 0.025)], [0.7, 0.9]);
            }
        }
    }

    fn tom(&mut self, hertz: f64) {
        self.drop(hertz, hertz * 1.55, 0.05, 0.42, [0.75, 0.8]);
        self.drop(hertz * 1.59, hertz * 2.1, 0.04, 0.20, [0.16, 0.28]);
        self.hiss(0.03, 700.0, 4500.0, 0.001, [0.03, 0.10]);
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
    fn drop(&mut self, hertz: f64, from: f64, fall_s: f64, fade_s: f64, strength: Both) {
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
    fn modes(&mut self, modes: &[(f64, f64, f64)], strength: Both) {
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
    fn plate(&mut self, count: usize, low: f64, high: f64, fade_s: f64, strength: Both) {
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
    fn hiss(&mut self, fade_s: f64, low: f64, high: f64, swell_s: f64, strength: Both) {
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

    /// What `sound` plays, `late_s` later.
    fn late(&mut self, late_s: f64, sound: impl FnOnce(&mut Self)) {
        let mut other = Stroke::new(self.rate, self.noise.whole());
        sound(&mut other);
        let late = (late_s * self.rate) as usize;
        self.make_room(late + other.samples.len());
        for (sample, fresh) in self.samples[late..].iter_mut().zip(other.samples) {
            sample[0] += fresh[0];
            sample[1] += fresh[1];
        }
    }

    /// Softens both ends, so that neither clicks.
    fn finish(mut self) -> Vec<[f32; 2]> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_drum_is_played_by_itself_and_is_heard_at_once() {
        let kit = Kit::new(48_000.0);
        for known in DRUMS {
            assert_eq!(drum(known.pitch().number()), known);
            let stroke = kit.stroke(Kit::number(known));
            let early = |side: usize| stroke.iter().take(960).map(|sample| sample[side].abs()).fold(0.0f32, f32::max);
            assert!(early(0) > 0.05 && early(1) > early(0), "{known:?}: {} {}", early(0), early(1));
            assert_eq!(stroke[0], [0.0; 2]);
            assert_eq!(stroke[stroke.len() - 1], [0.0; 2]);
        }
    }
}
