//! Questions on types: from which a type inherits, which slot a method fills, and who answers an operator.

use super::doubt::{doubt, doubts};
use super::{sample, sheet};
use crate::atlas::{Answer, Function, Operation, Try, Version, bases_of, operation};
use crate::quiz::maker::{Draft, Maker, Sense, choice};
use crate::quiz::{Evidence, Goal, Ground, Need};

pub const BASE: Maker = Maker {
    name: "base",
    sense: Sense::Knowledge,
    goal: |_| Goal::ObjectModel,
    subjects: || sample(&["bool", "KeyError", "KeyboardInterrupt"]),
    need: |_| Need::Nothing,
    make: base,
};

pub const SLOT: Maker = Maker {
    name: "slot",
    sense: Sense::Knowledge,
    goal: |_| Goal::ObjectModel,
    subjects: || sample(&["str.__add__", "dict.__getitem__", "generator.__next__", "function.__get__"]),
    need: |_| Need::Nothing,
    make: slot,
};

pub const OPERATION: Maker = Maker {
    name: "operation",
    sense: Sense::Knowledge,
    goal: |_| Goal::ObjectModel,
    subjects: || sample(&["int + float", "list * int", "int in dict", "int + str"]),
    need: |_| Need::Nothing,
    make: operated,
};

fn base(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let version = ground.version;
    let bases: Vec<&str> = bases_of(subject, version).collect();
    let right = *bases.first()?;
    // Types that others inherit from, exceptions beside an exception.
    let is_exception = |kind: &str| kind == "BaseException" || bases_of(kind, version).any(|base| base == "BaseException");
    let mut others: Vec<&str> = Vec::new();
    for function in Function::all().iter().filter(|function| function.versions.contains(version)) {
        let kind = function.name.split('.').next().unwrap_or_default();
        for base in bases_of(kind, version).take(1) {
            let fits = base != right && base != subject && !base.contains(['_', '.']) && is_exception(base) == is_exception(subject);
            if fits && !others.contains(&base) {
                others.push(base);
            }
        }
    }
    // Of few types besides exceptions something else is made: then any that a program names.
    let common =
        ["float", "complex", "tuple", "type"].into_iter().filter(|kind| others.len() < 3 && !others.contains(kind)).collect::<Vec<_>>();
    others.extend(common.into_iter().filter(|_| !is_exception(subject)));
    chance.shuffle(&mut others);
    // Those that it inherits from, but not directly, are the ones to know apart.
    let further = bases.iter().skip(1).copied().chain(["object"]).take(1);
    let wrong: Vec<String> = further.chain(others).map(str::to_owned).collect();
    let order = std::iter::once(subject).chain(bases.iter().copied()).chain(["object"]).collect::<Vec<_>>().join(", ");
    let mut evidence = Evidence::new(
        format!("{subject}.__base__ is {right}. An attribute of an object of type {subject} is looked for in these, in order."),
        vec![order.clone()],
    );
    evidence.explain = Some("@object".to_owned());
    Some(Draft {
        ask: format!("From which type does {subject} inherit directly?"),
        shown: Vec::new(),
        heard: Vec::new(),
        answer: choice(right.to_owned(), wrong, 4, chance)?,
        evidence,
        basis: vec![("version", version.to_string()), ("type", subject.to_owned()), ("mro", order)],
    })
}

fn slot(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let version = ground.version;
    let function = Function::in_version(subject, version)?;
    let right = function.slot?;
    let (kind, method) = subject.split_once('.')?;
    let members = || Function::all().iter().filter(|other| other.versions.contains(version) && other.name.contains(".__"));
    // Slots that the same method fills in other types first, then those whose names are alike.
    let mut near: Vec<&str> = Vec::new();
    let mut far: Vec<&str> = Vec::new();
    for other in members() {
        let Some(slot) = other.slot.filter(|slot| *slot != right && !["tp_getset", "tp_vectorcall"].contains(slot)) else { continue };
        let is_namesake = other.name.rsplit('.').next() == Some(method);
        if is_namesake && !near.contains(&slot) {
            near.push(slot);
        } else if !is_namesake && slot[..3] == right[..3] && !far.contains(&slot) {
            far.push(slot);
        }
    }
    // A type may fill two slots by one method, and the atlas tells one of them.
    near.retain(|slot| Function::filling(slot, kind, version).is_none_or(|filling| !filling.is_same(function)));
    far.retain(|slot| !near.contains(slot));
    chance.shuffle(&mut near);
    chance.shuffle(&mut far);
    // Slots that the same type fills by other methods are nearer than those that it does not have.
    far.sort_by_key(|slot| !Function::members(kind).any(|member| member.slot == Some(slot) && member.versions.contains(version)));
    let others = near.into_iter().take(2).chain(far).take(3).map(str::to_owned).collect::<Vec<_>>();
    let mut evidence = Evidence::new(
        format!("{method} of {kind} is what its slot {right} holds: {}.", function.place().anchor),
        vec![format!("{subject}: {}", sheet::told(function.place()))],
    );
    evidence.explain = Some(function.name.to_owned());
    evidence.inferred = doubt(function.checked, version);
    Some(Draft {
        ask: format!("Which slot of the type {kind} is {method} in CPython {version}?"),
        shown: Vec::new(),
        heard: Vec::new(),
        answer: choice(right.to_owned(), others, 4, chance)?,
        evidence,
        basis: vec![("version", version.to_string()), ("type", kind.to_owned()), ("method", method.to_owned()), ("slot", right.to_owned())],
    })
}

