//! Whose turn it is: asyncio tasks in one thread, threads that hand on the GIL; how many threads run a function, and who
//! starts them. Measured.

use std::collections::{BTreeMap, BTreeSet};

use super::super::maker::{Draft, Maker, Sense, choice};
use super::super::{Evidence, Goal, Ground, Need, Run};
use super::passage::{code_basis, explained};
use super::text::{Lines, clipped, place};
use crate::trace::{CodeId, Entry, MarkKind, Step};

pub(super) const TURNS: Maker = Maker {
    name: "turns",
    sense: Sense::Eye,
    goal: |_| Goal::Execution,
    subjects: || ["task", "thread", "count", "start"].map(str::to_owned).into(),
    need: |subject| if subject == "task" { Need::Any(&["tasks"]) } else { Need::Any(&["threads"]) },
    make: |subject, ground, chance| match subject {
        "count" => count(ground, chance),
        "start" => start(ground, chance),
        _ => next(subject, ground, chance),
    },
};

/// Somebody's turn, and the line of the program on which it was over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    who: String,
    code: Option<CodeId>,
    line: u32,
}

/// How many take turns: fewer leave nothing to choose, more are not followed.
const ROUND: std::ops::RangeInclusive<usize> = 3..=4;

fn turns(subject: &str, run: &Run) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    let mut thread = None;
    // Threads take turns only where it is told that they do: other recorders make them.
    let tells =
        run.trace.entries.iter().any(|entry| matches!(entry, Entry::Mark(mark) if matches!(mark.kind, MarkKind::HandedOver { .. })));
    let begin = |turns: &mut Vec<Turn>, who: String| turns.push(Turn { who, code: None, line: 0 });
    for entry in &run.trace.entries {
        match entry {
            Entry::Mark(mark) => {
                if let (MarkKind::TaskEntered(name), "task") = (&mark.kind, subject) {
                    begin(&mut turns, run.trace.names.get(name.index()).map_or_else(String::new, |name| name.to_string()));
                }
            }
            Entry::Step(step) => {
                if subject == "thread" && tells && thread != Some(step.thread) {
                    thread = Some(step.thread);
                    begin(&mut turns, format!("thread {}", step.thread));
                }
                let code = &run.trace.codes[step.code.index()];
                let line = code.unit(step.offset).line;
                if let Some(turn) = turns.last_mut().filter(|_| line > 0 && code.file == run.program.name) {
                    (turn.code, turn.line) = (Some(step.code), line);
                }
            }
        }
    }
    turns
}

fn next(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let all = turns(subject, run);
    let mut fit: Vec<(usize, usize)> = Vec::new();
    for round in ROUND {
        for at in 2 * round - 1..all.len() {
            let shown = &all[at - (2 * round - 1)..=at];
            let names: BTreeSet<&str> = shown.iter().map(|turn| turn.who.as_str()).collect();
            let repeats = shown.iter().zip(&shown[round..]).all(|(one, two)| one.who == two.who);
            if names.len() == round && repeats && shown.iter().all(|turn| turn.code.is_some() && lines.is_readable(turn.line)) {
                fit.push((at, round));
            }
        }
    }
    chance.shuffle(&mut fit);
    // The same must not have been followed by something else at another time.
    let is_sure = |(at, round): &(usize, usize)| {
        let shown = &all[at - (2 * round - 1)..*at];
        all.windows(2 * round).all(|other| other[..other.len() - 1] != *shown || other[other.len() - 1].who == all[*at].who)
    };
    let (at, round) = fit.into_iter().find(is_sure)?;
    let shown = &all[at - (2 * round - 1)..at];
    let right = all[at].who.clone();
    let answer = choice(right.clone(), shown.iter().rev().map(|turn| turn.who.clone()), 4, chance)?;
    let row = |turn: &Turn| {
        let name = turn.code.map_or("", |id| &run.trace.codes[id.index()].name);
        clipped(&format!("{:<10} {name:<14} {}", turn.who, lines.numbered(turn.line)))
    };
    let why = if subject == "task" {
        format!("{right} has waited longest: the event loop lets tasks that are ready go on in the order in which they became so.")
    } else {
        format!("Here {right} was next to get the GIL: the one before had let it go, and woken it.")
    };
    let mut evidence = Evidence::new(why, all[at - (2 * round - 1)..=at].iter().map(row).collect());
    evidence.explain = explained(if subject == "task" { "@generator" } else { "@gil" });
    let told: Vec<String> = shown.iter().map(|turn| format!("{}\t{}", turn.who, turn.line)).collect();
    let basis = vec![("program", run.program.name.clone()), ("turns", told.join("\n"))];
    let ask = if subject == "task" {
        "So these asyncio tasks took turns, each until the line shown, the newest last. Which one goes on next?"
    } else {
        "So these threads took turns with the GIL, each until the line shown, the newest last. Which one goes on next?"
    };
    Some(Draft { ask: ask.to_owned(), shown: shown.iter().map(row).collect(), heard: Vec::new(), answer, evidence, basis })
}

