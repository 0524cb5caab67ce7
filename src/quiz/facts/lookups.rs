//! Questions on a line of a program whose lookups were probed: where an attribute was found, what is looked at first and
//! next, what a call called.

use super::{sample, sheet};
use crate::lookup::{Access, Anchor, Callable, CallableKind, DictState, Found, Load, Outcome, Site, Subject, Way, What, steps};
use crate::quiz::maker::{Draft, Maker, Sense, choice};
use crate::quiz::{Evidence, Goal, Ground, Need, Run};

const SONGS: &[&str] = &["attributes", "closures", "memory"];

pub const ATTRIBUTE: Maker = Maker {
    name: "attribute",
    sense: Sense::Knowledge,
    goal: |_| Goal::ObjectModel,
    subjects: || sample(&["instance", "type", "data-descriptor", "fallback", "first", "next"]),
    need: |_| Need::Probed(SONGS),
    make: attribute,
};

pub const CALLABLE: Maker = Maker {
    name: "callable",
    sense: Sense::Knowledge,
    goal: |_| Goal::ObjectModel,
    subjects: || sample(&["name", "attribute"]),
    need: |_| Need::Probed(SONGS),
    make: callable,
};

/// A place of a line that went one way only, so that there is one answer.
struct Seen<'a> {
    line: u32,
    site: &'a Site,
    way: &'a Way,
    version: (u8, u8),
}

fn seen(run: &Run) -> Vec<Seen<'_>> {
    let mut seen: Vec<Seen<'_>> = Vec::new();
    for probed in &run.probed {
        for place in &probed.places {
            let [only] = &place.ways[..] else { continue };
            // The same words twice on a line: nobody could tell which is meant.
            let is_twin = |other: &Site| other.text == place.site.text && other.access == place.site.access;
            let twins = probed.places.iter().filter(|other| is_twin(&other.site)).count();
            let is_plain = place.others == 0 && twins == 1 && probed.is_whole && place.site.text.chars().count() <= 60;
            if is_plain && probed.line > 0 {
                seen.push(Seen { line: probed.line, site: &place.site, way: &only.way, version: probed.dialect.version });
            }
        }
    }
    seen
}

/// A lookup on an object, by CPython's usual rule.
fn usual<'a>(seen: &Seen<'a>) -> Option<(&'a Load, &'a str)> {
    let load = seen.way.load.as_ref().filter(|_| seen.site.access == Access::Load)?;
    let is_usual = load.subject == Subject::Instance && load.overridden.is_none() && load.dict != DictState::Hidden;
    let is_empty = load.found().is_some_and(|found| found.is_empty);
    Some((load, seen.site.name.as_deref()?)).filter(|_| is_usual && !is_empty && load.mro.len() > 1)
}

const OWN: &str = "in the object's own __dict__";
const FALLBACK: &str = "nowhere: __getattr__ of its type was asked";
const NOWHERE: &str = "nowhere: AttributeError";

fn in_type(kind: &str) -> String {
    format!("in the type {kind}")
}

/// Where an attribute was found, as a choice.
fn whereabouts(load: &Load) -> Option<String> {
    match load.rule {
        Outcome::InstanceDict => Some(OWN.to_owned()),
        Outcome::DataDescriptor | Outcome::Descriptor | Outcome::Plain => load.found().map(|found| in_type(&found.owner)),
        Outcome::Fallback => Some(FALLBACK.to_owned()),
        Outcome::Missing => Some(NOWHERE.to_owned()),
        _ => None,
    }
}

