//! Looking at how the attributes of a line are found: the program runs once more for it, in a child of its own, while
//! the music goes on. What comes of it is heard as a line that goes down through the types.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Workbench;
use crate::interpreter::options::{Recorder, Task};
use crate::interpreter::{InterpreterError, ProbedLine, Request, Streams, probe};
use crate::live::Voices;
use crate::lookup::{Fall, Probed};
use crate::program::Program;

/// Time between two steps of a lookup: eight a second, as in the two seconds of `evalody explain`.
const BETWEEN_STEPS: Duration = Duration::from_millis(125);

/// The steps of a lookup that are still to be heard, and when the next one is.
#[derive(Debug, Default)]
pub struct Descent {
    falls: VecDeque<Fall>,
    next: Duration,
}

/// A line that is looked at.
pub struct Looking {
    line: u32,
    program: Program,
    is_wanted: Arc<AtomicBool>,
    thread: JoinHandle<Result<Option<Probed>, InterpreterError>>,
}

/// A line that was looked at.
#[derive(Debug)]
pub struct LookedInto {
    pub line: u32,
    pub program: Program,
    pub probed: Probed,
}

impl<V: Voices> Workbench<V> {
    /// Runs the program that is heard once more, and looks at a line of it.
    pub(super) fn look_into(&mut self, line: u32) {
        let Some(heard) = &self.heard else { return };
        let program = heard.program.clone();
        let order = self.order(program.clone(), self.document.path.clone());
        let request =
            Request { task: Task::Probe, recorder: Recorder::Python, streams: Streams::Discarded, is_paced: false, ..order.request };
        self.stop_looking();
        let is_wanted = Arc::new(AtomicBool::new(true));
        let wanted = Arc::clone(&is_wanted);
        let looked_at = ProbedLine { file: None, line };
        let thread = thread::spawn(move || probe(&request, &looked_at, || wanted.load(Ordering::Relaxed)));
        self.looking = Some(Looking { line, program, is_wanted, thread });
    }

    /// Whether a line is being looked at.
    pub fn is_looking(&self) -> bool {
        self.looking.is_some()
    }

    /// What came of looking at a line, once.
    pub fn looked_into(&mut self) -> Option<LookedInto> {
        let Looking { line, program, thread, .. } = self.looking.take_if(|looking| looking.thread.is_finished())?;
        match thread.join() {
            Ok(Ok(Some(probed))) if probed.places.is_empty() => {
                self.notice(format!("line {line} has no attribute and no call"));
                None
            }
            Ok(Ok(Some(probed))) => {
                self.descent = Descent { falls: probed.descent().into(), next: self.now };
                Some(LookedInto { line, program, probed })
            }
            Ok(Ok(None)) => None,
            Ok(Err(error)) => {
                self.notice(format!("line {line} could not be looked at: {error}"));
                None
            }
            Err(_) => {
                self.notice(format!("looking at line {line} broke off"));
                None
            }
        }
    }

    /// Lets the next step be heard, when its time has come.
    pub(super) fn sound_descent(&mut self) {
        if self.now < self.descent.next {
            return;
        }
        if let Some(Fall { family, depth }) = self.descent.falls.pop_front() {
            self.descent.next = self.now + BETWEEN_STEPS;
            self.sound(family, u16::from(depth));
        }
    }

    /// Stops the child, and waits for it; what it told is silent.
    pub(super) fn stop_looking(&mut self) {
        self.descent = Descent::default();
        if let Some(looking) = self.looking.take() {
            looking.is_wanted.store(false, Ordering::Relaxed);
            let _ = looking.thread.join();
        }
    }
}
