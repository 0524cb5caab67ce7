//! `evalody heat`: where a program spends its instructions, by opcode, family, line, C handler and function in C.

mod handlers;
mod json;
mod picture;
mod text;

use std::io::{BufWriter, Write};

use super::args::Shared;
use super::counted::{Counted, Format, Shown};
use super::ending;
use super::error::Failure;
use super::source;
use crate::atlas::Version;

pub use handlers::{OfHandler, handlers};
pub use json::whose;

/// Run a Python program and tell where it spent its instructions
///
/// What the program prints goes to standard error, out of the way of the tables.
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  evalody heat fib.py
  evalody heat fib.py --by line --top 5
  evalody heat fib.py --by handler --interpreter python3.13
  evalody heat fib.py --picture fib.svg
  evalody heat -m json.tool --only all -- data.json
  evalody heat fib.py --format json | jq 'select(.table == \"opcode\") | .name'

Shares are of all instructions that were heard, and of all calls where functions in C are counted; in JSON they are
parts of 1. Without --only all the library's instructions are not among them. While each instruction is recorded
nothing specialises (PEP 659), so the C handlers are the general ones"
)]
pub struct Heat {
    #[command(flatten)]
    shared: Shared,

    /// One table only
    #[arg(long, value_name = "WHAT")]
    by: Option<By>,

    #[command(flatten)]
    shown: Shown,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum By {
    /// Instructions by their opcode
    Opcode,
    /// Instructions by the family of their opcode
    Family,
    /// Instructions by the line they are on
    Line,
    /// Instructions by the C code that runs them
    Handler,
    /// Calls of functions in C
    Function,
}

impl By {
    const ALL: [Self; 5] = [Self::Family, Self::Opcode, Self::Line, Self::Handler, Self::Function];
}

impl Heat {
    pub fn run(self) -> Result<u8, Failure> {
        self.tell(|_| Ok(()))
    }

    /// What is told `before` the tables, of the version that ran.
    fn tell(self, before: impl FnOnce(Option<Version>) -> Result<(), Failure>) -> Result<u8, Failure> {
        let source = source::load(&self.shared)?;
        let picture = self.shown.begin_picture()?;
        let Some(counted) = Counted::of(source, &self.shared)? else { return Ok(ending::INTERRUPTED) };
        before(counted.version())?;
        let tables = self.by.map_or(By::ALL.to_vec(), |by| vec![by]);
        let mut out = BufWriter::new(std::io::stdout().lock());
        match self.shown.format {
            Format::Text => text::write(&mut out, &counted, &tables, &self.shown)?,
            Format::Json => json::write(&mut out, &counted, &tables, self.shown.top)?,
        }
        out.flush()?;
        Counted::keep_picture(picture, || picture::draw(&counted))?;
        Ok(counted.end())
    }
}

/// Runs a program and tells which C handlers made up 90 % of its run: what the eval loop went through every time.
/// What is told `before` is told of the version that ran.
pub fn every_time(shared: &Shared, shown: &Shown, before: impl FnOnce(Option<Version>) -> Result<(), Failure>) -> Result<u8, Failure> {
    Heat { shared: shared.clone(), by: Some(By::Handler), shown: shown.clone() }.tell(before)
}