/// Lines of the program that have to do with a lookup: where its types are defined, where its name stands, and its own.
fn clues(run: &Run, line: u32, load: &Load, name: &str) -> Vec<String> {
    let is_class = |text: &str, kind: &String| {
        let rest = text.strip_prefix("class ").and_then(|rest| rest.strip_prefix(kind.rsplit('.').next().unwrap_or(kind)));
        rest.is_some_and(|rest| rest.starts_with(['(', ':', ' ']))
    };
    let has = |text: &str| {
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let ends = |at: usize| !is_word(text[..at].chars().next_back()) && !is_word(text[at + name.len()..].chars().next());
        text.match_indices(name).any(|(at, _)| ends(at))
    };
    let is_asked = load.rule == Outcome::Fallback;
    let mut numbers: Vec<u32> = Vec::new();
    for (number, text) in (1..).zip(run.program.lines()) {
        let text = text.trim();
        let is_told = !text.starts_with(['#', '"']);
        let defines = load.mro.iter().any(|kind| is_class(text, kind)) || is_asked && text.starts_with("def __getattr__");
        let sets = has(text) && (text.starts_with("def ") || text.contains(&format!("{name} =")) || text.contains(&format!(".{name}")));
        if number == line || is_told && (defines || sets) {
            numbers.push(number);
        }
    }
    // What decorates a definition says what it is.
    let decorated = |number: &u32| run.line(*number).starts_with("def ") && *number > 1 && run.line(*number - 1).starts_with('@');
    let decorators: Vec<u32> = numbers.iter().copied().filter(decorated).map(|number| number - 1).collect();
    numbers.extend(decorators);
    numbers.sort_unstable();
    numbers.dedup();
    // The nearest to the line, where there are more than fit.
    const MOST: usize = 10;
    while numbers.len() > MOST {
        let far = numbers.iter().enumerate().max_by_key(|(_, number)| number.abs_diff(line)).map_or(0, |(at, _)| at);
        numbers.remove(far);
    }
    sheet::listing(run, numbers, &[line])
}

/// The steps of a way, each with the C function that takes it.
fn told(seen: &Seen<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, step) in (1..).zip(steps(seen.site, seen.way, seen.version)) {
        let Anchor { file, function } = step.anchor;
        lines.extend(sheet::wrapped(&format!("{number}. {} ({file}: {function})", step.text)));
    }
    lines.truncate(20);
    lines
}

fn attribute(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let all = seen(run);
    let fits = |load: &Load| match subject {
        "instance" => load.rule == Outcome::InstanceDict,
        "type" => matches!(load.rule, Outcome::Plain | Outcome::Descriptor),
        "data-descriptor" => load.rule == Outcome::DataDescriptor,
        "fallback" => load.rule == Outcome::Fallback,
        "first" => load.rule != Outcome::Own,
        // What has no dict of its own is not looked into.
        "next" => load.rule == Outcome::DataDescriptor || matches!(load.dict, DictState::Has | DictState::Missing),
        _ => false,
    };
    let fitting: Vec<_> =
        all.iter().filter_map(|seen| usual(seen).map(|(load, name)| (seen, load, name))).filter(|(_, load, _)| fits(load)).collect();
    // What is inherited tells more than what stands in the first type, and a name that several have more than one.
    let inherited: Vec<_> = fitting.iter().filter(|(_, load, _)| load.mro.len() > 2).copied().collect();
    let &(seen, load, name) = chance.choice(if inherited.is_empty() || subject == "fallback" { &fitting } else { &inherited })?;
    let text = &seen.site.text;
    let order = load.mro.join(", ");
    let asked = format!("On line {}, {text} looks {name} up on an object of type {} (its types in order: {order}).", seen.line, load.kind);
    let (ask, right, others) = match subject {
        "first" => (
            format!("{asked} What is looked at first?"),
            format!("the __dict__ of the type {}", load.mro[0]),
            vec![
                "the object's own __dict__".to_owned(),
                format!("the __dict__ of the type {}", load.mro.last()?),
                "a method __getattr__ of the type".to_owned(),
                "the globals of the module".to_owned(),
            ],
        ),
        "next" => {
            let (found, right) = after_types(load, name)?;
            (format!("{asked} {found} What comes next?"), right.to_owned(), AFTER.iter().map(|&after| after.to_owned()).collect())
        }
        _ => {
            let types = load.mro.iter().map(|kind| in_type(kind));
            (
                format!("{asked} Where was it found?"),
                whereabouts(load)?,
                [OWN, FALLBACK].into_iter().map(str::to_owned).chain(types).collect(),
            )
        }
    };
    let why = rule(load, name);
    let why = if subject == "first" {
        format!("The types come before the object itself: a data descriptor in one of them would win. {why}")
    } else {
        why
    };
    let mut evidence = Evidence::new(why, told(seen));
    evidence.explain = Some("@attribute".to_owned());
    let is_there = subject != "next" || load.found().is_some();
    Some(Draft {
        ask,
        shown: clues(run, seen.line, load, name),
        heard: Vec::new(),
        answer: choice(right, others, 5, chance)?,
        evidence,
        basis: vec![
            ("line", seen.line.to_string()),
            ("text", text.clone()),
            ("object", seen.site.object.clone()),
            ("name", name.to_owned()),
            ("kind", load.kind.clone()),
            ("mro", load.mro.join(",")),
            ("rule", format!("{:?}", load.rule)),
            ("found", load.found().filter(|_| is_there).map(|found| found.owner.clone()).unwrap_or_default()),
        ],
    })
}

