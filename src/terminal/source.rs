//! The source, with the line that sounds lit and the columns of its instructions reversed (PEP 657).

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::legible::{legible_text, lit_line};
use super::status::fitting;
use super::{Scene, View, bytecode, title};
use crate::score::Cause;
use crate::trace::{Code, Span as SourceSpan};

const SOUNDING: Style = Style::new().add_modifier(Modifier::BOLD);
const SPAN: Style = Style::new().add_modifier(Modifier::BOLD).add_modifier(Modifier::REVERSED);
const QUIET: Style = Style::new().add_modifier(Modifier::DIM);

pub(super) fn draw(frame: &mut Frame, area: Rect, scene: &Scene, view: &mut View) {
    let lead = scene.lead.and_then(|cause| Some((cause, scene.code(cause)?)));
    let shown = lead.filter(|(_, code)| scene.is_of_program(code));
    let name = match lead {
        Some((cause, code)) if shown.is_none() => format!("{} (now in {}, line {})", scene.program.name, code.file, cause.line),
        _ => scene.program.name.clone(),
    };
    let name = legible_text(&name);
    let inside = title(frame, area, &name);
    draw_beside(frame, area, Line::raw(name).width() + 2, scene);
    let height = usize::from(inside.height);
    let total = scene.program.lines().count();
    // A line beyond the end is none: the source may have changed under a recorded trace.
    let row = shown.map(|(cause, _)| cause.line as usize).filter(|line| (1..=total).contains(line)).map(|line| line - 1);
    let top = view.source.top(0, row, total, height);

    let digits = total.max(1).ilog10() as usize + 1;
    let width = usize::from(inside.width).saturating_sub(digits + 3);
    let others = sounding_lines(scene);
    let mut lines: Vec<Line> = Vec::with_capacity(height);
    for (index, text) in scene.program.lines().enumerate().skip(top).take(height) {
        let number = index as u32 + 1;
        let is_lead = row == Some(index);
        let (mark, style) = match (is_lead, others.contains(&number)) {
            (true, _) => ("▶", SOUNDING),
            (false, true) => ("›", SOUNDING),
            (false, false) => (" ", Style::new()),
        };
        let lit: Vec<Range<usize>> = shown.map_or_else(Vec::new, |(cause, code)| lit_bytes(cause, code, number, text));
        let mut line = lit_line(text, width, style, SPAN, |at| lit.iter().any(|range| range.contains(&at)));
        line.spans.insert(0, Span::styled(format!("{mark}{number:digits$} "), if is_lead { SOUNDING } else { QUIET }));
        lines.push(line);
    }
    Paragraph::new(lines).render(inside, frame.buffer_mut());
}

/// Draws what goes on beside the instructions at the end of the title's rule: as much as fits beside the name, the
/// most telling cut short if nothing does.
fn draw_beside(frame: &mut Frame, area: Rect, taken: usize, scene: &Scene) {
    /// Less would say nothing.
    const FEWEST_COLUMNS: usize = 8;
    // Two blanks, and a column of the rule on either side.
    let room = usize::from(area.width).saturating_sub(taken + 4);
    let told: Vec<String> = scene.beside.iter().map(|words| legible_text(words)).collect();
    let Some(first) = told.first().filter(|_| room >= FEWEST_COLUMNS && area.height > 0) else { return };
    let columns = |text: &str| Line::raw(text).width();
    let mut text = fitting(&told.iter().filter(|words| columns(words) <= room).cloned().collect::<Vec<_>>(), room);
    if text.is_empty() {
        text.clone_from(first);
        while columns(&text) >= room {
            text.pop();
        }
        text.push('…');
    }
    let line = Line::raw(format!(" {text} "));
    let width = line.width() as u16;
    line.render(Rect { x: area.right() - width - 1, y: area.y, width, height: 1 }, frame.buffer_mut());
}

/// Lines of the program which other notes than the lead stand for.
fn sounding_lines(scene: &Scene) -> Vec<u32> {
    let is_here = |cause: &Cause| scene.code(*cause).is_some_and(|code| scene.is_of_program(code));
    scene.sounding.iter().map(|(_, cause)| *cause).filter(is_here).map(|cause| cause.line).collect()
}

/// Bytes of line `number` which the instructions of a cause were compiled from. Instructions of its stretch
/// that belong to other lines light these lines too only if their span begins on the cause's line.
fn lit_bytes(cause: Cause, code: &Code, number: u32, text: &str) -> Vec<Range<usize>> {
    bytecode::stretch(cause, code)
        .iter()
        .filter(|instruction| instruction.span.line == Some(cause.line))
        .filter_map(|instruction| bytes_on_line(instruction.span, number, text))
        .collect()
}

/// The part of a span which lies on line `number`; `None` if there is none, or no columns are known.
fn bytes_on_line(span: SourceSpan, number: u32, text: &str) -> Option<Range<usize>> {
    let (line, column) = (span.line?, span.column? as usize);
    let (end_line, end_column) = (span.end_line.unwrap_or(line), span.end_column? as usize);
    if !(line..=end_line).contains(&number) {
        return None;
    }
    let indent = text.len() - text.trim_start().len();
    let start = if number == line { column } else { indent };
    let end = if number == end_line { end_column } else { text.len() };
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_over_several_lines_lights_each_without_its_indent() {
        let span = SourceSpan { line: Some(2), column: Some(4), end_line: Some(4), end_column: Some(5) };
        let on = |number, text| bytes_on_line(span, number, text);
        assert_eq!(on(1, "x = 1"), None);
        assert_eq!(on(2, "y = f("), Some(4..6));
        assert_eq!(on(3, "      1,"), Some(6..8));
        assert_eq!(on(4, "    )"), Some(4..5));
        assert_eq!(on(5, "z"), None);
    }

    #[test]
    fn an_instruction_without_columns_lights_none() {
        let span = SourceSpan { line: Some(2), column: None, end_line: Some(2), end_column: None };
        assert_eq!(bytes_on_line(span, 2, "y = 1"), None);
        let empty = SourceSpan { line: Some(2), column: Some(0), end_line: Some(2), end_column: Some(0) };
        assert_eq!(bytes_on_line(empty, 2, "y = 1"), None);
    }
}
