//! The value stack: how many values an instruction leaves there, and which. Heights follow from the compiler's own
//! effects; what the values are called is inferred.

use super::super::maker::{Draft, Maker, Sense, choice};
use super::super::{Answer, Evidence, Goal, Ground, Need, Run};
use super::passage::{Passage, Ran, explained, passages};
use super::text::{Blank, Lines, clipped, counted, listing};
use crate::atlas::{Opcode, Version};
use crate::picture::{Label, LabelKind, Stacks};
use crate::trace::{Family, Instruction};

pub(super) const HEIGHT: Maker = Maker {
    name: "stack-height",
    sense: Sense::Eye,
    goal: |_| Goal::Execution,
    subjects: || ["scope", "stack", "arith", "test", "call", "build", "attr", "subscr"].map(str::to_owned).into(),
    need,
    make: height,
};

pub(super) const AFTER: Maker = Maker {
    name: "stack-after",
    sense: Sense::Eye,
    goal: |_| Goal::Execution,
    subjects: || ["load", "scope", "arith", "test", "call", "build", "attr", "subscr"].map(str::to_owned).into(),
    need,
    make: after,
};

fn need(subject: &str) -> Need {
    match subject {
        "attr" | "stack" => Need::Any(&["attributes", "pipeline", "matrix"]),
        "subscr" => Need::Any(&["sort_merge", "matrix", "closures"]),
        "build" => Need::Any(&["matrix", "strings", "exceptions"]),
        "test" => Need::Any(&["recursion", "loops", "primes"]),
        _ => Need::Any(&["recursion", "loops", "strings"]),
    }
}

/// What is told of the inference.
const INFERRED: &str = "The names of the values are inferred from the code; their number is the compiler's own.";

/// An instruction in the middle of a line, with nothing but steps to the next before it.
struct Spot<'a> {
    passage: Passage<'a>,
    index: usize,
    before: u16,
    height: u16,
}

impl<'a> Spot<'a> {
    fn marked(&self) -> &'a Instruction {
        &self.passage.instructions()[self.index]
    }

    /// Whether a place without a value is among what was pushed until here.
    fn has_null(&self) -> bool {
        let pushes = |i: &Instruction| i.meaning.contains("NULL") || matches!(&*i.opcode, "PUSH_NULL" | "LOAD_METHOD");
        self.passage.instructions()[..=self.index].iter().any(pushes)
    }

    fn basis(&self, run: &Run) -> Vec<(&'static str, String)> {
        let mut basis = self.passage.basis(run);
        basis.push(("from", self.passage.instructions()[0].offset.to_string()));
        basis.push(("offset", self.marked().offset.to_string()));
        basis.push(("before", self.before.to_string()));
        basis
    }

    fn shown(&self, lines: &Lines) -> Vec<String> {
        let mut shown = vec![lines.numbered(self.passage.line)];
        shown.extend(listing(self.passage.instructions(), Some(self.marked().offset), Blank::Nothing));
        shown
    }

    /// `Before the first of these instructions the value stack holds 1 value.`
    fn found(&self) -> String {
        let holds = match self.before {
            0 => "is empty".to_owned(),
            n => format!("holds {}", counted(n.into(), "value")),
        };
        format!("Before the first of these instructions the value stack {holds}.")
    }
}

fn spots<'a>(run: &'a Run, lines: &Lines, family: Family) -> Vec<Spot<'a>> {
    let mut spots = Vec::new();
    for passage in passages(run, &Ran::of(run), lines) {
        if !passage.is_straight {
            continue;
        }
        for (index, instruction) in passage.instructions().iter().enumerate() {
            let goes_on = instruction.target.is_none();
            if let (true, true, Some(before), Some(height)) =
                (goes_on && index > 0, instruction.family == family, passage.instructions()[0].depth_before, instruction.depth_after)
            {
                spots.push(Spot { passage: passage.clone(), index, before, height });
            }
            if !goes_on {
                break;
            }
        }
    }
    spots
}

fn family(subject: &str) -> Option<Family> {
    Family::named(subject)
}

fn height(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let spot = chance.choice(spots(run, &lines, family(subject)?))?;
    let marked = spot.marked();
    let nulls = if spot.has_null() { ", each NULL counted too" } else { "" };
    let ask = format!("{} How many does it hold after the marked one{nulls}?", spot.found());
    let stacks = Stacks::of(spot.passage.code, Some(&run.program));
    let mut evidence = Evidence::new(why(marked, run.version), told(&spot, &stacks));
    evidence.explain = explained(&marked.opcode);
    evidence.inferred = Some(INFERRED.to_owned());
    Some(Draft {
        ask,
        shown: spot.shown(&lines),
        heard: Vec::new(),
        answer: Answer::Number(spot.height.into()),
        evidence,
        basis: spot.basis(run),
    })
}

/// What the atlas says that the instruction does to the stack, and what came of it here.
fn why(instruction: &Instruction, version: Option<Version>) -> String {
    let (before, after) = (instruction.depth_before.unwrap_or(0), instruction.depth_after.unwrap_or(0));
    let effect = version.and_then(|version| Opcode::named(&instruction.opcode)?.effect(version));
    let effect = effect.map_or_else(String::new, |effect| format!(" ({effect})"));
    let opcode = &instruction.opcode;
    match after.cmp(&before) {
        std::cmp::Ordering::Equal => format!("{opcode}{effect} leaves as many values as it found: {after}."),
        _ => format!("{opcode}{effect} found {} on the stack and left {after}.", counted(before.into(), "value")),
    }
}

