//! Builtins, methods of the core types and functions of C modules, and the C functions behind them
//! (`assets/atlas/functions.tsv`).

use std::sync::LazyLock;

use super::{Checked, Place, Version, Versions};

/// What implements a Python callable, in a range of versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Qualified, with its module unless that is `builtins`: `len`, `list.append`, `math.sqrt`, `int.__add__`.
    pub name: &'static str,
    pub versions: Versions,
    /// From the top of CPython's tree; `Lib/` for what is written in Python.
    pub file: &'static str,
    /// The C function that is called; of Python code, the function's or class's name.
    pub function: &'static str,
    /// Where Argument Clinic wrote that function (it unpacks arguments), the one written by hand that does the work.
    pub implementation: Option<&'static str>,
    /// The slot of the type object that it fills: `tp_iternext`, `nb_add`.
    pub slot: Option<&'static str>,
    pub checked: Checked,
}

static FUNCTIONS: LazyLock<Vec<Function>> = LazyLock::new(|| {
    super::rows(include_str!("../../assets/atlas/functions.tsv"))
        .filter_map(|row| {
            let [name, versions, file, function, implementation, slot, checked] = row[..] else { return None };
            Some(Function {
                name,
                versions: versions.parse().ok()?,
                file,
                function,
                implementation: super::told(implementation),
                slot: super::told(slot),
                checked: Checked::read(checked),
            })
        })
        .collect()
});

impl Function {
    /// All of them, by name and then by version.
    pub fn all() -> &'static [Self] {
        &FUNCTIONS
    }

    /// What is behind a name, the oldest version first.
    pub fn of(name: &str) -> impl Iterator<Item = &'static Self> {
        Self::all().iter().filter(move |function| function.name == name)
    }

    /// What is behind a name in a version.
    pub fn in_version(name: &str, version: Version) -> Option<&'static Self> {
        Self::of(name).find(|function| function.versions.contains(version))
    }

    /// Whether it is written in Python.
    pub fn is_python(&self) -> bool {
        self.file.starts_with("Lib/")
    }

    /// Where the work is done. CPython writes the name of a function at the beginning of a line when it defines it
    /// (PEP 7), and `def` or `class` stand before it in Python: [`Place::anchor`] is the bare name here.
    pub fn place(&self) -> Place {
        Place { file: self.file, anchor: self.implementation.unwrap_or(self.function) }
    }
}
