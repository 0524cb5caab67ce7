//! The value stack as a tower: as high as it was where the lead's note was struck.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::{Scene, title};

const EMPTY: Style = Style::new().add_modifier(Modifier::DIM);
const TOLD: Style = Style::new().add_modifier(Modifier::BOLD);

pub(super) fn draw(frame: &mut Frame, area: Rect, scene: &Scene) {
    if area.height <= 1 {
        return draw_lying(frame, area, scene);
    }
    let inside = title(frame, area, "stack");
    let Some((depth, size)) = depth_and_size(scene) else { return };
    let width = usize::from(inside.width);
    let rows = usize::from(inside.height.saturating_sub(1));
    let (filled, storeys) = storeys(depth, size, rows);
    let mut lines = vec![Line::default(); rows - storeys];
    lines.extend(
        (0..storeys)
            .rev()
            .map(|storey| if storey < filled { Line::raw("█".repeat(width)) } else { Line::styled("·".repeat(width), EMPTY) }),
    );
    lines.push(Line::styled(format!("{depth} of {size}"), TOLD).centered());
    Paragraph::new(lines).render(inside, frame.buffer_mut());
}

/// The tower on its side, where there is one row only.
fn draw_lying(frame: &mut Frame, area: Rect, scene: &Scene) {
    let Some((depth, size)) = depth_and_size(scene) else { return };
    let (name, told) = ("stack ", format!(" {depth} of {size}"));
    let (filled, storeys) = storeys(depth, size, usize::from(area.width).saturating_sub(name.len() + told.len()));
    let spans =
        [Span::raw(name), Span::raw("█".repeat(filled)), Span::styled("·".repeat(storeys - filled), EMPTY), Span::styled(told, TOLD)];
    Line::from_iter(spans).render(area, frame.buffer_mut());
}

/// Height of the lead's stack, and how high it may grow in its code.
fn depth_and_size(scene: &Scene) -> Option<(u32, u32)> {
    let lead = scene.lead?;
    let depth = u32::from(lead.depth);
    Some((depth, scene.code(lead)?.stack_size.max(depth)))
}

/// Storeys that are filled, and all of them: one a value where they fit, else in proportion,
/// and at least one for anything on the stack.
fn storeys(depth: u32, size: u32, rows: usize) -> (usize, usize) {
    let (depth, size) = (depth as usize, size as usize);
    if size <= rows { (depth, size) } else { ((depth * rows).div_ceil(size), rows) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_a_storey_where_they_fit_and_a_share_where_not() {
        assert_eq!(storeys(2, 5, 10), (2, 5));
        assert_eq!(storeys(1, 100, 10), (1, 10));
        assert_eq!(storeys(100, 100, 10), (10, 10));
        assert_eq!(storeys(0, 100, 10), (0, 10));
        assert_eq!(storeys(3, 5, 0), (0, 0));
    }
}
