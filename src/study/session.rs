//! The order of one sitting: what is due, a few new ones, interleaved over topics, with rests. Knows cards, and no question.

use chrono::NaiveDate;

use crate::quiz::{Card, Verdict};

use super::Record;

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

/// One sitting.
#[derive(Debug, Clone)]
pub struct Session {}

impl Session {
    /// Plans a sitting from a deck.
    pub fn new(record: &Record, deck: &[Card], today: NaiveDate, seed: u64) -> Self {
        let _ = (record, deck, today, seed);
        unimplemented!()
    }

    /// What comes next, `minutes` after the sitting began.
    pub fn next(&mut self, minutes: f64) -> Next {
        let _ = minutes;
        unimplemented!()
    }

    /// Tells how the card that was asked last was answered.
    pub fn answered(&mut self, verdict: Verdict) {
        let _ = verdict;
        unimplemented!()
    }

    /// Tells that the card asked last gave no question from the programs at hand: another takes its place.
    pub fn skipped(&mut self) {
        unimplemented!()
    }

    /// Cards still to be asked.
    pub fn left(&self) -> usize {
        unimplemented!()
    }
}
