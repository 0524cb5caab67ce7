//! What of a program can be shown as a listing: a whole line which ran, and the instructions that are all of it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::super::Run;
use super::text::Lines;
use crate::atlas;
use crate::trace::{Code, CodeId, Entry, Family, Instruction};

/// Most instructions of a line that are shown: more are not read in 20 seconds.
const LONGEST: usize = 11;

/// How often each instruction of the program's own file ran.
pub(super) struct Ran {
    /// By code object and code unit; empty for code of other files.
    counts: Vec<Vec<u32>>,
}

impl Ran {
    pub fn of(run: &Run) -> Self {
        let units = |code: &Arc<Code>| {
            let last = code.instructions().last().filter(|_| code.file == run.program.name);
            vec![0; last.map_or(0, |last| last.offset as usize / 2 + 1)]
        };
        let mut counts: Vec<Vec<u32>> = run.trace.codes.iter().map(units).collect();
        for entry in &run.trace.entries {
            if let Entry::Step(step) = entry
                && let Some(count) = counts.get_mut(step.code.index()).and_then(|units| units.get_mut(step.offset as usize / 2))
            {
                *count += 1;
            }
        }
        Self { counts }
    }

    pub fn times(&self, code: CodeId, offset: u32) -> u32 {
        self.counts.get(code.index()).and_then(|units| units.get(offset as usize / 2)).copied().unwrap_or(0)
    }

    pub fn has_run(&self, code: CodeId) -> bool {
        self.counts.get(code.index()).is_some_and(|units| units.iter().any(|&count| count > 0))
    }

    /// Code objects of the program's own file which ran and which can be told by name and first line.
    pub fn codes<'a>(&self, run: &'a Run) -> Vec<&'a Arc<Code>> {
        run.codes().filter(|code| is_nameable(code) && self.has_run(code.id)).collect()
    }
}

/// Whether name and first line tell it from others: of lambdas and comprehensions there may be several on a line.
pub(super) fn is_nameable(code: &Code) -> bool {
    !code.name.starts_with('<') || &*code.name == "<module>"
}

/// A whole line and the instructions that it became: all of them, one after the other.
#[derive(Debug, Clone)]
pub(super) struct Passage<'a> {
    pub code: &'a Arc<Code>,
    pub line: u32,
    range: Range<usize>,
    /// Whether it goes from top to bottom: nothing jumps into it.
    pub is_straight: bool,
}

impl<'a> Passage<'a> {
    pub fn instructions(&self) -> &'a [Instruction] {
        &self.code.instructions()[self.range.clone()]
    }

    /// The instruction after it.
    pub fn next(&self) -> Option<&'a Instruction> {
        self.code.instructions().get(self.range.end)
    }

    pub fn has(&self, family: Family) -> bool {
        self.instructions().iter().any(|instruction| instruction.family == family)
    }

    /// Opcodes and what their arguments mean, but for jumps: what makes it this line and no other.
    pub fn content(&self) -> Vec<(&'a str, &'a str)> {
        self.instructions().iter().map(|i| (&*i.opcode, if i.target.is_some() { "" } else { &*i.meaning })).collect()
    }

    pub fn opcodes(&self) -> Vec<&'a str> {
        self.instructions().iter().map(|i| &*i.opcode).collect()
    }

    /// What names the code object and the line for somebody else.
    pub fn basis(&self, run: &Run) -> Vec<(&'static str, String)> {
        let mut basis = code_basis(run, self.code);
        basis.push(("line", self.line.to_string()));
        basis
    }
}

/// What names a code object for somebody else.
pub(super) fn code_basis(run: &Run, code: &Code) -> Vec<(&'static str, String)> {
    vec![("program", run.program.name.clone()), ("code", code.name.clone()), ("first_line", code.first_line.to_string())]
}

