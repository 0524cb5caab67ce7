//! The payloads of blobs, and what the parent makes of them.

use serde::{Deserialize, Serialize};

use crate::lookup::{Site, Way};
use crate::trace::{Code, CodeId, Family, Flow, Handler, Header, Instruction, Limit, Origin, Outcome, Span, depths};

/// First word of the child's.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Hello {
    pub protocol: u32,
    pub interpreter: String,
    pub version: (u8, u8),
    pub recorder: String,
    /// What the child could not do that it was asked to, one line each: "cannot confine: ...".
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Whether a change of thread between two words is one of the GIL's: the recorder itself never gives it away.
    #[serde(default)]
    pub tells_handovers: bool,
    /// Whether the recorder cannot tell where an exception is handled. Then it is where its frame goes on.
    #[serde(default)]
    pub implies_handled: bool,
    /// Whether it tells no more instructions than it is granted by the control pipe.
    #[serde(default)]
    pub is_paced: bool,
    /// Its program's source, where only the child can find that: a module, a zip file. Each character is a byte.
    #[serde(default)]
    pub program_bytes: Option<String>,
}

/// A code object on the wire. The parent finds families and depths itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CodeBlob {
    pub id: u32,
    pub name: String,
    pub qualname: String,
    pub file: String,
    pub first_line: u32,
    pub flags: u32,
    pub stack_size: u32,
    /// `user`, `library` or `generated`.
    pub origin: String,
    /// Height of the stack before the first instruction (1 in generators of CPython 3.10).
    pub entry_depth: u16,
    pub instructions: Vec<InstructionBlob>,
    pub handlers: Vec<HandlerBlob>,
}

/// One instruction on the wire, as a JSON array in this order. CACHE entries and EXTENDED_ARG prefixes
/// that the interpreter itself never reports may be left out; offsets are in bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InstructionBlob(
    /// Byte offset.
    pub u32,
    /// Opcode name.
    pub String,
    /// Argument, EXTENDED_ARG folded in.
    pub Option<u32>,
    /// Meaning of the argument.
    pub String,
    /// Line, column, end line, end column.
    pub (Option<u32>, Option<u32>, Option<u32>, Option<u32>),
    /// Change of height when falling through; null if it never does.
    pub Option<i32>,
    /// Offset it may jump to and change of height when it does.
    pub Option<(u32, i32)>,
);

/// An entry of the exception table: start, end, target (bytes), depth, pushes lasti.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HandlerBlob(pub u32, pub u32, pub u32, pub u16, pub bool);

/// What specialised in a warm-up run since the blob of this kind before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarmthBlob {
    /// In the order in which it was seen.
    pub rows: Vec<SpecialisedBlob>,
    /// Ticks of each code object, by its id; in the last blob only, and empty where there are none (3.11).
    pub ticks: Option<Vec<u64>>,
    /// Whether no change was left out for being one too many.
    pub is_whole: bool,
}

/// A change of form, as a JSON array in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialisedBlob(
    /// Id of the code object.
    pub u32,
    /// Byte offset of the instruction.
    pub u32,
    /// CPython's name of the form; null if it fell back to the general one.
    pub Option<String>,
    /// The tick of the code object, from 1, at which it was seen first: a start of it or a jump in it. Null if
    /// it was seen after the last one, or if nobody knows when.
    pub Option<u64>,
);

/// What a probe has seen on its line.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProbeBlob {
    /// First, before anything runs: what stands on the line, and the nearest lines that have something.
    Site { places: Vec<Site>, nearest: Vec<u32> },
    /// The line's file was loaded, as a module.
    Loaded,
    /// A way that a place went for the first time.
    Way {
        place: usize,
        way: usize,
        #[serde(flatten)]
        told: Box<Way>,
    },
    /// How often until now: place, way (null for those that are one too many), visits.
    Visits { rows: Vec<(usize, Option<usize>, u64)>, is_last: bool },
}

