//! The bytecode of the code object that runs, with a head that moves and the arrows of its jumps.

use nannou::prelude::egui::{Align2, CornerRadius, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::seen::Seen;
use super::theme::{SMALL, Theme, mark, mono};
use super::view::{View, panel};
use crate::live::Voices;
use crate::trace::{Code, Instruction};
use crate::workbench::{Message, Selection, Workbench};

/// Height of a row, in points.
const ROW: f32 = 15.0;
/// Room on the left for the arrows of jumps.
const ARROWS: f32 = 30.0;
/// How much of the way to where it should be the list moves in a picture. All of it, and the eye loses
/// the place; less, and the head runs out of the panel.
const GLIDE: f32 = 0.25;

pub fn draw<V: Voices>(ui: &mut Ui, rect: Rect, bench: &Workbench<V>, view: &mut View, seen: &Seen, messages: &mut Vec<Message>) {
    let theme = view.theme;
    let name = seen.code.as_ref().map_or("bytecode".to_owned(), |code| {
        let name = if code.name == "<module>" { "the module" } else { code.qualname.as_str() };
        format!("bytecode of {name}")
    });
    let inside = panel(ui, rect, &theme, &name);
    let (Some(code), Some(step), Some(heard)) = (&seen.code, seen.step, bench.heard()) else { return };
    let instructions = code.instructions();
    let head = instructions.partition_point(|instruction| instruction.offset <= step.offset).saturating_sub(1);
    let rows = inside.height() / ROW;
    follow(view, head as f32, rows, instructions.len() as f32);
    let top = view.bytecode_top;
    let heat = heard.tape.heat();
    let hottest = instructions.iter().map(|instruction| heat.at(code.id, instruction.offset)).max().unwrap_or(0).max(1);
    let painter = ui.painter().with_clip_rect(inside.expand2(vec2(4.0, 0.0)));
    let y_of = |row: usize| inside.top() + (row as f32 - top + 0.5) * ROW;
    let first = top.floor().max(0.0) as usize;
    let last = ((top + rows).ceil() as usize).min(instructions.len());
    for (row, instruction) in instructions.iter().enumerate().take(last).skip(first) {
        let y = y_of(row);
        let place = Rect::from_min_max(pos2(inside.left(), y - ROW / 2.0), pos2(inside.right(), y + ROW / 2.0));
        let count = heat.at(code.id, instruction.offset);
        // Logarithmic: a hot loop must not make all else look cold.
        let warmth = (1.0 + count as f32).ln() / (1.0 + hottest as f32).ln();
        if count > 0 {
            let bar = Rect::from_min_max(pos2(place.right() - 3.0, place.top() + 1.0), place.right_bottom() - vec2(0.0, 1.0));
            painter.rect_filled(bar, 0.0, theme.veil(theme.sounding, 0.15 + 0.7 * warmth));
        }
        if seen.is_lit(code, instruction.offset) {
            painter.rect_filled(place, 2.0, theme.veil(theme.selected, 0.25));
        }
        if row == head {
            painter.rect_filled(place, CornerRadius::same(3), theme.veil(theme.sounding, 0.30));
            let tip = pos2(inside.left() + ARROWS - 2.0, y);
            painter.add(Shape::convex_polygon(vec![tip, tip + vec2(-7.0, -4.5), tip + vec2(-7.0, 4.5)], theme.sounding, Stroke::NONE));
        }
        row_text(&painter, inside, y, instruction, &theme, count > 0);
        if ui.interact(place, ui.id().with(("instruction", row)), Sense::click()).clicked() {
            messages.push(Message::Select(Selection::Instruction(code.id, instruction.offset)));
        }
    }
    for (row, instruction) in instructions.iter().enumerate() {
        let Some(to) = instruction.target.and_then(|target| row_of(code, target)) else { continue };
        let is_seen = |row: usize| (first..last).contains(&row);
        if is_seen(row) || is_seen(to) {
            let colour = if row == head { theme.sounding } else { theme.veil(theme.family(instruction.family), 0.55) };
            arrow(&painter, inside.left() + ARROWS - 9.0, y_of(row), y_of(to), colour);
        }
    }
}

fn row_text(painter: &nannou::prelude::egui::Painter, inside: Rect, y: f32, instruction: &Instruction, theme: &Theme, has_run: bool) {
    let x = inside.left() + ARROWS;
    let ink = if has_run { theme.text } else { theme.faint };
    painter.text(pos2(x + 22.0, y), Align2::RIGHT_CENTER, instruction.offset, mono(SMALL - 1.5), theme.faint);
    mark(painter, pos2(x + 30.0, y), 6.5, instruction.family, theme.family(instruction.family));
    painter.text(pos2(x + 38.0, y), Align2::LEFT_CENTER, &instruction.opcode, mono(SMALL), ink);
    let argument = match (instruction.meaning.is_empty(), instruction.argument) {
        (false, _) => instruction.meaning.chars().take(28).collect(),
        (true, Some(number)) => number.to_string(),
        (true, None) => String::new(),
    };
    let after = x + 46.0 + (instruction.opcode.len() as f32).max(17.0) * SMALL * 0.6;
    painter.text(pos2(after, y), Align2::LEFT_CENTER, argument, mono(SMALL), theme.faint);
}

/// Keeps the head in the middle third, and a list that fits where it is.
fn follow(view: &mut View, head: f32, rows: f32, total: f32) {
    let most = (total - rows).max(0.0);
    let is_out = head < view.bytecode_top || head >= view.bytecode_top + rows;
    let wanted =
        if total <= rows { 0.0 } else { view.bytecode_top.clamp(head - rows * 0.66, (head - rows * 0.33).max(0.0)).clamp(0.0, most) };
    let share = if is_out { 1.0 } else { GLIDE };
    view.bytecode_top += (wanted - view.bytecode_top) * share;
}

fn row_of(code: &Code, offset: u32) -> Option<usize> {
    code.instructions().binary_search_by_key(&offset, |instruction| instruction.offset).ok()
}

/// A jump: out to the left, along, and back in; the further it goes, the further out.
fn arrow(painter: &nannou::prelude::egui::Painter, x: f32, from: f32, to: f32, colour: nannou::prelude::egui::Color32) {
    let out = (4.0 + (to - from).abs() * 0.05).min(ARROWS - 12.0);
    let stroke = Stroke::new(1.0, colour);
    let corners: [Pos2; 4] = [pos2(x, from), pos2(x - out, from), pos2(x - out, to), pos2(x, to)];
    for pair in corners.windows(2) {
        painter.line_segment([pair[0], pair[1]], stroke);
    }
    painter.line_segment([pos2(x, to), pos2(x - 3.0, to - 2.5)], stroke);
    painter.line_segment([pos2(x, to), pos2(x - 3.0, to + 2.5)], stroke);
}
