//! Which cards a sitting is of: what is due, the most forgotten first, and a few new ones spread over all goals; where
//! that is little, what will be due. Knows no order of asking.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::MOST_QUESTIONS;
use crate::quiz::{Card, Goal};
use crate::study::{Memory, Record, recall};

/// Most cards asked for the first time in a day. More pile up as reviews within the week.
const MOST_NEW: usize = 10;
/// Places of a sitting that what is due leaves to new cards: without any, somebody who forgets much would never meet
/// the rest of the deck. More, and what is due would wait longer.
const NEW_AT_LEAST: usize = 2;
/// Cards that are due before each of those. None, and a sitting would begin with what was never asked.
const DUE_BEFORE_NEW: usize = 5;
/// Questions that a sitting is filled up to with what is not due yet: of some 30 seconds each, ten minutes. FSRS gives
/// little for what was hardly forgotten: with more of it time would go by and little would be learnt.
const FILLED_TO: usize = 20;
/// Most notes from memory in a sitting: one takes as long as three or four questions.
const MOST_NOTES: usize = 2;

/// A card of the plan.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub card: Card,
    pub goal: Goal,
    pub is_new: bool,
    /// Smaller comes first: what is due before most of what is new, the most forgotten before the rest.
    pub place: usize,
}

/// What is left over, to take the place of cards that give no question.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    spare: Vec<Planned>,
    /// How many more new cards may be asked today.
    new_left: usize,
}

impl Plan {
    /// A plan, and the cards chosen.
    pub(super) fn new(record: &Record, deck: &[(Card, Goal)], today: NaiveDate, chance: &mut fastrand::Rng) -> (Self, Vec<Planned>) {
        let planned = |is_new: bool| move |(card, goal): (Card, Goal)| Planned { card, goal, is_new, place: 0 };
        let due: Vec<Planned> = due(record, deck, today, chance).into_iter().map(planned(false)).collect();
        let new: Vec<Planned> = new(record, deck, chance).into_iter().map(planned(true)).collect();
        let met_today = record.days.get(&today).map_or(0, |day| usize::try_from(day.new).unwrap_or(usize::MAX));
        let mut new_left = MOST_NEW.saturating_sub(met_today);

        let kept_for_new = NEW_AT_LEAST.min(new_left).min(new.len());
        let (mut chosen, mut spare) = most_forgotten_of_each_goal_first(due, MOST_QUESTIONS - kept_for_new);
        for (nth, card) in new.into_iter().enumerate() {
            if new_left == 0 || chosen.len() == MOST_QUESTIONS || is_one_note_too_many(&chosen, &card) {
                spare.push(card);
                continue;
            }
            new_left -= 1;
            // The first ones early, else what is answered wrong and comes again would leave no place for them.
            let place = if nth < NEW_AT_LEAST { (nth + 1) * DUE_BEFORE_NEW } else { chosen.len() };
            chosen.insert(place.min(chosen.len()), card);
        }
        for card in early(record, deck, today, chance).into_iter().map(planned(false)) {
            if chosen.len() < FILLED_TO { chosen.push(card) } else { spare.push(card) }
        }
        for (place, card) in chosen.iter_mut().chain(&mut spare).enumerate() {
            card.place = place;
        }
        (Self { spare, new_left }, chosen)
    }

    /// Another card in the place of one: new for new and met for met if there is one, of the same goal if there is one.
    pub(super) fn instead(&mut self, lost: &Planned) -> Option<Planned> {
        let new_left = self.new_left + usize::from(lost.is_new);
        let fits = |spare: &&Planned| (new_left > 0 || !spare.is_new) && (spare.goal == Goal::Recall) == (lost.goal == Goal::Recall);
        let best =
            self.spare.iter().filter(fits).min_by_key(|spare| (spare.is_new != lost.is_new, spare.goal != lost.goal, spare.place))?.place;
        let at = self.spare.iter().position(|spare| spare.place == best)?;
        let instead = self.spare.remove(at);
        self.new_left = new_left - usize::from(instead.is_new);
        Some(instead)
    }
}

fn is_one_note_too_many(chosen: &[Planned], card: &Planned) -> bool {
    card.goal == Goal::Recall && chosen.iter().filter(|card| card.goal == Goal::Recall).count() == MOST_NOTES
}

