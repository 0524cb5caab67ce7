//! Opcodes as the compiler writes them, unspecialised: `assets/atlas/opcodes.tsv` and `opcodes.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{Version, Versions};

/// One opcode, in all versions in which it is there under this name.
#[derive(Debug, Clone, PartialEq)]
pub struct Opcode {
    /// CPython's name of it.
    pub name: &'static str,
    /// The name of its family.
    pub family: &'static str,
    pub versions: Versions,
    /// Numbers of the PEPs behind it.
    pub peps: Vec<u16>,
    /// One or two sentences.
    pub does: String,
    /// What its operand is; `None` if it takes none.
    pub operand: Option<String>,
    /// What it does to the value stack, the oldest version first.
    pub effects: Vec<Effect>,
    /// Opcodes whose work it took over, in the version in which it came.
    pub from: Vec<String>,
    /// Opcodes that took its work over, in the version in which it went.
    pub to: Vec<String>,
}

/// The top of the value stack before and after, bottom first; what is not named stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// From this version on, until the next effect; `3.8` if there is but one.
    pub since: String,
    pub before: String,
    pub after: String,
}

/// `a, b -> c`.
impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items = |items: &str| if items.is_empty() { "nothing".to_owned() } else { items.to_owned() };
        write!(f, "{} -> {}", items(&self.before), items(&self.after))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    does: String,
    operand: Option<String>,
    stack: Vec<Effect>,
    #[serde(default)]
    from: Vec<String>,
    #[serde(default)]
    to: Vec<String>,
}

static OPCODES: LazyLock<Vec<Opcode>> = LazyLock::new(|| {
    let mut texts: BTreeMap<String, Text> =
        toml::from_str(include_str!("../../assets/atlas/opcodes.toml")).expect("tests read it: assets/atlas/opcodes.toml");
    super::rows(include_str!("../../assets/atlas/opcodes.tsv"))
        .filter_map(|row| {
            let [name, family, versions, peps] = row[..] else { return None };
            let Text { does, operand, stack, from, to } = texts.remove(name)?;
            let peps = peps.split(',').filter_map(|pep| pep.strip_prefix("PEP ")?.parse().ok()).collect();
            Some(Opcode { name, family, versions: versions.parse().ok()?, peps, does, operand, effects: stack, from, to })
        })
        .collect()
});

impl Opcode {
    /// All of them, by name.
    pub fn all() -> &'static [Self] {
        &OPCODES
    }

    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|opcode| opcode.name == name)
    }

    /// What it does to the stack in a version.
    pub fn effect(&self, version: Version) -> Option<&Effect> {
        self.effects.iter().rev().find(|effect| effect.since.parse::<Version>().is_ok_and(|since| since <= version))
    }
}
