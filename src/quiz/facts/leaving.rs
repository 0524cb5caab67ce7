//! Questions on what is behind a call that leaves Python for C: by the calls that the run told, and by the atlas.

use std::collections::{BTreeMap, BTreeSet};

use super::doubt::doubt;
use super::trail;
use super::{sample, sheet};
use crate::atlas::{Function, Version};
use crate::quiz::maker::{Draft, Maker, Sense, choice};
use crate::quiz::{Evidence, Goal, Ground, Need, Run};
use crate::trace::MarkKind;

const SONGS: &[&str] = &["strings", "pipeline", "closures", "memory"];

pub const CALLED_C: Maker = Maker {
    name: "called-c",
    sense: Sense::Knowledge,
    goal: |_| Goal::Source,
    subjects: || sample(&["file", "function"]),
    need: |_| Need::Any(SONGS),
    make: called_c,
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
