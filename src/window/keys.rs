//! Keys that mean the same wherever the caret is.

use std::time::Duration;

use nannou::prelude::egui::{Context, Key, Modifiers};

use super::atlas::Reading;
use super::knobs;
use super::seen::Seen;
use super::view::{Ask, Find, View};
use crate::live::Voices;
use crate::picture::Stride;
use crate::workbench::{Direction, Message, Workbench};

/// Longest between two presses of Esc that are panic.
const TWICE: Duration = Duration::from_millis(600);

/// The editor's type, in points.
const SMALLEST: f32 = 8.0;
const LARGEST: f32 = 40.0;

pub fn read<V: Voices>(
    context: &Context,
    bench: &mut Workbench<V>,
    view: &mut View,
    seen: &Seen,
    messages: &mut Vec<Message>,
    now: Duration,
) {
    if !view.deferred.is_empty() {
        let deferred = std::mem::take(&mut view.deferred);
        context.input_mut(|input| drop(input.events.splice(0..0, deferred)));
    }
    let pressed = |modifiers: Modifiers, key: Key| context.input_mut(|input| input.consume_key(modifiers, key));
    let shift = Modifiers::COMMAND | Modifiers::SHIFT;
    // Over the panels it ends a note.
    if view.study.is_none() && pressed(Modifiers::COMMAND, Key::Enter) {
        messages.push(Message::Evaluate);
    }
    if pressed(shift, Key::S) {
        view.ask = Some(Ask::SaveAs);
    } else if pressed(Modifiers::COMMAND, Key::S) {
        save(bench, view, messages);
    }
    if pressed(Modifiers::COMMAND, Key::O) {
        view.ask = Some(Ask::Open);
    }
    if pressed(Modifiers::COMMAND, Key::Q) {
        if bench.document.is_changed() { view.ask = Some(Ask::Quit) } else { view.quits = true }
    }
    if pressed(Modifiers::COMMAND, Key::F) {
        let find = view.find.get_or_insert_with(Find::default);
        find.has_focus = false;
    }
    // Plus is where it is on the keyboard at hand; on many it is the key of the equals sign.
    let larger = pressed(Modifiers::COMMAND, Key::Plus)
        || pressed(Modifiers::COMMAND, Key::Equals)
        || pressed(shift, Key::Plus)
        || pressed(shift, Key::Equals);
    let smaller = pressed(Modifiers::COMMAND, Key::Minus);
    if larger || smaller {
        view.font_size = (view.font_size + if larger { 1.0 } else { -1.0 }).clamp(SMALLEST, LARGEST);
    }
    if pressed(Modifiers::COMMAND, Key::Num0) {
        view.font_size = super::theme::BODY;
    }
    if pressed(Modifiers::NONE, Key::F5) {
        messages.push(Message::Pause(!bench.stands_still()));
    }
    for (key, stride) in [(Key::F7, Stride::Instruction), (Key::F8, Stride::Line), (Key::F9, Stride::Call)] {
        if pressed(Modifiers::SHIFT, key) {
            messages.push(Message::Step(stride, Direction::Backwards));
        } else if pressed(Modifiers::NONE, key) {
            messages.push(Message::Step(stride, Direction::Forwards));
        }
    }
    if pressed(Modifiers::NONE, Key::F6) {
        let line = bench.document.text[..bench.document.text.floor_char_boundary(view.caret)].matches('\n').count() as u32 + 1;
        messages.push(Message::SeekLine(line));
    }
    if pressed(Modifiers::NONE, Key::F4) {
        knobs::next(bench, view);
    }
    if pressed(Modifiers::NONE, Key::F1) {
        view.reading = if view.reading.is_some() { None } else { Some(Reading::at(bench, seen)) };
    }
    if pressed(Modifiers::NONE, Key::F3) {
        super::study::toggle(context, view, messages);
    }
    if pressed(Modifiers::NONE, Key::F2) {
        messages.push(Message::Record(!bench.is_recording()));
    }
    if pressed(Modifiers::NONE, Key::F11) {
        view.wants_fullscreen = !view.is_fullscreen;
    }
    if pressed(Modifiers::NONE, Key::F12) {
        view.screenshot = Some(bench.free_name("png"));
    }
    if context.input(|input| input.key_pressed(Key::Escape)) {
        if view.escaped.is_some_and(|before| now.saturating_sub(before) < TWICE) {
            view.escaped = None;
            messages.push(Message::Panic);
        } else {
            view.escaped = Some(now);
            view.find = None;
            view.ask = None;
            // What was looked up in the middle of study is closed before it.
            if view.reading.take().is_none() {
                view.study = None;
            }
            messages.push(Message::Deselect);
        }
    }
}

/// Saves, and asks for a name where there is none.
pub fn save<V: Voices>(bench: &Workbench<V>, view: &mut View, messages: &mut Vec<Message>) {
    if bench.document.path.is_some() { messages.push(Message::Save) } else { view.ask = Some(Ask::SaveAs) }
}
