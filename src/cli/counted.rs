//! A whole run, counted: what `heat` and `explain @memory` tell of.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::args::Shared;
use super::ending;
use super::error::Failure;
use super::record::{self, Recorded};
use super::source::Source;
use crate::atlas::Version;
use crate::compare::grouped;
use crate::interpreter::Streams;
use crate::output::{Output, OutputError};
use crate::picture::{Line, OfLine, Tally};
use crate::program::Program;
use crate::trace::{Dialect, Origin, Outcome};

/// Text for people, or for other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// How what was counted is shown.
#[derive(Debug, Clone, clap::Args)]
pub struct Shown {
    /// So many rows of each table [default: those that make up 90 %]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub top: Option<u64>,

    /// Text for people, or JSON with one object a line and all rows
    #[arg(long, default_value = "text")]
    pub format: Format,

    /// Also draw it
    #[arg(long, value_name = "OUT.svg")]
    pub picture: Option<PathBuf>,
}

impl Shown {
    /// Begins the picture, before anything runs: what cannot be written is refused at once.
    pub fn begin_picture(&self) -> Result<Option<Output>, Failure> {
        let Some(path) = &self.picture else { return Ok(None) };
        if path.extension().is_none_or(|ending| !ending.eq_ignore_ascii_case("svg")) {
            return Err(Failure::Output { path: path.clone(), reason: "a picture is an .svg file; end its name in .svg" });
        }
        Ok(Some(Output::create(path).map_err(Failure::from)?))
    }

    /// Rows to show of a table of these amounts: the leading ones.
    pub fn rows(&self, amounts: impl IntoIterator<Item = u64>, total: u64) -> usize {
        match self.top {
            Some(top) => usize::try_from(top).unwrap_or(usize::MAX),
            None => crate::picture::leading(amounts, total, ENOUGH_PERCENT),
        }
    }
}

/// What share of a run the leading rows make up, in percent. Those that make up the rest are many and tell little.
pub const ENOUGH_PERCENT: u64 = 90;

/// A run that is over.
pub struct Counted {
    pub tally: Tally,
    pub dialect: Dialect,
    pub outcome: Outcome,
    program: Program,
}

impl Counted {
    /// Runs a program to its end, or to a limit. `None` if it was interrupted. What it prints goes to standard error, out
    /// of the way of the tables.
    pub fn of(mut source: Source, shared: &Shared) -> Result<Option<Self>, Failure> {
        let running = record::begin(&mut source, shared, Streams::Aside)?;
        let mut tally = Tally::new(running.dialect(), &source.program.name);
        let recorded = record::follow(running, &source, shared, &mut tally)?;
        Ok(recorded.map(|Recorded { outcome, dialect, .. }| Self { tally, dialect, outcome, program: source.program }))
    }

    /// Says how it ended, if it did not simply finish, and gives the exit status for that.
    pub fn end(&self) -> u8 {
        ending::tell_of(&self.program.name, &self.outcome, self.tally.steps(), "the tables are");
        ending::status(&self.outcome)
    }

    pub fn name(&self) -> &str {
        &self.program.name
    }

    /// What it is about, in a line.
    pub fn heading(&self) -> String {
        let steps = self.tally.steps();
        format!("{} by {}: {} instruction{}", self.name(), self.dialect, grouped(steps), if steps == 1 { "" } else { "s" })
    }

    /// The version of its bytecode; `None` if the atlas does not speak of it.
    pub fn version(&self) -> Option<Version> {
        Version::of(self.dialect.version)
    }

    /// The source text of each line, where it is to be had: the program's own, and what other files have now.
    pub fn texts(&self, lines: &[OfLine]) -> Vec<Option<String>> {
        let mut files: BTreeMap<&str, Option<Program>> = BTreeMap::new();
        lines
            .iter()
            .map(|of_line| {
                let Line { file, line, .. } = &of_line.line;
                let program =
                    if of_line.is_program { Some(&self.program) } else { files.entry(file).or_insert_with(|| read(file)).as_ref() };
                Some(program?.line((*line)?)?.to_owned())
            })
            .collect()
    }

    /// Lines of the program, from the first.
    pub fn program_lines(&self) -> impl Iterator<Item = (u32, &str)> {
        (1..).zip(self.program.lines())
    }

    /// What a line is called: `fib.py:3`, and whose it is if it is not the program's.
    pub fn line_name(&self, of_line: &OfLine) -> String {
        let whose = match of_line.line.origin {
            _ if of_line.is_program => "",
            Origin::User => "",
            Origin::Library => " (library)",
            Origin::Generated => " (generated)",
        };
        format!("{}{whose}", self.place_name(&of_line.line))
    }

    /// A line, by the last part of its file's name; of the library's, where `decoder.py` alone says little, by the last two.
    pub fn place_name(&self, line: &Line) -> String {
        let parts = if line.origin == Origin::Library { 2 } else { 1 };
        let parts: Vec<_> = Path::new(&line.file).iter().rev().take(parts).collect();
        let name = parts.into_iter().rev().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        match line.line {
            Some(number) => format!("{name}:{number}"),
            None => format!("{name}, no line"),
        }
    }

    /// Writes a picture and puts it in its place.
    pub fn keep_picture(picture: Option<Output>, draw: impl FnOnce() -> svg::Document) -> Result<(), Failure> {
        let Some(mut output) = picture else { return Ok(()) };
        let written = svg::write(&mut output, &draw());
        written.map_err(|source| Failure::from(output.failed(source)))?;
        output.keep().map_err(|error: OutputError| Failure::from(error))
    }
}

/// A file of Python source as it is now; none if it is no file, as what is frozen into the interpreter.
fn read(file: &str) -> Option<Program> {
    Program::from_bytes(file, &fs::read(file).ok()?).ok()
}
