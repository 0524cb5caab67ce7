//! Samples as whole numbers of 16 or 24 bits, or as they were rendered.
//!
//! 16 bits are dithered: their steps lie at -96 dB, within what is heard of a tail. Those of 24 bits lie at -144 dB,
//! far under what the synth calls silence (-100 dB), and are only rounded to.

use crate::synth::Noise;

/// How a sample is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    /// What everything plays.
    #[default]
    Sixteen,
    TwentyFour,
    /// Floats of 32 bits.
    Float,
}

impl Depth {
    pub const fn bits(self) -> u16 {
        match self {
            Self::Sixteen => 16,
            Self::TwentyFour => 24,
            Self::Float => 32,
        }
    }
}

/// The loudest a stem may be, three steps of 16 bits under the loudest number: room for what it is rounded by.
const LOUDEST_STEM: f32 = 0.999_9;
/// The loudest numbers.
const FULL_16: f32 = 32_767.0;
const FULL_24: f64 = 8_388_607.0;

/// Turns samples into numbers, and those of stems so that they add up to those of the mix.
pub struct Quantiser {
    depth: Depth,
    noise: Noise,
    /// For the stems: the mix is the same with and without them.
    more_noise: Noise,
}

impl Quantiser {
    pub fn new(depth: Depth) -> Self {
        Self { depth, noise: Noise::new(0x0d17_4e55), more_noise: Noise::new(0x057e_35d1) }
    }

    /// Numbers of the mix, which is the first of `lines`, and of the stems, which are the others.
    pub fn quantise(&mut self, lines: &[&[f32]], numbers: &mut [Vec<i32>]) {
        numbers.iter_mut().for_each(Vec::clear);
        let (Some((mix, stems)), Some((mix_numbers, stem_numbers))) = (lines.split_first(), numbers.split_first_mut()) else {
            return;
        };
        for (at, &sample) in mix.iter().enumerate() {
            let number = match self.depth {
                Depth::TwentyFour => nearest_of_24(f64::from(sample) * FULL_24),
                _ => nearest_of_16(sample, &mut self.noise),
            };
            mix_numbers.push(number);
            self.share(at, number, stems, stem_numbers);
        }
    }

    /// Shares a number of the mix among the stems: what one is rounded by is handed on to the next, and the last one
    /// that sounds takes what is left, which is what it is to within the steps of a dither.
    fn share(&mut self, at: usize, number: i32, stems: &[&[f32]], numbers: &mut [Vec<i32>]) {
        let Some(last) = stems.iter().rposition(|stem| stem[at] != 0.0) else {
            numbers.iter_mut().for_each(|numbers| numbers.push(0));
            return;
        };
        let (mut left, mut rounded) = (number, 0.0f64);
        for (stem, (samples, numbers)) in stems.iter().zip(numbers).enumerate() {
            let sample = samples[at];
            if stem == last || sample == 0.0 {
                numbers.push(if stem == last { left } else { 0 });
                continue;
            }
            let wanted = f64::from(sample) * self.full() + rounded;
            let dither = if self.depth == Depth::Sixteen { 0.5 * (self.more_noise.signed() + self.more_noise.signed()) } else { 0.0 };
            let number = nearest_of_24(wanted + f64::from(dither));
            rounded = wanted - f64::from(number);
            left -= number;
            numbers.push(number);
        }
    }

    fn full(&self) -> f64 {
        if self.depth == Depth::TwentyFour { FULL_24 } else { f64::from(FULL_16) }
    }
}

/// Whether a stem has a sample that whole numbers cannot tell. The mix never has: it has been limited.
pub fn is_too_loud(stem: &[f32]) -> bool {
    stem.iter().any(|sample| sample.abs() > LOUDEST_STEM)
}

/// How far apart the mix, which is the first of `lines`, and the sum of the others lie.
pub fn apart(lines: &[&[f32]]) -> f64 {
    let Some((mix, stems)) = lines.split_first() else { return 0.0 };
    let sum = |at: usize| stems.iter().map(|stem| f64::from(stem[at])).sum::<f64>();
    mix.iter().enumerate().map(|(at, &sample)| (f64::from(sample) - sum(at)).abs()).fold(0.0, f64::max)
}

/// The nearest of 65535 steps, after triangular noise of two steps (TPDF), which makes the error
/// independent of the music. Silence stays silence: there is nothing to be independent of.
fn nearest_of_16(sample: f32, noise: &mut Noise) -> i32 {
    if sample == 0.0 {
        return 0;
    }
    let dither = 0.5 * (noise.signed() + noise.signed());
    // Rounds to the nearest by whole numbers: `floor` of libm, the same everywhere.
    libm::floorf(sample * FULL_16 + dither + 0.5).clamp(-FULL_16, FULL_16) as i32
}

fn nearest_of_24(steps: f64) -> i32 {
    libm::floor(steps + 0.5).clamp(-FULL_24, FULL_24) as i32
}
