//! The line end: what the next line begins with.

use super::Edit;
use super::change::{covered, within};
use super::indentation::{INDENT, LEVEL, indentation, is_blank_sign, line_around};
use super::reading::{Open, Reading, closing, read};

/// Statements behind which nothing of their block can follow.
const ENDERS: &[&str] = &["return", "pass", "break", "continue", "raise"];

/// A line end in place of the selection, and the indentation of what comes next.
///
/// That of the statement so far; one level more behind a colon, one less behind what leaves the block; in
/// brackets, one level more behind an opener, under what follows it otherwise. Between an opener and its
/// closer, the closer gets a line of its own.
pub fn newline(text: &str, selection: (usize, usize)) -> Edit {
    let range = covered(within(text, selection));
    let line = line_around(text, range.start);
    let head = &text[line.start..range.start];
    let before = read(&text[..range.start]);
    if indentation(head).len() == head.len() {
        // Before all of the line's code: what is behind the caret keeps its column.
        return plain(range.start..range.end, head);
    }
    if !before.is_comment && !before.is_code() || before.open.iter().any(|open| !matches!(open, Open::Bracket { .. })) {
        return plain(range, indentation(head));
    }
    let blanks_before = head.len() - head.trim_end_matches(is_blank_sign).len();
    let behind = &text[range.end..];
    let blanks_behind = behind.len() - behind.trim_start_matches(is_blank_sign).len();
    let whole = range.start - blanks_before..range.end + blanks_behind;
    if let Some(Open::Bracket { at, character }) = before.open.last().copied() {
        if at + 1 == whole.start && text[whole.end..].bytes().next() == closing(character) {
            let outer = indentation(head);
            let with = format!("\n{outer}{LEVEL}\n{outer}");
            let caret = whole.start + 1 + outer.len() + INDENT;
            return Edit { range: whole, with, selection: (caret, caret) };
        }
        let with = in_brackets(text, &before, at, line.start);
        return plain(whole, &with);
    }
    plain(whole, &next_statement(text, &before, range.start))
}

fn plain(range: std::ops::Range<usize>, indentation: &str) -> Edit {
    let caret = range.start + 1 + indentation.len();
    Edit { range, with: format!("\n{indentation}"), selection: (caret, caret) }
}

/// What a line begins with whose line before leaves the bracket at `opened` open.
fn in_brackets(text: &str, before: &Reading, opened: usize, line_start: usize) -> String {
    let line = &text[line_start..];
    if opened < line_start {
        return indentation(line).into();
    }
    if before.last_code == Some(opened) {
        return format!("{}{LEVEL}", indentation(line));
    }
    let under = text[opened + 1..].chars().take_while(|character| is_blank_sign(*character)).count();
    let column = text[line_start..=opened].chars().count() + under;
    // Tabs at the line's start are kept: their width is the reader's.
    let kept = indentation(line);
    format!("{kept}{}", " ".repeat(column - kept.chars().count()))
}

/// What a line begins with that comes after a line in no bracket, read until `caret`.
fn next_statement(text: &str, before: &Reading, caret: usize) -> String {
    let statement = &text[before.line_start..caret];
    let base = indentation(statement);
    let Some(last) = before.last_code else { return base.into() };
    let last_line = line_around(text, caret).start;
    match text.as_bytes()[last] {
        b':' => format!("{base}{LEVEL}"),
        b'\\' if !before.is_comment && before.line_start == last_line => format!("{base}{LEVEL}"),
        b'\\' if !before.is_comment => indentation(&text[last_line..caret]).into(),
        _ if leaves_block(statement) => outer(&text[..before.line_start], base).into(),
        _ => base.into(),
    }
}

fn leaves_block(statement: &str) -> bool {
    let word = statement.trim_start_matches(is_blank_sign);
    let end = word.find(|character: char| !super::find::is_of_word(character)).unwrap_or(word.len());
    ENDERS.contains(&&word[..end])
}

/// The indentation of the block around one that is indented by `inner`: the nearest line above with less.
fn outer<'a>(above: &'a str, inner: &str) -> &'a str {
    let lines = above
        .lines()
        .rev()
        .filter(|line| !line.trim_start_matches(is_blank_sign).is_empty() && !line.trim_start_matches(is_blank_sign).starts_with('#'));
    lines.map(indentation).find(|found| found.len() < inner.len()).unwrap_or("")
}
