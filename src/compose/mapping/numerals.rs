//! Chords as Roman numerals.
//!
//! Degrees are those of the major scale whatever the mode, as players of popular music write them: the natural
//! minor scale has bIII, bVI and bVII. Capitals are major, small letters minor; `V7` is a dominant seventh, `viio`
//! diminished, `Vsus4` suspended, and `V7/V` the dominant of the dominant.

use crate::compose::harmony::{Chord, Kind};

const DEGREES: [(&str, i32); 7] = [("VII", 11), ("VI", 9), ("IV", 5), ("V", 7), ("III", 4), ("II", 2), ("I", 0)];

/// What to write.
pub const ALLOWED: &str = "write Roman numerals such as i, bVII, V7, V7/V, Vsus4, viio";

/// `None` if it is no chord.
pub fn chord(text: &str) -> Option<Chord> {
    let (text, above) = match text.split_once('/') {
        Some((text, goal)) => (text, root(goal)?),
        None => (text, 0),
    };
    let (degree, rest, is_major) = degree(text)?;
    let kind = match (rest, is_major) {
        ("", true) => Kind::Major,
        ("", false) => Kind::Minor,
        ("7", true) => Kind::Dominant,
        ("o" | "°" | "dim", false) => Kind::Diminished,
        ("sus" | "sus4", true) => Kind::Suspended,
        _ => return None,
    };
    Some(Chord { root: (degree + above) % 12, kind })
}

/// The root of a numeral that has nothing behind it.
fn root(text: &str) -> Option<i32> {
    degree(text).filter(|(_, rest, _)| rest.is_empty()).map(|(root, ..)| root)
}

/// Semitones above the tonic, what follows, and whether it is written in capitals.
fn degree(text: &str) -> Option<(i32, &str, bool)> {
    let (bend, text) = match text.strip_prefix(['b', '♭']) {
        Some(rest) => (11, rest),
        None => text.strip_prefix(['#', '♯']).map_or((0, text), |rest| (1, rest)),
    };
    let of = |(name, semitones): &(&'static str, i32)| {
        let (numeral, rest) = text.split_at_checked(name.len())?;
        let is_major = numeral == *name;
        (is_major || numeral == name.to_lowercase()).then_some(((semitones + bend) % 12, rest, is_major))
    };
    DEGREES.iter().find_map(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_read_as_musicians_write_them() {
        let told = |text: &str| chord(text).map(|chord| (chord.root, chord.kind));
        assert_eq!(told("i"), Some((0, Kind::Minor)));
        assert_eq!(told("bVII"), Some((10, Kind::Major)));
        assert_eq!(told("#iv"), Some((6, Kind::Minor)));
        assert_eq!(told("V7"), Some((7, Kind::Dominant)));
        assert_eq!(told("V7/V"), Some((2, Kind::Dominant)));
        assert_eq!(told("V7/ii"), Some((9, Kind::Dominant)));
        assert_eq!(told("Vsus4"), Some((7, Kind::Suspended)));
        assert_eq!(told("viio"), Some((11, Kind::Diminished)));
        assert_eq!(told("bI"), Some((11, Kind::Major)));
        for wrong in ["", "H", "iI", "VIII", "V7/", "V7/V7", "i7", "viiO", "b", "V 7", "é"] {
            assert_eq!(chord(wrong), None, "{wrong}");
        }
    }
}
