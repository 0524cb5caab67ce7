//! An evaluation: a program runs on a thread of its own, and its music comes as news. Whoever asked goes on
//! playing meanwhile, and is never waited for nor made to wait.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{AHEAD_BARS, BEAT, Drive, Opened};
use crate::compose::Style;
use crate::fold::{Outline, Zoom};
use crate::interpreter::{InterpreterError, Output, Request};
use crate::music::{TICKS_PER_BAR, Tick};
use crate::perform::Performance;
use crate::trace::{Dialect, Outcome, Trace};

/// What is to be run, and how it is to be written.
#[derive(Debug, Clone)]
pub struct Order {
    pub request: Request,
    pub style: Style,
    pub zoom: Zoom,
    /// How long the program may run before its music begins; one that has ended by then is a whole piece.
    pub head_start: Duration,
    /// How fast the beat drives the program; none if it runs as far as its music needs it.
    pub drive: Option<Drive>,
}

/// The first music of a program, and what was told of it until then.
#[derive(Debug)]
pub struct Opening {
    pub performance: Performance,
    /// What a whole piece was made of; `None` if the program still runs and more will come.
    pub outline: Option<Outline>,
    pub told: Trace,
    pub dialect: Dialect,
    pub remark: Option<String>,
    /// How the program ended, if it has.
    pub outcome: Option<Outcome>,
    /// What the interpreter could not do that it was asked to.
    pub warnings: Vec<String>,
}

#[derive(Debug)]
pub enum News {
    /// The program did not run, or the interpreter failed in the middle. Nothing follows.
    Refused(InterpreterError),
    Opened(Box<Opening>),
    /// What comes next in a piece that grows while the program runs.
    More {
        performance: Box<Performance>,
        told: Trace,
    },
    /// The program printed something.
    Said(Output),
    /// The program has ended, and all its music was given. Nothing follows.
    Ended {
        outcome: Outcome,
        steps: u64,
    },
}

/// A program that is evaluated. Dropped, it is stopped.
#[derive(Debug)]
pub struct Evaluation {
    news: Receiver<News>,
    heard: Sender<Tick>,
    is_dismissed: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Evaluation {
    /// Begins to run a program.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(order: Order) -> io::Result<Self> {
        let (sender, news) = channel();
        let (heard, position) = channel();
        let is_dismissed = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&is_dismissed);
        let thread = thread::Builder::new().name("evaluation".to_owned()).spawn(move || {
            if let Err(error) = evaluate(&order, &sender, &position, &flag) {
                let _ = sender.send(News::Refused(error));
            }
        })?;
        Ok(Self { news, heard, is_dismissed, thread: Some(thread) })
    }

    /// The next of what has come.
    pub fn news(&self) -> Option<News> {
        self.news.try_recv().ok()
    }

    /// Tells which moment of its music is heard: a piece that grows is kept two bars ahead of it.
    pub fn heard(&self, now: Tick) {
        // Whoever has ended needs no music.
        let _ = self.heard.send(now);
    }

    /// Stops the program, and gives what has to be joined before the child is gone for certain.
    #[must_use = "a child may outlive us if its thread is not joined"]
    pub fn dismiss(mut self) -> Option<JoinHandle<()>> {
        self.is_dismissed.store(true, Ordering::Relaxed);
        self.thread.take()
    }
}

impl Drop for Evaluation {
    fn drop(&mut self) {
        self.is_dismissed.store(true, Ordering::Relaxed);
    }
}

fn evaluate(order: &Order, news: &Sender<News>, position: &Receiver<Tick>, is_dismissed: &AtomicBool) -> Result<(), InterpreterError> {
    let Opened { mut feed, performance } = order.open(Trace::default())?;
    let mut end = performance.end;
    let opening = Opening {
        performance,
        outline: feed.outline().cloned(),
        told: std::mem::take(feed.witness()),
        dialect: feed.dialect().clone(),
        remark: feed.remark().map(str::to_owned),
        outcome: feed.outcome().cloned(),
        warnings: feed.warnings().to_vec(),
    };
    // Who does not listen any more has dismissed us.
    let _ = news.send(News::Opened(Box::new(opening)));
    let mut now = Tick::default();
    while !feed.is_over() && !is_dismissed.load(Ordering::Relaxed) {
        while let Some(said) = feed.said() {
            let _ = news.send(News::Said(said));
        }
        now = position.try_iter().last().unwrap_or(now);
        feed.hear(now);
        let ahead = end.0.saturating_sub(now.0);
        if ahead < AHEAD_BARS * TICKS_PER_BAR {
            if let Some(performance) = feed.more(BEAT, ahead < TICKS_PER_BAR / 2)? {
                end = performance.end;
                let _ = news.send(News::More { performance: Box::new(performance), told: std::mem::take(feed.witness()) });
            }
        } else {
            match position.recv_timeout(BEAT) {
                Ok(tick) => now = tick,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    }
    let outcome = feed.end();
    while let Some(said) = feed.said() {
        let _ = news.send(News::Said(said));
    }
    let _ = news.send(News::Ended { outcome, steps: feed.steps() });
    Ok(())
}