/// What is due, the most forgotten first; equals in an order left to chance.
fn due(record: &Record, deck: &[(Card, Goal)], today: NaiveDate, chance: &mut fastrand::Rng) -> Vec<(Card, Goal)> {
    most_forgotten_first(record, deck, today, chance, |_, memory| memory.due <= today)
}

/// What is not due, and was not asked today, in the same order. A note takes too long for what nobody has forgotten.
fn early(record: &Record, deck: &[(Card, Goal)], today: NaiveDate, chance: &mut fastrand::Rng) -> Vec<(Card, Goal)> {
    most_forgotten_first(record, deck, today, chance, |goal, memory| memory.due > today && memory.last < today && goal != Goal::Recall)
}

fn most_forgotten_first(
    record: &Record,
    deck: &[(Card, Goal)],
    today: NaiveDate,
    chance: &mut fastrand::Rng,
    is_meant: impl Fn(Goal, &Memory) -> bool,
) -> Vec<(Card, Goal)> {
    let mut met: Vec<(f64, (Card, Goal))> = deck
        .iter()
        .filter_map(|served| {
            let memory = record.cards.get(&served.0).filter(|memory| is_meant(served.1, memory))?;
            Some((recall(memory, today), served.clone()))
        })
        .collect();
    chance.shuffle(&mut met);
    met.sort_by(|a, b| a.0.total_cmp(&b.0));
    met.into_iter().map(|(_, served)| served).collect()
}

/// What was never asked, as it is to be met: of the goal of which the fewest were; in a goal, of the maker of which the
/// fewest were, makers in the order of the deck; of a maker, as chance has it.
fn new(record: &Record, deck: &[(Card, Goal)], chance: &mut fastrand::Rng) -> Vec<(Card, Goal)> {
    let mut met_of_goal: BTreeMap<Goal, usize> = BTreeMap::new();
    let mut met_of_maker: BTreeMap<&str, usize> = BTreeMap::new();
    let mut makers: Vec<&str> = Vec::new();
    let mut unmet: Vec<&(Card, Goal)> = Vec::new();
    for served in deck {
        let (card, goal) = served;
        if !makers.contains(&card.maker.as_str()) {
            makers.push(&card.maker);
        }
        if record.cards.contains_key(card) {
            *met_of_goal.entry(*goal).or_default() += 1;
            *met_of_maker.entry(&card.maker).or_default() += 1;
        } else {
            unmet.push(served);
        }
    }
    chance.shuffle(&mut unmet);
    let place: BTreeMap<&str, usize> = makers.into_iter().zip(0..).collect();
    let mut order = Vec::with_capacity(unmet.len());
    while !unmet.is_empty() {
        let next = (0..unmet.len()).min_by_key(|at| {
            let (card, goal) = unmet[*at];
            let maker = card.maker.as_str();
            (met_of_goal.get(goal).copied().unwrap_or(0), *goal, met_of_maker.get(maker).copied().unwrap_or(0), place[maker])
        });
        let (card, goal) = unmet.remove(next.unwrap_or(0));
        *met_of_goal.entry(*goal).or_default() += 1;
        *met_of_maker.entry(&card.maker).or_default() += 1;
        order.push((card.clone(), *goal));
    }
    order
}

/// As many as `most`, the most forgotten of each goal among them, then the most forgotten of all; and those left over.
fn most_forgotten_of_each_goal_first(due: Vec<Planned>, most: usize) -> (Vec<Planned>, Vec<Planned>) {
    let mut goals: Vec<Goal> = Vec::new();
    let (mut firsts, mut others) = (Vec::new(), Vec::new());
    for card in due {
        if goals.contains(&card.goal) {
            others.push(card);
        } else {
            goals.push(card.goal);
            firsts.push(card);
        }
    }
    let (mut chosen, mut spare) = (Vec::new(), Vec::new());
    for card in firsts.into_iter().chain(others) {
        let is_full = chosen.len() == most || is_one_note_too_many(&chosen, &card);
        if is_full { spare.push(card) } else { chosen.push(card) }
    }
    (chosen, spare)
}
