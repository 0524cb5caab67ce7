//! A trace as JSON lines, for other programs: one object a line. A step has the keys `i`, `thread`,
//! `frame_depth`, `op`, `family`, `depth`, `code`, `offset`, `line` and no others; the objects besides
//! steps are known by their first key: `trace` (the format's version), `dialect`, `code_object`, `mark`,
//! `outcome`.

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use super::outlet::{Outlet, Phrases};
use super::{code_of, handover_name, mark_name, origin_name};
use crate::trace::{Code, Dialect, Limit, Listener, Mark, MarkKind, NameId, Outcome, Step};

/// Raised when a reader of the version before could misread a line.
const VERSION: u32 = 1;

/// Writes a trace as JSON lines while it is told; errors are kept as [`TextWriter`](super::TextWriter)
/// keeps them.
pub struct JsonWriter<W: Write> {
    outlet: Outlet<W>,
    phrases: Phrases,
    /// Number of the next step.
    next: u64,
}

impl<W: Write> JsonWriter<W> {
    /// Begins at once; buffers by itself.
    pub fn new(out: W) -> Self {
        let mut outlet = Outlet::new(out);
        outlet.put(|out| writeln!(out, "{{\"trace\":{VERSION}}}"));
        Self { outlet, phrases: Phrases::default(), next: 0 }
    }

    /// Tells who ran the program; at any moment before the outcome.
    pub fn dialect(&mut self, dialect: &Dialect) {
        let Dialect { interpreter, version: (major, minor), recorder } = dialect;
        self.line(&DialectLine { dialect: interpreter, version: format!("{major}.{minor}"), recorder });
    }

    /// Tells how it ended; the last line.
    pub fn outcome(&mut self, outcome: &Outcome) {
        self.line(&outcome_line(outcome));
    }

    /// Whether writing failed: nobody reads any more, and whoever tells may stop.
    pub fn failed(&self) -> bool {
        self.outlet.failed()
    }

    /// Hands everything on; the first error if there was one.
    pub fn finish(self) -> io::Result<()> {
        self.outlet.finish()
    }

    fn line(&mut self, line: &impl Serialize) {
        self.outlet.put(|out| {
            serde_json::to_writer(&mut *out, line)?;
            writeln!(out)
        });
    }
}

impl<W: Write> Listener for JsonWriter<W> {
    fn code(&mut self, code: Arc<Code>) {
        self.line(&code_line(&code));
        self.phrases.learn(&code, |instruction| {
            step_keys(
                Some(&instruction.opcode),
                Some(instruction.family.name()),
                instruction.depth_before,
                code.id.0,
                instruction.offset,
                instruction.span.line,
            )
        });
    }

    fn step(&mut self, step: Step) {
        let Step { code, offset, frame_depth, thread, .. } = step;
        let number = self.next;
        self.next += 1;
        let unknown;
        let keys = match self.phrases.of(code, offset) {
            Some(keys) => keys,
            None => {
                unknown = step_keys(None, None, None, code.0, offset, None);
                &unknown
            }
        };
        self.outlet.put(|out| writeln!(out, "{{\"i\":{number},\"thread\":{thread},\"frame_depth\":{frame_depth},{keys}}}"));
    }

    fn name(&mut self, id: NameId, name: Arc<str>) {
        self.line(&NameLine { name_id: id.0, name: &name });
    }

    fn is_deaf(&self) -> bool {
        self.failed()
    }

    fn mark(&mut self, mark: Mark) {
        let (generation, collected) = match mark.kind {
            MarkKind::CollectionStarted { generation } => (Some(generation), None),
            MarkKind::CollectionEnded { generation, collected } => (Some(generation), Some(collected)),
            _ => (None, None),
        };
        let code = code_of(&mark.kind).map(|code| code.0);
        let started = match mark.kind {
            MarkKind::ThreadStarted { thread } => Some(thread),
            _ => None,
        };
        let by = match mark.kind {
            MarkKind::BlocksChanged { by } => Some(by),
            _ => None,
        };
        let (function, task) = match &mark.kind {
            MarkKind::CalledC(id) => (Some(id.0), None),
            MarkKind::TaskEntered(id) => (None, Some(id.0)),
            _ => (None, None),
        };
        let cause = match mark.kind {
            MarkKind::HandedOver { cause } => Some(handover_name(cause)),
            _ => None,
        };
        let (offset, form) = match &mark.kind {
            MarkKind::Specialised { offset, form, .. } => (Some(*offset), Some(form.map(|form| form.0))),
            _ => (None, None),
        };
        let (mark, thread) = (mark_name(&mark.kind), mark.thread);
        self.line(&MarkLine { mark, thread, code, generation, collected, started, by, function, task, cause, offset, form });
    }
}

