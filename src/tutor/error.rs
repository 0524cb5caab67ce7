//! Why there can be no sitting. Knows no flag's name.

use crate::interpreter::InterpreterError;
use crate::interpreter::wire::SyntaxError;
use crate::kept::KeptError;
use crate::program::Program;
use crate::study::text::TextError;
use crate::trace::Outcome;

#[derive(Debug, thiserror::Error)]
pub enum TutorError {
    /// The learner's program does not compile.
    #[error("{}, line {}: {}", program.name, error.line, error.message)]
    Syntax { program: Box<Program>, error: SyntaxError },
    /// The learner's program ended before its first instruction: no such module, say.
    #[error("{name}: not an instruction of it ran ({outcome})")]
    NeverRan { name: String, outcome: Outcome },
    #[error("{0}")]
    Interpreter(#[from] InterpreterError),
    #[error("{0}")]
    Kept(#[from] KeptError),
    /// What is kept is no record, or a newer one.
    #[error("{0}")]
    Record(#[from] TextError),
    #[error("there is no lesson {number}; there are {there}")]
    NoLesson { number: u8, there: usize },
    #[error("no card is about {0:?}")]
    NoCards(String),
    #[error("interrupted")]
    Interrupted,
}
