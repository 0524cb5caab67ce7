//! Questions on builtins and core modules: which function of C is behind a name, which name a function of C has in Python,
//! in which language and in which module something is.

use super::doubt::doubt;
use super::{sample, sheet};
use crate::atlas::{Function, Version};
use crate::quiz::maker::{Draft, Maker, Sense, choice};
use crate::quiz::{Evidence, Goal, Ground, Need};

pub const C_FUNCTION: Maker = Maker {
    name: "c-symbol",
    sense: Sense::Knowledge,
    goal: |_| Goal::Source,
    subjects: || sample(&["str.join", "int.__add__", "list.__add__", "object.__getattribute__", "generator.__next__"]),
    need: |_| Need::Nothing,
    make: c_function,
};

pub const PYTHON_NAME: Maker = Maker {
    name: "python-name",
    sense: Sense::Knowledge,
    goal: |_| Goal::Source,
    subjects: || sample(&["dict.__setitem__", "list.__getitem__", "str.__add__", "function.__get__"]),
    need: |_| Need::Nothing,
    make: python_name,
};

pub const C_OR_PYTHON: Maker = Maker {
    name: "c-or-python",
    sense: Sense::Knowledge,
    goal: |_| Goal::CorePackages,
    subjects: || sample(&["functools.lru_cache", "functools.partial", "collections.namedtuple", "collections.deque"]),
    need: |_| Need::Nothing,
    make: c_or_python,
};

pub const MODULE: Maker = Maker {
    name: "module-of",
    sense: Sense::Knowledge,
    goal: |_| Goal::CorePackages,
    subjects: || sample(&["accumulate", "wraps", "WeakValueDictionary", "attrgetter"]),
    need: |_| Need::Nothing,
    make: module_of,
};

/// Modules among which something is looked for: those of the core that a program imports by these names.
const MODULES: [&str; 10] = ["collections", "functools", "gc", "itertools", "math", "operator", "sys", "time", "types", "weakref"];

/// Everything in C that a version has.
fn in_c(version: Version) -> impl Iterator<Item = &'static Function> {
    Function::all().iter().filter(move |function| function.versions.contains(version) && !function.is_python())
}

/// The C function that does the work.
fn worker(function: &Function) -> &'static str {
    function.place().anchor
}

fn parted(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or(("", name))
}

/// What may be taken for it: members of other types of the same name, and others of the same type, those of the same kind
/// of slot first, in an order left to chance. None does its work in the same function.
fn alike(function: &'static Function, version: Version, chance: &mut fastrand::Rng) -> [Vec<&'static Function>; 2] {
    let (owner, name) = parted(function.name);
    let others =
        in_c(version).filter(|other| !other.is_same(function) && worker(other) != worker(function) && !other.name.contains(".tp_"));
    let (mut namesakes, mut siblings) = (Vec::new(), Vec::new());
    for other in others {
        let (other_owner, other_name) = parted(other.name);
        match (other_owner == owner, other_name == name) {
            (false, true) => namesakes.push(other),
            // Beside an operator operators, beside a method methods.
            (true, false) if other_name.starts_with("__") == name.starts_with("__") => siblings.push(other),
            _ => {}
        }
    }
    chance.shuffle(&mut namesakes);
    chance.shuffle(&mut siblings);
    let kind = |function: &Function| function.slot.map(|slot| slot.split('_').next());
    siblings.retain(|other| other.slot != Some("tp_getset") || function.slot == Some("tp_getset"));
    siblings.sort_by_key(|other| kind(other) != kind(function));
    [namesakes, siblings]
}

