//! The atlas: from the name of an opcode, a builtin or an idea to what it does, the C code that implements it, and
//! the PEPs behind it. The data stands in `assets/atlas/`; its README tells the form of each file, and where each
//! fact comes from.
//!
//! Facts about CPython only, by its own names; knows nothing of traces, so a family is a name here.

mod family;
mod find;
mod form;
mod function;
mod handler;
mod opcode;
mod page;
mod pep;
mod phrase;
mod place;
mod topic;
mod version;

pub use family::FamilyEntry;
pub use find::{Entry, Unknown, find, names};
pub use form::{Form, FormKind};
pub use function::Function;
pub use handler::Handler;
pub use opcode::{Effect, Opcode};
pub use page::{Block, Page, page};
pub use pep::Pep;
pub use phrase::Stroke;
pub use place::{Checked, Place};
pub use topic::{Stage, Topic};
pub use version::{Version, Versions};

/// Rows of a table of ours: columns are separated by tabs, the first line names them, `#` begins a remark.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| line.split('\t').collect())
}

/// An entry of a table where `-` is nothing.
fn told(entry: &'static str) -> Option<&'static str> {
    (entry != "-" && !entry.is_empty()).then_some(entry)
}
