//! What lies on the value stack before and after each instruction, inferred from the code alone.

use std::sync::Arc;

use crate::program::Program;
use crate::trace::Code;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelKind {
    Constant,
    Name,
    Result,
    Iterator,
    Null,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub text: Arc<str>,
    pub kind: LabelKind,
    /// Byte offset of the instruction that pushed it.
    pub pushed_at: Option<u32>,
}

/// For one code object; bottom first.
pub struct Stacks {}

impl Stacks {
    pub fn of(_code: &Code, _program: Option<&Program>) -> Self {
        todo!()
    }

    pub fn before(&self, _offset: u32) -> Option<&[Label]> {
        todo!()
    }

    /// When it goes on to the next instruction or, failing that, jumps.
    pub fn after(&self, _offset: u32) -> Option<&[Label]> {
        todo!()
    }
}
