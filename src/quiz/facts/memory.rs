//! Questions on memory, by what a run measured: which generation the collector began on, how much it found, and which line
//! took or gave back most blocks.

use std::collections::BTreeMap;

use super::{sample, sheet, trail};
use crate::quiz::maker::{Draft, Maker, Sense, choice};
use crate::quiz::{Evidence, Goal, Ground, Need, Run};
use crate::trace::{CodeId, Entry, MarkKind};

pub const COLLECTION: Maker = Maker {
    name: "collection",
    sense: Sense::Knowledge,
    goal: |_| Goal::Memory,
    subjects: || sample(&["generation", "collected"]),
    need: |_| Need::Any(&["memory", "tasks"]),
    make: collection,
};

pub const BLOCKS: Maker = Maker {
    name: "blocks",
    sense: Sense::Knowledge,
    goal: |_| Goal::Memory,
    subjects: || sample(&["taken", "given-back"]),
    need: |_| Need::Any(&["memory", "comprehensions", "primes"]),
    make: blocks,
};

/// A run of the collector, on a line of the program.
struct Collection {
    line: u32,
    generation: u8,
    collected: u32,
    /// Whether the line called for it: `gc.collect`.
    is_asked: bool,
}

fn collections(run: &Run) -> Vec<Collection> {
    let mut found = Vec::new();
    // The last function in C that each thread called since its last step.
    let mut calling: BTreeMap<u16, (u32, String)> = BTreeMap::new();
    for (_, mark, here) in trail::marks(run) {
        let Some(here) = here else { continue };
        match &mark.kind {
            MarkKind::CalledC(name) => {
                let name = run.trace.names.get(name.index()).map(|name| name.to_string()).unwrap_or_default();
                calling.insert(mark.thread, (here.line, name));
            }
            MarkKind::CollectionStarted { generation } => {
                let is_asked = calling.get(&mark.thread).is_some_and(|(line, name)| *line == here.line && name == "gc.collect");
                found.push(Collection { line: here.line, generation: *generation, collected: 0, is_asked });
            }
            // Finalizers in Python may have run in between, which is where the thread was last.
            MarkKind::CollectionEnded { generation, collected } => {
                if let Some(last) = found.last_mut().filter(|last| last.generation == *generation) {
                    last.collected = *collected;
                }
            }
            _ => {}
        }
    }
    found
}

fn collection(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first().filter(|run| run.is_cpython)?;
    let all = collections(run);
    // Few that were found may be the recorder's own.
    const FEW: u32 = 20;
    let is_count = subject == "collected";
    let fitting: Vec<_> = all.iter().filter(|collection| !is_count || collection.collected >= FEW).collect();
    let asked: Vec<_> = fitting.iter().filter(|collection| collection.is_asked).copied().collect();
    let &found = chance.choice(if asked.is_empty() { &fitting } else { &asked })?;
    let Collection { line, generation, collected, is_asked } = *found;
    let began = if is_asked {
        "gc.collect() without an argument takes the oldest generation, and all younger ones with it"
    } else {
        "Enough new containers had come since the last time: the collector began by itself"
    };
    let (question, right, others) = if is_count {
        let others = [0, collected / 4, collected * 4, collected * 16].map(|other| format!("{other} objects"));
        ("How many objects did it find that nobody could reach?", format!("{collected} objects"), others.to_vec())
    } else {
        let of = |generation: u8| match generation {
            0 => "generation 0, the youngest objects only",
            1 => "generation 1, and the youngest with it",
            _ => "generation 2, the oldest, and so all",
        };
        ("Which generation did it take?", of(generation).to_owned(), [0, 1, 2].map(|other| of(other).to_owned()).to_vec())
    };
    let text = format!("{began}. In this run it took generation {generation} and found {collected} objects that nobody could reach.");
    let mut evidence = Evidence::new(text, sheet::around(run, line, 0, 0));
    evidence.explain = Some(if is_asked { "gc.collect" } else { "@gc" }.to_owned());
    Some(Draft {
        ask: format!("While line {line} ran, the cyclic collector began. {question}"),
        shown: sheet::around(run, line, 8, 2),
        heard: Vec::new(),
        answer: choice(right, others, 4, chance)?,
        evidence,
        basis: vec![("line", line.to_string()), ("generation", generation.to_string()), ("collected", collected.to_string())],
    })
}

/// A line that a frame is on, and how many blocks there were as it came there.
struct Visit {
    code: CodeId,
    line: Option<u32>,
    begun: i64,
}

