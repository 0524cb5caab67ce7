//! What the program printed: the last lines for the view, and the last bytes to be printed once more when
//! the view is left, since the alternate screen takes everything with it.
//!
//! Both are bounded. Whoever wants all of it redirects it: without a terminal on standard output there is
//! no view, and the program's output passes by untouched.

use std::collections::VecDeque;
use std::io::{self, Write};

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::legible::{legible, tab_stop};
use super::title;

/// Lines kept for the view: more than any terminal shows. More costs memory only.
const LINES: usize = 200;
/// Characters kept of a line for the view: more than any terminal is wide.
const LINE_CHARACTERS: usize = 500;
/// Bytes kept for printing. Terminals scroll back 1,000 to 10,000 lines: at 80 columns less than this.
const BYTES: usize = 4 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Out,
    Err,
}

/// The end of a program's output.
#[derive(Debug)]
pub struct OutputPane {
    /// The last one is still written to.
    lines: VecDeque<(Stream, Vec<char>)>,
    /// Where in the last line the next character goes.
    column: usize,
    /// What each stream has begun and not ended: a character, an escape sequence.
    out: Pending,
    err: Pending,
    /// As they came, in order of arrival.
    bytes: VecDeque<(Stream, Vec<u8>)>,
    bytes_kept: usize,
    bytes_limit: usize,
    lines_left_out: u64,
}

#[derive(Debug, Default)]
struct Pending {
    /// The start of a character in UTF-8.
    bytes: Vec<u8>,
    escape: Escape,
}

/// Where in an escape sequence (ECMA-48) a stream is. They are taken out: colours and cursor moves of the
/// program would garble the view.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Escape {
    #[default]
    Outside,
    /// After ESC.
    Begun,
    /// Between `ESC [` and the final character.
    Control,
    /// In a title, a link or the like, up to BEL or `ESC \`.
    Text,
    /// After ESC within such a text.
    TextEnding,
}

impl Default for OutputPane {
    fn default() -> Self {
        Self::keeping(BYTES)
    }
}

impl OutputPane {
    pub fn new() -> Self {
        Self::default()
    }

    fn keeping(bytes_limit: usize) -> Self {
        Self {
            lines: VecDeque::from([(Stream::Out, Vec::new())]),
            column: 0,
            out: Pending::default(),
            err: Pending::default(),
            bytes: VecDeque::new(),
            bytes_kept: 0,
            bytes_limit,
            lines_left_out: 0,
        }
    }

    /// Takes what came from a stream, cut anywhere.
    pub fn push(&mut self, stream: Stream, bytes: &[u8]) {
        self.keep(stream, bytes);
        let pending = match stream {
            Stream::Out => &mut self.out,
            Stream::Err => &mut self.err,
        };
        let mut waiting = std::mem::take(&mut pending.bytes);
        waiting.extend_from_slice(bytes);
        // Up to three bytes may be the start of a character which is still to come.
        let whole = waiting.len() - unfinished(&waiting);
        let rest = waiting.split_off(whole);
        let mut escape = pending.escape;
        for character in String::from_utf8_lossy(&waiting).chars() {
            let (next, is_text) = escape.then(character);
            escape = next;
            if is_text {
                self.write(stream, character);
            }
        }
        let pending = match stream {
            Stream::Out => &mut self.out,
            Stream::Err => &mut self.err,
        };
        *pending = Pending { bytes: rest, escape };
    }

    /// Prints what was kept, each stream to its own, byte for byte; before it one line on `err` if older
    /// lines were left out.
    pub fn print(&self, out: &mut impl Write, err: &mut impl Write) -> io::Result<()> {
        if self.lines_left_out > 0 {
            writeln!(err, "... {} earlier lines of output left out", self.lines_left_out)?;
        }
        for (stream, bytes) in &self.bytes {
            match stream {
                Stream::Out => out.write_all(bytes)?,
                // So that they stay in order where both lead to one terminal.
                Stream::Err => {
                    out.flush()?;
                    err.write_all(bytes)?;
                    err.flush()?;
                }
            }
        }
        out.flush()
    }

