//! Which instruction comes next, as it really went: jumps that are taken or not, loops that go on or end. Measured.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::maker::{Draft, Maker, Sense, choice};
use super::super::{Answer, Evidence, Goal, Ground, Need, Run};
use super::passage::{Ran, code_basis, explained};
use super::text::{Blank, Lines, instruction_choice, listing, place, times};
use crate::trace::{Code, CodeId, Entry, Family, Instruction};

pub(super) const NEXT: Maker = Maker {
    name: "next-opcode",
    sense: Sense::Eye,
    goal: |_| Goal::Execution,
    subjects: || ["if", "for", "back"].map(str::to_owned).into(),
    need,
    make: next,
};

pub(super) const TAKEN: Maker = Maker {
    name: "jump-taken",
    sense: Sense::Eye,
    goal: |_| Goal::Execution,
    subjects: || ["once", "times"].map(str::to_owned).into(),
    need,
    make: |subject, ground, chance| if subject == "once" { once(ground, chance) } else { often(ground, chance) },
};

fn need(_: &str) -> Need {
    Need::Any(&["loops", "primes", "closures"])
}

/// A jump and where it went: to its target or not.
struct Way<'a> {
    code: &'a Arc<Code>,
    /// Place of the jump among the instructions.
    index: usize,
    /// Place of what ran next.
    to: usize,
    count: u32,
}

impl<'a> Way<'a> {
    fn marked(&self) -> &'a Instruction {
        &self.code.instructions()[self.index]
    }

    fn next(&self) -> &'a Instruction {
        &self.code.instructions()[self.to]
    }

    fn has_jumped(&self) -> bool {
        self.to != self.index + 1
    }

    fn basis(&self, run: &Run) -> Vec<(&'static str, String)> {
        let mut basis = code_basis(run, self.code);
        basis.push(("offset", self.marked().offset.to_string()));
        basis
    }
}

/// Every way that a jump of the program took, with its target in another place than behind it.
fn ways<'a>(run: &'a Run, ran: &Ran) -> Vec<Way<'a>> {
    let codes: BTreeMap<CodeId, &Arc<Code>> = ran.codes(run).into_iter().map(|code| (code.id, code)).collect();
    let mut counts: BTreeMap<(CodeId, u32, u32), u32> = BTreeMap::new();
    for pair in run.trace.entries.windows(2) {
        let [Entry::Step(one), Entry::Step(two)] = pair else { continue };
        let family = run.trace.codes[one.code.index()].unit(one.offset).family;
        if !matches!(family, Family::Jump | Family::Loop)
            || one.code != two.code
            || one.frame_depth != two.frame_depth
            || one.thread != two.thread
        {
            continue;
        }
        *counts.entry((one.code, one.offset, two.offset)).or_default() += 1;
    }
    let mut ways = Vec::new();
    for ((id, offset, next), count) in counts {
        let Some(code) = codes.get(&id) else { continue };
        let place = |offset: u32| code.instructions().binary_search_by_key(&offset, |i| i.offset).ok();
        let (Some(index), Some(to)) = (place(offset), place(next)) else { continue };
        let is_clear = code.instructions()[index].target.is_some_and(|target| place(target).is_some_and(|place| place != index + 1));
        if is_clear {
            ways.push(Way { code, index, to, count });
        }
    }
    ways
}

/// What a conditional jump found on the stack; `None` if it is none.
fn found(instruction: &Instruction, has_jumped: bool) -> Option<&'static str> {
    let opcode = &*instruction.opcode;
    let is_told = opcode.starts_with("POP_JUMP") || opcode.starts_with("JUMP_IF_");
    if !is_told {
        None
    } else if opcode.contains("IF_NOT_NONE") || opcode.contains("IF_NONE") {
        Some(if opcode.contains("NOT_NONE") == has_jumped { "a value other than None" } else { "None" })
    } else if opcode.contains("IF_TRUE") || opcode.contains("IF_FALSE") {
        Some(if opcode.contains("IF_TRUE") == has_jumped { "a true value" } else { "a false value" })
    } else {
        None
    }
}

