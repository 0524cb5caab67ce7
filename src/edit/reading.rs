//! What of a text is code, string or comment, and which brackets are open, as far as an editor must know
//! to be of use at a caret. Made for half-typed text: what is not closed ends where a person would say so.
//! Knows no grammar; the colours come from the parser.

/// What is open around a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// `(`, `[` or `{`.
    Bracket { at: usize, character: u8 },
    /// `{` of a formatted string: code within a string, until a colon begins how it is formatted.
    Field { at: usize, is_format: bool },
    /// A string: where its (first) quote is, and what ends it.
    Quote { at: usize, quote: u8, is_triple: bool, is_formatted: bool },
}

/// The state of a text at its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    /// What is open, the innermost last.
    pub open: Vec<Open>,
    pub is_comment: bool,
    /// Within a string, right after a backslash.
    pub is_escaped: bool,
    /// Where the logical line starts: not within brackets, not after a backslash.
    pub line_start: usize,
    /// The last character of that line that is code or ends a string.
    pub last_code: Option<usize>,
    /// Brackets that close each other, in the order in which they close.
    pub pairs: Vec<(usize, usize)>,
}

/// Words that only a statement begins with: found where a line starts, they end what was left open
/// above, so that one forgotten bracket does not swallow the rest of the text.
const BEGINNERS: &[&str] = &[
    "assert", "break", "class", "continue", "def", "del", "global", "import", "nonlocal", "pass", "raise", "return", "try", "while", "with",
];

/// Reads `text` to its end: to know what is at a caret, hand over what is before it.
pub(super) fn read(text: &str) -> Reading {
    walk(text, |_, _| ())
}

/// The same; shows each place on the way, and what is known of it from what lies before.
pub(super) fn walk(text: &str, mut see: impl FnMut(&Reading, usize)) -> Reading {
    let bytes = text.as_bytes();
    let mut reading = Reading::default();
    let mut at = 0;
    while at < bytes.len() {
        see(&reading, at);
        at += match reading.open.last().copied() {
            _ if bytes[at] == b'\n' => reading.line_end(text, at),
            _ if reading.is_comment => 1,
            Some(Open::Quote { quote, is_triple, is_formatted, .. }) => reading.string(bytes, at, quote, is_triple, is_formatted),
            Some(Open::Field { is_format: true, .. }) => reading.format(bytes, at),
            _ => reading.code(text, at),
        };
    }
    reading
}

impl Reading {
    /// Whether a bracket typed here is one of the program's.
    pub fn is_code(&self) -> bool {
        !self.is_comment && !matches!(self.open.last(), Some(Open::Quote { .. } | Open::Field { is_format: true, .. }))
    }

    // Each of these says how many bytes it took.

    fn line_end(&mut self, text: &str, at: usize) -> usize {
        // Only strings of three quotes go on in the next line, and their fields with them.
        if let Some((_, false)) = self.quote_around() {
            self.leave_string();
        }
        if matches!(self.open.last(), Some(Open::Bracket { .. })) && self.quote_around().is_none() && begins_statement(&text[at + 1..]) {
            self.open.clear();
        }
        let goes_on = !self.open.is_empty() || !self.is_comment && text[..at].ends_with('\\');
        if !goes_on {
            self.line_start = at + 1;
            self.last_code = None;
        }
        self.is_comment = false;
        1
    }

    fn string(&mut self, bytes: &[u8], at: usize, quote: u8, is_triple: bool, is_formatted: bool) -> usize {
        match bytes[at] {
            // No field: a character by its name.
            b'\\' if is_formatted && bytes[at..].starts_with(b"\\N{") => return 3,
            b'\\' if is_formatted && matches!(bytes.get(at + 1), Some(b'{' | b'}')) => {}
            b'\\' => {
                self.is_escaped = at + 1 == bytes.len();
                return 2;
            }
            b'{' if is_formatted && bytes.get(at + 1) == Some(&b'{') => return 2,
            b'{' if is_formatted => self.open.push(Open::Field { at, is_format: false }),
            byte if byte == quote && !is_triple => {
                self.open.pop();
                self.last_code = Some(at);
            }
            byte if byte == quote && bytes[at..].starts_with(&[quote; 3]) => {
                self.open.pop();
                self.last_code = Some(at + 2);
                return 3;
            }
            _ => {}
        }
        1
    }

    fn format(&mut self, bytes: &[u8], at: usize) -> usize {
        match bytes[at] {
            b'{' => self.open.push(Open::Field { at, is_format: false }),
            b'}' => self.close(at, b'}'),
            // Half typed: the string's end is the field's too.
            byte if self.quote_around() == Some((byte, false)) => {
                self.leave_string();
                self.last_code = Some(at);
            }
            _ => {}
        }
        1
    }

    fn code(&mut self, text: &str, at: usize) -> usize {
        let bytes = text.as_bytes();
        let byte = bytes[at];
        match byte {
            b' ' | b'\t' | b'\r' | b'\x0c' => return 1,
            b'#' => {
                self.is_comment = true;
                return 1;
            }
            b'(' | b'[' | b'{' => self.open.push(Open::Bracket { at, character: byte }),
            b')' | b']' | b'}' => self.close(at, byte),
            b':' => {
                if let Some(Open::Field { is_format, .. }) = self.open.last_mut() {
                    *is_format = true;
                }
            }
            b'"' | b'\'' => {
                let is_triple = bytes[at..].starts_with(&[byte; 3]);
                self.last_code = Some(at);
                self.open.push(Open::Quote { at, quote: byte, is_triple, is_formatted: is_formatted(prefix(&text[..at])) });
                return if is_triple { 3 } else { 1 };
            }
            _ => {}
        }
        self.last_code = Some(at);
        1
    }

