//! What comes next, in words, and the command for it.

use crate::study::Onward;

/// How a beginner begins.
pub const BEGINNING: &str = "evalody study @lessons/1";

/// A sentence, and what to type.
pub fn told(onward: &Onward) -> (String, Option<String>) {
    match onward {
        Onward::Recall(1) => ("one card is due".to_owned(), Some("evalody study".to_owned())),
        Onward::Recall(cards) => (format!("{cards} cards are due"), Some("evalody study".to_owned())),
        Onward::Lesson(lesson) => {
            (format!("lesson {}, {}", lesson.number, lesson.title), Some(format!("evalody study @lessons/{}", lesson.number)))
        }
        Onward::Read(path, step) => {
            (format!("read {} ({}/{})", step.read, path.name, step.name), Some(format!("evalody explain {}", step.read)))
        }
        Onward::Hear(opcode) => (format!("hear {opcode} in a program of your own"), Some(format!("evalody explain {opcode}"))),
        Onward::Wait(day) => (format!("nothing is due until {day}"), None),
        Onward::Nothing => ("all is heard, read and recalled".to_owned(), None),
    }
}
