//! Tables as text: numbers first, words after them, a bar last, so that a line says all it has to say before the
//! picture of it, and nothing hangs on a colour.

use std::io::{self, Write};

/// Widest bar, in characters.
const BAR: usize = 16;
/// Eighths of a character.
const PARTS: [char; 8] = ['\u{258f}', '\u{258e}', '\u{258d}', '\u{258c}', '\u{258b}', '\u{258a}', '\u{2589}', '\u{2588}'];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Flush right.
    Number(&'static str),
    /// Flush left.
    Word(&'static str),
}

impl Column {
    fn name(&self) -> &'static str {
        match self {
            Self::Number(name) | Self::Word(name) => name,
        }
    }
}

/// A table to be.
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<(Vec<String>, Option<u64>)>,
}

impl Table {
    pub fn new(columns: &[Column]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// A row with a bar as long as `amount` is to the greatest of the table.
    pub fn row(&mut self, cells: Vec<String>, amount: u64) {
        self.rows.push((cells, Some(amount)));
    }

    /// A row without a bar.
    pub fn bare(&mut self, cells: Vec<String>) {
        self.rows.push((cells, None));
    }

    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let names: Vec<String> = self.columns.iter().map(Column::name).map(str::to_owned).collect();
        let width = |text: &str| text.chars().count();
        let widths: Vec<usize> = (0..names.len())
            .map(|column| self.rows.iter().map(|(cells, _)| cells).chain([&names]).map(|cells| width(&cells[column])).max().unwrap_or(0))
            .collect();
        let most = self.rows.iter().filter_map(|(_, amount)| *amount).max().unwrap_or(0);
        let bare = (names.clone(), None);
        for (cells, amount) in [&bare].into_iter().chain(&self.rows) {
            let mut line = String::new();
            for ((cell, column), width) in cells.iter().zip(&self.columns).zip(&widths) {
                line += "  ";
                line += &match column {
                    Column::Number(_) => format!("{cell:>width$}"),
                    Column::Word(_) => format!("{cell:<width$}"),
                };
            }
            if let Some(amount) = amount {
                line += "  ";
                line += &bar(*amount, most);
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// As long as `amount` is to `most`; something where there is something.
fn bar(amount: u64, most: u64) -> String {
    let all = (BAR * PARTS.len()) as u128;
    let parts = (u128::from(amount) * all).div_ceil(u128::from(most.max(1))) as usize;
    let (whole, rest) = (parts / PARTS.len(), parts % PARTS.len());
    let mut bar = PARTS[PARTS.len() - 1].to_string().repeat(whole);
    bar.extend(rest.checked_sub(1).map(|part| PARTS[part]));
    bar
}

/// A share as people read it: `34.1 %`.
pub fn percent(count: u64, total: u64) -> String {
    match count as f64 * 100.0 / total.max(1) as f64 {
        // Little is not nothing.
        share if share < 0.1 && count > 0 => "<0.1 %".to_owned(),
        share => format!("{share:.1} %"),
    }
}

/// A text of at most `most` characters, on one line.
pub fn short(text: &str, most: usize) -> String {
    let mut characters = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    let mut short: String = characters.by_ref().take(most).collect();
    if characters.next().is_some() {
        short.pop();
        short.push('\u{2026}');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_before_words_and_bars_at_the_end() {
        let mut table = Table::new(&[Column::Number("count"), Column::Word("name")]);
        table.row(vec!["1,000".into(), "LOAD_FAST".into()], 1000);
        table.row(vec!["1".into(), "POP".into()], 1);
        table.bare(vec!["7".into(), "2 more".into()]);
        let mut text = Vec::new();
        table.write(&mut text).unwrap();
        let full = "\u{2588}".repeat(16);
        let expected = format!("  count  name\n  1,000  LOAD_FAST  {full}\n      1  POP        \u{258f}\n      7  2 more\n");
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn shares_are_rounded_but_not_to_nothing() {
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(1, 1_000_000), "<0.1 %");
        assert_eq!(percent(0, 0), "0.0 %");
    }

    #[test]
    fn a_long_text_says_that_it_goes_on() {
        assert_eq!(short("a\tbcd", 10), "a bcd");
        assert_eq!(short("abcdef", 4), "abc\u{2026}");
        assert_eq!(short("abcd", 4), "abcd");
    }
}
