//! A whole run of a program, told to a listener, with progress on standard error.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::Shared;
use super::error::Failure;
use super::source::{self, Source};
use crate::compose::{FAITHFUL_STEPS, Mapping};
use crate::feed::RECORDS;
use crate::interpreter::options::Task;
use crate::interpreter::{self, InterpreterError, Request, Running, State, Streams};
use crate::trace::{Dialect, Limit, Listener, Outcome};

pub struct Recorded {
    pub outcome: Outcome,
    pub dialect: Dialect,
    pub steps: u64,
}

/// Starts the program as the shared options say, and takes its text if only its interpreter could find it.
pub fn start(source: &mut Source, shared: &Shared, task: Task, streams: Streams, records: u32, is_paced: bool) -> Result<Running, Failure> {
    let request = request(source, shared, task, streams, records, is_paced)?;
    let running = interpreter::start(&request).map_err(|error| refused(source, error))?;
    source.read(&running);
    Ok(running)
}

/// What the shared options ask of an interpreter.
pub fn request(source: &Source, shared: &Shared, task: Task, streams: Streams, records: u32, is_paced: bool) -> Result<Request, Failure> {
    Ok(Request {
        program: source.program.clone(),
        path: source.path.clone(),
        is_edited: false,
        launch: source.launch.clone(),
        recorder: shared.recorder,
        is_paced,
        arguments: shared.arguments.clone(),
        choice: shared.interpreter.clone(),
        prefers_embedded: source.is_song,
        only: shared.only,
        limits: shared.limits(),
        records,
        streams,
        confine: !shared.allow_host,
        task,
        own_executable: std::env::current_exe().map_err(|error| Failure::Interpreter(InterpreterError::Io(error)))?,
    })
}

/// An interpreter's error in the user's words.
pub fn refused(source: &Source, error: InterpreterError) -> Failure {
    match error {
        InterpreterError::Syntax { error } => source::syntax(&source.program, &error),
        other => Failure::Interpreter(other),
    }
}

/// A flag that Ctrl-C and SIGTERM raise from now on. A second one ends evalody at once.
pub fn interruption() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // Both fail only for signals that cannot be caught, which these can.
        let _ = signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&flag));
        let _ = signal_hook::flag::register(signal, Arc::clone(&flag));
    }
    flag
}

/// Runs the program to its end, or to a limit. `None` if it was interrupted.
pub fn record(source: &mut Source, shared: &Shared, streams: Streams, listener: &mut impl Listener) -> Result<Option<Recorded>, Failure> {
    follow(begin(source, shared, streams)?, source, shared, listener)
}

/// Starts the program for a whole run.
pub fn begin(source: &mut Source, shared: &Shared, streams: Streams) -> Result<Running, Failure> {
    let running = start(source, shared, Task::Run, streams, RECORDS, false)?;
    introduce(&running, shared);
    Ok(running)
}

/// Listens to a program to its end, or to a limit. `None` if it was interrupted.
pub fn follow(mut running: Running, source: &Source, shared: &Shared, listener: &mut impl Listener) -> Result<Option<Recorded>, Failure> {
    let interrupted = interruption();
    let warned = running.warnings().len();
    let progress = spinner("instructions", shared.quiet);
    let outcome = loop {
        if interrupted.load(Ordering::Relaxed) {
            running.stop();
            progress.finish_and_clear();
            return Ok(None);
        }
        // Not for ever, so that an interruption is seen while the program sleeps.
        match running.listen_for(listener, Duration::from_millis(100)).map_err(|error| refused(source, error))? {
            State::More | State::Silent => progress.set_position(running.steps()),
            State::Ended(outcome) => break outcome,
        }
        if listener.is_deaf() {
            running.stop();
            break Outcome::CutShort { limit: Limit::Listener };
        }
    };
    progress.finish_and_clear();
    if !shared.quiet {
        for warning in &running.warnings()[warned..] {
            eprintln!("evalody: {warning}");
        }
    }
    Ok(Some(Recorded { outcome, dialect: running.dialect().clone(), steps: running.steps() }))
}

/// Who runs the program and who records it, if that is asked, and what they could not do, one line each.
pub fn introduce(running: &Running, shared: &Shared) {
    if shared.verbose {
        eprintln!("evalody: {}", running.dialect());
    }
    if !shared.quiet {
        for warning in running.warnings() {
            eprintln!("evalody: {warning}");
        }
    }
}

/// With the faithful style a limit, unless one was set: 2,000 notes are four minutes.
pub fn limited(shared: &Shared, style: &Mapping) -> Shared {
    let steps = shared.steps.or(style.is_lossless().then_some(FAITHFUL_STEPS));
    Shared { steps, ..shared.clone() }
}

/// A count that goes up, on a terminal only.
pub fn spinner(what: &'static str, quiet: bool) -> ProgressBar {
    let bar = hidden_unless(!quiet, ProgressBar::no_length());
    bar.with_style(
        ProgressStyle::with_template("{spinner} {human_pos} {msg}  {elapsed}").unwrap_or_else(|_| ProgressStyle::default_spinner()),
    )
    .with_message(what)
}

/// A bar that fills, on a terminal only.
pub fn bar(total: u64, what: &'static str, quiet: bool) -> ProgressBar {
    let bar = hidden_unless(!quiet, ProgressBar::new(total));
    bar.with_style(ProgressStyle::with_template("{msg} {wide_bar} {percent}%").unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_message(what)
}

fn hidden_unless(shown: bool, bar: ProgressBar) -> ProgressBar {
    if !shown || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar
}
