//! The path for a beginner of the interpreter: twelve listening lessons over the songs (`assets/study/lessons.toml`).

/// One idea, one listen, one prediction, one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// From 1.
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

impl Lesson {
    pub fn all() -> &'static [Self] {
        &[]
    }
}
