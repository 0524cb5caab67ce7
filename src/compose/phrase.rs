//! Two seconds that tell an idea: strokes of families at depths of the value stack, by the band of `groove`.

use super::legend::{EXAMPLE_VELOCITY, TEMPO};
use super::mapping::Mapping;
use super::sheet::Sheet;
use super::style::StyleName;
use crate::music::{Key, Pitch, TICKS_PER_BAR, Tempo, Tick, Ticks};
use crate::score::{Cause, Score};
use crate::trace::Family;

/// Pitch of depth 0, A3: one for all instruments, so that a line of depths is a line of notes whoever plays it.
const LOWEST: i32 = 57;
/// Deepest that is told apart: three octaves above it.
const DEEPEST: u8 = 15;

/// A bar of strokes, as long as each other; `None` is a rest, and so is what the bar has left over. A deeper stack
/// is a higher note; families that are drums strike theirs in turn.
pub fn phrase(strokes: &[Option<(Family, u8)>]) -> Score {
    let mapping = Mapping::shipped(StyleName::Groove);
    let mut sheet = Sheet::new(mapping.seats());
    let key = Key::A_MINOR;
    // A half, a quarter, an eighth and so on: a count which a bar is felt in.
    let lasts = TICKS_PER_BAR / u32::try_from(strokes.len().next_power_of_two()).unwrap_or(TICKS_PER_BAR).min(TICKS_PER_BAR);
    for (index, &stroke) in (0..TICKS_PER_BAR / lasts).zip(strokes) {
        let Some((family, depth)) = stroke else { continue };
        let Some(entry) = mapping.legend().iter().find(|entry| entry.families.contains(&family)) else { continue };
        let pitch = if entry.drums.is_empty() {
            Pitch::within(LOWEST + key.pentatonic(i32::from(depth.min(DEEPEST))), 24, 108)
        } else {
            entry.drums[usize::from(depth) % entry.drums.len()]
        };
        sheet.write_at(entry.part, Tick(index * lasts), Ticks(lasts), pitch, f64::from(EXAMPLE_VELOCITY.value()), Cause::default());
    }
    Score { tempo: Tempo::nearest(f64::from(TEMPO)), key, parts: sheet.take(), end: Tick::of_bar(1), ..Score::silence("phrase") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pitches(score: &Score) -> Vec<u8> {
        score.notes().iter().map(|(_, note)| note.pitch.number()).collect()
    }

    #[test]
    fn it_lasts_two_seconds() {
        for count in [0, 1, 5, 16] {
            let score = phrase(&vec![Some((Family::Load, 1)); count]);
            assert_eq!(score.end.seconds(score.tempo), 2.0);
            assert_eq!(score.notes().len(), count);
        }
    }

    #[test]
    fn a_rest_is_silence_of_its_own_length() {
        let score = phrase(&[Some((Family::Load, 1)), None, Some((Family::Attr, 0)), None]);
        let onsets: Vec<u32> = score.notes().iter().map(|(_, note)| note.at.0).collect();
        assert_eq!(onsets, [0, TICKS_PER_BAR / 2]);
        assert!(score.notes().iter().all(|(_, note)| note.lasts.0 <= TICKS_PER_BAR / 4));
    }

    #[test]
    fn what_makes_no_sound_makes_none_here() {
        assert!(phrase(&[Some((Family::Rest, 3))]).notes().is_empty());
    }

    #[test]
    fn every_family_that_sounds_is_heard() {
        for family in Family::ALL.into_iter().filter(|&family| family != Family::Rest) {
            assert_eq!(phrase(&[Some((family, 2))]).notes().len(), 1, "{family}");
        }
    }

    proptest! {
        #[test]
        fn a_stack_that_falls_is_a_line_that_falls(mut depths in proptest::collection::vec(0..=DEEPEST, 1..=16), families in proptest::collection::vec(0usize..3, 16)) {
            depths.sort_unstable_by(|a, b| b.cmp(a));
            depths.dedup();
            let melodic = [Family::Load, Family::Attr, Family::Call];
            let strokes: Vec<_> = depths.iter().zip(families).map(|(&depth, family)| Some((melodic[family], depth))).collect();
            prop_assert!(pitches(&phrase(&strokes)).windows(2).all(|pair| pair[0] > pair[1]));
        }

        #[test]
        fn any_phrase_keeps_to_its_bar(strokes in proptest::collection::vec(proptest::option::of((0usize..Family::COUNT, 0u8..)), 0..40)) {
            let strokes: Vec<_> = strokes.into_iter().map(|stroke| stroke.map(|(family, depth)| (Family::ALL[family], depth))).collect();
            let score = phrase(&strokes);
            prop_assert!(score.notes().iter().all(|(_, note)| note.at + note.lasts <= score.end));
        }
    }
}
