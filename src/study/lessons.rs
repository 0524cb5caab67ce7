//! The path for a beginner of the interpreter: twelve listening lessons over the songs (`assets/study/lessons.toml`). Knows
//! nothing of how their songs are played or their cards asked.

use std::sync::LazyLock;

use serde::Deserialize;

/// One idea, one listen, one prediction, one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// From 1; records know lessons by it.
    pub number: u8,
    pub title: String,
    /// The idea: two or three sentences.
    pub idea: String,
    /// The song to listen to.
    pub song: String,
    /// What to listen for.
    pub listen: String,
    /// Cards of which one is asked before listening, and another after: made from the lesson's song where they ask for any.
    pub predict: Vec<String>,
    pub check: Vec<String>,
    /// A name that `explain` knows, to read on.
    pub explain: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    lesson: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    title: String,
    idea: String,
    song: String,
    listen: String,
    predict: Vec<String>,
    check: Vec<String>,
    explain: String,
}

static LESSONS: LazyLock<Vec<Lesson>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../assets/study/lessons.toml")).expect("tests read it: assets/study/lessons.toml");
    let lesson = |(number, text): (u8, Text)| {
        let Text { title, idea, song, listen, predict, check, explain } = text;
        Lesson { number, title, idea, song, listen, predict, check, explain }
    };
    (1..).zip(file.lesson).map(lesson).collect()
});

impl Lesson {
    /// All of them, in the order in which to take them.
    pub fn all() -> &'static [Self] {
        &LESSONS
    }

    /// By its number, from 1.
    pub fn numbered(number: u8) -> Option<&'static Self> {
        Self::all().iter().find(|lesson| lesson.number == number)
    }
}
