//! What kind of word each part of a text is, for colours. Knows no colours.

use std::ops::Range;

#[cfg(feature = "syntax")]
#[path = "tokens.rs"]
mod tokens;
#[cfg(not(feature = "syntax"))]
#[path = "no_tokens.rs"]
mod tokens;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Keyword,
    /// `match`, `case`, `type` and `lazy` where they are no names.
    SoftKeyword,
    /// The name behind `def` or `class`.
    Definition,
    /// A name of Python's `builtins` that is no attribute and no keyword argument.
    Builtin,
    /// `@` and the name behind it.
    Decorator,
    Name,
    /// `True`, `False`, `None` and `...`.
    Constant,
    Number,
    /// With its prefix and quotes; left open, to where a person would end it.
    String,
    /// Of what is in the braces of a formatted string: names, operators, blanks and the braces. Keywords,
    /// constants, builtins, numbers and strings there are themselves.
    Interpolation,
    Comment,
    Operator,
    Bracket,
    /// Blanks, commas, dots, colons, and what is no Python.
    Plain,
}

/// The kinds of the parts of `text`, which cover it in order, without gaps or overlaps; neighbours differ.
/// Total: broken text has the colours that it would have if it were finished. Without the feature
/// `syntax` all is plain, and so is a text of more than half a mebibyte.
///
/// It costs a parse, some milliseconds for thousands of lines: keep what came back, and ask again when the
/// text has changed, not with every frame.
pub fn highlight(text: &str) -> Vec<(Range<usize>, Kind)> {
    let mut parts: Vec<(Range<usize>, Kind)> = Vec::new();
    let mut add = |range: Range<usize>, kind: Kind| match parts.last_mut() {
        _ if range.is_empty() => {}
        Some((last, same)) if *same == kind => last.end = range.end,
        _ => parts.push((range, kind)),
    };
    let mut done = 0;
    for token in tokens::tokens(text) {
        let start = token.range.start.max(done);
        let end = token.range.end.min(text.len());
        if start < end && text.is_char_boundary(start) && text.is_char_boundary(end) {
            add(done..start, token.gap_before);
            add(start..end, token.kind);
            done = end;
        }
    }
    add(done..text.len(), Kind::Plain);
    parts
}

/// A word of the text.
struct Told {
    range: Range<usize>,
    kind: Kind,
    /// What the blanks before it are.
    gap_before: Kind,
}
