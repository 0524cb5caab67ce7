//! Brackets and quotes: closed by themselves, stepped over, deleted in pairs, and found.

use super::Edit;
use super::change::{covered, within};
use super::reading::{Open, Reading, closing, prefix, read};

/// What typing `character` does other than inserting it; `None` where that is all it does.
///
/// Brackets and quotes are closed by themselves where a blank, a closer, a comma, a colon or the line's
/// end follows, and put around what is selected; a closer that is there already is stepped over. In
/// strings and comments they are letters like any other.
pub fn typed(text: &str, selection: (usize, usize), character: char) -> Option<Edit> {
    let selection = within(text, selection);
    let byte = u8::try_from(character).ok()?;
    let range = covered(selection);
    if !range.is_empty() {
        let closer = if is_quote(byte) { character } else { char::from(closing(byte)?) };
        let with = format!("{character}{}{closer}", &text[range.clone()]);
        return Some(Edit { range, with, selection: (selection.0 + 1, selection.1 + 1) });
    }
    let caret = range.start;
    let before = read(&text[..caret]);
    let follows = text[caret..].bytes().next();
    if follows == Some(byte) && is_stepped_over(text, caret, byte, &before) {
        return Some(Edit { range: caret..caret, with: String::new(), selection: (caret + 1, caret + 1) });
    }
    let with = if is_quote(byte) { quotes(text, caret, byte, &before)? } else { brackets(text, caret, byte, &before)? };
    Some(Edit { range: caret..caret, with, selection: (caret + 1, caret + 1) })
}

/// What a backspace deletes other than one character: the closer of an empty pair with its opener, and
/// in the spaces that a line begins with, back to the column of the level before.
pub fn backspace(text: &str, selection: (usize, usize)) -> Option<Edit> {
    let (anchor, caret) = within(text, selection);
    let before = text[..caret].bytes().next_back().filter(|_| anchor == caret)?;
    let line_start = text[..caret].rfind('\n').map_or(0, |end| end + 1);
    if text[line_start..caret].bytes().all(|byte| byte == b' ') {
        let column = caret - line_start;
        let start = line_start + (column.checked_sub(1)? / super::INDENT * super::INDENT);
        return Some(Edit { range: start..caret, with: String::new(), selection: (start, start) });
    }
    let after = match read(&text[..caret]).open.last()? {
        Open::Bracket { at, .. } | Open::Field { at, is_format: false } if at + 1 == caret => closing(before)?,
        Open::Quote { at, is_triple: false, .. } if at + 1 == caret => before,
        _ => return None,
    };
    let start = caret - 1;
    (text.as_bytes().get(caret) == Some(&after)).then(|| Edit { range: start..caret + 1, with: String::new(), selection: (start, start) })
}

/// The bracket before the caret, or else the one behind it, with the one that belongs to it: opener and
/// closer, in this order. Brackets in strings and comments are letters.
pub fn matching_bracket(text: &str, caret: usize) -> Option<(usize, usize)> {
    let caret = text.floor_char_boundary(caret);
    let is_bracket = |at: &usize| text.as_bytes().get(*at).is_some_and(|byte| b"()[]{}".contains(byte));
    let candidates = [caret.checked_sub(1), Some(caret)].into_iter().flatten().filter(is_bracket).collect::<Vec<_>>();
    if candidates.is_empty() {
        return None;
    }
    let pairs = read(text).pairs;
    candidates.iter().find_map(|at| pairs.iter().find(|(open, close)| at == open || at == close).copied())
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

/// Whether `byte`, which follows the caret, closes what is open there.
fn is_stepped_over(text: &str, caret: usize, byte: u8, before: &Reading) -> bool {
    if before.is_comment || before.is_escaped {
        return false;
    }
    match before.open.last() {
        Some(Open::Bracket { character, .. }) => closing(*character) == Some(byte),
        Some(Open::Field { .. }) => byte == b'}',
        Some(Open::Quote { quote, is_triple: false, .. }) => *quote == byte,
        // One by one; a quote that is told within such a string is none of its end.
        Some(Open::Quote { quote, is_triple: true, at, .. }) => {
            let is_quote = |found: &u8| found == quote;
            let behind = text.as_bytes()[caret..].iter().take_while(|found| is_quote(found)).count();
            let ahead = text.as_bytes()[at + 3..caret].iter().rev().take_while(|found| is_quote(found)).count();
            *quote == byte && behind + ahead >= 3
        }
        None => false,
    }
}

/// What typing the quote `byte` inserts, if more than itself.
fn quotes(text: &str, caret: usize, byte: u8, before: &Reading) -> Option<String> {
    if !before.is_code() || !makes_room(text, caret, None) {
        return None;
    }
    let (head, quote) = (&text[..caret], char::from(byte));
    // The third of three: an empty string becomes one of many lines.
    let run = head.bytes().rev().take_while(|found| *found == byte).count();
    match run {
        0 => prefix(head).map(|_| format!("{quote}{quote}")),
        2 => Some(quote.to_string().repeat(4)),
        _ => None,
    }
}

/// What typing the opener `byte` inserts, if more than itself.
fn brackets(text: &str, caret: usize, byte: u8, before: &Reading) -> Option<String> {
    let closer = closing(byte)?;
    let is_field = match before.open.last() {
        Some(Open::Quote { quote, is_formatted: true, .. }) if byte == b'{' && !before.is_comment => Some(*quote),
        _ if before.is_code() => None,
        _ => return None,
    };
    // A closer that waits for its opener gets it.
    let waits = text.as_bytes().get(caret) == Some(&closer) && !read(text).pairs.iter().any(|(_, close)| *close == caret);
    (makes_room(text, caret, is_field) && !waits).then(|| format!("{}{}", char::from(byte), char::from(closer)))
}

/// Whether what is behind the caret leaves room for a closer: no name, no number, no other string.
fn makes_room(text: &str, caret: usize, end_of_string: Option<u8>) -> bool {
    text[caret..]
        .chars()
        .next()
        .is_none_or(|next| next.is_whitespace() || ")]},:;".contains(next) || end_of_string.is_some_and(|quote| next == char::from(quote)))
}
