//! What is told of an operator: which function of C it calls, and which slots that tries.

use super::{Block, Page, fact, see};
use crate::atlas::{Answer, Checked, Operation, Try, Version, Versions, operation};

/// Operands that an operator is told of where none are named: those that people have most, each another way to an answer.
const PAIRS: [[&str; 2]; 9] = [
    ["int", "int"],
    ["float", "float"],
    ["int", "float"],
    ["str", "str"],
    ["list", "list"],
    ["list", "int"],
    ["dict", "str"],
    ["int", "list"],
    ["set", "set"],
];
const SINGLES: [&str; 3] = ["int", "float", "list"];
/// Ways that are told at most where none was asked for.
const MOST_TOLD: usize = 6;

pub fn page(symbol: &'static str, types: &[&'static str], version: Option<Version>) -> Page {
    let is_asked = !types.is_empty();
    let of = |types: &[&'static str]| Some((types.to_vec(), known(symbol, types, version)?));
    let mut told: Vec<_> = if is_asked { of(types).into_iter().collect() } else { PAIRS.iter().filter_map(|pair| of(pair)).collect() };
    // What takes two operands is told of two: `-` is another operator before one.
    if told.is_empty() {
        told = SINGLES.iter().filter_map(|&kind| of(&[kind])).collect();
    }
    // Of what no core type does, such as @, one pair is told that gets no answer.
    if told.iter().any(|(_, (_, found))| succeeds(found)) {
        told.retain(|(_, (_, found))| is_asked || succeeds(found));
    } else {
        told.truncate(1);
    }
    let mut blocks = Vec::new();
    if let Some((_, (version, first))) = told.first() {
        blocks.push(Block::Text(format!(
            "{}, of which {symbol} is made, calls {}. That asks the slots of the operands' types, one after the other, so it depends on nothing but these types what is done. Told of CPython {version}.",
            first.opcode, first.function
        )));
        let versions: Versions = [*version].into_iter().collect();
        let note = first.checked.of(*version).to_string();
        blocks.push(Block::Place { label: first.function.to_owned(), versions, place: first.api, note });
    }
    for (types, (version, found)) in told.iter().take(MOST_TOLD) {
        if !is_asked {
            blocks.push(Block::Heading(written(symbol, types)));
        }
        blocks.extend(steps(found, types, *version));
    }
    blocks.extend(see("opcode", told.first().map(|(_, (_, first))| first.opcode)));
    Page { title: if types.is_empty() { format!("{symbol}: an operator") } else { written(symbol, types) }, blocks }
}

/// What is known of the version asked for, or of the newest that somebody looked at.
fn known(symbol: &str, types: &[&str], version: Option<Version>) -> Option<(Version, Operation)> {
    let of = |version| Some((version, operation(symbol, types, version)?));
    match version {
        Some(version) => of(version),
        None => Version::all().rev().filter_map(of).find(|(_, found)| matches!(found.checked, Checked::Against(_))),
    }
}

/// Whether there is a result: pairs that are told unasked have one.
fn succeeds(found: &Operation) -> bool {
    found.tries.last().is_some_and(|last| last.answer == Some(Answer::Answers))
}

/// `int + int`, `list[int]`, `not int`.
pub fn written(symbol: &str, types: &[&str]) -> String {
    match (symbol, types) {
        ("[]", [container, key]) => format!("{container}[{key}]"),
        (_, [left, right]) => format!("{left} {symbol} {right}"),
        ("not", [operand]) => format!("not {operand}"),
        (_, [operand]) => format!("{symbol}{operand}"),
        _ => symbol.to_owned(),
    }
}

fn steps(found: &Operation, types: &[&str], version: Version) -> Vec<Block> {
    let versions: Versions = [version].into_iter().collect();
    let mut blocks = Vec::new();
    if let Some(place) = found.shortcut {
        let note = "the handler looks at the types itself, and comes here without asking a slot".to_owned();
        blocks.push(Block::Place { label: "shortcut".to_owned(), versions, place, note });
    }
    for (number, Try { slot, operand, filled, answer }) in (1..).zip(&found.tries) {
        let says = match answer {
            Some(Answer::Answers) => "answers",
            Some(Answer::NotImplemented) => "returns NotImplemented, so the next is tried",
            Some(Answer::Raises) => "raises TypeError",
            None => "may answer: it depends on more than the types",
        };
        let label = format!("{number}. {slot} of {}", types.get(*operand).copied().unwrap_or_default());
        let note = format!("{} {says}; {}", filled.name, filled.checked.of(version));
        blocks.push(Block::Place { label, versions, place: filled.place(), note });
    }
    if found.tries.is_empty() {
        blocks.push(Block::Text("No type fills a slot for it.".to_owned()));
    }
    if let Some(last) = found.tries.last().filter(|last| last.answer == Some(Answer::NotImplemented)) {
        let end = match last.slot {
            "tp_richcompare" => "Nobody has answered: == and != compare identities then, the others raise TypeError.",
            _ => "Nobody has answered: TypeError.",
        };
        blocks.push(Block::Text(end.to_owned()));
    }
    blocks.extend(found.form.map(|form| fact("specialised", form)));
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::{Entry, find};

    fn told(name: &str, version: Option<Version>) -> String {
        super::super::page(&find(name).unwrap(), version).lines(100, |_, _| None).join("\n")
    }

    #[test]
    fn the_same_operator_goes_different_ways() {
        let version = Version::new(13);
        for (asked, wanted) in [
            ("int + int", &["PyNumber_Add", "1. nb_add of int", "long_add", "BINARY_OP_ADD_INT"][..]),
            ("str + str", &["1. sq_concat of str", "PyUnicode_Concat"]),
            ("BINARY_OP + list list", &["1. sq_concat of list", "list_concat"]),
            ("int + float", &["1. nb_add of int", "returns NotImplemented", "2. nb_add of float", "float_add"]),
            ("list += list", &["sq_inplace_concat", "list_inplace_concat"]),
            ("list[int]", &["mp_subscript", "list_subscript"]),
        ] {
            let told = told(asked, version);
            for words in wanted {
                assert!(told.contains(words), "{asked}: {words} is missing of\n{told}");
            }
        }
        assert!(told("int + str", version).contains("TypeError"));
    }

    #[test]
    fn an_operator_alone_is_told_of_the_common_types() {
        let told = told("BINARY_OP +", None);
        assert!(told.contains("int + int") && told.contains("list + list") && !told.contains("dict + str"), "{told}");
        assert!(super::super::page(&find("@").unwrap(), None).lines(100, |_, _| None).join("\n").contains("PyNumber_MatrixMultiply"));
        assert!(matches!(find("+"), Ok(Entry::Operation { symbol: "+", .. })));
    }
}
