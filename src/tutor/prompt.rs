//! What a tutor says, and what it makes of a reply. Knows no width, no key and no device.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::atlas::{Page, Topic};
use crate::perform::Performance;
use crate::quiz::{Answer, Evidence, Goal, Heard, Question};
use crate::study::{Lesson, Note, Why};

/// What is said next.
#[derive(Debug, Clone)]
pub enum Prompt {
    /// Stands until it is answered.
    Ask(Asked),
    /// Write down what you remember: stands until something, or nothing, is written.
    Recall(Recall),
    /// Compare what was written with the page: stands until it is graded, 1 to 3.
    Compare(Compare),
    /// A break. Goes on when asked.
    Rest(Rest),
    /// Something to read or to hear. Goes on when asked.
    Tell(Tell),
    /// Nothing more is asked.
    Over(Summary),
}

#[derive(Debug, Clone)]
pub struct Asked {
    pub question: Arc<Question>,
    /// From 1, in this sitting.
    pub number: u32,
    /// Still to come behind this one, as far as is planned.
    pub left: usize,
    /// `None` where it is about no run.
    pub about: Option<About>,
    /// A guess before listening: what is right is told later.
    pub is_prediction: bool,
}

/// The run that a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// `@loops by CPython 3.13.0`.
    pub words: String,
    /// Whether that would tell what is to be heard: it is told with the verdict.
    pub gives_away: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Recall {
    pub topic: &'static Topic,
    /// As of a question.
    pub number: u32,
    pub left: usize,
}

#[derive(Debug, Clone)]
pub struct Compare {
    pub topic: &'static Topic,
    pub page: Page,
    pub attempt: String,
    /// What was written the time before, shown only now.
    pub earlier: Option<Note>,
}

#[derive(Debug, Clone)]
pub struct Rest {
    pub why: Why,
    /// Slow music of what was studied; `None` where nothing ran.
    pub performance: Option<Arc<Performance>>,
}

#[derive(Debug, Clone)]
pub enum Tell {
    Idea(&'static Lesson),
    /// What to listen for, and the piece.
    Listen(&'static Lesson, Heard),
    /// What was right of the prediction.
    Foretold(Judged),
}

/// What came of a reply.
#[derive(Debug, Clone)]
pub enum Reply {
    /// It can be no answer, and why; what was asked still stands.
    Unclear(String),
    Judged(Box<Judged>),
    /// A prediction is kept until the piece was heard; a note until it was compared.
    Noted,
    /// A recall is graded, and when it is due again.
    Graded {
        due: Option<NaiveDate>,
    },
}

/// A reply to a question, and the evidence.
#[derive(Debug, Clone)]
pub struct Judged {
    pub is_right: bool,
    /// Nothing was answered.
    pub is_unknown: bool,
    /// The right answer, as people read it.
    pub right: String,
    /// Where it was a choice, its letter: `b`.
    pub letter: Option<char>,
    pub evidence: Evidence,
    /// What was asked about, where that was held back.
    pub about: Option<String>,
    /// When it is due again; `None` where no schedule is moved by it.
    pub due: Option<NaiveDate>,
    /// The page that was to be recalled.
    pub page: Option<Page>,
}

/// What a sitting was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    pub asked: u32,
    pub right: u32,
    /// Asked and right of each, in the goals' order; none that was not asked.
    pub by_goal: Vec<(Goal, u32, u32)>,
    /// Cards due on the day after, and on that and the six behind it.
    pub due_tomorrow: usize,
    pub due_this_week: usize,
    /// The first day on which something is due after today.
    pub next_due: Option<NaiveDate>,
    /// Cards of the deck that were never asked.
    pub unseen: usize,
    /// The lesson, and whether its check was passed.
    pub lesson: Option<(u8, bool)>,
    /// Answers that could not be saved.
    pub unsaved: usize,
}

/// The letter of a choice.
pub(super) fn letter(answer: &Answer) -> Option<char> {
    match answer {
        Answer::Choice { right, .. } => Some(char::from(b'a' + u8::try_from(*right).ok()?)),
        Answer::Number(_) | Answer::Name { .. } => None,
    }
}
