//! How often what ran: instructions counted by line of the program and by place in the bytecode.

use crate::trace::CodeId;

pub struct Heat {}

impl Heat {
    /// Instructions run on a line of the program.
    pub fn line(&self, _line: u32) -> u64 {
        todo!()
    }

    /// Instructions run on the line that ran most.
    pub fn most_line(&self) -> u64 {
        todo!()
    }

    /// How often the instruction at a byte offset ran.
    pub fn at(&self, _code: CodeId, _offset: u32) -> u64 {
        todo!()
    }

    /// How often each code unit of two bytes ran.
    pub fn of_code(&self, _code: CodeId) -> &[u64] {
        todo!()
    }
}
