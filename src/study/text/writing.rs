//! Writes a record: one line for each thing, in an order that stays, so that two versions can be compared.

use std::fmt::{Display, Write as _};

use super::{END, VERSION};
use crate::study::{Memory, Note, Record};

const HEAD: &str = "\
# What evalody remembers of a learner. It is read again and written anew after each answer: edit it only while nothing
# studies. Days are written year-month-day; difficulty (1 to 10) and stability (in days) are FSRS's.
";

/// A record as text. [`super::read`] gives the same record again.
pub fn write(record: &Record) -> String {
    let Record { cards, days, notes, lessons, ticks, heard, visited } = record;
    let mut text = format!("{HEAD}\nversion = {VERSION}\n");
    list(&mut text, "Cards: how well each is remembered, when it was asked last, when it is due.", "cards", cards, |(card, memory)| {
        let Memory { difficulty, stability, last, due, asked, lapses } = memory;
        let card = quoted(&card.to_string());
        format!(
            "card = {card}, difficulty = {difficulty:?}, stability = {stability:?}, last = {last}, due = {due}, asked = {asked}, lapses = {lapses}"
        )
    });
    list(&mut text, "Days: questions asked, answered right, and asked for the first time.", "days", days, |(day, count)| {
        format!("day = {day}, asked = {}, right = {}, new = {}", count.asked, count.right, count.new)
    });
    list(&mut text, "Notes from memory, the oldest first.", "notes", notes, |Note { topic, day, text }| {
        format!("day = {day}, topic = {}, text = {}", quoted(topic), quoted(text))
    });
    list(&mut text, "Lessons finished.", "lessons", lessons, |(lesson, day)| format!("lesson = {lesson}, day = {day}"));
    named(&mut text, "Steps of reading paths, ticked.", "ticks", "step", ticks);
    named(&mut text, "Opcodes heard in programs of one's own.", "heard", "opcode", heard);
    named(&mut text, "Pages visited.", "visited", "page", visited);
    text.push('\n');
    text.push_str(END);
    text.push('\n');
    text
}

fn named<'a>(text: &mut String, about: &str, name: &str, key: &str, days: impl IntoIterator<Item = (&'a String, impl Display)>) {
    list(text, about, name, days, |(what, day)| format!("{key} = {}, day = {day}", quoted(what)));
}

fn list<T>(text: &mut String, about: &str, name: &str, things: impl IntoIterator<Item = T>, line: impl Fn(T) -> String) {
    let _ = write!(text, "\n# {about}\n{name} = [");
    let before = text.len();
    for thing in things {
        let _ = write!(text, "\n  {{ {} }},", line(thing));
    }
    text.push_str(if text.len() == before { "]\n" } else { "\n]\n" });
}

/// A TOML string on one line, whatever is in it.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for char in text.chars() {
        match char {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // Line and paragraph separators are new lines to some editors.
            control if control.is_control() || matches!(control, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
