//! The side panel: legend, inspector, mixer, output.

use nannou::prelude::egui::{Rect, RichText, ScrollArea, Ui, UiBuilder, vec2};

use super::seen::Seen;
use super::theme::{SMALL, mark};
use super::view::{Tab, View, panel};
use super::{inspector, mixer};
use crate::live::Voices;
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
                Tab::Mixer => mixer::draw(ui, bench, view, messages),
                Tab::Output => output(ui, bench, view),
                Tab::Difference => difference(ui, bench),
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
    let rest = heard.style.name.legend().iter().filter(|entry| !entered.iter().any(|known| std::ptr::eq(*known, *entry)));
    for (entry, is_in) in entered.iter().copied().map(|entry| (entry, true)).chain(rest.map(|entry| (entry, false))) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            for &family in entry.families {
                let (place, _) = ui.allocate_exact_size(vec2(9.0, 11.0), nannou::prelude::egui::Sense::hover());
                mark(ui.painter(), place.center(), 7.0, family, theme.family(family));
            }
            let ink = if is_in { theme.text } else { theme.faint };
            ui.label(RichText::new(entry.instrument).size(SMALL).color(ink).strong());
            ui.label(RichText::new(entry.meaning).size(SMALL).color(theme.faint));
        });
    }
}

/// What two programs did, counted: the left, the right, the difference and the ratio.
fn difference<V: Voices>(ui: &mut Ui, bench: &Workbench<V>) {
    for line in bench.duel().map(|duel| duel.difference.as_slice()).unwrap_or_default() {
        ui.label(RichText::new(line).monospace().size(SMALL - 2.0));
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
