//! The eval loop: which family an opcode is of, what ran most, and what stands between instructions.

use std::collections::BTreeMap;

use super::super::maker::{Draft, Maker, Sense, choice};
use super::super::{Answer, Evidence, Goal, Ground, Need, Run};
use super::passage::{Passage, Ran, explained, passages};
use super::text::{Blank, Lines, counted, listing, place, times};
use crate::atlas::{FamilyEntry, Opcode};
use crate::trace::{CodeId, Entry, Family, Instruction, MarkKind};

pub(super) const FAMILY: Maker = Maker {
    name: "opcode-family",
    sense: Sense::Eye,
    goal: |_| Goal::EvalLoop,
    subjects: || ["scope", "stack", "test", "jump", "loop", "except"].map(str::to_owned).into(),
    need: |subject| if subject == "except" { Need::Any(&["exceptions"]) } else { Need::Any(&["loops", "sort_bubble", "attributes"]) },
    make: family,
};

pub(super) const MOST: Maker = Maker {
    name: "ran-most",
    sense: Sense::Eye,
    goal: |_| Goal::EvalLoop,
    subjects: || ["line", "opcode", "family", "function", "calls"].map(str::to_owned).into(),
    need: |_| Need::Any(&["recursion", "closures", "strings", "matrix"]),
    make: most,
};

pub(super) const CACHE: Maker = Maker {
    name: "inline-cache",
    sense: Sense::Eye,
    goal: |_| Goal::EvalLoop,
    subjects: || ["bytes", "which"].map(str::to_owned).into(),
    need: |_| Need::Any(&["loops", "recursion", "matrix"]),
    make: |subject, ground, chance| if subject == "bytes" { cache_bytes(ground, chance) } else { cache_which(ground, chance) },
};

fn family(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let ran = Ran::of(run);
    let right = Family::named(subject)?;
    // Not only whole lines: jumps and what catches exceptions stand where lines are taken apart.
    let fit: Vec<(CodeId, usize)> = ran
        .codes(run)
        .into_iter()
        .flat_map(|code| code.instructions().iter().enumerate().map(move |(index, i)| (code.id, index, i)))
        .filter(|(id, _, i)| i.family == right && i.span.line.is_some_and(|line| lines.is_readable(line)) && ran.times(*id, i.offset) > 0)
        .map(|(id, index, _)| (id, index))
        .collect();
    let (id, index) = chance.choice(fit)?;
    let code = &run.trace.codes[id.index()];
    let marked = &code.instructions()[index];
    let around = index.saturating_sub(3)..(index + 3).min(code.instructions().len());
    let same_line = |i: &&Instruction| i.span.line == marked.span.line;
    let rows: Vec<Instruction> = code.instructions()[around].iter().filter(same_line).cloned().collect();
    let others = Family::ALL.into_iter().filter(|&other| other != Family::Rest).map(|family| family.name().to_owned());
    let answer = choice(right.name().to_owned(), others, 4, chance)?;
    let does = Opcode::named(&marked.opcode).map_or_else(String::new, |opcode| format!(" {}", opcode.does));
    let family = FamilyEntry::named(right.name()).map_or_else(String::new, |entry| format!(" The family: {}", entry.does));
    let mut shown = vec![lines.numbered(marked.span.line?)];
    shown.extend(listing(&rows, Some(marked.offset), Blank::Nothing));
    let mut evidence = Evidence::new(format!("{} is of the family {right}.{does}{family}", marked.opcode), shown.clone());
    evidence.explain = explained(&marked.opcode).or_else(|| explained(right.name()));
    let mut basis = super::passage::code_basis(run, code);
    basis.push(("offset", marked.offset.to_string()));
    Some(Draft {
        ask: "Of which family is the marked instruction, by the work it does?".to_owned(),
        shown,
        heard: Vec::new(),
        answer,
        evidence,
        basis,
    })
}

/// Counts of anything, with what names it in a choice.
type Counts = BTreeMap<String, u64>;

/// What ran less is at most so many hundredths of what ran most: nearer, and it would be a guess.
const CLEARLY_LESS: u64 = 70;
/// Fewer are not worth a question.
const LEAST: u64 = 12;

