//! Which of the cards waiting is asked next: never two of one maker in a row where it can be helped, goals in turns.
//! Knows no schedule.

use std::collections::BTreeMap;

use super::Waiting;
use crate::quiz::Goal;

/// Questions between a wrong answer and the same card, where that many others are left; fewer test what is still in the
/// ear.
const APART: usize = 5;
/// As few as that, where they are not.
const APART_AT_LEAST: usize = 2;

/// Cards waiting, and what was asked.
#[derive(Debug, Clone)]
pub(super) struct Order {
    waiting: Vec<Waiting>,
    asked: Vec<(String, Goal)>,
}

impl Order {
    pub(super) fn new(waiting: Vec<Waiting>) -> Self {
        Self { waiting, asked: Vec::new() }
    }

    /// Questions asked so far.
    pub(super) fn asked(&self) -> usize {
        self.asked.len()
    }

    pub(super) fn left(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn has_next(&self) -> bool {
        self.place().is_some()
    }

    /// Takes the card that is asked next.
    pub(super) fn take(&mut self) -> Option<Waiting> {
        let next = self.waiting.remove(self.place()?);
        self.asked.push((next.planned.card.maker.clone(), next.planned.goal));
        Some(next)
    }

    /// Puts a card among those waiting.
    pub(super) fn again(&mut self, card: Waiting) {
        self.waiting.push(card);
    }

    /// What was taken last was not asked.
    pub(super) fn unasked(&mut self) {
        self.asked.pop();
    }

    fn place(&self) -> Option<usize> {
        let ripe = |apart: usize| {
            let asked = self.asked.len();
            (0..self.waiting.len()).filter(move |at| self.waiting[*at].wrong_at.is_none_or(|wrong_at| asked >= wrong_at + apart))
        };
        let makers = Shares::new(self.waiting.iter().map(|card| card.planned.card.maker.as_str()));
        let goals = Shares::new(self.waiting.iter().map(|card| card.planned.goal));
        let last = self.asked.last();
        let rank = |at: &usize| {
            let Waiting { planned, wrong_at, .. } = &self.waiting[*at];
            let (maker, goal) = (planned.card.maker.as_str(), planned.goal);
            (
                last.is_some_and(|(last, _)| last == maker),
                // Else its last ones would be asked in a row.
                !makers.has_half(&maker),
                last.is_some_and(|(_, last)| *last == goal),
                !goals.has_half(&goal),
                wrong_at.is_none(),
                // Goals in turns: the one asked about longest ago.
                self.asked.iter().rposition(|(_, asked)| *asked == goal),
                planned.place,
            )
        };
        ripe(APART).min_by_key(rank).or_else(|| ripe(APART_AT_LEAST).min_by_key(rank))
    }
}

/// How many of those waiting are of each kind.
struct Shares<K> {
    counts: BTreeMap<K, usize>,
    all: usize,
}

impl<K: Ord> Shares<K> {
    fn new(kinds: impl Iterator<Item = K>) -> Self {
        let mut counts = BTreeMap::new();
        let mut all = 0;
        for kind in kinds {
            *counts.entry(kind).or_default() += 1;
            all += 1;
        }
        Self { counts, all }
    }

    /// Whether more than half are of that kind.
    fn has_half(&self, kind: &K) -> bool {
        self.counts.get(kind).is_some_and(|count| count * 2 > self.all)
    }
}
