//! Which interpreter ran a program, how it was recorded, and what a recorder of that name does not tell.

use std::fmt;

/// Which interpreter ran the program, in which version, and how it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dialect {
    /// For people: `CPython 3.13.0`, `RustPython 0.6.0 (bytecode of CPython 3.14)`.
    pub interpreter: String,
    /// Major and minor version of the bytecode.
    pub version: (u8, u8),
    /// How it was recorded: `native tap on sys.monitoring`, `native tap on PyEval_SetTrace`, `sys.monitoring`,
    /// `sys.settrace`, `vm.trace_func`.
    pub recorder: String,
}

/// Begins the names of the recorders that are no code of the interpreter's.
const NATIVE: &str = "native tap";
/// The embedded interpreter's recorder.
const EMBEDDED: &str = "vm.trace_func";

impl Dialect {
    /// Whether the C code of CPython ran it.
    pub fn is_cpython(&self) -> bool {
        self.interpreter.starts_with("CPython")
    }

    /// Whether each step tells the memory blocks of the one before. Otherwise they are read now and then.
    pub fn tells_blocks_by_step(&self) -> bool {
        self.recorder.starts_with(NATIVE) || self.recorder == EMBEDDED
    }

    /// Whether calls of functions in C are told.
    pub fn tells_calls_into_c(&self) -> bool {
        self.recorder.starts_with(NATIVE) || self.recorder == "sys.monitoring"
    }

    /// Whether calls of classes in C are among them, such as that of `range`: CPython's own hook, until 3.11, says
    /// nothing of them.
    pub fn tells_calls_of_classes(&self) -> bool {
        self.tells_calls_into_c() && !self.recorder.ends_with("PyEval_SetTrace")
    }
}

/// `CPython 3.13.0, recorded by the native tap on sys.monitoring`.
impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let article = if self.recorder.starts_with(NATIVE) { "the " } else { "" };
        write!(f, "{}, recorded by {article}{}", self.interpreter, self.recorder)
    }
}
