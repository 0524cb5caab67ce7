//! Typing as in a code editor: what goes beyond a text field is taken out of its input and done to the text.

use nannou::prelude::egui::text::{CCursor, CCursorRange};
use nannou::prelude::egui::{Context, Event, Id, Key, Modifiers, TextEdit, Ui};

use super::view::View;
use crate::edit::{self, Edit, byte_of_char, char_of_byte};

/// The field that the program is in.
pub fn field() -> Id {
    Id::new("code")
}

/// The text was changed by another hand than the keyboard's: the caret stays at its place in it, and where
/// `is_new` the text as it was can be had back by undoing.
pub fn changed_elsewhere(context: &Context, id: Id, old: &str, new: &str, is_new: bool) {
    let mut state = TextEdit::load_state(context, id).unwrap_or_default();
    let range = state.cursor.char_range().unwrap_or_default();
    if is_new {
        let mut undoer = state.undoer();
        undoer.add_undo(&(range, old.to_owned()));
        state.set_undoer(undoer);
    }
    let before = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).count();
    let (old_length, new_length) = (old.chars().count(), new.chars().count());
    let most = old_length.min(new_length) - before;
    let behind = old.chars().rev().zip(new.chars().rev()).take(most).take_while(|(a, b)| a == b).count();
    let moved = |cursor: CCursor| match cursor.index {
        index if index <= before => cursor,
        index if index >= old_length - behind => CCursor::new(index + new_length - old_length),
        _ => CCursor::new(new_length - behind),
    };
    state.cursor.set_char_range(Some(CCursorRange::two(moved(range.secondary), moved(range.primary))));
    state.store(context, id);
}

/// Selects from `anchor` to `caret`, in bytes.
pub fn select(ui: &Ui, id: Id, text: &str, anchor: usize, caret: usize) {
    let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
    let cursor = |byte: usize| CCursor::new(char_of_byte(text, byte));
    state.cursor.set_char_range(Some(CCursorRange::two(cursor(anchor), cursor(caret))));
    state.store(ui.ctx(), id);
}

/// What a code editor does beyond a text field: takes letters and keys out of the input before the field
/// sees them. Gives whether the text has changed.
pub fn habits(ui: &Ui, id: Id, text: &mut String, view: &mut View) -> bool {
    let mut has_changed = false;
    let mut for_the_field = Vec::new();
    let mut must_wait = false;
    for event in ui.input_mut(|input| std::mem::take(&mut input.events)) {
        let Some((state, range)) =
            TextEdit::load_state(ui.ctx(), id).and_then(|state| state.cursor.char_range().map(|range| (state, range)))
        else {
            for_the_field.push(event);
            continue;
        };
        let selection = (byte_of_char(text, range.secondary.index), byte_of_char(text, range.primary.index));
        let Some(change) = habit(&event, text, selection) else {
            // What the field does with it comes after this; what is typed behind it, after that.
            if must_wait {
                view.deferred.push(event)
            } else {
                for_the_field.push(event)
            }
            continue;
        };
        must_wait = must_wait || for_the_field.iter().any(moves_or_changes);
        if must_wait {
            view.deferred.push(event);
            continue;
        }
        let Some(change) = change else { continue };
        let mut state = state;
        if !matches!(&event, Event::Text(typed) if typed.chars().count() == 1) || change.with.chars().count() != 1 {
            let mut undoer = state.undoer();
            undoer.add_undo(&(range, text.clone()));
            state.set_undoer(undoer);
            state.store(ui.ctx(), id);
        }
        change.apply(text);
        select(ui, id, text, change.selection.0, change.selection.1);
        view.caret = change.selection.1;
        has_changed = true;
    }
    ui.input_mut(|input| input.events = for_the_field);
    has_changed
}

/// Whether the field moves its caret or changes its text by an event.
fn moves_or_changes(event: &Event) -> bool {
    match event {
        Event::Key { key, pressed: true, modifiers, .. } => {
            modifiers.command
                || matches!(
                    key,
                    Key::ArrowUp
                        | Key::ArrowDown
                        | Key::ArrowLeft
                        | Key::ArrowRight
                        | Key::Home
                        | Key::End
                        | Key::PageUp
                        | Key::PageDown
                        | Key::Delete
                        | Key::Backspace
                )
        }
        Event::PointerButton { pressed: true, .. } | Event::Cut | Event::Paste(_) => true,
        _ => false,
    }
}

/// The change that an event makes; `Some(None)` if it makes none and is used up all the same.
fn habit(event: &Event, text: &str, selection: (usize, usize)) -> Option<Option<Edit>> {
    match event {
        Event::Key { key: Key::Tab, pressed: true, modifiers, .. } if modifiers.shift => Some(edit::shift_tab(text, selection)),
        Event::Key { key: Key::Tab, pressed: true, modifiers, .. } if *modifiers == Modifiers::NONE => {
            Some(Some(edit::tab(text, selection)))
        }
        Event::Key { key: Key::Enter, pressed: true, modifiers, .. } if *modifiers == Modifiers::NONE => {
            Some(Some(edit::newline(text, selection)))
        }
        Event::Key { key: Key::Backspace, pressed: true, modifiers, .. } if *modifiers == Modifiers::NONE => {
            edit::backspace(text, selection).map(Some)
        }
        Event::Key { key: Key::Slash, pressed: true, modifiers, .. } if modifiers.command => {
            Some(Some(edit::toggle_comment(text, selection)))
        }
        Event::Key { key: Key::D, pressed: true, modifiers, .. } if modifiers.command => Some(Some(edit::duplicate_lines(text, selection))),
        Event::Key { key: Key::ArrowUp, pressed: true, modifiers, .. } if modifiers.alt => Some(edit::move_lines(text, selection, true)),
        Event::Key { key: Key::ArrowDown, pressed: true, modifiers, .. } if modifiers.alt => Some(edit::move_lines(text, selection, false)),
        Event::Text(typed) => {
            let mut letters = typed.chars();
            let change = match (letters.next(), letters.next()) {
                (Some(letter), None) => edit::typed(text, selection, letter),
                _ => None,
            };
            let range = selection.0.min(selection.1)..selection.0.max(selection.1);
            let end = range.start + typed.len();
            Some(Some(change.unwrap_or_else(|| Edit { range, with: typed.clone(), selection: (end, end) })))
        }
        _ => None,
    }
}