/// Lines which ran and which are told by a listing: whole statements on a line of their own, in one piece of one code
/// object, and short.
pub(super) fn passages<'a>(run: &'a Run, ran: &Ran, lines: &Lines) -> Vec<Passage<'a>> {
    let mut found: BTreeMap<u32, Option<Passage<'a>>> = BTreeMap::new();
    let unique: BTreeSet<CodeId> = ran.codes(run).iter().map(|code| code.id).collect();
    for code in run.codes() {
        let targets: BTreeSet<u32> = code.instructions().iter().filter_map(|i| i.target).collect();
        let mut start = 0;
        for piece in code.instructions().chunk_by(|one, next| one.span.line == next.span.line) {
            let range = start..start + piece.len();
            start = range.end;
            let Some(line) = piece[0].span.line.filter(|&line| line > 0) else { continue };
            let is_straight = !piece[1..].iter().any(|i| targets.contains(&i.offset));
            let passage = Passage { code, line, range, is_straight };
            let is_told = unique.contains(&code.id) && ran.times(code.id, piece[0].offset) > 0 && is_whole(&passage, lines);
            // A second piece of a line, or its piece in another code object, and no listing of one is all of it.
            found.entry(line).and_modify(|known| *known = None).or_insert_with(|| is_told.then_some(passage));
        }
    }
    found.into_values().flatten().collect()
}

/// Whether it is a statement with beginning and end.
fn is_whole(passage: &Passage, lines: &Lines) -> bool {
    let instructions = passage.instructions();
    let (Some(first), Some(last)) = (instructions.first(), instructions.last()) else { return false };
    if !(2..=LONGEST).contains(&instructions.len()) || !lines.is_readable(passage.line) {
        return false;
    }
    let is_odd = |i: &Instruction| {
        let has_prefix = i.argument.is_some_and(|argument| argument > 0xFF);
        // Code that is made here may have its own part of the line, and is not known until it runs.
        let makes = matches!(&*i.opcode, "MAKE_FUNCTION" | "LOAD_BUILD_CLASS");
        makes
            || i.family == Family::Rest
            || i.depth_before.is_none()
            || has_prefix
            || i.span.end_line.is_some_and(|end| end != passage.line)
    };
    if instructions.iter().any(is_odd) || !is_balanced(lines.bare(passage.line)) {
        return false;
    }
    // What leaves more or less on the stack than it found is part of a statement; but loops and `with` begin so.
    let text = lines.bare(passage.line);
    let opens = ["for ", "with ", "async "].iter().any(|word| text.starts_with(word));
    opens || last.depth_after.is_none() || last.depth_after == first.depth_before
}

/// Whether brackets and quotes that are opened are closed again, and the line does not go on elsewhere.
fn is_balanced(text: &str) -> bool {
    let mut open: Vec<char> = Vec::new();
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => _ = characters.next(),
            (Some(begun), _) if character == begun => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '#') => break,
            (None, '(') => open.push(')'),
            (None, '[') => open.push(']'),
            (None, '{') => open.push('}'),
            (None, ')' | ']' | '}') if open.pop() != Some(character) => return false,
            _ => {}
        }
    }
    let is_triple = text.contains("\"\"\"") || text.contains("'''");
    // A statement after another, and a body behind its head, would be told by half.
    quote.is_none() && open.is_empty() && !is_triple && !text.ends_with([',', '\\']) && !text.contains(';')
}

/// A name that `evalody explain` knows, or none.
pub(super) fn explained(name: &str) -> Option<String> {
    atlas::find(name).is_ok().then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::is_balanced;

    #[test]
    fn parts_of_statements_are_no_lines_to_ask_about() {
        for whole in ["total += step", "print(\"a (\", b[1])", "if a:  # (", "x = 'it\\'s'"] {
            assert!(is_balanced(whole), "{whole}");
        }
        for part in ["print(a,", "b)", "x = \"\"\"", "1, 2,", "a = 1; b = 2", "y = \\", "f(]"] {
            assert!(!is_balanced(part), "{part}");
        }
    }
}
