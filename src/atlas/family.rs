//! What the families of opcodes have in common (`assets/atlas/families.toml`).

use std::sync::LazyLock;

use serde::Deserialize;

/// A family of opcodes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyEntry {
    pub name: String,
    /// What its opcodes have in common.
    pub does: String,
    /// What to listen for.
    pub listen: String,
    /// Names of topics that tell more.
    #[serde(default)]
    pub topics: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    family: Vec<FamilyEntry>,
}

static FAMILIES: LazyLock<Vec<FamilyEntry>> = LazyLock::new(|| {
    toml::from_str::<File>(include_str!("../../assets/atlas/families.toml")).expect("tests read it: assets/atlas/families.toml").family
});

impl FamilyEntry {
    /// All of them, in the order of the lanes.
    pub fn all() -> &'static [Self] {
        &FAMILIES
    }

    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|family| family.name == name)
    }
}
