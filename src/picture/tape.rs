//! The run kept in memory, so that it can be looked at again, forwards and backwards.

use std::ops::Range;
use std::sync::Arc;

use super::Heat;
use crate::trace::{Code, CodeId, Listener, Mark, Step};

/// How far a step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stride {
    Instruction,
    /// To where a line visit begins, in the same thread and in any frame.
    Line,
    /// To where a frame was entered, left or come back to, in the same thread.
    Call,
}

/// Where one of the frames of a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameAt {
    pub code: CodeId,
    /// The step at which it is; of an outer frame the one that called.
    pub at: u64,
    pub offset: u32,
    /// 0 where there is none.
    pub line: u32,
    /// Whether it can suspend itself: a generator, a coroutine.
    pub is_generator: bool,
}

/// Bounded: keeps the newest [`Tape::MOST`] steps, and lets older ones go in chunks.
pub struct Tape {}

impl Tape {
    /// Steps kept at least, if there were so many.
    pub const MOST: usize = 1 << 20;

    pub fn new() -> Self {
        todo!()
    }

    /// Number of the oldest step kept.
    pub fn first(&self) -> u64 {
        todo!()
    }

    /// Steps seen in all.
    pub fn end(&self) -> u64 {
        todo!()
    }

    pub fn step(&self, _n: u64) -> Option<Step> {
        todo!()
    }

    pub fn code(&self, _id: CodeId) -> Option<&Arc<Code>> {
        todo!()
    }

    pub fn codes(&self) -> &[Arc<Code>] {
        todo!()
    }

    /// Marks, each with the number of the step that follows it.
    pub fn marks(&self, _range: Range<u64>) -> impl Iterator<Item = (u64, &Mark)> {
        std::iter::empty()
    }

    /// Memory blocks held after a step, from 0 at the start; `None` where nothing is told of memory.
    pub fn blocks(&self, _n: u64) -> Option<i64> {
        todo!()
    }

    pub fn tells_memory(&self) -> bool {
        todo!()
    }

    /// The frames of a step's thread, outermost first, the step's own last; none if it is not kept.
    pub fn frames(&self, _n: u64) -> Vec<FrameAt> {
        todo!()
    }

    pub fn next(&self, _n: u64, _stride: Stride) -> Option<u64> {
        todo!()
    }

    pub fn previous(&self, _n: u64, _stride: Stride) -> Option<u64> {
        todo!()
    }

    /// The first step from `n` on, the oldest kept coming after the newest, at which a visit to this line of the program begins.
    pub fn next_on_line(&self, _n: u64, _line: u32) -> Option<u64> {
        todo!()
    }

    pub fn heat(&self) -> &Heat {
        todo!()
    }

    /// Tells it again; `false`, and nothing told, if any of it was let go.
    pub fn tell(&self, _listener: &mut impl Listener) -> bool {
        todo!()
    }

    /// Which thread ran which steps.
    pub fn batons(&self, _from: u64, _to: u64) -> Vec<(Range<u64>, u16)> {
        todo!()
    }

    /// Fewest and most memory blocks held in each of so many equal stretches.
    pub fn memory(&self, _columns: usize, _from: u64, _to: u64) -> Vec<Option<(i64, i64)>> {
        todo!()
    }

    /// Collections that ended, each with the number of the step that follows it and its generation.
    pub fn collections(&self, _range: Range<u64>) -> Vec<(u64, u8)> {
        todo!()
    }
}

impl Listener for Tape {
    fn code(&mut self, _: Arc<Code>) {
        todo!()
    }
    fn step(&mut self, _: Step) {
        todo!()
    }
    fn mark(&mut self, _: Mark) {
        todo!()
    }
}
