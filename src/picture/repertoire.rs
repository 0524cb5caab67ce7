//! Which opcodes a run used: a mark for each instruction of the user's own code that ran, and nothing of how often or when.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::trace::{Code, Listener, Mark, NameId, Origin, Step};

/// Instructions that one word has a mark for.
const WORD: usize = u64::BITS as usize;

/// Marks what it is told that ran: a [`Listener`]. A step costs it one bit, and code of the library none.
#[derive(Debug, Clone, Default)]
pub struct Repertoire {
    codes: Vec<OfCode>,
}

#[derive(Debug, Clone)]
struct OfCode {
    /// `None` of what is not the user's.
    code: Option<Arc<Code>>,
    /// By code unit of two bytes.
    marks: Vec<u64>,
}

impl Repertoire {
    /// Names of the opcodes that ran, in order.
    pub fn opcodes(&self) -> BTreeSet<&str> {
        let ran = |of_code: &'_ OfCode, offset: u32| {
            let unit = offset as usize / 2;
            of_code.marks.get(unit / WORD).is_some_and(|word| word >> (unit % WORD) & 1 == 1)
        };
        let instructions = self.codes.iter().flat_map(|of_code| {
            let all = of_code.code.iter().flat_map(|code| code.instructions());
            all.filter(move |instruction| ran(of_code, instruction.offset))
        });
        instructions.map(|instruction| &*instruction.opcode).collect()
    }
}

impl Listener for Repertoire {
    fn code(&mut self, code: Arc<Code>) {
        let is_own = code.origin == Origin::User;
        let units = code.instructions().last().filter(|_| is_own).map_or(0, |last| last.offset as usize / 2 + 1);
        self.codes.push(OfCode { code: is_own.then_some(code), marks: vec![0; units.div_ceil(WORD)] });
    }

    #[inline]
    fn step(&mut self, step: Step) {
        let unit = step.offset as usize / 2;
        if let Some(word) = self.codes.get_mut(step.code.index()).and_then(|of_code| of_code.marks.get_mut(unit / WORD)) {
            *word |= 1 << (unit % WORD);
        }
    }

    fn mark(&mut self, _: Mark) {}
}

/// Somebody who listens, and the opcodes of what both are told.
#[derive(Debug, Clone, Default)]
pub struct Noted<L> {
    pub listener: L,
    pub repertoire: Repertoire,
}

impl<L> Noted<L> {
    pub fn new(listener: L) -> Self {
        Self { listener, repertoire: Repertoire::default() }
    }
}

impl<L: Listener> Listener for Noted<L> {
    fn code(&mut self, code: Arc<Code>) {
        self.listener.code(Arc::clone(&code));
        self.repertoire.code(code);
    }

    fn name(&mut self, id: NameId, name: Arc<str>) {
        self.listener.name(id, name);
    }

    #[inline]
    fn step(&mut self, step: Step) {
        self.listener.step(step);
        self.repertoire.step(step);
    }

    fn mark(&mut self, mark: Mark) {
        self.listener.mark(mark);
    }

    fn is_deaf(&self) -> bool {
        self.listener.is_deaf()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{CodeId, Family, Header, Instruction, Span};

    fn code(id: u32, origin: Origin, opcodes: &[&str]) -> Arc<Code> {
        let instructions = (0..).zip(opcodes).map(|(index, opcode)| Instruction {
            offset: index * 2,
            opcode: Arc::from(*opcode),
            family: Family::Load,
            argument: None,
            meaning: Arc::from(""),
            span: Span::default(),
            depth_before: None,
            depth_after: None,
            target: None,
        });
        let header = Header {
            id: CodeId(id),
            name: "f".into(),
            qualname: "f".into(),
            file: "f.py".into(),
            first_line: 1,
            flags: 0,
            stack_size: 1,
            origin,
        };
        Arc::new(Code::new(header, instructions.collect()))
    }

    #[test]
    fn what_ran_of_ones_own_is_there_once_and_nothing_else() {
        let long: Vec<&str> = ["A"; 70].into_iter().chain(["LAST"]).collect();
        let mut repertoire = Repertoire::default();
        repertoire.code(code(0, Origin::User, &long));
        repertoire.code(code(1, Origin::Library, &["LIBRARY"]));
        repertoire.code(code(2, Origin::User, &["NEVER", "B"]));
        assert!(repertoire.opcodes().is_empty());
        for (code, offset) in [(0, 140), (0, 140), (1, 0), (2, 2), (2, 400), (3, 0)] {
            repertoire.step(Step { code: CodeId(code), offset, frame_depth: 0, thread: 0, blocks: 0 });
        }
        assert_eq!(repertoire.opcodes().into_iter().collect::<Vec<_>>(), ["B", "LAST"]);
    }
}
