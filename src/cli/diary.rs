//! The diary: what other commands note in the learner's record by the way, opcodes heard in programs of one's own and
//! pages of the atlas visited. It disturbs nobody: what cannot be noted is told under `--verbose`, and nothing waits for it.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::NaiveDate;

use super::source::Source;
use crate::atlas::Opcode;
use crate::kept::{Data, DataError};
use crate::picture::Repertoire;
use crate::study::{Record, text};
use crate::tutor::RECORD;

/// Longest wait for somebody else who writes the record: far longer than a write takes, and not yet a wait.
const PATIENCE: Duration = Duration::from_millis(300);

/// The variable that switches the diary off, by `off`.
const SWITCH: &str = "EVALODY_DIARY";

/// The day it is here.
pub fn today() -> NaiveDate {
    chrono::Local::now().date_naive()
}

/// Notes the opcodes that ran in a program of one's own; songs are not.
pub fn heard(source: &Source, repertoire: &Repertoire, verbose: bool) {
    if !source.is_song {
        heard_opcodes(repertoire.opcodes(), verbose);
    }
}

/// Notes opcodes, those that the atlas knows.
pub fn heard_opcodes<'a>(opcodes: impl IntoIterator<Item = &'a str>, verbose: bool) {
    let known: BTreeSet<&str> = opcodes.into_iter().filter(|name| Opcode::named(name).is_some()).collect();
    note(!known.is_empty(), verbose, |record, today| known.iter().filter(|opcode| record.hear(opcode, today)).count() > 0);
}

/// Notes pages of the atlas, by the names that records give them.
pub fn visited<'a>(pages: impl IntoIterator<Item = &'a str>, verbose: bool) {
    let pages: BTreeSet<&str> = pages.into_iter().collect();
    note(!pages.is_empty(), verbose, |record, today| pages.iter().filter(|page| record.visit(page, today)).count() > 0);
}

/// Changes the record, if there is something to note, and the diary is kept. `change` tells whether anything is new.
fn note(is_something: bool, verbose: bool, change: impl FnOnce(&mut Record, NaiveDate) -> bool) {
    if !is_something || std::env::var_os(SWITCH).is_some_and(|switch| switch == "off") {
        return;
    }
    let why_not = match written(change) {
        Ok(true) => return,
        Ok(false) => "somebody else writes the record".to_owned(),
        Err(error) => error.to_string(),
    };
    if verbose {
        eprintln!("evalody: not noted for `evalody progress`: {why_not}");
    }
}

/// False if somebody else wrote all the while.
fn written(change: impl FnOnce(&mut Record, NaiveDate) -> bool) -> Result<bool, DataError> {
    let data = Data::open(None)?;
    data.change_soon(RECORD, PATIENCE, |old| {
        let mut record = read(&data, old)?;
        Ok(match (change(&mut record, today()), old) {
            (false, Some(old)) => old.to_owned(),
            _ => text::write(&record),
        })
    })
}

/// What a record's text says; a beginner's where there is none.
pub fn read(data: &Data, text: Option<&str>) -> Result<Record, DataError> {
    text.map_or(Ok(Record::default()), |text| text::read(text).map_err(|error| data.misread(RECORD, error)))
}
