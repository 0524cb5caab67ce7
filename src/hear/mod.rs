//! The way back: from what is struck to what the interpreter did. Reads cues alone, no text and no causes.

use crate::compose::{BASS, FRAMES_A_STROKE, REST_VELOCITY, ROUND, STROKE_VELOCITY, VELOCITY_A_ROUND, VOICES, base_of};
use crate::music::{Drum, Key, Pitch, Velocity};
use crate::perform::{Channel, Cue, CueKind, Performance};
use crate::trace::Family;

/// What one note of the `faithful` style says about its instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    pub family: Family,
    /// Depth of the value stack before the instruction.
    pub depth: u16,
    pub frame_depth: u16,
}

/// Hears a piece in the style `faithful`: one entry for every instruction that was played.
///
/// Notes that the style cannot have written are passed over.
pub fn hear(performance: &Performance) -> Vec<Heard> {
    let mut heard = Vec::new();
    let mut frame_depth = 0i32;
    let strokes: Vec<(&Cue, Pitch, Velocity)> = performance
        .cues
        .iter()
        .filter_map(|cue| match cue.kind {
            CueKind::On { pitch, velocity, .. } => Some((cue, pitch, velocity)),
            CueKind::Off { .. } => None,
        })
        .collect();
    for together in strokes.chunk_by(|(a, ..), (b, ..)| a.at == b.at) {
        for &(cue, pitch, velocity) in together {
            if cue.channel == Channel::DRUMS {
                frame_depth += frames(pitch, velocity);
            }
        }
        for &(cue, pitch, velocity) in together {
            let part = performance.setups.iter().position(|setup| setup.channel == cue.channel);
            if cue.channel != Channel::DRUMS
                && let Some((family, depth)) = part.and_then(|part| instruction(part, pitch, velocity, performance.key))
            {
                heard.push(Heard { family, depth, frame_depth: frame_depth.clamp(0, i32::from(u16::MAX)) as u16 });
            }
        }
    }
    heard
}

/// Frames entered (positive) or left that a drum stroke tells.
fn frames(pitch: Pitch, velocity: Velocity) -> i32 {
    let count = i32::from(velocity.value()) - i32::from(STROKE_VELOCITY);
    let tells = |drum: Drum| drum.pitch() == pitch;
    if tells(Drum::RideBell) {
        count
    } else if tells(Drum::Cowbell) {
        -count
    } else if tells(Drum::SplashCymbal) {
        count * i32::from(FRAMES_A_STROKE)
    } else if tells(Drum::Tambourine) {
        -count * i32::from(FRAMES_A_STROKE)
    } else {
        0
    }
}

fn instruction(part: usize, pitch: Pitch, velocity: Velocity, key: Key) -> Option<(Family, u16)> {
    let (family, transposed, softest) = match part.checked_sub(BASS + 1) {
        Some(index) => {
            let voice = VOICES.get(index)?;
            (voice.family, voice.transposed, voice.velocity)
        }
        None => (Family::Rest, -24, REST_VELOCITY),
    };
    let above = i32::from(pitch.number()) - base_of(key) - transposed;
    let step = (0..ROUND).find(|&step| key.pentatonic(i32::from(step)) == above)?;
    let round = u16::from(velocity.value().checked_sub(softest)? / VELOCITY_A_ROUND);
    Some((family, round * ROUND + step))
}
