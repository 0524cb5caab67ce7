//! Where what is drawn, by the size of the terminal.

use ratatui::layout::{Constraint, Layout, Rect};

use super::Scene;

/// Smaller than this, nothing but a line of status can be read.
pub(super) const SMALLEST: (u16, u16) = (60, 15);
/// Columns from which the lanes get a column of their own beside the code; below, the code would be cut
/// where it matters.
const WIDE: u16 = 80;
/// Columns from which the stack gets one too, and instruments are named whole.
const ROOMY: u16 = 100;
/// Rows of the body from which all fourteen lanes fit in one column, under a title and above the stack.
const LANES_ROWS: u16 = 16;
/// Columns of the lanes' column: light, mark, name of the family, its instrument ("electric piano" whole, or
/// its beginning where the code needs the room more).
const LANES_COLUMNS: (u16, u16) = (24, 18);
/// Columns of the stack as a tower; wider says no more.
const STACK_COLUMNS: u16 = 7;
/// Columns of the stack as a bar: its name, five values, and both numbers.
const STACK_BAR_COLUMNS: u16 = 18;
/// The output gets a fifth of the rows, but no less than its title and two lines, and no more than twelve.
const OUTPUT_ROWS: (u16, u16) = (3, 12);

pub(super) enum Areas {
    Full(Panes),
    /// Too small: one line.
    OneLine(Rect),
}

/// One area for each pane; empty where there is nothing to show or no room.
pub(super) struct Panes {
    pub(super) source: Rect,
    pub(super) bytecode: Rect,
    pub(super) stack: Rect,
    pub(super) lanes: Rect,
    pub(super) parts: Rect,
    pub(super) output: Rect,
    pub(super) notice: Rect,
    pub(super) status: Rect,
    pub(super) keys: Rect,
}

impl Panes {
    /// What is beside one another of the code: its source, its instructions and, where it is a tower, the stack.
    pub(super) fn code(&self) -> Rect {
        let code = self.source.union(self.bytecode);
        if self.stack.y == code.y { code.union(self.stack) } else { code }
    }
}

pub(super) fn areas(whole: Rect, scene: &Scene) -> Areas {
    if whole.width < SMALLEST.0 || whole.height < SMALLEST.1 {
        return Areas::OneLine(Rect { height: whole.height.min(1), ..whole });
    }
    let output_rows = (whole.height / 5).clamp(OUTPUT_ROWS.0, OUTPUT_ROWS.1);
    let notice_rows = u16::from(!scene.notices.is_empty());
    let has_column = whole.width >= WIDE && whole.height >= LANES_ROWS + output_rows + notice_rows + 3;
    let lanes_rows = if has_column { 0 } else { 2 };
    let [body, lanes_strip, parts_strip, output, notice, status, keys] = Layout::vertical([
        Constraint::Fill(1),
        Constraint::Length(lanes_rows),
        Constraint::Length(1),
        Constraint::Length(output_rows),
        Constraint::Length(notice_rows),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(whole);
    let panes = |source, bytecode, stack, lanes, parts| Panes { source, bytecode, stack, lanes, parts, output, notice, status, keys };
    let code = [Constraint::Fill(4), Constraint::Fill(3)];
    if !has_column {
        let [source, bytecode] = Layout::horizontal(code).spacing(1).areas(body);
        let [parts, stack] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(STACK_BAR_COLUMNS)]).areas(parts_strip);
        return Areas::Full(panes(source, bytecode, stack, lanes_strip, parts));
    }
    if whole.width < ROOMY {
        let columns = [code[0], code[1], Constraint::Length(LANES_COLUMNS.1)];
        let [source, bytecode, column] = Layout::horizontal(columns).spacing(1).areas(body);
        let [lanes, stack] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(column);
        return Areas::Full(panes(source, bytecode, stack, lanes, parts_strip));
    }
    let columns = [code[0], code[1], Constraint::Length(STACK_COLUMNS), Constraint::Length(LANES_COLUMNS.0)];
    let [source, bytecode, stack, column] = Layout::horizontal(columns).spacing(1).areas(body);
    // The parts go below the lanes where they fit, one a line with its sound; else they stay a strip.
    let rows = |count: usize| u16::try_from(count).unwrap_or(u16::MAX).saturating_add(1);
    let (lanes_rows, parts_rows) = (rows(scene.lanes.len()), rows(scene.setups.len()));
    if lanes_rows.saturating_add(parts_rows) > column.height {
        return Areas::Full(panes(source, bytecode, stack, column, parts_strip));
    }
    let [lanes, parts] = Layout::vertical([Constraint::Length(lanes_rows), Constraint::Fill(1)]).areas(column);
    Areas::Full(panes(source, bytecode, stack, lanes, parts))
}
