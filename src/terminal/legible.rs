//! Text from strangers (sources, output, names) made fit to be shown: one glyph for one character,
//! nothing that moves the cursor or turns the reading order around.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Columns to the next tab stop; what Python's own tokenizer and every terminal assume.
const TAB_COLUMNS: usize = 8;

/// A character as it may be shown.
pub(super) fn legible(character: char) -> char {
    match character {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        // C1 controls, line and paragraph separators, and what changes the direction of writing.
        '\u{80}'..='\u{9f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => '\u{fffd}',
        other => other,
    }
}

/// All of a text's characters, as they may be shown.
pub(super) fn legible_text(text: &str) -> String {
    text.chars().map(legible).collect()
}

/// The next tab stop after `column`.
pub(super) fn tab_stop(column: usize) -> usize {
    (column / TAB_COLUMNS + 1) * TAB_COLUMNS
}

/// Columns that a character takes on the screen.
fn width(character: char) -> usize {
    if character.is_ascii() { 1 } else { Span::raw(character.encode_utf8(&mut [0; 4]) as &str).width() }
}

/// `width_shown` columns of a line of source, with the bytes that are lit in another style. If these reach
/// beyond the right edge the line is moved to the left, which an ellipsis shows.
pub(super) fn lit_line(text: &str, width_shown: usize, plain: Style, lit: Style, is_lit: impl Fn(usize) -> bool) -> Line<'static> {
    let near = || text.char_indices().take_while(|&(at, _)| at <= FARTHEST_BYTE);
    let start = near().find(|&(at, _)| is_lit(at)).map_or(0, |(at, _)| columns(&text[..at]));
    let end = near().filter(|&(at, _)| is_lit(at)).last().map_or(0, |(at, last)| columns(&text[..at + last.len_utf8()]));
    let skipped = if end > width_shown { start.saturating_sub(width_shown / 3) } else { 0 };

    let mut runs: Vec<(bool, String)> = Vec::new();
    let mut column = 0;
    if skipped > 0 {
        runs.push((false, "…".to_owned()));
    }
    for (at, character) in text.char_indices() {
        let next = if character == '\t' { tab_stop(column) } else { column + width(character) };
        // The ellipsis stands on the first column that is shown.
        let from = if skipped > 0 { column.max(skipped + 1) } else { column };
        if next > skipped + width_shown {
            break;
        }
        let shown = match character {
            '\t' => " ".repeat(next.saturating_sub(from)),
            _ if column >= from => legible(character).to_string(),
            _ => String::new(),
        };
        match runs.last_mut() {
            Some((was_lit, run)) if *was_lit == is_lit(at) => run.push_str(&shown),
            _ => runs.push((is_lit(at), shown)),
        }
        column = next;
    }
    Line::from_iter(runs.into_iter().map(|(is_lit, run)| Span::styled(run, if is_lit { lit } else { plain })))
}

/// Bytes of one line among which the lit ones are sought. Lines beyond it are data; reading a megabyte of
/// them thirty times a second would stop the picture.
const FARTHEST_BYTE: usize = 16 * 1024;

/// Columns that a text takes, tabs included.
fn columns(text: &str) -> usize {
    text.chars().fold(0, |column, character| if character == '\t' { tab_stop(column) } else { column + width(character) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Modifier;

    const LIT: Style = Style::new().add_modifier(Modifier::REVERSED);

    fn shown(line: &Line, style: Style) -> String {
        line.spans.iter().filter(|span| span.style == style).map(|span| span.content.as_ref()).collect()
    }

    #[test]
    fn controls_and_marks_of_direction_become_pictures() {
        assert_eq!(legible_text("a\x1b[2J\u{7f}\u{202e}é"), "a␛[2J␡\u{fffd}é");
    }

    #[test]
    fn tabs_go_to_the_next_stop_and_wide_characters_take_two_columns() {
        let line = lit_line("\tx\t日本", 40, Style::new(), LIT, |at| at == 1);
        assert_eq!(line.to_string(), "        x       日本");
        assert_eq!(shown(&line, LIT), "x");
        assert_eq!(lit_line("日本語", 5, Style::new(), LIT, |_| false).width(), 4);
    }

    #[test]
    fn what_is_lit_beyond_the_edge_is_moved_into_view() {
        let text = format!("x = {} + f(1)", "y".repeat(200));
        let line = lit_line(&text, 30, Style::new(), LIT, |at| (207..211).contains(&at));
        assert_eq!(shown(&line, LIT), "f(1)");
        assert!(line.to_string().starts_with("…yy") && line.width() <= 30, "{line}");
    }
}
