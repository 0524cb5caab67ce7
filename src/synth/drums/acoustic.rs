//! The drums of a band on a stage: how each sounds, and where it sits. Data, and nothing else.

use super::stroke::Stroke;
use crate::music::Drum;

/// How a drum sits in the mix: gain in dB, share into the room, place from -1 (left) to 1, as the
/// audience sees the kit.
pub fn place(drum: Drum) -> (f64, f32, f32) {
    match drum {
        Drum::Kick => (1.4, 0.02, 0.0),
        Drum::Snare => (4.7, 0.16, 0.0),
        Drum::SideStick => (4.7, 0.18, 0.1),
        Drum::LowFloorTom => (1.2, 0.14, -0.5),
        Drum::HighFloorTom => (0.9, 0.14, -0.35),
        Drum::LowTom => (0.6, 0.14, -0.15),
        Drum::MidTom => (0.4, 0.14, 0.1),
        Drum::HighTom => (0.3, 0.14, 0.3),
        Drum::ClosedHat => (-1.1, 0.05, 0.35),
        Drum::OpenHat => (-6.6, 0.07, 0.35),
        Drum::Crash => (-4.4, 0.16, -0.4),
        Drum::SplashCymbal => (-2.0, 0.16, 0.45),
        Drum::RideBell => (-6.2, 0.12, -0.45),
        Drum::Tambourine => (-5.1, 0.14, 0.5),
        Drum::Cowbell => (-4.2, 0.12, -0.25),
        Drum::Maracas => (11.2, 0.08, -0.5),
        Drum::HighWoodBlock => (0.0, 0.2, -0.3),
        Drum::Ride => (-4.0, 0.12, -0.45),
        Drum::HighBongo => (2.0, 0.16, 0.45),
        Drum::LowBongo => (1.2, 0.16, 0.35),
        Drum::OpenHighConga => (-0.5, 0.16, 0.2),
        Drum::LowConga => (-1.2, 0.16, 0.1),
        Drum::OpenTriangle => (-13.0, 0.2, 0.4),
        Drum::HighAgogo => (-4.2, 0.16, -0.3),
        Drum::LowAgogo => (-4.2, 0.16, -0.3),
    }
}

/// How far its peaks are bent over (see [`Stroke::bend`]): skins and noise bear it, metal that rings would growl.
pub fn drive(drum: Drum) -> f64 {
    match drum {
        Drum::Kick | Drum::Snare => 1.9,
        Drum::SideStick | Drum::ClosedHat | Drum::OpenHat | Drum::Maracas | Drum::Tambourine => 1.7,
        Drum::LowFloorTom | Drum::HighFloorTom | Drum::LowTom | Drum::MidTom | Drum::HighTom => 1.3,
        Drum::HighBongo | Drum::LowBongo | Drum::OpenHighConga | Drum::LowConga => 1.3,
        Drum::Crash | Drum::SplashCymbal | Drum::Ride => 1.0,
        Drum::RideBell | Drum::Cowbell | Drum::HighWoodBlock | Drum::OpenTriangle => 0.3,
        Drum::HighAgogo | Drum::LowAgogo => 0.3,
    }
}

