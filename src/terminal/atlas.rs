//! A page of the atlas, over the panes of the code: what the instruction does that sounded when it was opened.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph, Widget};

use super::legible::legible_text;
use super::{Leaf, title};

/// Draws as much of the page as fits, from its row on; one that is past the end shows the last rows.
pub(super) fn draw(frame: &mut Frame, area: Rect, leaf: Leaf) {
    Clear.render(area, frame.buffer_mut());
    let inside = title(frame, area, "atlas, of what sounded when it was opened");
    let lines = leaf.page.lines(usize::from(inside.width), |_, _| None);
    let last_top = lines.len().saturating_sub(usize::from(inside.height));
    let lines: Vec<Line> = lines.iter().skip(leaf.top.min(last_top)).map(|line| Line::raw(legible_text(line))).collect();
    Paragraph::new(lines).render(inside, frame.buffer_mut());
}