fn most(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let counts = counts(subject, run, &lines);
    let mut ranked: Vec<(&String, u64)> = counts.iter().map(|(name, &count)| (name, count)).collect();
    ranked.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    // Not always the first of all, or it would be learnt by heart.
    let fit: Vec<usize> = (0..ranked.len().min(6)).filter(|&index| ranked[index].1 >= LEAST).collect();
    let &index = chance.choice(&fit)?;
    let (right, count) = ranked[index];
    let less: Vec<(&String, u64)> =
        ranked[index..].iter().copied().filter(|(_, other)| other * 100 <= count * CLEARLY_LESS && *other > 0).collect();
    if less.len() < 2 {
        return None;
    }
    let answer = choice(right.clone(), less.iter().take(5).map(|(name, _)| (*name).clone()), 4, chance)?;
    let Answer::Choice { choices, .. } = &answer else { return None };
    let mut told: Vec<(u64, &String)> = choices.iter().map(|name| (counts[name], name)).collect();
    told.sort_by(|a, b| b.cmp(a));
    let unit = if subject == "calls" { "call" } else { "instruction" };
    let rows = told.iter().map(|(count, name)| format!("{count:>7}  {name}")).collect();
    let why = match subject {
        "calls" => format!("{right} was called {}.", times(count)),
        "opcode" | "family" => format!("{right} ran {}.", times(count)),
        _ => format!("{} of them ran there.", counted(count, unit)),
    };
    let mut evidence = Evidence::new(why, rows);
    evidence.explain = match subject {
        "opcode" | "family" => explained(right),
        "calls" => explained("@frame"),
        _ => explained("@loop"),
    };
    let name = &run.program.name;
    let ask = match subject {
        "line" => format!("Which of these lines of {name} ran the most instructions?"),
        "opcode" => format!("Which of these opcodes ran most often in {name}?"),
        "family" => format!("Which of these families ran most often in {name}?"),
        "function" => format!("Which of these ran the most instructions in {name}, what they call not counted?"),
        _ => format!("Which of these functions of {name} was called most often?"),
    };
    let basis = vec![("program", name.clone())];
    Some(Draft { ask, shown: Vec::new(), heard: Vec::new(), answer, evidence, basis })
}

fn counts(subject: &str, run: &Run, lines: &Lines) -> Counts {
    let ran = Ran::of(run);
    let mut counts = Counts::new();
    if subject == "calls" {
        return calls(run, &ran);
    }
    let mut by_line: BTreeMap<u32, u64> = BTreeMap::new();
    let unique: Vec<CodeId> = ran.codes(run).iter().map(|code| code.id).collect();
    for code in run.codes() {
        for instruction in code.instructions() {
            let count = u64::from(ran.times(code.id, instruction.offset));
            let name = match subject {
                "line" => {
                    *by_line.entry(instruction.span.line.unwrap_or(0)).or_default() += count;
                    continue;
                }
                "opcode" => instruction.opcode.to_string(),
                "family" => instruction.family.name().to_owned(),
                _ if unique.contains(&code.id) => function_name(run, code.id),
                _ => continue,
            };
            *counts.entry(name).or_default() += count;
        }
    }
    counts.extend(by_line.into_iter().filter(|(line, _)| lines.is_readable(*line)).map(|(line, count)| (lines.choice(line), count)));
    counts.retain(|name, _| name != "rest" && name != "EXTENDED_ARG");
    counts
}

/// `merge (line 15)`: what is called `<lambda>` needs its line, and so does all else.
fn function_name(run: &Run, id: CodeId) -> String {
    let code = &run.trace.codes[id.index()];
    match &*code.name {
        "<module>" => place(code),
        _ => format!("{} (line {})", code.qualname, code.first_line),
    }
}

/// Flags of code that makes a generator or a coroutine: calling it runs nothing of it yet (`CO_GENERATOR` and its like).
const SUSPENDED: u32 = 0x20 | 0x80 | 0x200;

fn calls(run: &Run, ran: &Ran) -> Counts {
    let mut by_code = vec![0; run.trace.codes.len()];
    for entry in &run.trace.entries {
        if let Entry::Mark(mark) = entry
            && let MarkKind::Called(id) = mark.kind
            && let Some(count) = by_code.get_mut(id.index())
        {
            *count += 1;
        }
    }
    let is_function = |code: &&std::sync::Arc<crate::trace::Code>| code.flags & SUSPENDED == 0 && !code.name.starts_with('<');
    ran.codes(run).into_iter().filter(is_function).map(|code| (function_name(run, code.id), by_code[code.id.index()])).collect()
}

/// Bytes of one instruction, its caches not counted.
const UNIT: u32 = 2;

