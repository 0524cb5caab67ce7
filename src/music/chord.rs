//! Chords: a root and a kind. Knows nothing of which chord follows which; that is a choice, and the composer's.

use super::{Key, NoteName};

/// A chord: its root in semitones above the tonic, and its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chord {
    pub root: i32,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Major,
    Minor,
    /// Major with a minor seventh: wants to go on.
    Dominant,
    Diminished,
    /// The third waits: root, fourth and fifth.
    Suspended,
}

impl Kind {
    /// What stands behind the root in a chord symbol.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Major => "",
            Self::Minor => "m",
            Self::Dominant => "7",
            Self::Diminished => "dim",
            Self::Suspended => "sus4",
        }
    }
}

impl Chord {
    /// Semitones of its tones above the root; the fourth is its colour, which joins when there are voices
    /// enough. No major sevenths: against a melody they grate.
    pub const fn tones(self) -> [i32; 4] {
        match self.kind {
            Kind::Major => [0, 4, 7, 9],
            Kind::Minor => [0, 3, 7, 10],
            Kind::Dominant => [0, 4, 7, 10],
            Kind::Diminished => [0, 3, 6, 9],
            Kind::Suspended => [0, 5, 7, 10],
        }
    }

    /// Whether it belongs to the key's own scale, so that a melody of the key goes with it.
    pub fn is_of(self, key: Key) -> bool {
        self.tones()[..3].iter().all(|tone| (0..7).any(|degree| (key.degree(degree) - self.root - tone).rem_euclid(12) == 0))
    }

    /// Pitch number of the root, any octave, in a key.
    pub fn root_in(self, key: Key) -> i32 {
        i32::from(key.tonic()) + self.root
    }

    /// Its symbol in a key, as over a lead sheet: `Am`, `E7`, `Bb`.
    pub fn symbol(self, key: Key) -> String {
        format!("{}{}", NoteName::in_key(self.root_in(key), key), self.kind.symbol())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_spelled_in_their_key() {
        let chord = |root, kind, key: &str| Chord { root, kind }.symbol(key.parse().unwrap());
        assert_eq!(chord(0, Kind::Minor, "Am"), "Am");
        assert_eq!(chord(7, Kind::Dominant, "Am"), "E7");
        assert_eq!(chord(1, Kind::Major, "Am"), "Bb");
        assert_eq!(chord(11, Kind::Diminished, "Am"), "G#dim");
        assert_eq!(chord(7, Kind::Suspended, "C"), "Gsus4");
        assert_eq!(chord(4, Kind::Dominant, "F"), "A7");
        assert_eq!(chord(10, Kind::Major, "F"), "Eb");
        assert_eq!(chord(8, Kind::Major, "E"), "C");
    }
}
