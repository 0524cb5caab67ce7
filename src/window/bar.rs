//! The bar: file, transport, tempo, style, recording, panic.

use nannou::prelude::egui::{self, Align, Button, Color32, DragValue, Label, Layout, Rect, RichText, Ui, UiBuilder};

use super::view::{Ask, View};
use crate::compose::{Mapping, StyleName};
use crate::fold::Zoom;
use crate::live::Voices;
use crate::music::Tempo;
use crate::picture::Stride;
use crate::workbench::{Direction, Message, Workbench};

/// Tempi that the bar offers, quarters per minute.
const TEMPI: std::ops::RangeInclusive<u16> = 20..=300;

pub fn draw<V: Voices>(ui: &mut Ui, rect: Rect, bench: &mut Workbench<V>, view: &mut View, messages: &mut Vec<Message>) {
    let inside = rect.shrink2(egui::vec2(8.0, 4.0));
    ui.scope_builder(UiBuilder::new().max_rect(inside).layout(Layout::left_to_right(Align::Center)), |ui| {
        file(ui, bench, view, messages);
        ui.separator();
        transport(ui, bench, view, messages);
        ui.separator();
        music(ui, bench, messages);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| right(ui, bench, view, messages));
    });
}

fn file<V: Voices>(ui: &mut Ui, bench: &Workbench<V>, view: &mut View, messages: &mut Vec<Message>) {
    let name =
        std::path::Path::new(&bench.document.name).file_name().map_or(bench.document.name.as_str().into(), |name| name.to_string_lossy());
    let changed = if bench.document.is_changed() { " *" } else { "" };
    ui.menu_button(RichText::new(format!("{name}{changed}")).strong(), |ui| {
        if ui.button("Open…   Ctrl+O").clicked() {
            view.ask = Some(Ask::Open);
            ui.close();
        }
        if ui.button("Save   Ctrl+S").clicked() {
            super::keys::save(bench, view, messages);
            ui.close();
        }
        if ui.button("Save as…   Ctrl+Shift+S").clicked() {
            view.ask = Some(Ask::SaveAs);
            ui.close();
        }
        ui.separator();
        ui.menu_button("Songs", |ui| {
            for song in crate::songs::all() {
                if ui.button(format!("@{}", song.name)).on_hover_text(song.idea()).clicked() {
                    super::dialog::open(bench, view, messages, &format!("@{}", song.name));
                    ui.close();
                }
            }
        });
        ui.separator();
        if ui.button("Dark or light").clicked() {
            view.toggle_shade();
        }
        if ui.button("Full screen   F11").clicked() {
            view.wants_fullscreen = !view.is_fullscreen;
            ui.close();
        }
        if ui.button("Tour").clicked() {
            view.tour = Some(0);
            ui.close();
        }
    });
    let told = if bench.is_waiting() { "next bar…" } else { "Evaluate" };
    let evaluate =
        Button::new(RichText::new(told).strong()).fill(view.theme.veil(view.theme.sounding, 0.28)).min_size(egui::vec2(78.0, 0.0));
    if ui.add(evaluate).on_hover_text("Run it, and hear it from the next bar on (Ctrl+Enter)").clicked() {
        messages.push(Message::Evaluate);
    }
}

