//! Why there can be no sitting. Knows no flag's name.

use crate::interpreter::InterpreterError;
use crate::interpreter::wire::SyntaxError;
use crate::kept::DataError;
use crate::program::Program;
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
    /// What is kept cannot be read, or is no record of this version.
    #[error("{0}")]
    Data(#[from] DataError),
    #[error("there is no lesson {number}; there are {there}")]
    NoLesson { number: u8, there: usize },
    #[error("no card is about {0:?}")]
    NoCards(String),
    #[error("interrupted")]
    Interrupted,
}
