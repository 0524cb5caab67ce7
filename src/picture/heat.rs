//! How often what ran: instructions counted by line of the program and by place in the bytecode. Counts
//! all that was told, also what is kept nowhere else.

use std::sync::Arc;

use crate::trace::{Code, CodeId, Origin};

/// Lines above this number are not counted: generated code may carry any number as its line, and nobody
/// reads that far. Each line takes 8 bytes.
const LAST_LINE: u32 = 1 << 20;

#[derive(Debug, Clone, Default)]
pub struct Heat {
    /// The program's file.
    file: Option<String>,
    codes: Vec<OfCode>,
    lines: Vec<u64>,
    most_line: u64,
}

#[derive(Debug, Clone)]
struct OfCode {
    is_program: bool,
    units: Vec<u64>,
}

impl Heat {
    /// Of a program of this name: its code objects have it for their file. Without, it is the user's file that runs
    /// first, which of a module in a package is the package's.
    pub(super) fn of(program: &str) -> Self {
        Self { file: Some(program.to_owned()), ..Self::default() }
    }

    pub(super) fn learn(&mut self, code: &Arc<Code>) {
        if self.file.is_none() && code.origin == Origin::User {
            self.file = Some(code.file.clone());
        }
        let is_program = code.origin == Origin::User && self.file.as_deref() == Some(&*code.file);
        let units = code.instructions().last().map_or(0, |last| last.offset as usize / 2 + 1);
        self.codes.push(OfCode { is_program, units: vec![0; units] });
    }

    pub(super) fn count(&mut self, code: CodeId, offset: u32, line: u32) {
        let Some(of_code) = self.codes.get_mut(code.index()) else { return };
        if let Some(count) = of_code.units.get_mut(offset as usize / 2) {
            *count += 1;
        }
        if of_code.is_program && line > 0 && line <= LAST_LINE {
            let index = line as usize;
            if self.lines.len() <= index {
                self.lines.resize(index + 1, 0);
            }
            self.lines[index] += 1;
            self.most_line = self.most_line.max(self.lines[index]);
        }
    }

    /// Whether a code object is of the program's own file: the file of the first code object of the user's.
    pub fn is_program(&self, code: CodeId) -> bool {
        self.codes.get(code.index()).is_some_and(|of_code| of_code.is_program)
    }

    /// Instructions run on a line of the program.
    pub fn line(&self, line: u32) -> u64 {
        self.lines.get(line as usize).copied().unwrap_or(0)
    }

    /// Instructions run on the line that ran most.
    pub fn most_line(&self) -> u64 {
        self.most_line
    }

    /// How often the instruction at a byte offset ran.
    pub fn at(&self, code: CodeId, offset: u32) -> u64 {
        self.of_code(code).get(offset as usize / 2).copied().unwrap_or(0)
    }

    /// How often each code unit of two bytes ran; 0 for inline caches.
    pub fn of_code(&self, code: CodeId) -> &[u64] {
        self.codes.get(code.index()).map_or(&[], |of_code| &of_code.units)
    }
}