/// By how much the blocks of the first thread grew over each line that it came to once, with all that the line called.
fn nets(run: &Run) -> BTreeMap<u32, i64> {
    let mut visits: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    let mut frames: Vec<Visit> = Vec::new();
    let mut blocks = 0i64;
    let mut end = |visit: &Visit, blocks: i64| {
        if let Some(line) = visit.line {
            visits.entry(line).or_default().push(blocks - visit.begun);
        }
    };
    for entry in &run.trace.entries {
        match entry {
            Entry::Mark(mark) if mark.thread == 0 => {
                if let MarkKind::BlocksChanged { by } = mark.kind {
                    blocks += i64::from(by);
                }
            }
            Entry::Step(step) if step.thread == 0 => {
                blocks += i64::from(step.blocks);
                let depth = usize::from(step.frame_depth);
                let line = trail::here(run, *step).map(|here| here.line);
                while frames.len() > depth + 1 {
                    frames.pop().iter().for_each(|visit| end(visit, blocks));
                }
                let is_same = frames.len() > depth && frames[depth].code == step.code && frames[depth].line == line;
                if !is_same {
                    if frames.len() > depth {
                        frames.pop().iter().for_each(|visit| end(visit, blocks));
                    }
                    // Frames that were entered before anything was told of them.
                    while frames.len() < depth {
                        frames.push(Visit { code: step.code, line: None, begun: blocks });
                    }
                    frames.push(Visit { code: step.code, line, begun: blocks });
                }
            }
            _ => {}
        }
    }
    while let Some(visit) = frames.pop() {
        end(&visit, blocks);
    }
    visits.into_iter().filter_map(|(line, nets)| if let [net] = nets[..] { Some((line, net)) } else { None }).collect()
}

fn blocks(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first().filter(|run| run.is_cpython && run.trace.dialect.tells_blocks_by_step())?;
    let sign = if subject == "taken" { 1 } else { -1 };
    let nets: Vec<(u32, i64)> = nets(run).into_iter().map(|(line, net)| (line, net * sign)).collect();
    // Fewer may be caches that fill or are emptied beside it.
    const LEAST: i64 = 12;
    let texts = |line: u32| run.line(line);
    let is_definition =
        |line: u32| ["def ", "class ", "import ", "from ", "@", "\"", "async def "].iter().any(|word| texts(line).starts_with(word));
    let rights: Vec<(u32, i64)> = nets.iter().copied().filter(|(line, net)| *net >= LEAST && !is_definition(*line)).collect();
    let &(line, most) = chance.choice(&rights)?;
    let mut wrong: Vec<(u32, i64)> = nets
        .iter()
        .copied()
        .filter(|(other, net)| *other != line && *net <= most / 2 && !is_definition(*other) && texts(*other) != texts(line))
        .collect();
    chance.shuffle(&mut wrong);
    // Those that did something, too, are the ones to know apart.
    wrong.sort_by_key(|(_, net)| net.abs() < LEAST);
    let mut seen: Vec<&str> = Vec::new();
    wrong.retain(|(other, _)| {
        !seen.contains(&texts(*other)) && {
            seen.push(texts(*other));
            true
        }
    });
    wrong.truncate(3);
    let mut told: Vec<(u32, i64)> = wrong.iter().copied().chain([(line, most)]).collect();
    told.sort_unstable();
    let lines = told.iter().map(|(line, net)| format!("{:>+6} blocks: {}", net * sign, sheet::line(run, *line))).collect();
    let (verb, other) =
        if sign > 0 { ("took", "Blocks are allocations that live on") } else { ("gave back", "What nobody holds any more is freed") };
    let mut evidence = Evidence::new(format!("{other}: line {line} {verb} {most} blocks, with all that it called."), lines);
    evidence.explain = Some(if sign > 0 { "@memory" } else { "@refcount" }.to_owned());
    let answer = choice(sheet::line(run, line), wrong.iter().map(|(other, _)| sheet::line(run, *other)), 4, chance)?;
    Some(Draft {
        ask: format!("Each of these lines ran once, with all that it called. Which {verb} most blocks of memory?"),
        shown: Vec::new(),
        heard: Vec::new(),
        answer,
        evidence,
        basis: vec![
            ("line", line.to_string()),
            ("blocks", (most * sign).to_string()),
            ("others", wrong.iter().map(|(other, net)| format!("{other}:{}", net * sign)).collect::<Vec<_>>().join(",")),
        ],
    })
}
