//! The call stack as rooms, one within the other: a call opens one, a return closes it. Recursion is rooms of
//! one colour.

use nannou::prelude::egui::{Align2, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::seen::Seen;
use super::theme::{SMALL, plain};
use super::view::{View, panel};
use crate::live::Voices;
use crate::trace::Family;
use crate::workbench::{Message, Selection, Workbench};

/// Rooms that are drawn; of deeper stacks the outermost and the innermost.
const MOST: usize = 9;

pub fn draw<V: Voices>(ui: &mut Ui, rect: Rect, bench: &Workbench<V>, view: &View, seen: &Seen, messages: &mut Vec<Message>) {
    let theme = &view.theme;
    let title = match (seen.frames.len(), seen.step.map(|step| step.thread)) {
        (0, _) => "call stack".to_owned(),
        (frames, None | Some(0)) => format!("call stack · {frames}"),
        (frames, Some(thread)) => format!("call stack · {frames} · thread {}", thread + 1),
    };
    let inside = panel(ui, rect, theme, &title);
    let Some(heard) = bench.heard() else { return };
    let frames = &seen.frames;
    let hidden = frames.len().saturating_sub(MOST);
    let inner = seen.frames.last().map(|frame| frame.code);
    let painter = ui.painter().with_clip_rect(rect);
    let mut room = inside;
    for (level, frame) in frames.iter().enumerate() {
        // The first stays, for where it all begins; then come the innermost.
        if level > 0 && level <= hidden {
            continue;
        }
        let Some(code) = heard.tape.code(frame.code) else { continue };
        if room.height() < 18.0 || room.width() < 24.0 {
            break;
        }
        let family = if frame.is_generator { Family::Gen } else { Family::Call };
        let is_recursion = inner == Some(frame.code) && frames.iter().filter(|other| other.code == frame.code).count() > 1;
        let hue = if is_recursion { theme.family(Family::Except) } else { theme.family(family) };
        let is_innermost = level + 1 == frames.len();
        painter.rect_filled(room, 4.0, theme.veil(hue, if is_innermost { 0.26 } else { 0.10 }));
        let stroke = if is_innermost { Stroke::new(1.5, theme.sounding) } else { Stroke::new(1.0, theme.veil(hue, 0.6)) };
        painter.rect_stroke(room, 4.0, stroke, StrokeKind::Inside);
        let name = if code.name == "<module>" { "module" } else { code.qualname.as_str() };
        let skipped = if level == 0 && hidden > 0 { format!("   … {hidden} more") } else { String::new() };
        let line = if frame.line > 0 { format!("  {}", frame.line) } else { String::new() };
        let head = Rect::from_min_size(room.min, vec2(room.width(), 17.0));
        painter.with_clip_rect(head.shrink2(vec2(4.0, 0.0))).text(
            head.left_center() + vec2(7.0, 1.0),
            Align2::LEFT_CENTER,
            format!("{name}{line}{skipped}"),
            plain(SMALL),
            theme.text,
        );
        if ui.interact(head, ui.id().with(("room", level)), Sense::click()).clicked() {
            messages.push(Message::Select(Selection::Instruction(frame.code, frame.offset)));
        }
        room = Rect::from_min_max(pos2(room.left() + 6.0, room.top() + 18.0), pos2(room.right() - 4.0, room.bottom() - 4.0));
    }
}
