//! One instruction that ran, what happened between instructions, and how it all ended.

use std::fmt;
use std::time::Duration;

use super::{CodeId, NameId};

/// One instruction, about to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub code: CodeId,
    /// Byte offset of the instruction in its code object.
    pub offset: u32,
    /// Heard Python frames above the thread's first; saturates.
    pub frame_depth: u16,
    /// Threads are numbered from 0 in order of their start.
    pub thread: u16,
    /// Memory blocks allocated less released by this thread since its step before; 0 where the
    /// interpreter does not tell it step by step.
    pub blocks: i16,
}

const _: () = assert!(size_of::<Step>() <= 16, "a step must stay small: there are millions");

/// Something that happened between two steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub thread: u16,
    pub kind: MarkKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkKind {
    /// A frame was entered.
    Called(CodeId),
    /// A suspended frame goes on: a generator, a coroutine.
    Resumed(CodeId),
    /// A frame returned.
    Returned(CodeId),
    /// A frame suspended itself.
    Yielded(CodeId),
    /// A frame was left by an exception.
    Unwound(CodeId),
    /// An exception was raised or passed on in this frame.
    Raised(CodeId),
    /// An exception was caught in this frame.
    Handled(CodeId),
    /// The cyclic collector began on a generation, 0 to 2.
    CollectionStarted {
        generation: u8,
    },
    /// The cyclic collector ended.
    CollectionEnded {
        generation: u8,
        collected: u32,
    },
    /// This thread is about to start another.
    ThreadStarted {
        thread: u16,
    },
    ThreadEnded,
    /// Memory blocks allocated less released since this was told last, besides what steps tell. The
    /// recorder in Python counts those of all threads in one and tells them now and then, as of the first; objects
    /// in free lists count as allocated, and frames only until 3.11. The native tap and the embedded interpreter
    /// tell step by step, and so only what is more than a step can hold: the tap a thread's blocks of CPython's
    /// domains `mem` and `obj`, the embedded interpreter those of Rust's heap, frames included.
    BlocksChanged {
        by: i32,
    },
    /// A function that is implemented in C is called by the instruction that runs: its qualified name, with
    /// its module unless that is `builtins`: `len`, `list.append`, `math.sqrt`. What it runs of Python
    /// comes before this thread's next step in the same frame.
    CalledC(NameId),
    /// Another asyncio task than before runs in this thread, by its name: told before the coroutine of it that is
    /// entered.
    TaskEntered(NameId),
    /// This thread took over the GIL from the one that ran until here. Told only where the recorder itself
    /// never gives the GIL away: by others hand-overs are theirs and not the program's.
    HandedOver {
        cause: Handover,
    },
    /// An instruction took a specialised form (PEP 659), or with `None` fell back to its general one. Nothing
    /// specialises while every instruction is traced, so this is told from a second run of the program.
    Specialised {
        code: CodeId,
        offset: u32,
        form: Option<NameId>,
    },
}

/// Why a thread gave the GIL away, by the instruction that it ran last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handover {
    /// At a place where the eval loop looks whether others wait: a jump backwards, the start of a function. It
    /// had run for the switch interval (`sys.setswitchinterval`, 5 ms).
    Interval,
    /// In any other instruction: a call that blocks, or that runs code which is not told and was interrupted there.
    Call,
    /// The thread ended.
    End,
}

/// How the program ended. None of these is a failure of evalody's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Outcome {
    #[default]
    Finished,
    /// An exception that nobody caught. `line` is the program's line where it left user code.
    Raised { line: Option<u32>, kind: String, message: String, traceback: String },
    /// `sys.exit` and the like, with a status other than 0.
    Exited { status: i32 },
    /// We stopped it.
    CutShort { limit: Limit },
    /// The interpreter died: a signal, a crash, `os._exit`. What came until then is the trace.
    Died { how: String },
}

/// What a run was stopped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// So many instructions.
    Steps(u64),
    /// So long, on the wall clock.
    Time(Duration),
    /// So many bytes of memory.
    Memory(u64),
    /// The listener had heard enough.
    Listener,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps(steps) => write!(f, "after {steps} instructions (--steps)"),
            Self::Time(time) => write!(f, "after {} s (--time)", time.as_secs_f64()),
            Self::Memory(bytes) => write!(f, "at {} MiB of memory", bytes >> 20),
            Self::Listener => write!(f, "by the listener"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished => write!(f, "finished"),
            Self::Raised { line: Some(line), kind, message, .. } => write!(f, "raised {kind} at line {line}: {message}"),
            Self::Raised { line: None, kind, message, .. } => write!(f, "raised {kind}: {message}"),
            Self::Exited { status } => write!(f, "exited with status {status}"),
            Self::CutShort { limit } => write!(f, "cut short {limit}"),
            Self::Died { how } => write!(f, "the interpreter died: {how}"),
        }
    }
}
