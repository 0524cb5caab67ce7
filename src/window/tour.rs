//! A tour of a minute: six places, one sentence or two at each. It can be closed for good.

use nannou::prelude::egui::{Align2, Rect, Stroke, StrokeKind, Ui, Window, vec2};

use super::layout::Layout;
use super::view::View;

/// Where a stop is, and what is said there.
type Stop = (fn(&Layout) -> Rect, &'static str, &'static str);

const STOPS: [Stop; 6] = [
    (
        |layout| layout.editor,
        "This program is what you hear",
        "It runs as real Python, traced instruction by instruction. The text lights up where it sounds, and the bars beside the line numbers are warm where it runs most.",
    ),
    (
        |layout| layout.bytecode,
        "What the interpreter does with it",
        "The bytecode of the function that runs. The head moves through it with the music; click an instruction to see what it does.",
    ),
    (
        |layout| layout.stack,
        "The value stack is the melody",
        "Instructions push and pop values here. The higher the stack, the higher the note.",
    ),
    (|layout| layout.rooms, "Calls are rooms", "A call opens a room within the room, a return closes it. The bass tells how deep you are."),
    (
        |layout| layout.roll,
        "The music, family by family",
        "Click a note to see which line and which instruction made it. Drag in the ruler to loop a span; M and S mute and solo a lane.",
    ),
    (
        |layout| layout.editor,
        "Now change something",
        "Edit a number and press Ctrl+Enter: you hear it at the next bar. A mistake is shown at its line, and the music goes on. Esc twice is silence.",
    ),
];

pub fn draw(ui: &Ui, layout: &Layout, view: &mut View) {
    let Some(stop) = view.tour else { return };
    let Some((place, title, text)) = STOPS.get(stop) else {
        view.end_tour();
        return;
    };
    let rect = place(layout);
    let painter =
        ui.ctx().layer_painter(nannou::prelude::egui::LayerId::new(nannou::prelude::egui::Order::Foreground, ui.id().with("tour")));
    painter.rect_stroke(rect, 6.0, Stroke::new(2.5, view.theme.sounding), StrokeKind::Outside);
    // Beside what it speaks of, where there is room.
    let anchor = if rect.center().x < ui.max_rect().center().x { vec2(140.0, 40.0) } else { vec2(-220.0, 40.0) };
    let anchor = if rect.center().y > ui.max_rect().center().y * 1.3 { vec2(0.0, -60.0) } else { anchor };
    Window::new(*title).id(ui.id().with("stop")).collapsible(false).resizable(false).anchor(Align2::CENTER_CENTER, anchor).show(
        ui.ctx(),
        |ui| {
            ui.set_max_width(330.0);
            ui.label(*text);
            ui.horizontal(|ui| {
                ui.label(format!("{} of {}", stop + 1, STOPS.len()));
                let on = if stop + 1 == STOPS.len() { "Done" } else { "Next" };
                if ui.button(on).clicked() {
                    if stop + 1 == STOPS.len() { view.end_tour() } else { view.tour = Some(stop + 1) }
                }
                if ui.button("Close for good").clicked() {
                    view.end_tour();
                }
            });
        },
    );
}
