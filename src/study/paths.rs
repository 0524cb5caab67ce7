//! Reading paths through PEPs and CPython's source, ticked by hand (`assets/study/paths.toml`). Knows nothing of what was
//! read.

use std::sync::LazyLock;

use serde::Deserialize;

/// A journey of some steps.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Path {
    /// Part of the tick's name in records: never renamed.
    pub name: String,
    pub title: String,
    /// Where it leads: a sentence.
    pub about: String,
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Part of the tick's name in records: never renamed.
    pub name: String,
    /// What `explain` and `open` know it by: `PEP 659`, `LOAD_ATTR`, `list.append`, `@gil`.
    pub read: String,
    /// What to look for in it, as a question.
    pub look_for: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: Vec<Path>,
}

static PATHS: LazyLock<Vec<Path>> = LazyLock::new(|| {
    toml::from_str::<File>(include_str!("../../assets/study/paths.toml")).expect("tests read it: assets/study/paths.toml").path
});

impl Path {
    pub fn all() -> &'static [Self] {
        &PATHS
    }

    /// By its name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|path| path.name == name)
    }

    /// What records call the tick of one of its steps: `memory/counts`.
    pub fn tick(&self, step: &Step) -> String {
        format!("{}/{}", self.name, step.name)
    }

    /// The path and the step of a tick, if there are such.
    pub fn of_tick(tick: &str) -> Option<(&'static Self, &'static Step)> {
        let (path, step) = tick.split_once('/')?;
        let path = Self::named(path)?;
        Some((path, path.steps.iter().find(|other| other.name == step)?))
    }
}
