//! A trace as text, one fact a line: what `show trace` prints, and the format of fixtures, which
//! [`read`] reads back exactly. For other programs, [`JsonWriter`] tells the same as JSON lines.
//!
//! ```text
//! evalody trace 1
//! dialect 3.14 "CPython 3.14.0" by "sys.monitoring"
//! code c0 "<module>" name "<module>" file "a.py" line 1 flags 0x0 stack 1 origin user
//!     @0      LOAD_CONST               load         0  0>1    -      1:0-1:4  "None"
//! mark   0  called c0 # <module>
//!        0   0    0  LOAD_CONST               load       0  c0    @0          1  +2
//! name n0 "list.append"
//! mark   0  called_c n0
//! outcome finished
//! ```
//!
//! A step's columns are its number, thread, frames above the thread's first, opcode, family, height of
//! the value stack before it, code object, byte offset, line, and, unless 0, the change of memory
//! blocks. `-` and `?` stand for what is not known; `#` opens a comment.

mod json;
mod outlet;
mod read;

pub use json::JsonWriter;
pub use read::{TextError, read};

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

use super::{Code, Dialect, Handover, Header, Instruction, Limit, Listener, Mark, MarkKind, NameId, Origin, Outcome, Span, Step};
use outlet::{Outlet, Phrases};

/// First line of every trace in this format.
const FIRST_LINE: &str = "evalody trace 1";
/// What the reader takes for "not known" in place of an opcode.
const UNKNOWN: &str = "?";

/// Writes a trace as text while it is told.
///
/// Someone told cannot answer, so an error is kept: ask [`failed`](Self::failed) on the way, and
/// [`finish`](Self::finish) in the end. After an error nothing more is written.
pub struct TextWriter<W: Write> {
    outlet: Outlet<W>,
    phrases: Phrases,
    /// Number of the next step.
    next: u64,
}

impl<W: Write> TextWriter<W> {
    /// Begins at once; buffers by itself.
    pub fn new(out: W) -> Self {
        let mut outlet = Outlet::new(out);
        outlet.put(|out| {
            writeln!(out, "{FIRST_LINE}")?;
            writeln!(
                out,
                "#{:>7} {:>3} {:>4}  {:<24} {:<7} {:>4}  {:<5} {:<7} {:>5}  blocks",
                "i", "thr", "frm", "op", "family", "dep", "code", "offset", "line"
            )
        });
        Self { outlet, phrases: Phrases::default(), next: 0 }
    }

    /// Tells who ran the program; at any moment before the outcome.
    pub fn dialect(&mut self, dialect: &Dialect) {
        let Dialect { interpreter, version: (major, minor), recorder } = dialect;
        self.outlet.put(|out| writeln!(out, "dialect {major}.{minor} {interpreter:?} by {recorder:?}"));
    }

    /// Tells how it ended; the last line.
    pub fn outcome(&mut self, outcome: &Outcome) {
        self.outlet.put(|out| writeln!(out, "outcome {}", outcome_words(outcome)));
    }

    /// Whether writing failed: nobody reads any more, and whoever tells may stop.
    pub fn failed(&self) -> bool {
        self.outlet.failed()
    }

    /// Hands everything on; the first error if there was one.
    pub fn finish(self) -> io::Result<()> {
        self.outlet.finish()
    }
}

impl<W: Write> Listener for TextWriter<W> {
    fn code(&mut self, code: Arc<Code>) {
        self.outlet.put(|out| {
            writeln!(out, "{}", code_words(&code))?;
            code.instructions().iter().try_for_each(|instruction| writeln!(out, "    {}", instruction_words(instruction)))
        });
        self.phrases.learn(&code, |instruction| {
            let depth = or(instruction.depth_before, "-");
            let line = or(instruction.span.line, "-");
            step_columns(&bare(&instruction.opcode), instruction.family.name(), &depth, code.id.0, instruction.offset, &line)
        });
    }

    fn step(&mut self, step: Step) {
        let (number, Step { code, offset, frame_depth, thread, blocks }) = (self.next, step);
        self.next += 1;
        let columns =
            self.phrases.of(code, offset).map_or_else(|| step_columns(UNKNOWN, "-", "-", code.0, offset, "-").into(), Cow::Borrowed);
        self.outlet.put(|out| {
            write!(out, "{number:>8} {thread:>3} {frame_depth:>4}  {columns}")?;
            if blocks == 0 { writeln!(out) } else { writeln!(out, "  {blocks:+}") }
        });
    }

    fn name(&mut self, id: NameId, name: Arc<str>) {
        self.outlet.put(|out| writeln!(out, "name n{} {name:?}", id.0));
    }

    fn is_deaf(&self) -> bool {
        self.failed()
    }

    fn mark(&mut self, mark: Mark) {
        let words = mark_words(&mark.kind);
        let thread = mark.thread;
        let name = code_of(&mark.kind).and_then(|code| self.phrases.name(code));
        self.outlet.put(|out| match name {
            Some(name) => writeln!(out, "mark {thread:>3}  {words} # {}", name.escape_debug()),
            None => writeln!(out, "mark {thread:>3}  {words}"),
        });
    }
}

fn step_columns(opcode: &str, family: &str, depth: &str, code: u32, offset: u32, line: &str) -> String {
    format!("{opcode:<24} {family:<7} {depth:>4}  {:<5} {:<7} {line:>5}", format!("c{code}"), format!("@{offset}"))
}

