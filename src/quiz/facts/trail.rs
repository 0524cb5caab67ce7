//! The way of a run through the lines of its program: which line each thread was on. Knows no question.

use std::collections::BTreeMap;

use crate::quiz::Run;
use crate::trace::{Code, Entry, Instruction, Mark, Step};

/// Where a step is in the program.
#[derive(Clone, Copy)]
pub struct Here<'a> {
    pub step: Step,
    pub code: &'a Code,
    pub instruction: &'a Instruction,
    /// From 1.
    pub line: u32,
}

/// Where a step is, if it is in the program's own file and on a line.
pub fn here(run: &Run, step: Step) -> Option<Here<'_>> {
    let code: &Code = run.trace.codes.get(step.code.index()).filter(|code| code.file == run.program.name)?;
    let instruction = code.at(step.offset)?;
    let line = instruction.span.line.filter(|&line| line > 0)?;
    Some(Here { step, code, instruction, line })
}

/// The marks of a run, each with where its thread was last in the program; not if it ran code of others since.
pub fn marks(run: &Run) -> impl Iterator<Item = (usize, &Mark, Option<Here<'_>>)> {
    let mut last: BTreeMap<u16, Option<Here<'_>>> = BTreeMap::new();
    run.trace.entries.iter().enumerate().filter_map(move |(index, entry)| match entry {
        Entry::Step(step) => {
            last.insert(step.thread, here(run, *step));
            None
        }
        Entry::Mark(mark) => Some((index, mark, last.get(&mark.thread).copied().flatten())),
    })
}
