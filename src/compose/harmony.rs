//! Chords and how one leads to the next. Degrees count from 0 on the scale of the relative major, so
//! that minor and major pieces share the progressions.

use crate::music::{Key, Mode, Pitch};

/// A chord: its root in semitones above the tonic of the relative major, and its tones above the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chord {
    pub root: i32,
    pub tones: [i32; 4],
}

/// Four-bar progressions; the k-th function of a program to be heard has the k-th, counted round.
const PROGRESSIONS: [[i32; 4]; 6] = [
    [5, 3, 0, 4], // vi IV I V
    [0, 4, 5, 3], // I V vi IV
    [3, 0, 4, 5], // IV I V vi
    [5, 0, 3, 4], // vi I IV V
    [1, 4, 0, 5], // ii V I vi
    [3, 4, 5, 1], // IV V vi ii
];

/// Where recursion walks, a step for every frame: down in thirds, and home again.
const WALK: [i32; 7] = [5, 3, 1, 6, 4, 2, 0];

const MAJOR: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];

impl Chord {
    /// The chord on a degree, out of the scale, with its seventh.
    pub fn diatonic(degree: i32) -> Self {
        let at = |step: i32| MAJOR[step.rem_euclid(7) as usize] + 12 * step.div_euclid(7);
        let root = at(degree);
        Self { root: root.rem_euclid(12), tones: [0, at(degree + 2) - root, at(degree + 4) - root, at(degree + 6) - root] }
    }

    /// The chord of the `bar`-th bar of a section of the `function`-th function.
    pub fn of_section(function: usize, bar: u32) -> Self {
        Self::diatonic(PROGRESSIONS[function % PROGRESSIONS.len()][bar as usize % 4])
    }

    /// The chord of recursion at a frame depth.
    pub fn of_recursion(depth: f64) -> Self {
        Self::diatonic(WALK[depth.round() as usize % WALK.len()])
    }

    pub const fn home(key: Key) -> i32 {
        match key.mode {
            Mode::Minor => 5,
            Mode::Major => 0,
        }
    }

    /// The dominant: where sections end and from where a piece goes home. In minor the third is raised,
    /// as it leads.
    pub fn dominant(key: Key) -> Self {
        match key.mode {
            Mode::Major => Self::diatonic(4),
            Mode::Minor => Self { root: 4, tones: [0, 4, 7, 10] },
        }
    }

    /// Borrowed from the parallel key, for exceptions: the minor subdominant, then the flat seventh.
    pub fn borrowed(bar: u32) -> Self {
        if bar.is_multiple_of(2) { Self { root: 5, tones: [0, 3, 7, 9] } } else { Self { root: 10, tones: [0, 4, 7, 9] } }
    }

    /// The diminished seventh on the leading tone: a question without an answer.
    pub const fn unresolved() -> Self {
        Self { root: 11, tones: [0, 3, 6, 9] }
    }

    /// Pitch number of the root, any octave, in a key.
    pub fn root_in(self, key: Key) -> i32 {
        relative_major(key) + self.root
    }

    /// The inversion of the chord's first `voices` tones that moves least from `before`, between `low`
    /// and `high`; sorted from below. Least sum of absolute movement (taxicab voice leading, Tymoczko,
    /// A Geometry of Music, 2011).
    pub fn voiced(self, key: Key, voices: usize, before: &[Pitch], low: u8, high: u8) -> Vec<Pitch> {
        let root = self.root_in(key);
        let voices = voices.clamp(1, self.tones.len());
        let inversions = (0..voices).flat_map(|inversion| (0..2).map(move |octave| (inversion, octave)));
        let candidates = inversions.map(|(inversion, octave)| {
            let mut tones: Vec<Pitch> = (0..voices)
                .map(|voice| {
                    let raised = if voice < inversion { 12 } else { 0 };
                    Pitch::within(
                        i32::from(Pitch::within(root, low, low + 11).number()) + self.tones[voice] + raised + 12 * octave,
                        low,
                        high,
                    )
                })
                .collect();
            tones.sort_unstable();
            tones.dedup();
            tones
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

/// Pitch class, 0 to 11, of the tonic of the key or of its relative major.
fn relative_major(key: Key) -> i32 {
    match key.mode {
        Mode::Major => i32::from(key.tonic()),
        Mode::Minor => (i32::from(key.tonic()) + 3) % 12,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn a_minor() -> Key {
        Key::new(9, Mode::Minor).unwrap()
    }

    #[test]
    fn the_first_progression_in_a_minor_begins_on_a_minor() {
        let chord = Chord::of_section(0, 0);
        assert_eq!((chord.root_in(a_minor()) % 12, chord.tones), (9, [0, 3, 7, 10]));
    }

    #[test]
    fn the_dominant_of_a_minor_is_e_with_a_leading_tone() {
        let dominant = Chord::dominant(a_minor());
        assert_eq!((dominant.root_in(a_minor()) % 12, dominant.tones[1]), (4, 4));
    }

    proptest! {
        #[test]
        fn voicings_keep_to_their_register_and_to_the_chord(degree in 0i32..7, voices in 1usize..=4, tonic in 0u8..12, low in 50u8..60) {
            let key = Key::new(tonic, Mode::Major).unwrap();
            let chord = Chord::diatonic(degree);
            let tones = chord.voiced(key, voices, &[], low, low + 21);
            prop_assert_eq!(tones.len(), voices);
            for tone in tones {
                prop_assert!((low..=low + 21).contains(&tone.number()));
                let above = (i32::from(tone.number()) - chord.root_in(key)).rem_euclid(12);
                prop_assert!(chord.tones.iter().any(|interval| interval.rem_euclid(12) == above));
            }
        }
    }
}
