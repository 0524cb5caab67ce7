//! What was counted, put together by opcode, by family, by line and by function in C. In every list those that ran
//! most come first, and the counts add up to all instructions, or all calls.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Blocks, Tally};
use crate::trace::{Code, Family, Instruction, Origin};

/// What stands for an instruction that no code object has.
const UNKNOWN: &str = "?";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfOpcode {
    pub opcode: Arc<str>,
    pub family: Family,
    pub count: u64,
    pub blocks: Blocks,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfFamily {
    pub family: Family,
    pub count: u64,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// As its code objects tell it.
    pub file: String,
    /// `None` where the compiler gave none.
    pub line: Option<u32>,
    pub origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfLine {
    pub line: Line,
    /// Whether it is in the program's own file.
    pub is_program: bool,
    pub count: u64,
    pub blocks: Blocks,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfFunction {
    pub name: Arc<str>,
    pub calls: u64,
}

/// How many of these counts, taken in order, make up `percent` of their `total`.
pub fn leading(counts: impl IntoIterator<Item = u64>, total: u64, percent: u64) -> usize {
    let enough = u128::from(total) * u128::from(percent);
    let mut sum = 0;
    counts
        .into_iter()
        .take_while(|count| {
            let is_short = sum * 100 < enough;
            sum += u128::from(*count);
            is_short
        })
        .count()
}

impl Tally {
    /// Instructions that ran, and how often.
    fn ran(&self) -> impl Iterator<Item = (&Code, &Instruction, u64, Blocks)> {
        self.codes.iter().zip(&self.blocks).flat_map(|(code, of_code)| {
            let counted = code.instructions().iter().map(|instruction| {
                let unit = instruction.offset as usize / 2;
                (&**code, instruction, self.heat.at(code.id, instruction.offset), of_code.get(unit).copied().unwrap_or_default())
            });
            counted.filter(|(_, _, count, _)| *count > 0)
        })
    }

    /// Instructions that are told at a place where their code object has none.
    fn unknown(&self) -> Option<u64> {
        let known: u64 = self.ran().map(|(_, _, count, _)| count).sum();
        Some(self.steps - known).filter(|unknown| *unknown > 0)
    }

    pub fn opcodes(&self) -> Vec<OfOpcode> {
        let row = |opcode: Arc<str>, family, count| OfOpcode { opcode, family, count, blocks: Blocks::default() };
        let mut rows: BTreeMap<Arc<str>, OfOpcode> = BTreeMap::new();
        for (_, instruction, count, blocks) in self.ran() {
            let opcode = &instruction.opcode;
            let row = rows.entry(Arc::clone(opcode)).or_insert_with(|| row(Arc::clone(opcode), instruction.family, 0));
            row.count += count;
            row.blocks.add(blocks);
        }
        let unknown = self.unknown().map(|count| row(UNKNOWN.into(), Family::Rest, count));
        let mut rows: Vec<OfOpcode> = rows.into_values().chain(unknown).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.count));
        rows
    }

    pub fn families(&self) -> Vec<OfFamily> {
        let mut counts = [0; Family::COUNT];
        for row in self.opcodes() {
            counts[row.family.index()] += row.count;
        }
        let rows = Family::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0);
        let mut rows: Vec<OfFamily> = rows.map(|(family, count)| OfFamily { family, count }).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.count));
        rows
    }

    /// Lines that ran.
    pub fn lines(&self) -> Vec<OfLine> {
        let row = |line, is_program, count| OfLine { line, is_program, count, blocks: Blocks::default() };
        let mut rows: BTreeMap<(&str, Option<u32>), OfLine> = BTreeMap::new();
        for (code, instruction, count, blocks) in self.ran() {
            let line = instruction.span.line;
            let row = rows.entry((&code.file, line)).or_insert_with(|| {
                let is_program = self.heat.is_program(code.id);
                row(Line { file: code.file.clone(), line, origin: code.origin }, is_program, 0)
            });
            row.count += count;
            row.blocks.add(blocks);
        }
        let unknown = self.unknown().map(|count| row(Line { file: UNKNOWN.into(), line: None, origin: Origin::Generated }, false, count));
        let mut rows: Vec<OfLine> = rows.into_values().chain(unknown).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.count));
        rows
    }

    /// Functions in C that were called.
    pub fn functions(&self) -> Vec<OfFunction> {
        let rows = self.names.iter().zip(&self.calls).filter(|(_, calls)| **calls > 0);
        let mut rows: Vec<OfFunction> = rows.map(|(name, calls)| OfFunction { name: Arc::clone(name), calls: *calls }).collect();
        rows.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.name.cmp(&b.name)));
        rows
    }
}
