//! Who makes questions of one kind, and the draft of one before it has its card.

use super::{Answer, Card, Evidence, Goal, Ground, Heard, Need, Question};

/// What a question is answered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    Ear,
    Eye,
    /// What is known, of CPython, of objects, of memory.
    Knowledge,
}

/// Makes questions of one kind.
pub struct Maker {
    /// Part of the cards' names in records: never renamed.
    pub name: &'static str,
    pub sense: Sense,
    pub goal: fn(subject: &str) -> Goal,
    /// What it asks about, the same whatever program ran: one card each, never renamed.
    pub subjects: fn() -> Vec<String>,
    pub need: fn(subject: &str) -> Need,
    /// Draws a question; `None` where the ground gives none about that subject.
    pub make: fn(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft>,
}

/// A question without its card.
#[derive(Debug, Clone)]
pub struct Draft {
    pub ask: String,
    pub shown: Vec<String>,
    pub heard: Vec<Heard>,
    pub answer: Answer,
    pub evidence: Evidence,
    pub basis: Vec<(&'static str, String)>,
}

impl Draft {
    pub(super) fn asked(self, card: Card, goal: Goal) -> Question {
        let Self { ask, shown, heard, answer, evidence, basis } = self;
        Question { card, goal, ask, shown, heard, answer, evidence, basis }
    }
}

/// A choice among `right` and up to `most - 1` of `others` that differ from it and from each other, in an order left to
/// chance; `None` where nothing else is left to choose.
#[allow(dead_code, reason = "makers come next")]
pub(super) fn choice(right: String, others: impl IntoIterator<Item = String>, most: usize, chance: &mut fastrand::Rng) -> Option<Answer> {
    let mut wrong: Vec<String> = Vec::new();
    for other in others {
        if other != right && !wrong.contains(&other) {
            wrong.push(other);
        }
    }
    chance.shuffle(&mut wrong);
    wrong.truncate(most - 1);
    if wrong.is_empty() {
        return None;
    }
    let place = chance.usize(..=wrong.len());
    wrong.insert(place, right);
    Some(Answer::Choice { choices: wrong, right: place })
}