/// Most threads that a question is about.
const MOST_THREADS: usize = 12;

fn count(ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let mut threads: BTreeMap<CodeId, BTreeSet<u16>> = BTreeMap::new();
    for step in run.trace.steps() {
        threads.entry(step.code).or_default().insert(step.thread);
    }
    // Only what other threads than the first ran, and not more than is counted at a glance.
    let fit: Vec<(&CodeId, usize)> = threads
        .iter()
        .filter(|(id, threads)| {
            let code = &run.trace.codes[id.index()];
            code.file == run.program.name
                && !code.name.starts_with('<')
                && threads.iter().any(|&thread| thread > 0)
                && threads.len() <= MOST_THREADS
        })
        .map(|(id, threads)| (id, threads.len()))
        .collect();
    let (id, right) = chance.choice(fit)?;
    let code = &run.trace.codes[id.index()];
    let lines_of: BTreeSet<u32> = code.instructions().iter().filter_map(|i| i.span.line).collect();
    let last = lines_of.last().copied()?.min(code.first_line + 8);
    let mut shown = lines.excerpt(code.first_line, last);
    // Who speaks of it or of what it stands in, and who starts threads: there it is to be seen.
    let words: BTreeSet<&str> = code.qualname.split('.').filter(|word| *word != "<locals>").chain(["start"]).collect();
    let speaks = |line: &u32| {
        let is_named = lines.bare(*line).split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| words.contains(word));
        is_named && lines.is_readable(*line) && !(code.first_line..=last).contains(line) && !lines.bare(*line).starts_with("def ")
    };
    let spoken: BTreeSet<u32> = run.codes().flat_map(|code| code.instructions()).filter_map(|i| i.span.line).filter(speaks).collect();
    shown.extend(spoken.into_iter().take(6).map(|line| lines.numbered(line)));
    let others =
        [1, right.saturating_sub(1), right + 1, right * 2, right + 2].into_iter().filter(|&other| other > 0).map(|other| other.to_string());
    let answer = choice(right.to_string(), others, 4, chance)?;
    let numbers: Vec<String> = threads[id].iter().map(u16::to_string).collect();
    let name = place(code);
    let mut evidence = Evidence::new(
        format!("{name} ran in {right} of the threads: {}. The first thread of a program is 0.", numbers.join(", ")),
        Vec::new(),
    );
    evidence.explain = explained("@threads");
    let basis = code_basis(run, code);
    Some(Draft {
        ask: format!("In how many different threads did {} run in all?", code.name),
        shown,
        heard: Vec::new(),
        answer,
        evidence,
        basis,
    })
}

fn start(ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let mut last: BTreeMap<u16, &Step> = BTreeMap::new();
    let (mut starts, mut ran): (BTreeMap<u32, u32>, BTreeSet<u32>) = (BTreeMap::new(), BTreeSet::new());
    for entry in &run.trace.entries {
        match entry {
            Entry::Step(step) => {
                if let Some(line) = own_line(run, step) {
                    ran.insert(line);
                }
                last.insert(step.thread, step);
            }
            Entry::Mark(mark) => {
                if let (MarkKind::ThreadStarted { .. }, Some(line)) =
                    (&mark.kind, last.get(&mark.thread).and_then(|step| own_line(run, step)))
                {
                    *starts.entry(line).or_default() += 1;
                }
            }
        }
    }
    let fit: Vec<(&u32, &u32)> = starts.iter().filter(|(line, _)| lines.is_readable(**line)).collect();
    let (&right, &count) = chance.choice(fit)?;
    let speaks_of_threads =
        |line: &u32| ["hread", "join", "lock", "acquire", "put", "get(", "args"].iter().any(|word| lines.bare(*line).contains(word));
    let mut others: Vec<u32> = ran.into_iter().filter(|line| !starts.contains_key(line) && lines.is_readable(*line)).collect();
    // What calls the one that starts them is on the stack at that time too.
    others.retain(|line| !lines.bare(*line).contains("start"));
    others.sort_by_key(|line| (!speaks_of_threads(line), line.abs_diff(right)));
    let answer = choice(lines.choice(right), others.into_iter().take(6).map(|line| lines.choice(line)), 4, chance)?;
    let many = if count == 1 { "One thread was".to_owned() } else { format!("{count} threads were") };
    let mut evidence = Evidence::new(
        format!("{many} started on line {right} in this run. Making a Thread starts nothing yet."),
        vec![lines.numbered(right)],
    );
    evidence.explain = explained("@threads");
    let basis = vec![("program", run.program.name.clone()), ("line", right.to_string())];
    Some(Draft { ask: "Which of these lines starts a thread?".to_owned(), shown: Vec::new(), heard: Vec::new(), answer, evidence, basis })
}

fn own_line(run: &Run, step: &Step) -> Option<u32> {
    let code = &run.trace.codes[step.code.index()];
    Some(code.unit(step.offset).line).filter(|&line| line > 0 && code.file == run.program.name)
}
