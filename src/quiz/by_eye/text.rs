//! How a program's lines and instructions are shown: numbered, in columns, never too wide. Knows no question.

use crate::program::Program;
use crate::trace::{Code, Instruction};

/// Widest line that is shown, in characters: a terminal of 100 columns less a margin.
pub(super) const WIDEST: usize = 96;
/// Widest meaning of an argument in a listing, in characters: beyond it nobody reads a constant.
const WIDEST_MEANING: usize = 40;
/// What stands where something is asked for.
pub(super) const BLANK: &str = "____";

/// A program by its lines.
pub(super) struct Lines<'a>(Vec<&'a str>);

impl<'a> Lines<'a> {
    pub fn of(program: &'a Program) -> Self {
        Self(program.lines().collect())
    }

    /// A line without blanks around it; empty where there is none.
    pub fn bare(&self, number: u32) -> &'a str {
        (number as usize).checked_sub(1).and_then(|index| self.0.get(index)).map_or("", |line| line.trim())
    }

    /// Whether a line can be told by its text: it has some, and of a width that is read at a glance.
    pub fn is_readable(&self, number: u32) -> bool {
        let text = self.bare(number);
        !text.is_empty() && text.chars().count() <= WIDEST - 16 && !text.chars().any(char::is_control)
    }

    /// `13  total += step`.
    pub fn numbered(&self, number: u32) -> String {
        clipped(&format!("{number:>4}  {}", self.bare(number)))
    }

    /// `13  total += step`, as a choice.
    pub fn choice(&self, number: u32) -> String {
        clipped(&format!("{number}  {}", self.bare(number)))
    }

    /// Lines as they stand in the program, with what they are indented by beyond the least.
    pub fn excerpt(&self, first: u32, last: u32) -> Vec<String> {
        let text = |number: u32| self.0.get(number as usize - 1).copied().unwrap_or_default();
        let indent = |line: &str| line.chars().take_while(|c| c.is_whitespace()).count();
        let least = (first..=last).map(text).filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
        let row = |number: u32| {
            let rest: String = text(number).chars().skip(least).collect();
            clipped(format!("{number:>4}  {}", rest.replace('\t', "    ")).trim_end())
        };
        (first..=last).map(row).collect()
    }
}

/// A text cut to the widest that is shown.
pub(super) fn clipped(text: &str) -> String {
    cut(text, WIDEST)
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}

/// What of an instruction is left blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blank {
    Nothing,
    Opcode,
    Meaning,
    /// The offsets of all rows.
    Offsets,
}

/// Instructions in columns, one of them marked by `>`; of that one something may be left blank.
pub(super) fn listing(instructions: &[Instruction], marked: Option<u32>, blank: Blank) -> Vec<String> {
    let width = instructions.iter().map(|i| i.opcode.len()).max().unwrap_or(0);
    let row = |instruction: &Instruction| {
        let is_marked = marked == Some(instruction.offset);
        let mark = if is_marked { '>' } else { ' ' };
        let opcode = if is_marked && blank == Blank::Opcode { BLANK } else { &instruction.opcode };
        let meaning = if is_marked && blank == Blank::Meaning { BLANK.to_owned() } else { meant(instruction) };
        let offset = if blank == Blank::Offsets { String::new() } else { instruction.offset.to_string() };
        clipped(format!("{mark} {offset:>5}  {opcode:<width$}  {meaning}").trim_end())
    };
    instructions.iter().map(row).collect()
}

/// The argument as it is shown, on one line.
pub(super) fn meant(instruction: &Instruction) -> String {
    let shown: String = instruction.meaning.chars().map(|c| if c.is_control() { '·' } else { c }).collect();
    match (shown.is_empty(), instruction.argument) {
        // How many are taken, as CALL and BUILD_LIST have it.
        (true, Some(argument)) => argument.to_string(),
        _ => cut(&shown, WIDEST_MEANING),
    }
}

/// `12  RETURN_VALUE`, as a choice.
pub(super) fn instruction_choice(instruction: &Instruction) -> String {
    clipped(format!("{}  {}  {}", instruction.offset, instruction.opcode, meant(instruction)).trim_end())
}

/// `1 value`, `3 values`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `once`, `twice`, `3 times`.
pub(super) fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{count} times"),
    }
}

/// Where code stands: `function merge`, `the top level`.
pub(super) fn place(code: &Code) -> String {
    match &*code.name {
        "<module>" => "the top level".to_owned(),
        name if name.starts_with('<') => format!("{}, line {}", code.qualname, code.first_line),
        _ => code.qualname.clone(),
    }
}

/// The first sentence of a text.
pub(super) fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}

/// Most lines of a function that is shown whole.
const MOST_LINES: u32 = 14;

/// First and last line of a function that is short enough to be shown.
pub(super) fn extent(code: &Code) -> Option<(u32, u32)> {
    let last = code.instructions().iter().filter_map(|i| i.span.line).max()?;
    (code.first_line > 0 && last >= code.first_line && last - code.first_line < MOST_LINES).then_some((code.first_line, last))
}
