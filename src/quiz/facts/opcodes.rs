//! Questions on opcodes: where the handler stands, what it does, what it does to the stack, which family it is of.

use super::doubt::doubt;
use super::{sample, sheet};
use crate::atlas::{Effect, FamilyEntry, Form, Handler, Opcode, Topic, Version};
use crate::quiz::maker::{Draft, Maker, Sense, choice};
use crate::quiz::{Evidence, Goal, Ground, Need};

pub const HANDLER: Maker = Maker {
    name: "handler",
    sense: Sense::Knowledge,
    goal: |_| Goal::Source,
    subjects: || sample(&["LOAD_ATTR", "FOR_ITER", "YIELD_VALUE"]),
    need: |_| Need::Nothing,
    make: handler,
};

pub const DESCRIBED: Maker = Maker {
    name: "opcode-described",
    sense: Sense::Knowledge,
    goal: |_| Goal::Source,
    subjects: || sample(&["RESUME", "YIELD_VALUE", "LOAD_DEREF", "IS_OP", "PUSH_EXC_INFO", "EXTENDED_ARG"]),
    need: |_| Need::Nothing,
    make: described,
};

pub const STACK_EFFECT: Maker = Maker {
    name: "stack-effect",
    sense: Sense::Knowledge,
    goal: |_| Goal::Execution,
    subjects: || sample(&["STORE_SUBSCR", "STORE_ATTR", "GET_ITER", "IMPORT_FROM", "COMPARE_OP"]),
    need: |_| Need::Nothing,
    make: stack_effect,
};

pub const FAMILY: Maker = Maker {
    name: "family-of",
    sense: Sense::Knowledge,
    goal: |_| Goal::EvalLoop,
    subjects: || sample(&["IMPORT_NAME", "LIST_APPEND", "CONTAINS_OP"]),
    need: |_| Need::Nothing,
    make: family,
};

/// The opcode, if the version has it.
fn of(subject: &str, version: Version) -> Option<&'static Opcode> {
    Opcode::named(subject).filter(|opcode| opcode.versions.contains(version))
}

/// Opcodes of a version, those of one family first.
fn nearest(opcode: &'static Opcode, version: Version) -> (Vec<&'static Opcode>, Vec<&'static Opcode>) {
    let others = Opcode::all().iter().filter(|other| other.name != opcode.name && other.versions.contains(version));
    others.partition(|other| other.family == opcode.family)
}

fn handler(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let version = ground.version;
    let opcode = of(subject, version)?;
    let handler = Handler::in_version(subject, version)?;
    let place = handler.place;
    // Places of other files: where it stood in another version, and where C code stands that topics name beside it.
    let mut files = vec![place.file];
    let mut others = Vec::new();
    let elsewhere = Handler::of(subject).map(|other| other.place).collect::<Vec<_>>();
    let topics = Topic::all().iter().filter(|topic| topic.opcodes.iter().any(|name| name == subject));
    let mut beside: Vec<_> = topics.flat_map(|topic| &topic.stages).flat_map(|stage| &stage.places).collect();
    chance.shuffle(&mut beside);
    let beside = beside.into_iter().filter(|(versions, _)| versions.contains(version)).map(|(_, place)| *place);
    for other in elsewhere.into_iter().rev().chain(beside) {
        // Of a header nobody thinks that it holds a handler.
        if !files.contains(&other.file) && !other.file.starts_with("Include/") && others.len() < 3 {
            files.push(other.file);
            others.push(sheet::told(other));
        }
    }
    let right = sheet::told(place);
    let generated = if place.file == "Python/bytecodes.c" {
        " The file that the compiler is given, Python/generated_cases.c.h, is generated from it."
    } else {
        ""
    };
    let mut lines = vec![right.clone()];
    lines.extend(handler.parts.iter().map(|part| format!("  made of {part} ...)")));
    let mut evidence = Evidence::new(format!("In {version} the handler is in {}.{generated} {}", place.file, opcode.does), lines);
    evidence.explain = Some(opcode.name.to_owned());
    evidence.inferred = doubt(handler.checked, version);
    Some(Draft {
        ask: format!("Where in the source of CPython {version} is the handler of {subject} written?"),
        shown: Vec::new(),
        heard: Vec::new(),
        answer: choice(right, others, 4, chance)?,
        evidence,
        basis: vec![
            ("version", version.to_string()),
            ("opcode", subject.to_owned()),
            ("file", place.file.to_owned()),
            ("anchor", place.anchor.to_owned()),
        ],
    })
}

/// A description without the name of what it describes; of other opcodes in it nothing but that they are some.
fn masked(text: &str, name: &str) -> String {
    let is_of_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let mut told = String::new();
    let mut rest = text;
    while let Some(begin) = rest.find(is_of_name) {
        told.push_str(&rest[..begin]);
        rest = &rest[begin..];
        let end = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        told.push_str(match word {
            _ if word == name => "this opcode",
            _ if Opcode::named(word).is_some() || Form::named(word).is_some() => "another opcode",
            _ => word,
        });
        rest = &rest[end..];
    }
    told + rest
}