/// Rows of a listing at these places and as many after each, by lines, `…` where something is left out.
fn around(code: &Code, lines: &Lines, marked: usize, places: &BTreeSet<usize>) -> Vec<String> {
    let instructions = code.instructions();
    let places: Vec<usize> = places.iter().copied().filter(|&place| place < instructions.len()).collect();
    let chosen: Vec<Instruction> = places.iter().map(|&place| instructions[place].clone()).collect();
    let rows = listing(&chosen, instructions.get(marked).map(|i| i.offset), Blank::Nothing);
    let mut shown = Vec::new();
    let mut last: Option<usize> = None;
    for ((place, instruction), row) in places.into_iter().zip(&chosen).zip(rows) {
        let has_gap = last.is_some_and(|last| last + 1 != place);
        if has_gap {
            shown.push("        …".to_owned());
        }
        let line = instruction.span.line;
        if has_gap || last.is_none_or(|last| instructions[last].span.line != line) {
            shown.extend(line.filter(|&line| !lines.bare(line).is_empty()).map(|line| lines.numbered(line)));
        }
        shown.push(row);
        last = Some(place);
    }
    shown
}

/// The jump with what stands around it and around its target.
fn shown(way: &Way, lines: &Lines) -> Vec<String> {
    shown_with(way, lines, way.index)
}

/// The same with a mark at what ran next.
fn went(way: &Way, lines: &Lines) -> Vec<String> {
    shown_with(way, lines, way.to)
}

fn shown_with(way: &Way, lines: &Lines, marked: usize) -> Vec<String> {
    let target = way.marked().target.and_then(|target| way.code.instructions().binary_search_by_key(&target, |i| i.offset).ok());
    let near = |place: usize, before: usize, after: usize| place.saturating_sub(before)..=place + after;
    let mut places: BTreeSet<usize> = near(way.index, 2, 1).chain(near(way.to, 0, 1)).collect();
    places.extend(target.into_iter().flat_map(|target| near(target, 0, 1)));
    around(way.code, lines, marked, &places)
}

/// A jump with the instruction behind it; anything but what might stand there in error too.
fn is_fit(way: &Way, lines: &Lines, subject: &str) -> bool {
    let marked = way.marked();
    let has_line = |i: &Instruction| i.span.line.is_some_and(|line| lines.is_readable(line));
    let is_back = marked.target.is_some_and(|target| target <= marked.offset);
    has_line(marked)
        && match subject {
            "if" => found(marked, way.has_jumped()).is_some(),
            "for" => &*marked.opcode == "FOR_ITER",
            _ => is_back && way.has_jumped() && matches!(&*marked.opcode, "JUMP_BACKWARD" | "JUMP_ABSOLUTE"),
        }
}

fn next(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let ran = Ran::of(run);
    let fit: Vec<Way> = ways(run, &ran).into_iter().filter(|way| is_fit(way, &lines, subject)).collect();
    let way = chance.choice(fit)?;
    let instructions = way.code.instructions();
    let marked = way.marked();
    let target = marked.target.and_then(|target| way.code.at(target));
    let near = [way.index.checked_sub(1), Some(way.index + 1), Some(way.index + 2)];
    let others = near.into_iter().flatten().filter_map(|place| instructions.get(place)).chain(target);
    let mut others: Vec<String> = others.map(instruction_choice).collect();
    others.dedup();
    let answer = choice(instruction_choice(way.next()), others, 4, chance)?;
    let opcode = &marked.opcode;
    let (ask, condition) = match (subject, way.has_jumped()) {
        ("if", has_jumped) => {
            let found = found(marked, has_jumped)?;
            (format!("The marked instruction finds {found} on top of the stack. Which instruction runs next?"), found)
        }
        ("for", true) => {
            ("The iterator has no more values when the marked instruction asks. Which instruction runs next?".to_owned(), "exhausted")
        }
        ("for", false) => ("The iterator gives the marked instruction another value. Which instruction runs next?".to_owned(), "value"),
        _ => ("Which instruction runs after the marked one?".to_owned(), "always"),
    };
    let skipped: Vec<&str> =
        instructions[..way.to].iter().filter(|i| target.is_some_and(|target| i.offset >= target.offset)).map(|i| &*i.opcode).collect();
    let why = match (way.has_jumped(), !skipped.is_empty() && &**opcode == "FOR_ITER") {
        (true, true) => {
            format!("{opcode} jumps {}, and over {} there: what they do it has done itself", marked.meaning, skipped.join(" and "))
        }
        (true, false) => format!("{opcode} jumps {}", marked.meaning),
        (false, _) => format!("{opcode} does not jump and goes on to the next instruction"),
    };
    let mut evidence = Evidence::new(format!("{why}. It went so {} in this run.", times(way.count.into())), went(&way, &lines));
    evidence.explain = explained(opcode);
    let mut basis = way.basis(run);
    basis.push(("condition", condition.to_owned()));
    Some(Draft { ask, shown: shown(&way, &lines), heard: Vec::new(), answer, evidence, basis })
}

