//! A tutor on a thread of its own: it runs programs, and no picture waits for that. Knows nothing of how it is drawn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use crate::kept::Data;
use crate::tutor::{Order, Prompt, Reply, Tutor};

/// What the tutor says.
#[derive(Debug)]
pub enum Said {
    Prompt(Box<Prompt>),
    Reply(Box<Reply>),
    /// One line of something that is missing, or could not be saved.
    Notice(String),
    /// It can say no more, and why.
    Failed(String),
}

/// What it is told.
enum Told {
    Reply(String),
    GoOn,
}

/// A tutor that was begun; it is stopped, and what it started with it, when this is dropped.
pub struct Sitting {
    to: Option<Sender<Told>>,
    from: Receiver<Said>,
    interrupted: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

const MINUTE_S: f64 = 60.0;

impl Sitting {
    /// Begins; the first prompt comes when it is ready.
    pub fn begin(order: Order, data: Data) -> Self {
        let interrupted = Arc::clone(&order.manner.interrupted);
        let (to, told) = channel();
        let (say, from) = channel();
        let thread = thread::spawn(move || {
            if let Err(error) = sit(order, data, &told, &say) {
                let _ = say.send(Said::Failed(error.to_string()));
            }
        });
        Self { to: Some(to), from, interrupted, thread: Some(thread) }
    }

    /// What was said since the last look.
    pub fn heard(&self) -> Option<Said> {
        self.from.try_recv().ok()
    }

    pub fn reply(&self, words: String) {
        self.tell(Told::Reply(words));
    }

    pub fn go_on(&self) {
        self.tell(Told::GoOn);
    }

    fn tell(&self, told: Told) {
        // Where it has failed it has said so.
        let _ = self.to.as_ref().map(|to| to.send(told));
    }
}

impl Drop for Sitting {
    fn drop(&mut self) {
        self.interrupted.store(true, Ordering::Relaxed);
        self.to = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Sits until nobody speaks any more.
fn sit(order: Order, data: Data, told: &Receiver<Told>, say: &Sender<Said>) -> Result<(), crate::tutor::TutorError> {
    let began = Instant::now();
    let mut tutor = Tutor::open(order, data)?;
    // Nobody listens where the window has closed; then nobody speaks either.
    let say = |said| drop(say.send(said));
    let next = |tutor: &mut Tutor| {
        let prompt = tutor.next(began.elapsed().as_secs_f64() / MINUTE_S)?;
        for notice in tutor.take_notices() {
            say(Said::Notice(notice));
        }
        say(Said::Prompt(Box::new(prompt)));
        Ok::<(), crate::tutor::TutorError>(())
    };
    next(&mut tutor)?;
    for told in told {
        match told {
            Told::GoOn => next(&mut tutor)?,
            Told::Reply(words) => {
                let reply = tutor.reply(&words);
                for notice in tutor.take_notices() {
                    say(Said::Notice(notice));
                }
                say(Said::Reply(Box::new(reply)));
            }
        }
    }
    Ok(())
}