const ITS_GET: &str = "its __get__ is called, and the object's own __dict__ is not looked at";
const ITS_DICT: &str = "the object's own __dict__ is looked at";
const AFTER: [&str; 4] = [ITS_GET, ITS_DICT, "a method __getattr__ of the type is asked", "the types are asked once more, from object on"];

/// What the types had, and what is done after that.
fn after_types(load: &Load, name: &str) -> Option<(String, &'static str)> {
    match load.found() {
        Some(found) if load.rule == Outcome::DataDescriptor => {
            Some((format!("The types are asked, and {} has {name}: {}.", found.owner, what(found)), ITS_GET))
        }
        Some(found) if found.gets && found.sets => None,
        Some(found) => Some((format!("The types are asked, and {} has {name}: {}.", found.owner, what(found)), ITS_DICT)),
        None => Some((format!("The types are asked, and none of them has {name}."), ITS_DICT)),
    }
}

/// What stands in the type, as a program calls it.
fn what(found: &Found) -> String {
    match found.what {
        What::Function => "a function".to_owned(),
        What::Property => "a property".to_owned(),
        What::Member => "a slot, made by __slots__ or in C".to_owned(),
        What::Getset => "a getter in C".to_owned(),
        What::StaticMethod => "a staticmethod".to_owned(),
        What::ClassMethod => "a classmethod".to_owned(),
        What::MethodDescriptor | What::ClassMethodDescriptor | What::WrapperDescriptor => "a method in C".to_owned(),
        What::CFunction => "a function in C".to_owned(),
        What::Method => "a bound method".to_owned(),
        What::Class => "a class".to_owned(),
        What::Other => format!("an object of type {}", found.kind),
    }
}

/// The rule that decided, in a sentence.
fn rule(load: &Load, name: &str) -> String {
    let owner = load.found().map(|found| found.owner.as_str()).unwrap_or_default();
    match load.rule {
        Outcome::DataDescriptor => format!("{owner} has {name} as a data descriptor, which comes before what the object has itself."),
        Outcome::InstanceDict if owner.is_empty() => format!("No type has {name}, and the object itself does."),
        Outcome::InstanceDict => format!("{owner} has {name}, but no data descriptor, so what the object has itself comes first."),
        Outcome::Descriptor => format!("The object itself has no {name}; {owner} has it, as a descriptor, whose __get__ makes the result."),
        Outcome::Plain => format!("The object itself has no {name}; {owner} has it, and its value is taken as it is."),
        Outcome::Fallback => format!("Neither the types nor the object have {name}, so __getattr__ is called, last of all."),
        _ => format!("Nobody has {name}."),
    }
}

