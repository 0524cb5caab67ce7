//! What lies on the value stack before and after each instruction: inferred from the code alone, for no
//! value of a run is known. A name, a constant, or the text of the expression that made the value; `?`
//! where paths disagree or nothing is known.

mod effects;
mod flow;
mod labels;
mod words;

use std::ops::Range;
use std::sync::Arc;

use crate::program::Program;
use crate::trace::Code;
use flow::Flow;
use words::Source;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelKind {
    Constant,
    Name,
    /// What an expression came to.
    Result,
    Iterator,
    /// A place without a value, as CPython's calls need it.
    Null,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub text: Arc<str>,
    pub kind: LabelKind,
    /// Byte offset of the instruction that pushed it, if it is one on all paths.
    pub pushed_at: Option<u32>,
}

/// The stacks of one code object, bottom first. Work out once and keep.
#[derive(Debug, Clone, Default)]
pub struct Stacks {
    labels: Vec<Label>,
    /// One for each instruction.
    places: Vec<Place>,
}

/// Where the labels of an instruction are.
#[derive(Debug, Clone)]
struct Place {
    offset: u32,
    before: Option<Range<usize>>,
    after: Option<Range<usize>>,
}

impl Stacks {
    /// Expressions are shown by their source where the code is the program's and knows its columns (from
    /// Python 3.11 on); otherwise they are put together from their parts.
    pub fn of(code: &Code, program: Option<&Program>) -> Self {
        let source = program.filter(|program| program.name == code.file).map(Source::of);
        let flow = Flow::of(code, source.as_ref());
        let mut stacks = Self::default();
        for (index, instruction) in code.instructions().iter().enumerate() {
            let before = flow.before(index).map(|labels| stacks.keep(labels));
            let after = flow.after(index).map(|labels| stacks.keep(labels));
            stacks.places.push(Place { offset: instruction.offset, before, after });
        }
        stacks
    }

    fn keep(&mut self, labels: Vec<Label>) -> Range<usize> {
        let begins = self.labels.len();
        self.labels.extend(labels);
        begins..self.labels.len()
    }

    fn place(&self, offset: u32) -> Option<&Place> {
        self.places.binary_search_by_key(&offset, |place| place.offset).ok().map(|index| &self.places[index])
    }

    /// As many as the stack is high before it; `None` where no path leads.
    pub fn before(&self, offset: u32) -> Option<&[Label]> {
        self.place(offset)?.before.clone().map(|range| &self.labels[range])
    }

    /// When it goes on to the next instruction or, failing that, jumps; `None` where it does neither.
    pub fn after(&self, offset: u32) -> Option<&[Label]> {
        self.place(offset)?.after.clone().map(|range| &self.labels[range])
    }
}
