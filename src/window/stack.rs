//! The value stack as a tower, with what is on it. What a value is called is inferred from the code.

use nannou::prelude::egui::{Align2, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::seen::Seen;
use super::theme::{SMALL, mono, plain};
use super::view::{View, panel};
use crate::picture::LabelKind;
use crate::workbench::{Message, Selection};

/// Height of a value, in points, where there is room.
const STOREY: f32 = 21.0;

pub fn draw(ui: &mut Ui, rect: Rect, view: &View, seen: &Seen, messages: &mut Vec<Message>) {
    let theme = &view.theme;
    let inside = panel(ui, rect, theme, "value stack (names inferred)");
    let (Some(step), Some(code)) = (seen.step, &seen.code) else { return };
    let Some(instruction) = code.at(step.offset) else { return };
    let depth = usize::from(instruction.depth_before.unwrap_or(0));
    let size = (code.stack_size as usize).max(depth).max(1);
    let labels = seen.stacks.as_ref().and_then(|stacks| stacks.before(step.offset)).unwrap_or_default();
    let storey = STOREY.min(inside.height() / (size as f32 + 1.0));
    let painter = ui.painter().with_clip_rect(rect);
    let told = format!("{depth} of {size}");
    painter.text(inside.right_top() - vec2(0.0, 18.0), Align2::RIGHT_TOP, told, plain(SMALL), theme.faint);
    // A function in C, a task: above the tower, which leaves a storey free.
    painter.text(inside.left_top(), Align2::LEFT_TOP, &seen.running, plain(SMALL), theme.text);
    for level in 0..size {
        let bottom = inside.bottom() - level as f32 * storey;
        let place = Rect::from_min_max(pos2(inside.left(), bottom - storey + 2.0), pos2(inside.right(), bottom));
        let Some(label) = labels.get(level).filter(|_| level < depth) else {
            let is_filled = level < depth;
            let colour = if is_filled { theme.veil(theme.faint, 0.5) } else { theme.veil(theme.rule, 0.35) };
            painter.rect_filled(place, 3.0, colour);
            if is_filled && storey > 12.0 {
                painter.text(place.left_center() + vec2(6.0, 0.0), Align2::LEFT_CENTER, "?", mono(SMALL), theme.text);
            }
            continue;
        };
        let pushed = label.pushed_at.and_then(|offset| code.at(offset));
        let hue = pushed.map_or(theme.faint, |instruction| theme.family(instruction.family));
        painter.rect_filled(place, 3.0, theme.veil(hue, if label.kind == LabelKind::Null { 0.12 } else { 0.38 }));
        let is_top = level + 1 == depth;
        if is_top {
            painter.rect_stroke(place, 3.0, Stroke::new(1.5, theme.sounding), StrokeKind::Inside);
        }
        if storey > 12.0 {
            let size = SMALL.min(storey - 6.0) + 1.0;
            painter.with_clip_rect(place).text(
                place.left_center() + vec2(6.0, 0.0),
                Align2::LEFT_CENTER,
                &label.text,
                mono(size),
                theme.text,
            );
        }
        if let Some(offset) = label.pushed_at
            && ui.interact(place, ui.id().with(("storey", level)), Sense::click()).on_hover_text("Select what pushed it").clicked()
        {
            messages.push(Message::Select(Selection::Instruction(code.id, offset)));
        }
    }
}
