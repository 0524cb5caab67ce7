//! Memory by lines: which took blocks and which gave them back, and what sets the cyclic collector to work. Measured.

use std::collections::{BTreeMap, BTreeSet};

use super::super::maker::{Draft, Maker, Sense, choice};
use super::super::{Evidence, Goal, Ground, Need, Run};
use super::passage::{code_basis, explained};
use super::text::{Lines, counted, place};
use crate::trace::{CodeId, Entry, MarkKind};

pub(super) const BLOCKS: Maker = Maker {
    name: "memory-blocks",
    sense: Sense::Eye,
    goal: |_| Goal::Memory,
    subjects: || ["took", "gave-back"].map(str::to_owned).into(),
    need: |subject| if subject == "took" { Need::Any(&["memory", "comprehensions", "matrix"]) } else { Need::Any(&["memory"]) },
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
    /// Blocks taken less blocks given back by a line and all that it called, by code object and line.
    net: BTreeMap<(CodeId, u32), i64>,
    /// Runs of the collector: the line, the generation and what it collected.
    collections: Vec<(u32, u8, u32)>,
    /// Lines under way while the collector ran by itself: what it gave back then is not theirs, nor told apart.
    disturbed: BTreeSet<(CodeId, u32)>,
}

/// A frame, the line of the program that it is on (0 outside), and the blocks of its thread when it came there.
#[derive(Debug, Clone, Copy)]
struct Frame {
    code: CodeId,
    line: u32,
    blocks: i64,
}