/// Four of both, two of each where there are as many; none works in the same function as another.
fn four([namesakes, siblings]: &[Vec<&'static Function>; 2]) -> Vec<&'static Function> {
    let mut chosen: Vec<&'static Function> = Vec::new();
    for (candidates, most) in [(namesakes, 2), (siblings, 4), (namesakes, 4)] {
        for candidate in candidates {
            if chosen.len() < most && chosen.iter().all(|other| worker(other) != worker(candidate)) {
                chosen.push(candidate);
            }
        }
    }
    chosen
}

fn c_function(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let version = ground.version;
    let function = Function::in_version(subject, version).filter(|function| !function.is_python())?;
    let others = four(&alike(function, version, chance));
    let right = worker(function);
    let mut lines = vec![format!("{subject}: {}", sheet::told(function.place()))];
    lines.extend(others.iter().map(|other| format!("{}: {}", other.name, sheet::told(other.place()))));
    let slot = function.slot.map(|slot| format!(", in the slot {slot} of its type")).unwrap_or_default();
    let mut evidence = Evidence::new(format!("{subject} is {right} of {}{slot}.", function.file), lines);
    evidence.explain = Some(function.name.to_owned());
    evidence.inferred = doubt(function.checked, version);
    Some(Draft {
        ask: format!("Which C function does the work of {subject} in CPython {version}?"),
        shown: Vec::new(),
        heard: Vec::new(),
        answer: choice(right.to_owned(), others.iter().map(|other| worker(other).to_owned()), 5, chance)?,
        evidence,
        basis: vec![
            ("version", version.to_string()),
            ("name", subject.to_owned()),
            ("file", function.file.to_owned()),
            ("function", function.function.to_owned()),
            ("slot", function.slot.unwrap_or_default().to_owned()),
        ],
    })
}

fn python_name(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let version = ground.version;
    let function = Function::in_version(subject, version).filter(|function| !function.is_python())?;
    let others = four(&alike(function, version, chance));
    let mut lines = vec![format!("{subject}: {}", sheet::told(function.place()))];
    lines.extend(others.iter().map(|other| format!("{}: {}", other.name, sheet::told(other.place()))));
    let mut evidence = Evidence::new(format!("{} of {} is {subject}.", worker(function), function.file), lines);
    evidence.explain = Some(function.name.to_owned());
    evidence.inferred = doubt(function.checked, version);
    Some(Draft {
        ask: format!("The C function {} of CPython {version} does the work of one of these. Of which?", worker(function)),
        shown: Vec::new(),
        heard: Vec::new(),
        answer: choice(subject.to_owned(), others.iter().map(|other| other.name.to_owned()), 5, chance)?,
        evidence,
        basis: vec![
            ("version", version.to_string()),
            ("name", subject.to_owned()),
            ("function", function.function.to_owned()),
            ("slot", function.slot.unwrap_or_default().to_owned()),
        ],
    })
}

/// `in Python, Lib/functools.py`.
fn language(function: &Function) -> String {
    format!("in {}, {}", if function.is_python() { "Python" } else { "C" }, function.file)
}

fn c_or_python(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let version = ground.version;
    let function = Function::in_version(subject, version)?;
    let (module, _) = subject.split_once('.')?;
    let named = |module: &str| {
        let prefix = format!("{module}.");
        Function::all().iter().filter(move |other| other.name.starts_with(&prefix) && other.name[prefix.len()..].split('.').count() == 1)
    };
    let of_version = |other: &&Function| other.versions.contains(version);
    // The other language in the same module, and of other modules one in each.
    let right = language(function);
    let other_way = named(module).filter(of_version).find(|other| other.is_python() != function.is_python());
    let mut further: Vec<&Function> = MODULES.iter().flat_map(|module| named(module)).filter(of_version).collect();
    further.retain(|other| other.file != function.file && other_way.is_none_or(|way| way.file != other.file));
    chance.shuffle(&mut further);
    let further = [true, false].map(|is_python| further.iter().find(|other| other.is_python() == is_python).copied());
    let others: Vec<String> = other_way.into_iter().chain(further.into_iter().flatten()).map(language).collect();
    let mut evidence = Evidence::new(format!("{subject} is {right}."), vec![format!("{subject}: {}", sheet::told(function.place()))]);
    evidence.explain = Some(function.name.to_owned());
    evidence.inferred = doubt(function.checked, version);
    Some(Draft {
        ask: format!("In which language, and where, is {subject} of CPython {version} written?"),
        shown: Vec::new(),
        heard: Vec::new(),
        answer: choice(right, others, 4, chance)?,
        evidence,
        basis: vec![
            ("version", version.to_string()),
            ("name", subject.to_owned()),
            ("is_python", function.is_python().to_string()),
            ("file", function.file.to_owned()),
        ],
    })
}

fn module_of(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let version = ground.version;
    let of = |module: &'static str| Some((module, Function::in_version(&format!("{module}.{subject}"), version)?));
    let found: Vec<_> = MODULES.into_iter().filter_map(of).collect();
    let [(module, function)] = found[..] else { return None };
    let others = MODULES.into_iter().filter(|other| *other != module).map(str::to_owned);
    let mut evidence = Evidence::new(
        format!("from {module} import {subject}. It is written {}.", language(function)),
        vec![sheet::told(function.place())],
    );
    evidence.explain = Some(function.name.to_owned());
    evidence.inferred = doubt(function.checked, version);
    Some(Draft {
        ask: format!("From which module does a program import {subject}?"),
        shown: Vec::new(),
        heard: Vec::new(),
        answer: choice(module.to_owned(), others, 4, chance)?,
        evidence,
        basis: vec![("version", version.to_string()), ("name", subject.to_owned()), ("module", module.to_owned())],
    })
}
