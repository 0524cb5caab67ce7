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

fn what(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((owner, name)) => format!("{name} of {owner}, and the function behind it."),
        None => format!("The builtin {name}, and the function behind it."),
    }
}

fn place(function: &'static Function, version: Option<Version>) -> Block {
    let called = function.implementation.map(|_| format!("called through {}, which Argument Clinic wrote", function.function));
    let slot = function.slot.map(|slot| format!("slot {slot}"));
    let note: Vec<String> = called.into_iter().chain(slot).chain([checked(function.checked, function.versions, version)]).collect();
    Block::Place { label: function.versions.to_string(), versions: function.versions, place: function.place(), note: note.join("; ") }
}