fn once(ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let ran = Ran::of(run);
    // Each way leads to a line of its own.
    let target_line = |way: &Way| way.marked().target.and_then(|target| way.code.at(target)?.span.line);
    let fit: Vec<Way> = ways(run, &ran)
        .into_iter()
        .filter(|way| is_fit(way, &lines, "if"))
        .filter(|way| {
            let [one, two, own] =
                [target_line(way), way.code.instructions().get(way.index + 1).and_then(|i| i.span.line), way.marked().span.line];
            one.is_some()
                && two.is_some()
                && one != two
                && one != own
                && two != own
                && way.next().span.line.is_some_and(|line| lines.is_readable(line))
        })
        .collect();
    let way = chance.choice(fit)?;
    let (marked, next) = (way.marked(), way.next());
    let behind = way.code.instructions().get(way.index + 1)?;
    let on = format!("no: it goes on to {}", behind.offset);
    let jump = format!("yes: it jumps {}", marked.meaning);
    let (right, wrong) = if way.has_jumped() { (jump, on) } else { (on, jump) };
    let line = next.span.line?;
    let mut evidence = Evidence::new(
        format!(
            "Line {line} begins at {}, which is {} the jump. {} found {}.",
            next.offset,
            if way.has_jumped() { "the target of" } else { "right behind" },
            marked.opcode,
            found(marked, way.has_jumped())?
        ),
        went(&way, &lines),
    );
    evidence.explain = explained(&marked.opcode);
    let places: BTreeSet<usize> = (way.index.saturating_sub(3)..=way.index).collect();
    let mut basis = way.basis(run);
    basis.push(("next_line", line.to_string()));
    let mut listed = around(way.code, &lines, way.index, &places);
    for line in [behind.span.line, target_line(&way)].into_iter().flatten().collect::<BTreeSet<_>>() {
        listed.push(lines.numbered(line));
    }
    let own = marked.span.line?;
    Some(Draft {
        ask: format!("Line {own} ran, and then line {line}. Did the marked instruction jump?"),
        shown: listed,
        heard: Vec::new(),
        answer: choice(right, [wrong], 2, chance)?,
        evidence,
        basis,
    })
}

/// Whether what ran next begins a line, and that line is nowhere else in its code object.
fn is_whole(way: &Way) -> bool {
    let line = way.next().span.line;
    let places: Vec<usize> =
        way.code.instructions().iter().enumerate().filter(|(_, i)| i.span.line == line).map(|(place, _)| place).collect();
    places.first() == Some(&way.to) && places.last().is_some_and(|last| last - way.to + 1 == places.len())
}

/// Most runs of a jump that are asked about: larger numbers are no longer taken from each other in the head.
const MOST_RUNS: u32 = 400;

fn often(ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let ran = Ran::of(run);
    let all = ways(run, &ran);
    // Both ways were taken, and nothing is lost between.
    let mut fit: Vec<(&Way, &Way, u32)> = Vec::new();
    for pair in all.windows(2) {
        let [one, two] = pair else { continue };
        let (on, jumped) = if one.has_jumped() { (two, one) } else { (one, two) };
        let marked = on.marked();
        let total = ran.times(on.code.id, marked.offset);
        let is_pair = one.code.id == two.code.id && one.index == two.index && on.has_jumped() != jumped.has_jumped();
        let only_so = ran.times(on.code.id, on.next().offset) == on.count;
        let has_line = on.next().span.line.is_some_and(|line| lines.is_readable(line) && Some(line) != marked.span.line);
        if is_pair
            && only_so
            && has_line
            && is_whole(on)
            && on.count + jumped.count == total
            && total <= MOST_RUNS
            && is_fit(on, &lines, "if")
        {
            fit.push((on, jumped, total));
        }
    }
    let (on, jumped, total) = chance.choice(fit)?;
    let marked = on.marked();
    let line = on.next().span.line?;
    let mut evidence = Evidence::new(
        format!(
            "{total} - {} = {}: whenever {} does not jump, it goes on to line {line}, which stands behind it.",
            jumped.count, on.count, marked.opcode
        ),
        went(on, &lines),
    );
    evidence.explain = explained(&marked.opcode);
    let mut basis = on.basis(run);
    basis.push(("next_offset", on.next().offset.to_string()));
    Some(Draft {
        ask: format!(
            "In {} the marked instruction ran {} and jumped {}. How often did line {line} run?",
            place(on.code),
            times(total.into()),
            times(jumped.count.into())
        ),
        shown: shown(on, &lines),
        heard: Vec::new(),
        answer: Answer::Number(on.count),
        evidence,
        basis,
    })
}