/// Passages of a CPython that has inline caches, with the bytes of cache behind each instruction.
fn cached<'a>(run: &'a Run, lines: &Lines) -> Vec<(Passage<'a>, Vec<u32>)> {
    // Since 3.11 (PEP 659); other interpreters need not keep theirs in the bytecode.
    if !run.is_cpython || run.version.is_none_or(|version| version.minor() < 11) {
        return Vec::new();
    }
    let bytes = |passage: &Passage| -> Option<Vec<u32>> {
        let ends = passage.instructions().iter().skip(1).chain(passage.next()).map(|i| i.offset);
        let bytes: Vec<u32> = passage.instructions().iter().zip(ends).map(|(i, end)| end - i.offset - UNIT).collect();
        // The prefix of an argument is no cache.
        let is_clear = passage.next().is_some_and(|next| next.argument.is_none_or(|argument| argument <= 0xFF));
        (is_clear && bytes.len() == passage.instructions().len()).then_some(bytes)
    };
    passages(run, &Ran::of(run), lines).into_iter().filter_map(|passage| bytes(&passage).map(|bytes| (passage, bytes))).collect()
}

/// The listing with the caches that stand in it.
fn with_caches(passage: &Passage, bytes: &[u32], lines: &Lines) -> Vec<String> {
    let rows = listing(passage.instructions(), None, Blank::Nothing);
    let width = rows.iter().map(|row| row.chars().count()).max().unwrap_or(0);
    let told = |(row, bytes): (&String, &u32)| match bytes {
        0 => row.clone(),
        bytes => format!("{row:<width$}  + {bytes} bytes of cache"),
    };
    std::iter::once(lines.numbered(passage.line)).chain(rows.iter().zip(bytes).map(told)).collect()
}

fn cache_bytes(ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let mut fit = cached(run, &lines);
    fit.retain(|(_, bytes)| bytes.iter().any(|&bytes| bytes > 0));
    let (passage, bytes) = chance.choice(fit)?;
    // What is asked about is seen by the offset of the instruction behind it.
    let index = chance.usize(..bytes.len() - 1);
    let marked = &passage.instructions()[index];
    let mut shown = vec![lines.numbered(passage.line)];
    shown.extend(listing(passage.instructions(), Some(marked.offset), Blank::Nothing));
    let next = passage.instructions()[index + 1].offset;
    let mut evidence = Evidence::new(
        format!("{next} - {} - {UNIT} = {}: a specialised form keeps there what it has seen.", marked.offset, bytes[index]),
        with_caches(&passage, &bytes, &lines),
    );
    evidence.explain = explained("@specialise");
    let mut basis = passage.basis(run);
    basis.push(("offset", marked.offset.to_string()));
    Some(Draft {
        ask: "Before each instruction stands its offset; each takes 2 bytes. How many bytes of inline cache follow the marked one?"
            .to_owned(),
        shown,
        heard: Vec::new(),
        answer: Answer::Number(bytes[index]),
        evidence,
        basis,
    })
}

fn cache_which(ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let mut fit = cached(run, &lines);
    let opcodes = |passage: &Passage, bytes: &[u32], is_cached: bool| {
        let mut opcodes: Vec<String> = Vec::new();
        for (opcode, &bytes) in passage.opcodes().into_iter().zip(bytes) {
            if (bytes > 0) == is_cached && !opcodes.iter().any(|known| known == opcode) {
                opcodes.push(opcode.to_owned());
            }
        }
        opcodes
    };
    fit.retain(|(passage, bytes)| opcodes(passage, bytes, true).len() == 1 && opcodes(passage, bytes, false).len() > 1);
    let (passage, bytes) = chance.choice(fit)?;
    let right = opcodes(&passage, &bytes, true).pop()?;
    let answer = choice(right.clone(), opcodes(&passage, &bytes, false), 4, chance)?;
    let mut shown = vec![lines.numbered(passage.line)];
    shown.extend(listing(passage.instructions(), None, Blank::Offsets));
    let mut evidence = Evidence::new(
        format!("{right}: it can take specialised forms, and they keep what they have seen behind it."),
        with_caches(&passage, &bytes, &lines),
    );
    evidence.explain = explained("@specialise");
    Some(Draft {
        ask: "Which of these has inline cache entries behind it in the bytecode?".to_owned(),
        shown,
        heard: Vec::new(),
        answer,
        evidence,
        basis: passage.basis(run),
    })
}
