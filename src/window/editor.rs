//! The editor: Python in colours, lit where it sounds, with heat and trouble in its margin.

use std::sync::Arc;

use nannou::prelude::egui::text::{CCursor, LayoutJob, TextFormat};
use nannou::prelude::egui::{
    Align, Align2, Frame, Galley, Layout, Pos2, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, TextBuffer, TextEdit, Ui, UiBuilder,
    pos2, vec2,
};

use super::find_bar;
use super::knobs;
use super::seen::Seen;
use super::theme::{SMALL, mono, plain};
use super::typing;
use super::view::{Coloured, View, panel};
use crate::edit::{self, Lines, byte_of_char, char_of_byte};
use crate::live::Voices;
use crate::trace::Span;
use crate::workbench::{Message, Rendition, Selection, Workbench};

/// Room for line numbers, at five digits.
const GUTTER: f32 = 46.0;

pub fn draw<V: Voices>(ui: &mut Ui, rect: Rect, bench: &mut Workbench<V>, view: &mut View, seen: &Seen, messages: &mut Vec<Message>) {
    let title = if bench.document.text == bench.evaluated() { "" } else { " · not evaluated yet (Ctrl+Enter)" };
    let mut inside = panel(ui, rect, &view.theme, &format!("{}{title}", bench.document.name));
    if bench.duel().is_some() {
        both(ui, rect, bench, view, messages);
    }
    if let Some(trouble) = &bench.trouble {
        let bar = Rect::from_min_max(pos2(inside.left(), inside.bottom() - 20.0), inside.max);
        ui.painter().rect_filled(bar, 3.0, view.theme.veil(view.theme.trouble, 0.22));
        let place = trouble.line.map_or(String::new(), |line| format!("line {line}: "));
        let goes_on = if bench.heard().is_some() { "   (what plays goes on)" } else { "" };
        let text = format!("{place}{}{goes_on}", trouble.message.lines().next().unwrap_or_default());
        ui.painter().with_clip_rect(bar).text(bar.left_center() + vec2(6.0, 0.0), Align2::LEFT_CENTER, text, plain(SMALL), view.theme.text);
        inside.max.y -= 22.0;
    }
    if view.find.is_some() {
        let bar = Rect::from_min_max(inside.min, pos2(inside.right(), inside.top() + 26.0));
        find_bar::draw(ui, bar, bench, view, messages);
        inside.min.y += 28.0;
    }
    knobs::follow(ui, bench, view);
    colour(view, &bench.document.text);
    ui.scope_builder(UiBuilder::new().max_rect(inside), |ui| {
        ui.set_clip_rect(inside);
        ScrollArea::both().id_salt("editor").auto_shrink(false).show(ui, |ui| text(ui, bench, view, seen, messages));
    });
}

/// Which of two programs is shown, and how they are heard.
fn both<V: Voices>(ui: &mut Ui, rect: Rect, bench: &Workbench<V>, view: &mut View, messages: &mut Vec<Message>) {
    let Some(duel) = bench.duel() else { return };
    let place = Rect::from_min_max(pos2(rect.right() - 250.0, rect.top() + 1.0), pos2(rect.right() - 6.0, rect.top() + 21.0));
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let small = |text: &str| RichText::new(text).size(SMALL);
            let mut by_turns = duel.by_turns;
            if ui.checkbox(&mut by_turns, small("by turns")).on_hover_text("A bar of the one, a bar of the other").changed() {
                messages.push(Message::ByTurns(by_turns));
            }
            if ui.selectable_label(view.tab == super::view::Tab::Difference, small("difference")).clicked() {
                view.tab = super::view::Tab::Difference;
            }
            for (name, is_right) in [("right", true), ("left", false)] {
                if ui.selectable_label(duel.shows_right == is_right, small(name)).clicked() && duel.shows_right != is_right {
                    messages.push(Message::ShowOther);
                }
            }
        });
    });
}

/// Works out the colours if the text is another.
fn colour(view: &mut View, text: &str) {
    if view.coloured.lines.is_none() || view.coloured.text != text {
        view.coloured = Coloured { text: text.to_owned(), spans: Arc::new(edit::highlight(text)), lines: Some(Lines::of(text)) };
    }
}

