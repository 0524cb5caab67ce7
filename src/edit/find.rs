//! Finding and replacing.

use std::ops::Range;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Nothing is found of an empty one.
    pub text: String,
    pub is_case_sensitive: bool,
    /// Only where no letter, digit or underscore goes on with it.
    pub whole_word: bool,
}

/// How many places are told at most. More are no use to look at; fewer would be missed in long files.
const MOST_FOUND: usize = 10_000;

/// Where `query` is in `text`: in order and apart, the first 10,000 of them.
pub fn find_all(text: &str, query: &Query) -> Vec<Range<usize>> {
    places(text, query).take(MOST_FOUND).collect()
}

/// Which of `found` comes next at or after `caret` (the end of what is selected); after the last, the first.
pub fn next(found: &[Range<usize>], caret: usize) -> Option<usize> {
    let at = found.partition_point(|place| place.start < caret);
    (!found.is_empty()).then(|| at % found.len())
}

/// Which of `found` ends last at or before `caret` (the start of what is selected); before the first, the
/// last.
pub fn previous(found: &[Range<usize>], caret: usize) -> Option<usize> {
    let before = found.partition_point(|place| place.end <= caret);
    before.checked_sub(1).or_else(|| found.len().checked_sub(1))
}

/// `text` with `with` in every place of `query`, and how many there were; `None` if there was none.
pub fn replace_all(text: &str, query: &Query, with: &str) -> Option<(String, usize)> {
    let (mut replaced, mut done, mut count) = (String::with_capacity(text.len()), 0, 0);
    for place in places(text, query) {
        replaced.push_str(&text[done..place.start]);
        replaced.push_str(with);
        done = place.end;
        count += 1;
    }
    replaced.push_str(&text[done..]);
    (count > 0).then_some((replaced, count))
}

fn places<'a>(text: &'a str, query: &'a Query) -> impl Iterator<Item = Range<usize>> + 'a {
    let small: Vec<char> = query.text.chars().flat_map(char::to_lowercase).collect();
    let mut from = 0;
    std::iter::from_fn(move || {
        while !small.is_empty() {
            let place = if query.is_case_sensitive {
                let start = from + text[from..].find(&query.text)?;
                start..start + query.text.len()
            } else {
                text[from..].char_indices().find_map(|(at, _)| Some(from + at..from + at + begins_with(&text[from + at..], &small)?))?
            };
            if !query.whole_word || is_whole_word(text, &place) {
                from = place.end;
                return Some(place);
            }
            from = text.ceil_char_boundary(place.start + 1);
        }
        None
    })
}

/// How much of the start of `text` is `small` when written small; characters are taken whole.
fn begins_with(text: &str, small: &[char]) -> Option<usize> {
    let mut wanted = small;
    for (at, character) in text.char_indices() {
        if wanted.is_empty() {
            return Some(at);
        }
        for letter in character.to_lowercase() {
            wanted = wanted.strip_prefix(&[letter])?;
        }
    }
    wanted.is_empty().then_some(text.len())
}

/// Where the place itself ends with a sign, no neighbour can go on with it.
fn is_whole_word(text: &str, place: &Range<usize>) -> bool {
    let goes_on = |inner: Option<char>, outer: Option<char>| inner.is_some_and(is_of_word) && outer.is_some_and(is_of_word);
    let found = &text[place.clone()];
    !goes_on(found.chars().next(), text[..place.start].chars().next_back())
        && !goes_on(found.chars().next_back(), text[place.end..].chars().next())
}

/// Whether a name may go on with `character`.
pub(super) fn is_of_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn query(text: &str, is_case_sensitive: bool, whole_word: bool) -> Query {
        Query { text: text.into(), is_case_sensitive, whole_word }
    }

    #[test]
    fn nothing_is_found_of_nothing() {
        assert!(find_all("abc", &Query::default()).is_empty());
        assert_eq!((next(&[], 0), previous(&[], 0), replace_all("abc", &query("x", false, false), "")), (None, None, None));
    }

    #[test]
    fn places_lie_apart() {
        assert_eq!(find_all("aaaaa", &query("aa", true, false)), [0..2, 2..4]);
    }

    #[test]
    fn letters_of_all_scripts_are_found_small_and_large() {
        assert_eq!(find_all("Ähre ÄHRE ähre", &query("äHre", false, false)).len(), 3);
        assert_eq!(find_all("Ähre ÄHRE ähre", &query("ähre", true, false)).len(), 1);
    }

    #[test]
    fn a_whole_word_is_no_part_of_one() {
        assert_eq!(find_all("in int in_ (in) ini in", &query("in", true, true)), [0..2, 12..14, 20..22]);
        assert_eq!(find_all("f(x)(", &query("(", true, true)), [1..2, 4..5]);
    }

    #[test]
    fn the_next_after_the_last_is_the_first() {
        let found = [2..4, 6..8];
        assert_eq!([0, 2, 3, 6, 7].map(|caret| next(&found, caret)), [0, 0, 1, 1, 0].map(Some));
        assert_eq!([0, 4, 5, 8, 9].map(|caret| previous(&found, caret)), [1, 0, 0, 1, 1].map(Some));
    }

    #[test]
    fn more_are_replaced_than_told() {
        let text = "x ".repeat(MOST_FOUND + 5);
        assert_eq!(find_all(&text, &query("x", true, true)).len(), MOST_FOUND);
        let (replaced, count) = replace_all(&text, &query("x", true, true), "yy").unwrap();
        assert_eq!((replaced, count), ("yy ".repeat(MOST_FOUND + 5), MOST_FOUND + 5));
    }

    proptest! {
        #[test]
        fn what_is_found_is_there(text in "[aAbÄäßİ_ ]{0,30}", wanted in "[aAbÄäßİ]{1,3}", is_case_sensitive: bool, whole_word: bool) {
            let mut end = 0;
            for place in find_all(&text, &query(&wanted, is_case_sensitive, whole_word)) {
                prop_assert!(end <= place.start && place.start < place.end);
                prop_assert_eq!(text[place.clone()].to_lowercase(), wanted.to_lowercase());
                end = place.end;
            }
        }
    }
}
