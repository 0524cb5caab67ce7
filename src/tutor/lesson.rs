//! The way through a lesson: the idea, a prediction, the piece, what was right of the prediction, and a check until it is
//! passed. Knows neither the stage nor the record.

use super::prompt::Judged;
use crate::quiz::Card;
use crate::study::Lesson;

/// Checks that are asked at most: who failed so many hears the song again another day.
const MOST_CHECKS: usize = 3;

/// What a lesson does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    Idea,
    Predict,
    Listen,
    Foretold,
    /// From 0.
    Check(usize),
    Over,
}

/// Where a learner is in a lesson.
#[derive(Debug, Clone)]
pub struct Course {
    pub lesson: &'static Lesson,
    pub stop: Stop,
    /// What was right of the prediction, held back until the piece was heard.
    pub foretold: Option<Judged>,
    pub is_passed: bool,
}

impl Course {
    pub fn new(lesson: &'static Lesson) -> Self {
        Self { lesson, stop: Stop::Idea, foretold: None, is_passed: false }
    }

    /// Takes the stop that comes next, and goes on behind it.
    pub fn take(&mut self) -> Stop {
        let now = match self.stop {
            Stop::Check(_) if self.is_passed => Stop::Over,
            stop => stop,
        };
        self.stop = match now {
            Stop::Idea => Stop::Predict,
            Stop::Predict => Stop::Listen,
            Stop::Listen => Stop::Foretold,
            Stop::Foretold => Stop::Check(0),
            Stop::Check(times) if times + 1 < MOST_CHECKS => Stop::Check(times + 1),
            Stop::Check(_) | Stop::Over => Stop::Over,
        };
        now
    }

    /// Cards of the question at a stop, in the order in which to try them.
    pub fn cards(&self, stop: Stop) -> Vec<Card> {
        let (names, turn) = match stop {
            Stop::Predict => (&self.lesson.predict, 0),
            Stop::Check(times) => (&self.lesson.check, times),
            Stop::Idea | Stop::Listen | Stop::Foretold | Stop::Over => return Vec::new(),
        };
        let mut cards: Vec<Card> = names.iter().filter_map(|name| name.parse().ok()).collect();
        if !cards.is_empty() {
            let turn = turn % cards.len();
            cards.rotate_left(turn);
        }
        cards
    }
}