fn code_words(code: &Header) -> String {
    let Header { id, name, qualname, file, first_line, flags, stack_size, origin } = code;
    format!(
        "code c{} {qualname:?} name {name:?} file {file:?} line {first_line} flags {flags:#x} stack {stack_size} origin {}",
        id.0,
        origin_name(*origin)
    )
}

fn instruction_words(instruction: &Instruction) -> String {
    let Instruction { offset, opcode, family, argument, meaning, span, depth_before, depth_after, target } = instruction;
    let Span { line, column, end_line, end_column } = span;
    let span = format!("{}:{}-{}:{}", or(*line, "?"), or(*column, "?"), or(*end_line, "?"), or(*end_column, "?"));
    let depths = format!("{}>{}", or(*depth_before, "?"), or(*depth_after, "?"));
    let target = target.map_or("-".into(), |target| format!("@{target}"));
    let (offset, argument) = (format!("@{offset}"), or(*argument, "-"));
    format!("{offset:<7} {:<24} {family:<7} {argument:>5}  {depths:<6} {target:<6} {span}  {meaning:?}", bare(opcode))
}

fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::User => "user",
        Origin::Library => "library",
        Origin::Generated => "generated",
    }
}

fn mark_words(kind: &MarkKind) -> String {
    let name = mark_name(kind);
    match (kind, code_of(kind)) {
        (MarkKind::Specialised { code, offset, form }, _) => {
            format!("{name} c{} @{offset} {}", code.0, form.map_or("-".into(), |form| format!("n{}", form.0)))
        }
        (_, Some(code)) => format!("{name} c{}", code.0),
        (MarkKind::CollectionStarted { generation }, _) => format!("{name} {generation}"),
        (MarkKind::ThreadStarted { thread }, _) => format!("{name} {thread}"),
        (MarkKind::CollectionEnded { generation, collected }, _) => format!("{name} {generation} {collected}"),
        (MarkKind::BlocksChanged { by }, _) => format!("{name} {by:+}"),
        (MarkKind::CalledC(id) | MarkKind::TaskEntered(id), _) => format!("{name} n{}", id.0),
        (MarkKind::HandedOver { cause }, _) => format!("{name} {}", handover_name(*cause)),
        _ => name.into(),
    }
}

fn mark_name(kind: &MarkKind) -> &'static str {
    match kind {
        MarkKind::Called(_) => "called",
        MarkKind::Resumed(_) => "resumed",
        MarkKind::Returned(_) => "returned",
        MarkKind::Yielded(_) => "yielded",
        MarkKind::Unwound(_) => "unwound",
        MarkKind::Raised(_) => "raised",
        MarkKind::Handled(_) => "handled",
        MarkKind::CollectionStarted { .. } => "collection_started",
        MarkKind::CollectionEnded { .. } => "collection_ended",
        MarkKind::ThreadStarted { .. } => "thread_started",
        MarkKind::ThreadEnded => "thread_ended",
        MarkKind::BlocksChanged { .. } => "blocks_changed",
        MarkKind::CalledC(_) => "called_c",
        MarkKind::TaskEntered(_) => "task_entered",
        MarkKind::HandedOver { .. } => "handed_over",
        MarkKind::Specialised { .. } => "specialised",
    }
}

fn handover_name(cause: Handover) -> &'static str {
    match cause {
        Handover::Interval => "interval",
        Handover::Call => "call",
        Handover::End => "end",
    }
}

fn code_of(kind: &MarkKind) -> Option<super::CodeId> {
    match kind {
        MarkKind::Called(code)
        | MarkKind::Resumed(code)
        | MarkKind::Returned(code)
        | MarkKind::Yielded(code)
        | MarkKind::Unwound(code)
        | MarkKind::Raised(code)
        | MarkKind::Handled(code)
        | MarkKind::Specialised { code, .. } => Some(*code),
        _ => None,
    }
}

fn outcome_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Finished => "finished".into(),
        Outcome::Raised { line, kind, message, traceback } => {
            format!("raised line {} kind {kind:?} message {message:?} traceback {traceback:?}", or(*line, "-"))
        }
        Outcome::Exited { status } => format!("exited {status}"),
        Outcome::CutShort { limit: Limit::Steps(steps) } => format!("cut_short steps {steps}"),
        Outcome::CutShort { limit: Limit::Time(time) } => format!("cut_short time {}.{:09}", time.as_secs(), time.subsec_nanos()),
        Outcome::CutShort { limit: Limit::Memory(bytes) } => format!("cut_short memory {bytes}"),
        Outcome::CutShort { limit: Limit::Listener } => "cut_short listener".into(),
        Outcome::Died { how } => format!("died {how:?}"),
    }
}

/// A name as it is; in quotes only if it would not be read back as one word.
fn bare(name: &str) -> Cow<'_, str> {
    let is_word = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_word { name.into() } else { format!("{name:?}").into() }
}

fn or(value: Option<impl Into<u32>>, otherwise: &str) -> String {
    let mut text = String::new();
    match value {
        // Writing to a string cannot fail.
        Some(value) => drop(write!(text, "{}", value.into())),
        None => text.push_str(otherwise),
    }
    text
}
