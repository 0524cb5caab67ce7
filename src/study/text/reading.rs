//! Reads a record, all of it or none: what is missing, doubled, unknown or out of range is told with its line.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{Datelike as _, NaiveDate};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::{END, VERSION};
use crate::quiz::Card;
use crate::study::{Day, Memory, Note, Record};

/// Why a text is no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    #[error("the end is missing: the last line is not {END:?}")]
    CutOff,
    #[error("it is of version {0}, and this evalody reads up to version {VERSION}: a newer evalody wrote it")]
    Newer(i64),
    #[error("line {line}: {why}")]
    Garbled { line: usize, why: String },
}

/// A record of this version or an older one.
pub fn read(text: &str) -> Result<Record, Unread> {
    let is_whole = text.lines().rev().find(|line| !line.trim().is_empty()).is_some_and(|line| line.trim_end() == END);
    let reader = Reader { text };
    // The version first: of a newer one, nothing else is known, not even how it ends.
    let version = match toml::from_str::<Head>(text) {
        Ok(Head { version }) => version,
        Err(_) if !is_whole => return Err(Unread::CutOff),
        Err(error) => return Err(reader.unread(error)),
    };
    match *version.get_ref() {
        newer if newer > VERSION => return Err(Unread::Newer(newer)),
        0..=VERSION if !is_whole => return Err(Unread::CutOff),
        0..=VERSION => {}
        never => return Err(reader.garbled(version.span(), format!("there was never a version {never}"))),
    }
    let written = toml::from_str(text).map_err(|error| reader.unread(error))?;
    reader.record(written)
}

#[derive(Deserialize)]
struct Head {
    version: Spanned<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: Spanned<i64>,
    cards: Vec<Spanned<OneCard>>,
    days: Vec<Spanned<OneDay>>,
    notes: Vec<Spanned<OneNote>>,
    lessons: Vec<Spanned<OneLesson>>,
    ticks: Vec<Spanned<OneTick>>,
    heard: Option<Spanned<Vec<Spanned<OneOpcode>>>>,
    visited: Option<Spanned<Vec<Spanned<OnePage>>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneCard {
    card: String,
    difficulty: f64,
    stability: f64,
    last: Datetime,
    due: Datetime,
    asked: u32,
    lapses: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneDay {
    day: Datetime,
    asked: u32,
    right: u32,
    new: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneNote {
    day: Datetime,
    topic: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneLesson {
    lesson: u8,
    day: Datetime,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneTick {
    step: String,
    day: Datetime,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneOpcode {
    opcode: String,
    day: Datetime,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnePage {
    page: String,
    day: Datetime,
}

struct Reader<'a> {
    text: &'a str,
}

impl Reader<'_> {
    fn record(&self, written: Written) -> Result<Record, Unread> {
        let Written { version, cards, days, notes, lessons, ticks, heard, visited } = written;
        let (heard, visited) = match (*version.get_ref(), heard, visited) {
            (1, Some(heard), Some(visited)) => (heard.into_inner(), visited.into_inner()),
            (1, None, _) => return Err(self.garbled(version.span(), "`heard` is missing".into())),
            (1, _, None) => return Err(self.garbled(version.span(), "`visited` is missing".into())),
            (_, None, None) => (Vec::new(), Vec::new()),
            (_, Some(heard), _) => return Err(self.garbled(heard.span(), "version 0 had no `heard`".into())),
            (_, _, Some(visited)) => return Err(self.garbled(visited.span(), "version 0 had no `visited`".into())),
        };
        let notes = notes
            .into_iter()
            .map(|note| self.one(note, |OneNote { day, topic, text }| Ok(Note { day: date(&day)?, topic: filled("topic", topic)?, text })));
        Ok(Record {
            cards: self.all(cards, memory)?,
            days: self.all(days, day)?,
            notes: notes.collect::<Result<_, _>>()?,
            lessons: self.all(lessons, |OneLesson { lesson, day }| Ok((lesson, date(&day)?)))?,
            ticks: self.all(ticks, |OneTick { step, day }| Ok((filled("step", step)?, date(&day)?)))?,
            heard: self.all(heard, |OneOpcode { opcode, day }| Ok((filled("opcode", opcode)?, date(&day)?)))?,
            visited: self.all(visited, |OnePage { page, day }| Ok((filled("page", page)?, date(&day)?)))?,
        })
    }

    /// Every one of a list, none twice.
    fn all<T, K: Ord, V>(&self, list: Vec<Spanned<T>>, take: impl Fn(T) -> Result<(K, V), String>) -> Result<BTreeMap<K, V>, Unread> {
        let mut all = BTreeMap::new();
        for thing in list {
            let span = thing.span();
            let (key, value) = self.one(thing, &take)?;
            if all.insert(key, value).is_some() {
                return Err(self.garbled(span, "it is there twice".into()));
            }
        }
        Ok(all)
    }

    fn one<T, V>(&self, thing: Spanned<T>, take: impl FnOnce(T) -> Result<V, String>) -> Result<V, Unread> {
        let span = thing.span();
        take(thing.into_inner()).map_err(|why| self.garbled(span, why))
    }

    fn unread(&self, error: toml::de::Error) -> Unread {
        self.garbled(error.span().unwrap_or_default(), error.message().to_owned())
    }

    fn garbled(&self, span: Range<usize>, why: String) -> Unread {
        let before = &self.text.as_bytes()[..span.start.min(self.text.len())];
        Unread::Garbled { line: 1 + before.iter().filter(|byte| **byte == b'\n').count(), why }
    }
}

fn memory(written: OneCard) -> Result<(Card, Memory), String> {
    let OneCard { card, difficulty, stability, last, due, asked, lapses } = written;
    let card: Card = card.parse().map_err(|error| format!("{error}"))?;
    let (last, due) = (date(&last)?, date(&due)?);
    if !(1.0..=10.0).contains(&difficulty) {
        return Err(format!("a difficulty of {difficulty} is not 1 to 10"));
    }
    if !(stability > 0.0 && stability <= LONGEST) {
        return Err(format!("a stability of {stability} is not above 0 and at most {LONGEST}"));
    }
    if due <= last {
        return Err(format!("due on {due}, which is not after {last}"));
    }
    if asked == 0 || lapses >= asked {
        return Err(format!("asked {asked} times, it cannot have lapsed {lapses} times"));
    }
    Ok((card, Memory { difficulty, stability, last, due, asked, lapses }))
}

/// Longest stability, in days: ten thousand years, far more than any review gives.
const LONGEST: f64 = 3_650_000.0;

fn day(written: OneDay) -> Result<(NaiveDate, Day), String> {
    let OneDay { day, asked, right, new } = written;
    if right > asked || new > asked {
        return Err(format!("of {asked} asked, {right} right and {new} new are too many"));
    }
    Ok((date(&day)?, Day { asked, right, new }))
}

fn date(written: &Datetime) -> Result<NaiveDate, String> {
    let day = match written {
        Datetime { date: Some(date), time: None, offset: None } => {
            NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
        }
        _ => None,
    };
    day.filter(|day| day.year() >= 1970).ok_or_else(|| format!("{written} is no day since 1970, written year-month-day"))
}

fn filled(key: &str, name: String) -> Result<String, String> {
    if name.is_empty() { Err(format!("{key} is empty")) } else { Ok(name) }
}
