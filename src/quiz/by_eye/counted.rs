//! What ran most: lines, opcodes, families, functions. Measured.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::maker::{Draft, Maker, Sense, choice};
use super::super::{Answer, Evidence, Goal, Ground, Need, Run};
use super::passage::{Ran, explained};
use super::text::{Lines, clipped, counted, extent, times};
use crate::trace::{Code, CodeId, Entry, MarkKind};

pub(super) const MOST: Maker = Maker {
    name: "ran-most",
    sense: Sense::Eye,
    goal: |_| Goal::EvalLoop,
    subjects: || ["line", "opcode", "family", "function", "calls"].map(str::to_owned).into(),
    need: |_| Need::Any(&["recursion", "closures", "primes", "matrix"]),
    make: most,
};

/// Something that ran, as a choice has it.
struct Item<'a> {
    name: String,
    count: u64,
    /// Whose code it is, where it is a function's.
    code: Option<&'a Arc<Code>>,
}

/// What ran less is at most so many hundredths of what ran most: nearer, and it would be a guess.
const CLEARLY_LESS: u64 = 70;
/// Fewer are not worth a question.
const LEAST: u64 = 12;

fn most(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let ran = Ran::of(run);
    let mut shown = Vec::new();
    let mut items = match subject {
        "line" => {
            let (found, excerpt) = of_function(run, &ran, &lines, chance)?;
            shown = excerpt;
            found
        }
        "function" | "calls" => functions(subject, run, &ran),
        _ => kinds(subject, run, &ran),
    };
    items.sort_by(|one, two| (two.count, &one.name).cmp(&(one.count, &two.name)));
    let less = |index: usize| {
        let most = items[index].count;
        items[index..].iter().filter(move |other| other.count > 0 && other.count * 100 <= most * CLEARLY_LESS)
    };
    // Not always the first of all, or it would be learnt by heart.
    let fit: Vec<usize> = (0..items.len().min(6)).filter(|&index| items[index].count >= LEAST && less(index).count() > 1).collect();
    let index = chance.choice(fit)?;
    let Item { name: right, count, .. } = &items[index];
    let answer = choice(right.clone(), less(index).take(5).map(|other| other.name.clone()), 4, chance)?;
    let Answer::Choice { choices, .. } = &answer else { return None };
    let chosen: Vec<&Item> = items.iter().filter(|item| choices.contains(&item.name)).collect();
    for code in chosen.iter().filter_map(|item| item.code) {
        shown.extend(if subject == "calls" { spoken_of(run, code, &ran, &lines) } else { vec![size(run, code)] });
    }
    let rows = chosen.iter().map(|item| format!("{:>7}  {}", item.count, item.name)).collect();
    let name = &run.program.name;
    let (why, explain, ask) = match subject {
        "line" => (
            format!("It ran {} in all.", counted(*count, "instruction")),
            "@loop",
            "Which of these lines ran the most instructions, what it calls not counted?".to_owned(),
        ),
        "opcode" => {
            (format!("{right} ran {}.", times(*count)), right.as_str(), format!("Which of these opcodes ran most often in {name}?"))
        }
        "family" => (
            format!("Opcodes of the family {right} ran {}.", times(*count)),
            right.as_str(),
            format!("Of which of these families did the most instructions run in {name}?"),
        ),
        "function" => (
            format!("{right} ran {} itself.", counted(*count, "instruction")),
            "@frame",
            "Which of these functions ran the most instructions itself, what it calls not counted?".to_owned(),
        ),
        _ => (
            format!("{right} was called {}.", times(*count)),
            "@frame",
            format!("Which of these functions of {name} was called most often?"),
        ),
    };
    let mut evidence = Evidence::new(why, rows);
    evidence.explain = explained(explain);
    Some(Draft { ask, shown, heard: Vec::new(), answer, evidence, basis: vec![("program", name.clone())] })
}

