//! A page as plain text: sentences and labels, so that it reads the same without colour and aloud.

use textwrap::{Options, WordSplitter};

use super::{Block, Page};
use crate::atlas::{Place, Versions};

/// Narrowest text, columns: below it a name of CPython's is longer than a line.
const NARROWEST: usize = 24;

impl Page {
    /// The page in lines of at most `width` columns, unless a single word is longer. `line_of` tells the line of a
    /// place in a source tree of one of the versions, where there is such a tree.
    pub fn lines(&self, width: usize, line_of: impl Fn(&Place, Versions) -> Option<u32>) -> Vec<String> {
        let width = width.max(NARROWEST);
        let mut lines = wrapped(&self.title, width);
        for block in &self.blocks {
            match block {
                Block::Heading(text) => {
                    lines.push(String::new());
                    lines.extend(wrapped(text, width));
                }
                Block::Text(text) => lines.extend(wrapped(text, width)),
                Block::Fact { name, value } => lines.extend(wrapped(&format!("{name}: {value}"), width)),
                Block::Place { label, versions, place, note } => {
                    let line = line_of(place, *versions).map(|line| format!(" line {line}")).unwrap_or_default();
                    let note = if note.is_empty() { String::new() } else { format!("; {note}") };
                    lines.extend(wrapped(&format!("{label}: {}{line}, \"{}\"{note}", place.file, place.anchor), width));
                }
                Block::See { label, names } => lines.extend(wrapped(&format!("{label}: {}", names.join(", ")), width)),
            }
        }
        lines
    }
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    // Names keep their hyphens and their letters together: they are to be copied.
    let options = Options::new(width).subsequent_indent("  ").word_splitter(WordSplitter::NoHyphenation).break_words(false);
    textwrap::wrap(text, options).into_iter().map(|line| line.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use crate::atlas::{find, names, page};

    #[test]
    fn every_page_is_as_narrow_as_asked_and_has_no_picture_in_it() {
        for name in names() {
            let page = page(&find(&name).unwrap(), None);
            for width in [40, 100] {
                for line in page.lines(width, |_, _| Some(12345)) {
                    let longest = line.split_whitespace().map(str::len).max().unwrap_or(0) + 2;
                    assert!(line.chars().count() <= width.max(longest), "{name}: {line:?}");
                    assert!(!line.contains('\t') && !line.ends_with(' ') && !line.contains(['│', '─', '╭', '\u{1b}']), "{name}: {line:?}");
                }
            }
        }
    }

    #[test]
    fn every_page_is_about_a_screen() {
        // Rows of a terminal that is as high as a laptop's screen, in the size of type that most come with.
        const SCREEN: usize = 50;
        for name in names() {
            let length = page(&find(&name).unwrap(), None).lines(100, |_, _| None).len();
            assert!(length <= SCREEN, "{name}: {length} rows");
        }
    }

    #[test]
    fn a_line_is_told_where_it_is_known() {
        let page = page(&find("LOAD_FAST").unwrap(), None);
        let told = |line: Option<u32>| page.lines(200, |_, _| line).join("\n");
        assert!(told(Some(321)).contains("Python/bytecodes.c line 321, \"inst(LOAD_FAST,\""), "{}", told(Some(321)));
        assert!(!told(None).contains(".c line "), "{}", told(None));
    }
}
