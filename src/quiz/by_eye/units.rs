//! The eval loop: which family an opcode is of, and what stands between instructions.

use std::collections::BTreeSet;

use super::super::maker::{Draft, Maker, Sense, choice};
use super::super::{Answer, Evidence, Goal, Ground, Need, Run};
use super::passage::{Passage, Ran, explained, passages};
use super::text::{Blank, Lines, clipped, first_sentence, listing};
use crate::atlas::{FamilyEntry, Opcode};
use crate::trace::{CodeId, Family, Instruction};

pub(super) const FAMILY: Maker = Maker {
    name: "opcode-family",
    sense: Sense::Eye,
    goal: |_| Goal::EvalLoop,
    subjects: || ["scope", "stack", "test", "jump", "loop", "except"].map(str::to_owned).into(),
    need: |subject| if subject == "except" { Need::Any(&["exceptions"]) } else { Need::Any(&["loops", "sort_bubble", "attributes"]) },
    make: family,
};

pub(super) const CACHE: Maker = Maker {
    name: "inline-cache",
    sense: Sense::Eye,
    goal: |_| Goal::EvalLoop,
    subjects: || ["bytes", "which"].map(str::to_owned).into(),
    need: |_| Need::Any(&["loops", "recursion", "matrix"]),
    make: |subject, ground, chance| if subject == "bytes" { cache_bytes(ground, chance) } else { cache_which(ground, chance) },
};

/// Until 3.10 it leads out of a loop as well as back in it: of its family it is only mostly.
fn is_two(instruction: &Instruction) -> bool {
    &*instruction.opcode == "JUMP_ABSOLUTE"
}

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
        .filter(|(_, _, i)| i.family == right && !is_two(i))
        .filter(|(id, _, i)| i.span.line.is_some_and(|line| lines.is_readable(line)) && ran.times(*id, i.offset) > 0)
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
    let does = Opcode::named(&marked.opcode).map_or_else(String::new, |opcode| format!(" {}", first_sentence(&opcode.does)));
    let family =
        FamilyEntry::named(right.name()).map_or_else(String::new, |entry| format!(" So the whole family: {}", first_sentence(&entry.does)));
    let kin: BTreeSet<&str> = run.codes().flat_map(|code| code.instructions()).filter(|i| i.family == right).map(|i| &*i.opcode).collect();
    let mut shown = vec![lines.numbered(marked.span.line?)];
    shown.extend(listing(&rows, Some(marked.offset), Blank::Nothing));
    let kin = kin.into_iter().collect::<Vec<_>>().join(", ");
    let mut evidence = Evidence::new(
        format!("{} is of the family {right}.{does}{family}", marked.opcode),
        vec![clipped(&format!("of this family in {}: {kin}", run.program.name))],
    );
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
    // As often one that has some as any.
    let some = (0..bytes.len() - 1).filter(|&index| bytes[index] > 0).collect::<Vec<_>>();
    let index = if chance.bool() { chance.choice(some).unwrap_or(index) } else { index };
    let marked = &passage.instructions()[index];
    let mut shown = vec![lines.numbered(passage.line)];
    shown.extend(listing(passage.instructions(), Some(marked.offset), Blank::Nothing));
    let next = passage.instructions()[index + 1].offset;
    let keeps = if bytes[index] > 0 { "the specialised forms of it keep there what they have seen." } else { "nothing is kept behind it." };
    let mut evidence =
        Evidence::new(format!("{next} - {} - {UNIT} = {}: {keeps}", marked.offset, bytes[index]), with_caches(&passage, &bytes, &lines));
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