    /// The last `count` lines, the oldest first; an empty one at the end does not count.
    pub fn last_lines(&self, count: usize) -> impl Iterator<Item = (Stream, String)> + '_ {
        let written = self.lines.len() - usize::from(self.lines.back().is_some_and(|(_, line)| line.is_empty()));
        let first = written.saturating_sub(count);
        self.lines.range(first..written).map(|(stream, line)| (*stream, line.iter().collect()))
    }

    fn keep(&mut self, stream: Stream, bytes: &[u8]) {
        match self.bytes.back_mut() {
            // Pieces are small against the limit, so that dropping one drops little.
            Some((last, piece)) if *last == stream && piece.len() + bytes.len() <= self.bytes_limit / 64 => piece.extend_from_slice(bytes),
            _ => {
                let size = (self.bytes_limit / 64).max(1);
                self.bytes.extend(bytes.chunks(size).map(|piece| (stream, piece.to_vec())));
            }
        }
        self.bytes_kept += bytes.len();
        while self.bytes_kept > self.bytes_limit
            && let Some((_, piece)) = self.bytes.pop_front()
        {
            self.bytes_kept -= piece.len();
            self.lines_left_out += piece.iter().filter(|&&byte| byte == b'\n').count() as u64;
        }
    }

    /// One character as a terminal would take it.
    fn write(&mut self, stream: Stream, character: char) {
        if self.lines.back().is_none_or(|(whose, line)| *whose != stream && !line.is_empty()) {
            self.new_line(stream);
        }
        let Some((whose, line)) = self.lines.back_mut() else { return };
        *whose = stream;
        match character {
            '\n' => self.new_line(stream),
            '\r' => self.column = 0,
            '\u{8}' => self.column = self.column.saturating_sub(1),
            '\u{7}' => {}
            '\t' => {
                self.column = tab_stop(self.column).min(LINE_CHARACTERS);
                if line.len() < self.column {
                    line.resize(self.column, ' ');
                }
            }
            _ => {
                if self.column < LINE_CHARACTERS {
                    if line.len() <= self.column {
                        line.resize(self.column + 1, ' ');
                    }
                    line[self.column] = legible(character);
                    self.column += 1;
                }
            }
        }
    }

    fn new_line(&mut self, stream: Stream) {
        if self.lines.len() == LINES {
            self.lines.pop_front();
        }
        self.lines.push_back((stream, Vec::new()));
        self.column = 0;
    }
}

impl Escape {
    /// Where the stream is after a character, and whether that is text.
    fn then(self, character: char) -> (Self, bool) {
        match (self, character) {
            (Self::Text, '\u{1b}') => (Self::TextEnding, false),
            (_, '\u{1b}') => (Self::Begun, false),
            (Self::Outside, _) => (Self::Outside, true),
            (Self::Begun, '[') => (Self::Control, false),
            (Self::Begun, ']' | 'P' | 'X' | '^' | '_') => (Self::Text, false),
            // Two-character sequences, and those with intermediate characters, as `ESC ( B`.
            (Self::Begun, ' '..='/') => (Self::Begun, false),
            (Self::Begun, _) => (Self::Outside, false),
            // A control character inside a sequence is none of it; the sequence goes on.
            (Self::Control, '\n') => (Self::Outside, true),
            (Self::Control, '\u{40}'..='\u{7e}') => (Self::Outside, false),
            (Self::Control, _) => (Self::Control, false),
            (Self::Text, '\u{7}') => (Self::Outside, false),
            // A text that is never ended must not swallow the program's output.
            (Self::Text, '\n') => (Self::Outside, true),
            (Self::Text, _) => (Self::Text, false),
            (Self::TextEnding, _) => (Self::Outside, false),
        }
    }
}

/// How many bytes at the end are the start of a character that is not whole.
fn unfinished(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let byte = bytes[bytes.len() - back];
        let length = match byte {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => continue,
            _ => return 0,
        };
        return if back < length { back } else { 0 };
    }
    0
}

