//! Memory over the piece, with the collector's runs, and below it the threads with the GIL's baton.

use nannou::prelude::egui::{Align2, Mesh, Rect, Sense, Shape, Stroke, Ui, pos2};

use super::theme::{SMALL, Theme, plain};
use super::view::{View, panel};
use crate::live::Voices;
use crate::music::Tick;
use crate::trace::Family;
use crate::workbench::{Message, Rendition, Workbench};

/// Width of the names, as in the piano roll.
const NAMES: f32 = 148.0;

pub fn draw<V: Voices>(ui: &mut Ui, rect: Rect, bench: &Workbench<V>, view: &View, messages: &mut Vec<Message>) {
    let theme = &view.theme;
    let inside = panel(ui, rect, theme, "");
    let Some(heard) = bench.heard() else { return };
    let field = Rect::from_min_max(pos2(inside.left() + NAMES, inside.top()), inside.max);
    let threads = heard.batons.iter().map(|(_, thread)| thread + 1).max().unwrap_or(1);
    let lanes_height = if threads > 1 { field.height() * 0.45 } else { 0.0 };
    let curve = Rect::from_min_max(field.min, pos2(field.right(), field.bottom() - lanes_height));
    memory(ui, curve, inside.left(), heard, bench.position().tick, theme);
    if threads > 1 {
        let lanes = Rect::from_min_max(pos2(field.left(), curve.bottom() + 3.0), field.max);
        baton(ui, lanes, inside.left(), heard, bench.position().tick, theme);
    }
    let response = ui.interact(field, ui.id().with("strip"), Sense::click_and_drag());
    if (response.clicked() || response.dragged())
        && let Some(at) = response.interact_pointer_pos()
    {
        let share = ((at.x - field.left()) / field.width()).clamp(0.0, 1.0);
        messages.push(Message::Seek(Tick((share * heard.stage.end().0 as f32) as u32)));
    }
}

/// Blocks held, from the first instruction on the left to the last on the right of the music that is there.
fn memory(ui: &Ui, curve: Rect, left: f32, heard: &Rendition, now: Tick, theme: &Theme) {
    let painter = ui.painter().with_clip_rect(curve.expand(2.0));
    let name = ui.painter();
    name.text(pos2(left, curve.top() + 7.0), Align2::LEFT_CENTER, "memory blocks", plain(SMALL), theme.text);
    if !heard.tape.tells_memory() {
        name.text(pos2(left, curve.top() + 21.0), Align2::LEFT_CENTER, "not told here", plain(SMALL), theme.faint);
        return;
    }
    let columns = curve.width().max(1.0) as usize / 3;
    let end = heard.stage.end();
    // Where which step sounds gives each column of the picture its steps.
    let step_at = |column: usize| heard.step_at(Tick((end.0 as u64 * column as u64 / columns as u64) as u32)).unwrap_or(0);
    let blocks: Vec<i64> = (0..=columns).filter_map(|column| heard.tape.blocks(step_at(column))).collect();
    let (Some(&low), Some(&high)) = (blocks.iter().min(), blocks.iter().max()) else { return };
    let span = (high - low).max(1) as f32;
    let y = |blocks: i64| curve.bottom() - 2.0 - (blocks - low) as f32 / span * (curve.height() - 6.0);
    let x = |column: usize| curve.left() + curve.width() * column as f32 / columns as f32;
    let hue = theme.family(Family::Build);
    let mut mesh = Mesh::default();
    for (column, &count) in blocks.iter().enumerate() {
        let top = pos2(x(column), y(count));
        mesh.add_colored_rect(Rect::from_min_max(top, pos2(x(column + 1), curve.bottom())), theme.veil(hue, 0.35));
        mesh.add_colored_rect(Rect::from_min_max(top, pos2(x(column + 1), top.y + 1.5)), hue);
    }
    painter.add(Shape::mesh(mesh));
    for &(step, generation) in heard.collections.iter() {
        let Some(at) = heard.playhead.tick_of(step) else { continue };
        let x = curve.left() + curve.width() * at.0 as f32 / end.0.max(1) as f32;
        let height = 0.34 + 0.33 * f32::from(generation.min(2));
        painter.vline(x, curve.bottom() - curve.height() * height..=curve.bottom(), Stroke::new(2.0, theme.family(Family::Attr)));
    }
    let held = heard.step_at(now).and_then(|step| heard.tape.blocks(step)).unwrap_or(0);
    name.text(pos2(left, curve.top() + 21.0), Align2::LEFT_CENTER, format!("{held:+} now, {high:+} at most"), plain(SMALL), theme.faint);
    let x = curve.left() + curve.width() * now.0 as f32 / end.0.max(1) as f32;
    painter.vline(x, curve.top()..=curve.bottom(), Stroke::new(1.5, theme.sounding));
}

/// Which thread runs: the one that has the GIL, in the order in which the tape was told.
fn baton(ui: &Ui, lanes: Rect, left: f32, heard: &Rendition, now: Tick, theme: &Theme) {
    let painter = ui.painter().with_clip_rect(lanes.expand(2.0));
    let (first, end) = (heard.tape.first(), heard.tape.end());
    let threads = heard.batons.iter().map(|(_, thread)| thread + 1).max().unwrap_or(1);
    let height = lanes.height() / f32::from(threads.min(8));
    let span = (end - first).max(1) as f32;
    // How the thread that runs came to it, where that is told.
    let took_over = heard.step_at(now).and_then(|step| heard.tape.asides().took_over(step));
    let told = took_over.unwrap_or_else(|| format!("{threads} threads, the GIL"));
    ui.painter().text(pos2(left, lanes.center().y), Align2::LEFT_CENTER, told, plain(SMALL), theme.text);
    let x = |step: u64| lanes.left() + lanes.width() * (step - first) as f32 / span;
    let mut before = None;
    for (steps, &thread) in heard.batons.iter().map(|(steps, thread)| (steps, thread)) {
        let lane = f32::from(thread.min(7));
        let y = lanes.top() + lane * height;
        let place = Rect::from_min_max(pos2(x(steps.start), y + 1.0), pos2(x(steps.end).max(x(steps.start) + 1.0), y + height - 1.0));
        painter.rect_filled(place, 0.0, theme.family(if thread == 0 { Family::Load } else { Family::Gen }));
        // The baton is handed over.
        if let Some(from) = before {
            painter.line_segment([pos2(place.left(), from), place.left_center()], Stroke::new(1.0, theme.faint));
        }
        before = Some(place.center().y);
    }
    if let Some(step) = heard.step_at(now) {
        painter.vline(x(step.clamp(first, end)), lanes.top()..=lanes.bottom(), Stroke::new(1.5, theme.sounding));
    }
}
