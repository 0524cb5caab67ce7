//! Questions on where a program leaves Python for C: by the calls that its run told, and by the atlas, which knows what is
//! behind them.

use std::collections::{BTreeMap, BTreeSet};

use super::doubt::doubt;
use super::trail::{self, Here};
use super::{sample, sheet};
use crate::atlas::{Function, Version};
use crate::quiz::maker::{Draft, Maker, Sense, choice};
use crate::quiz::{Evidence, Goal, Ground, Need, Run};
use crate::trace::{Entry, Family, MarkKind};

const SONGS: &[&str] = &["strings", "pipeline", "closures", "memory"];

pub const CALLED_C: Maker = Maker {
    name: "called-c",
    sense: Sense::Knowledge,
    goal: |_| Goal::Source,
    subjects: || sample(&["file", "function"]),
    need: |_| Need::Any(SONGS),
    make: called_c,
};

pub const LEAVES_PYTHON: Maker = Maker {
    name: "leaves-python",
    sense: Sense::Knowledge,
    goal: |_| Goal::CorePackages,
    subjects: || sample(&["line"]),
    need: |_| Need::Any(SONGS),
    make: leaves_python,
};

/// The functions in C that each line of the program called.
fn calls(run: &Run) -> BTreeMap<u32, BTreeSet<&str>> {
    let mut calls: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    for (_, mark, here) in trail::marks(run) {
        if let (MarkKind::CalledC(name), Some(here)) = (&mark.kind, here)
            && let Some(name) = run.trace.names.get(name.index())
        {
            calls.entry(here.line).or_default().insert(name);
        }
    }
    calls
}

/// The last word of a name: `append` of `list.append`.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn called_c(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let version = run.version.filter(|_| run.is_cpython && run.trace.dialect.tells_calls_into_c())?;
    let mut found: Vec<(u32, &str, &'static Function)> = Vec::new();
    for (line, names) in calls(run) {
        // Of several nobody could tell which is meant; and it is to be seen in the text.
        let [name] = names.into_iter().collect::<Vec<_>>()[..] else { continue };
        let function = Function::in_version(name, version).filter(|function| !function.is_python());
        if let Some(function) = function.filter(|_| run.line(line).contains(last(name))) {
            found.push((line, name, function));
        }
    }
    // Each function as likely as another, however many lines call it.
    let names: Vec<&str> = found.iter().map(|(_, name, _)| *name).collect::<BTreeSet<_>>().into_iter().collect();
    let name = *chance.choice(&names)?;
    let lines: Vec<_> = found.iter().filter(|(_, other, _)| *other == name).collect();
    let &&(line, _, function) = chance.choice(&lines)?;
    let is_file = subject == "file";
    let (right, others) = if is_file { (function.file.to_owned(), files(function, version)) } else { workers(function, version) };
    let shown = sheet::around(run, line, 3, 2);
    let asked = if is_file { "In which file of CPython is that written" } else { "Which C function does the work" };
    let mut evidence = Evidence::new(
        format!("Line {line} called {name}, which is {} of {}.", function.place().anchor, function.file),
        vec![format!("{name}: {}", sheet::told(function.place()))],
    );
    evidence.explain = Some(function.name.to_owned());
    evidence.inferred = doubt(function.checked, version);
    Some(Draft {
        ask: format!("As line {line} ran, it left Python for {name}. {asked}, in {version}?"),
        shown,
        heard: Vec::new(),
        answer: choice(right, others, 4, chance)?,
        evidence,
        basis: vec![
            ("version", version.to_string()),
            ("line", line.to_string()),
            ("name", name.to_owned()),
            ("file", function.file.to_owned()),
            ("function", function.function.to_owned()),
        ],
    })
}

/// Files of other builtins and of their methods.
fn files(function: &'static Function, version: Version) -> Vec<String> {
    let of_builtins = |other: &&Function| {
        let owner = other.name.split('.').next().unwrap_or_default();
        other.versions.contains(version) && !other.is_python() && (!other.name.contains('.') || Function::is_kind(owner, version))
    };
    let common = ["len", "print", "list.append", "dict.get", "str.join", "set.add", "tuple.index", "int.bit_length", "object", "range"];
    let common = common.into_iter().filter_map(|name| Function::in_version(name, version));
    common.filter(of_builtins).map(|other| other.file).filter(|file| *file != function.file).map(str::to_owned).collect()
}

/// The C function, and those of other members of the same type or module.
fn workers(function: &'static Function, version: Version) -> (String, Vec<String>) {
    let owner = |name: &'static str| name.rsplit_once('.').map_or("", |(owner, _)| owner);
    let siblings = Function::all().iter().filter(|other| {
        other.versions.contains(version) && !other.is_python() && !other.is_same(function) && owner(other.name) == owner(function.name)
    });
    let plain = siblings.filter(|other| !last(other.name).starts_with('_') && !last(other.name).starts_with("tp_") && other.slot.is_none());
    (function.place().anchor.to_owned(), plain.map(|other| other.place().anchor.to_owned()).collect())
}

