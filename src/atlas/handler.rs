//! The C code that runs an opcode, version by version (`assets/atlas/handlers.tsv`).

use std::sync::LazyLock;

use super::{Checked, Place, Version, Versions};

/// Where an opcode, or a form of one, is implemented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handler {
    pub opcode: &'static str,
    pub versions: Versions,
    pub place: Place,
    /// Where it is put together of parts (`macro` of Python/bytecodes.c), the anchors of those, in order.
    pub parts: Vec<&'static str>,
    pub checked: Checked,
}

static HANDLERS: LazyLock<Vec<Handler>> = LazyLock::new(|| {
    super::rows(include_str!("../../assets/atlas/handlers.tsv"))
        .filter_map(|row| {
            let [opcode, versions, file, anchor, parts, checked] = row[..] else { return None };
            Some(Handler {
                opcode,
                versions: versions.parse().ok()?,
                place: Place { file, anchor },
                parts: super::told(parts).map(|parts| parts.split(' ').collect()).unwrap_or_default(),
                checked: Checked::read(checked),
            })
        })
        .collect()
});

impl Handler {
    /// All of them, by name and then by version.
    pub fn all() -> &'static [Self] {
        &HANDLERS
    }

    /// Those of an opcode or a form, the oldest version first.
    pub fn of(opcode: &str) -> impl Iterator<Item = &'static Self> {
        Self::all().iter().filter(move |handler| handler.opcode == opcode)
    }

    /// The one of a version.
    pub fn in_version(opcode: &str, version: Version) -> Option<&'static Self> {
        Self::of(opcode).find(|handler| handler.versions.contains(version))
    }
}
