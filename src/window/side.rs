//! The side panel: legend, inspector, mixer, output.

use nannou::prelude::egui::{Align2, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};

use super::seen::Seen;
use super::theme::{SMALL, mark, plain};
use super::view::{Tab, View, panel};
use super::{inspector, knobs, mixer};
use crate::live::Voices;
use crate::trace::Family;
use crate::workbench::{Message, Workbench};

pub fn draw<V: Voices>(ui: &mut Ui, rect: Rect, bench: &Workbench<V>, view: &mut View, seen: &Seen, messages: &mut Vec<Message>) {
    let inside = panel(ui, rect, &view.theme, "");
    ui.scope_builder(UiBuilder::new().max_rect(inside), |ui| {
        ui.set_clip_rect(inside);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 3.0;
            for (tab, name) in [(Tab::Legend, "legend"), (Tab::Inspector, "inspect"), (Tab::Mixer, "mixer"), (Tab::Output, "output")] {
                ui.selectable_value(&mut view.tab, tab, RichText::new(name).size(SMALL));
            }
        });
        ui.separator();
        ScrollArea::vertical().id_salt(view.tab as u8).auto_shrink(false).stick_to_bottom(view.tab == Tab::Output).show(
            ui,
            |ui| match view.tab {
                Tab::Legend => legend(ui, bench, view),
                Tab::Inspector => inspector::draw(ui, bench, view, seen, messages),
                Tab::Mixer => {
                    knobs::draw(ui, bench, view, messages);
                    mixer::draw(ui, bench, view, messages);
                }
                Tab::Output => output(ui, bench, view),
                Tab::Difference => difference(ui, bench, view),
            },
        );
    });
}

/// What is heard of the style, in the order in which it came in; what has not come in yet lies below, faint.
fn legend<V: Voices>(ui: &mut Ui, bench: &Workbench<V>, view: &View) {
    let theme = &view.theme;
    let Some(heard) = bench.heard() else {
        ui.label("Nothing is heard yet.");
        return;
    };
    let now = bench.position().tick;
    let entered: Vec<_> = heard.stage.entered(now).map(|(_, entry)| entry).collect();
    let rest = heard.style.mapping.legend().iter().filter(|entry| !entered.iter().any(|known| std::ptr::eq(*known, *entry)));
    for (entry, is_in) in entered.iter().copied().map(|entry| (entry, true)).chain(rest.map(|entry| (entry, false))) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            for &family in &entry.families {
                let (place, _) = ui.allocate_exact_size(vec2(9.0, 11.0), Sense::hover());
                mark(ui.painter(), place.center(), 7.0, family, theme.family(family));
            }
            let ink = if is_in { theme.text } else { theme.faint };
            ui.label(RichText::new(&entry.instrument).size(SMALL).color(ink).strong());
            ui.label(RichText::new(&entry.meaning).size(SMALL).color(theme.faint));
        });
    }
}

/// What two programs did, counted by family: the left above the right, the longest bar for whoever did most.
fn difference<V: Voices>(ui: &mut Ui, bench: &Workbench<V>, view: &View) {
    let theme = &view.theme;
    let Some(difference) = bench.duel().and_then(|duel| duel.difference) else {
        ui.label("Both programs must have run.");
        return;
    };
    let most = difference.left.iter().chain(&difference.right).copied().max().unwrap_or(1).max(1);
    let [left, right] = difference.totals();
    ui.label(RichText::new(format!("left {left}, right {right} instructions ({:+})", right as i64 - left as i64)).size(SMALL));
    for family in Family::ALL {
        let counts = [difference.left[family.index()], difference.right[family.index()]];
        if counts == [0, 0] {
            continue;
        }
        let (place, _) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::hover());
        let painter = ui.painter();
        mark(painter, place.left_center() + vec2(5.0, 0.0), 7.0, family, theme.family(family));
        painter.text(place.left_center() + vec2(14.0, 0.0), Align2::LEFT_CENTER, family, plain(SMALL), theme.text);
        let bars = place.with_min_x(place.left() + 52.0).with_max_x(place.right() - 46.0);
        for (side, count) in counts.into_iter().enumerate() {
            let width = bars.width() * count as f32 / most as f32;
            let top = bars.top() + 3.0 + side as f32 * 10.0;
            let bar = Rect::from_min_size(pos2(bars.left(), top), vec2(width.max(1.0), 8.0));
            painter.rect_filled(bar, 0.0, theme.veil(theme.family(family), if side == 0 { 0.9 } else { 0.5 }));
            painter.text(pos2(bar.right() + 3.0, bar.center().y), Align2::LEFT_CENTER, count, plain(SMALL - 2.0), theme.faint);
        }
        let by = counts[1] as i64 - counts[0] as i64;
        painter.text(place.right_center(), Align2::RIGHT_CENTER, format!("{by:+}"), plain(SMALL), theme.text);
    }
}

fn output<V: Voices>(ui: &mut Ui, bench: &Workbench<V>, view: &View) {
    for line in bench.output() {
        ui.label(RichText::new(line).monospace().size(SMALL));
    }
    for line in bench.notices() {
        ui.label(RichText::new(line).size(SMALL).color(view.theme.faint));
    }
}
