//! Which chord is taken and how one leads to the next: progressions of minor and major pieces, what is borrowed
//! when something goes wrong, cadences, and the voicing.

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

const fn suspended(root: i32) -> Chord {
    Chord { root, kind: Kind::Suspended }
}

/// Four chords each; functions take them in turn.
const IN_MINOR: [[Chord; 4]; 8] = [
    [minor(0), major(8), major(3), major(10)],      // i VI III VII
    [minor(0), minor(5), major(10), major(3)],      // i iv VII III
    [minor(0), major(10), major(8), dominant(7)],   // i VII VI V7
    [minor(0), major(5), minor(0), major(10)],      // i IV i VII, dorian
    [minor(0), minor(7), major(8), minor(5)],       // i v VI iv
    [major(8), major(10), minor(0), minor(0)],      // VI VII i i
    [minor(0), major(1), major(10), minor(0)],      // i bII VII i, phrygian
    [minor(0), dominant(2), dominant(7), minor(0)], // i V7/V V7 i
];

const IN_MAJOR: [[Chord; 4]; 8] = [
    [major(0), major(7), minor(9), major(5)],       // I V vi IV
    [major(0), major(10), major(5), major(0)],      // I bVII IV I, mixolydian
    [major(0), minor(9), minor(2), dominant(7)],    // I vi ii V7
    [major(5), major(0), suspended(7), minor(9)],   // IV I Vsus vi
    [major(0), minor(4), major(5), minor(5)],       // I iii IV iv, the last borrowed
    [minor(2), dominant(7), major(0), dominant(9)], // ii V7 I V7/ii
    [major(0), dominant(4), minor(9), major(5)],    // I V7/vi vi IV
    [major(0), major(2), major(5), major(0)],       // I II IV I, lydian
];

/// Where recursion walks, a step for every frame: down in thirds, and home again.
const WALK_IN_MINOR: [Chord; 7] = [minor(0), major(8), minor(5), major(10), minor(7), major(3), minor(0)];
const WALK_IN_MAJOR: [Chord; 7] = [major(0), minor(9), major(5), minor(2), major(10), major(7), minor(4)];

/// Progressions there are for a mode.
pub const PROGRESSIONS: usize = IN_MINOR.len();

impl Chord {
    /// The tonic chord.
    pub const fn home(key: Key) -> Self {
        match key.mode {
            Mode::Minor => minor(0),
            Mode::Major => major(0),
        }
    }

    /// Chord `place` (counted round) of a progression.
    pub fn of_progression(key: Key, progression: usize, place: u32) -> Self {
        let table = match key.mode {
            Mode::Minor => &IN_MINOR,
            Mode::Major => &IN_MAJOR,
        };
        table[progression % PROGRESSIONS][place as usize % 4]
    }

    /// The chord of recursion at a frame depth.
    pub fn of_recursion(key: Key, depth: f64) -> Self {
        let walk = match key.mode {
            Mode::Minor => &WALK_IN_MINOR,
            Mode::Major => &WALK_IN_MAJOR,
        };
        walk[depth.round() as usize % walk.len()]
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

    /// For exceptions, borrowed from the parallel or the phrygian mode: the flat second, the minor
    /// subdominant, the flat sixth.
    pub fn borrowed(key: Key, bar: u32) -> Self {
        match (key.mode, bar % 2) {
            (Mode::Minor, 0) => major(1),
            (Mode::Minor, _) => Self { root: 2, kind: Kind::Diminished },
            (Mode::Major, 0) => minor(5),
            (Mode::Major, _) => major(8),
        }
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

    /// The notes of a melody over it, in semitones above the root: no two of them a semitone apart, and
    /// none a semitone from a tone of the chord.
    const fn melody(self) -> &'static [i32] {
        match self.kind {
            Kind::Major => &[0, 2, 4, 7, 9],
            Kind::Minor => &[0, 3, 5, 7, 10],
            Kind::Dominant => &[0, 2, 4, 7, 10],
            Kind::Diminished => &[0, 3, 6, 9],
            Kind::Suspended => &[0, 2, 5, 7, 10],
        }
    }

    /// Pitch number of melody step `step` (any, also below 0), where step 0 is the tone of the chord
    /// nearest below or at `anchor`. Monotone in `step`.
    pub fn melodic(self, key: Key, anchor: i32, step: i32) -> i32 {
        let (root, steps) = (self.root_in(key), self.melody());
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
        let chord = Chord::of_progression(a_minor(), 0, 0);
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
            let pitch = chord.melodic(key, anchor, step);
            prop_assert!(chord.melodic(key, anchor, step + 1) > pitch);
            prop_assert!((anchor - 4..=anchor).contains(&chord.melodic(key, anchor, 0)));
            let above = (pitch - chord.root_in(key)).rem_euclid(12);
            for tone in &chord.tones()[..3] {
                prop_assert!(![1, 11].contains(&(above - tone).rem_euclid(12)), "{above} against {tone} of {chord:?}");
            }
        }
    }
}
