//! Words on a sheet: short enough for their place, and without what XML cannot hold.

/// What stands for a character that XML 1.0 does not have: most control characters, and two that are none.
const NO_CHARACTER: char = '\u{fffd}';

/// The text on one line with single spaces between its words.
pub fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_lost = |character: char| character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}');
    words.join(" ").chars().map(|character| if is_lost(character) { NO_CHARACTER } else { character }).collect()
}

/// The text, plain, in at most so many characters; longer ones end between two words or tokens, if one is not
/// too far, and say so.
pub fn shortened(text: &str, most: usize) -> String {
    let plain = plain(text);
    let characters: Vec<char> = plain.chars().collect();
    if characters.len() <= most {
        return plain;
    }
    let room = most.saturating_sub(1);
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let is_between = |&at: &usize| !(is_word(characters[at - 1]) && is_word(characters[at]));
    let end = (room / 2 + 1..=room).rev().find(is_between).unwrap_or(room);
    let kept: String = characters[..end].iter().collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_line_ends_between_tokens() {
        assert_eq!(shortened("    return fib(n - 1)\n", 24), "return fib(n - 1)");
        assert_eq!(shortened("return fibonacci(number - 1) + fibonacci(number - 2)", 24), "return fibonacci(number…");
        assert_eq!(shortened("abcdefghijklmnopqrstuvwxyz", 8), "abcdefg…");
    }

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(plain("a\u{0}b\u{1b}[0m\tc\nd\u{ffff}"), "a\u{fffd}b\u{fffd}[0m c d\u{fffd}");
    }

    proptest! {
        #[test]
        fn no_text_is_longer_than_its_room(text: String, most in 1usize..40) {
            prop_assert!(shortened(&text, most).chars().count() <= most);
        }
    }
}
