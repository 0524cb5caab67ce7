//! Recipes of what is bowed, blown or swells. Data, and nothing else.

use super::{Body, Fade, PLAIN, Recipe, power};
use crate::music::Patch;
use crate::synth::wave::{Air, Motion, STEADY, Spectrum};

pub static HELD: [Recipe; 9] = [
    Recipe {
        patch: Patch::STRINGS,
        body: Body::Held {
            spectrum: Spectrum { dark: |n| power(n, 1.6), bright: |n| power(n, 1.02) * if n == 1 { 0.75 } else { 1.0 } },
            motion: Motion {
                vibrato_cents: 9.0,
                vibrato_hz: 5.3,
                vibrato_after_s: 0.5,
                apart_cents: 8.0,
                breath: 0.03,
                bright_at_start: 0.5,
                bright_after_s: 0.35,
                ..STEADY
            },
        },
        gain_db: -3.3,
        attack_s: 0.07,
        release_s: 0.55,
        tilt_db: -1.5,
        send: 0.38,
        spread: 0.1,
        ..PLAIN
    },
    Recipe {
        patch: Patch::BRASS,
        body: Body::Held {
            spectrum: Spectrum { dark: |n| power(n, 1.9), bright: |n| libm::exp(-(n as f64) / 7.0) * (1.0 - 0.45 * power(n, 1.2)) },
            motion: Motion {
                vibrato_cents: 5.0,
                vibrato_hz: 4.9,
                vibrato_after_s: 0.8,
                apart_cents: 4.0,
                breath: 0.02,
                bright_at_start: 0.12,
                bright_after_s: 0.12,
                ..STEADY
            },
        },
        gain_db: -1.3,
        attack_s: 0.035,
        release_s: 0.22,
        tilt_db: -1.5,
        send: 0.26,
        spread: 0.05,
        ..PLAIN
    },
    Recipe {
        patch: Patch::CLARINET,
        body: Body::Held {
            spectrum: Spectrum { dark: |n| hollow(n, 2.1, 0.03), bright: |n| hollow(n, 1.25, 0.10) },
            motion: Motion {
                vibrato_cents: 3.0,
                vibrato_hz: 4.4,
                vibrato_after_s: 0.9,
                apart_cents: 0.0,
                breath: 0.05,
                bright_at_start: 0.3,
                bright_after_s: 0.09,
                ..STEADY
            },
        },
        gain_db: -0.6,
        attack_s: 0.028,
        release_s: 0.18,
        send: 0.26,
        spread: 0.05,
        ..PLAIN
    },
    Recipe {
        patch: Patch::FLUTE,
        body: Body::Held {
            spectrum: Spectrum {
                dark: |n| power(n, 3.2),
                bright: |n| [1.0, 0.55, 0.30, 0.12, 0.06, 0.03].get(n - 1).copied().unwrap_or(0.0),
            },
            motion: Motion {
                vibrato_cents: 10.0,
                vibrato_hz: 5.0,
                vibrato_after_s: 0.6,
                apart_cents: 0.0,
                breath: 0.16,
                bright_at_start: 0.9,
                bright_after_s: 0.1,
                ..STEADY
            },
        },
        gain_db: -0.4,
        attack_s: 0.045,
        release_s: 0.22,
        send: 0.32,
        spread: 0.05,
        tremolo: (0.06, 5.0),
        ..PLAIN
    },
    Recipe {
        // A finger on a string without frets: slides into the note, which opens only after the stroke.
        patch: Patch::FRETLESS_BASS,
        body: Body::Held {
            spectrum: Spectrum { dark: |n| power(n, 2.2), bright: |n| power(n, 1.25) * if n == 3 || n == 4 { 1.5 } else { 1.0 } },
            motion: Motion {
                vibrato_cents: 11.0,
                vibrato_hz: 4.7,
                vibrato_after_s: 0.7,
                bright_at_start: 0.1,
                bright_after_s: 0.22,
                bend_cents: -45.0,
                bend_s: 0.05,
                ..STEADY
            },
        },
        gain_db: 1.3,
        attack_s: 0.012,
        fade: Fade::Falls { fall_s: 6.0, rest: 0.0 },
        release_s: 0.2,
        tilt_db: 0.0,
        send: 0.06,
        spread: 0.0,
        ..PLAIN
    },
    Recipe {
        // Its second to fourth harmonics are stronger than its first: that is the nose of it.
        patch: Patch::OBOE,
        body: Body::Held {
            spectrum: Spectrum { dark: |n| nasal(n, 0.30), bright: |n| nasal(n, 0.17) },
            motion: Motion {
                vibrato_cents: 8.0,
                vibrato_hz: 5.6,
                vibrato_after_s: 0.35,
                breath: 0.02,
                bright_at_start: 0.6,
                bright_after_s: 0.05,
                ..STEADY
            },
        },
        gain_db: -3.4,
        attack_s: 0.02,
        release_s: 0.14,
        send: 0.26,
        spread: 0.05,
        ..PLAIN
    },
    Recipe {
        patch: Patch::SHAKUHACHI,
        body: Body::Held {
            spectrum: Spectrum {
                dark: |n| [1.0, 0.12, 0.08].get(n - 1).copied().unwrap_or(0.0),
                bright: |n| [1.0, 0.34, 0.45, 0.16, 0.14, 0.06].get(n - 1).copied().unwrap_or(0.0),
            },
            motion: Motion {
                vibrato_cents: 24.0,
                vibrato_hz: 4.2,
                vibrato_after_s: 1.1,
                breath: 0.33,
                breath_at_start: 3.0,
                bright_at_start: 1.4,
                bright_after_s: 0.18,
                bend_cents: -110.0,
                bend_s: 0.045,
                ..STEADY
            },
        },
        gain_db: -1.5,
        attack_s: 0.05,
        release_s: 0.3,
        send: 0.4,
        spread: 0.05,
        tremolo: (0.10, 4.2),
        ..PLAIN
    },
    Recipe {
        patch: Patch::WARM_PAD,
        body: Body::Held {
            spectrum: Spectrum { dark: |n| power(n, 2.6), bright: |n| power(n, 1.5) * libm::exp(-(n as f64) / 12.0) },
            motion: Motion {
                vibrato_cents: 4.0,
                vibrato_hz: 0.7,
                vibrato_after_s: 1.0,
                apart_cents: 13.0,
                breath: 0.02,
                bright_at_start: 0.2,
                bright_after_s: 1.2,
                ..STEADY
            },
        },
        gain_db: -1.0,
        attack_s: 0.45,
        release_s: 1.5,
        tilt_db: -1.5,
        send: 0.4,
        spread: 0.1,
        ..PLAIN
    },
    Recipe {
        // Marks a run of the garbage collector: rare, so it may be long, and soft, since nobody plays it.
        patch: Patch::REVERSE_CYMBAL,
        body: Body::Held {
            spectrum: Spectrum { dark: |_| 0.0, bright: |_| 0.0 },
            motion: Motion { air: Air::Metal, breath: 1.0, breath_at_start: 0.5, bright_after_s: 1.5, ..STEADY },
        },
        gain_db: -4.0,
        attack_s: 2.2,
        release_s: 0.25,
        tilt_db: 0.0,
        send: 0.3,
        spread: 0.0,
        ..PLAIN
    },
];

/// A closed pipe's harmonics: the odd ones, with little of the even.
fn hollow(n: usize, slope: f64, even: f64) -> f64 {
    power(n, slope) * if n.is_multiple_of(2) { even * n as f64 / 2.0 } else { 1.0 }.min(1.0)
}

/// A narrow cone's harmonics: the first weak, the next strong, the rest fall by `fall` nepers each.
fn nasal(n: usize, fall: f64) -> f64 {
    [0.45, 0.85, 1.0, 0.80].get(n - 1).copied().unwrap_or_else(|| 0.85 * libm::exp(-fall * (n as f64 - 3.0)))
}