fn transport<V: Voices>(ui: &mut Ui, bench: &Workbench<V>, view: &View, messages: &mut Vec<Message>) {
    let stands_still = bench.stands_still();
    for (sign, stride, direction, hint) in [
        ("⏮", Stride::Line, Direction::Backwards, "A line back (Shift+F10)"),
        ("◀", Stride::Instruction, Direction::Backwards, "An instruction back (Shift+F11 keeps to instructions)"),
    ] {
        if ui.button(sign).on_hover_text(hint).clicked() {
            messages.push(Message::Step(stride, direction));
        }
    }
    let sign = if stands_still { "▶ play" } else { "⏸ pause" };
    if ui.add(Button::new(sign).min_size(egui::vec2(62.0, 0.0))).on_hover_text("F5").clicked() {
        messages.push(Message::Pause(!stands_still));
    }
    for (sign, stride, hint) in [
        ("▶", Stride::Instruction, "An instruction on (F7)"),
        ("⏭", Stride::Line, "A line on (F8)"),
        ("⤵", Stride::Call, "To the next call or return (F9)"),
    ] {
        if ui.button(sign).on_hover_text(hint).clicked() {
            messages.push(Message::Step(stride, Direction::Forwards));
        }
    }
    let loop_colour = |is_on: bool| if is_on { view.theme.sounding } else { view.theme.text };
    let has_loop = bench.loop_span().is_some();
    if ui.button(RichText::new("A").color(loop_colour(has_loop || bench.loop_from().is_some()))).on_hover_text("Loop from here").clicked() {
        messages.push(Message::LoopFrom);
    }
    if ui.button(RichText::new("B").color(loop_colour(has_loop))).on_hover_text("Loop until here; drag in the ruler for a span").clicked() {
        messages.push(Message::LoopTo);
    }
    if has_loop && ui.button("A–B off").clicked() {
        messages.push(Message::NoLoop);
    }
    let mut repeats = bench.repeats();
    if ui.checkbox(&mut repeats, "again").on_hover_text("Begin again when the piece has ended").changed() {
        messages.push(Message::Repeat(repeats));
    }
}

fn music<V: Voices>(ui: &mut Ui, bench: &Workbench<V>, messages: &mut Vec<Message>) {
    let position = bench.position();
    let mut tempo = position.tempo.quarters_per_minute();
    let tempo_field = DragValue::new(&mut tempo).range(TEMPI).suffix(" bpm");
    let field = ui.add_enabled(!position.is_led, tempo_field).on_hover_text("Tempo: drag, or click and type");
    if field.on_disabled_hover_text("A MIDI clock has the tempo").changed()
        && let Some(tempo) = Tempo::new(tempo)
    {
        messages.push(Message::Tempo(tempo));
    }
    let style = &bench.wishes.style.mapping;
    egui::ComboBox::from_id_salt("style").selected_text(style.to_string()).width(74.0).show_ui(ui, |ui| {
        let own = Some(style).filter(|style| **style != Mapping::shipped(style.rules())).cloned();
        for other in StyleName::ALL.map(Mapping::shipped).into_iter().chain(own) {
            if ui.selectable_label(other == *style, other.name()).on_hover_text(other.idea()).clicked() {
                messages.push(Message::Style(other));
            }
        }
    });
    let zoom = bench.wishes.zoom;
    egui::ComboBox::from_id_salt("zoom").selected_text(format!("zoom {zoom}")).width(86.0).show_ui(ui, |ui| {
        for other in [Zoom::Auto, Zoom::Call, Zoom::Turn, Zoom::Line, Zoom::Opcode] {
            if ui.selectable_label(other == zoom, other.to_string()).clicked() {
                messages.push(Message::Zoom(other));
            }
        }
    });
}

fn right<V: Voices>(ui: &mut Ui, bench: &Workbench<V>, view: &mut View, messages: &mut Vec<Message>) {
    let panic = Button::new(RichText::new("■ panic").color(Color32::WHITE)).fill(Color32::from_rgb(176, 42, 42));
    if ui.add(panic).on_hover_text("Silence at once (Esc twice)").clicked() {
        messages.push(Message::Panic);
    }
    let is_recording = bench.is_recording();
    let sign = if is_recording { RichText::new("⏺ stop").color(view.theme.trouble) } else { RichText::new("⏺ rec") };
    if ui.button(sign).on_hover_text("Record what is heard, as WAV and MIDI (F2)").clicked() {
        messages.push(Message::Record(!is_recording));
    }
    if ui.button("📷").on_hover_text("Screenshot (F12)").clicked() {
        view.screenshot = Some(bench.free_name("png"));
    }
    // What must be known besides, the newest; all of it stands with the output.
    if let Some(notice) = bench.notices().next_back() {
        ui.add(Label::new(RichText::new(notice).size(super::theme::SMALL).color(view.theme.faint)).truncate());
    }
}
