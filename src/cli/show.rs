//! `evalody show`: each stage as text.

use std::io::{BufWriter, Write};
use std::ops::ControlFlow;

use super::args::{Control, Music, Shared};
use super::ending;
use super::error::Failure;
use super::record;
use super::second_run::{self, SecondRun};
use super::source;
use crate::compose::compose;
use crate::fold;
use crate::interpreter::{Merging, Streams};
use crate::perform::{self, perform};
use crate::score;
use crate::trace::{JsonWriter, TextWriter};

/// Show a stage on the way from program to music as text
///
/// What the program prints goes to standard error, out of the way of what is shown.
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  evalody show trace @recursion | less
  evalody show trace fib.py --format json | jq .op
  evalody show trace -c 'x = 1; x += 1'
  evalody show outline -m json.tool -- data.json
  evalody show outline fib.py --zoom turn
  evalody show score @threads --style faithful --steps 100
  evalody show cues fib.py
  evalody show trace fib.py --specialise --interpreter python3.13 | grep specialised"
)]
pub struct Show {
    /// Which stage
    stage: Stage,

    #[command(flatten)]
    shared: Shared,

    #[command(flatten)]
    music: Music,

    #[command(flatten)]
    control: Control,

    #[command(flatten)]
    second: SecondRun,

    /// Text for people, or JSON with one object a line
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Stage {
    /// Every instruction that ran
    Trace,
    /// What is worth hearing, with counts
    Outline,
    /// What is written: parts and notes
    Score,
    /// What is struck and released
    Cues,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Show {
    pub fn run(self) -> Result<u8, Failure> {
        let mut source = source::load(&self.shared)?;
        let mut out = BufWriter::new(std::io::stdout().lock());
        let shared = if self.stage == Stage::Trace { self.shared.clone() } else { record::limited(&self.shared, &self.music.style) };
        let mut merging = match self.second.merging(&source, &shared)? {
            ControlFlow::Break(status) => return Ok(status),
            ControlFlow::Continue(merging) => merging,
        };
        if self.stage == Stage::Trace {
            return self.trace(&mut source, merging, &mut out);
        }
        let mut folder = self.control.folder(&self.music);
        let running = record::begin(&mut source, &shared, Streams::Aside)?;
        let recorded = second_run::follow(running, &source, &shared, merging.as_mut(), &mut folder)?;
        let Some(recorded) = recorded else { return Ok(ending::INTERRUPTED) };
        let codes = folder.codes().to_vec();
        let outline = self.control.arranged(folder.finish(recorded.outcome));
        let is_json = self.format == Format::Json;
        if self.stage == Stage::Outline {
            print(&mut out, if is_json { Box::new(fold::json_lines(&outline, &codes)) } else { Box::new(fold::lines(&outline, &codes)) })?;
        } else {
            let score = compose(&source.program.name, &outline, &codes, &self.music.style());
            let performance = perform(&score);
            let lines: Box<dyn Iterator<Item = String>> = match (self.stage, is_json) {
                (Stage::Score, true) => Box::new(score::json_lines(&score)),
                (Stage::Score, false) => Box::new(score::lines(&score)),
                (_, true) => Box::new(perform::json_lines(&performance)),
                (_, false) => Box::new(perform::lines(&performance)),
            };
            print(&mut out, lines)?;
        }
        out.flush()?;
        ending::tell(&source.program.name, &outline.outcome, recorded.steps);
        second_run::tell(merging.as_ref(), &outline.outcome, self.shared.quiet);
        Ok(ending::status(&outline.outcome))
    }

    /// Told as it happens, so that a trace of any length needs no memory.
    fn trace(&self, source: &mut source::Source, mut merging: Option<Merging>, out: &mut impl Write) -> Result<u8, Failure> {
        let running = record::begin(source, &self.shared, Streams::Aside)?;
        let recorded = match self.format {
            Format::Text => {
                let mut writer = TextWriter::new(&mut *out);
                writer.dialect(running.dialect());
                let recorded = second_run::follow(running, source, &self.shared, merging.as_mut(), &mut writer)?;
                if let Some(recorded) = &recorded {
                    writer.outcome(&recorded.outcome);
                }
                writer.finish()?;
                recorded
            }
            Format::Json => {
                let mut writer = JsonWriter::new(&mut *out);
                writer.dialect(running.dialect());
                let recorded = second_run::follow(running, source, &self.shared, merging.as_mut(), &mut writer)?;
                if let Some(recorded) = &recorded {
                    writer.outcome(&recorded.outcome);
                }
                writer.finish()?;
                recorded
            }
        };
        out.flush()?;
        let Some(recorded) = recorded else { return Ok(ending::INTERRUPTED) };
        ending::tell(&source.program.name, &recorded.outcome, recorded.steps);
        second_run::tell(merging.as_ref(), &recorded.outcome, self.shared.quiet);
        Ok(ending::status(&recorded.outcome))
    }
}

fn print<'a>(out: &mut impl Write, lines: Box<dyn Iterator<Item = String> + 'a>) -> Result<(), Failure> {
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
