//! Questions that wait for an answer: what to open, where to save, what is to become of the unsaved.

use std::path::PathBuf;

use nannou::prelude::egui::{Align2, Key, TextEdit, Ui, Window, vec2};

use super::view::{Ask, View};
use crate::live::Voices;
use crate::workbench::{Message, Workbench};

/// Opens a song or a file, and asks first where something would be lost.
pub fn open<V: Voices>(bench: &Workbench<V>, view: &mut View, messages: &mut Vec<Message>, name: &str) {
    if bench.document.is_changed() {
        view.ask = Some(Ask::Unsaved(name.to_owned()));
    } else {
        messages.push(Message::Open(name.to_owned()));
    }
}

pub fn draw<V: Voices>(ui: &Ui, bench: &Workbench<V>, view: &mut View, messages: &mut Vec<Message>) {
    if bench.has_conflict() {
        ask(ui, "The file has changed on disk", |ui| {
            ui.label("Another program has written it, and here something is unsaved.");
            ui.horizontal(|ui| {
                if ui.button("Keep mine").clicked() {
                    messages.push(Message::KeepMine);
                }
                if ui.button("Take what is on disk").clicked() {
                    messages.push(Message::TakeTheirs);
                }
            });
        });
        return;
    }
    let Some(question) = view.ask.clone() else { return };
    match &question {
        Ask::Open => ask(ui, "Open", |ui| {
            if let Some(name) = line(ui, view, "FILE.py or @song") {
                view.ask = None;
                open(bench, view, messages, &name);
            }
        }),
        Ask::SaveAs => ask(ui, "Save as", |ui| {
            if let Some(name) = line(ui, view, "FILE.py") {
                view.ask = None;
                messages.push(Message::SaveAs(PathBuf::from(name)));
            }
        }),
        Ask::Unsaved(_) | Ask::Quit => ask(ui, "Something is unsaved", |ui| {
            ui.label(format!("{} has changes that no file has.", bench.document.name));
            ui.horizontal(|ui| {
                if ui.button("Save first").clicked() {
                    view.ask = None;
                    super::keys::save(bench, view, messages);
                }
                if ui.button("Lose the changes").clicked() {
                    view.ask = None;
                    match &question {
                        Ask::Unsaved(name) => messages.push(Message::Open(name.clone())),
                        _ => (view.quits, view.may_close) = (true, true),
                    }
                }
                if ui.button("Go back").clicked() {
                    view.ask = None;
                }
            });
        }),
    }
}

fn ask(ui: &Ui, title: &str, content: impl FnOnce(&mut Ui)) {
    Window::new(title).collapsible(false).resizable(false).anchor(Align2::CENTER_CENTER, vec2(0.0, -60.0)).show(ui.ctx(), content);
}

/// A line that is typed in; given when it is entered.
fn line(ui: &mut Ui, view: &mut View, hint: &str) -> Option<String> {
    let response = ui.add(TextEdit::singleline(&mut view.answer).hint_text(hint).desired_width(360.0));
    let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if !is_entered {
        response.request_focus();
    }
    let mut is_given = is_entered;
    ui.horizontal(|ui| {
        is_given |= ui.button("OK").clicked();
        if ui.button("Cancel").clicked() {
            view.ask = None;
            view.answer.clear();
        }
    });
    let answer = view.answer.trim().to_owned();
    if !is_given || answer.is_empty() {
        return None;
    }
    view.answer.clear();
    Some(answer)
}
