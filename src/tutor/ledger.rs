//! The ledger: a learner's record on the disk, changed under its lock, entry by entry. What cannot be written is kept in
//! memory and written with the next entry. Knows no question.

use chrono::NaiveDate;

use super::TutorError;
use crate::kept::{Data, DataError};
use crate::quiz::Card;
use crate::study::text;
use crate::study::{Note, Rating, Record};

/// The name of the record in a learner's folder.
pub const RECORD: &str = "record.toml";

/// Something to remember.
#[derive(Debug, Clone)]
pub enum Entry {
    Answered(Card, Rating),
    Wrote(Note),
    /// A lesson was finished.
    Finished(u8),
    /// A page of the atlas was shown.
    Visited(String),
    /// A step of a reading path, as `path/step`.
    Ticked(String),
    Unticked(String),
}

/// A record, and where it is kept.
#[derive(Debug)]
pub struct Ledger {
    data: Data,
    record: Record,
    unsaved: Vec<(Entry, NaiveDate)>,
}

impl Ledger {
    pub fn open(data: Data) -> Result<Self, TutorError> {
        let record = match data.read(RECORD)? {
            Some(written) => text::read(&written).map_err(|error| data.misread(RECORD, error))?,
            None => Record::default(),
        };
        Ok(Self { data, record, unsaved: Vec::new() })
    }

    /// All that is known of the learner, with what is not saved yet.
    pub fn record(&self) -> &Record {
        &self.record
    }

    pub fn data(&self) -> &Data {
        &self.data
    }

    /// Entries that could not be saved so far.
    pub fn unsaved(&self) -> usize {
        self.unsaved.len()
    }

    /// Enters something: it is on the disk when this returns, or why not.
    pub fn enter(&mut self, entry: Entry, today: NaiveDate) -> Result<(), DataError> {
        entry.apply(&mut self.record, today);
        self.unsaved.push((entry, today));
        self.save()
    }

    /// Tries again to save what could not be saved.
    pub fn save(&mut self) -> Result<(), DataError> {
        if self.unsaved.is_empty() {
            return Ok(());
        }
        let (data, unsaved) = (&self.data, &self.unsaved);
        let mut merged = Record::default();
        data.change(RECORD, |old| {
            // Somebody else may have written since it was read.
            merged = match old {
                Some(written) => text::read(written).map_err(|error| data.misread(RECORD, error))?,
                None => Record::default(),
            };
            for (entry, day) in unsaved {
                entry.apply(&mut merged, *day);
            }
            Ok::<String, DataError>(text::write(&merged))
        })?;
        self.record = merged;
        self.unsaved.clear();
        Ok(())
    }
}

impl Entry {
    fn apply(&self, record: &mut Record, day: NaiveDate) {
        match self {
            Self::Answered(card, rating) => record.answer(card, *rating, day),
            Self::Wrote(note) => record.notes.push(note.clone()),
            Self::Finished(lesson) => {
                record.lessons.entry(*lesson).or_insert(day);
            }
            Self::Visited(page) => {
                record.visit(page, day);
            }
            Self::Ticked(step) => {
                record.ticks.entry(step.clone()).or_insert(day);
            }
            Self::Unticked(step) => {
                record.ticks.remove(step);
            }
        }
    }
}