pub fn play(stroke: &mut Stroke, drum: Drum) {
    match drum {
        Drum::Kick => {
            stroke.drop(46.0, 150.0, 0.035, 0.42, [0.9, 1.0]);
            stroke.drop(92.0, 420.0, 0.012, 0.09, [0.12, 0.3]);
            stroke.hiss(0.014, 700.0, 4000.0, 0.0012, [0.01, 0.10]);
        }
        Drum::Snare => {
            stroke.drop(182.0, 240.0, 0.02, 0.20, [0.5, 0.5]);
            stroke.drop(331.0, 390.0, 0.015, 0.10, [0.22, 0.30]);
            stroke.hiss(0.30, 1200.0, 7000.0, 0.0015, [0.30, 0.42]);
            stroke.hiss(0.18, 4500.0, 15_000.0, 0.001, [0.10, 0.30]);
        }
        Drum::SideStick => {
            stroke.modes(&[(480.0, 0.3, 0.05), (1680.0, 0.7, 0.05), (2450.0, 0.4, 0.035), (3900.0, 0.15, 0.025)], [0.6, 0.8]);
            stroke.hiss(0.02, 2500.0, 9000.0, 0.0005, [0.05, 0.2]);
        }
        Drum::LowFloorTom => tom(stroke, 82.0),
        Drum::HighFloorTom => tom(stroke, 98.0),
        Drum::LowTom => tom(stroke, 123.0),
        Drum::MidTom => tom(stroke, 147.0),
        Drum::HighTom => tom(stroke, 185.0),
        Drum::ClosedHat => {
            stroke.plate(40, 3600.0, 14_500.0, 0.085, [0.36, 0.45]);
            stroke.hiss(0.07, 6500.0, 18_000.0, 0.0008, [1.0, 1.9]);
        }
        Drum::OpenHat => {
            stroke.plate(48, 3400.0, 14_500.0, 0.5, [0.36, 0.45]);
            stroke.hiss(0.45, 6000.0, 18_000.0, 0.001, [0.9, 1.6]);
        }
        Drum::Crash => {
            stroke.plate(44, 900.0, 9000.0, 1.9, [0.35, 0.45]);
            stroke.hiss(1.5, 3500.0, 14_000.0, 0.003, [0.25, 0.55]);
            stroke.hiss(0.25, 6000.0, 16_000.0, 0.001, [0.05, 0.3]);
        }
        Drum::SplashCymbal => {
            stroke.plate(32, 1800.0, 11_000.0, 0.7, [0.35, 0.5]);
            stroke.hiss(0.55, 4500.0, 15_000.0, 0.002, [0.25, 0.5]);
        }
        Drum::RideBell => {
            stroke.modes(
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
            stroke.plate(18, 3500.0, 11_000.0, 0.8, [0.10, 0.25]);
        }
        Drum::Tambourine => {
            // The jingles of one stroke do not meet at one moment.
            for late_s in [0.0, 0.013, 0.027] {
                stroke.late(late_s, |stroke| stroke.plate(12, 5200.0, 13_500.0, 0.16, [0.28, 0.36]));
            }
            stroke.hiss(0.14, 6500.0, 18_000.0, 0.002, [0.6, 1.0]);
        }
        Drum::Cowbell => {
            stroke.modes(
                &[(562.0, 0.6, 0.35), (845.0, 0.8, 0.30), (1420.0, 0.2, 0.14), (2330.0, 0.2, 0.12), (3180.0, 0.12, 0.08)],
                [0.6, 0.8],
            );
        }
        // A minor third apart, and thin: a small bell that answers a smaller one.
        Drum::HighAgogo => agogo(stroke, 988.0),
        Drum::LowAgogo => agogo(stroke, 831.0),
        Drum::Maracas => stroke.hiss(0.06, 5200.0, 15_000.0, 0.008, [0.6, 1.0]),
        Drum::Ride => {
            stroke.modes(&[(3140.0, 0.30, 0.5), (4370.0, 0.26, 0.4), (5230.0, 0.2, 0.35), (1480.0, 0.1, 0.7)], [0.5, 0.8]);
            stroke.plate(34, 2600.0, 12_500.0, 1.3, [0.16, 0.24]);
            stroke.hiss(0.05, 7000.0, 16_000.0, 0.0005, [0.1, 0.4]);
        }
        // A fourth apart each, so that a run down the four is heard to fall.
        Drum::HighBongo => skin(stroke, 425.0, 0.15),
        Drum::LowBongo => skin(stroke, 318.0, 0.19),
        Drum::OpenHighConga => skin(stroke, 236.0, 0.30),
        Drum::LowConga => skin(stroke, 176.0, 0.38),
        Drum::OpenTriangle => {
            stroke.modes(
                &[
                    (1630.0, 0.10, 1.6),
                    (3370.0, 0.35, 2.2),
                    (4890.0, 0.40, 2.4),
                    (4903.0, 0.20, 2.0),
                    (6720.0, 0.32, 1.8),
                    (8610.0, 0.24, 1.2),
                    (11_250.0, 0.16, 0.7),
                ],
                [0.5, 0.75],
            );
        }
        Drum::HighWoodBlock => {
            stroke.modes(&[(905.0, 0.9, 0.10), (1530.0, 0.4, 0.07), (2710.0, 0.2, 0.04), (4300.0, 0.08, 0.025)], [0.7, 0.9]);
        }
    }
}

/// Two cones of sheet iron: few modes, hardly in tune with each other.
fn agogo(stroke: &mut Stroke, hertz: f64) {
    stroke.modes(&[(hertz, 0.8, 0.34), (hertz * 2.68, 0.35, 0.22), (hertz * 4.9, 0.16, 0.12), (hertz * 7.1, 0.08, 0.07)], [0.6, 0.8]);
}

fn tom(stroke: &mut Stroke, hertz: f64) {
    stroke.drop(hertz, hertz * 1.55, 0.05, 0.42, [0.75, 0.8]);
    stroke.drop(hertz * 1.59, hertz * 2.1, 0.04, 0.20, [0.16, 0.28]);
    stroke.hiss(0.03, 700.0, 4500.0, 0.001, [0.03, 0.10]);
}

/// A small drum struck with the hand: its tone falls a little as the skin comes to rest, and the hand slaps.
fn skin(stroke: &mut Stroke, hertz: f64, fade_s: f64) {
    stroke.drop(hertz, hertz * 1.22, 0.012, fade_s, [0.75, 0.8]);
    stroke.drop(hertz * 1.68, hertz * 1.9, 0.01, fade_s * 0.45, [0.18, 0.30]);
    stroke.drop(hertz * 2.32, hertz * 2.5, 0.008, fade_s * 0.25, [0.06, 0.18]);
    stroke.hiss(0.02, 1200.0, 8000.0, 0.0005, [0.03, 0.16]);
}
