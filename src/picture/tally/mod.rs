//! A run counted: how often each instruction ran, which functions in C were called, who took and gave back memory
//! blocks, and what the collector did. Counts all that is told and keeps none of it, so a run may be of any length:
//! what it takes grows with the code objects and the names, not with the steps.

mod collections;
mod curve;
mod rows;

pub use collections::{Collection, Collections};
pub use curve::{Column, Curve};
pub use rows::{Line, OfFamily, OfFunction, OfLine, OfOpcode, leading};

use std::sync::Arc;

use super::Heat;
use crate::trace::{Code, CodeId, Dialect, Listener, Mark, MarkKind, NameId, Step};

/// Memory blocks that were taken and given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Blocks {
    pub allocated: u64,
    pub released: u64,
}

impl Blocks {
    /// One change: what was allocated less what was released.
    fn change(&mut self, by: i64) {
        match by {
            0.. => self.allocated += by.unsigned_abs(),
            ..0 => self.released += by.unsigned_abs(),
        }
    }

    fn add(&mut self, other: Self) {
        self.allocated += other.allocated;
        self.released += other.released;
    }

    pub fn net(self) -> i64 {
        self.allocated as i64 - self.released as i64
    }

    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// An instruction that ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ran {
    /// Its number, from 0.
    pub step: u64,
    pub code: CodeId,
    pub offset: u32,
}

/// The most memory blocks that were held at once, counted from 0 at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Peak {
    pub blocks: i64,
    /// The instruction that took the last of them, where that is told.
    pub at: Option<Ran>,
}

/// Counts what it is told: a [`Listener`].
#[derive(Debug, Clone)]
pub struct Tally {
    heat: Heat,
    codes: Vec<Arc<Code>>,
    /// By code object and code unit of two bytes.
    blocks: Vec<Vec<Blocks>>,
    steps: u64,
    names: Vec<Arc<str>>,
    /// Calls of the function in C of each name.
    calls: Vec<u64>,
    /// The newest instruction of each thread.
    threads: Vec<Option<Ran>>,
    counts_each_step: bool,
    /// Blocks of no instruction: read now and then, or before a thread's first.
    apart: Blocks,
    held: i64,
    peak: Peak,
    curve: Curve,
    collections: Collections,
    /// Where the collector began: what it collects may run code of its own before it ends. It runs once at a time.
    began: Option<Option<Ran>>,
}

impl Tally {
    /// For a run that is recorded in this way, of a program of this name.
    pub fn new(dialect: &Dialect, program: &str) -> Self {
        Self {
            heat: Heat::of(program),
            codes: Vec::new(),
            blocks: Vec::new(),
            steps: 0,
            names: Vec::new(),
            calls: Vec::new(),
            threads: Vec::new(),
            counts_each_step: dialect.tells_blocks_by_step(),
            apart: Blocks::default(),
            held: 0,
            peak: Peak::default(),
            curve: Curve::default(),
            collections: Collections::default(),
            began: None,
        }
    }

    /// Instructions that ran.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The line of an instruction.
    pub fn line(&self, code: CodeId, offset: u32) -> Option<Line> {
        let code = self.codes.get(code.index())?;
        Some(Line { file: code.file.clone(), line: code.at(offset)?.span.line, origin: code.origin })
    }

    /// Whether every change of memory blocks is told of the instruction that made it. Otherwise they are read now and
    /// then, for all threads together, and all of them are [`apart`](Self::apart).
    pub fn counts_each_step(&self) -> bool {
        self.counts_each_step
    }

    /// Blocks that belong to no instruction that is told.
    pub fn apart(&self) -> Blocks {
        self.apart
    }

    /// All blocks.
    pub fn all_blocks(&self) -> Blocks {
        let mut all = self.apart;
        self.blocks.iter().flatten().for_each(|blocks| all.add(*blocks));
        all
    }

    pub fn peak(&self) -> Peak {
        self.peak
    }

    pub fn curve(&self) -> &Curve {
        &self.curve
    }

    pub fn collections(&self) -> &Collections {
        &self.collections
    }

    fn thread(&mut self, number: u16) -> &mut Option<Ran> {
        let number = usize::from(number);
        if self.threads.len() <= number {
            self.threads.resize(number + 1, None);
        }
        &mut self.threads[number]
    }

    /// Blocks that changed in a thread since it was told last: its newest instruction took or gave them.
    fn change_blocks(&mut self, thread: u16, by: i64) {
        if by == 0 {
            return;
        }
        let ran = if self.counts_each_step { *self.thread(thread) } else { None };
        let unit = ran.and_then(|ran| self.blocks.get_mut(ran.code.index())?.get_mut(ran.offset as usize / 2));
        unit.unwrap_or(&mut self.apart).change(by);
        self.held += by;
        if self.held > self.peak.blocks {
            self.peak = Peak { blocks: self.held, at: ran };
        }
        self.curve.holds(self.steps, self.held);
    }
}

impl Listener for Tally {
    fn code(&mut self, code: Arc<Code>) {
        self.heat.learn(&code);
        self.blocks.push(vec![Blocks::default(); self.heat.of_code(code.id).len()]);
        self.codes.push(code);
    }

    fn name(&mut self, _: NameId, name: Arc<str>) {
        self.names.push(name);
        self.calls.push(0);
    }

    #[inline]
    fn step(&mut self, step: Step) {
        let Step { code, offset, thread, blocks, .. } = step;
        // Told before it runs, so the change is that of the instruction before.
        self.change_blocks(thread, i64::from(blocks));
        self.heat.count(code, offset, self.codes.get(code.index()).map_or(0, |code| code.unit(offset).line));
        let ran = Ran { step: self.steps, code, offset };
        *self.thread(thread) = Some(ran);
        self.curve.holds(self.steps, self.held);
        self.steps += 1;
    }

    fn mark(&mut self, mark: Mark) {
        match mark.kind {
            MarkKind::BlocksChanged { by } => self.change_blocks(mark.thread, i64::from(by)),
            MarkKind::CalledC(name) => {
                if let Some(calls) = self.calls.get_mut(name.index()) {
                    *calls += 1;
                }
            }
            MarkKind::CollectionStarted { .. } => self.began = Some(*self.thread(mark.thread)),
            MarkKind::CollectionEnded { generation, collected } => {
                let at = self.began.take().unwrap_or(*self.thread(mark.thread));
                self.collections.ended(Collection { generation, collected, at });
                // Where columns were put together since it began, it is in one of those.
                self.curve.collected(at.map_or(0, |ran| ran.step), generation);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