fn described(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let version = ground.version;
    let opcode = of(subject, version)?;
    let (mut kin, mut strangers) = nearest(opcode, version);
    chance.shuffle(&mut kin);
    chance.shuffle(&mut strangers);
    let others: Vec<String> = kin.into_iter().chain(strangers).take(3).map(|other| other.name.to_owned()).collect();
    let compared = others.iter().filter_map(|name| Opcode::named(name)).map(|other| (other.name, &other.does));
    let mut lines = Vec::new();
    for (name, does) in compared {
        lines.extend(sheet::wrapped(&format!("{name}: {}", sheet::first_sentence(does))));
    }
    let mut evidence = Evidence::new(format!("It is {subject}. What the others do is told below."), lines);
    evidence.explain = Some(subject.to_owned());
    Some(Draft {
        ask: format!("Which opcode of CPython {version} does this?"),
        shown: sheet::wrapped(&masked(&opcode.does, subject)),
        heard: Vec::new(),
        answer: choice(subject.to_owned(), others, 4, chance)?,
        evidence,
        basis: vec![("version", version.to_string()), ("opcode", subject.to_owned())],
    })
}

/// By how much an effect makes the stack higher, where that is the same for every operand and way.
fn growth(effect: &Effect) -> Option<i32> {
    let values = |side: &str| {
        if side.contains(['*', '[', '(', '|']) {
            return None;
        }
        i32::try_from(side.split(',').filter(|value| !value.trim().is_empty()).count()).ok()
    };
    Some(values(&effect.after)? - values(&effect.before)?)
}

fn height(growth: i32) -> String {
    let values = if growth.abs() == 1 { "value" } else { "values" };
    match growth {
        0 => "as high as before".to_owned(),
        1.. => format!("{growth} {values} higher"),
        _ => format!("{} {values} lower", -growth),
    }
}

fn stack_effect(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let version = ground.version;
    let opcode = of(subject, version)?;
    let effect = opcode.effect(version)?;
    let right = growth(effect)?;
    let others = (right - 2..=right + 2).filter(|&other| other != right && (-4..=2).contains(&other));
    let lines = [format!("before: ..., {}", effect.before), format!("after:  ..., {}", effect.after)];
    let lines = lines.iter().map(|line| line.trim_end_matches([',', ' ']).to_owned()).collect();
    let mut evidence = Evidence::new(opcode.does.clone(), lines);
    evidence.explain = Some(subject.to_owned());
    Some(Draft {
        ask: format!("How high is the value stack after {subject} of CPython {version}, against before?"),
        shown: Vec::new(),
        heard: Vec::new(),
        answer: choice(height(right), others.map(height), 4, chance)?,
        evidence,
        basis: vec![("version", version.to_string()), ("opcode", subject.to_owned()), ("growth", right.to_string())],
    })
}

fn family(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let version = ground.version;
    let opcode = of(subject, version)?;
    let family = FamilyEntry::named(opcode.family)?;
    let others = FamilyEntry::all().iter().filter(|other| other.name != family.name && other.name != "rest");
    let mut lines = sheet::wrapped(&family.does);
    lines.extend(sheet::wrapped(&format!("Listen: {}", family.listen)));
    let mut evidence = Evidence::new(format!("{subject} is of the family {}. {}", family.name, opcode.does), lines);
    evidence.explain = Some(family.name.clone());
    let answer = choice(family.name.clone(), others.map(|other| other.name.clone()), 4, chance)?;
    Some(Draft {
        ask: format!("Opcodes that do one kind of work are one family, and one instrument. Which family is {subject} of?"),
        shown: Vec::new(),
        heard: Vec::new(),
        answer,
        evidence,
        basis: vec![("version", version.to_string()), ("opcode", subject.to_owned()), ("family", family.name.clone())],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_does_not_name_what_it_describes() {
        assert_eq!(
            masked("END_FOR steps; see FOR_ITER, NULL and TO_BOOL.", "END_FOR"),
            "this opcode steps; see another opcode, NULL and another opcode."
        );
        for opcode in Opcode::all() {
            assert!(!masked(&opcode.does, opcode.name).contains(opcode.name), "{}", opcode.name);
        }
    }

    #[test]
    fn growth_is_told_where_it_does_not_depend() {
        let effect = |before: &str, after: &str| Effect { since: "3.8".into(), before: before.into(), after: after.into() };
        assert_eq!(growth(&effect("value, container, key", "")), Some(-3));
        assert_eq!(growth(&effect("", "value")), Some(1));
        assert_eq!(growth(&effect("value*n", "list")), None);
        assert_eq!(growth(&effect("iterator", "iterator, value | -")), None);
    }
}
