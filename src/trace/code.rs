//! Code objects, and what is known of each of their instructions before anything runs.

use std::ops::Deref;
use std::sync::Arc;

use super::Family;

/// The number under which a trace knows a code object; counts from 0 in order of first appearance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CodeId(pub u32);

impl CodeId {
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The number under which a trace knows a name that only running brings up: of a function in C, of a task, of a
/// specialised form. Counts from 0 in order of first appearance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NameId(pub u32);

impl NameId {
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a piece of bytecode comes from in the source (PEP 657). Lines count from 1, columns are
/// UTF-8 bytes counted from 0; `None` where the compiler gave none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Span {
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub end_line: Option<u32>,
    pub end_column: Option<u32>,
}

/// Whose code it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The program and the modules beside it.
    User,
    /// The standard library and installed packages.
    Library,
    /// Made at run time: `exec`, dataclasses, named tuples.
    Generated,
}

/// One instruction of a code object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// Bytes from the start of the bytecode.
    pub offset: u32,
    /// CPython's name of it, unspecialised.
    pub opcode: Arc<str>,
    pub family: Family,
    /// The argument with EXTENDED_ARG folded in; `None` where the opcode takes none.
    pub argument: Option<u32>,
    /// The argument as `dis` shows it: a name, a constant, a jump target; may be empty.
    pub meaning: Arc<str>,
    pub span: Span,
    /// Height of the value stack before it; `None` where no path leads here.
    pub depth_before: Option<u16>,
    /// Height after it, when it goes on to the next instruction or, failing that, jumps.
    pub depth_after: Option<u16>,
    /// The offset it may jump to.
    pub target: Option<u32>,
}

/// What folding asks of every step, laid out for speed: one per code unit of two bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// 0 where unknown.
    pub line: u32,
    /// Where this instruction may jump to, if that is backwards: `u32::MAX` otherwise.
    pub back_to: u32,
    /// Saturates at 65535.
    pub depth: u16,
    pub family: Family,
}

/// What is known of a code object besides its instructions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub id: CodeId,
    /// `co_name`.
    pub name: String,
    /// `co_qualname`; the name again before Python 3.11.
    pub qualname: String,
    /// `co_filename`.
    pub file: String,
    pub first_line: u32,
    /// `co_flags`.
    pub flags: u32,
    /// `co_stacksize`.
    pub stack_size: u32,
    pub origin: Origin,
}

/// A code object: a function's body, a class's, a module's, a comprehension's. What its header tells can
/// be asked of it directly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    header: Header,
    instructions: Vec<Instruction>,
    units: Vec<Unit>,
}

impl Deref for Code {
    type Target = Header;

    fn deref(&self) -> &Header {
        &self.header
    }
}

impl Code {
    /// Instructions must be in the order of their offsets.
    pub fn new(header: Header, instructions: Vec<Instruction>) -> Self {
        let mut units: Vec<Unit> = Vec::new();
        for instruction in &instructions {
            let unit = Unit {
                line: instruction.span.line.unwrap_or(0),
                back_to: instruction.target.filter(|&to| to <= instruction.offset).unwrap_or(u32::MAX),
                depth: instruction.depth_before.unwrap_or(0),
                family: instruction.family,
            };
            // Inline caches belong to the instruction before them.
            let filler = units.last().copied().unwrap_or(unit);
            units.resize(instruction.offset as usize / 2, filler);
            units.push(unit);
        }
        Self { header, instructions, units }
    }

    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// The instruction at a byte offset.
    pub fn at(&self, offset: u32) -> Option<&Instruction> {
        let index = self.instructions.binary_search_by_key(&offset, |instruction| instruction.offset).ok()?;
        Some(&self.instructions[index])
    }

    /// The fast view of the instruction at a byte offset; of the last one past the end.
    #[inline]
    pub fn unit(&self, offset: u32) -> Unit {
        const NOTHING: Unit = Unit { line: 0, back_to: u32::MAX, depth: 0, family: Family::Rest };
        match self.units.get(offset as usize / 2) {
            Some(unit) => *unit,
            None => self.units.last().copied().unwrap_or(NOTHING),
        }
    }

    /// The greatest depth of the value stack on any path.
    pub fn greatest_depth(&self) -> u16 {
        self.instructions.iter().flat_map(|i| [i.depth_before, i.depth_after]).flatten().max().unwrap_or(0)
    }
}
