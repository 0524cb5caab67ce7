//! The drums of an old sound chip: one noise generator and sweeps of its waves. Data, and nothing else.

use super::stroke::Stroke;
use crate::music::Drum;

/// Taps of the shift register: hissing and metallic.
const LONG: u32 = 1;
const SHORT: u32 = 6;
/// Steps after which the metallic noise comes again: it has a pitch.
const ROUND: f64 = 93.0;

/// How a drum sits in the mix: gain in dB, share into the room, place from -1 (left) to 1. A chip has no room, and
/// one loudspeaker; a little place keeps the kit from covering the lead.
pub fn place(drum: Drum) -> (f64, f32, f32) {
    let decibels = match drum {
        Drum::Kick => 3.3,
        Drum::Snare => 2.5,
        Drum::SideStick => 4.0,
        Drum::LowFloorTom | Drum::HighFloorTom | Drum::LowTom | Drum::MidTom | Drum::HighTom => 1.0,
        Drum::ClosedHat => 0.5,
        Drum::OpenHat => -7.0,
        Drum::Crash => -8.0,
        Drum::SplashCymbal => -8.0,
        Drum::Ride => -3.5,
        Drum::RideBell => -3.0,
        Drum::Tambourine => -0.5,
        Drum::Cowbell => -1.0,
        Drum::Maracas => 3.0,
        Drum::HighWoodBlock => 1.5,
        Drum::HighBongo => 3.5,
        Drum::LowBongo => 2.8,
        Drum::OpenHighConga => 1.7,
        Drum::LowConga => 1.0,
        Drum::OpenTriangle => -9.0,
        Drum::HighAgogo | Drum::LowAgogo => -1.0,
    };
    let side = match drum {
        Drum::ClosedHat | Drum::OpenHat | Drum::Tambourine | Drum::HighBongo | Drum::OpenTriangle => 0.25,
        Drum::Ride | Drum::RideBell | Drum::Crash | Drum::LowFloorTom | Drum::Maracas => -0.25,
        _ => 0.0,
    };
    (decibels, 0.01, side)
}

/// How far its peaks are bent over (see `Stroke::bend`): noise bears it, tones are level as they are.
pub fn drive(drum: Drum) -> f64 {
    match drum {
        Drum::Kick | Drum::Snare | Drum::SideStick | Drum::ClosedHat | Drum::Ride | Drum::Tambourine | Drum::Maracas => 1.7,
        Drum::RideBell | Drum::Cowbell | Drum::HighWoodBlock | Drum::OpenTriangle => 0.2,
        _ => 0.8,
    }
}

pub fn play(stroke: &mut Stroke, drum: Drum) {
    match drum {
        Drum::Kick => {
            stroke.triangle(50.0, 190.0, 0.028, 0.26, [0.9, 1.0]);
            stroke.register(LONG, 9000.0, 0.015, [0.03, 0.12]);
        }
        Drum::Snare => {
            stroke.register(LONG, 9500.0, 0.22, [0.32, 0.42]);
            stroke.triangle(165.0, 300.0, 0.02, 0.10, [0.45, 0.5]);
        }
        Drum::SideStick => {
            stroke.register(SHORT, ROUND * 180.0, 0.045, [0.4, 0.6]);
        }
        Drum::LowFloorTom => tom(stroke, 78.0),
        Drum::HighFloorTom => tom(stroke, 98.0),
        Drum::LowTom => tom(stroke, 123.0),
        Drum::MidTom => tom(stroke, 156.0),
        Drum::HighTom => tom(stroke, 196.0),
        Drum::ClosedHat => stroke.register(LONG, 26_000.0, 0.05, [0.5, 0.7]),
        Drum::OpenHat => stroke.register(LONG, 26_000.0, 0.34, [0.5, 0.7]),
        Drum::Crash => stroke.register(LONG, 14_000.0, 1.3, [0.5, 0.7]),
        Drum::SplashCymbal => stroke.register(LONG, 19_000.0, 0.6, [0.5, 0.7]),
        Drum::Ride => {
            stroke.register(SHORT, ROUND * 220.0, 0.30, [0.4, 0.5]);
            stroke.register(LONG, 26_000.0, 0.12, [0.1, 0.25]);
        }
        Drum::RideBell => {
            stroke.pulse(0.25, 1568.0, 1568.0, 0.01, 0.45, [0.4, 0.5]);
            stroke.register(SHORT, ROUND * 262.0, 0.10, [0.2, 0.3]);
        }
        Drum::Tambourine => {
            for late_s in [0.0, 0.03] {
                stroke.late(late_s, |stroke| stroke.register(SHORT, ROUND * 262.0, 0.09, [0.4, 0.6]));
            }
        }
        Drum::Cowbell => {
            stroke.pulse(0.25, 554.0, 554.0, 0.01, 0.2, [0.4, 0.5]);
            stroke.pulse(0.25, 831.0, 831.0, 0.01, 0.16, [0.3, 0.4]);
        }
        Drum::HighAgogo => stroke.pulse(0.125, 988.0, 988.0, 0.01, 0.16, [0.4, 0.5]),
        Drum::LowAgogo => stroke.pulse(0.125, 831.0, 831.0, 0.01, 0.18, [0.4, 0.5]),
        Drum::Maracas => stroke.register(LONG, 44_000.0, 0.022, [0.6, 0.9]),
        Drum::HighWoodBlock => stroke.pulse(0.5, 1047.0, 1400.0, 0.004, 0.06, [0.6, 0.8]),
        // A fourth apart each, as the skins of the stage are.
        Drum::HighBongo => blip(stroke, 466.0, 0.10),
        Drum::LowBongo => blip(stroke, 349.0, 0.12),
        Drum::OpenHighConga => blip(stroke, 262.0, 0.16),
        Drum::LowConga => blip(stroke, 196.0, 0.20),
        Drum::OpenTriangle => stroke.pulse(0.125, 2637.0, 2637.0, 0.01, 0.8, [0.6, 0.8]),
    }
}

/// Falls an octave, as the triangle's toms do.
fn tom(stroke: &mut Stroke, hertz: f64) {
    stroke.triangle(hertz, hertz * 2.0, 0.06, 0.30, [0.8, 0.9]);
    stroke.register(LONG, 7000.0, 0.02, [0.03, 0.1]);
}

/// A tone that bounces, without noise.
fn blip(stroke: &mut Stroke, hertz: f64, fade_s: f64) {
    stroke.triangle(hertz, hertz * 1.5, 0.01, fade_s, [0.75, 0.85]);
    stroke.pulse(0.5, hertz * 2.0, hertz * 3.0, 0.01, fade_s * 0.4, [0.06, 0.12]);
}
