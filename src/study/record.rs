//! All that is remembered of a learner. Knows nothing of how it is written down.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::quiz::{Card, Verdict};

use super::schedule::{self, Rating};

/// What is known of a learner; an empty one is a beginner.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    pub cards: BTreeMap<Card, Memory>,
    pub days: BTreeMap<NaiveDate, Day>,
    /// Recall notes, the oldest first.
    pub notes: Vec<Note>,
    /// Lessons finished, by number, and when first.
    pub lessons: BTreeMap<u8, NaiveDate>,
    /// Steps of reading paths ticked by hand, as `path/step`, and when.
    pub ticks: BTreeMap<String, NaiveDate>,
    /// Opcodes heard in one's own programs, and when first.
    pub heard: BTreeMap<String, NaiveDate>,
    /// Pages of the atlas visited, by the names that the atlas gives them (`LOAD_FAST`, `PEP 659`, `list.append`,
    /// `@gil`), and when first.
    pub visited: BTreeMap<String, NaiveDate>,
}

/// How well a card is remembered (FSRS).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Memory {
    /// 1 to 10.
    pub difficulty: f64,
    /// Days until the chance to recall it has fallen to nine in ten.
    pub stability: f64,
    pub last: NaiveDate,
    pub due: NaiveDate,
    pub asked: u32,
    /// How often it was forgotten.
    pub lapses: u32,
}

/// What was done on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Day {
    pub asked: u32,
    pub right: u32,
    /// Cards asked for the first time.
    pub new: u32,
}

/// What somebody wrote from memory, kept beside the page it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The topic of the atlas, without the `@`.
    pub topic: String,
    pub day: NaiveDate,
    pub text: String,
}

impl Record {
    /// Notes that a card was answered on a day. Only the first answer of a day moves its schedule: what is asked again
    /// within the session is practice.
    pub fn answer(&mut self, card: &Card, rating: Rating, today: NaiveDate) {
        let memory = self.cards.get(card).copied();
        let day = self.days.entry(today).or_default();
        day.asked += 1;
        day.right += u32::from(rating != Rating::Again);
        day.new += u32::from(memory.is_none());
        if memory.is_none_or(|memory| memory.last < today) {
            self.cards.insert(card.clone(), schedule::review(memory.as_ref(), rating, today));
        }
    }

    /// Notes an answer to a question: right is good, wrong is again; what was unclear is none.
    pub fn judge(&mut self, card: &Card, verdict: Verdict, today: NaiveDate) {
        match verdict {
            Verdict::Right => self.answer(card, Rating::Good, today),
            Verdict::Wrong => self.answer(card, Rating::Again, today),
            Verdict::Unclear => {}
        }
    }

    /// Notes that an opcode was heard in one's own program; tells whether that is new.
    pub fn hear(&mut self, opcode: &str, today: NaiveDate) -> bool {
        first(&mut self.heard, opcode, today)
    }

    /// Notes that a page of the atlas was visited; tells whether that is new.
    pub fn visit(&mut self, page: &str, today: NaiveDate) -> bool {
        first(&mut self.visited, page, today)
    }

    /// The newest note on a topic.
    pub fn note(&self, topic: &str) -> Option<&Note> {
        self.notes.iter().rev().find(|note| note.topic == topic)
    }
}

fn first(days: &mut BTreeMap<String, NaiveDate>, name: &str, today: NaiveDate) -> bool {
    let is_new = !days.contains_key(name);
    if is_new {
        days.insert(name.to_owned(), today);
    }
    is_new
}
