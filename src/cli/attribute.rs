//! `evalody explain @attribute FILE.py:LINE`: how the attributes on a line are found while the program runs.

use std::sync::atomic::Ordering;

use super::args::Shared;
use super::error::Failure;
use super::record;
use super::source::{self, Source};
use crate::atlas::Page;
use crate::feed::RECORDS;
use crate::interpreter::options::{Only, Recorder, Task};
use crate::interpreter::{ProbedLine, Streams, probe};
use crate::lookup::{Probed, page};
use crate::trace::Family;

/// The topic that is told of a line.
pub const TOPIC: &str = "@attribute";

/// What was heard of a line: a stroke is a family at a depth.
pub type Strokes = Vec<Option<(Family, u8)>>;

/// Tells of `FILE:LINE`, of a run of that file or of the module or text that imports it: a page, and what it sounds
/// like. `None` if it was interrupted.
pub fn run(place: &str, program: &Shared) -> Result<Option<(Page, Strokes)>, Failure> {
    let (file, line) = split(place)?;
    if program.steps.is_some() {
        return Err(Failure::Usage(format!("{TOPIC} counts no instructions; in place of --steps stop the program with --time")));
    }
    let is_imported = program.module.is_some() || program.command.is_some();
    let file_run = (!is_imported).then(|| file.to_owned());
    let shared = Shared { file: file_run, only: Only::User, recorder: Recorder::Python, steps: None, ..program.clone() };
    let source = source::load(&shared)?;
    let text = if is_imported { source::load_named(file)? } else { source.clone() };
    if text.is_unread() {
        return Err(Failure::Usage(format!("{file} holds many files; name the one with the line, and the program with -m or -c")));
    }
    let lines = text.program.lines().count();
    if line as usize > lines {
        return Err(Failure::Usage(format!("{file} has {lines} lines, and none of number {line}")));
    }
    let probed_line = ProbedLine { file: is_imported.then(|| std::path::absolute(file)).transpose()?, line };
    let Some(probed) = probed(&source, &text, &shared, &probed_line)? else { return Ok(None) };
    if probed.places.is_empty() {
        let nearest: Vec<String> = probed.nearest.iter().map(|line| format!("line {line}")).collect();
        let remedy =
            if nearest.is_empty() { "the file has none".to_owned() } else { format!("the nearest that do: {}", nearest.join(", ")) };
        return Err(Failure::Usage(format!("{file}, line {line}: no attribute and no call stands there; {remedy}")));
    }
    let page = page(&probed, file, line, text.program.line(line).unwrap_or_default());
    let strokes = probed.descent().into_iter().map(|fall| Some((fall.family, fall.depth))).collect();
    Ok(Some((page, strokes)))
}

fn probed(source: &Source, text: &Source, shared: &Shared, line: &ProbedLine) -> Result<Option<Probed>, Failure> {
    let interrupted = record::interruption();
    let request = record::request(source, shared, Task::Probe, Streams::Discarded, RECORDS, false)?;
    probe(&request, line, || !interrupted.load(Ordering::Relaxed)).map_err(|error| record::refused(text, error))
}

/// `FILE:LINE`.
fn split(place: &str) -> Result<(&str, u32), Failure> {
    let refused = || Failure::Usage(format!("{TOPIC} is told of a line: write FILE.py:LINE, not {place:?}"));
    let (file, line) = place.rsplit_once(':').ok_or_else(refused)?;
    let line = line.parse().ok().filter(|&line| line > 0).ok_or_else(refused)?;
    if file.is_empty() { Err(refused()) } else { Ok((file, line)) }
}
