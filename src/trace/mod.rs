//! What a program did, instruction by instruction. Knows nothing of how a trace is made.
//!
//! A trace is told, not held: whoever makes one calls a [`Listener`], and most listeners keep only
//! what they need, so that a program may run for ever. [`Trace`] is the listener which keeps all.

mod code;
mod depth;
mod dialect;
mod family;
mod step;
pub mod text;

pub use code::{Code, CodeId, Header, Instruction, NameId, Origin, Span, Unit};
pub use depth::{Flow, Handler, depths};
pub use dialect::Dialect;
pub use family::Family;
pub use step::{Handover, Limit, Mark, MarkKind, Outcome, Step};
pub use text::{JsonWriter, TextError, TextWriter, read};

use std::sync::Arc;

/// One who is told a trace as it happens.
pub trait Listener {
    /// A code object, told before the first step or mark which names it. Ids count from 0 without gaps.
    fn code(&mut self, code: Arc<Code>);
    /// A name, told before the first mark which names it. Ids count from 0 without gaps.
    fn name(&mut self, _id: NameId, _name: Arc<str>) {}
    /// One instruction is about to run.
    fn step(&mut self, step: Step);
    /// Something happened that is no instruction.
    fn mark(&mut self, mark: Mark);
    /// Whether it is of no use to tell more, as when a writer's reader has gone.
    fn is_deaf(&self) -> bool {
        false
    }
}

/// What a listener was told, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    Step(Step),
    Mark(Mark),
}

/// A whole trace in memory: for tests, fixtures and short programs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trace {
    pub dialect: Dialect,
    pub codes: Vec<Arc<Code>>,
    pub names: Vec<Arc<str>>,
    pub entries: Vec<Entry>,
    pub outcome: Outcome,
}

impl Trace {
    /// Tells this trace again from the start.
    pub fn tell(&self, listener: &mut impl Listener) {
        for code in &self.codes {
            listener.code(Arc::clone(code));
        }
        for (id, name) in (0..).zip(&self.names) {
            listener.name(NameId(id), Arc::clone(name));
        }
        for entry in &self.entries {
            match entry {
                Entry::Step(step) => listener.step(*step),
                Entry::Mark(mark) => listener.mark(mark.clone()),
            }
        }
    }

    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Step(step) => Some(step),
            Entry::Mark(_) => None,
        })
    }
}

impl Listener for Trace {
    fn code(&mut self, code: Arc<Code>) {
        self.codes.push(code);
    }

    fn name(&mut self, _: NameId, name: Arc<str>) {
        self.names.push(name);
    }

    fn step(&mut self, step: Step) {
        self.entries.push(Entry::Step(step));
    }

    fn mark(&mut self, mark: Mark) {
        self.entries.push(Entry::Mark(mark));
    }
}
