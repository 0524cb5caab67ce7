//! An overture: a program is started, and its first music made, on a thread of its own; then it is handed over
//! with all that it will still give. For whoever plays something else meanwhile and takes no pause.

use std::io;
use std::panic;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::{Feed, Order};
use crate::interpreter::{self, InterpreterError};
use crate::perform::Performance;
use crate::trace::Listener;

/// A program whose first music is there.
pub struct Opened<W: Listener> {
    pub feed: Feed<W>,
    pub performance: Performance,
}

impl Order {
    /// Starts the program and waits for its first music.
    pub(super) fn open<W: Listener>(&self, witness: W) -> Result<Opened<W>, InterpreterError> {
        let began = Instant::now();
        let running = interpreter::start(&self.request)?;
        let mut feed = Feed::witnessed(running, &self.request.program, self.style.clone(), self.zoom, witness).driven(self.drive);
        let performance = feed.open(began + self.head_start)?;
        Ok(Opened { feed, performance })
    }
}

/// A program whose first music is being made. Dropped, it is waited for and stopped: no child is left behind.
pub struct Overture<W: Listener> {
    thread: Option<JoinHandle<Result<Opened<W>, InterpreterError>>>,
}

impl<W: Listener + Send + 'static> Overture<W> {
    /// # Errors
    /// If the system gives no thread.
    pub fn start(order: Order, witness: W) -> io::Result<Self> {
        let thread = thread::Builder::new().name("overture".to_owned()).spawn(move || order.open(witness))?;
        Ok(Self { thread: Some(thread) })
    }

    /// The program, once its first music is there, or why there is none. Never waits.
    pub fn opened(&mut self) -> Option<Result<Opened<W>, InterpreterError>> {
        let thread = self.thread.take_if(|thread| thread.is_finished())?;
        Some(thread.join().unwrap_or_else(|cause| panic::resume_unwind(cause)))
    }
}

impl<W: Listener> Drop for Overture<W> {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
