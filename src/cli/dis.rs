//! `evalody dis`: bytecode beside its source, with families, instruments and stack depths.

use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::args::Shared;
use super::ending;
use super::error::Failure;
use super::record;
use super::second_run::SecondRun;
use super::source;
use super::style::Chosen;
use crate::compose::Lanes;
use crate::interpreter::State;
use crate::interpreter::options::Task;
use crate::interpreter::{Streams, Warmth};
use crate::program::Program;
use crate::trace::{Code, Instruction, Limit, Outcome, Trace};

/// Show the bytecode of every code object beside its source lines
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  evalody dis fib.py
  evalody dis -m this
  evalody dis -c 'x = [y for y in z]'
  evalody dis @generators --interpreter embedded
  evalody dis fib.py --interpreter python3.8
  evalody dis fib.py --specialise             runs it once, to see what its instructions turn into"
)]
pub struct Dis {
    #[command(flatten)]
    shared: Shared,

    /// The style whose instruments are named
    #[arg(long, value_name = "NAME|FILE.toml", default_value = "groove")]
    style: Chosen,

    #[command(flatten)]
    second: SecondRun,
}

impl Dis {
    pub fn run(self) -> Result<u8, Failure> {
        let mut source = source::load(&self.shared)?;
        let warmth = match self.second.specialise.then(|| SecondRun::warmth(&source, &self.shared)).transpose()? {
            Some(ControlFlow::Break(status)) => return Ok(status),
            Some(ControlFlow::Continue(warmth)) => Some(warmth),
            None => None,
        };
        let mut running = record::start(&mut source, &self.shared, Task::Compile, Streams::Inherit, 1024, false)?;
        let mut trace = Trace::default();
        let outcome = loop {
            if let State::Ended(outcome) = running.listen(&mut trace).map_err(|error| record::refused(&source, error))? {
                break outcome;
            }
        };
        if self.shared.verbose {
            eprintln!("evalody: {}, which compiles it here: nothing is recorded", running.dialect().interpreter);
        }
        let lanes = self.style.lanes();
        let mut out = BufWriter::new(std::io::stdout().lock());
        writeln!(out, "{} by {}", source.program.name, running.dialect().interpreter)?;
        if let Some(warmth) = &warmth {
            writeln!(out, "{}", of_second_run(warmth))?;
        }
        for code in &trace.codes {
            write_code(&mut out, code, &source.program, &lanes, warmth.as_ref())?;
        }
        out.flush()?;
        Ok(ending::status(&outcome))
    }
}

/// What was run for it, and how it went.
fn of_second_run(warmth: &Warmth) -> String {
    let ticks = match warmth.all_ticks() {
        Some(_) => "ticks are starts of the code object and jumps in it",
        None => "it does not tell when they came",
    };
    let end = match &warmth.outcome {
        Outcome::Finished => String::new(),
        Outcome::CutShort { limit: Limit::Time(time) } => format!("; stopped after {} s", time.as_secs_f64()),
        outcome => format!("; {outcome}"),
    };
    format!("second run: lines with = tell the form that an instruction had in the end; {ticks}{end}")
}

fn write_code(out: &mut impl Write, code: &Arc<Code>, program: &Program, lanes: &Lanes, warmth: Option<&Warmth>) -> std::io::Result<()> {
    let twin = warmth.and_then(|warmth| Some((warmth, warmth.number(code)?)));
    writeln!(out, "\n{} (line {}, stack of {})", code.qualname, code.first_line, code.stack_size)?;
    let mut line = None;
    for instruction in code.instructions() {
        if let Some(number) = instruction.span.line.filter(|&number| number > 0 && Some(number) != line) {
            line = Some(number);
            writeln!(out, "{number:>5} | {}", program.line(number).unwrap_or_default())?;
        }
        write_instruction(out, instruction, lanes)?;
        if let Some(site) = twin.and_then(|(warmth, number)| warmth.site(number, instruction.offset)) {
            writeln!(out, "{:>11} {site}", "=")?;
        }
    }
    Ok(())
}

fn write_instruction(out: &mut impl Write, instruction: &Instruction, lanes: &Lanes) -> std::io::Result<()> {
    let Instruction { offset, opcode, family, argument, meaning, depth_before, depth_after, .. } = instruction;
    let depth = |depth: &Option<u16>| depth.map_or("-".to_owned(), |depth| depth.to_string());
    let argument = argument.map_or(String::new(), |argument| argument.to_string());
    let text = format!(
        "{offset:>11} {opcode:<28} {argument:>5} {:<24} {family:<7} {:<15} {:>3} -> {}",
        format!("({meaning})").replace("()", ""),
        lanes[family.index()].1,
        depth(depth_before),
        depth(depth_after)
    );
    writeln!(out, "{}", text.trim_end())
}