/// Draws the last lines; what went to standard error stands behind a mark.
pub(super) fn draw(frame: &mut Frame, area: Rect, output: &OutputPane) {
    let inside = title(frame, area, "the program prints");
    let lines: Vec<Line> = output
        .last_lines(usize::from(inside.height))
        .map(|(stream, text)| match stream {
            Stream::Out => Line::from_iter([Span::raw("  "), Span::raw(text)]),
            Stream::Err => Line::from_iter([Span::styled("! ", Style::new().add_modifier(Modifier::BOLD)), Span::raw(text)]),
        })
        .collect();
    Paragraph::new(lines).render(inside, frame.buffer_mut());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(pane: &OutputPane) -> Vec<String> {
        pane.last_lines(LINES).map(|(_, line)| line).collect()
    }

    fn shown(bytes: &[u8]) -> Vec<String> {
        let mut pane = OutputPane::new();
        pane.push(Stream::Out, bytes);
        lines(&pane)
    }

    #[test]
    fn a_carriage_return_writes_over_the_line_and_before_a_line_end_does_nothing() {
        assert_eq!(shown(b"10 %\r20 %\r30 %\ndone\r\nlong line\rshort"), ["30 %", "done", "shortline"]);
        assert_eq!(shown(b"ab\x08c\n\ta\x07"), ["ac", "        a"]);
    }

    #[test]
    fn colours_titles_and_other_controls_leave_nothing_behind() {
        assert_eq!(shown(b"\x1b[1;31mred\x1b[0m \x1b]0;title\x07and \x1b(Bplain\x1b[2J\x0c\n"), ["red and plain␌"]);
        assert_eq!(shown(b"\x1b]0;never ended\nstill here"), ["", "still here"]);
    }

    #[test]
    fn streams_do_not_mix_within_a_line_and_keep_their_own_halves_of_characters() {
        let mut pane = OutputPane::new();
        pane.push(Stream::Out, b"caf\xc3");
        pane.push(Stream::Err, b"oh\xff\n");
        pane.push(Stream::Out, b"\xa9");
        let found: Vec<(Stream, String)> = pane.last_lines(9).collect();
        assert_eq!(found, [(Stream::Out, "caf".into()), (Stream::Err, "oh\u{fffd}".into()), (Stream::Out, "é".into())]);
    }

    #[test]
    fn what_was_kept_is_printed_byte_for_byte_to_its_own_stream() {
        let mut pane = OutputPane::new();
        pane.push(Stream::Out, b"\x1b[1ma\xff\n");
        pane.push(Stream::Err, b"warning\n");
        pane.push(Stream::Out, b"b");
        let (mut out, mut err) = (Vec::new(), Vec::new());
        pane.print(&mut out, &mut err).unwrap();
        assert_eq!((out.as_slice(), err.as_slice()), (&b"\x1b[1ma\xff\nb"[..], &b"warning\n"[..]));
    }

    #[test]
    fn beyond_the_limit_the_oldest_lines_go_and_are_counted() {
        let mut pane = OutputPane::keeping(6_400);
        for number in 0..1_000 {
            pane.push(Stream::Out, format!("line {number:04}\n").as_bytes());
        }
        let (mut out, mut err) = (Vec::new(), Vec::new());
        pane.print(&mut out, &mut err).unwrap();
        let kept = out.iter().filter(|&&byte| byte == b'\n').count();
        assert!(out.len() <= 6_400 && out.len() > 6_000 && out.ends_with(b"line 0999\n"));
        assert_eq!(String::from_utf8(err).unwrap(), format!("... {} earlier lines of output left out\n", 1_000 - kept));
        assert_eq!(lines(&pane).len(), LINES - 1);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_the_bytes_are_cut(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..200) {
            let (mut whole, mut halves) = (OutputPane::new(), OutputPane::new());
            whole.push(Stream::Out, &bytes);
            let (first, second) = bytes.split_at(cut.min(bytes.len()));
            halves.push(Stream::Out, first);
            halves.push(Stream::Out, second);
            // A broken character at the very end may still be awaited.
            whole.push(Stream::Out, b"\n");
            halves.push(Stream::Out, b"\n");
            prop_assert_eq!(lines(&whole), lines(&halves));
        }
    }
}
