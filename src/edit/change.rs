//! A change of a text, and where the selection is after it.

use std::ops::Range;

/// A change of a text: `range` is replaced by `with`; then `selection` is selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub range: Range<usize>,
    pub with: String,
    /// Anchor and caret, in the changed text.
    pub selection: (usize, usize),
}

impl Edit {
    /// Changes `text`, for which this edit was made.
    pub fn apply(&self, text: &mut String) {
        text.replace_range(self.range.clone(), &self.with);
    }
}

/// A small change within a larger one.
pub(super) struct Patch<'a> {
    pub at: usize,
    /// Bytes that go.
    pub removed: usize,
    pub inserted: &'a str,
}

/// One edit out of `patches`, which are in order and apart. What is selected stays so; a position where
/// something is inserted goes behind it.
pub(super) fn patched(text: &str, selection: (usize, usize), patches: &[Patch]) -> Edit {
    let (Some(first), Some(last)) = (patches.first(), patches.last()) else {
        return Edit { range: selection.1..selection.1, with: String::new(), selection };
    };
    let range = first.at..last.at + last.removed;
    let mut with = String::new();
    let mut done = range.start;
    for patch in patches {
        with.push_str(&text[done..patch.at]);
        with.push_str(patch.inserted);
        done = patch.at + patch.removed;
    }
    let moved = |position: usize| {
        let mut to = position;
        for patch in patches.iter().take_while(|patch| patch.at <= position) {
            to = to + patch.inserted.len() - patch.removed.min(position - patch.at);
        }
        to
    };
    Edit { range, with, selection: (moved(selection.0), moved(selection.1)) }
}

/// `selection` at boundaries of characters of `text`.
pub(super) fn within(text: &str, selection: (usize, usize)) -> (usize, usize) {
    (text.floor_char_boundary(selection.0), text.floor_char_boundary(selection.1))
}

/// A selection as what it covers, whichever end the caret is at.
pub(super) fn covered((anchor, caret): (usize, usize)) -> Range<usize> {
    anchor.min(caret)..anchor.max(caret)
}