    /// Closes the innermost bracket that `closer` can close, and what was left open within it.
    fn close(&mut self, at: usize, closer: u8) {
        for (index, open) in self.open.iter().enumerate().rev() {
            let (opened, is_closed) = match *open {
                Open::Bracket { at, character } => (at, closing(character) == Some(closer)),
                Open::Field { at, .. } => (at, closer == b'}'),
                Open::Quote { .. } => return,
            };
            if is_closed {
                self.open.truncate(index);
                self.pairs.push((opened, at));
                return;
            }
        }
    }

    /// The quote of the string that this is within, be it in a field of it, and whether there are three.
    fn quote_around(&self) -> Option<(u8, bool)> {
        self.open.iter().rev().find_map(|open| match open {
            Open::Quote { quote, is_triple, .. } => Some((*quote, *is_triple)),
            _ => None,
        })
    }

    /// Leaves that string.
    fn leave_string(&mut self) {
        while !matches!(self.open.pop(), Some(Open::Quote { .. }) | None) {}
    }
}

/// What closes a bracket.
pub(super) fn closing(opener: u8) -> Option<u8> {
    match opener {
        b'(' => Some(b')'),
        b'[' => Some(b']'),
        b'{' => Some(b'}'),
        _ => None,
    }
}

fn begins_statement(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t']);
    let end = line.find(|character: char| !super::find::is_of_word(character)).unwrap_or(line.len());
    // `pass=1` may be anything's keyword while it is typed; a statement goes on with a blank or ends.
    BEGINNERS.contains(&&line[..end]) && !line[end..].trim_start().starts_with(['=', ',', '.'])
}

/// The letters right before a quote that say what string it is: `rb`, `f`. `None` after any other word.
pub(super) fn prefix(before: &str) -> Option<&str> {
    let start = before.rfind(|character: char| !super::find::is_of_word(character)).map_or(0, |at| before.ceil_char_boundary(at + 1));
    let word = &before[start..];
    ["", "r", "u", "b", "f", "t", "br", "rb", "fr", "rf", "tr", "rt"].iter().any(|known| known.eq_ignore_ascii_case(word)).then_some(word)
}

fn is_formatted(prefix: Option<&str>) -> bool {
    prefix.is_some_and(|letters| letters.contains(['f', 'F', 't', 'T']))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// How deep the end of `text` is, and whether it is code.
    fn depth(text: &str) -> (usize, bool) {
        let reading = read(text);
        (reading.open.len(), reading.is_code())
    }

    #[test]
    fn strings_and_comments_are_no_code() {
        assert_eq!(depth("x = 'a"), (1, false));
        assert_eq!(depth("x = 'a'"), (0, true));
        assert_eq!(depth("x = 'a\\'"), (1, false));
        assert_eq!(depth("x  # (it's"), (0, false));
        assert_eq!(depth("x  # (it's\n"), (0, true));
        assert_eq!(depth("'''a\n'b' \""), (1, false));
        assert_eq!(depth("'''a\n'b' \"'''"), (0, true));
        assert_eq!(depth("r'\\'"), (1, false));
    }

    #[test]
    fn a_string_left_open_ends_with_its_line() {
        assert_eq!(depth("x = 'a\n"), (0, true));
        assert_eq!(depth("x = f'a{b(\n"), (0, true));
        assert_eq!(depth("x = 'a\\\n"), (1, false));
    }

    #[test]
    fn fields_of_formatted_strings_are_code() {
        assert_eq!(depth("f'{{"), (1, false));
        assert_eq!(depth("f'{a"), (2, true));
        assert_eq!(depth("f'{a['b']"), (2, true));
        assert_eq!(depth("f'{a:#"), (2, false));
        assert_eq!(depth("f'{a:#x} it"), (1, false));
        assert_eq!(depth("f'{a:{b"), (3, true));
        assert_eq!(depth("f'{a:>{b}}'"), (0, true));
        assert_eq!(depth("f'{a:'"), (0, true));
        assert_eq!(depth("'{a"), (1, false));
        assert_eq!(depth("f'\\N{dash}"), (1, false));
        assert_eq!(depth("f'\\{a"), (2, true));
    }

    #[test]
    fn a_bracket_left_open_does_not_swallow_the_statements_below() {
        assert_eq!(depth("x = (1,\n  2"), (1, true));
        assert_eq!(depth("x = (1,\ndef f"), (0, true));
        assert_eq!(depth("x = ([1,\n  2)"), (0, true));
        assert_eq!(depth("f(1,\n  pass=3"), (1, true));
    }

    #[test]
    fn a_logical_line_goes_on_in_brackets_strings_and_after_a_backslash() {
        assert_eq!(read("a\nb = (1,\n 2) +\\\n 3").line_start, 2);
        assert_eq!(read("a\nb = '''\n\n").line_start, 2);
        assert_eq!(read("a\nb # \\\nc").line_start, 8);
        assert_eq!(read("a: # b").last_code, Some(1));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "([\\[\\](){}'\"f:#\\\\\n ]|\\PC){0,60}") {
            let reading = read(&text);
            for (open, close) in reading.pairs {
                prop_assert!(open < close);
                prop_assert_eq!(closing(text.as_bytes()[open]), Some(text.as_bytes()[close]));
            }
        }
    }
}