/// The lines of a function that is short enough to be shown, and the function.
fn of_function<'a>(run: &'a Run, ran: &Ran, lines: &Lines, chance: &mut fastrand::Rng) -> Option<(Vec<Item<'a>>, Vec<String>)> {
    let mut fit: Vec<&Arc<Code>> =
        ran.codes(run).into_iter().filter(|code| code.name.len() > 1 && !code.name.starts_with('<') && extent(code).is_some()).collect();
    chance.shuffle(&mut fit);
    fit.into_iter().find_map(|code| {
        let (first, last) = extent(code)?;
        // Over all code objects: what is in brackets may have one of its own.
        let mut by_line: BTreeMap<u32, u64> = BTreeMap::new();
        for code in run.codes() {
            for instruction in code.instructions() {
                let line = instruction.span.line.filter(|line| (first + 1..=last).contains(line) && lines.is_readable(*line));
                *by_line.entry(line.unwrap_or(0)).or_default() += u64::from(ran.times(code.id, instruction.offset));
            }
        }
        by_line.remove(&0);
        let most = by_line.values().max().copied().unwrap_or(0);
        let is_worth = most >= LEAST && by_line.values().filter(|&&count| count > 0 && count * 100 <= most * CLEARLY_LESS).count() > 1;
        let items = by_line.into_iter().map(|(line, count)| Item { name: lines.choice(line), count, code: None }).collect();
        is_worth.then(|| (items, lines.excerpt(first, last)))
    })
}

fn kinds<'a>(subject: &str, run: &Run, ran: &Ran) -> Vec<Item<'a>> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for code in run.codes() {
        for instruction in code.instructions() {
            let name = if subject == "opcode" { &*instruction.opcode } else { instruction.family.name() };
            *counts.entry(name).or_default() += u64::from(ran.times(code.id, instruction.offset));
        }
    }
    let is_work = |name: &str| name != "rest" && name != "EXTENDED_ARG";
    counts.into_iter().filter(|(name, _)| is_work(name)).map(|(name, count)| Item { name: name.to_owned(), count, code: None }).collect()
}

/// Flags of code that makes a generator or a coroutine: calling it runs nothing of it yet (`CO_GENERATOR` and its like).
const SUSPENDED: u32 = 0x20 | 0x80 | 0x200;

fn functions<'a>(subject: &str, run: &'a Run, ran: &Ran) -> Vec<Item<'a>> {
    let calls = calls(run);
    let is_function = |code: &&Arc<Code>| code.flags & SUSPENDED == 0 && !code.name.starts_with('<') && !code.name.starts_with("__");
    let all = ran.codes(run).into_iter().filter(is_function);
    all.map(|code| {
        let count = match subject {
            "calls" => calls.get(&code.id).copied().unwrap_or(0),
            _ => code.instructions().iter().map(|i| u64::from(ran.times(code.id, i.offset))).sum(),
        };
        Item { name: format!("{} (line {})", code.qualname, code.first_line), count, code: Some(code) }
    })
    .collect()
}

fn calls(run: &Run) -> BTreeMap<CodeId, u64> {
    let mut calls = BTreeMap::new();
    for entry in &run.trace.entries {
        if let Entry::Mark(mark) = entry
            && let MarkKind::Called(id) = mark.kind
        {
            *calls.entry(id).or_default() += 1;
        }
    }
    calls
}

/// `merge was called 69 times and is 58 instructions long`.
fn size(run: &Run, code: &Code) -> String {
    let called = calls(run).get(&code.id).copied().unwrap_or(0);
    let has_loop = code.instructions().iter().any(|i| i.target.is_some_and(|target| target <= i.offset));
    let loops = if has_loop { ", with a loop" } else { "" };
    clipped(&format!(
        "{} (line {}): called {}; {} long{loops}",
        code.qualname,
        code.first_line,
        times(called),
        counted(code.instructions().len() as u64, "instruction")
    ))
}

/// Most lines shown of those that speak of one function.
const SPOKEN_OF: usize = 3;

/// Lines which ran and speak of a function.
fn spoken_of(run: &Run, code: &Code, ran: &Ran, lines: &Lines) -> Vec<String> {
    let is_named = |line: &u32| lines.bare(*line).split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == code.name);
    let own = run.codes().flat_map(|code| code.instructions().iter().filter(|i| ran.times(code.id, i.offset) > 0));
    let mut found: Vec<u32> = own.filter_map(|i| i.span.line).filter(|line| *line != code.first_line && lines.is_readable(*line)).collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().filter(is_named).take(SPOKEN_OF).map(|line| lines.numbered(line)).collect()
}
