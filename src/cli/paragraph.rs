//! Text set as wide as the terminal, so that no word is broken at its edge.

use std::io::{self, IsTerminal};

use textwrap::{Options, WordSplitter};

/// Widest that text is set, columns: longer lines are hard to read.
const WIDEST: usize = 100;

/// As wide as the terminal; of a pipe nobody knows, and text is set for [`WIDEST`].
pub fn width() -> usize {
    if !io::stdout().is_terminal() {
        return WIDEST;
    }
    ratatui::crossterm::terminal::size().map_or(WIDEST, |(columns, _)| usize::from(columns).min(WIDEST))
}

/// A paragraph that begins with `label`, with its further lines behind where that ends.
pub fn hanging(label: &str, text: &str, width: usize) -> String {
    let indent = " ".repeat(label.chars().count());
    let options = Options::new(width).initial_indent(label).subsequent_indent(&indent);
    // Names keep their hyphens and their letters together: they are to be copied.
    textwrap::wrap(text, options.word_splitter(WordSplitter::NoHyphenation).break_words(false)).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_lines_stand_behind_the_label() {
        assert_eq!(hanging("  1. ", "one two three", 13), "  1. one two\n     three");
        assert_eq!(hanging("", "_PyObject_GenericGetAttrWithDict", 10), "_PyObject_GenericGetAttrWithDict");
    }
}
