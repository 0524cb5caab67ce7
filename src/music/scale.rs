//! Keys and their scales.

use std::fmt;
use std::str::FromStr;

pub const PITCH_CLASS_NAMES: [&str; 12] = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];

const MAJOR: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];
const NATURAL_MINOR: [i32; 7] = [0, 2, 3, 5, 7, 8, 10];
const MAJOR_PENTATONIC: [i32; 5] = [0, 2, 4, 7, 9];
const MINOR_PENTATONIC: [i32; 5] = [0, 3, 5, 7, 10];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Major,
    Minor,
}

/// Tonality: a tonic (pitch class, 0 = C to 11 = B) and a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    tonic: u8,
    pub mode: Mode,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no key; write a note name, then m for minor: C, Am, F#m, Bb")]
pub struct UnknownKey(pub String);

impl Key {
    pub const A_MINOR: Self = Self { tonic: 9, mode: Mode::Minor };

    /// `None` if the tonic is not 0 to 11.
    pub const fn new(tonic: u8, mode: Mode) -> Option<Self> {
        if tonic < 12 { Some(Self { tonic, mode }) } else { None }
    }

    pub const fn tonic(self) -> u8 {
        self.tonic
    }

    /// The same mode on another tonic, so many semitones up or down.
    pub const fn transposed(self, semitones: i32) -> Self {
        Self { tonic: (self.tonic as i32 + semitones).rem_euclid(12) as u8, mode: self.mode }
    }

    /// Semitones above the tonic of degree `degree` of the scale, 0 the tonic; any octave, also below.
    pub fn degree(self, degree: i32) -> i32 {
        let steps = match self.mode {
            Mode::Major => MAJOR,
            Mode::Minor => NATURAL_MINOR,
        };
        degree.div_euclid(7) * 12 + steps[degree.rem_euclid(7) as usize]
    }

    /// Semitones above the tonic of step `step` of the pentatonic scale, which has no semitones in it
    /// and so clashes with no chord of the key.
    pub fn pentatonic(self, step: i32) -> i32 {
        let steps = match self.mode {
            Mode::Major => MAJOR_PENTATONIC,
            Mode::Minor => MINOR_PENTATONIC,
        };
        step.div_euclid(5) * 12 + steps[step.rem_euclid(5) as usize]
    }

    /// Sharps (positive) or flats (negative) of the key signature, -7 to 7 (SMF, FF 59).
    pub fn sharps(self) -> i8 {
        let relative_major = match self.mode {
            Mode::Major => i32::from(self.tonic),
            Mode::Minor => i32::from(self.tonic) + 3,
        };
        // Fifths above C; the six flat keys and F# are written with the fewer signs.
        let fifths = (relative_major * 7).rem_euclid(12);
        (if fifths > 6 { fifths - 12 } else { fifths }) as i8
    }
}

impl FromStr for Key {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let unknown = || UnknownKey(text.to_owned());
        let mut letters = text.trim().chars();
        let natural = match letters.next().ok_or_else(unknown)?.to_ascii_uppercase() {
            'C' => 0,
            'D' => 2,
            'E' => 4,
            'F' => 5,
            'G' => 7,
            'A' => 9,
            'B' => 11,
            _ => return Err(unknown()),
        };
        let rest = letters.as_str();
        let (bend, rest): (i32, &str) = match rest.chars().next() {
            Some('#' | '♯') => (1, rest.trim_start_matches(['#', '♯'])),
            Some('b' | '♭') => (-1, rest.trim_start_matches(['b', '♭'])),
            _ => (0, rest),
        };
        let mode = match rest.trim() {
            "" | "M" | "maj" | "major" => Mode::Major,
            "m" | "min" | "minor" => Mode::Minor,
            _ => return Err(unknown()),
        };
        Ok(Self { tonic: (natural + bend).rem_euclid(12) as u8, mode })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minor = if self.mode == Mode::Minor { "m" } else { "" };
        write!(f, "{}{minor}", PITCH_CLASS_NAMES[usize::from(self.tonic)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_musicians_write_them() {
        assert_eq!("Am".parse::<Key>().unwrap(), Key::new(9, Mode::Minor).unwrap());
        assert_eq!("bb".parse::<Key>().unwrap().to_string(), "Bb");
        assert_eq!("F# minor".parse::<Key>().unwrap().to_string(), "F#m");
        assert_eq!("H".parse::<Key>(), Err(UnknownKey("H".into())));
        assert_eq!("Cx".parse::<Key>(), Err(UnknownKey("Cx".into())));
    }

    #[test]
    fn signatures_follow_the_circle_of_fifths() {
        for (key, sharps) in [("C", 0), ("Am", 0), ("G", 1), ("F", -1), ("Em", 1), ("Eb", -3), ("F#", 6), ("Db", -5), ("Dm", -1)] {
            assert_eq!(key.parse::<Key>().unwrap().sharps(), sharps, "{key}");
        }
    }

    #[test]
    fn degrees_and_steps_go_on_below_and_above_the_octave() {
        let a_minor: Key = "Am".parse().unwrap();
        assert_eq!((a_minor.degree(7), a_minor.degree(-1), a_minor.pentatonic(5), a_minor.pentatonic(-1)), (12, -2, 12, -2));
    }
}
