//! The order of one sitting: what is due, a few new ones, interleaved over topics, with rests. Knows cards, and no question.

mod order;
mod plan;
mod rest;

use chrono::NaiveDate;

use crate::quiz::{self, Card, Goal, Verdict};

use super::Record;
use order::Order;
use plan::{Plan, Planned};
use rest::Rests;

/// What comes next in a sitting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Ask(Card),
    /// A diffuse break.
    Rest(Why),
    /// All is asked, or it is time to stop.
    Over,
}

/// Why a rest is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// 25 minutes went by.
    Long,
    /// Errors pile up.
    Errors,
}

/// Most questions in a sitting, those asked again too: of some 30 seconds each with what is read after them, that is 12
/// minutes.
pub const MOST_QUESTIONS: usize = 24;
/// How often a card answered wrong comes again in the same sitting, at most.
const MOST_REPEATS: u8 = 2;

/// One sitting. The same record, deck, day and seed give the same one, as long as the answers are the same.
#[derive(Debug, Clone)]
pub struct Session {
    plan: Plan,
    order: Order,
    rests: Rests,
    /// Asked and not yet answered.
    open: Option<Waiting>,
}

/// A card that is to be asked in this sitting.
#[derive(Debug, Clone)]
struct Waiting {
    planned: Planned,
    /// How many questions had been asked when it was answered wrong, that one too.
    wrong_at: Option<usize>,
    repeats: u8,
}

impl Session {
    /// Plans a sitting from a deck.
    pub fn new(record: &Record, deck: &[Card], today: NaiveDate, seed: u64) -> Self {
        let served: Vec<(Card, Goal)> = deck.iter().filter_map(|card| Some((card.clone(), quiz::goal(card)?))).collect();
        Self::of(record, &served, today, seed)
    }

    /// Plans a sitting from cards and what each serves. New cards come in the order of the deck: its makers in turns,
    /// with subjects left to chance.
    pub fn of(record: &Record, deck: &[(Card, Goal)], today: NaiveDate, seed: u64) -> Self {
        let (plan, chosen) = Plan::new(record, deck, today, &mut fastrand::Rng::with_seed(seed));
        let waiting = chosen.into_iter().map(|planned| Waiting { planned, wrong_at: None, repeats: 0 }).collect();
        Self { plan, order: Order::new(waiting), rests: Rests::default(), open: None }
    }

    /// What comes next, `minutes` after the sitting began. A card without an answer comes again.
    pub fn next(&mut self, minutes: f64) -> Next {
        if let Some(open) = &self.open {
            return Next::Ask(open.planned.card.clone());
        }
        if self.order.asked() == MOST_QUESTIONS || !self.order.has_next() {
            return Next::Over;
        }
        if let Some(why) = self.rests.due(minutes) {
            return Next::Rest(why);
        }
        match self.order.take() {
            Some(waiting) => Next::Ask(self.open.insert(waiting).planned.card.clone()),
            None => Next::Over,
        }
    }

    /// Tells how the card that was asked last was answered. Unclear is no answer.
    pub fn answered(&mut self, verdict: Verdict) {
        if verdict == Verdict::Unclear {
            return;
        }
        let Some(mut open) = self.open.take() else { return };
        self.rests.answered(verdict == Verdict::Right);
        // A note that is written again at once is copied, not recalled.
        if verdict == Verdict::Wrong && open.repeats < MOST_REPEATS && open.planned.goal != Goal::Recall {
            open.repeats += 1;
            open.wrong_at = Some(self.order.asked());
            self.order.again(open);
        }
    }

    /// Tells that the card asked last gave no question from the programs at hand: another takes its place.
    pub fn skipped(&mut self) {
        let Some(open) = self.open.take() else { return };
        self.order.unasked();
        if open.wrong_at.is_none()
            && let Some(planned) = self.plan.instead(&open.planned)
        {
            self.order.again(Waiting { planned, wrong_at: None, repeats: 0 });
        }
    }

    /// Cards still to be asked, without the one that is being asked.
    pub fn left(&self) -> usize {
        self.order.left().min(MOST_QUESTIONS - self.order.asked())
    }
}
