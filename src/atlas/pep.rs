//! The PEPs that matter to the core (`assets/atlas/peps.toml`).

use std::sync::LazyLock;

use serde::Deserialize;

/// A Python Enhancement Proposal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pep {
    pub number: u16,
    pub title: String,
    /// Final, Accepted, Withdrawn, and so on, by the index of the PEPs.
    pub status: String,
    /// The version of Python it came with; absent if it never came, or was always there.
    pub version: Option<String>,
    /// What it changed in the bytecode or the eval loop; empty if nothing.
    pub changed: String,
    /// What it is about: one sentence.
    pub about: String,
}

#[derive(Deserialize)]
struct File {
    pep: Vec<Pep>,
}

static PEPS: LazyLock<Vec<Pep>> = LazyLock::new(|| {
    toml::from_str::<File>(include_str!("../../assets/atlas/peps.toml")).expect("tests read it: assets/atlas/peps.toml").pep
});

impl Pep {
    /// All of them, by number.
    pub fn all() -> &'static [Self] {
        &PEPS
    }

    pub fn numbered(number: u16) -> Option<&'static Self> {
        Self::all().iter().find(|pep| pep.number == number)
    }
}
