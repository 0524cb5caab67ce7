//! Finding and replacing in the editor.

use nannou::prelude::egui::{Key, Modifiers, Rect, TextEdit, Ui, UiBuilder};

use super::view::View;
use crate::edit;
use crate::live::Voices;
use crate::workbench::{Message, Workbench};

pub fn draw<V: Voices>(ui: &mut Ui, rect: Rect, bench: &mut Workbench<V>, view: &mut View, messages: &mut Vec<Message>) {
    let Some(find) = &mut view.find else { return };
    ui.painter().rect_filled(rect, 3.0, view.theme.veil(view.theme.rule, 0.5));
    let mut goes_to = None;
    let mut is_closed = false;
    ui.scope_builder(UiBuilder::new().max_rect(rect.shrink(2.0)), |ui| {
        ui.horizontal_centered(|ui| {
            let field = ui.add(TextEdit::singleline(&mut find.query.text).hint_text("find").desired_width(130.0));
            if !find.has_focus {
                field.request_focus();
                find.has_focus = true;
            }
            let found = edit::find_all(&bench.document.text, &find.query);
            let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let is_back = ui.input(|input| input.modifiers == Modifiers::SHIFT);
            if ui.small_button("▲").clicked() || (enter && is_back) {
                goes_to = edit::previous(&found, view.caret.saturating_sub(1)).map(|index| found[index].clone());
            } else if ui.small_button("▼").clicked() || enter {
                goes_to = edit::next(&found, view.caret).map(|index| found[index].clone());
            }
            ui.toggle_value(&mut find.query.is_case_sensitive, "Aa").on_hover_text("Upper and lower case differ");
            ui.toggle_value(&mut find.query.whole_word, "word").on_hover_text("Whole words only");
            ui.label(format!("{}", found.len()));
            ui.add(TextEdit::singleline(&mut find.with).hint_text("replace by").desired_width(90.0));
            if ui.small_button("all").clicked()
                && let Some((text, _)) = edit::replace_all(&bench.document.text, &find.query, &find.with)
            {
                bench.document.text = text;
                messages.push(Message::Edited);
            }
            is_closed = ui.small_button("×").clicked();
        });
    });
    if let Some(range) = goes_to {
        view.select = Some((range.start, range.end));
    }
    if is_closed {
        view.find = None;
    }
}
