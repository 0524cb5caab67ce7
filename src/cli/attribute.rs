//! `evalody explain @attribute FILE.py:LINE`: how the attributes on a line are found while the program runs.

use std::io::{self, Write};
use std::sync::atomic::Ordering;

use super::args::Shared;
use super::ending;
use super::error::Failure;
use super::paragraph::{hanging, width};
use super::record;
use super::source::{self, Source};
use crate::atlas::{Function, Version};
use crate::feed::RECORDS;
use crate::interpreter::options::{Only, Recorder, Task};
use crate::interpreter::{Probed, ProbedLine, ProbedPlace, Streams, probe};
use crate::lookup::{Access, Anchor, Callable, CallableKind, Load, Way, descent, steps};
use crate::trace::{Family, Limit, Outcome};

/// The topic that is told of a line.
pub const TOPIC: &str = "@attribute";

/// Strokes that fit into two seconds.
const STROKES: usize = 16;

/// What was heard of a line: a stroke is a family at a depth.
pub type Strokes = Vec<Option<(Family, u8)>>;

/// Tells of `FILE:LINE`, of a run of that file or of the module or text that imports it. Gives the exit status and
/// what it sounds like.
pub fn run(place: &str, program: &Shared) -> Result<(u8, Strokes), Failure> {
    let (file, line) = split(place)?;
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
    let Some(probed) = probed(&source, &text, &shared, &probed_line)? else { return Ok((ending::INTERRUPTED, Vec::new())) };
    if probed.places.is_empty() {
        let nearest: Vec<String> = probed.nearest.iter().map(|line| format!("line {line}")).collect();
        let remedy =
            if nearest.is_empty() { "the file has none".to_owned() } else { format!("the nearest that do: {}", nearest.join(", ")) };
        return Err(Failure::Usage(format!("{file}, line {line}: no attribute and no call stands there; {remedy}")));
    }
    let mut out = io::stdout().lock();
    tell(&mut out, file, line, &text, &probed)?;
    out.flush()?;
    let strokes = probed.places.iter().flat_map(|place| place.ways.first()).flat_map(|seen| descent(&seen.way));
    let strokes = strokes.take(STROKES).map(|fall| Some((fall.family, fall.depth.min(u16::from(u8::MAX)) as u8))).collect();
    Ok((0, strokes))
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

fn tell(out: &mut impl Write, file: &str, line: u32, text: &Source, probed: &Probed) -> io::Result<()> {
    let interpreter = &probed.dialect.interpreter;
    writeln!(out, "How the attributes on line {line} of {file} are found, by {interpreter}")?;
    writeln!(out, "{line:>5} | {}", text.program.line(line).unwrap_or_default())?;
    let width = width();
    writeln!(out, "{}", hanging("", "The program was run for this, with all its effects; what it printed was thrown away.", width))?;
    match &probed.outcome {
        Outcome::Finished => {}
        Outcome::CutShort { limit: Limit::Time(time) } => writeln!(out, "It was stopped after {} s.", time.as_secs_f64())?,
        outcome => writeln!(out, "{}", hanging("", &format!("How it ended: {outcome}."), width))?,
    }
    if !probed.is_loaded {
        writeln!(out, "It did not load {file} from its source: not at all, or before it began.")?;
    } else if !probed.has_run() {
        writeln!(out, "The line never ran.")?;
    } else if !probed.is_whole {
        writeln!(out, "It did not come to say how often at the end: counts are at least so many.")?;
    }
    let version = Version::new(probed.dialect.version.1);
    probed.places.iter().try_for_each(|place| tell_place(out, place, probed.dialect.version, version))
}

fn tell_place(out: &mut impl Write, place: &ProbedPlace, of: (u8, u8), version: Option<Version>) -> io::Result<()> {
    let site = &place.site;
    let what = match site.access {
        Access::Load if site.is_called => "an attribute, called at once",
        Access::Load => "an attribute",
        Access::Store => "an attribute that is set",
        Access::Delete => "an attribute that is deleted",
        Access::Augmented => "an attribute that is loaded and set",
        Access::Call => "a call",
    };
    writeln!(out, "\n{}: {what}", site.text)?;
    if place.ways.is_empty() {
        writeln!(out, "  never ran")?;
    }
    for (number, seen) in place.ways.iter().enumerate() {
        let times = if seen.visits == 1 { "once".to_owned() } else { format!("{} times", seen.visits) };
        match place.ways.len() {
            1 => writeln!(out, "  this way, {times}:")?,
            ways => writeln!(out, "  way {} of {ways}, {times}:", number + 1)?,
        }
        if let Some(Load { mro, kind, .. }) = &seen.way.load {
            writeln!(out, "{}", hanging("    ", &format!("type {kind}; order of its types: {}", mro.join(", ")), width()))?;
        }
        for (number, step) in steps(site, &seen.way, of).iter().enumerate() {
            let Anchor { file, function } = step.anchor;
            writeln!(out, "{}", hanging(&format!("    {}. ", number + 1), &format!("{} ({file}, {function})", step.text), width()))?;
        }
        if let Some(function) = in_c(&seen.way).and_then(|name| Function::in_version(name, version?)) {
            let place = function.place();
            writeln!(out, "{}", hanging("    ", &format!("{} is {} in {}", function.name, place.anchor, place.file), width()))?;
        }
    }
    if place.others > 0 {
        writeln!(out, "  and {} times in further ways", place.others)?;
    }
    Ok(())
}

/// The name of the function that is called in the end, under which the atlas may know it.
fn in_c(way: &Way) -> Option<&str> {
    let found = || way.load.as_ref().and_then(|load| load.result.as_ref());
    let mut callable: &Callable = way.call.as_ref().or_else(found)?;
    while let Some(inner) = &callable.inner {
        callable = inner;
    }
    // An instance goes by the name of its type, which is not what is called.
    (!matches!(callable.kind, CallableKind::Instance | CallableKind::NotCallable)).then_some(&*callable.name)
}