/// The keys of a step which its instruction alone decides.
fn step_keys(op: Option<&str>, family: Option<&str>, depth: Option<u16>, code: u32, offset: u32, line: Option<u32>) -> String {
    // `Value` prints as JSON and escapes; a missing value is null.
    let json = |value: serde_json::Value| value.to_string();
    let (op, family, depth, line) = (json(op.into()), json(family.into()), json(depth.into()), json(line.into()));
    format!("\"op\":{op},\"family\":{family},\"depth\":{depth},\"code\":{code},\"offset\":{offset},\"line\":{line}")
}

#[derive(Serialize)]
struct DialectLine<'a> {
    dialect: &'a str,
    version: String,
    recorder: &'a str,
}

#[derive(Serialize)]
struct NameLine<'a> {
    name_id: u32,
    name: &'a str,
}

#[derive(Serialize)]
struct MarkLine {
    mark: &'static str,
    thread: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collected: Option<u32>,
    /// The thread that is started.
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<u16>,
    /// Memory blocks more than before.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<i32>,
    /// Ids of names.
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u32>,
    /// Null where an instruction fell back to its general form.
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<Option<u32>>,
}

#[derive(Serialize)]
struct CodeLine<'a> {
    code_object: u32,
    name: &'a str,
    qualname: &'a str,
    file: &'a str,
    first_line: u32,
    flags: u32,
    stack_size: u32,
    origin: &'static str,
    instructions: Vec<InstructionLine<'a>>,
}

#[derive(Serialize)]
struct InstructionLine<'a> {
    offset: u32,
    op: &'a str,
    family: &'static str,
    argument: Option<u32>,
    meaning: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    end_line: Option<u32>,
    end_column: Option<u32>,
    depth_before: Option<u16>,
    depth_after: Option<u16>,
    target: Option<u32>,
}

fn code_line(code: &Code) -> CodeLine<'_> {
    let instructions = code
        .instructions()
        .iter()
        .map(|instruction| InstructionLine {
            offset: instruction.offset,
            op: &instruction.opcode,
            family: instruction.family.name(),
            argument: instruction.argument,
            meaning: &instruction.meaning,
            line: instruction.span.line,
            column: instruction.span.column,
            end_line: instruction.span.end_line,
            end_column: instruction.span.end_column,
            depth_before: instruction.depth_before,
            depth_after: instruction.depth_after,
            target: instruction.target,
        })
        .collect();
    CodeLine {
        code_object: code.id.0,
        name: &code.name,
        qualname: &code.qualname,
        file: &code.file,
        first_line: code.first_line,
        flags: code.flags,
        stack_size: code.stack_size,
        origin: origin_name(code.origin),
        instructions,
    }
}

#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum OutcomeLine<'a> {
    Finished,
    Raised { line: Option<u32>, exception: &'a str, message: &'a str, traceback: &'a str },
    Exited { status: i32 },
    CutShort { limit: &'static str, steps: Option<u64>, seconds: Option<f64>, bytes: Option<u64> },
    Died { how: &'a str },
}

fn outcome_line(outcome: &Outcome) -> OutcomeLine<'_> {
    match outcome {
        Outcome::Finished => OutcomeLine::Finished,
        Outcome::Raised { line, kind, message, traceback } => OutcomeLine::Raised { line: *line, exception: kind, message, traceback },
        Outcome::Exited { status } => OutcomeLine::Exited { status: *status },
        Outcome::CutShort { limit } => {
            let (limit, steps, seconds, bytes) = match *limit {
                Limit::Steps(steps) => ("steps", Some(steps), None, None),
                Limit::Time(time) => ("time", None, Some(time.as_secs_f64()), None),
                Limit::Memory(bytes) => ("memory", None, None, Some(bytes)),
                Limit::Listener => ("listener", None, None, None),
            };
            OutcomeLine::CutShort { limit, steps, seconds, bytes }
        }
        Outcome::Died { how } => OutcomeLine::Died { how },
    }
}