/// What is known of a line that ran.
#[derive(Default)]
struct Line {
    /// Calls whose callee's first instruction was seen to follow.
    into_python: bool,
    /// A call of which it is not known what it called, or of a class, which is C in between.
    is_unclear: bool,
}

/// Lines that ran without leaving for C by a call.
fn stayed(run: &Run, left: &BTreeMap<u32, BTreeSet<&str>>) -> BTreeMap<u32, Line> {
    let mut lines: BTreeMap<u32, Line> = BTreeMap::new();
    let mut calling: BTreeMap<u16, Option<Here<'_>>> = BTreeMap::new();
    for entry in &run.trace.entries {
        match entry {
            Entry::Step(step) => {
                if let Some(Some(call)) = calling.remove(&step.thread) {
                    lines.entry(call.line).or_default().is_unclear = true;
                }
                if let Some(here) = trail::here(run, *step) {
                    lines.entry(here.line).or_default();
                    let is_call = here.instruction.family == Family::Call && here.instruction.opcode.starts_with("CALL");
                    calling.insert(step.thread, is_call.then_some(here));
                }
            }
            Entry::Mark(mark) => {
                if let (MarkKind::Called(code), Some(Some(call))) = (&mark.kind, calling.get(&mark.thread).copied()) {
                    let is_init = run.trace.codes.get(code.index()).is_none_or(|code| code.name.starts_with("__"));
                    let line = lines.entry(call.line).or_default();
                    line.into_python = true;
                    line.is_unclear |= is_init;
                    calling.remove(&mark.thread);
                }
            }
        }
    }
    lines.retain(|line, known| !left.contains_key(line) && !known.is_unclear);
    lines
}

fn leaves_python(_: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let version = run.version.filter(|_| run.is_cpython && run.trace.dialect.tells_calls_into_c())?;
    let left = calls(run);
    let stayed = stayed(run, &left);
    // With something that looks like a call where there is enough of that.
    let looks = |line: u32| run.line(line).contains('(') && !run.line(line).starts_with(['@', '#', '"', '\'']);
    let is_statement =
        |line: u32| !["def ", "class ", "async def ", "import ", "from "].iter().any(|word| run.line(line).starts_with(word));
    let rights: Vec<(u32, &BTreeSet<&str>)> = left
        .iter()
        .filter(|(line, names)| is_statement(**line) && names.iter().all(|name| run.line(**line).contains(last(name))))
        .map(|(line, names)| (*line, names))
        .collect();
    // Each function as likely as another: else it were mostly the one that every line calls.
    let called: Vec<&str> = rights.iter().flat_map(|(_, names)| names.iter().copied()).collect::<BTreeSet<_>>().into_iter().collect();
    let name = *chance.choice(&called)?;
    let of_name: Vec<_> = rights.iter().filter(|(_, names)| names.contains(name)).collect();
    let &&(line, names) = chance.choice(&of_name)?;
    let told = run.line(line);
    let mut wrong: Vec<u32> =
        stayed.keys().copied().filter(|&other| is_statement(other) && !run.line(other).is_empty() && run.line(other) != told).collect();
    chance.shuffle(&mut wrong);
    wrong.sort_by_key(|&other| !(stayed[&other].into_python && looks(other)));
    let mut texts: Vec<&str> = Vec::new();
    wrong.retain(|&other| {
        !texts.contains(&run.line(other)) && {
            texts.push(run.line(other));
            true
        }
    });
    wrong.truncate(3);
    let names: Vec<&str> = names.iter().copied().collect();
    let known = names.iter().find_map(|name| Function::in_version(name, version).filter(|function| !function.is_python()));
    let mut evidence = Evidence::new(
        format!("Line {line} called {}, in C; the others called functions in Python, or nothing.", names.join(" and ")),
        known.map(|function| format!("{}: {}", function.name, sheet::told(function.place()))).into_iter().collect(),
    );
    evidence.explain = Some(known.map_or("@call", |function| function.name).to_owned());
    let answer = choice(sheet::line(run, line), wrong.iter().map(|&other| sheet::line(run, other)), 4, chance)?;
    Some(Draft {
        ask: "All of these lines ran. Which of them called something that is written in C?".to_owned(),
        shown: Vec::new(),
        heard: Vec::new(),
        answer,
        evidence,
        basis: vec![
            ("version", version.to_string()),
            ("line", line.to_string()),
            ("names", names.join(",")),
            ("stayed", wrong.iter().map(u32::to_string).collect::<Vec<_>>().join(",")),
        ],
    })
}
