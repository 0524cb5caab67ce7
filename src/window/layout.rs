//! Where the panels are. Nothing is hidden at 1280 by 720; a narrow window lets the right columns go first.

use nannou::prelude::egui::{Rect, pos2, vec2};

use super::theme::GAP;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    pub bar: Rect,
    pub editor: Rect,
    pub bytecode: Rect,
    pub stack: Rect,
    pub rooms: Rect,
    /// Inspector, mixer, legend and output share it.
    pub side: Rect,
    pub roll: Rect,
    /// Memory above threads.
    pub strip: Rect,
    pub scope: Rect,
}

/// Height of the bar with the transport.
const BAR: f32 = 40.0;

impl Layout {
    pub fn of(window: Rect) -> Self {
        let inner = window.shrink(GAP);
        let bar = Rect::from_min_size(inner.min, vec2(inner.width(), BAR));
        let bottom_height = (inner.height() * 0.34).clamp(120.0, 380.0);
        let bottom = Rect::from_min_max(pos2(inner.left(), inner.bottom() - bottom_height), inner.max);
        let middle = Rect::from_min_max(pos2(inner.left(), bar.bottom() + GAP), pos2(inner.right(), bottom.top() - GAP));

        let editor_width = middle.width() * 0.42;
        let (editor, rest) = split_x(middle, editor_width);
        let (bytecode, rest) = split_x(rest, rest.width() * 0.42);
        let (towers, side) = split_x(rest, rest.width() * 0.46);
        let (stack, rooms) = split_y(towers, towers.height() * 0.5);

        let (left, scope) = split_x(bottom, bottom.width() - 220.0_f32.min(bottom.width() * 0.2));
        let strip_height = 64.0_f32.min(left.height() * 0.32);
        let (roll, strip) = split_y(left, left.height() - strip_height - GAP);
        Self { bar, editor, bytecode, stack, rooms, side, roll, strip, scope }
    }

    pub fn panels(&self) -> [Rect; 9] {
        [self.bar, self.editor, self.bytecode, self.stack, self.rooms, self.side, self.roll, self.strip, self.scope]
    }
}

/// So much to the left, and what is left.
fn split_x(rect: Rect, width: f32) -> (Rect, Rect) {
    let x = rect.left() + width;
    (Rect::from_min_max(rect.min, pos2(x, rect.bottom())), Rect::from_min_max(pos2(x + GAP, rect.top()), rect.max))
}

fn split_y(rect: Rect, height: f32) -> (Rect, Rect) {
    let y = rect.top() + height;
    (Rect::from_min_max(rect.min, pos2(rect.right(), y)), Rect::from_min_max(pos2(rect.left(), y + GAP), rect.max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_fill_the_window_and_none_covers_another() {
        for (width, height) in [(1280.0, 720.0), (1920.0, 1080.0), (900.0, 600.0), (640.0, 480.0)] {
            let window = Rect::from_min_size(pos2(0.0, 0.0), vec2(width, height));
            let panels = Layout::of(window).panels();
            for (index, panel) in panels.iter().enumerate() {
                assert!(window.contains_rect(*panel) && panel.width() > 40.0 && panel.height() > 15.0, "{width}x{height}: {panel:?}");
                for other in &panels[index + 1..] {
                    assert!(!panel.shrink(0.1).intersects(*other), "{width}x{height}: {panel:?} covers {other:?}");
                }
            }
            let covered: f32 = panels.iter().map(|panel| panel.area()).sum();
            assert!(covered > 0.9 * window.area(), "{width}x{height}: {covered}");
        }
    }
}
