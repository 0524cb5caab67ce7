//! When a card is due again, by FSRS in whole days. Knows one card at a time.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use rs_fsrs::{FSRS, Parameters, State};

use super::Memory;

/// How well something was recalled, in FSRS's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rating {
    Again,
    Hard,
    Good,
    Easy,
}

impl Rating {
    const fn of_fsrs(self) -> rs_fsrs::Rating {
        match self {
            Self::Again => rs_fsrs::Rating::Again,
            Self::Hard => rs_fsrs::Rating::Hard,
            Self::Good => rs_fsrs::Rating::Good,
            Self::Easy => rs_fsrs::Rating::Easy,
        }
    }
}

/// Of difficulty and stability, so many parts of one are kept, as by ts-fsrs: the last digits of powers differ between
/// platforms.
const PARTS: f64 = 1e8;

/// FSRS-5's weights, by their numbers.
pub type Weights = [f64; 19];

/// What is remembered after a review on a day; `memory` is what was until then, `None` for a new card.
///
/// FSRS-5 as it was first published, with its default weights and a chance of nine in ten that what is due is recalled: by
/// whole days, without learning steps within one, and without fuzz, so that it is the same for everybody. (Its later
/// form damps difficulty near 10 and has other weights; the crate has neither, and they belong together.)
pub fn review(memory: Option<&Memory>, rating: Rating, today: NaiveDate) -> Memory {
    review_by(&parameters().w, memory, rating, today)
}

/// As [`review`], by other weights.
pub fn review_by(weights: &Weights, memory: Option<&Memory>, rating: Rating, today: NaiveDate) -> Memory {
    let parameters = Parameters { w: *weights, ..parameters() };
    // Every field by hand: `Card::new` reads the clock.
    let card = match memory {
        None => rs_fsrs::Card { due: midnight(today), last_review: midnight(today), ..Default::default() },
        Some(memory) => rs_fsrs::Card {
            due: midnight(memory.due),
            stability: memory.stability,
            difficulty: memory.difficulty,
            elapsed_days: 0,
            scheduled_days: 0,
            reps: 0,
            lapses: 0,
            state: State::Review,
            // A clock that was set back is no time that went by.
            last_review: midnight(memory.last.min(today)),
        },
    };
    let next = FSRS::new(parameters.clone()).next(card, midnight(today), rating.of_fsrs()).card;
    let (mut stability, mut days) = (next.stability, next.scheduled_days);
    // What is forgotten is not remembered for longer than before: so ts-fsrs and fsrs-rs have it, and the crate lacks it.
    if let Some(memory) = memory.filter(|memory| rating == Rating::Again && memory.stability < stability) {
        stability = memory.stability;
        days = days.min(parameters.next_interval(stability, 0) as i64);
    }
    Memory {
        difficulty: rounded(next.difficulty),
        stability: rounded(stability),
        last: today,
        due: today + TimeDelta::days(days),
        asked: memory.map_or(0, |memory| memory.asked).saturating_add(1),
        lapses: memory.map_or(0, |memory| memory.lapses).saturating_add(u32::from(memory.is_some() && rating == Rating::Again)),
    }
}

/// The chance to recall it on a day, 0 to 1; FSRS's retrievability.
pub fn recall(memory: &Memory, day: NaiveDate) -> f64 {
    // 1 / sqrt: the curve's power is -0.5.
    let days = (day - memory.last).num_days().max(0) as f64;
    1.0 / (1.0 + Parameters::FACTOR * days / memory.stability).sqrt()
}

/// The crate's own, but for learning steps. Its seed, taken from the clock, is of fuzz alone.
fn parameters() -> Parameters {
    Parameters { request_retention: 0.9, enable_short_term: false, enable_fuzz: false, ..Default::default() }
}

/// The crate counts whole days between moments.
fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

fn rounded(number: f64) -> f64 {
    (number * PARTS).round() / PARTS
}
