//! A run of a program in which one line is looked at: how its attributes are found, and what its calls call. The
//! program runs once more for it, with all its effects; what it prints is thrown away. The looking itself is
//! `probe.py`'s and `probed.py`'s.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::error::remedy;
use super::options::{Launch, Task};
use super::wire::ProbeBlob;
use super::{InterpreterError, Limits, Request, State, Streams, cpython};
use crate::lookup::{Probed, ProbedPlace, SeenWay};
use crate::trace::Trace;

/// Longest that such a run takes unless it was told to be shorter, as that for what specialises: what a line does
/// it commonly does soon, and an endless program is not waited for.
const LONGEST: Duration = Duration::from_secs(10);

/// How long to wait before asking whether the run is still wanted.
const PATIENCE: Duration = Duration::from_millis(100);

/// The line to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProbedLine {
    /// The file of a module that the program imports; `None` if the line is the program's own.
    pub file: Option<PathBuf>,
    /// From 1.
    pub line: u32,
}

/// Runs a program and looks at a line of it. `None` if it is wanted no longer.
pub fn probe(request: &Request, line: &ProbedLine, is_wanted: impl Fn() -> bool) -> Result<Option<Probed>, InterpreterError> {
    // Songs prefer the embedded interpreter, which cannot be looked into.
    let asked = Request { prefers_embedded: false, ..request.clone() };
    let python = super::python(&asked)?.ok_or_else(|| InterpreterError::NeverProbed { remedy: remedy() })?;
    let time = request.limits.time.map_or(LONGEST, |time| time.min(LONGEST));
    let request = Request {
        task: Task::Probe,
        streams: Streams::Discarded,
        limits: Limits { time: Some(time), steps: None, ..request.limits },
        is_paced: false,
        // Its own lines are rewritten before it runs, so Python must not read it by itself.
        is_edited: request.is_edited || line.file.is_none() && request.launch == Launch::Script,
        ..asked
    };
    let mut running = cpython::start_probe(&request, &python, line)?;
    let mut probed = Probed {
        dialect: running.dialect().clone(),
        line: line.line,
        is_loaded: line.file.is_none(),
        is_whole: false,
        ..Probed::default()
    };
    // Its few marks are not asked for.
    let mut unheard = Trace::default();
    while is_wanted() {
        let state = running.listen_for(&mut unheard, PATIENCE)?;
        for blob in running.take_probed() {
            take(&mut probed, blob);
        }
        if let State::Ended(outcome) = state {
            probed.outcome = outcome;
            return Ok(Some(probed));
        }
    }
    running.stop();
    Ok(None)
}

/// Adds what the probe says.
fn take(probed: &mut Probed, blob: ProbeBlob) {
    match blob {
        ProbeBlob::Site { places, nearest } => {
            probed.places = places.into_iter().map(|site| ProbedPlace { site, ways: Vec::new(), others: 0 }).collect();
            probed.nearest = nearest;
        }
        ProbeBlob::Loaded => probed.is_loaded = true,
        ProbeBlob::Way { place, way: number, told } => {
            if let Some(place) = probed.places.get_mut(place) {
                place.ways.push(SeenWay { number, way: *told, visits: 1 });
            }
        }
        ProbeBlob::Visits { rows, is_last } => {
            probed.is_whole |= is_last;
            for (place, way, visits) in rows {
                let Some(place) = probed.places.get_mut(place) else { continue };
                match way {
                    Some(number) => place.ways.iter_mut().filter(|way| way.number == number).for_each(|way| way.visits = visits),
                    None => place.others = visits,
                }
            }
        }
    }
}
