//! Recipes of plucked strings. Data, and nothing else.

use super::{Body, PLAIN, Recipe};
use crate::music::Patch;

pub static PLUCKED: [Recipe; 4] = [
    Recipe {
        patch: Patch::NYLON_GUITAR,
        body: Body::Plucked {
            at: 0.21,
            slope: 0.95,
            fall_s: 3.2,
            damping: 0.028,
            stiffness: 0.00004,
            knocks: &[
                (104.0, 0.16, 0.12, 0.4),
                (208.0, 0.12, 0.10, 0.5),
                (1450.0, 0.05, 0.02, 1.0),
                (4300.0, 0.06, 0.04, 1.1),
                (7700.0, 0.06, 0.025, 1.2),
            ],
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
            slope: 1.0,
            fall_s: 2.2,
            damping: 0.025,
            stiffness: 0.00008,
            knocks: &[(70.0, 0.12, 0.08, 0.4), (900.0, 0.04, 0.02, 1.0), (3300.0, 0.025, 0.012, 1.2)],
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
            knocks: &[(280.0, 0.16, 0.07, 0.4), (470.0, 0.10, 0.06, 0.6), (1100.0, 0.05, 0.03, 0.9), (4600.0, 0.045, 0.014, 1.0)],
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
            slope: 1.2,
            fall_s: 4.2,
            damping: 0.03,
            stiffness: 0.00002,
            knocks: &[(160.0, 0.10, 0.10, 0.4), (620.0, 0.04, 0.03, 0.8), (5100.0, 0.06, 0.04, 1.0), (8200.0, 0.05, 0.025, 1.2)],
        },
        gain_db: -0.2,
        attack_s: 0.0022,
        release_s: 1.4,
        send: 0.34,
        spread: 0.45,
        ..PLAIN
    },
];
