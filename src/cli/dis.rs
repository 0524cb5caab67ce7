//! `evalody dis`: bytecode beside its source, with families, instruments and stack depths.

use std::io::{BufWriter, Write};
use std::sync::Arc;

use super::args::Shared;
use super::ending;
use super::error::Failure;
use super::record;
use super::source;
use crate::compose::{LaneNames, StyleName};
use crate::interpreter::State;
use crate::interpreter::Streams;
use crate::interpreter::options::Task;
use crate::program::Program;
use crate::trace::{Code, Instruction, Trace};

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
  evalody dis fib.py --interpreter python3.8"
)]
pub struct Dis {
    #[command(flatten)]
    shared: Shared,

    /// The style whose instruments are named
    #[arg(long, default_value = "groove")]
    style: StyleName,
}

impl Dis {
    pub fn run(self) -> Result<u8, Failure> {
        let mut source = source::load(&self.shared)?;
        let mut running = record::start(&mut source, &self.shared, Task::Compile, Streams::Inherit, 1024)?;
        let mut trace = Trace::default();
        let outcome = loop {
            if let State::Ended(outcome) = running.listen(&mut trace).map_err(|error| record::refused(&source, error))? {
                break outcome;
            }
        };
        let lanes = self.style.lanes();
        let mut out = BufWriter::new(std::io::stdout().lock());
        writeln!(out, "{} by {}", source.program.name, running.dialect().interpreter)?;
        for code in &trace.codes {
            write_code(&mut out, code, &source.program, &lanes)?;
        }
        out.flush()?;
        Ok(ending::status(&outcome))
    }
}

fn write_code(out: &mut impl Write, code: &Arc<Code>, program: &Program, lanes: &LaneNames) -> std::io::Result<()> {
    writeln!(out, "\n{} (line {}, stack of {})", code.qualname, code.first_line, code.stack_size)?;
    let mut line = None;
    for instruction in code.instructions() {
        if let Some(number) = instruction.span.line.filter(|&number| number > 0 && Some(number) != line) {
            line = Some(number);
            writeln!(out, "{number:>5} | {}", program.line(number).unwrap_or_default())?;
        }
        write_instruction(out, instruction, lanes)?;
    }
    Ok(())
}

fn write_instruction(out: &mut impl Write, instruction: &Instruction, lanes: &LaneNames) -> std::io::Result<()> {
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