/// Operands whose ways through the same operator are known, to choose others from.
const PAIRS: [[&str; 2]; 12] = [
    ["int", "int"],
    ["float", "float"],
    ["int", "float"],
    ["str", "str"],
    ["list", "list"],
    ["tuple", "tuple"],
    ["list", "int"],
    ["str", "int"],
    ["int", "list"],
    ["int", "dict"],
    ["int", "set"],
    ["str", "str"],
];

const NOBODY: &str = "nobody does: TypeError";

/// `float_add, in nb_add of float`.
fn told(each: &Try) -> String {
    let owner = each.filled.name.split_once('.').map_or(each.filled.name, |(owner, _)| owner);
    format!("{}, in {} of {owner}", each.filled.place().anchor, each.slot)
}

/// Who answers, if the atlas knows it.
fn answered(found: &Operation) -> Option<String> {
    match found.tries.last() {
        Some(last) if last.answer == Some(Answer::Answers) => Some(told(last)),
        Some(last) if last.answer == Some(Answer::NotImplemented) => Some(NOBODY.to_owned()),
        None => Some(NOBODY.to_owned()),
        _ => None,
    }
}

fn operated(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let version: Version = ground.version;
    let [left, symbol, right] = subject.split(' ').collect::<Vec<_>>()[..] else { return None };
    let found = operation(symbol, &[left, right], version).filter(|found| found.shortcut.is_none())?;
    let answer = answered(&found)?;
    // Who is asked before, and that nobody may answer, are the ones to know apart.
    let mut elsewhere: Vec<String> =
        PAIRS.iter().filter_map(|pair| operation(symbol, pair, version)).flat_map(|found| found.tries).map(|each| told(&each)).collect();
    chance.shuffle(&mut elsewhere);
    let mut others: Vec<String> = Vec::new();
    for other in found.tries.iter().map(told).chain([NOBODY.to_owned()]).chain(elsewhere) {
        if other != answer && !others.contains(&other) && others.len() < 3 {
            others.push(other);
        }
    }
    let steps = found.tries.iter().map(|each| {
        let says = match each.answer {
            Some(Answer::Answers) => "answers",
            Some(Answer::NotImplemented) => "returns NotImplemented",
            Some(Answer::Raises) => "raises TypeError",
            None => "may answer",
        };
        format!("{}: {says}", told(each))
    });
    let mut lines = vec![format!("{} calls {}", found.opcode, found.function)];
    lines.extend(steps);
    let why = if answer == NOBODY {
        format!("Nobody answers {subject}: what is asked says NotImplemented, and no slot is left.")
    } else {
        format!("{subject} is answered by {answer}: the slots of the operands' types are asked in order, until one answers.")
    };
    let mut evidence = Evidence::new(why, lines);
    evidence.explain = Some(subject.to_owned());
    let slots = found.tries.iter().map(|each| doubt(each.filled.checked, version));
    evidence.inferred = doubts(
        [doubt(found.checked, version), Some("what each slot says to these types: read from the source".to_owned())]
            .into_iter()
            .chain(slots),
    );
    let (a, b) = (article(left), article(right));
    Some(Draft {
        ask: format!("Which function of CPython {version} gives the result of {a} {left} {symbol} {b} {right}?"),
        shown: Vec::new(),
        heard: Vec::new(),
        answer: choice(answer, others, 4, chance)?,
        evidence,
        basis: vec![
            ("version", version.to_string()),
            ("symbol", symbol.to_owned()),
            ("left", left.to_owned()),
            ("right", right.to_owned()),
            ("opcode", found.opcode.to_owned()),
        ],
    })
}

fn article(kind: &str) -> &'static str {
    if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}
