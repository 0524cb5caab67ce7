//! Names of opcodes that no compiler writes into a code object: specialised forms and their kin
//! (`assets/atlas/forms.tsv`).

use std::sync::LazyLock;

use super::Versions;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FormKind {
    /// Stands in place of a general instruction where it has met the same types again and again (PEP 659).
    Specialised,
    /// Counts until its instruction is worth specialising: 3.11 only.
    Adaptive,
    /// Two instructions in one.
    Super,
    /// Tells a tool and then does the work of its base (PEP 669).
    Instrumented,
    /// The compiler's own; becomes something else before anything runs.
    Pseudo,
}

impl FormKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Specialised => "specialised",
            Self::Adaptive => "adaptive",
            Self::Super => "super",
            Self::Instrumented => "instrumented",
            Self::Pseudo => "pseudo",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Specialised, Self::Adaptive, Self::Super, Self::Instrumented, Self::Pseudo].into_iter().find(|kind| kind.name() == name)
    }
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    pub name: &'static str,
    pub kind: FormKind,
    /// The opcode that it is a form of; `None` if of none, as with some pseudo instructions.
    pub base: Option<&'static str>,
    pub versions: Versions,
    /// A sentence: when it is taken, and what it does the short way.
    pub does: &'static str,
}

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    super::rows(include_str!("../../assets/atlas/forms.tsv"))
        .filter_map(|row| {
            let [name, kind, base, versions, does] = row[..] else { return None };
            Some(Form { name, kind: FormKind::named(kind)?, base: super::told(base), versions: versions.parse().ok()?, does })
        })
        .collect()
});

impl Form {
    /// All of them, by name.
    pub fn all() -> &'static [Self] {
        &FORMS
    }

    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|form| form.name == name)
    }

    /// The forms of an opcode.
    pub fn of(base: &str) -> impl Iterator<Item = &'static Self> {
        Self::all().iter().filter(move |form| form.base == Some(base))
    }
}
