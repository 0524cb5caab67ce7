//! The songs that come with evalody: small Python programs, each with one idea to listen for. Knows nothing
//! of how they are run.

use crate::program::Program;

/// A program of ours, called `@name` by people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Song {
    pub name: &'static str,
    pub source: &'static str,
}

/// No song is called that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no song is called {name:?}{}", match closest { Some(closest) => format!("; did you mean {closest}?"), None => String::new() })]
pub struct UnknownSong {
    pub name: String,
    /// The song whose name is most like it, if any is.
    pub closest: Option<&'static str>,
}

/// Edits by which a name may differ from a song's and still mean it. More suggests songs that nobody meant.
const MOST_EDITS: usize = 3;

macro_rules! songs {
    ($($name:literal),* $(,)?) => {
        &[$(Song { name: $name, source: include_str!(concat!("../songs/", $name, ".py")) }),*]
    };
}

/// From the first steps to the far corners; the order of a list to choose from.
static SONGS: &[Song] = songs![
    "loops",
    "recursion",
    "strings",
    "sort_bubble",
    "sort_merge",
    "primes",
    "matrix",
    "comprehensions",
    "pipeline",
    "closures",
    "attributes",
    "exceptions",
    "memory",
    "threads",
    "tasks",
];

/// All songs, in the order in which to hear them.
pub fn all() -> &'static [Song] {
    SONGS
}

/// The song called `name`, with or without the `@` in front.
pub fn named(name: &str) -> Result<&'static Song, UnknownSong> {
    let plain = name.strip_prefix('@').unwrap_or(name);
    SONGS.iter().find(|song| song.name == plain).ok_or_else(|| UnknownSong { name: plain.to_owned(), closest: closest(plain) })
}

impl Song {
    /// What it is about, in one sentence: the first line of its docstring.
    pub fn idea(&self) -> &'static str {
        self.docstring().lines().next().unwrap_or_default()
    }

    /// What to listen for: the rest of its docstring.
    pub fn hint(&self) -> &'static str {
        self.docstring().split_once('\n').map_or("", |(_, rest)| rest).trim()
    }

    pub fn program(&self) -> Program {
        Program { name: format!("@{}", self.name), text: self.source.to_owned() }
    }

    /// Empty if the song does not open with one, which a test forbids.
    fn docstring(&self) -> &'static str {
        let text = self.source.strip_prefix("\"\"\"").and_then(|rest| rest.split_once("\"\"\""));
        text.map_or("", |(docstring, _)| docstring)
    }
}

/// The song whose name is the fewest edits away, or begins with `name`.
fn closest(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    if let Some(song) = SONGS.iter().find(|song| name.len() > 1 && song.name.contains(&name)) {
        return Some(song.name);
    }
    let nearest = SONGS.iter().min_by_key(|song| edits(song.name, &name))?;
    // A name of three letters is three edits from everything.
    let most = MOST_EDITS.min(name.chars().count() / 2);
    (edits(nearest.name, &name) <= most).then_some(nearest.name)
}

/// How many letters have to be put in, left out or changed to make one name the other (Levenshtein).
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &target) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != target);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_song_says_what_it_is_about_and_what_to_listen_for() {
        for song in all() {
            assert!(song.idea().ends_with(['.', '!']), "{}: {:?}", song.name, song.idea());
            assert!(song.hint().starts_with("Listen "), "{}: {:?}", song.name, song.hint());
            assert!((2..=5).contains(&song.hint().lines().count()), "{}", song.name);
        }
    }

    #[test]
    fn songs_are_as_narrow_as_pep_8_asks_for() {
        for song in all() {
            for (line, text) in (1..).zip(song.source.lines()) {
                assert!(text.chars().count() <= 79 && text.trim_end() == text, "{}, line {line}", song.name);
            }
        }
    }

    #[test]
    fn a_song_is_found_with_and_without_its_sign() {
        assert_eq!(named("recursion").unwrap(), named("@recursion").unwrap());
        assert_eq!(named("@loops").unwrap().program().name, "@loops");
    }

    #[test]
    fn a_slip_is_answered_with_the_song_that_was_meant_and_nonsense_with_none() {
        let meant = |name: &str| named(name).unwrap_err().closest;
        assert_eq!(meant("@recurson"), Some("recursion"));
        assert_eq!(meant("Loop"), Some("loops"));
        assert_eq!(meant("bubble"), Some("sort_bubble"));
        assert_eq!(meant("symphony"), None);
        assert_eq!(meant("x"), None);
        assert_eq!(meant(""), None);
        assert_eq!(named("@lops").unwrap_err().to_string(), "no song is called \"lops\"; did you mean loops?");
    }

    #[test]
    fn edits_are_counted_as_levenshtein_did() {
        assert_eq!((edits("kitten", "sitting"), edits("", "abc"), edits("abc", "abc")), (3, 3, 0));
    }
}
