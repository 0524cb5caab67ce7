//! What each patch is made of. Data, and nothing else.

use super::stand_in::stand_in;
use super::wave::{Motion, Spectrum};
use crate::music::Patch;

/// A partial of a bar or tine: times the fundamental, amplitude at full velocity, seconds to fall by
/// 60 dB at middle C, and how much faster than the fundamental it gets quieter when struck softly.
pub type Mode = (f64, f64, f64, f64);

/// How a voice sounds.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// Bars and tines: their modes, then modes of the mallet or the case, with hertz for the ratio.
    Struck {
        modes: &'static [Mode],
        knocks: &'static [Mode],
    },
    /// An ideal string, plucked at a share of its length; harmonics fall as n^-`slope`, and each lives as
    /// `fall_s` / (1 + `damping` n^2).
    Plucked {
        at: f64,
        slope: f64,
        fall_s: f64,
        damping: f64,
        stiffness: f64,
        knocks: &'static [Mode],
    },
    Held {
        spectrum: Spectrum,
        motion: Motion,
    },
}

#[derive(Debug, Clone, Copy)]
pub struct Recipe {
    pub patch: Patch,
    pub body: Body,
    /// Evens the patches out: measured as loudness (BS.1770) of a scale in the middle register, see the test.
    pub gain_db: f64,
    /// Seconds from nothing to all of it. Shorter clicks, longer drags.
    pub attack_s: f64,
    /// Seconds in which a released note falls by 60 dB.
    pub release_s: f64,
    /// How much faster high notes die: octaves of fall time for each octave of pitch.
    pub shorter_up: f64,
    /// dB for each octave above middle C: what keeps the ends of the register in balance.
    pub tilt_db: f64,
    /// Into the room, against the dry sound.
    pub send: f32,
    /// How far low notes go to the left and high ones to the right, 1 for all the way in three octaves.
    pub spread: f32,
    /// Depth and rate of tremolo.
    pub tremolo: (f32, f64),
}

const PLAIN: Recipe = Recipe {
    patch: Patch::ELECTRIC_PIANO,
    body: Body::Struck { modes: &[], knocks: &[] },
    gain_db: 0.0,
    attack_s: 0.0015,
    release_s: 0.3,
    shorter_up: 0.6,
    tilt_db: -1.0,
    send: 0.2,
    spread: 0.15,
    tremolo: (0.0, 1.0),
};

