//! Which modifier keys were held with each key. egui is told only what is held when the picture is drawn:
//! Ctrl and Enter, pressed and let go between two pictures, would be Enter.

use std::sync::{Mutex, PoisonError};

use bevy::app::{First, Plugin};
use bevy::ecs::message::MessageReader;
use bevy::ecs::system::Local;
use bevy::input::keyboard::{KeyCode, KeyboardInput};
use nannou::prelude::egui::{Context, Event, Key, Modifiers};

/// Keys that were pressed since the last picture, in order.
static PRESSED: Mutex<Vec<Press>> = Mutex::new(Vec::new());

struct Press {
    /// What was held then.
    held: Modifiers,
    /// What it types, if that is to be seen.
    text: Option<String>,
}

/// Listens to the keyboard.
pub struct Held;

impl Plugin for Held {
    fn build(&self, app: &mut bevy::app::App) {
        app.add_systems(First, listen);
    }
}

fn listen(mut keys: MessageReader<KeyboardInput>, mut held: Local<Modifiers>) {
    let mut pressed = PRESSED.lock().unwrap_or_else(PoisonError::into_inner);
    for key in keys.read() {
        let is_down = key.state.is_pressed();
        match key.key_code {
            KeyCode::ControlLeft | KeyCode::ControlRight => held.ctrl = is_down,
            KeyCode::ShiftLeft | KeyCode::ShiftRight => held.shift = is_down,
            KeyCode::AltLeft | KeyCode::AltRight => held.alt = is_down,
            KeyCode::SuperLeft | KeyCode::SuperRight => held.mac_cmd = is_down && cfg!(target_os = "macos"),
            _ if is_down => pressed.push(Press { held: *held, text: text(key) }),
            _ => {}
        }
        held.command = if cfg!(target_os = "macos") { held.mac_cmd } else { held.ctrl };
    }
}

fn text(key: &KeyboardInput) -> Option<String> {
    let text = key.text.as_ref()?;
    (!text.chars().any(char::is_control)).then(|| text.to_string())
}

/// Sets right what was held with each key of this picture: takes out letters that were commands, and puts back
/// those that were none.
pub fn set_right(context: &Context) {
    let held = std::mem::take(&mut *PRESSED.lock().unwrap_or_else(PoisonError::into_inner));
    context.input_mut(|input| {
        let is_press = |event: &Event| matches!(event, Event::Key { pressed: true, .. });
        // egui does not know every key; then nothing can be told apart.
        if input.events.iter().filter(|event| is_press(event)).count() != held.len() {
            return;
        }
        let mut held = held.into_iter();
        let mut events: Vec<Event> = Vec::with_capacity(input.events.len());
        for mut event in std::mem::take(&mut input.events) {
            let mut clip = None;
            if let Event::Key { key, pressed: true, modifiers, .. } = &mut event
                && let Some(Press { held, text }) = held.next()
            {
                if held.command && !modifiers.command {
                    // A letter comes just before its key.
                    events.pop_if(|before| matches!(before, Event::Text(_)));
                    clip = match key {
                        Key::C => Some(Event::Copy),
                        Key::X => Some(Event::Cut),
                        _ => None,
                    };
                }
                if let Some(text) = text.filter(|_| !held.command && !held.alt && !matches!(events.last(), Some(Event::Text(_)))) {
                    events.push(Event::Text(text));
                }
                *modifiers = held;
            }
            events.push(event);
            events.extend(clip);
        }
        input.events = events;
    });
}
