//! From what somebody typed to what the atlas knows by that name, or to the names nearest to it.

use std::fmt;

use super::operation::symbols;
use super::{FamilyEntry, Form, Function, Opcode, Pep, Topic, Version, operation};

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Entry {
    Opcode(&'static Opcode),
    Form(&'static Form),
    Family(&'static FamilyEntry),
    /// The name that it has in the table of functions.
    Function(&'static str),
    Pep(&'static Pep),
    Topic(&'static Topic),
    /// What an operator does, of any operands, or of types that are named: one for `not` and its like, else two.
    Operation {
        symbol: &'static str,
        left: Option<&'static str>,
        right: Option<&'static str>,
    },
}

/// A name that is nothing here, or that several things have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    pub name: String,
    /// The most likely first; none where nothing is near.
    pub nearest: Vec<String>,
    /// Whether all of `nearest` have this very name, less what stands before its last dot.
    pub is_shared: bool,
}

impl std::error::Error for Unknown {}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, nearest, is_shared } = self;
        match (listed(nearest), is_shared) {
            (Some(names), true) => write!(f, "{name} is the name of several; say which: {names}"),
            (Some(names), false) => write!(f, "{name} is nothing the atlas knows; did you mean {names}?"),
            (None, _) => write!(f, "{name} is nothing the atlas knows"),
        }
    }
}

/// `A, B or C`.
fn listed(names: &[String]) -> Option<String> {
    let (last, others) = names.split_last()?;
    if others.is_empty() { Some(last.clone()) } else { Some(format!("{} or {last}", others.join(", "))) }
}

/// How many near names are told: as many as are read at a glance.
const NEAREST: usize = 5;
/// How many things of the same name are told: `__add__` belongs to a dozen types.
const SHARED: usize = 16;

/// What is called `name`: an opcode or a form of one, a family, a function (`list.append`, or `append` where but
/// one type has it), a PEP (`PEP 659`, `pep659`, `659`), a topic (`@loop`; the `@` may be left out where nothing
/// else is called so), an operator (`+`, `int + int`, `list[int]`). As it is written first, and without regard to capitals then.
pub fn find(name: &str) -> Result<Entry, Unknown> {
    let name = name.trim();
    let same: fn(&str, &str) -> bool = |one, other| one == other;
    for alike in [same, str::eq_ignore_ascii_case] {
        if let Some(entry) = called(name, alike) {
            return Ok(entry);
        }
    }
    if let Some(entry) = operated(name) {
        return entry;
    }
    if let Some(number) = pep_number(name) {
        return Pep::numbered(number).map(Entry::Pep).ok_or_else(|| near_pep(name, number));
    }
    // The table has ways of its own to a function: by another module, or by the type that inherits it.
    let known = || Version::all().rev().find_map(|version| Function::in_version(name, version));
    if let Some(function) = Function::of(name).next().or_else(known) {
        return Ok(Entry::Function(function.name));
    }
    let ends = |function: &str| {
        function.len() > name.len() && function.ends_with(name) && function.as_bytes()[function.len() - name.len() - 1] == b'.'
    };
    let shared: Vec<&'static str> = if name.is_empty() { Vec::new() } else { functions().filter(|function| ends(function)).collect() };
    match shared[..] {
        [function] => return Ok(Entry::Function(function)),
        [] => {}
        _ => {
            let nearest = shared.iter().take(SHARED).map(|&function| function.to_owned()).collect();
            return Err(Unknown { name: name.to_owned(), nearest, is_shared: true });
        }
    }
    if let Some(topic) = Topic::all().iter().find(|topic| topic.name.eq_ignore_ascii_case(name)) {
        return Ok(Entry::Topic(topic));
    }
    // Whoever writes the sign asks for a topic.
    let nearest = nearest(name, |other| !name.starts_with('@') || other.starts_with('@'));
    Err(Unknown { name: name.to_owned(), nearest, is_shared: false })
}

fn called(name: &str, alike: fn(&str, &str) -> bool) -> Option<Entry> {
    if let Some(topic) = name.strip_prefix('@') {
        return Topic::all().iter().find(|other| alike(&other.name, topic)).map(Entry::Topic);
    }
    let function = name.strip_prefix("builtins.").unwrap_or(name);
    None.or_else(|| Opcode::all().iter().find(|opcode| alike(opcode.name, name)).map(Entry::Opcode))
        .or_else(|| Form::all().iter().find(|form| alike(form.name, name)).map(Entry::Form))
        .or_else(|| FamilyEntry::all().iter().find(|family| alike(&family.name, name)).map(Entry::Family))
        .or_else(|| functions().find(|other| alike(other, function)).map(Entry::Function))
}

/// An operator, alone or with the types of its operands: `BINARY_OP +`, `int + int`, `+ str str`, `list[int]`, `not int`.
/// `None` if no operator is named.
fn operated(name: &str) -> Option<Result<Entry, Unknown>> {
    let spaced = match name.strip_suffix(']').and_then(|inside| inside.split_once('[')) {
        Some((container, key)) => format!("{container} [] {key}"),
        None => apart(name).unwrap_or_else(|| name.to_owned()),
    };
    let mut words: Vec<&str> = spaced.split_whitespace().collect();
    if words.len() > 1 && Opcode::named(words[0]).is_some() {
        words.remove(0);
    }
    let at = words.iter().position(|word| symbols().any(|symbol| symbol == *word))?;
    let symbol = symbols().find(|symbol| *symbol == words[at])?;
    let types = [&words[..at], &words[at + 1..]].concat();
    let mut known = Vec::new();
    for kind in &types {
        match Function::kind(kind) {
            Some(kind) => known.push(kind),
            None => {
                let nearest = nearest(kind, |name| Function::kind(name).is_some());
                return Some(Err(Unknown { name: (*kind).to_owned(), nearest, is_shared: false }));
            }
        }
    }
    let entry = Entry::Operation { symbol, left: known.first().copied(), right: known.get(1).copied() };
    let takes = |count| Version::all().any(|version| operation(symbol, &known[..count], version).is_some());
    match known.len() {
        0 => Some(Ok(entry)),
        count @ (1 | 2) if takes(count) => Some(Ok(entry)),
        // It takes another number of operands.
        _ => Some(Err(Unknown { name: name.to_owned(), nearest: vec![symbol.to_owned()], is_shared: false })),
    }
}

/// `int+int` with space around its operator: the longest of those that stand between two types.
fn apart(name: &str) -> Option<String> {
    let between = |symbol: &'static str| {
        let (left, right) = name.split_once(symbol)?;
        (Function::kind(left).is_some() && Function::kind(right).is_some()).then(|| format!("{left} {symbol} {right}"))
    };
    symbols().filter(|symbol| !symbol.starts_with(char::is_alphabetic)).filter_map(between).next()
}

/// Names of functions, each once: their rows stand together.
pub fn functions() -> impl Iterator<Item = &'static str> {
    let all = Function::all();
    all.iter()
        .enumerate()
        .filter(move |(index, function)| *index == 0 || all[index - 1].name != function.name)
        .map(|(_, function)| function.name)
}

