//! `--specialise`: the second run of a program, put together with the recorded one.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

use super::args::Shared;
use super::ending;
use super::error::Failure;
use super::record::{self, Recorded};
use super::source::Source;
use crate::feed::RECORDS;
use crate::interpreter::options::Task;
use crate::interpreter::{Merging, Running, Streams, Warmth, warm_up};
use crate::trace::{Listener, Outcome};

/// Whether the program runs a second time.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct SecondRun {
    /// Also tell which instructions specialise (PEP 659; CPython 3.11 or later): the program runs once more
    /// for that, with all its effects and at most 10 s, without input and output
    #[arg(long)]
    pub specialise: bool,
}

impl SecondRun {
    /// The second run itself, which comes first; `Break` with an exit status if it was interrupted.
    pub fn warmth(source: &Source, shared: &Shared) -> Result<ControlFlow<u8, Warmth>, Failure> {
        let interrupted = record::interruption();
        let request = record::request(source, shared, Task::WarmUp, Streams::Discarded, RECORDS, false)?;
        let warmth = warm_up(&request, || !interrupted.load(Ordering::Relaxed)).map_err(|error| record::refused(source, error))?;
        Ok(warmth.map_or(ControlFlow::Break(ending::INTERRUPTED), ControlFlow::Continue))
    }

    /// What is to be put together with the recorded run, if it is asked for.
    pub fn merging(&self, source: &Source, shared: &Shared) -> Result<ControlFlow<u8, Option<Merging>>, Failure> {
        if !self.specialise {
            return Ok(ControlFlow::Continue(None));
        }
        Ok(match Self::warmth(source, shared)? {
            ControlFlow::Break(status) => ControlFlow::Break(status),
            ControlFlow::Continue(warmth) => ControlFlow::Continue(Some(Merging::new(warmth))),
        })
    }

    /// Refuses what has no single program.
    pub fn refuse(&self) -> Result<(), Failure> {
        if self.specialise { Err(Failure::Usage("--specialise tells of one program; leave --compare out".to_owned())) } else { Ok(()) }
    }
}

/// [`record::follow`], with what specialises told besides.
pub fn follow(
    running: Running,
    source: &Source,
    shared: &Shared,
    merging: Option<&mut Merging>,
    listener: &mut impl Listener,
) -> Result<Option<Recorded>, Failure> {
    let Some(merging) = merging else { return record::follow(running, source, shared, listener) };
    let recorded = record::follow(running, source, shared, &mut merging.over(listener))?;
    if let Some(recorded) = &recorded {
        merging.finish(&recorded.outcome, listener);
    }
    Ok(recorded)
}

/// Says how well the runs agree.
pub fn tell(merging: Option<&Merging>, outcome: &Outcome, quiet: bool) {
    if let Some(merging) = merging.filter(|_| !quiet) {
        eprintln!("evalody: {}", merging.remark(outcome));
    }
}
