//! What is told of a builtin, a method of a core type, or a function of a C module.

use super::{Block, Page, absence, checked, fact, is_asked};
use crate::atlas::{Function, Version, Versions};

pub fn page(name: &'static str, version: Option<Version>) -> Page {
    let versions: Versions = Function::of(name).flat_map(|function| function.versions.iter()).collect();
    let mut blocks = vec![Block::Text(what(name))];
    blocks.extend(absence(versions, version));
    blocks.push(fact("versions", versions.to_string()));
    blocks.push(Block::Heading("In CPython's source".to_owned()));
    blocks.extend(Function::of(name).filter(|function| is_asked(function.versions, version)).map(|function| place(function, version)));
    blocks.push(Block::Heading("To listen for".to_owned()));
    blocks.push(Block::Text(match Function::of(name).any(|function| !function.is_python()) {
        true => "A call into C: the program's own instructions stand still until it returns, and where the recorder tells of it a cowbell is heard."
            .to_owned(),
        false => "A call of Python code: its own instructions are heard.".to_owned(),
    }));
    Page { title: name.to_owned(), blocks }
}

/// What it is in Python.
fn what(name: &str) -> String {
    let (owner, own) = name.rsplit_once('.').unwrap_or(("", name));
    let slot = Function::of(name).find_map(|function| function.slot).unwrap_or_default();
    let is_type = matches!(slot, "tp_new" | "tp_init" | "tp_vectorcall") && !own.starts_with("__");
    let kind = match () {
        () if is_type => "type",
        () if owner.is_empty() => "function",
        () if Function::kind(owner).is_none() => "function",
        () if own.starts_with("tp_") => "slot",
        () if slot == "tp_getset" => "attribute",
        () if own.starts_with("__") => "special method",
        () => "method",
    };
    let of = match owner {
        "" => {
            return if is_type {
                format!("The builtin type {own}: what a call of it runs.")
            } else {
                format!("The builtin function {own}.")
            };
        }
        owner if Function::kind(owner).is_some() && !is_type => format!("the type {owner}"),
        owner => format!("the module {owner}"),
    };
    match kind {
        "type" => format!("The type {own} of {of}: what a call of it runs."),
        "slot" => format!("The slot {own} of {of}, which has no name in Python."),
        "attribute" => format!("The attribute {own} of {of}, which a getter computes."),
        kind => format!("The {kind} {own} of {of}."),
    }
}

fn place(function: &'static Function, version: Option<Version>) -> Block {
    let called = function.implementation.map(|_| format!("called through {}, which Argument Clinic wrote", function.function));
    let slot = function.slot.map(|slot| format!("slot {slot}"));
    let note: Vec<String> = called.into_iter().chain(slot).chain([checked(function.checked, function.versions, version)]).collect();
    Block::Place { label: function.versions.to_string(), versions: function.versions, place: function.place(), note: note.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::what;

    #[test]
    fn a_name_is_told_by_what_it_is_in_python() {
        for (name, words) in [
            ("len", "The builtin function len."),
            ("int", "The builtin type int: what a call of it runs."),
            ("list.append", "The method append of the type list."),
            ("int.__add__", "The special method __add__ of the type int."),
            ("list.tp_dealloc", "The slot tp_dealloc of the type list, which has no name in Python."),
            ("function.__code__", "The attribute __code__ of the type function, which a getter computes."),
            ("math.sqrt", "The function sqrt of the module math."),
            ("itertools.chain", "The type chain of the module itertools: what a call of it runs."),
            ("functools.wraps", "The function wraps of the module functools."),
            ("collections.deque.append", "The method append of the type collections.deque."),
        ] {
            assert_eq!(what(name), words);
        }
    }
}
