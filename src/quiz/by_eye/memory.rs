//! Memory by lines: which took blocks and which gave them back, and what sets the cyclic collector to work. Measured.

use std::collections::{BTreeMap, BTreeSet};

use super::super::maker::{Draft, Maker, Sense, choice};
use super::super::{Evidence, Goal, Ground, Need, Run};
use super::passage::explained;
use super::text::{Lines, counted};
use crate::trace::{Entry, MarkKind};

pub(super) const BLOCKS: Maker = Maker {
    name: "memory-blocks",
    sense: Sense::Eye,
    goal: |_| Goal::Memory,
    subjects: || ["took", "gave-back"].map(str::to_owned).into(),
    need: |_| Need::Any(&["memory", "comprehensions", "primes"]),
    make: blocks,
};

pub(super) const COLLECTOR: Maker = Maker {
    name: "collector-runs",
    sense: Sense::Eye,
    goal: |_| Goal::Memory,
    subjects: || ["line", "generation"].map(str::to_owned).into(),
    need: |_| Need::Any(&["memory"]),
    make: collector,
};

/// What lines did to memory.
#[derive(Debug, Clone, Default)]
struct Memory {
    /// Blocks taken less blocks given back, by line.
    net: BTreeMap<u32, i64>,
    /// Runs of the collector: the line, the generation and what it collected.
    collections: Vec<(u32, u8, u32)>,
}

fn memory(run: &Run) -> Memory {
    let mut memory = Memory::default();
    // The line that each thread is on; 0 outside the program.
    let mut on: BTreeMap<u16, u32> = BTreeMap::new();
    for entry in &run.trace.entries {
        match entry {
            Entry::Step(step) => {
                let code = &run.trace.codes[step.code.index()];
                let line = if code.file == run.program.name { code.unit(step.offset).line } else { 0 };
                // A change is of what ran since the step before.
                if let Some(before) = on.insert(step.thread, line)
                    && before > 0
                {
                    *memory.net.entry(before).or_default() += i64::from(step.blocks);
                }
            }
            Entry::Mark(mark) => {
                let line = on.get(&mark.thread).copied().unwrap_or(0);
                match mark.kind {
                    MarkKind::BlocksChanged { by } if line > 0 => *memory.net.entry(line).or_default() += i64::from(by),
                    MarkKind::CollectionStarted { generation } => memory.collections.push((line, generation, 0)),
                    MarkKind::CollectionEnded { collected, .. } => {
                        if let Some(last) = memory.collections.last_mut() {
                            last.2 = collected;
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    memory
}

/// Fewer blocks may be chance: what lists and dictionaries grow by, free lists that are full or not.
const LEAST: i64 = 40;
/// Others changed by at most so many hundredths of it.
const CLEARLY_LESS: i64 = 40;

fn blocks(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    if !run.trace.dialect.tells_blocks_by_step() {
        return None;
    }
    let lines = Lines::of(&run.program);
    let memory = memory(run);
    let has_taken = subject == "took";
    let sign = if has_taken { 1 } else { -1 };
    let fit: Vec<(u32, i64)> =
        memory.net.iter().map(|(&line, &net)| (line, net)).filter(|(line, net)| net * sign >= LEAST && lines.is_readable(*line)).collect();
    let (right, net) = chance.choice(fit)?;
    let mut others: Vec<(u32, i64)> = memory
        .net
        .iter()
        .map(|(&line, &other)| (line, other))
        .filter(|(line, other)| *line != right && lines.is_readable(*line) && other * sign * 100 <= net * sign * CLEARLY_LESS)
        .collect();
    // Lines that do something with memory at all.
    others.sort_by_key(|(line, other)| (std::cmp::Reverse(other.abs()), *line));
    others.truncate(8);
    let answer = choice(lines.choice(right), others.iter().map(|(line, _)| lines.choice(*line)), 4, chance)?;
    let chosen: BTreeSet<String> = match &answer {
        super::super::Answer::Choice { choices, .. } => choices.iter().cloned().collect(),
        _ => return None,
    };
    others.push((right, net));
    others.retain(|(line, _)| chosen.contains(&lines.choice(*line)));
    others.sort_by_key(|(line, net)| (std::cmp::Reverse(net * sign), *line));
    let rows = others.iter().map(|(line, net)| format!("{net:>+6}  {}", lines.numbered(*line))).collect();
    let did = if has_taken { "took" } else { "gave back" };
    let kept = if has_taken { "What it makes is kept" } else { "What nothing refers to any more goes at once" };
    let mut evidence = Evidence::new(
        format!("Line {right} {did} {} in all, less what it did the other way. {kept}.", counted(net.unsigned_abs(), "block")),
        rows,
    );
    evidence.explain = explained(if has_taken { "@memory" } else { "@refcount" });
    let name = &run.program.name;
    let ask = if has_taken {
        format!("Which of these lines of {name} took the most memory: blocks taken less blocks given back?")
    } else {
        format!("Which of these lines of {name} gave back the most memory: blocks given back less blocks taken?")
    };
    let basis = vec![("program", name.clone()), ("line", right.to_string())];
    Some(Draft { ask, shown: Vec::new(), heard: Vec::new(), answer, evidence, basis })
}

fn collector(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let memory = memory(run);
    // Asked for by the program: when it begins by itself hangs on what else was made, and on who records.
    let fit: Vec<(u32, u8, u32)> = memory
        .collections
        .iter()
        .copied()
        .filter(|(line, ..)| lines.is_readable(*line) && lines.bare(*line).contains("gc.collect("))
        .collect();
    let (line, generation, collected) = chance.choice(fit)?;
    let found = match collected {
        0 => "found nothing that could not be reached".to_owned(),
        _ => format!("found {} that could not be reached", counted(collected.into(), "object")),
    };
    let mut evidence = Evidence::new(
        format!("The collector began on generation {generation} during line {line}, and {found}."),
        vec![lines.numbered(line)],
    );
    evidence.explain = explained("@gc");
    let basis = vec![("program", run.program.name.clone()), ("line", line.to_string())];
    if subject == "generation" {
        // Several calls on one line may say different things.
        if memory.collections.iter().any(|(other, begun, _)| *other == line && *begun != generation) {
            return None;
        }
        let names = ["0, the youngest", "1", "2, the oldest"];
        let right = (*names.get(usize::from(generation))?).to_owned();
        return Some(Draft {
            ask: "On which generation does the cyclic collector begin here?".to_owned(),
            shown: vec![lines.numbered(line)],
            heard: Vec::new(),
            answer: choice(right, names.map(str::to_owned), 3, chance)?,
            evidence,
            basis,
        });
    }
    let during: BTreeSet<u32> = memory.collections.iter().map(|(line, ..)| *line).collect();
    let mut others: Vec<(u32, i64)> = memory.net.iter().map(|(&line, &net)| (line, net)).collect();
    others.retain(|(line, _)| !during.contains(line) && lines.is_readable(*line));
    // Those first that speak of the collector or give much back.
    let speaks = |line: u32| ["gc.", "del ", "pop("].iter().any(|word| lines.bare(line).contains(word));
    others.sort_by_key(|(line, net)| (!speaks(*line), *net, *line));
    let answer = choice(lines.choice(line), others.iter().take(5).map(|(line, _)| lines.choice(*line)), 4, chance)?;
    Some(Draft {
        ask: "During which of these lines did the cyclic collector run?".to_owned(),
        shown: Vec::new(),
        heard: Vec::new(),
        answer,
        evidence,
        basis,
    })
}
