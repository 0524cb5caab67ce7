//! The last hand on the mix: takes off direct current, gives air, rides the fader (`leveller`), tames what is
//! loudest, and hands on to the limiter. Causal, and by whole blocks, so that what is heard live and what lands in a
//! file are the same samples.

use super::leveller::Leveller;
use super::{FRAMES, Stereo};

/// Corner of the filter against direct current. Higher thins the bass, lower lets a thump hang on.
const CORNER_HZ: f64 = 8.0;
/// Above this the highs are lifted by [`AIR`]: measured, our band has 5 dB less between 2 and 6 kHz than
/// recorded music has. More is sharp on the glockenspiel.
const AIR_HZ: f64 = 3000.0;
/// What is added of the highs: 0.65 is 4.3 dB.
const AIR: f32 = 0.65;
/// Level, once the fader has been ridden, above which the mix is turned down, dB of full scale (mean square).
const THRESHOLD_DB: f64 = -18.0;
/// Of each dB above the threshold this much is taken away: a ratio of 7 to 6, so that loud sections stay loud.
const SHARE: f64 = 0.15;
/// Brings our usual pieces to -15.5 LUFS, soft ones (velocity 48) to -16.6, loud ones (105) to -15.
const MAKE_UP_DB: f64 = 3.1;
/// Half the width of the bend at the threshold, dB.
const KNEE_DB: f64 = 6.0;
/// Seconds to follow a rise: slower than a drum's first bang, which shall come through.
const RISE_S: f64 = 0.020;
/// Seconds to follow a fall: slower than a beat's dip, or the mix pumps.
const FALL_S: f64 = 0.25;

/// Up to here a sample stays as it is, -5 dB; what is above is only the first milliseconds of drums, and is bent over
/// as tape would. If the limiter were to take all of it, it would duck the band at every stroke, the more so the
/// louder a section is: measured, it took a third of the dynamics.
const STRAIGHT: f32 = 0.55;
/// How much farther a sample can get, however high it is.
const BEND: f32 = 0.75;

/// What the master does to every sound alike, whatever sounds beside it: direct current off, air on. Linear, so that
/// stems which go through one each add up to the mix which goes through one.
#[derive(Debug)]
pub struct Filter {
    keep: f32,
    before: [f32; 2],
    blocked: [f32; 2],
    low: [f32; 2],
    low_pull: f32,
}

impl Filter {
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            keep: libm::exp(-core::f64::consts::TAU * CORNER_HZ / sample_rate_hz) as f32,
            before: [0.0; 2],
            blocked: [0.0; 2],
            low: [0.0; 2],
            low_pull: (1.0 - libm::exp(-core::f64::consts::TAU * AIR_HZ / sample_rate_hz)) as f32,
        }
    }

    pub fn render(&mut self, [left, right]: &mut Stereo) {
        for (left, right) in left.iter_mut().zip(right.iter_mut()) {
            for (side, sample) in [left, right].into_iter().enumerate() {
                let blocked = *sample - self.before[side] + self.keep * self.blocked[side];
                self.before[side] = *sample;
                self.blocked[side] = blocked;
                self.low[side] += (blocked - self.low[side]) * self.low_pull;
                *sample = blocked + AIR * (blocked - self.low[side]);
            }
        }
    }

    pub fn clear(&mut self) {
        self.before = [0.0; 2];
        self.blocked = [0.0; 2];
        self.low = [0.0; 2];
    }
}

#[derive(Debug)]
pub struct Master {
    filter: Filter,
    leveller: Leveller,
    power: f64,
    rise: f64,
    fall: f64,
    gain: f32,
}

impl Master {
    pub fn new(sample_rate_hz: f64) -> Self {
        let leveller = Leveller::new(sample_rate_hz);
        let gain = (leveller.gain() * make_up(0.0)) as f32;
        let pull = |seconds: f64| 1.0 - libm::exp(-(FRAMES as f64) / (seconds * sample_rate_hz));
        Self { filter: Filter::new(sample_rate_hz), leveller, power: 0.0, rise: pull(RISE_S), fall: pull(FALL_S), gain }
    }

    /// Masters a block. `gains` becomes what each filtered sample was multiplied by.
    pub fn render(&mut self, mix: &mut Stereo, gains: &mut Stereo) {
        self.filter.render(mix);
        let [left, right] = mix;
        self.leveller.follow(left, right);
        let level = self.leveller.gain();
        let power = left.iter().chain(right.iter()).map(|sample| sample * sample).sum::<f32>();
        let power = f64::from(power) / FRAMES as f64 * level * level;
        self.power += (power - self.power) * if power > self.power { self.rise } else { self.fall };
        let (gain, goal) = (self.gain, (level * make_up(self.power)) as f32);
        let step = (goal - gain) / FRAMES as f32;
        for (side, gains) in mix.iter_mut().zip(gains) {
            for (i, (sample, told)) in side.iter_mut().zip(gains).enumerate() {
                let gain = gain + step * i as f32;
                let ridden = *sample * gain;
                *sample = bent(ridden);
                // Where nothing is bent the gain is told as it is, for a share of nothing is no number.
                *told = if *sample == ridden { gain } else { gain * (*sample / ridden) };
            }
        }
        self.gain = goal;
    }

    /// After silence: as if nothing had ever been played, but for the fader, which stays where it is.
    pub fn clear(&mut self) {
        self.filter.clear();
        self.power = 0.0;
    }
}

/// A sample with its peak bent over above [`STRAIGHT`].
fn bent(sample: f32) -> f32 {
    let over = (sample.abs() - STRAIGHT) / BEND;
    if over <= 0.0 { sample } else { (STRAIGHT + BEND * over / (1.0 + over)).copysign(sample) }
}

/// The gain at a mean square.
fn make_up(power: f64) -> f64 {
    let above_db = 10.0 * libm::log10(power + 1.0e-12) - THRESHOLD_DB;
    let less_db = if above_db <= -KNEE_DB {
        0.0
    } else if above_db >= KNEE_DB {
        above_db * SHARE
    } else {
        (above_db + KNEE_DB) * (above_db + KNEE_DB) / (4.0 * KNEE_DB) * SHARE
    };
    libm::exp10((MAKE_UP_DB - less_db) / 20.0)
}
