//! The instructions of the code object that sounds, with those the lead stands for marked.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::legible::legible_text;
use super::{Colours, Scene, View, title};
use crate::score::Cause;
use crate::trace::{Code, Instruction};

/// Columns of an opcode's name where there is room to line the arguments up; longer names push theirs to
/// the right. `POP_JUMP_IF_FALSE` is the longest which is common.
const OPCODE_COLUMNS: usize = 17;
/// Columns of the pane from which the arguments are lined up: below, they would be pushed out of it.
const LINED_UP: u16 = 34;
/// Instructions of one stretch that are looked at. Stretches are a line or a loop's turn; a generated one
/// may be a whole table of constants.
const STRETCH: usize = 2048;

pub(super) fn draw(frame: &mut Frame, area: Rect, scene: &Scene, view: &mut View) {
    let Some((cause, code)) = scene.lead.and_then(|cause| Some((cause, scene.code(cause)?))) else {
        title(frame, area, "instructions");
        return;
    };
    let name = if code.name == "<module>" { "the module" } else { code.qualname.as_str() };
    let name = legible_text(name);
    let whole = format!("instructions of {name}");
    // The rule and two blanks belong to a title too.
    let fits = whole.chars().count() + 3 <= usize::from(area.width);
    let inside = title(frame, area, if fits { &whole } else { &name });
    let instructions = code.instructions();
    let rows = stretch_rows(cause, code);
    let top = view.bytecode.top(u64::from(cause.code.0) + 1, rows.clone().next(), instructions.len(), usize::from(inside.height));
    let columns = Columns {
        offset: instructions.last().map_or(1, |last| last.offset.max(1).ilog10() as usize + 1),
        opcode: if inside.width >= LINED_UP { OPCODE_COLUMNS } else { 0 },
    };
    let lines: Vec<Line> = instructions
        .iter()
        .enumerate()
        .skip(top)
        .take(usize::from(inside.height))
        .map(|(row, instruction)| {
            let mark = match () {
                () if row == rows.start && !rows.is_empty() => "▶",
                () if rows.contains(&row) => "│",
                () => " ",
            };
            line(instruction, mark, rows.contains(&row), &columns, view.colours)
        })
        .collect();
    Paragraph::new(lines).render(inside, frame.buffer_mut());
}

struct Columns {
    offset: usize,
    opcode: usize,
}

fn line<'a>(instruction: &'a Instruction, mark: &'a str, is_sounding: bool, columns: &Columns, colours: Colours) -> Line<'a> {
    let style = if is_sounding { Style::new().add_modifier(Modifier::BOLD) } else { Style::new() };
    let argument = match (instruction.meaning.is_empty(), instruction.argument) {
        (false, _) => legible_text(&instruction.meaning),
        (true, Some(number)) => number.to_string(),
        (true, None) => String::new(),
    };
    Line::from_iter([
        Span::styled(mark, style),
        Span::styled(format!("{:1$} ", instruction.offset, columns.offset), Style::new().add_modifier(Modifier::DIM)),
        colours.mark(instruction.family),
        Span::styled(format!(" {:1$} {argument}", instruction.opcode, columns.opcode), style),
    ])
}

/// The instructions that a cause shows.
pub(super) fn stretch(cause: Cause, code: &Code) -> &[Instruction] {
    &code.instructions()[stretch_rows(cause, code)]
}

/// Rows of the instructions that a cause shows; empty where its offsets lie outside of the code. A stretch
/// which ends before it begins has jumped back: then it is the instructions in between.
fn stretch_rows(cause: Cause, code: &Code) -> std::ops::Range<usize> {
    let instructions = code.instructions();
    let (first, last) = (cause.first.min(cause.last), cause.first.max(cause.last));
    if instructions.last().is_none_or(|end| first > end.offset) {
        return 0..0;
    }
    // An offset inside of an instruction, as of an inline cache, means that instruction.
    let row_at = |offset: u32| instructions.partition_point(|instruction| instruction.offset <= offset).saturating_sub(1);
    let start = row_at(first);
    start..(row_at(last) + 1).min(start + STRETCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{CodeId, Family, Header, Origin, Span as SourceSpan};

    fn code() -> Code {
        let header = Header {
            id: CodeId(0),
            name: "f".into(),
            qualname: "f".into(),
            file: "a.py".into(),
            first_line: 1,
            flags: 0,
            stack_size: 2,
            origin: Origin::User,
        };
        let instruction = |offset| Instruction {
            offset,
            opcode: "LOAD_GLOBAL".into(),
            family: Family::Scope,
            argument: Some(0),
            meaning: "x".into(),
            span: SourceSpan::default(),
            depth_before: None,
            depth_after: None,
            target: None,
        };
        Code::new(header, vec![instruction(0), instruction(2), instruction(12), instruction(14)])
    }

    #[test]
    fn offsets_inside_caches_belong_to_their_instruction_and_those_outside_to_none() {
        let rows = |first, last| stretch_rows(Cause { first, last, ..Cause::default() }, &code());
        assert_eq!(rows(2, 12), 1..3);
        assert_eq!(rows(6, 6), 1..2);
        assert_eq!(rows(12, 2), 1..3);
        assert_eq!(rows(14, u32::MAX), 3..4);
        assert_eq!(rows(16, 18), 0..0);
    }
}