fn memory(run: &Run, lines: &Lines) -> Memory {
    let mut memory = Memory::default();
    let mut threads: BTreeMap<u16, (Vec<Frame>, i64)> = BTreeMap::new();
    for entry in &run.trace.entries {
        match entry {
            Entry::Step(step) => {
                let code = &run.trace.codes[step.code.index()];
                let line = if code.file == run.program.name { code.unit(step.offset).line } else { 0 };
                let (frames, blocks) = threads.entry(step.thread).or_default();
                *blocks += i64::from(step.blocks);
                let now = Frame { code: step.code, line, blocks: *blocks };
                match frames.last_mut().filter(|frame| frame.code == step.code) {
                    Some(before) => {
                        // What changed since the frame's step before was done by its line, or by what that called.
                        if before.line > 0 && (before.line != line || *blocks != before.blocks) {
                            *memory.net.entry((before.code, before.line)).or_default() += *blocks - before.blocks;
                        }
                        *before = now;
                    }
                    None => frames.push(now),
                }
            }
            Entry::Mark(mark) => {
                let (frames, blocks) = threads.entry(mark.thread).or_default();
                match mark.kind {
                    MarkKind::BlocksChanged { by } => *blocks += i64::from(by),
                    MarkKind::Called(code) | MarkKind::Resumed(code) => frames.push(Frame { code, line: 0, blocks: 0 }),
                    MarkKind::Returned(_) | MarkKind::Yielded(_) | MarkKind::Unwound(_) => _ = frames.pop(),
                    MarkKind::CollectionStarted { generation } => {
                        let line = frames.last().map_or(0, |frame| frame.line);
                        memory.collections.push((line, generation, 0));
                        if !asks_for_collection(lines, line) {
                            memory.disturbed.extend(frames.iter().map(|frame| (frame.code, frame.line)));
                        }
                    }
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

/// Whether the program sets the collector to work there.
fn asks_for_collection(lines: &Lines, line: u32) -> bool {
    lines.is_readable(line) && lines.bare(line).contains("gc.collect(")
}

/// Fewer blocks may be chance: what lists and dictionaries grow by, free lists that are full or not.
const LEAST: i64 = 60;
/// Others changed by at most so many hundredths of it.
const CLEARLY_LESS: i64 = 25;

/// What imports and classes take is as much the library's as the program's, and not all of it is told.
fn is_making(text: &str) -> bool {
    ["import ", "from ", "class "].iter().any(|word| text.starts_with(word))
}

fn blocks(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    // What one thread makes another may let go of: then a line's own blocks say little.
    if !run.trace.dialect.tells_blocks_by_step() || run.trace.steps().any(|step| step.thread > 0) {
        return None;
    }
    let lines = Lines::of(&run.program);
    let memory = memory(run, &lines);
    let has_taken = subject == "took";
    let sign = if has_taken { 1 } else { -1 };
    let told: Vec<(CodeId, u32, i64)> = memory
        .net
        .iter()
        .filter(|(place, _)| !memory.disturbed.contains(place))
        .map(|((code, line), net)| (*code, *line, *net))
        .filter(|(_, line, _)| lines.is_readable(*line) && !is_making(lines.bare(*line)))
        // At the top level stand definitions and one call of everything: what those leave behind hangs on chance.
        .filter(|(code, ..)| &*run.trace.codes[code.index()].name != "<module>")
        .collect();
    // Lines of one function only: those that call it do to memory what it does.
    let less = |code: CodeId, net: i64| {
        let clearly = move |other: i64| other * sign * 100 <= net * sign * CLEARLY_LESS;
        told.iter().filter(move |(other_code, _, other)| *other_code == code && clearly(*other)).map(|(_, line, other)| (*line, *other))
    };
    let fit = told.iter().filter(|(code, _, net)| net * sign >= LEAST && less(*code, *net).count() > 1);
    let &(code, right, net) = chance.choice(fit.collect::<Vec<_>>())?;
    let mut others: Vec<(u32, i64)> = less(code, net).collect();
    // Lines that do something with memory at all.
    others.sort_by_key(|(line, other)| (std::cmp::Reverse(other.abs()), *line));
    others.truncate(6);
    let answer = choice(lines.choice(right), others.iter().map(|(line, _)| lines.choice(*line)), 4, chance)?;
    let chosen: BTreeSet<String> = match &answer {
        super::super::Answer::Choice { choices, .. } => choices.iter().cloned().collect(),
        _ => return None,
    };
    others.push((right, net));
    others.retain(|(line, _)| chosen.contains(&lines.choice(*line)));
    others.sort_by_key(|(line, net)| (std::cmp::Reverse(net * sign), *line));
    let rows = others.iter().map(|(line, net)| format!("{net:>+6}  {}", lines.numbered(*line))).collect();
    let is_collected = memory.collections.iter().any(|(line, _, collected)| *line == right && *collected > 0);
    let (did, than, why, page) = match (has_taken, is_collected) {
        (true, _) => ("took", "gave back", "What it makes is kept", "@memory"),
        (false, true) => ("gave back", "took", "The cyclic collector ran there: who only held each other went", "@gc"),
        (false, false) => ("gave back", "took", "What it let go of had nobody else to hold it", "@refcount"),
    };
    let blocks = counted(net.unsigned_abs(), "block");
    let mut evidence =
        Evidence::new(format!("Over the whole run line {right} and what it calls {did} {blocks} more than it {than}. {why}."), rows);
    evidence.explain = explained(page);
    let function = place(&run.trace.codes[code.index()]);
    let ask = if has_taken {
        format!("Which line of {function} took the most memory over the run, with what it calls: blocks taken less given back?")
    } else {
        format!("Which line of {function} gave back the most memory over the run, with what it calls: blocks freed less taken?")
    };
    let mut basis = code_basis(run, &run.trace.codes[code.index()]);
    basis.push(("line", right.to_string()));
    Some(Draft { ask, shown: Vec::new(), heard: Vec::new(), answer, evidence, basis })
}

fn collector(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let memory = memory(run, &lines);
    // Asked for by the program: when it begins by itself hangs on what else was made, and on who records.
    let fit: Vec<(u32, u8, u32)> = memory.collections.iter().copied().filter(|(line, ..)| asks_for_collection(&lines, *line)).collect();
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
    let mut others: Vec<(u32, i64)> = memory.net.iter().map(|((_, line), net)| (*line, *net)).collect();
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
