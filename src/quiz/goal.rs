//! The nine goals a learner of CPython has here, each served by questions. Knows no question.

use std::fmt;

/// What a question serves; the order is that of `progress`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Goal {
    /// What every instruction goes through, and what only some do.
    EvalLoop,
    /// Builtins and core modules, and where a call leaves Python for C.
    CorePackages,
    /// Allocation, reference counts, the cyclic collector.
    Memory,
    /// Bytecode, threads and the GIL, generators and coroutines.
    Execution,
    /// From a Python span to the opcode, its handler in C, the C function behind a builtin.
    Source,
    /// How an attribute is found, what a call calls, what a type is.
    ObjectModel,
    /// The PEPs behind it.
    Peps,
    /// Recall before reading.
    Recall,
    /// Hearing: loops, sorts, recursion, families.
    Listening,
}

impl Goal {
    pub const ALL: [Self; 9] = [
        Self::EvalLoop,
        Self::CorePackages,
        Self::Memory,
        Self::Execution,
        Self::Source,
        Self::ObjectModel,
        Self::Peps,
        Self::Recall,
        Self::Listening,
    ];

    /// As records and JSON write it: never changed, since records outlive releases.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EvalLoop => "eval-loop",
            Self::CorePackages => "core-packages",
            Self::Memory => "memory",
            Self::Execution => "execution",
            Self::Source => "source",
            Self::ObjectModel => "object-model",
            Self::Peps => "peps",
            Self::Recall => "recall",
            Self::Listening => "listening",
        }
    }

    /// As people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::EvalLoop => "the eval loop",
            Self::CorePackages => "builtins and core modules",
            Self::Memory => "memory management",
            Self::Execution => "bytecode, threads, generators",
            Self::Source => "CPython's source",
            Self::ObjectModel => "the object model",
            Self::Peps => "PEPs",
            Self::Recall => "recall in your own words",
            Self::Listening => "listening",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|goal| goal.name() == name)
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.title())
    }
}