fn text<V: Voices>(ui: &mut Ui, bench: &mut Workbench<V>, view: &mut View, seen: &Seen, messages: &mut Vec<Message>) {
    let id = typing::field();
    let has_focus = ui.memory(|memory| memory.has_focus(id));
    if has_focus && typing::habits(ui, id, &mut bench.document.text, view) {
        messages.push(Message::Edited);
        colour(view, &bench.document.text);
    }
    if let Some((anchor, caret)) = view.select.take() {
        typing::select(ui, id, &bench.document.text, anchor, caret);
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    let (theme, size) = (view.theme, view.font_size);
    let spans = Arc::clone(&view.coloured.spans);
    let coloured = view.coloured.text.clone();
    let mut layouter = move |ui: &Ui, buffer: &dyn TextBuffer, _: f32| -> Arc<Galley> {
        let text = buffer.as_str();
        // While it is typed into, the text is a letter ahead of its colours.
        let now;
        let spans = if text == coloured {
            &*spans
        } else {
            now = edit::highlight(text);
            &now
        };
        let mut job = LayoutJob::default();
        for (range, kind) in spans {
            job.append(&text[range.clone()], 0.0, TextFormat::simple(mono(size), theme.code(*kind)));
        }
        job.wrap.max_width = f32::INFINITY;
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let top_left = ui.cursor().min;
    let output = ui
        .horizontal_top(|ui| {
            ui.add_space(GUTTER);
            let editor = TextEdit::multiline(&mut bench.document.text)
                .id(id)
                .code_editor()
                .frame(Frame::NONE)
                .desired_width(f32::INFINITY)
                .desired_rows(20)
                .lock_focus(true)
                .layouter(&mut layouter);
            editor.show(ui)
        })
        .inner;
    if output.response.response.changed() {
        messages.push(Message::Edited);
        colour(view, &bench.document.text);
    }
    if let Some(range) = output.cursor_range {
        view.caret = byte_of_char(&bench.document.text, range.primary.index);
    }
    let page = Page { galley: &output.galley, at: output.galley_pos, left: top_left.x, text: &bench.document.text };
    over(ui, &page, bench, view, seen, has_focus);
    gutter(ui, &page, bench, view, messages);
}

/// The text as it lies on the screen. Every line is a row.
struct Page<'a> {
    galley: &'a Galley,
    at: Pos2,
    left: f32,
    text: &'a str,
}

impl Page<'_> {
    fn row(&self, line: u32) -> Option<Rect> {
        let row = self.galley.rows.get(line.checked_sub(1)? as usize)?;
        Some(row.rect().translate(self.at.to_vec2()))
    }

    fn x(&self, byte: usize) -> f32 {
        self.at.x + self.galley.pos_from_cursor(CCursor::new(char_of_byte(self.text, byte))).left()
    }

    /// The places of a span, a rectangle a line.
    fn places(&self, lines: &Lines, span: Span, shift: &Shift) -> Vec<Rect> {
        let (Some(line), Some(end_line)) = (span.line, span.end_line.or(span.line)) else { return Vec::new() };
        (line..=end_line.min(line + 40))
            .filter_map(|old| {
                let now = shift.now(old)?;
                let row = self.row(now)?;
                let range = lines.range(now);
                let left = if old == line { span.column.map_or(range.start, |column| lines.byte(now, column)) } else { range.start };
                let right = if old == end_line { span.end_column.map_or(range.end, |column| lines.byte(now, column)) } else { range.end };
                let blank = self.text[range.start..range.end].len() - self.text[range.start..range.end].trim_start().len();
                let left = left.max(range.start + blank).min(right);
                Some(Rect::from_min_max(pos2(self.x(left), row.top()), pos2(self.x(right).max(self.x(left) + 3.0), row.bottom())))
            })
            .collect()
    }
}

/// Where lines of the program that is heard are in the text as it is now: those before and behind what
/// was changed since.
struct Shift {
    same_before: u32,
    first_same_after: u32,
    by: i64,
}

