//! Reading paths through PEPs and CPython's source, ticked by hand (`assets/study/paths.toml`).

/// A journey of some steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    pub name: String,
    pub title: String,
    pub about: String,
    pub steps: Vec<Step>,
}

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Part of the tick's name in records: never renamed.
    pub name: String,
    /// What `explain` and `open` know it by: `PEP 659`, `LOAD_ATTR`, `list.append`, `@gil`.
    pub read: String,
    /// What to look for in it, as a question.
    pub look_for: String,
}

impl Path {
    pub fn all() -> &'static [Self] {
        &[]
    }
}
