//! Whole lines: indented, dedented, commented out, moved and doubled.

use std::ops::Range;

use super::Edit;
use super::change::{Patch, covered, patched, within};

/// Spaces of one level, after PEP 8.
pub const INDENT: usize = 4;

/// `INDENT` spaces.
pub(super) const LEVEL: &str = "    ";

/// Tab: spaces to the next column of a level; with lines selected, all of them that are not blank go one
/// level deeper.
pub fn tab(text: &str, selection: (usize, usize)) -> Edit {
    let selection = within(text, selection);
    let range = covered(selection);
    if text[range.clone()].contains('\n') {
        let lines: Vec<_> = lines_of(text, selection).filter(|line| !is_blank(&text[line.clone()])).collect();
        let patches: Vec<_> = lines.iter().map(|line| Patch { at: line.start, removed: 0, inserted: LEVEL }).collect();
        return patched(text, selection, &patches);
    }
    let with = LEVEL[column(&text[..range.start]) % INDENT..].to_owned();
    let caret = range.start + with.len();
    Edit { range, with, selection: (caret, caret) }
}

/// Shift and tab: the lines of the selection, or of the caret, go one level up; `None` where none can.
pub fn shift_tab(text: &str, selection: (usize, usize)) -> Option<Edit> {
    let selection = within(text, selection);
    let patches: Vec<_> = lines_of(text, selection)
        .map(|line| Patch { at: line.start, removed: level_at(&text[line]), inserted: "" })
        .filter(|patch| patch.removed > 0)
        .collect();
    (!patches.is_empty()).then(|| patched(text, selection, &patches))
}

/// Comments the lines of the selection out, at the indentation that all of them have; or in again, if all
/// of them are comments. Blank lines stay as they are where there are others.
pub fn toggle_comment(text: &str, selection: (usize, usize)) -> Edit {
    let selection = within(text, selection);
    let all: Vec<_> = lines_of(text, selection).collect();
    let mut lines: Vec<_> = all.iter().filter(|line| !is_blank(&text[(*line).clone()])).cloned().collect();
    if lines.is_empty() {
        lines = all;
    }
    let indentations: Vec<&str> = lines.iter().map(|line| indentation(&text[line.clone()])).collect();
    let is_comment = |line: &Range<usize>| text[line.clone()].trim_start_matches(is_blank_sign).starts_with('#');
    let patches: Vec<_> = if lines.iter().all(is_comment) {
        let signs = lines.iter().zip(&indentations).map(|(line, indentation)| line.start + indentation.len());
        signs.map(|at| Patch { at, removed: if text[at..].starts_with("# ") { 2 } else { 1 }, inserted: "" }).collect()
    } else {
        let common = indentations.iter().copied().reduce(common_start).map_or(0, str::len);
        lines.iter().map(|line| Patch { at: line.start + common, removed: 0, inserted: "# " }).collect()
    };
    patched(text, selection, &patches)
}

/// The lines of the selection change places with the line above or below; `None` at the text's ends.
pub fn move_lines(text: &str, selection: (usize, usize), up: bool) -> Option<Edit> {
    let selection = within(text, selection);
    let block = block_of(text, selection);
    if up {
        let above = line_around(text, block.start.checked_sub(1)?);
        if block.is_empty() && block.end == text.len() {
            return None; // What is behind the last line end is no line to move.
        }
        let with = format!("{}\n{}", &text[block.clone()], &text[above.clone()]);
        let by = block.start - above.start;
        Some(Edit { range: above.start..block.end, with, selection: (selection.0 - by, selection.1 - by) })
    } else {
        let below = line_around(text, (block.end < text.len()).then_some(block.end + 1)?);
        if below.is_empty() && below.end == text.len() {
            return None;
        }
        let with = format!("{}\n{}", &text[below.clone()], &text[block.clone()]);
        let (by, end) = (below.len() + 1, below.end);
        // A selection may take in its last line's end, which the text's last line has not.
        let last = end + usize::from(end < text.len());
        let moved = |position: usize| (position + by).min(last);
        Some(Edit { range: block.start..end, with, selection: (moved(selection.0), moved(selection.1)) })
    }
}

/// The lines of the selection once more below, which is where the selection goes.
pub fn duplicate_lines(text: &str, selection: (usize, usize)) -> Edit {
    let selection = within(text, selection);
    let block = block_of(text, selection);
    let with = format!("\n{}", &text[block.clone()]);
    let (by, end) = (with.len(), block.end + with.len());
    let moved = |position: usize| (position + by).min(end + usize::from(block.end < text.len()));
    Edit { range: block.end..block.end, with, selection: (moved(selection.0), moved(selection.1)) }
}

/// The lines that a selection touches, without their ends; not a last one that it only reaches the start of.
fn lines_of(text: &str, selection: (usize, usize)) -> impl Iterator<Item = Range<usize>> + '_ {
    let block = block_of(text, selection);
    let mut start = Some(block.start);
    std::iter::from_fn(move || {
        let line = line_around(text, start?);
        start = (line.end < block.end).then_some(line.end + 1);
        Some(line)
    })
}

fn block_of(text: &str, selection: (usize, usize)) -> Range<usize> {
    let range = covered(selection);
    let last = if text[range.clone()].ends_with('\n') { range.end - 1 } else { range.end };
    line_around(text, range.start).start..line_around(text, last).end
}

/// The line that `at` lies in, without its end.
pub(super) fn line_around(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    start..text[at..].find('\n').map_or(text.len(), |length| at + length)
}

pub(super) fn is_blank_sign(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\x0c')
}

fn is_blank(line: &str) -> bool {
    line.chars().all(is_blank_sign)
}

/// The blanks that a line begins with.
pub(super) fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches(is_blank_sign).len()]
}

/// Bytes that one level takes of a line's start.
fn level_at(line: &str) -> usize {
    if line.starts_with('\t') { 1 } else { line.bytes().take(INDENT).take_while(|byte| *byte == b' ').count() }
}

/// The column that `before`, a text up to a place, ends at; a tab goes to the next level's.
fn column(before: &str) -> usize {
    let line = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
    line.chars().fold(0, |column, character| if character == '\t' { (column / INDENT + 1) * INDENT } else { column + 1 })
}

fn common_start<'a>(a: &'a str, b: &str) -> &'a str {
    let length = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    &a[..length]
}