impl Shift {
    fn between(heard: &str, now: &str) -> Self {
        if heard == now {
            return Self { same_before: u32::MAX, first_same_after: u32::MAX, by: 0 };
        }
        let (old, new): (Vec<&str>, Vec<&str>) = (heard.lines().collect(), now.lines().collect());
        let before = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let most = old.len().min(new.len()) - before;
        let after = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
        Self { same_before: before as u32, first_same_after: (old.len() - after) as u32 + 1, by: new.len() as i64 - old.len() as i64 }
    }

    fn now(&self, line: u32) -> Option<u32> {
        match line {
            line if line <= self.same_before => Some(line),
            line if line >= self.first_same_after => u32::try_from(i64::from(line) + self.by).ok(),
            _ => None,
        }
    }

    fn heard(&self, line: u32) -> Option<u32> {
        let before = u32::try_from(i64::from(line) - self.by).ok();
        if line <= self.same_before { Some(line) } else { before.filter(|&old| old >= self.first_same_after) }
    }
}

/// What lies over the text: what sounds, what is selected, where brackets match, trouble.
fn over<V: Voices>(ui: &mut Ui, page: &Page, bench: &Workbench<V>, view: &View, seen: &Seen, has_focus: bool) {
    let theme = &view.theme;
    let painter = ui.painter();
    let Some(lines) = &view.coloured.lines else { return };
    let found = view.find.as_ref().map(|find| edit::find_all(page.text, &find.query)).unwrap_or_default();
    for range in found.iter().take(500) {
        if let Some(row) = page.row(lines.line_of(range.start)) {
            let place = Rect::from_min_max(pos2(page.x(range.start), row.top()), pos2(page.x(range.end), row.bottom()));
            painter.rect_stroke(place, 2.0, Stroke::new(1.0, theme.selected), StrokeKind::Outside);
        }
    }
    if has_focus && let Some((a, b)) = edit::matching_bracket(page.text, view.caret) {
        for byte in [a, b] {
            if let Some(row) = page.row(lines.line_of(byte)) {
                let place = Rect::from_min_max(pos2(page.x(byte), row.top()), pos2(page.x(byte + 1), row.bottom()));
                painter.rect_stroke(place, 2.0, Stroke::new(1.0, theme.faint), StrokeKind::Inside);
            }
        }
    }
    if let Some(row) = bench.trouble.as_ref().and_then(|trouble| page.row(trouble.line?)) {
        painter.rect_filled(row.with_max_x(page.at.x + 4000.0), 0.0, theme.veil(theme.trouble, 0.14));
        let message = bench.trouble.as_ref().map_or("", |trouble| trouble.message.lines().next().unwrap_or_default());
        painter.text(row.right_center() + vec2(14.0, 0.0), Align2::LEFT_CENTER, format!("◀ {message}"), plain(SMALL), theme.trouble);
    }
    let Some(heard) = bench.heard().filter(|heard| heard.program.name == bench.document.name) else { return };
    let shift = Shift::between(&heard.program.text, page.text);
    for line in seen.lit.lines.iter().filter_map(|&line| shift.now(line)) {
        if let Some(row) = page.row(line) {
            painter.rect_filled(row.with_max_x(page.at.x + 4000.0), 0.0, theme.veil(theme.selected, 0.13));
        }
    }
    let now = bench.position().tick;
    for line in sounding_lines(heard, now).into_iter().filter_map(|line| shift.now(line)) {
        if let Some(row) = page.row(line) {
            painter.rect_filled(row.with_max_x(page.at.x + 4000.0), 0.0, theme.veil(theme.sounding, 0.08));
        }
    }
    let Some((code, instruction)) = seen.code.as_ref().zip(seen.instruction()) else { return };
    if !heard.is_own(code) {
        return;
    }
    let places = page.places(lines, instruction.span, &shift);
    for place in &places {
        painter.rect_filled(place.expand2(vec2(1.5, 0.0)), 3.0, theme.veil(theme.sounding, 0.30));
        painter.rect_stroke(place.expand2(vec2(1.5, 0.0)), 3.0, Stroke::new(1.0, theme.veil(theme.sounding, 0.8)), StrokeKind::Inside);
    }
    // Nobody types here: what sounds is kept in sight.
    if let Some(place) = places.first().filter(|place| !has_focus && !ui.clip_rect().y_range().contains(place.center().y)) {
        ui.scroll_to_rect(place.with_min_x(page.left).with_max_x(page.left + 10.0), Some(Align::Center));
    }
}

