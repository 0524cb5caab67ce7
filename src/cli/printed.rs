//! What the program that `play` plays prints: into the view, or on to whom it is for.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::Failure;
use super::record;
use super::source::Source;
use crate::feed::{BEAT, Feed};
use crate::interpreter::{Output as Said, OutputStream};
use crate::picture::{Asides, Noted};
use crate::terminal::Stream;

/// Waits for the end of a program whose music is over, and passes on what it prints. False if that was interrupted.
pub fn see_out(feed: &mut Feed<Noted<Asides>>, source: &Source, interrupted: &AtomicBool) -> Result<bool, Failure> {
    while feed.runs_on() {
        if interrupted.load(Ordering::Relaxed) {
            return Ok(false);
        }
        feed.run_on(BEAT).map_err(|error| record::refused(source, error))?;
        while let Some(said) = feed.said() {
            pass_on(&said)?;
        }
        io::stdout().lock().flush()?;
    }
    Ok(true)
}

/// Prints what the program printed where it would have.
pub fn pass_on(said: &Said) -> io::Result<()> {
    match said.stream {
        OutputStream::Stdout => io::stdout().lock().write_all(&said.bytes),
        OutputStream::Stderr => io::stderr().lock().write_all(&said.bytes),
    }
}

pub fn stream_of(said: &Said) -> Stream {
    match said.stream {
        OutputStream::Stdout => Stream::Out,
        OutputStream::Stderr => Stream::Err,
    }
}
