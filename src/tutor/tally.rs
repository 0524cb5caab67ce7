//! What a sitting came to: counted while it goes on, and what is due behind it. Knows no question.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::prompt::Summary;
use crate::quiz::{Card, Goal};
use crate::study::Record;

/// Days that a week looks ahead, counted from the day after.
const WEEK: u64 = 7;

/// Answers of a sitting.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    by_goal: BTreeMap<Goal, (u32, u32)>,
    /// How often each card was asked, so that the next question about it is another.
    asked: BTreeMap<Card, u64>,
}

impl Tally {
    pub fn count(&mut self, goal: Goal, is_right: bool) {
        let (asked, right) = self.by_goal.entry(goal).or_default();
        *asked += 1;
        *right += u32::from(is_right);
    }

    /// Notes that a card is asked; tells how often it was before.
    pub fn asks(&mut self, card: &Card) -> u64 {
        let times = self.asked.entry(card.clone()).or_default();
        *times += 1;
        *times - 1
    }

    /// Questions answered.
    pub fn asked(&self) -> u32 {
        self.by_goal.values().map(|(asked, _)| asked).sum()
    }

    /// What it came to, and what a record and its deck say of the days to come.
    pub fn summary(&self, record: &Record, deck: &[Card], today: NaiveDate) -> Summary {
        let due_by = |days: u64| today.checked_add_days(Days::new(days)).map_or(0, |day| due(record, deck, day));
        let days = deck.iter().filter_map(|card| Some(record.cards.get(card)?.due));
        Summary {
            asked: self.asked(),
            right: self.by_goal.values().map(|(_, right)| right).sum(),
            by_goal: self.by_goal.iter().map(|(goal, (asked, right))| (*goal, *asked, *right)).collect(),
            due_tomorrow: due_by(1),
            due_this_week: due_by(WEEK),
            next_due: days.map(|day| day.max(today.succ_opt().unwrap_or(today))).min(),
            unseen: deck.iter().filter(|card| !record.cards.contains_key(card)).count(),
            lesson: None,
            unsaved: 0,
        }
    }
}

/// Cards of a deck that are due on a day, or were before.
fn due(record: &Record, deck: &[Card], day: NaiveDate) -> usize {
    deck.iter().filter(|card| record.cards.get(card).is_some_and(|memory| memory.due <= day)).count()
}