/// The number in `PEP 659`, `pep-0659` or `659`.
fn pep_number(name: &str) -> Option<u16> {
    let number = match name.get(..3) {
        Some(pep) if pep.eq_ignore_ascii_case("pep") => name[3..].trim_start_matches([' ', '-']),
        _ => name,
    };
    if number.is_empty() || !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    number.parse().ok()
}

/// PEPs that come before and after one which the atlas does not have.
fn near_pep(name: &str, number: u16) -> Unknown {
    let mut peps: Vec<&Pep> = Pep::all().iter().collect();
    peps.sort_by_key(|pep| pep.number.abs_diff(number));
    let nearest = peps.iter().take(NEAREST).map(|pep| format!("PEP {}", pep.number)).collect();
    Unknown { name: name.to_owned(), nearest, is_shared: false }
}

/// Every name that can be asked for, as it is written, the most asked for first.
pub fn names() -> impl Iterator<Item = String> {
    let topics = Topic::all().iter().map(|topic| format!("@{}", topic.name));
    let families = FamilyEntry::all().iter().map(|family| family.name.clone());
    let opcodes = Opcode::all().iter().map(|opcode| opcode.name.to_owned());
    let forms = Form::all().iter().map(|form| form.name.to_owned());
    let peps = Pep::all().iter().map(|pep| format!("PEP {}", pep.number));
    let operators = symbols().map(str::to_owned);
    topics.chain(families).chain(opcodes).chain(functions().map(str::to_owned)).chain(forms).chain(peps).chain(operators)
}

/// Least likeness that is worth telling, 0 to 1: below it, "did you mean" is a guess. Chosen on slips such as
/// `LOAD_ATR` and `apend`, which keep theirs, and `symphony`, which gets none.
const LEAST: f64 = 0.55;
/// What a name that contains what was typed is worth at least: more than a slip of two letters, less than one.
const CONTAINS: f64 = 0.8;

