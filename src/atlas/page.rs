//! A page of the atlas: what there is to tell of an entry, on about one screen. Which words it is made of is said
//! in the files beside this one; how it becomes lines, in `lines.rs`.

mod beneath;
mod function;
mod lines;
mod opcode;
mod operation;
mod topic;

pub use beneath::beneath;

use super::{Checked, Entry, Handler, Pep, Place, Version, Versions};

/// What is told of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub title: String,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Heading(String),
    Text(String),
    Fact {
        name: &'static str,
        value: String,
    },
    /// Somewhere in CPython's source.
    Place {
        /// Which versions it is said of, or what stands there.
        label: String,
        /// In which versions it stands there.
        versions: Versions,
        place: Place,
        /// What else there is to say of it; may be empty.
        note: String,
    },
    /// Other entries, by the names under which they are found.
    See {
        label: &'static str,
        names: Vec<String>,
    },
}

/// The page of an entry: of all versions, or only what holds in one of them.
pub fn page(entry: &Entry, version: Option<Version>) -> Page {
    match *entry {
        Entry::Opcode(opcode) => opcode::page(opcode, version),
        Entry::Form(form) => opcode::form_page(form, version),
        Entry::Family(family) => topic::family_page(family, version),
        Entry::Function(name) => function::page(name, version),
        Entry::Pep(pep) => topic::pep_page(pep, version),
        Entry::Topic(topic) => topic::page(topic, version),
        Entry::Operation { symbol, left, right } => operation::page(symbol, &operands(left, right), version),
    }
}

/// The types that are named.
fn operands(left: Option<&'static str>, right: Option<&'static str>) -> Vec<&'static str> {
    left.into_iter().chain(right).collect()
}

/// Whether something of `versions` is to be told where `version` was asked for.
fn is_asked(versions: Versions, version: Option<Version>) -> bool {
    version.is_none_or(|version| versions.contains(version))
}

/// What to say where an entry is not in the version that was asked for.
fn absence(versions: Versions, version: Option<Version>) -> Option<Block> {
    let version = version.filter(|&version| !versions.contains(version))?;
    Some(Block::Text(if versions.is_empty() { format!("Not in {version}.") } else { format!("Not in {version}: it is in {versions}.") }))
}

/// The C code behind an opcode or a form.
fn handlers(opcode: &str, version: Option<Version>) -> impl Iterator<Item = Block> {
    Handler::of(opcode).filter(move |handler| is_asked(handler.versions, version)).map(move |handler| Block::Place {
        label: handler.versions.to_string(),
        versions: handler.versions,
        place: handler.place,
        note: match &handler.parts[..] {
            [] => checked(handler.checked, handler.versions, version),
            parts => format!("made of {}; {}", names(parts), checked(handler.checked, handler.versions, version)),
        },
    })
}

/// The names in anchors such as `specializing op(_SPECIALIZE_CALL,`.
fn names(anchors: &[&str]) -> String {
    let bare = |anchor: &str| anchor.rsplit('(').next().unwrap_or(anchor).trim_end_matches(',').to_owned();
    anchors.iter().map(|anchor| bare(anchor)).collect::<Vec<_>>().join(", ")
}

/// Against what a fact of these versions was checked: all that is to be said, or what there is of the one asked for.
fn checked(checked: Checked, versions: Versions, version: Option<Version>) -> String {
    checked.told_of(version.map_or(versions, |version| [version].into_iter().collect()))
}

/// PEPs with their titles; of those that the atlas has no page for, the number.
fn peps(numbers: &[u16]) -> impl Iterator<Item = Block> {
    numbers.iter().map(|&number| {
        let value = Pep::numbered(number).map_or_else(|| number.to_string(), |pep| format!("{number}, {}", pep.title));
        Block::Fact { name: "PEP", value }
    })
}

fn fact(name: &'static str, value: impl Into<String>) -> Block {
    Block::Fact { name, value: value.into() }
}

/// A [`Block::See`], unless there is nothing to see.
fn see(label: &'static str, names: impl IntoIterator<Item = impl Into<String>>) -> Option<Block> {
    let names: Vec<String> = names.into_iter().map(Into::into).collect();
    (!names.is_empty()).then_some(Block::See { label, names })
}