/// A pair of close partials beats slowly, as real tines and strings do.
const RECIPES: [Recipe; 16] = [
    Recipe {
        patch: Patch::ELECTRIC_PIANO,
        body: Body::Struck {
            modes: &[
                (1.0, 0.8, 5.0, 0.0),
                (1.0012, 0.25, 4.0, 0.0),
                (2.0, 0.42, 2.8, 0.6),
                (3.0, 0.24, 1.8, 1.0),
                (4.0, 0.13, 1.3, 1.4),
                (5.0, 0.08, 0.9, 1.7),
                (7.11, 0.10, 0.5, 1.3),
                (11.3, 0.05, 0.3, 1.5),
            ],
            knocks: &[(95.0, 0.10, 0.09, 0.5), (310.0, 0.04, 0.06, 0.8)],
        },
        gain_db: -0.3,
        attack_s: 0.0025,
        release_s: 0.35,
        send: 0.2,
        spread: 0.3,
        tremolo: (0.08, 4.6),
        ..PLAIN
    },
    Recipe {
        patch: Patch::CELESTA,
        body: Body::Struck {
            modes: &[(1.0, 1.0, 2.0, 0.0), (2.003, 0.16, 1.2, 0.5), (4.02, 0.30, 1.0, 0.7), (6.9, 0.12, 0.5, 1.1), (10.6, 0.04, 0.2, 1.6)],
            knocks: &[(420.0, 0.05, 0.04, 0.6)],
        },
        gain_db: 1.4,
        attack_s: 0.002,
        release_s: 0.9,
        shorter_up: 0.5,
        send: 0.34,
        spread: 0.25,
        ..PLAIN
    },
    Recipe {
        patch: Patch::GLOCKENSPIEL,
        body: Body::Struck {
            modes: &[
                (1.0, 0.8, 4.5, 0.0),
                (1.0009, 0.2, 3.8, 0.0),
                (2.756, 0.42, 2.2, 0.5),
                (5.404, 0.26, 1.0, 0.9),
                (8.933, 0.12, 0.5, 1.3),
            ],
            knocks: &[(3300.0, 0.06, 0.03, 0.8)],
        },
        gain_db: -1.9,
        attack_s: 0.0008,
        release_s: 2.5,
        shorter_up: 0.45,
        send: 0.36,
        spread: 0.2,
        ..PLAIN
    },
    Recipe {
        patch: Patch::MUSIC_BOX,
        body: Body::Struck {
            modes: &[
                (1.0, 1.0, 2.6, 0.0),
                (1.9985, 0.30, 1.6, 0.4),
                (3.004, 0.14, 1.0, 0.7),
                (6.27, 0.24, 0.5, 0.9),
                (9.1, 0.07, 0.25, 1.2),
                (12.9, 0.05, 0.15, 1.4),
            ],
            knocks: &[(2100.0, 0.05, 0.03, 0.6), (880.0, 0.05, 0.03, 0.5)],
        },
        gain_db: 0.6,
        attack_s: 0.0022,
        release_s: 1.6,
        shorter_up: 0.55,
        send: 0.34,
        spread: 0.3,
        ..PLAIN
    },
    Recipe {
        patch: Patch::VIBRAPHONE,
        body: Body::Struck {
            modes: &[(1.0, 0.9, 6.5, 0.0), (1.0007, 0.2, 5.5, 0.0), (4.0, 0.34, 2.4, 0.6), (10.1, 0.12, 0.8, 1.2)],
            knocks: &[(650.0, 0.05, 0.04, 0.8)],
        },
        gain_db: -0.7,
        attack_s: 0.002,
        release_s: 0.9,
        shorter_up: 0.5,
        send: 0.32,
        spread: 0.35,
        tremolo: (0.26, 5.1),
        ..PLAIN
    },
    Recipe {
        patch: Patch::MARIMBA,
        body: Body::Struck {
            modes: &[(1.0, 1.0, 1.1, 0.0), (3.98, 0.28, 0.4, 0.7), (9.7, 0.16, 0.16, 1.1), (16.5, 0.04, 0.06, 1.6)],
            knocks: &[(210.0, 0.12, 0.06, 0.5), (780.0, 0.07, 0.03, 0.9)],
        },
        gain_db: 4.1,
        attack_s: 0.0015,
        release_s: 0.8,
        shorter_up: 0.8,
        send: 0.24,
        spread: 0.35,
        ..PLAIN
    },
    Recipe {
        patch: Patch::XYLOPHONE,
        body: Body::Struck {
            modes: &[(1.0, 0.9, 0.7, 0.0), (3.0, 0.45, 0.36, 0.5), (6.1, 0.26, 0.16, 0.9), (9.8, 0.12, 0.09, 1.2), (14.2, 0.06, 0.05, 1.4)],
            knocks: &[(1250.0, 0.12, 0.025, 0.6), (2900.0, 0.06, 0.015, 0.8)],
        },
        gain_db: 5.7,
        attack_s: 0.0006,
        release_s: 0.5,
        shorter_up: 0.55,
        send: 0.25,
        spread: 0.3,
        ..PLAIN
    },
    Recipe {
        patch: Patch::NYLON_GUITAR,
        body: Body::Plucked {
            at: 0.21,
            slope: 1.05,
            fall_s: 3.2,
            damping: 0.035,
            stiffness: 0.00004,
            knocks: &[(104.0, 0.16, 0.12, 0.4), (208.0, 0.12, 0.10, 0.5), (1450.0, 0.05, 0.02, 1.0)],
        },
        gain_db: 0.9,
        attack_s: 0.0018,
        release_s: 0.22,
        ..PLAIN
    },
    Recipe {
        patch: Patch::FINGERED_BASS,
        body: Body::Plucked {
            at: 0.27,
            slope: 1.1,
            fall_s: 2.2,
            damping: 0.03,
            stiffness: 0.00008,
            knocks: &[(70.0, 0.12, 0.08, 0.4), (900.0, 0.04, 0.02, 1.0)],
        },
        gain_db: 2.5,
        attack_s: 0.004,
        release_s: 0.14,
        shorter_up: 0.35,
        tilt_db: 0.0,
        send: 0.03,
        spread: 0.0,
        ..PLAIN
    },
    Recipe {
        patch: Patch::PIZZICATO,
        body: Body::Plucked {
            at: 0.33,
            slope: 1.15,
            fall_s: 0.75,
            damping: 0.05,
            stiffness: 0.00002,
            knocks: &[(280.0, 0.16, 0.07, 0.4), (470.0, 0.10, 0.06, 0.6), (1100.0, 0.05, 0.03, 0.9)],
        },
        gain_db: 4.2,
        attack_s: 0.003,
        release_s: 0.4,
        send: 0.34,
        spread: 0.25,
        ..PLAIN
    },
    Recipe {
        patch: Patch::HARP,
        body: Body::Plucked {
            at: 0.42,
            slope: 1.35,
            fall_s: 4.2,
            damping: 0.03,
            stiffness: 0.00002,
            knocks: &[(160.0, 0.10, 0.10, 0.4), (620.0, 0.04, 0.03, 0.8)],
        },
        gain_db: -0.2,
        attack_s: 0.0022,
        release_s: 1.4,
        send: 0.34,
        spread: 0.45,
        ..PLAIN
    },
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
        patch: Patch::KALIMBA,
        body: Body::Struck {
            modes: &[(1.0, 1.0, 1.5, 0.0), (2.0, 0.10, 0.7, 0.5), (3.01, 0.05, 0.4, 0.8), (5.43, 0.17, 0.22, 1.0), (13.8, 0.05, 0.08, 1.4)],
            knocks: &[(170.0, 0.16, 0.08, 0.4), (390.0, 0.09, 0.05, 0.6)],
        },
        gain_db: 2.6,
        attack_s: 0.002,
        release_s: 0.8,
        shorter_up: 0.6,
        send: 0.26,
        spread: 0.4,
        ..PLAIN
    },
];

fn power(n: usize, slope: f64) -> f64 {
    libm::pow(n as f64, -slope)
}

/// A closed pipe's harmonics: the odd ones, with little of the even.
fn hollow(n: usize, slope: f64, even: f64) -> f64 {
    power(n, slope) * if n.is_multiple_of(2) { even * n as f64 / 2.0 } else { 1.0 }.min(1.0)
}

/// Number of recipes, and so of possible sets of tables.
pub const COUNT: usize = RECIPES.len();

/// A patch's recipe and its number, from 0 to [`COUNT`]; every patch has one (tested).
pub fn recipe(patch: Patch) -> (usize, &'static Recipe) {
    let played = stand_in(patch);
    let number = RECIPES.iter().position(|recipe| recipe.patch == played).unwrap_or(0);
    (number, &RECIPES[number])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_general_midi_patch_has_a_recipe_and_ours_are_played_by_themselves() {
        for number in 0..128 {
            let patch = Patch::new(number).unwrap();
            assert!(RECIPES.iter().any(|recipe| recipe.patch == stand_in(patch)), "{number}");
        }
        for recipe in &RECIPES {
            assert_eq!(stand_in(recipe.patch), recipe.patch);
        }
    }
}
