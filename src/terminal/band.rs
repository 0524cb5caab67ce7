//! The lanes, one for each family with the instrument it sounds on, and the parts of the band. Both light
//! up by what sounds.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::{Colours, Scene, bytecode, title};
use crate::trace::Family;

const LIT: Style = Style::new().add_modifier(Modifier::BOLD).add_modifier(Modifier::REVERSED);
const QUIET: Style = Style::new();

/// Draws the lanes: a column under a title, or a strip of names where there are fewer rows than lanes.
pub(super) fn draw_lanes(frame: &mut Frame, area: Rect, scene: &Scene, colours: Colours) {
    let counts = family_counts(scene);
    let is_lit = |family: Family| counts[family.index()] > 0;
    if usize::from(area.height) <= scene.lanes.len().min(3) {
        let names = scene.lanes.iter().map(|&(family, _)| {
            vec![light(is_lit(family)), colours.mark(family), Span::styled(family.name(), if is_lit(family) { LIT } else { QUIET })]
        });
        return Paragraph::new(wrapped(names, usize::from(area.width))).render(area, frame.buffer_mut());
    }
    let inside = title(frame, area, "families");
    let lines: Vec<Line> = scene
        .lanes
        .iter()
        .map(|&(family, instrument)| {
            Line::from_iter([
                light(is_lit(family)),
                colours.mark(family),
                Span::raw(" "),
                Span::styled(family.name(), if is_lit(family) { LIT } else { QUIET }),
                Span::raw(" ".repeat(7 - family.name().len().min(6))),
                Span::styled(instrument, if is_lit(family) { Style::new().add_modifier(Modifier::BOLD) } else { QUIET }),
            ])
        })
        .collect();
    Paragraph::new(lines).render(inside, frame.buffer_mut());
}

/// Draws the parts of the band: one a line with its sound, or a strip of names if there is one row only.
pub(super) fn draw_parts(frame: &mut Frame, area: Rect, scene: &Scene) {
    let sounds = |part: usize| scene.sounding.iter().any(|(setup, _)| *setup == part);
    let name = |part: usize, name| Span::styled(name, if sounds(part) { LIT } else { QUIET });
    if area.height <= 1 {
        let names = scene.setups.iter().enumerate().map(|(part, setup)| vec![note(sounds(part)), name(part, setup.name)]);
        return Paragraph::new(wrapped(names, usize::from(area.width))).render(area, frame.buffer_mut());
    }
    let inside = title(frame, area, "band");
    let longest = scene.setups.iter().map(|setup| setup.name.len()).max().unwrap_or(0);
    let lines: Vec<Line> = scene
        .setups
        .iter()
        .enumerate()
        .map(|(part, setup)| {
            let sound = setup.instrument.name();
            let gap = longest - setup.name.len() + 1;
            Line::from_iter([note(sounds(part)), name(part, setup.name), Span::raw(" ".repeat(gap)), Span::raw(sound)])
        })
        .collect();
    Paragraph::new(lines).render(inside, frame.buffer_mut());
}

/// How many instructions of each family the notes sounding now stand for.
fn family_counts(scene: &Scene) -> [usize; Family::COUNT] {
    let mut counts = [0; Family::COUNT];
    for (_, cause) in scene.sounding {
        let Some(code) = scene.code(*cause) else { continue };
        for instruction in bytecode::stretch(*cause, code) {
            counts[instruction.family.index()] += 1;
        }
    }
    counts
}

fn light(is_lit: bool) -> Span<'static> {
    Span::raw(if is_lit { "▸" } else { " " })
}

fn note(is_sounding: bool) -> Span<'static> {
    Span::raw(if is_sounding { "♪" } else { " " })
}

/// Items side by side with a blank between, on as many lines as they need.
fn wrapped<'a>(items: impl Iterator<Item = Vec<Span<'a>>>, width: usize) -> Vec<Line<'a>> {
    let mut lines: Vec<Line> = vec![Line::default()];
    let mut used = 0;
    for item in items {
        let columns: usize = item.iter().map(Span::width).sum::<usize>() + 1;
        if used > 0 && used + columns > width {
            lines.push(Line::default());
            used = 0;
        }
        used += columns;
        if let Some(line) = lines.last_mut() {
            line.spans.extend(item);
            line.push_span(Span::raw(" "));
        }
    }
    lines
}
