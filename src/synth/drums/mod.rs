//! The drum kits. Every drum is worked out once, when the synth is made, as a soft and a hard stroke; a
//! voice mixes the two by its velocity. So a cymbal may have as many modes as it likes.

mod acoustic;
mod noise_kit;
mod stroke;

use crate::music::Drum;

use stroke::Stroke;

/// The kits there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KitName {
    Acoustic,
    /// A sound chip's.
    Noise,
}

/// The drum that plays a note of the percussion map: itself or the nearest of its kind (General MIDI 1,
/// percussion key map, and a guess outside it).
pub fn drum(note: u8) -> Drum {
    match note {
        0..=36 => Drum::Kick,
        37 => Drum::SideStick,
        38..=40 => Drum::Snare,
        41 => Drum::LowFloorTom,
        42 | 44 => Drum::ClosedHat,
        43 => Drum::HighFloorTom,
        45 => Drum::LowTom,
        46 => Drum::OpenHat,
        47 | 48 => Drum::MidTom,
        49 | 57 => Drum::Crash,
        50 => Drum::HighTom,
        51 | 59 => Drum::Ride,
        53 => Drum::RideBell,
        52 | 55 => Drum::SplashCymbal,
        54 => Drum::Tambourine,
        56 => Drum::Cowbell,
        67 => Drum::HighAgogo,
        68 => Drum::LowAgogo,
        60 | 65 => Drum::HighBongo,
        61 | 66 => Drum::LowBongo,
        62 | 63 | 78 => Drum::OpenHighConga,
        64 | 79 => Drum::LowConga,
        71 | 72 | 75..=77 => Drum::HighWoodBlock,
        80 | 81 => Drum::OpenTriangle,
        _ => Drum::Maracas,
    }
}

/// How a drum sits in the mix: gain in dB, share into the room, place from -1 (left) to 1, as the
/// audience sees the kit.
pub fn place(kit: KitName, drum: Drum) -> (f64, f32, f32) {
    match kit {
        KitName::Acoustic => acoustic::place(drum),
        KitName::Noise => noise_kit::place(drum),
    }
}

/// Soft and hard strokes of every drum.
#[derive(Debug)]
pub struct Kit {
    strokes: Vec<Vec<[f32; 2]>>,
}

impl Kit {
    pub fn new(sample_rate_hz: f64, name: KitName) -> Self {
        let strokes = Drum::ALL
            .iter()
            .enumerate()
            .map(|(number, &drum)| {
                let mut stroke = Stroke::new(sample_rate_hz, 0x5eed_0001 + number as u32 * 7919);
                match name {
                    KitName::Acoustic => acoustic::play(&mut stroke, drum),
                    KitName::Noise => noise_kit::play(&mut stroke, drum),
                }
                stroke.bend(match name {
                    KitName::Acoustic => acoustic::drive(drum),
                    KitName::Noise => noise_kit::drive(drum),
                });
                stroke.finish()
            })
            .collect();
        Self { strokes }
    }

    pub fn stroke(&self, number: usize) -> &[[f32; 2]] {
        &self.strokes[number]
    }

    pub fn number(drum: Drum) -> usize {
        // `Drum::ALL` holds every drum; a test strikes them all.
        Drum::ALL.iter().position(|&known| known == drum).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_drum_is_played_by_itself_and_is_heard_at_once() {
        for name in [KitName::Acoustic, KitName::Noise] {
            let kit = Kit::new(48_000.0, name);
            for known in Drum::ALL {
                assert_eq!(drum(known.pitch().number()), known);
                let stroke = kit.stroke(Kit::number(known));
                let early = |side: usize| stroke.iter().take(960).map(|sample| sample[side].abs()).fold(0.0f32, f32::max);
                assert!(early(0) > 0.05 && early(1) > early(0), "{name:?} {known:?}: {} {}", early(0), early(1));
                assert_eq!(stroke[0], [0.0; 2]);
                assert_eq!(stroke[stroke.len() - 1], [0.0; 2]);
                // Struck four times a second, a hundredth of full scale of direct current, for the mastering to take off.
                let thrust = stroke.iter().map(|sample| sample[1]).sum::<f32>() / 48_000.0;
                assert!(thrust.abs() < 0.0025, "{name:?} {known:?}: {thrust} of direct current");
            }
        }
    }
}
