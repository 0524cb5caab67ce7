//! The atlas: from the name of an opcode, a builtin or an idea to what it does, the C code that implements it, and
//! the PEPs behind it. The data stands in `assets/atlas/`; its README tells the form of each file, and where each
//! fact comes from.
//!
//! Facts about CPython only, by its own names; knows nothing of traces, so a family is a name here.

mod bases;
mod family;
mod find;
mod form;
mod function;
mod handler;
mod opcode;
mod operation;
mod page;
mod pep;
mod phrase;
mod place;
mod topic;
mod version;

pub use bases::of as bases_of;
pub use family::FamilyEntry;
pub use find::{Entry, Unknown, find, functions, names};
pub use form::{Form, FormKind};
pub use function::Function;
pub use handler::Handler;
pub use opcode::{Effect, Opcode};
pub use operation::{Answer, Operation, Try, opcode_of, operation};
pub use page::{Block, Page, beneath, page};
pub use pep::Pep;
pub use phrase::Stroke;
pub use place::{Checked, Place};
pub use topic::{Stage, Topic, When};
pub use version::{Version, Versions};

/// Rows of a table of ours: columns are separated by tabs, the first line names them, `#` begins a remark.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| line.split('\t').collect())
}

/// An entry of a table where `-` is nothing.
fn told(entry: &'static str) -> Option<&'static str> {
    (entry != "-" && !entry.is_empty()).then_some(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a row cannot be read it is left out, which nobody would see.
    #[test]
    fn no_row_of_a_table_is_left_out() {
        for (name, table, read) in [
            ("opcodes", include_str!("../../assets/atlas/opcodes.tsv"), Opcode::all().len()),
            ("forms", include_str!("../../assets/atlas/forms.tsv"), Form::all().len()),
            ("handlers", include_str!("../../assets/atlas/handlers.tsv"), Handler::all().len()),
            ("functions", include_str!("../../assets/atlas/functions.tsv"), Function::all().len()),
            ("operations", include_str!("../../assets/atlas/operations.tsv"), operation::rows_read()),
            ("bases", include_str!("../../assets/atlas/bases.tsv"), bases::rows_read()),
        ] {
            assert_eq!(rows(table).count(), read, "{name}.tsv");
        }
        let topics = include_str!("../../assets/atlas/topics.toml");
        let places = Topic::all().iter().flat_map(|topic| &topic.stages).map(|stage| stage.places.len()).sum::<usize>();
        assert_eq!(topics.matches("anchor = ").count(), places, "topics.toml");
        let phrases = Topic::all().iter().all(|topic| topic.phrase().len() == topic.sound.split_whitespace().count());
        assert!(phrases);
    }
}