/// Each instruction until the marked one, with the stack after it.
fn told(spot: &Spot, stacks: &Stacks) -> Vec<String> {
    let instructions = &spot.passage.instructions()[..=spot.index];
    let rows = listing(instructions, Some(spot.marked().offset), Blank::Nothing);
    let width = rows.iter().map(|row| row.chars().count()).max().unwrap_or(0);
    let row = |(row, instruction): (String, &Instruction)| {
        let height = instruction.depth_after.unwrap_or(0);
        let stack = stacks.after(instruction.offset).map_or_else(String::new, |labels| format!(": {}", stack_text(labels)));
        clipped(&format!("{row:<width$}  -> {height}{stack}"))
    };
    rows.into_iter().zip(instructions).map(row).collect()
}

/// `iter(xs) | total | step`, bottom first.
fn stack_text(labels: &[Label]) -> String {
    if labels.is_empty() {
        return "(empty)".to_owned();
    }
    let text = |label: &Label| if label.kind == LabelKind::Null { label.text.replace('|', " or ") } else { label.text.to_string() };
    labels.iter().map(text).collect::<Vec<_>>().join(" | ")
}

/// Whether every value has a name that tells it from others.
fn is_known(labels: &[Label]) -> bool {
    let is_clear = |label: &Label| label.kind != LabelKind::Unknown && !label.text.contains(['…', '?', '|']);
    labels.iter().all(|label| is_clear(label) || label.kind == LabelKind::Null)
}

/// Whether a value has a name that no reader would give it at that moment: collections that are filled afterwards, and
/// calls whose keywords are pushed apart. Without columns (until 3.10) names are put together from parts, and brackets
/// may be missing.
fn is_misnamed(instructions: &[Instruction], text: &str) -> bool {
    const FILLS: [&str; 9] =
        ["LIST_", "SET_", "DICT_", "MAP_ADD", "CALL_KW", "CALL_FUNCTION_KW", "CALL_FUNCTION_EX", "KW_NAMES", "FORMAT_"];
    let is_odd = |i: &Instruction| {
        let begins_empty = i.opcode.starts_with("BUILD_") && i.argument == Some(0);
        // `not a in b` is compiled as `a not in b`.
        let is_turned = matches!(&*i.opcode, "CONTAINS_OP" | "IS_OP")
            && i.argument == Some(1)
            && text.contains("not ")
            && !text.contains(" not in ")
            && !text.contains("is not");
        begins_empty || is_turned || &*i.opcode == "BUILD_STRING" || FILLS.iter().any(|part| i.opcode.starts_with(part))
    };
    let has_columns = instructions.iter().any(|i| i.span.column.is_some());
    let operations = instructions.iter().filter(|i| i.family == Family::Arith).count();
    instructions.iter().any(is_odd) || !has_columns && operations > 1
}

fn after(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let mut spots = spots(run, &lines, family(subject)?);
    chance.shuffle(&mut spots);
    spots.into_iter().take(TRIES).find_map(|spot| asked_after(&spot, run, &lines, chance))
}

/// Spots looked at before giving up: each takes a flow analysis.
const TRIES: usize = 6;

fn asked_after(spot: &Spot, run: &Run, lines: &Lines, chance: &mut fastrand::Rng) -> Option<Draft> {
    let marked = spot.marked();
    let stacks = Stacks::of(spot.passage.code, Some(&run.program));
    let labels = stacks.after(marked.offset)?;
    let instructions = spot.passage.instructions();
    let is_told = |i: &Instruction| stacks.after(i.offset).is_some_and(is_known);
    if labels.is_empty()
        || is_misnamed(&instructions[..=spot.index], lines.bare(spot.passage.line))
        || !instructions[..=spot.index].iter().all(is_told)
        || !stacks.before(instructions[0].offset).is_some_and(is_known)
    {
        return None;
    }
    let right = stack_text(labels);
    let mut others = vec![stack_text(stacks.before(marked.offset)?)];
    let mut swapped = labels.to_vec();
    swapped.reverse();
    others.push(stack_text(&swapped));
    others.push(stack_text(&labels[..labels.len() - 1]));
    let neighbours = instructions.iter().filter(|i| i.offset != marked.offset).filter_map(|i| stacks.after(i.offset));
    others.extend(neighbours.filter(|labels| is_known(labels)).map(stack_text));
    if right.chars().count() > 90 || others.iter().any(|other| other.chars().count() > 90) {
        return None;
    }
    let answer = choice(right, others, 4, chance)?;
    let ask = match stacks.before(instructions[0].offset)? {
        [] => "What is on the value stack after the marked instruction, the bottom first?".to_owned(),
        found => format!("The value stack begins as {}. What is on it after the marked instruction, the bottom first?", stack_text(found)),
    };
    let mut evidence = Evidence::new(why(marked, run.version), told(spot, &stacks));
    evidence.explain = explained(&marked.opcode);
    evidence.inferred = Some(INFERRED.to_owned());
    let mut basis = spot.basis(run);
    let texts: Vec<&str> = stacks.before(instructions[0].offset)?.iter().map(|label| &*label.text).collect();
    basis.push(("found", texts.join("\n")));
    Some(Draft { ask, shown: spot.shown(lines), heard: Vec::new(), answer, evidence, basis })
}
