//! Recipes of bars and tines. Data, and nothing else.

use super::{Body, PLAIN, Recipe};
use crate::music::Patch;

/// A pair of close partials beats slowly, as real tines do.
pub static STRUCK: [Recipe; 9] = [
    Recipe {
        patch: Patch::ELECTRIC_PIANO,
        body: Body::Struck {
            modes: &[
                (1.0, 0.8, 5.0, 0.0),
                (1.0012, 0.25, 4.0, 0.0),
                (2.0, 0.42, 2.8, 0.6),
                (3.0, 0.28, 1.8, 1.0),
                (4.0, 0.18, 1.3, 1.4),
                (5.0, 0.12, 0.9, 1.6),
                (7.11, 0.14, 0.5, 1.3),
                (11.3, 0.08, 0.3, 1.5),
            ],
            knocks: &[(95.0, 0.10, 0.09, 0.5), (310.0, 0.04, 0.06, 0.8), (5200.0, 0.05, 0.05, 1.2), (8300.0, 0.05, 0.03, 1.4)],
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
            knocks: &[(420.0, 0.05, 0.04, 0.6), (6100.0, 0.03, 0.015, 1.2)],
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
        attack_s: 0.0013,
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
            knocks: &[(2100.0, 0.05, 0.03, 0.6), (880.0, 0.05, 0.03, 0.5), (7300.0, 0.03, 0.012, 1.0)],
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
            modes: &[(1.0, 0.9, 6.5, 0.0), (1.0007, 0.2, 5.5, 0.0), (4.0, 0.34, 2.4, 0.6), (10.1, 0.16, 0.8, 1.2)],
            knocks: &[(650.0, 0.05, 0.04, 0.8), (4700.0, 0.05, 0.05, 1.2), (7900.0, 0.04, 0.03, 1.4)],
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
            knocks: &[(210.0, 0.12, 0.06, 0.5), (780.0, 0.07, 0.03, 0.9), (3900.0, 0.07, 0.03, 1.1), (7100.0, 0.05, 0.02, 1.3)],
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
        attack_s: 0.002,
        release_s: 0.5,
        shorter_up: 0.55,
        send: 0.25,
        spread: 0.3,
        ..PLAIN
    },
    Recipe {
        patch: Patch::KALIMBA,
        body: Body::Struck {
            modes: &[(1.0, 1.0, 1.5, 0.0), (2.0, 0.10, 0.7, 0.5), (3.01, 0.05, 0.4, 0.8), (5.43, 0.21, 0.22, 1.0), (13.8, 0.08, 0.08, 1.4)],
            knocks: &[(170.0, 0.16, 0.08, 0.4), (390.0, 0.09, 0.05, 0.6), (4400.0, 0.07, 0.04, 0.9), (7600.0, 0.06, 0.025, 1.1)],
        },
        gain_db: 2.6,
        attack_s: 0.002,
        release_s: 0.8,
        shorter_up: 0.6,
        send: 0.26,
        spread: 0.4,
        ..PLAIN
    },
    Recipe {
        patch: Patch::STEEL_DRUMS,
        body: Body::Struck {
            // The notes beside the one that is struck answer, which makes its octave beat.
            modes: &[
                (1.0, 0.75, 1.7, 0.0),
                (1.006, 0.22, 1.2, 0.2),
                (2.002, 0.75, 1.2, 0.4),
                (2.015, 0.30, 0.9, 0.5),
                (3.01, 0.38, 0.7, 0.8),
                (4.03, 0.26, 0.45, 1.1),
                (5.11, 0.16, 0.30, 1.3),
                (6.27, 0.14, 0.22, 1.4),
            ],
            knocks: &[(118.0, 0.08, 0.08, 0.4), (1900.0, 0.05, 0.02, 0.9), (5900.0, 0.04, 0.015, 1.1)],
        },
        gain_db: 1.0,
        attack_s: 0.003,
        release_s: 0.7,
        shorter_up: 0.5,
        send: 0.26,
        spread: 0.3,
        ..PLAIN
    },
];