/// A kind of callable, as a choice.
fn kind(callable: &Callable) -> Option<&'static str> {
    match callable.kind {
        CallableKind::Function => Some(FUNCTION),
        CallableKind::Method => match callable.inner.as_ref()?.kind {
            CallableKind::Function => Some(METHOD),
            _ => None,
        },
        CallableKind::CFunction if callable.to.is_some() => Some(C_METHOD),
        CallableKind::CFunction => Some(C_FUNCTION),
        CallableKind::Class if callable.is_in_c => Some(C_CLASS),
        CallableKind::Class => Some(CLASS),
        CallableKind::Instance => Some(INSTANCE),
        CallableKind::CMethod | CallableKind::SlotWrapper | CallableKind::NotCallable => None,
    }
}

const FUNCTION: &str = "a function written in Python";
const METHOD: &str = "a method written in Python, with its object in front";
const C_FUNCTION: &str = "a function written in C";
const C_METHOD: &str = "a method written in C, with its object in front";
const CLASS: &str = "a class written in Python";
const C_CLASS: &str = "a class written in C";
const INSTANCE: &str = "an object that is no function and no class, by __call__ of its type";
const KINDS: [&str; 7] = [FUNCTION, METHOD, C_FUNCTION, C_METHOD, CLASS, C_CLASS, INSTANCE];

fn callable(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let all = seen(run);
    let fits = |seen: &&Seen<'_>| match subject {
        "name" => seen.site.access == Access::Call,
        _ => seen.site.access == Access::Load && seen.site.is_called,
    };
    let called = |way: &'_ Way| way.call.clone().or_else(|| way.load.as_ref()?.result.clone());
    let fitting: Vec<_> = all
        .iter()
        .filter(fits)
        .filter_map(|seen| {
            let callable = called(seen.way)?;
            Some((seen, kind(&callable)?, callable))
        })
        .collect();
    // Each kind as likely as another.
    let mut kinds: Vec<&str> = fitting.iter().map(|(_, kind, _)| *kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let right = *chance.choice(&kinds)?;
    let of_kind: Vec<_> = fitting.iter().filter(|(_, kind, _)| *kind == right).collect();
    let (seen, _, callable) = chance.choice(&of_kind)?;
    let text = match seen.site.access {
        Access::Call => seen.site.text.clone(),
        _ => format!("{}(...)", seen.site.text),
    };
    let (shown, name) = match callable.kind {
        CallableKind::Class if callable.is_in_c => (sheet::around(run, seen.line, 3, 2), callable.name.as_str()),
        _ => (defined(run, seen.line, callable), callable.name.as_str()),
    };
    let mut evidence = Evidence::new(format!("{text} calls {name}: {right}."), told(seen));
    evidence.explain = Some("@call".to_owned());
    Some(Draft {
        ask: format!("What does {text} on line {} call?", seen.line),
        shown,
        heard: Vec::new(),
        answer: choice(right.to_owned(), KINDS.iter().map(|&kind| kind.to_owned()), 4, chance)?,
        evidence,
        basis: vec![
            ("line", seen.line.to_string()),
            ("text", seen.site.text.clone()),
            ("object", seen.site.object.clone()),
            ("name", seen.site.name.clone().unwrap_or_default()),
            ("called", name.to_owned()),
            ("kind", right.to_owned()),
        ],
    })
}

/// The line, and where in the program what it calls is defined.
fn defined(run: &Run, line: u32, callable: &Callable) -> Vec<String> {
    let last = callable.name.rsplit('.').next().unwrap_or(&callable.name);
    let defines = |text: &str| {
        let rest =
            ["def ", "class ", "async def "].iter().find_map(|word| text.strip_prefix(word)).and_then(|rest| rest.strip_prefix(last));
        rest.is_some_and(|rest| rest.starts_with(['(', ':', ' ']))
    };
    let definitions = (1..).zip(run.program.lines()).filter(|(_, text)| defines(text.trim())).map(|(number, _)| number).take(4);
    let mut numbers: Vec<u32> = definitions.chain(line.saturating_sub(3).max(1)..=line + 1).collect();
    numbers.retain(|&number| run.program.line(number).is_some());
    numbers.sort_unstable();
    numbers.dedup();
    sheet::listing(run, numbers, &[line])
}
