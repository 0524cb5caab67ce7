//! Knobs of the program, over the mixer: turned by mouse, wheel and keys, and by whoever turns them elsewhere.

use nannou::prelude::egui::{Event, Response, RichText, Slider, Ui, Vec2};

use super::theme::SMALL;
use super::typing;
use super::view::{Tab, View};
use crate::edit::Knob;
use crate::live::Voices;
use crate::workbench::{Message, Workbench};

/// Seconds between two turns that are undone one by one. Less, and a turn of the hand has many steps to undo; more,
/// and several turns are undone at once.
const APART_S: f64 = 1.0;

/// What is remembered of knobs from picture to picture.
#[derive(Debug, Default)]
pub struct Turned {
    /// Turns that the editor knows of, and when the last of them was.
    turns: u64,
    at_s: f64,
    /// The knob that has the keys.
    chosen: Option<usize>,
    /// Whether the keys are to go there.
    asks: bool,
}

/// Gives the keys to the next knob; after the last, back to the text.
pub fn next<V: Voices>(bench: &mut Workbench<V>, view: &mut View) {
    let count = bench.knobs().len();
    if count == 0 {
        return bench.notice("no knobs here: write # knob: n 1..64 cc 20 behind a number that is assigned".to_owned());
    }
    let following = view.knobs.chosen.map_or(0, |chosen| chosen + 1);
    view.knobs.chosen = (following < count).then_some(following);
    view.knobs.asks = true;
    view.tab = Tab::Mixer;
}

pub fn draw<V: Voices>(ui: &mut Ui, bench: &Workbench<V>, view: &mut View, messages: &mut Vec<Message>) {
    let asks = std::mem::take(&mut view.knobs.asks);
    if asks && view.knobs.chosen.is_none() {
        ui.memory_mut(|memory| memory.request_focus(typing::field()));
    }
    if bench.knobs().is_empty() {
        return;
    }
    ui.label(RichText::new("knobs").size(SMALL).color(view.theme.faint)).on_hover_text("F4: the next one; arrow keys turn it");
    for (index, knob) in bench.knobs().iter().enumerate() {
        let response = slider(ui, knob, view, index, messages);
        if asks && view.knobs.chosen == Some(index) {
            response.request_focus();
            response.scroll_to_me(None);
        }
        if response.lost_focus() && view.knobs.chosen == Some(index) {
            view.knobs.chosen = None;
        }
    }
    ui.separator();
}

fn slider(ui: &mut Ui, knob: &Knob, view: &View, index: usize, messages: &mut Vec<Message>) -> Response {
    ui.horizontal(|ui| {
        ui.label(RichText::new(knob.told()).size(SMALL).strong());
        let range = format!("{}  {}", knob.bounds(), knob.controller_words());
        ui.label(RichText::new(range).size(SMALL).color(view.theme.faint));
    });
    ui.spacing_mut().slider_width = (ui.available_width() - 8.0).max(60.0);
    let before = knob.nearest(knob.value);
    let mut value = before;
    let slider = Slider::new(&mut value, knob.low..=knob.high).step_by(knob.step()).smart_aim(false).show_value(false);
    let response = ui.add(slider);
    // The slider has steps of its own reckoning: that it comes out a hair beside is no turn.
    if response.changed() && knob.nearest(value) != before {
        messages.push(Message::Knob(index, value));
    } else if response.hovered() {
        let steps = wheel(ui);
        if steps != 0 {
            messages.push(Message::Knob(index, knob.nudged(steps)));
        }
    }
    response
}

/// Notches of the wheel, upwards. The panel does not move by them.
fn wheel(ui: &Ui) -> i32 {
    ui.input_mut(|input| {
        input.smooth_scroll_delta = Vec2::ZERO;
        let notches = input.events.iter().map(|event| match event {
            Event::MouseWheel { delta, .. } if delta.y > 0.0 => 1,
            Event::MouseWheel { delta, .. } if delta.y < 0.0 => -1,
            _ => 0,
        });
        notches.sum()
    })
}

/// Lets the editor follow the turns there were since the last picture: the caret keeps its place, and they can be
/// undone.
pub fn follow<V: Voices>(ui: &Ui, bench: &Workbench<V>, view: &mut View) {
    if bench.turns() == view.knobs.turns {
        return;
    }
    let now = ui.input(|input| input.time);
    let is_new = now - view.knobs.at_s > APART_S;
    typing::changed_elsewhere(ui.ctx(), typing::field(), &view.coloured.text, &bench.document.text, is_new);
    (view.knobs.turns, view.knobs.at_s) = (bench.turns(), now);
}

#[cfg(test)]
mod tests {
    use nannou::prelude::egui::{self, Context, Key, Modifiers, RawInput, TextEdit};

    use super::*;

    /// A picture of the field, with these keys pressed.
    fn picture(context: &Context, text: &mut String, keys: &[(Modifiers, Key)], time: f64) {
        let press = |&(modifiers, key): &(Modifiers, Key)| Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
        let input = RawInput { events: keys.iter().map(press).collect(), time: Some(time), focused: true, ..RawInput::default() };
        let _ = context.run_ui(input, |ui| {
            ui.memory_mut(|memory| memory.request_focus(typing::field()));
            ui.add(TextEdit::multiline(text).id(typing::field()));
        });
    }

    #[test]
    fn a_turn_is_undone_in_one_step_and_the_caret_stays_where_it_is() {
        let context = Context::default();
        let mut text = "n = 8\nx = n\n".to_owned();
        picture(&context, &mut text, &[], 0.0);
        let field = typing::field();
        let place = |context: &Context, at: usize| {
            let mut state = TextEdit::load_state(context, field).unwrap_or_default();
            state.cursor.set_char_range(Some(egui::text::CCursorRange::one(egui::text::CCursor::new(at))));
            state.store(context, field);
        };
        place(&context, 10);
        picture(&context, &mut text, &[], 0.1);
        for (is_new, number) in [(true, "9"), (false, "10"), (false, "111")] {
            let old = text.clone();
            text = format!("n = {number}\nx = n\n");
            typing::changed_elsewhere(&context, field, &old, &text, is_new);
            picture(&context, &mut text, &[], 0.2);
        }
        let caret = TextEdit::load_state(&context, field).and_then(|state| state.cursor.char_range()).unwrap().primary.index;
        assert_eq!(&text[caret..], "n\n", "before the n, as it was");
        picture(&context, &mut text, &[(Modifiers::COMMAND, Key::Z)], 0.3);
        assert_eq!(text, "n = 8\nx = n\n");
    }
}