/// Names of which `is_asked` holds, the most alike first.
fn nearest(name: &str, is_asked: impl Fn(&str) -> bool) -> Vec<String> {
    let asked = name.trim_start_matches('@').to_ascii_lowercase();
    let mut scored: Vec<(f64, String)> = names()
        .filter(|other| is_asked(other))
        .map(|other| (likeness(&asked, &other), other))
        .filter(|(likeness, _)| *likeness >= LEAST)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(NEAREST).map(|(_, name)| name).collect()
}

fn likeness(asked: &str, other: &str) -> f64 {
    let other = other.trim_start_matches('@').to_ascii_lowercase();
    // Whoever types a method's name may leave its type out.
    let last = other.rsplit('.').next().unwrap_or(&other);
    let alike = strsim::normalized_damerau_levenshtein(asked, &other).max(strsim::normalized_damerau_levenshtein(asked, last) * 0.99);
    if asked.len() > 2 && other.contains(asked) { alike.max(CONTAINS) } else { alike }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_however_it_is_capitalised() {
        assert!(matches!(find("LOAD_FAST"), Ok(Entry::Opcode(opcode)) if opcode.name == "LOAD_FAST"));
        assert_eq!(find("load_fast"), find(" LOAD_FAST "));
        assert!(matches!(find("load_attr_instance_value"), Ok(Entry::Form(_))));
        assert!(matches!(find("load"), Ok(Entry::Family(family)) if family.name == "load"));
        assert!(matches!(find("list.append"), Ok(Entry::Function("list.append"))));
    }

    #[test]
    fn a_pep_is_found_as_people_write_it() {
        for name in ["PEP 659", "pep659", "659", "PEP-659", "pep 0659"] {
            assert!(matches!(find(name), Ok(Entry::Pep(pep)) if pep.number == 659), "{name}");
        }
        let unknown = find("PEP 660").unwrap_err();
        assert!(unknown.nearest[0] == "PEP 659" && unknown.to_string().starts_with("PEP 660 is nothing the atlas knows"), "{unknown}");
        assert!(find("99999999").is_err() && find("pep").is_err());
    }

    #[test]
    fn a_topic_needs_its_sign_only_where_something_else_has_its_name() {
        assert!(matches!(find("@loop"), Ok(Entry::Topic(topic)) if topic.name == "loop"));
        assert_eq!(find("@LOOP"), find("@loop"));
        let expected_family = FamilyEntry::named("loop").is_some();
        assert_eq!(matches!(find("loop"), Ok(Entry::Family(_))), expected_family);
    }

    #[test]
    fn a_slip_is_answered_with_the_nearest_names() {
        let unknown = find("LOAD_FSAT").unwrap_err();
        assert_eq!(unknown.nearest[0], "LOAD_FAST");
        assert!(unknown.nearest.len() <= NEAREST && !unknown.is_shared);
        assert_eq!(find("@lop").unwrap_err().nearest, ["@loop"]);
        assert!(!find("srt + int").unwrap_err().nearest.is_empty());
        assert!(find("foo + int").unwrap_err().nearest.iter().all(|name| Function::kind(name).is_some()));
        assert!(find("apend").unwrap_err().nearest.iter().any(|name| name.ends_with(".append")));
        for nonsense in ["", "@@", "?!", "xyzzy plugh quux"] {
            assert!(find(nonsense).is_err(), "{nonsense:?}");
        }
        assert_eq!(find("xyzzyplughquux").unwrap_err().to_string(), "xyzzyplughquux is nothing the atlas knows");
    }

    #[test]
    fn near_names_are_told_as_a_sentence() {
        let told = |nearest: &[&str], is_shared| {
            let nearest = nearest.iter().map(|&name| name.to_owned()).collect();
            Unknown { name: "x".to_owned(), nearest, is_shared }.to_string()
        };
        assert_eq!(told(&["A", "B", "C"], false), "x is nothing the atlas knows; did you mean A, B or C?");
        assert_eq!(told(&["a.x", "b.x"], true), "x is the name of several; say which: a.x or b.x");
    }

    #[test]
    fn an_operator_needs_no_space_around_it() {
        for (asked, apart) in
            [("int+int", "int + int"), ("list+=list", "list += list"), ("int**int", "int ** int"), ("str<=str", "str <= str")]
        {
            assert_eq!(find(asked), find(apart), "{asked}");
            assert!(matches!(find(asked), Ok(Entry::Operation { .. })), "{asked}");
        }
        assert!(find("pep-9999").is_err());
    }

    #[test]
    fn every_name_that_is_told_is_found() {
        for name in names() {
            assert!(find(&name).is_ok(), "{name}");
        }
    }
}