/// Lines of the program with a note that sounds.
fn sounding_lines(heard: &Rendition, now: crate::music::Tick) -> Vec<u32> {
    let around = heard.playhead.notes(now, crate::music::Tick(now.0 + 1));
    let mut lines: Vec<u32> = around
        .iter()
        .filter(|note| !note.cause.is_state && note.at <= now && now < note.end)
        .filter(|note| heard.tape.code(note.cause.code).is_some_and(|code| heard.is_own(code)))
        .map(|note| note.cause.line)
        .collect();
    lines.dedup();
    lines
}

/// Line numbers, heat, and a mark where there is trouble; a click selects the line, two go to where it sounds.
fn gutter<V: Voices>(ui: &mut Ui, page: &Page, bench: &Workbench<V>, view: &View, messages: &mut Vec<Message>) {
    let theme = &view.theme;
    // The numbers stay where they are when the text is moved sideways.
    let left = ui.clip_rect().left();
    let visible = ui.clip_rect().y_range();
    let ground = Rect::from_x_y_ranges(left..=left + GUTTER - 4.0, visible);
    ui.painter().rect_filled(ground, 0.0, theme.panel);
    let heard = bench.heard().filter(|heard| heard.program.name == bench.document.name);
    let shift = heard.map(|heard| Shift::between(&heard.program.text, page.text));
    let caret_line = view.coloured.lines.as_ref().map_or(0, |lines| lines.line_of(view.caret));
    for line in 1..=page.galley.rows.len() as u32 {
        let Some(row) = page.row(line).filter(|row| visible.intersects(row.y_range())) else { continue };
        let place = Rect::from_x_y_ranges(left..=left + GUTTER - 6.0, row.y_range());
        if let (Some(heard), Some(old)) = (heard, shift.as_ref().and_then(|shift| shift.heard(line))) {
            let heat = heard.tape.heat();
            let share = (1.0 + heat.line(old) as f32).ln() / (1.0 + heat.most_line().max(1) as f32).ln();
            if share > 0.0 {
                let bar = Rect::from_x_y_ranges(place.right() - 3.0..=place.right(), row.y_range().shrink(1.0));
                ui.painter().rect_filled(bar, 0.0, theme.veil(theme.sounding, 0.15 + 0.75 * share));
            }
        }
        let has_trouble = bench.trouble.as_ref().is_some_and(|trouble| trouble.line == Some(line));
        let ink = match () {
            () if has_trouble => theme.trouble,
            () if line == caret_line => theme.text,
            () => theme.faint,
        };
        if has_trouble {
            ui.painter().circle_filled(place.left_center() + vec2(5.0, 0.0), 3.5, theme.trouble);
        }
        ui.painter().text(place.right_center() - vec2(7.0, 0.0), Align2::RIGHT_CENTER, line, mono((view.font_size - 2.0).max(7.0)), ink);
        let response = ui.interact(place, ui.id().with(("line", line)), Sense::click());
        let old = shift.as_ref().map_or(Some(line), |shift| shift.heard(line));
        if let Some(old) = old {
            if response.double_clicked() {
                messages.push(Message::SeekLine(old));
            } else if response.clicked() {
                messages.push(Message::Select(Selection::Line(old)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_followed_around_what_was_changed() {
        let shift = Shift::between("a\nb\nc\nd\n", "a\nx\ny\nz\nc\nd\n");
        assert_eq!([1, 2, 3, 4].map(|line| shift.now(line)), [Some(1), None, Some(5), Some(6)]);
        assert_eq!([1, 2, 4, 5, 6].map(|line| shift.heard(line)), [Some(1), None, None, Some(3), Some(4)]);
        let same = Shift::between("a\n", "a\n");
        assert_eq!((same.now(1), same.heard(1)), (Some(1), Some(1)));
        let emptied = Shift::between("a\nb\n", "");
        assert_eq!((emptied.now(1), emptied.now(2)), (None, None));
    }
}
