//! A question, its answer, and the evidence that a wrong answer is answered with. Knows nothing of who asks.

use super::{Card, Goal};
use crate::perform::Performance;

/// Something to answer in 5 to 20 seconds.
#[derive(Debug, Clone)]
pub struct Question {
    pub card: Card,
    pub goal: Goal,
    /// What is asked: a sentence or two that end in a question mark or tell what to do.
    pub ask: String,
    /// What is looked at meanwhile, in a monospaced font, at most some twenty lines; may be empty.
    pub shown: Vec<String>,
    /// What is listened to meanwhile, one after the other.
    pub heard: Vec<Heard>,
    pub answer: Answer,
    pub evidence: Evidence,
    /// What the answer was worked out from, by name: enough for somebody else to work it out by another route.
    pub basis: Vec<(&'static str, String)>,
}

/// Music, and what stands for it where there is no sound.
#[derive(Debug, Clone)]
pub struct Heard {
    /// `A`, `B`, where there are several; may be empty.
    pub label: String,
    pub performance: Box<Performance>,
    /// The same in words or signs, as much of it as ears would get and not the answer.
    pub caption: Vec<String>,
}

/// What is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// One of two to five; all differ.
    Choice {
        choices: Vec<String>,
        right: usize,
    },
    Number(u32),
    /// A name to be typed: this one, or one of those.
    Name {
        right: String,
        also: Vec<String>,
    },
}

/// What is shown and sounded when the answer was given.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Why it is so, in a sentence or two.
    pub why: String,
    /// The instructions, the stack, the lines: monospaced; may be empty.
    pub lines: Vec<String>,
    pub heard: Vec<Heard>,
    /// Where to read on: a name that `evalody explain` knows.
    pub explain: Option<String>,
    /// What of it was not measured but inferred.
    pub inferred: Option<String>,
}

impl Evidence {
    pub fn new(why: impl Into<String>, lines: Vec<String>) -> Self {
        Self { why: why.into(), lines, heard: Vec::new(), explain: None, inferred: None }
    }
}

/// What somebody answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Right,
    Wrong,
    /// It cannot be an answer: asked again, and nothing is noted.
    Unclear,
}

impl Answer {
    /// Judges what was typed: the number of a choice (from 1), its letter (from a) or its words; a number; a name, without
    /// regard to capitals and blanks around it.
    pub fn judge(&self, typed: &str) -> Verdict {
        let typed = typed.trim();
        let verdict = |is_right| if is_right { Verdict::Right } else { Verdict::Wrong };
        if typed.is_empty() {
            return Verdict::Unclear;
        }
        match self {
            Self::Choice { choices, right } => {
                // Words first: a choice may itself be a number.
                let by_words = choices.iter().position(|choice| choice.trim().eq_ignore_ascii_case(typed));
                let chosen = by_words.or_else(|| self.place_of(typed));
                chosen.map_or(Verdict::Unclear, |chosen| verdict(chosen == *right))
            }
            Self::Number(right) => typed.parse::<u32>().map_or(Verdict::Unclear, |typed| verdict(typed == *right)),
            Self::Name { right, also } => verdict(std::iter::once(right).chain(also).any(|name| name.eq_ignore_ascii_case(typed))),
        }
    }

    /// Which choice a number or a letter stands for. Where choices are numbers themselves, only letters do.
    fn place_of(&self, typed: &str) -> Option<usize> {
        let Self::Choice { choices, .. } = self else { return None };
        let are_numbers = choices.iter().any(|choice| choice.trim().parse::<i64>().is_ok());
        let place = match typed.as_bytes() {
            [letter] if letter.is_ascii_alphabetic() => usize::from(letter.to_ascii_lowercase() - b'a'),
            _ if are_numbers => return None,
            _ => typed.parse::<usize>().ok()?.checked_sub(1)?,
        };
        (place < choices.len()).then_some(place)
    }

    /// The right one, as people read it.
    pub fn told(&self) -> String {
        match self {
            Self::Choice { choices, right } => choices[*right].clone(),
            Self::Number(right) => right.to_string(),
            Self::Name { right, .. } => right.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_made_by_letter_number_or_words() {
        let answer = Answer::Choice { choices: vec!["one".into(), "Two".into()], right: 1 };
        for right in ["2", "b", "B", " two "] {
            assert_eq!(answer.judge(right), Verdict::Right, "{right}");
        }
        for wrong in ["1", "a", "one"] {
            assert_eq!(answer.judge(wrong), Verdict::Wrong, "{wrong}");
        }
        for unclear in ["", "3", "c", "0", "three", "-1"] {
            assert_eq!(answer.judge(unclear), Verdict::Unclear, "{unclear}");
        }
    }

    #[test]
    fn where_choices_are_numbers_a_number_is_meant_as_it_stands() {
        let answer = Answer::Choice { choices: vec!["2".into(), "1".into(), "30".into()], right: 1 };
        assert_eq!(answer.judge("1"), Verdict::Right);
        assert_eq!(answer.judge("b"), Verdict::Right);
        assert_eq!(answer.judge("2"), Verdict::Wrong);
        assert_eq!(answer.judge("3"), Verdict::Unclear, "the third, or three?");
    }

    #[test]
    fn numbers_and_names_are_judged_as_they_are_typed() {
        assert_eq!(Answer::Number(3).judge(" 3"), Verdict::Right);
        assert_eq!(Answer::Number(3).judge("4"), Verdict::Wrong);
        assert_eq!(Answer::Number(3).judge("three"), Verdict::Unclear);
        let name = Answer::Name { right: "LOAD_FAST".into(), also: vec!["LOAD_FAST_BORROW".into()] };
        assert_eq!(name.judge("load_fast"), Verdict::Right);
        assert_eq!(name.judge("LOAD_FAST_BORROW"), Verdict::Right);
        assert_eq!(name.judge("LOAD"), Verdict::Wrong);
    }
}
