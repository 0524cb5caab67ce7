//! The second, warm-up run of a program: which of its instructions specialise (PEP 659), and when. Nothing
//! specialises while every instruction is traced, so the program runs once more, with all its effects, and only
//! the ticks of its code objects are heard: their starts and their jumps. What it prints is thrown away.
//!
//! Knows nothing of the recorded run; [`Merging`](super::Merging) puts the two together.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::cpython::SPECIALISES;
use super::error::warm_remedy;
use super::options::Task;
use super::wire::{SpecialisedBlob, WarmthBlob};
use super::{InterpreterError, Limits, Request, Running, State, Streams};
use crate::trace::{Code, CodeId, Dialect, Listener, Mark, Outcome, Step};

/// Longest that a second run takes unless it was told to be shorter. Sites specialise in the first few ticks;
/// longer, and an endless program is waited for.
const LONGEST: Duration = Duration::from_secs(10);

/// How long to wait before asking whether the run is still wanted.
const PATIENCE: Duration = Duration::from_millis(100);

/// Words between writes: as none are steps, only what has specialised is ever waited for.
const RECORDS: u32 = 4096;

/// A change of an instruction's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub offset: u32,
    /// CPython's name of the form; `None` if it fell back to the general one.
    pub form: Option<Arc<str>>,
    /// The tick of its code object, from 1, at which it was first seen; `None` if that was after the last one,
    /// or if nobody knows when.
    pub tick: Option<u64>,
}

/// An instruction as it was in the end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Site {
    /// The form that it had; `None` if it had fallen back.
    pub form: Option<Arc<str>>,
    /// How often it fell back.
    pub falls: u32,
    /// When it took the form, or fell back.
    pub tick: Option<u64>,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.form {
            Some(form) => write!(f, "{form}")?,
            None => write!(f, "the general form again")?,
        }
        if let Some(tick) = self.tick {
            write!(f, ", since tick {tick}")?;
        }
        match self.falls {
            0 => write!(f, " (second run)"),
            1 => write!(f, ", fell back once (second run)"),
            falls => write!(f, ", fell back {falls} times (second run)"),
        }
    }
}

/// What a second run told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Warmth {
    pub dialect: Dialect,
    pub outcome: Outcome,
    /// Whether no change was left out for being one too many.
    pub is_whole: bool,
    codes: Vec<Arc<Code>>,
    /// By code object, in the order in which they were seen.
    changes: Vec<Vec<Change>>,
    /// By code object. `None` if nobody counted them, as in CPython 3.11, or if the program's end was not seen.
    ticks: Option<Vec<u64>>,
}

/// Runs a program for a second time. `None` if it is wanted no longer.
pub fn warm_up(request: &Request, is_wanted: impl Fn() -> bool) -> Result<Option<Warmth>, InterpreterError> {
    if super::python(request)?.is_none() {
        return Err(InterpreterError::NeverWarm { interpreter: "the embedded interpreter".to_owned(), remedy: warm_remedy() });
    }
    let time = request.limits.time.map_or(LONGEST, |time| time.min(LONGEST));
    let request = Request {
        task: Task::WarmUp,
        streams: Streams::Discarded,
        limits: Limits { time: Some(time), ..request.limits },
        records: RECORDS,
        is_paced: false,
        ..request.clone()
    };
    let mut running = super::start(&request)?;
    let dialect = running.dialect().clone();
    if dialect.version < SPECIALISES {
        return Err(InterpreterError::NeverWarm { interpreter: dialect.interpreter, remedy: warm_remedy() });
    }
    let mut warmth = Warmth { dialect, is_whole: true, ..Warmth::default() };
    while is_wanted() {
        let mut codes = Codes(&mut warmth.codes);
        let state = running.listen_for(&mut codes, PATIENCE)?;
        warmth.take(&mut running);
        if let State::Ended(outcome) = state {
            warmth.outcome = outcome;
            return Ok(Some(warmth));
        }
    }
    running.stop();
    Ok(None)
}

impl Warmth {
    fn take(&mut self, running: &mut Running) {
        for WarmthBlob { rows, ticks, is_whole } in running.take_warmth() {
            for SpecialisedBlob(code, offset, form, tick) in rows {
                let index = code as usize;
                if self.changes.len() <= index {
                    self.changes.resize_with(index + 1, Vec::new);
                }
                self.changes[index].push(Change { offset, form: form.map(Arc::from), tick });
            }
            self.ticks = ticks.filter(|ticks| !ticks.is_empty()).or(self.ticks.take());
            self.is_whole &= is_whole;
        }
    }

    /// Of one code object.
    #[cfg(test)]
    pub(super) fn made_up(code: Arc<Code>, changes: Vec<Change>, ticks: Option<u64>) -> Self {
        Self { is_whole: true, codes: vec![code], changes: vec![changes], ticks: ticks.map(|ticks| vec![ticks]), ..Self::default() }
    }

    /// Code objects under the numbers of this run.
    pub fn codes(&self) -> &[Arc<Code>] {
        &self.codes
    }

    /// The number that a code object of another run, or of the compiler, has in this one.
    pub fn number(&self, code: &Code) -> Option<CodeId> {
        let is_same = |known: &&Arc<Code>| {
            known.first_line == code.first_line
                && known.qualname == code.qualname
                && known.file == code.file
                && known.instructions() == code.instructions()
        };
        // In a program that runs the same way twice the numbers are the same.
        let first = self.codes.get(code.id.index()).filter(is_same);
        first.or_else(|| self.codes.iter().find(is_same)).map(|known| known.id)
    }

    /// What changed in a code object of this run, in order.
    pub fn changes(&self, code: CodeId) -> &[Change] {
        self.changes.get(code.index()).map_or(&[], Vec::as_slice)
    }

    /// How the instruction at an offset was in the end; `None` if it never specialised.
    pub fn site(&self, code: CodeId, offset: u32) -> Option<Site> {
        let changes = self.changes(code).iter().filter(|change| change.offset == offset);
        changes.fold(None, |site: Option<Site>, change| {
            let falls = site.map_or(0, |site| site.falls) + u32::from(change.form.is_none());
            Some(Site { form: change.form.clone(), falls, tick: change.tick })
        })
    }

    /// Ticks of a code object of this run; `None` if nobody counted.
    pub fn ticks(&self, code: CodeId) -> Option<u64> {
        self.ticks.as_ref()?.get(code.index()).copied()
    }

    /// Ticks of all code objects.
    pub fn all_ticks(&self) -> Option<u64> {
        Some(self.ticks.as_ref()?.iter().sum())
    }
}

/// A warm-up run has nothing else to tell.
struct Codes<'a>(&'a mut Vec<Arc<Code>>);

impl Listener for Codes<'_> {
    fn code(&mut self, code: Arc<Code>) {
        self.0.push(code);
    }

    fn step(&mut self, _: Step) {}

    fn mark(&mut self, _: Mark) {}
}

/// Whether a step with this opcode is a tick of its code object: those at which `sys.monitoring` tells a JUMP
/// (Python/instrumentation.c, `EVENT_FOR_OPCODE`: the ones that have an `INSTRUMENTED_JUMP_` form).
pub fn is_tick_of_jump(opcode: &str) -> bool {
    matches!(opcode, "JUMP_FORWARD" | "JUMP_BACKWARD")
}
