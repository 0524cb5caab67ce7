//! How a pitch is spelled: F# or Gb. A keyboard has one key for both; a reader expects the one that the tonality
//! and the chord lead to.

use std::fmt;

use super::{Chord, Key, Mode};

/// A letter with its sharps or flats, as its place on the line of fifths: C is 0, G 1, F -1, F# 6, Bb -2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteName(i32);

/// Fifths from a root to a tone so many semitones above it, as chords are built: thirds, fifths and sevenths of
/// their own letters.
const FIFTHS_OF_INTERVALS: [i32; 12] = [0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5];
/// The fifth of a diminished chord is a fifth, flat.
const FLAT_FIFTH: i32 = -6;

impl NoteName {
    /// A pitch number's name where only the key is known. In major the seven notes of the key, the three flats that
    /// are borrowed from minor, the flat second and the sharp fourth; in minor the raised sixth and seventh and what
    /// leads to the dominant.
    pub fn in_key(pitch: i32, key: Key) -> Self {
        let lowest = i32::from(key.sharps())
            - match key.mode {
                Mode::Major => 5,
                Mode::Minor => 3,
            };
        Self(lowest + (pitch * 7 - lowest).rem_euclid(12))
    }

    /// Its name over a chord: notes of the key as the key has them, others as the chord is built, unless that were
    /// a double sharp or flat.
    pub fn over(pitch: i32, chord: Chord, key: Key) -> Self {
        let plain = Self::in_key(pitch, key);
        let degree = plain.0 - i32::from(key.sharps());
        if (-1..=5).contains(&degree) {
            return plain;
        }
        let root = Self::in_key(chord.root_in(key), key);
        let above = (pitch - chord.root_in(key)).rem_euclid(12);
        let fifths = if above == 6 && chord.tones().contains(&6) { FLAT_FIFTH } else { FIFTHS_OF_INTERVALS[above as usize] };
        let built = Self(root.0 + fifths);
        if built.alter().abs() > 1 { plain } else { built }
    }

    /// The note that a letter alone means in a key.
    pub fn of_letter(letter: char, key: Key) -> Self {
        let lowest = i32::from(key.sharps()) - 1;
        (lowest..lowest + 7).map(Self).find(|name| name.letter() == letter).unwrap_or(Self(lowest))
    }

    pub const fn letter(self) -> char {
        ['F', 'C', 'G', 'D', 'A', 'E', 'B'][(self.0 + 1).rem_euclid(7) as usize]
    }

    /// Sharps (positive) or flats (negative).
    pub const fn alter(self) -> i32 {
        (self.0 + 1).div_euclid(7)
    }

    /// The octave that a pitch number so spelled is written in; C4 is middle C, and so is B#3.
    pub const fn octave(self, pitch: i32) -> i32 {
        (pitch - self.alter()).div_euclid(12) - 1
    }
}

impl fmt::Display for NoteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.alter() < 0 { "b" } else { "#" };
        write!(f, "{}{}", self.letter(), sign.repeat(self.alter().unsigned_abs() as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::Kind;
    use proptest::prelude::*;

    fn scale(key: &str) -> String {
        let key: Key = key.parse().unwrap();
        (0..7).map(|degree| NoteName::in_key(i32::from(key.tonic()) + key.degree(degree), key).to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn scales_have_every_letter_once() {
        assert_eq!(scale("Bb"), "Bb C D Eb F G A");
        assert_eq!(scale("F#m"), "F# G# A B C# D E");
        assert_eq!(scale("Fm"), "F G Ab Bb C Db Eb");
        assert_eq!(scale("F#"), "F# G# A# B C# D# E#");
    }

    #[test]
    fn a_third_that_leads_is_sharp_and_a_borrowed_one_flat() {
        let (a_minor, c): (Key, Key) = ("Am".parse().unwrap(), "C".parse().unwrap());
        let over = |pitch, root, kind, key| NoteName::over(pitch, Chord { root, kind }, key).to_string();
        assert_eq!(over(63, 2, Kind::Dominant, a_minor), "D#", "the third of B7");
        assert_eq!(over(68, 7, Kind::Dominant, a_minor), "G#", "the third of E7");
        assert_eq!(over(61, 9, Kind::Dominant, c), "C#", "the third of A7");
        assert_eq!(over(63, 8, Kind::Major, c), "Eb", "the fifth of Ab");
        assert_eq!(over(66, 2, Kind::Major, c), "F#", "the third of D");
    }

    #[test]
    fn an_octave_is_counted_by_the_letter() {
        assert_eq!(NoteName::in_key(60, "C".parse().unwrap()).octave(60), 4);
        let f_sharp: Key = "C#m".parse().unwrap();
        let leading = NoteName::in_key(60, f_sharp);
        assert_eq!((leading.to_string().as_str(), leading.octave(60)), ("B#", 3));
    }

    proptest! {
        #[test]
        fn a_spelling_sounds_as_its_pitch(pitch in 0i32..128, tonic in 0u8..12, minor: bool, root in 0i32..12, which in 0usize..5) {
            let key = Key::new(tonic, if minor { Mode::Minor } else { Mode::Major }).unwrap();
            let kind = [Kind::Major, Kind::Minor, Kind::Dominant, Kind::Diminished, Kind::Suspended][which];
            for name in [NoteName::in_key(pitch, key), NoteName::over(pitch, Chord { root, kind }, key)] {
                let natural = [9, 11, 0, 2, 4, 5, 7][(name.letter() as u8 - b'A') as usize];
                prop_assert_eq!((name.octave(pitch) + 1) * 12 + natural + name.alter(), pitch);
                prop_assert!(name.alter().abs() <= 2);
            }
        }
    }
}
