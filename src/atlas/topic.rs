//! Ideas that go through the whole interpreter: the eval loop, the GIL, reference counts (`assets/atlas/topics.toml`).

use std::sync::LazyLock;

use serde::Deserialize;

use super::{Place, Version, Versions};

/// An idea, told in stages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Without the `@`: `loop`.
    pub name: String,
    pub title: String,
    /// What it is: two or three sentences.
    pub about: String,
    pub stages: Vec<Stage>,
    /// What to listen for.
    pub listen: String,
    /// What it sounds like: `FAMILY:DEPTH` or `-` (a rest), with blanks between, played in two seconds.
    pub sound: String,
    pub peps: Vec<u16>,
    /// Opcodes to look at.
    pub opcodes: Vec<String>,
}

/// A step of what happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    pub title: String,
    pub does: String,
    /// How often the eval loop comes to it; told of the stages of `@loop` alone.
    pub when: Option<When>,
    /// Whether it comes directly after the stage before it, of those that a version has. Of others nothing is said: they
    /// are told side by side.
    pub follows: bool,
    /// Where it stands, by version, the oldest first.
    pub places: Vec<(Versions, Place)>,
}

impl Stage {
    /// Whether there is such a stage in a version: where no place is told it is in all.
    pub fn is_in(&self, version: Version) -> bool {
        self.places.is_empty() || self.places.iter().any(|(versions, _)| versions.contains(version))
    }
}

/// How often the eval loop comes to one of its stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// For every instruction, whatever the program.
    Always,
    /// For some instructions, by their opcode.
    Some,
    /// Where a frame is entered or left.
    Frame,
    /// If a tool asked for it.
    Asked,
    /// If an instruction failed.
    Failed,
}

impl When {
    pub const ALL: [Self; 5] = [Self::Always, Self::Some, Self::Frame, Self::Asked, Self::Failed];

    /// As people read it: `for every instruction`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Always => "for every instruction",
            Self::Some => "only for some instructions, by their opcode",
            Self::Frame => "only where a frame is entered or left",
            Self::Asked => "only where a tool asked for it",
            Self::Failed => "only where an instruction failed",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    topic: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    name: String,
    title: String,
    about: String,
    stage: Vec<StageText>,
    listen: String,
    sound: String,
    #[serde(default)]
    peps: Vec<u16>,
    #[serde(default)]
    opcodes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StageText {
    title: String,
    does: String,
    when: Option<When>,
    #[serde(default)]
    follows: bool,
    #[serde(default)]
    places: Vec<PlaceText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceText {
    versions: String,
    file: String,
    anchor: String,
}

static TOPICS: LazyLock<Vec<Topic>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../assets/atlas/topics.toml")).expect("tests read it: assets/atlas/topics.toml");
    file.topic.into_iter().map(Topic::from).collect()
});

impl From<Text> for Topic {
    fn from(text: Text) -> Self {
        let Text { name, title, about, stage, listen, sound, peps, opcodes } = text;
        Self { name, title, about, stages: stage.into_iter().map(Stage::from).collect(), listen, sound, peps, opcodes }
    }
}

impl From<StageText> for Stage {
    fn from(text: StageText) -> Self {
        // Read once for as long as the program runs, like the tables.
        let place = |place: PlaceText| Some((place.versions.parse().ok()?, Place { file: place.file.leak(), anchor: place.anchor.leak() }));
        let StageText { title, does, when, follows, places } = text;
        Self { title, does, when, follows, places: places.into_iter().filter_map(place).collect() }
    }
}

impl Topic {
    pub fn all() -> &'static [Self] {
        &TOPICS
    }

    /// By its name without the `@`.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|topic| topic.name == name)
    }
}
