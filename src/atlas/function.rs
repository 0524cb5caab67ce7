//! Builtins, methods of the core types and functions of C modules, and the C functions behind them
//! (`assets/atlas/functions.tsv`).

use std::sync::LazyLock;

use super::{Checked, Place, Version, Versions, bases};

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

/// Rows of one name by that name less its module, as a method that is asked of its class has it (`deque.append`).
struct Short {
    name: &'static str,
    rows: &'static [Function],
}

static SHORT: LazyLock<Vec<Short>> = LazyLock::new(|| {
    let mut short: Vec<_> = Function::all()
        .chunk_by(|one, next| one.name == next.name)
        .filter(|rows| !rows[0].is_python())
        .filter_map(|rows| {
            let (_, name) = rows[0].name.split_once('.')?;
            name.contains('.').then_some(Short { name, rows })
        })
        .collect();
    short.sort_by_key(|short| short.name);
    short
});

/// Modules whose functions come from another, which is written in C and is the one that those functions name.
const MODULES_IN_C: [(&str, &str); 4] =
    [("operator", "_operator"), ("functools", "_functools"), ("collections", "_collections"), ("weakref", "_weakref")];

impl Function {
    /// All of them, by name and then by version.
    pub fn all() -> &'static [Self] {
        &FUNCTIONS
    }

    /// What is behind a name, the oldest version first. A name is found as the table has it, less its module if it is
    /// a method's (`deque.append`), and by the module that shows it (`operator.add`).
    pub fn of(name: &str) -> impl Iterator<Item = &'static Self> {
        let rows = Self::shown(name);
        let first = if rows.is_empty() { SHORT.partition_point(|short| short.name < name) } else { SHORT.len() };
        // From version to version the module may be another.
        let mut short: Vec<_> = SHORT[first..].iter().take_while(|short| short.name == name).flat_map(|short| short.rows).collect();
        short.sort_by_key(|function| function.versions.first());
        rows.iter().chain(short)
    }

    /// What is behind a name with its module.
    fn shown(name: &str) -> &'static [Self] {
        let rows = Self::exactly(name);
        match name.split_once('.') {
            Some((module, function)) if rows.is_empty() => {
                let in_c = MODULES_IN_C.iter().find(|(shows, _)| *shows == module);
                in_c.map_or(&[], |(_, in_c)| Self::exactly(&format!("{in_c}.{function}")))
            }
            _ => rows,
        }
    }

    fn exactly(name: &str) -> &'static [Self] {
        let all = Self::all();
        let first = all.partition_point(|function| function.name < name);
        let rows = &all[first..];
        &rows[..rows.partition_point(|function| function.name == name)]
    }

    /// What is behind a name in a version: also where its type inherits it (`bool.bit_length` is `int.bit_length`), which
    /// the name of what is returned tells.
    pub fn in_version(name: &str, version: Version) -> Option<&'static Self> {
        let own = |name: &str| Self::of(name).find(|function| function.versions.contains(version));
        own(name).or_else(|| {
            let (kind, method) = name.rsplit_once('.')?;
            if !Self::is_kind(kind, version) {
                return None;
            }
            // A class is asked its own methods by the name of that class: `int.mro`.
            let inherited = bases::of(kind, version).chain(["object", "type"]);
            inherited.filter_map(|base| own(&format!("{base}.{method}"))).next()
        })
    }

    /// Whether a name is that of a type of which something is known in a version.
    pub fn is_kind(name: &str, version: Version) -> bool {
        // Members of modules fill slots too, namely those of types; but no type is called `__repr__`.
        Self::members(name).any(|own| own.name[name.len() + 1..].starts_with("__") && own.slot.is_some() && own.versions.contains(version))
    }

    /// The name of a type, as the table has it; `None` if nothing is known of such a type.
    pub fn kind(name: &str) -> Option<&'static str> {
        let is_known = Version::all().any(|version| Self::is_kind(name, version));
        is_known.then(|| Self::members(name).next().map(|own| &own.name[..name.len()]))?
    }

    /// What fills a slot of a type in a version, its own or inherited.
    pub fn filling(slot: &str, kind: &str, version: Version) -> Option<&'static Self> {
        let bases = bases::of(kind, version).chain(["object"]);
        std::iter::once(kind)
            .chain(bases.map(|base| -> &str { base }))
            .find_map(|owner| Self::members(owner).find(|function| function.slot == Some(slot) && function.versions.contains(version)))
    }

    /// Everything in a type's own dictionary, and its slots that have no name there.
    pub fn members(kind: &str) -> impl Iterator<Item = &'static Self> {
        let all = Self::all();
        let prefix = format!("{kind}.");
        let first = all.partition_point(|function| function.name < prefix.as_str());
        all[first..].iter().take_while(move |function| function.name.starts_with(&prefix))
    }

    /// Whether it is written in Python.
    pub fn is_python(&self) -> bool {
        self.file.starts_with("Lib/")
    }

    /// Whether two names are of one function of C.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.file, self.function) == (other.file, other.function)
    }

    /// Where the work is done. CPython writes the name of a function at the beginning of a line when it defines it
    /// (PEP 7), and `def` or `class` stand before it in Python: [`Place::anchor`] is the bare name here.
    pub fn place(&self) -> Place {
        Place { file: self.file, anchor: self.implementation.unwrap_or(self.function) }
    }
}
