//! Lines of text on standard output, as wide as the terminal. Knows no question.

use std::io::{self, Write};

use super::super::error::Failure;
use super::super::paragraph;
use crate::quiz::staves;

/// Narrowest that text is set, columns.
const NARROWEST: usize = 24;

/// Columns that stand before code and music.
const INDENT: usize = 4;
/// Before music: four bars beside the longest names are to fit into a hundred columns.
const STAVE: usize = 2;

pub struct Printing {
    width: usize,
}

impl Printing {
    pub fn new() -> Self {
        Self { width: paragraph::width().max(NARROWEST) }
    }

    /// An empty line.
    pub fn gap(&self) -> Result<(), Failure> {
        self.print("")
    }

    /// A paragraph.
    pub fn text(&self, text: &str) -> Result<(), Failure> {
        self.hanging("", text)
    }

    /// A paragraph that begins with `label`, with its further lines behind where that ends.
    pub fn hanging(&self, label: &str, text: &str) -> Result<(), Failure> {
        for line in text.lines() {
            let line = legible(line);
            self.print(&paragraph::hanging(label, line.trim(), self.width))?;
        }
        Ok(())
    }

    /// Code and listings: as they stand, and what is too long goes on behind the beginning of its line.
    pub fn code(&self, lines: &[String]) -> Result<(), Failure> {
        let room = self.width.saturating_sub(INDENT).max(NARROWEST - INDENT);
        for line in lines {
            let line = legible(line);
            let behind = line.chars().take_while(|character| *character == ' ').count().min(room / 2) + 2;
            let mut rest: Vec<char> = line.trim_end().chars().collect();
            let mut indent = INDENT;
            loop {
                let room = (self.width.saturating_sub(indent)).max(NARROWEST - INDENT).min(rest.len());
                // Between words, if that leaves at least half of the row.
                let blank = rest[..room].iter().rposition(|character| *character == ' ').filter(|at| *at > room / 2);
                let room = if room < rest.len() { blank.map_or(room, |at| at + 1) } else { room };
                let row: String = rest.drain(..room).collect();
                self.print(format!("{}{row}", " ".repeat(indent)).trim_end())?;
                indent = INDENT + behind;
                if rest.is_empty() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Music as signs, broken into systems as wide as the terminal.
    pub fn staves(&self, caption: &[String]) -> Result<(), Failure> {
        let Some((head, rows)) = caption.split_first() else { return Ok(()) };
        self.hanging("  ", head)?;
        for line in staves(rows, self.width.saturating_sub(STAVE)) {
            self.print(format!("{}{line}", " ".repeat(STAVE)).trim_end())?;
        }
        Ok(())
    }

    /// Lines that are set already.
    pub fn set(&self, lines: &[String]) -> Result<(), Failure> {
        lines.iter().try_for_each(|line| self.print(&legible(line)))
    }

    pub fn width(&self) -> usize {
        self.width
    }

    /// Something before what is typed, on its line.
    pub fn before_input(&self, sign: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        write!(out, "{sign}")?;
        Ok(out.flush()?)
    }

    /// What was piped in, where it would stand had it been typed.
    pub fn text_of_input(&self, text: &str) -> Result<(), Failure> {
        self.print(&legible(text))
    }

    /// Ends the line on which something was to be typed.
    pub fn end_line(&self) -> Result<(), Failure> {
        self.print("")
    }

    fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        Ok(out.flush()?)
    }
}

/// Sources are strangers' texts: nothing in them moves the cursor, and a tab is a column of eight.
fn legible(text: &str) -> String {
    let mut shown = String::new();
    let mut column = 0;
    for character in text.chars() {
        let before = shown.len();
        match character {
            '\t' => shown.push_str(&" ".repeat(8 - column % 8)),
            character if character.is_control() => shown.push('\u{fffd}'),
            // What changes the direction of writing.
            '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => shown.push('\u{fffd}'),
            character => shown.push(character),
        }
        column += shown[before..].chars().count();
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_source_holds_moves_no_cursor() {
        assert_eq!(legible("a\tb\u{1b}[2J\u{202e}"), "a       b\u{fffd}[2J\u{fffd}");
    }
}
