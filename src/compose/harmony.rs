//! How chords lead to the next: cadences and the voicing. Which of them follow each other is the mapping's.

use super::mapping::Scale;
pub use crate::music::{Chord, Kind};
use crate::music::{Key, Mode, Pitch};
use crate::trace::Outcome;

const fn major(root: i32) -> Chord {
    Chord { root, kind: Kind::Major }
}

const fn minor(root: i32) -> Chord {
    Chord { root, kind: Kind::Minor }
}

const fn dominant(root: i32) -> Chord {
    Chord { root, kind: Kind::Dominant }
}

impl Chord {
    /// The tonic chord.
    pub const fn home(key: Key) -> Self {
        match key.mode {
            Mode::Minor => minor(0),
            Mode::Major => major(0),
        }
    }

    /// The dominant seventh: where sections end and from where a piece goes home. In minor its third is
    /// raised, as it leads.
    pub const fn dominant() -> Self {
        dominant(7)
    }

    /// The dominant of another chord, which leads there.
    pub fn dominant_of(chord: Self) -> Self {
        dominant((chord.root + 7) % 12)
    }

    /// The diminished seventh on the leading tone: a question without an answer.
    pub const fn unresolved() -> Self {
        Self { root: 11, kind: Kind::Diminished }
    }

    /// The chord of the ending, which says how the program ended: at home, on the dominant where it was stopped,
    /// a question where an exception stopped it; none where it died.
    pub fn of_ending(key: Key, outcome: &Outcome) -> Option<Self> {
        match outcome {
            Outcome::Finished => Some(Self::home(key)),
            Outcome::Exited { .. } | Outcome::CutShort { .. } => Some(Self::dominant()),
            Outcome::Raised { .. } => Some(Self::unresolved()),
            Outcome::Died { .. } => None,
        }
    }

    /// Pitch number of melody step `step` (any, also below 0), where step 0 is the tone of the chord
    /// nearest below or at `anchor`. Monotone in `step`.
    pub fn melodic(self, scale: &Scale, key: Key, anchor: i32, step: i32) -> i32 {
        let (root, steps) = (self.root_in(key), scale.over(self.kind));
        let round = steps.len() as i32;
        let at = |index: i32| root + 12 * index.div_euclid(round) + steps[index.rem_euclid(round) as usize];
        // An index that is surely too high, then down to the anchor.
        let mut index = (anchor - root).div_euclid(12) * round + round;
        while at(index) > anchor {
            index -= 1;
        }
        at(index + step)
    }

    /// The inversion of the chord's first `voices` tones that moves least from `before`, between `low`
    /// and `high`; sorted from below. Least sum of absolute movement (taxicab voice leading, Tymoczko,
    /// A Geometry of Music, 2011).
    pub fn voiced(self, key: Key, voices: usize, before: &[Pitch], low: u8, high: u8) -> Vec<Pitch> {
        let (root, tones) = (self.root_in(key), self.tones());
        let voices = voices.clamp(1, tones.len());
        let inversions = (0..voices).flat_map(|inversion| (0..2).map(move |octave| (inversion, octave)));
        let candidates = inversions.map(|(inversion, octave)| {
            let mut pitches: Vec<Pitch> = (0..voices)
                .map(|voice| {
                    let raised = if voice < inversion { 12 } else { 0 };
                    Pitch::within(i32::from(Pitch::within(root, low, low + 11).number()) + tones[voice] + raised + 12 * octave, low, high)
                })
                .collect();
            pitches.sort_unstable();
            pitches.dedup();
            pitches
        });
        let middle = (f64::from(low) + f64::from(high)) / 2.0;
        let movement = |tones: &[Pitch]| -> f64 {
            tones
                .iter()
                .enumerate()
                .map(|(voice, pitch)| {
                    let from = before.get(voice).map_or(middle, |pitch| f64::from(pitch.number()));
                    (f64::from(pitch.number()) - from).abs()
                })
                .sum::<f64>()
                + if tones.len() < voices { 1000.0 } else { 0.0 }
        };
        candidates.min_by(|a, b| movement(a).total_cmp(&movement(b))).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::mapping::Mapping;
    use proptest::prelude::*;

    fn a_minor() -> Key {
        Key::new(9, Mode::Minor).unwrap()
    }

    fn chords() -> impl Strategy<Value = Chord> {
        let kinds = vec![Kind::Major, Kind::Minor, Kind::Dominant, Kind::Diminished, Kind::Suspended];
        (0i32..12, prop::sample::select(kinds)).prop_map(|(root, kind)| Chord { root, kind })
    }

    #[test]
    fn the_first_progression_in_a_minor_begins_on_a_minor() {
        let chord = Mapping::default().harmony.minor.chord(0, 0);
        assert_eq!((chord.root_in(a_minor()) % 12, chord.tones()), (9, [0, 3, 7, 10]));
    }

    #[test]
    fn the_dominant_of_a_minor_is_e_with_a_leading_tone() {
        let dominant = Chord::dominant();
        assert_eq!((dominant.root_in(a_minor()) % 12, dominant.tones()[1]), (4, 4));
    }

    #[test]
    fn a_secondary_dominant_lies_a_fifth_above_its_goal() {
        assert_eq!(Chord::dominant_of(minor(0)), Chord::dominant());
        assert_eq!(Chord::dominant_of(major(5)).root, 0);
    }

    proptest! {
        #[test]
        fn voicings_keep_to_their_register_and_to_the_chord(chord in chords(), voices in 1usize..=4, tonic in 0u8..12, low in 50u8..60) {
            let key = Key::new(tonic, Mode::Major).unwrap();
            let tones = chord.voiced(key, voices, &[], low, low + 21);
            prop_assert_eq!(tones.len(), voices);
            for tone in tones {
                prop_assert!((low..=low + 21).contains(&tone.number()));
                let above = (i32::from(tone.number()) - chord.root_in(key)).rem_euclid(12);
                prop_assert!(chord.tones().iter().any(|interval| interval.rem_euclid(12) == above));
            }
        }

        #[test]
        fn a_melody_rises_with_its_step_and_never_lies_a_semitone_from_its_chord(chord in chords(), anchor in 40i32..80, step in -8i32..12) {
            let key = a_minor();
            let pitch = chord.melodic(&Scale::default(), key, anchor, step);
            prop_assert!(chord.melodic(&Scale::default(), key, anchor, step + 1) > pitch);
            prop_assert!((anchor - 4..=anchor).contains(&chord.melodic(&Scale::default(), key, anchor, 0)));
            let above = (pitch - chord.root_in(key)).rem_euclid(12);
            for tone in &chord.tones()[..3] {
                prop_assert!(![1, 11].contains(&(above - tone).rem_euclid(12)), "{above} against {tone} of {chord:?}");
            }
        }
    }
}
