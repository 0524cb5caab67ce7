//! Questions on the cyclic collector, by what a run measured: which generation it began on, and how much it found.

use std::collections::BTreeMap;

use super::{sample, sheet, trail};
use crate::quiz::maker::{Draft, Maker, Sense, choice};
use crate::quiz::{Evidence, Goal, Ground, Need, Run};
use crate::trace::MarkKind;

pub const COLLECTION: Maker = Maker {
    name: "collection",
    sense: Sense::Knowledge,
    goal: |_| Goal::Memory,
    subjects: || sample(&["generation", "collected"]),
    need: |_| Need::Any(&["memory", "tasks"]),
    make: collection,
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
