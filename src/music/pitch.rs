//! How high a note is.

use std::fmt;
use std::str::FromStr;

/// A MIDI note number, 0 to 127; middle C is 60 and is written C4 (MIDI 1.0, table of note numbers).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pitch(u8);

impl Pitch {
    pub const MIDDLE_C: Self = Self(60);

    /// `None` above 127: a wrong number must not become a wrong note.
    pub const fn new(number: u8) -> Option<Self> {
        if number <= 127 { Some(Self(number)) } else { None }
    }

    /// `number` moved by whole octaves until it lies in `low..=high`, which must span an octave or
    /// more; a bound above 127 counts as 127.
    pub fn within(number: i32, low: u8, high: u8) -> Self {
        let (low, high) = (i32::from(low.min(116)), i32::from(high.min(127)));
        let folded = if number < low {
            number + (low - number + 11) / 12 * 12
        } else if number > high {
            number - (number - high + 11) / 12 * 12
        } else {
            number
        };
        Self(folded.clamp(low, high.max(low)) as u8)
    }

    pub const fn number(self) -> u8 {
        self.0
    }

    /// Frequency in hertz in equal temperament with A4 = 440 Hz (ISO 16).
    pub fn hertz(self) -> f64 {
        440.0 * libm::exp2((f64::from(self.0) - 69.0) / 12.0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no note; write a letter and an octave: C4 is middle C, F#3, Bb2")]
pub struct UnknownPitch(String);

impl FromStr for Pitch {
    type Err = UnknownPitch;

    fn from_str(text: &str) -> Result<Self, UnknownPitch> {
        let unknown = || UnknownPitch(text.to_owned());
        let octave_at = text.find(|letter: char| letter == '-' || letter.is_ascii_digit()).ok_or_else(unknown)?;
        let (name, octave) = text.split_at(octave_at);
        let class = match name.split_at_checked(1).ok_or_else(unknown)? {
            (letter, "") => class_of(letter),
            (letter, "#" | "♯") => class_of(letter).map(|class| class + 1),
            (letter, "b" | "♭") => class_of(letter).map(|class| class - 1),
            _ => None,
        };
        let octave: i32 = octave.parse().map_err(|_| unknown())?;
        let number = (octave.clamp(-2, 10) + 1) * 12 + class.ok_or_else(unknown)?;
        u8::try_from(number).ok().and_then(Self::new).ok_or_else(unknown)
    }
}

/// Semitones above C of a natural note.
fn class_of(letter: &str) -> Option<i32> {
    let classes = [("C", 0), ("D", 2), ("E", 4), ("F", 5), ("G", 7), ("A", 9), ("B", 11)];
    classes.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(letter)).map(|(_, class)| class)
}

impl fmt::Display for Pitch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", super::PITCH_CLASS_NAMES[usize::from(self.0 % 12)], i32::from(self.0 / 12) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn middle_c_is_c4_and_a4_is_440_hertz() {
        assert_eq!(Pitch::new(60).unwrap().to_string(), "C4");
        assert_eq!(Pitch::new(69).unwrap().hertz(), 440.0);
        assert_eq!(Pitch::new(128), None);
    }

    #[test]
    fn notes_are_read_as_they_are_written() {
        for number in 0..128 {
            let pitch = Pitch::new(number).unwrap();
            assert_eq!(pitch.to_string().parse(), Ok(pitch));
        }
        assert_eq!(("Cb4".parse::<Pitch>().unwrap().number(), "f#3".parse::<Pitch>().unwrap().number()), (59, 54));
        for wrong in ["", "4", "H4", "C", "C44", "C#b4", "G#9", "C-2", "Cx", "é4", "C4 "] {
            assert!(wrong.parse::<Pitch>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn folding_into_a_register_keeps_the_pitch_class(number in -500i32..500, low in 0u8..100) {
            let pitch = Pitch::within(number, low, low + 12);
            prop_assert!((low..=low + 12).contains(&pitch.number()));
            prop_assert_eq!(i32::from(pitch.number()).rem_euclid(12), number.rem_euclid(12));
        }
    }
}
