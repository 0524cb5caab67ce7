//! Recipes of the waves of an old sound chip (pulses of three widths, a stepped triangle, a sawtooth), each
//! with an envelope of its own, so that parts which share a wave are told apart. Data, and nothing else.
//!
//! The waves are sums of harmonics like all held sounds, so nothing aliases; what is bright in them is
//! softened above the 20th harmonic or so, for the real ones hurt on good loudspeakers.

use super::{Body, Fade, PLAIN, Recipe, power};
use crate::music::Patch;
use crate::synth::wave::{Motion, STEADY, Spectrum};

/// Dry: a chip has no room.
const CHIP_PLAIN: Recipe = Recipe { attack_s: 0.002, release_s: 0.05, tilt_db: -1.5, send: 0.015, spread: 0.1, ..PLAIN };

pub static CHIP: [Recipe; 9] = [
    Recipe {
        patch: Patch::SYNTH_BASS,
        body: Body::Held { spectrum: Spectrum { dark: |n| stepped(n, 40.0), bright: |n| stepped(n, 90.0) }, motion: STEADY },
        gain_db: 1.8,
        attack_s: 0.003,
        fade: Fade::Falls { fall_s: 1.6, rest: 0.5 },
        release_s: 0.06,
        tilt_db: 0.0,
        send: 0.0,
        spread: 0.0,
        ..CHIP_PLAIN
    },
    Recipe {
        patch: Patch::SQUARE_LEAD,
        body: Body::Held { spectrum: Spectrum { dark: |n| pulse(n, 0.5, 9.0), bright: |n| pulse(n, 0.5, 24.0) }, motion: STEADY },
        gain_db: -1.2,
        fade: Fade::Falls { fall_s: 2.5, rest: 0.7 },
        ..CHIP_PLAIN
    },
    Recipe {
        patch: Patch::SAW_LEAD,
        body: Body::Held {
            spectrum: Spectrum { dark: |n| power(n, 1.0) * soft(n, 8.0), bright: |n| power(n, 1.0) * soft(n, 26.0) },
            motion: Motion {
                vibrato_cents: 10.0,
                vibrato_hz: 5.5,
                vibrato_after_s: 0.3,
                bright_at_start: 0.3,
                bright_after_s: 0.08,
                ..STEADY
            },
        },
        gain_db: -2.2,
        attack_s: 0.012,
        release_s: 0.09,
        ..CHIP_PLAIN
    },
    Recipe {
        patch: Patch::CALLIOPE_LEAD,
        body: Body::Held {
            // Without the steps, which buzz in the bass and would whistle here.
            spectrum: Spectrum { dark: |n| triangle(n) * soft(n, 1.5), bright: |n| triangle(n) * soft(n, 30.0) },
            motion: Motion { vibrato_cents: 16.0, vibrato_hz: 6.5, vibrato_after_s: 0.2, ..STEADY },
        },
        gain_db: -1.0,
        attack_s: 0.025,
        release_s: 0.08,
        ..CHIP_PLAIN
    },
    Recipe {
        patch: Patch::CHIFF_LEAD,
        body: Body::Held { spectrum: Spectrum { dark: |n| pulse(n, 0.25, 8.0), bright: |n| pulse(n, 0.25, 24.0) }, motion: STEADY },
        gain_db: 2.8,
        fade: Fade::Falls { fall_s: 0.7, rest: 0.12 },
        ..CHIP_PLAIN
    },
    Recipe {
        // Begins a third too high for a moment, as chips pluck.
        patch: Patch::CHARANG_LEAD,
        body: Body::Held {
            spectrum: Spectrum { dark: |n| pulse(n, 0.125, 7.0), bright: |n| pulse(n, 0.125, 22.0) },
            motion: Motion { bend_cents: 400.0, bend_s: 0.006, bright_at_start: 1.6, bright_after_s: 0.1, ..STEADY },
        },
        gain_db: 1.3,
        fade: Fade::Falls { fall_s: 1.5, rest: 0.0 },
        release_s: 0.12,
        ..CHIP_PLAIN
    },
    Recipe {
        patch: Patch::VOICE_LEAD,
        body: Body::Held {
            spectrum: Spectrum { dark: |n| pulse(n, 0.5, 3.0), bright: |n| pulse(n, 0.5, 9.0) },
            motion: Motion {
                vibrato_cents: 32.0,
                vibrato_hz: 6.0,
                vibrato_after_s: 0.5,
                bright_at_start: 0.3,
                bright_after_s: 0.2,
                ..STEADY
            },
        },
        gain_db: -0.2,
        attack_s: 0.07,
        release_s: 0.12,
        send: 0.03,
        ..CHIP_PLAIN
    },
    Recipe {
        patch: Patch::FIFTHS_LEAD,
        body: Body::Held {
            spectrum: Spectrum { dark: |n| pulse(n, 0.25, 6.0), bright: |n| pulse(n, 0.25, 18.0) },
            motion: Motion { apart_cents: 16.0, ..STEADY },
        },
        gain_db: -1.2,
        attack_s: 0.006,
        release_s: 0.08,
        ..CHIP_PLAIN
    },
    Recipe {
        patch: Patch::BASS_LEAD,
        body: Body::Held { spectrum: Spectrum { dark: |n| pulse(n, 0.125, 8.0), bright: |n| pulse(n, 0.125, 24.0) }, motion: STEADY },
        gain_db: 6.3,
        attack_s: 0.001,
        fade: Fade::Falls { fall_s: 0.26, rest: 0.0 },
        release_s: 0.04,
        spread: 0.25,
        ..CHIP_PLAIN
    },
];

/// What is left of the nth harmonic where `reach` harmonics fall by a neper.
fn soft(n: usize, reach: f64) -> f64 {
    libm::exp(-(n as f64) / reach)
}

/// A pulse which is up for a share of its period: without the harmonics that fit into the share.
fn pulse(n: usize, share: f64, reach: f64) -> f64 {
    libm::sin(core::f64::consts::PI * n as f64 * share).abs() / n as f64 * soft(n, reach)
}

/// A triangle: the odd harmonics, by the square of their number.
fn triangle(n: usize) -> f64 {
    if n.is_multiple_of(2) { 0.0 } else { 1.0 / (n * n) as f64 }
}

/// A triangle in 32 steps, as of 4 bits up and down: round each multiple of 32 the steps leave images of its first
/// harmonics, as much weaker as their numbers are higher.
fn stepped(n: usize, reach: f64) -> f64 {
    let beside = n.abs_diff(32 * ((n + 16) / 32));
    if n <= 16 { triangle(n) * soft(n, reach) } else { triangle(beside.max(1)) * beside as f64 / n as f64 * soft(n, reach) }
}
