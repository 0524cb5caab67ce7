//! Where lines start, and what a place told in lines and columns is in bytes.

use std::ops::Range;

/// The lines of a text, for looking up often: make one a text, not one a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    /// Never empty: line 1 starts at 0.
    starts: Vec<usize>,
    length: usize,
    /// Bytes within characters, in order: few in most programs. They keep columns that were told of
    /// another text off the middle of a character.
    within_characters: Vec<usize>,
}

impl Lines {
    pub fn of(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1));
        let within_characters = (0..text.len()).filter(|&at| !text.is_char_boundary(at)).collect();
        Self { starts, length: text.len(), within_characters }
    }

    /// How many there are; a text that ends with a line end has an empty line behind it.
    pub fn count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// The line, from 1, that `byte` is in.
    pub fn line_of(&self, byte: usize) -> u32 {
        u32::try_from(self.starts.partition_point(|&start| start <= byte)).unwrap_or(u32::MAX)
    }

    /// Where `line` starts. Line 0 is taken for the first, one too many for the last.
    pub fn start(&self, line: u32) -> usize {
        self.starts[self.index(line)]
    }

    /// `line` without its end.
    pub fn range(&self, line: u32) -> Range<usize> {
        let index = self.index(line);
        self.starts[index]..self.starts.get(index + 1).map_or(self.length, |next| next - 1)
    }

    /// The byte at `column` of `line`; columns count bytes of UTF-8 from 0, as Python's do, and stop at
    /// the line's end.
    pub fn byte(&self, line: u32, column: u32) -> usize {
        let line = self.range(line);
        let mut at = line.start.saturating_add(column as usize).min(line.end);
        while self.within_characters.binary_search(&at).is_ok() {
            at -= 1;
        }
        at
    }

    /// The bytes of a span of PEP 657; empty where the end comes before the start.
    pub fn span(&self, line: u32, column: u32, end_line: u32, end_column: u32) -> Range<usize> {
        let start = self.byte(line, column);
        start..self.byte(end_line, end_column).max(start)
    }

    fn index(&self, line: u32) -> usize {
        (line.max(1) as usize - 1).min(self.starts.len() - 1)
    }
}

/// Where `line`, from 1, starts in `text`; the last line's start if there are fewer.
pub fn goto_line(text: &str, line: u32) -> usize {
    Lines::of(text).start(line)
}

/// Where character `number`, from 0, starts; the end of the text if there are fewer.
pub fn byte_of_char(text: &str, number: usize) -> usize {
    text.char_indices().nth(number).map_or(text.len(), |(at, _)| at)
}

/// How many characters lie before `byte`.
pub fn char_of_byte(text: &str, byte: usize) -> usize {
    text[..text.floor_char_boundary(byte)].chars().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_count_from_one_and_end_before_their_end() {
        let lines = Lines::of("ab\n\nc\n");
        assert_eq!((lines.count(), lines.line_of(0), lines.line_of(2), lines.line_of(3), lines.line_of(6)), (4, 1, 1, 2, 4));
        assert_eq!((lines.range(1), lines.range(2), lines.range(3), lines.range(4)), (0..2, 3..3, 4..5, 6..6));
        assert_eq!((lines.start(0), lines.start(9), goto_line("a\nb", 2)), (0, 6, 2));
    }

    #[test]
    fn a_span_of_another_text_stays_within_lines_and_off_the_middle_of_characters() {
        let lines = Lines::of("é = 1\nx");
        assert_eq!(lines.span(1, 0, 1, 2), 0..2);
        assert_eq!(lines.span(1, 1, 1, 99), 0..6);
        assert_eq!(lines.span(2, 5, 1, 0), 8..8);
        assert_eq!(lines.span(7, 0, 9, 4), 7..8);
    }

    proptest! {
        #[test]
        fn characters_and_bytes_are_each_others_way_back(text in "\\PC{0,40}", number in 0usize..50) {
            let byte = byte_of_char(&text, number);
            prop_assert_eq!(char_of_byte(&text, byte), number.min(text.chars().count()));
        }

        #[test]
        fn every_byte_lies_in_its_line(text in "(\\PC|\n){0,40}", byte in 0usize..60, column: u32, line: u32) {
            let (lines, byte) = (Lines::of(&text), byte.min(text.len()));
            let range = lines.range(lines.line_of(byte));
            prop_assert!(range.start <= byte && byte <= range.end);
            prop_assert!(text.is_char_boundary(lines.byte(line, column)) && text.is_char_boundary(lines.byte(line % 5, column % 9)));
        }
    }
}