/// How it ended, as the child saw it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EndBlob {
    Finished,
    Raised {
        line: Option<u32>,
        exception: String,
        message: String,
        traceback: String,
    },
    Exited {
        status: i32,
    },
    CutShort {
        limit: LimitBlob,
    },
    /// The interpreter itself failed, and could still say so.
    Died {
        how: String,
    },
    /// It was let go: the program runs on, and nothing more is told of it.
    Detached,
    /// The program does not compile in this interpreter: nothing ran. Lines and columns from 1.
    SyntaxError {
        line: u32,
        column: u32,
        end_column: Option<u32>,
        message: String,
    },
}

/// Which limit the child met. The parent, which set it, knows how large it was.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitBlob {
    Steps,
    Time,
    Memory,
    /// Nobody will grant any more instructions.
    Listener,
}

/// A refusal of the interpreter's own compiler. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    pub line: u32,
    pub column: u32,
    pub end_column: Option<u32>,
    pub message: String,
}

/// What the last words of a child said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Outcome(Outcome),
    /// It met a limit that was set for it.
    Limit(LimitKind),
    /// It was let go, and its process tells how the program ends.
    Detached,
    Syntax(SyntaxError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitKind {
    Steps,
    Time,
    Memory,
    Listener,
}

impl LimitKind {
    /// With the size that the parent had set.
    pub fn sized(self, steps: u64, time: std::time::Duration, memory: u64) -> Limit {
        match self {
            Self::Steps => Limit::Steps(steps),
            Self::Time => Limit::Time(time),
            Self::Memory => Limit::Memory(memory),
            Self::Listener => Limit::Listener,
        }
    }
}

impl CodeBlob {
    /// With families looked up and depths worked out. An opcode without a family is of the rest.
    pub fn into_code(self) -> Code {
        let flows: Vec<Flow> = self.instructions.iter().map(|i| Flow { offset: i.0, effect: i.5, jump: i.6 }).collect();
        let handlers: Vec<Handler> =
            self.handlers.iter().map(|h| Handler { start: h.0, end: h.1, target: h.2, depth: h.3, pushes_lasti: h.4 }).collect();
        let depths = depths(&flows, &handlers, self.entry_depth);
        let instructions = self
            .instructions
            .into_iter()
            .zip(depths)
            .map(
                |(
                    InstructionBlob(offset, opcode, argument, meaning, (line, column, end_line, end_column), _, jump),
                    (depth_before, depth_after),
                )| Instruction {
                    offset,
                    family: Family::of(&opcode).unwrap_or(Family::Rest),
                    opcode: opcode.into(),
                    argument,
                    meaning: meaning.into(),
                    span: Span { line, column, end_line, end_column },
                    depth_before,
                    depth_after,
                    target: jump.map(|(target, _)| target),
                },
            )
            .collect();
        let origin = match self.origin.as_str() {
            "user" => Origin::User,
            "generated" => Origin::Generated,
            _ => Origin::Library,
        };
        let header = Header {
            id: CodeId(self.id),
            name: self.name,
            qualname: self.qualname,
            file: self.file,
            first_line: self.first_line,
            flags: self.flags,
            stack_size: self.stack_size,
            origin,
        };
        Code::new(header, instructions)
    }
}

impl EndBlob {
    pub(super) fn into_end(self) -> End {
        match self {
            Self::Finished => End::Outcome(Outcome::Finished),
            Self::Raised { line, exception, message, traceback } => {
                End::Outcome(Outcome::Raised { line, kind: exception, message, traceback })
            }
            Self::Exited { status: 0 } => End::Outcome(Outcome::Finished),
            Self::Exited { status } => End::Outcome(Outcome::Exited { status }),
            Self::CutShort { limit } => End::Limit(match limit {
                LimitBlob::Steps => LimitKind::Steps,
                LimitBlob::Time => LimitKind::Time,
                LimitBlob::Memory => LimitKind::Memory,
                LimitBlob::Listener => LimitKind::Listener,
            }),
            Self::Died { how } => End::Outcome(Outcome::Died { how }),
            Self::Detached => End::Detached,
            Self::SyntaxError { line, column, end_column, message } => End::Syntax(SyntaxError { line, column, end_column, message }),
        }
    }
}
