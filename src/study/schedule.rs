//! When a card is due again, by FSRS in whole days. Knows one card at a time.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rs_fsrs::{FSRS, Parameters, Seed, State};

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

/// Digits kept of difficulty and stability, behind the point. The last digits of powers differ between platforms, and a
/// record is to be read by people; published vectors have four.
const DIGITS: f64 = 1e6;

/// What is remembered after a review on a day; `memory` is what was until then, `None` for a new card.
///
/// FSRS-5 with its default weights and a chance of nine in ten that what is due is recalled: by whole days, without
/// learning steps within one, and without fuzz, so that it is the same for everybody.
pub fn review(memory: Option<&Memory>, rating: Rating, today: NaiveDate) -> Memory {
    // Every field by hand: their defaults read the clock.
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
    let next = FSRS::new(parameters()).next(card, midnight(today), rating.of_fsrs()).card;
    let before = memory.map_or(f64::INFINITY, |memory| memory.stability);
    Memory {
        difficulty: rounded(next.difficulty),
        stability: rounded(if rating == Rating::Again { next.stability.min(before) } else { next.stability }),
        last: today,
        due: next.due.date_naive(),
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

fn parameters() -> Parameters {
    Parameters { enable_short_term: false, enable_fuzz: false, seed: Seed::new("none"), ..Default::default() }
}

/// The crate counts whole days between moments.
fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

fn rounded(number: f64) -> f64 {
    (number * DIGITS).round() / DIGITS
}
