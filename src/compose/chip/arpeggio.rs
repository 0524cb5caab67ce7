//! The arpeggio: the value stack as a chord that is run through, since a chip has one voice for it.

use super::ARPEGGIO;
use crate::compose::conductor::Now;
use crate::compose::harmony::{Chord, Kind};
use crate::compose::rhythm::SLOTS;
use crate::compose::sheet::Sheet;
use crate::compose::theme::{Manner, Variation};

/// How much louder the function's own sixteenths are, in velocity.
const ACCENT: f64 = 14.0;
/// Fewest and most tones: one tone is no chord, and past six an ear counts no more.
const FEWEST_TONES: u16 = 2;
const MOST_TONES: u16 = 6;
/// Fewest strokes in a bar: eighths. More than any bass of `groove` has, by which the styles are told apart.
pub const FEWEST_STROKES: u32 = 8;

/// The way through the chord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Up,
    Down,
    UpAndDown,
    /// Every other stroke is the root.
    Pedal,
}

impl Shape {
    /// A function keeps its shape.
    fn of(manner: Manner) -> Self {
        match manner {
            Manner::Broken => Self::Up,
            Manner::Held => Self::UpAndDown,
            Manner::Chords([0, ..]) => Self::Pedal,
            Manner::Chords(_) => Self::Down,
        }
    }

    /// Which of `tones` tones is struck at stroke `stroke`.
    fn tone(self, stroke: usize, tones: usize) -> usize {
        match self {
            Self::Up => stroke % tones,
            Self::Down => tones - 1 - stroke % tones,
            Self::UpAndDown => {
                let turn = stroke % (2 * tones - 2);
                turn.min(2 * tones - 2 - turn)
            }
            Self::Pedal if stroke.is_multiple_of(2) => 0,
            Self::Pedal => 1 + stroke / 2 % (tones - 1),
        }
    }
}

/// Semitones above the root, from below. Sevenths only where they want to go on: elsewhere the octave is purer.
pub fn ladder(chord: Chord, tones: usize) -> Vec<i32> {
    let [root, third, fifth, seventh] = chord.tones();
    match (tones, chord.kind) {
        (..=2, _) => vec![root, fifth],
        (_, Kind::Major | Kind::Minor | Kind::Suspended) => {
            [root, third, fifth, 12, 12 + third, 12 + fifth].into_iter().take(tones).collect()
        }
        (_, Kind::Dominant | Kind::Diminished) => [root, third, fifth, seventh, 12, 12 + third].into_iter().take(tones).collect(),
    }
}

pub fn write(sheet: &mut Sheet, now: &Now) {
    let tones = usize::from(now.figures.peak.clamp(FEWEST_TONES, MOST_TONES));
    let shape = Shape::of(now.theme.manner);
    let slots = now.theme.onsets(strokes(now) as usize, SLOTS);
    let seat = &now.mapping.seats()[ARPEGGIO];
    let octave = if now.variation == Variation::Doubled { 12 } else { 0 };
    for (stroke, &slot) in slots.iter().enumerate() {
        let chord = now.chord_at(slot);
        let root = i32::from(seat.register.lowest(chord.root_in(now.key)).number());
        let ladder = ladder(chord, tones);
        let pitch = seat.register.of(root + octave + ladder[shape.tone(stroke, ladder.len())]);
        let is_accent = match now.theme.manner {
            Manner::Chords(slots) => slots.contains(&slot),
            Manner::Broken => slot.is_multiple_of(4),
            Manner::Held => slot.is_multiple_of(8),
        };
        // Into a new section it swells.
        let swell = if now.closes { f64::from(slot) } else { 0.0 };
        let usual = seat.velocity + if is_accent { ACCENT } else { 0.0 } + swell;
        let next = slots.get(stroke + 1).copied().unwrap_or(SLOTS);
        sheet.write(ARPEGGIO, (now.bar, slot), (next - slot).min(2), pitch, now.dynamics.at(usual, slot, 0.9), now.figures.cause);
    }
}

/// All sixteenths where the music is full, or goes into a new section; else the function's own rhythm, thinner where a
/// piece gathers, and thinnest where a theme returns thinned.
fn strokes(now: &Now) -> u32 {
    match now.variation {
        _ if now.closes => SLOTS,
        Variation::Thinned => FEWEST_STROKES,
        _ => FEWEST_STROKES + (12.0 * (now.fullness - 0.2).max(0.0)).round() as u32,
    }
    .min(SLOTS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::Key;

    #[test]
    fn every_shape_goes_through_all_tones_of_the_stack() {
        for shape in [Shape::Up, Shape::Down, Shape::UpAndDown, Shape::Pedal] {
            for tones in usize::from(FEWEST_TONES)..=usize::from(MOST_TONES) {
                let mut struck: Vec<usize> = (0..SLOTS as usize).map(|stroke| shape.tone(stroke, tones)).collect();
                struck.sort_unstable();
                struck.dedup();
                assert_eq!(struck, (0..tones).collect::<Vec<usize>>(), "{shape:?}");
            }
        }
    }

    #[test]
    fn a_higher_stack_is_a_longer_ladder() {
        for chord in [Chord::home(Key::A_MINOR), Chord::dominant(), Chord::unresolved()] {
            for tones in 2..=6 {
                let ladder = ladder(chord, tones);
                assert_eq!(ladder.len(), tones);
                assert!(ladder.windows(2).all(|pair| pair[0] < pair[1]));
            }
        }
    }
}
