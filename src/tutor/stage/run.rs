//! One run of a program: within its limits, in silence, and given up when nobody waits any more. Knows no question.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{STEPS, TIME};
use crate::atlas::Version;
use crate::interpreter::options::{Launch, Recorder, Task};
use crate::interpreter::{self, InterpreterError, Limits, ProbedLine, Request, State, Streams};
use crate::program::Program;
use crate::quiz::Run;
use crate::songs::Song;
use crate::trace::Trace;
use crate::tutor::TutorError;
use crate::tutor::order::{Manner, Own};

/// Records that a child gathers before it writes them: the run is waited for as a whole.
const RECORDS: u32 = 4096;

/// How long to wait before asking whether the run is still wanted.
const PATIENCE: Duration = Duration::from_millis(50);

/// A run, and how to run it again.
#[derive(Clone)]
pub struct Ran {
    pub run: Arc<Run>,
    request: Request,
}

impl Ran {
    /// Whether its text is in one file that can be looked into line by line.
    pub fn has_lines(&self) -> bool {
        matches!(self.request.launch, Launch::Script | Launch::Command)
    }
}

/// Runs a song.
pub fn song(song: &Song, manner: &Manner) -> Result<Ran, TutorError> {
    let own = Own { program: song.program(), path: None, launch: Launch::Script, arguments: Vec::new() };
    ran(request(&own, manner, true), false, manner)
}

/// Runs the learner's program.
pub fn own(own: &Own, manner: &Manner) -> Result<Ran, TutorError> {
    ran(request(own, manner, manner.confines_own), true, manner)
}

fn request(own: &Own, manner: &Manner, confine: bool) -> Request {
    let Limits { steps, time, memory_bytes } = manner.limits;
    Request {
        program: own.program.clone(),
        path: own.path.clone(),
        launch: own.launch.clone(),
        recorder: manner.recorder,
        is_paced: false,
        is_edited: false,
        arguments: own.arguments.clone(),
        choice: manner.choice.clone(),
        only: manner.only,
        limits: Limits { steps: steps.or(Some(STEPS)), time: time.or(Some(TIME)), memory_bytes },
        records: RECORDS,
        // Its input would be the learner's answers.
        streams: Streams::Discarded,
        confine,
        task: Task::Run,
        own_executable: manner.own_executable.clone(),
        prefers_embedded: false,
    }
}

fn ran(request: Request, is_own: bool, manner: &Manner) -> Result<Ran, TutorError> {
    let refused = |error| match error {
        InterpreterError::Syntax { error } => TutorError::Syntax { program: Box::new(request.program.clone()), error },
        other => TutorError::Interpreter(other),
    };
    let mut running = interpreter::start(&request).map_err(refused)?;
    let mut program = request.program.clone();
    if let Some(Ok(read)) = running.program_bytes().map(|bytes| Program::from_bytes(&program.name, bytes)) {
        program = read;
    }
    let dialect = running.dialect().clone();
    let mut trace = Trace { dialect: dialect.clone(), ..Trace::default() };
    trace.outcome = loop {
        if manner.interrupted.load(Ordering::Relaxed) {
            running.stop();
            return Err(TutorError::Interrupted);
        }
        if let State::Ended(outcome) = running.listen_for(&mut trace, PATIENCE).map_err(refused)? {
            break outcome;
        }
    };
    let run = Run {
        program,
        is_own,
        interpreter: dialect.interpreter.clone(),
        version: Version::of(dialect.version),
        is_cpython: dialect.is_cpython(),
        trace,
        probed: Vec::new(),
    };
    Ok(Ran { run: Arc::new(run), request })
}

/// Runs a program once more for each line. `None` if nothing was seen.
pub fn probed(ran: &Ran, lines: &[u32], manner: &Manner) -> Result<Option<Arc<Run>>, TutorError> {
    let request = Request { recorder: Recorder::Python, task: Task::Probe, ..ran.request.clone() };
    let mut seen = Vec::new();
    for &line in lines {
        let is_wanted = || !manner.interrupted.load(Ordering::Relaxed);
        match interpreter::probe(&request, &ProbedLine { file: None, line }, is_wanted)? {
            Some(probed) if probed.has_run() => seen.push(probed),
            Some(_) => {}
            None => return Err(TutorError::Interrupted),
        }
    }
    Ok((!seen.is_empty()).then(|| Arc::new(Run { probed: seen, ..(*ran.run).clone() })))
}
