//! What ears and meters say of samples: loudness, true peak, spectra. Written from the definitions, apart from
//! the synth, which must not judge itself.

#![allow(dead_code, reason = "each test reads some of the meters")]

use std::f64::consts::{PI, TAU};

/// One side of a stereo stream.
pub fn side(stereo: &[f32], side: usize) -> Vec<f64> {
    stereo.iter().skip(side).step_by(2).map(|&sample| f64::from(sample)).collect()
}

pub fn mono(stereo: &[f32]) -> Vec<f64> {
    stereo.chunks_exact(2).map(|frame| f64::from(frame[0] + frame[1]) / 2.0).collect()
}

/// Integrated loudness in LUFS at 48 kHz: BS.1770-5, annex 1, with the filters of its tables 1 and 2.
pub fn loudness(stereo: &[f32]) -> f64 {
    let weighted = [0, 1].map(|number| {
        let shelved = filtered(
            &side(stereo, number),
            [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85],
            [-1.690_659_293_182_41, 0.732_480_774_215_85],
        );
        filtered(&shelved, [1.0, -2.0, 1.0], [-1.990_047_454_833_98, 0.990_072_250_366_21])
    });
    let blocks: Vec<f64> = (0..)
        .map(|step| step * 4800)
        .take_while(|from| from + 19_200 <= weighted[0].len())
        .map(|from| weighted.iter().map(|side| mean_square(&side[from..from + 19_200])).sum())
        .collect();
    let gated = |gate: f64| {
        let counted: Vec<f64> = blocks.iter().copied().filter(|&block| lufs(block) > gate).collect();
        lufs(counted.iter().sum::<f64>() / counted.len() as f64)
    };
    gated(gated(-70.0) - 10.0)
}

fn lufs(power: f64) -> f64 {
    10.0 * power.log10() - 0.691
}

fn mean_square(samples: &[f64]) -> f64 {
    samples.iter().map(|sample| sample * sample).sum::<f64>() / samples.len() as f64
}

fn filtered(samples: &[f64], forth: [f64; 3], back: [f64; 2]) -> Vec<f64> {
    let mut state = [0.0; 2];
    samples
        .iter()
        .map(|&sample| {
            let out = forth[0] * sample + state[0];
            state = [forth[1] * sample - back[0] * out + state[1], forth[2] * sample - back[1] * out];
            out
        })
        .collect()
}

/// Highest point between the samples of one side, 8 points to a sample by a sinc of 64 taps: longer and finer
/// than what the limiter itself looks with.
pub fn true_peak(samples: &[f64]) -> f64 {
    let taps = |way: f64| -> Vec<f64> {
        (-31i32..=32)
            .map(|tap| {
                let distance = f64::from(tap) - way;
                let sinc = if distance == 0.0 { 1.0 } else { (PI * distance).sin() / (PI * distance) };
                sinc * (0.5 + 0.5 * (PI * distance / 33.0).cos())
            })
            .collect()
    };
    let ways: Vec<Vec<f64>> = (0..8).map(|eighth| taps(f64::from(eighth) / 8.0)).collect();
    let near = samples.iter().fold(0.0f64, |peak, sample| peak.max(sample.abs())) * 0.7;
    samples
        .windows(64)
        // Only the surroundings of high samples can hold the highest point.
        .filter(|window| window[31].abs() > near || window[32].abs() > near)
        .flat_map(|window| ways.iter().map(move |taps| taps.iter().zip(window).map(|(tap, sample)| tap * sample).sum::<f64>().abs()))
        .fold(0.0, f64::max)
}

pub fn decibels(factor: f64) -> f64 {
    20.0 * factor.max(1.0e-12).log10()
}

/// Power at each frequency up to the half of the rate, under a Hann window; as many samples as a power of two.
pub fn spectrum(samples: &[f64]) -> Vec<f64> {
    let count = samples.len();
    assert!(count.is_power_of_two());
    let mut bins: Vec<(f64, f64)> =
        samples.iter().enumerate().map(|(n, sample)| (sample * (0.5 - 0.5 * (TAU * n as f64 / count as f64).cos()), 0.0)).collect();
    turned(&mut bins);
    bins[..count / 2].iter().map(|(re, im)| re * re + im * im).collect()
}

/// The Fourier transform, by halves.
fn turned(bins: &mut [(f64, f64)]) {
    let half = bins.len() / 2;
    if half == 0 {
        return;
    }
    let mut even: Vec<_> = bins.iter().copied().step_by(2).collect();
    let mut odd: Vec<_> = bins.iter().copied().skip(1).step_by(2).collect();
    turned(&mut even);
    turned(&mut odd);
    for (k, (&(a, b), &(c, d))) in even.iter().zip(&odd).enumerate() {
        let (sine, cosine) = (-PI * k as f64 / half as f64).sin_cos();
        let (re, im) = (c * cosine - d * sine, c * sine + d * cosine);
        bins[k] = (a + re, b + im);
        bins[k + half] = (a - re, b - im);
    }
}
