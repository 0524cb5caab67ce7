//! The trace protocol: what a child process writes about the program it runs, and its reading.
//!
//! The stream is 64-bit little-endian words. Bits 63-60 say what a word is:
//!
//! | kind | bits |
//! |---|---|
//! | 0 instruction | 0-19 code unit (byte offset / 2), 20-39 code id, 40-47 thread, 48-59 signed change of memory blocks since the thread's last step, saturating |
//! | 1 blob | 0-31 length of its payload in bytes, 32-39 which blob; then the payload, zero-padded to 8 bytes |
//! | 2 mark | 0-31 argument, 40-47 thread, 52-59 which mark |
//!
//! Payloads are JSON in UTF-8: [`Hello`] comes first, a [`CodeBlob`] before the first word that names
//! it, an [`EndBlob`] last (absent if the child died). Code ids count from 0 without gaps. A frame is
//! entered by `Called` or `Resumed` and left by `Returned`, `Yielded` or `Unwound`; library frames
//! that are left out leave no mark at all.
//!
//! Backpressure is the pipe's: who does not read makes the child sleep in `write`.

use std::io::{self, Read, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::trace::{
    Code, CodeId, Dialect, Family, Flow, Handler, Header, Instruction, Limit, Listener, Mark, MarkKind, Origin, Outcome, Span, Step, depths,
};

/// Version of this protocol; the child's must be the same.
pub const PROTOCOL: u32 = 1;

const KIND_STEP: u64 = 0;
const KIND_BLOB: u64 = 1;
const KIND_MARK: u64 = 2;

const BLOB_HELLO: u64 = 1;
const BLOB_CODE: u64 = 2;
const BLOB_END: u64 = 4;

/// Numbers of marks on the wire; `record.py` holds the same table.
mod mark {
    pub const CALLED: u64 = 1;
    pub const RESUMED: u64 = 2;
    pub const RETURNED: u64 = 3;
    pub const YIELDED: u64 = 4;
    pub const UNWOUND: u64 = 5;
    pub const RAISED: u64 = 6;
    pub const HANDLED: u64 = 7;
    /// Argument: generation.
    pub const COLLECTION_STARTED: u64 = 8;
    /// Argument: generation << 24 | number collected, saturating at 2^24 - 1.
    pub const COLLECTION_ENDED: u64 = 9;
    pub const THREAD_STARTED: u64 = 10;
    pub const THREAD_ENDED: u64 = 11;
}

/// First word of the child's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hello {
    pub protocol: u32,
    pub interpreter: String,
    pub version: (u8, u8),
    pub recorder: String,
    /// What the child could not do that it was asked to, one line each: "cannot confine: ...".
    #[serde(default)]
    pub warnings: Vec<String>,
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
    Syntax(SyntaxError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitKind {
    Steps,
    Time,
    Memory,
}

impl LimitKind {
    /// With the size that the parent had set.
    pub fn sized(self, steps: u64, time: std::time::Duration, memory: u64) -> Limit {
        match self {
            Self::Steps => Limit::Steps(steps),
            Self::Time => Limit::Time(time),
            Self::Memory => Limit::Memory(memory),
        }
    }
}

/// Writes the protocol; the embedded interpreter's child uses it. Words gather in a buffer of a given
/// size and go out when it is full or flushed.
pub struct Writer<W: Write> {
    out: W,
    buffer: Vec<u8>,
    capacity: usize,
}

impl<W: Write> Writer<W> {
    /// `records` words are gathered before they are written: fewer keeps the child closer to what is
    /// heard, more is faster.
    pub fn new(out: W, records: usize) -> Self {
        let capacity = records.max(1) * 8;
        Self { out, buffer: Vec::with_capacity(capacity + 8), capacity }
    }

    #[inline]
    fn word(&mut self, word: u64) -> io::Result<()> {
        self.buffer.extend_from_slice(&word.to_le_bytes());
        if self.buffer.len() >= self.capacity { self.flush() } else { Ok(()) }
    }

    /// One instruction; `blocks` saturates at -2048 and 2047.
    #[inline]
    pub fn step(&mut self, code: u32, offset: u32, thread: u8, blocks: i32) -> io::Result<()> {
        let blocks = (blocks.clamp(-2048, 2047) as u64) & 0xfff;
        self.word(blocks << 48 | u64::from(thread) << 40 | u64::from(code & 0xf_ffff) << 20 | u64::from((offset / 2) & 0xf_ffff))
    }

    pub fn mark(&mut self, thread: u8, kind: &MarkKind) -> io::Result<()> {
        let (what, argument) = match *kind {
            MarkKind::Called(code) => (mark::CALLED, code.0),
            MarkKind::Resumed(code) => (mark::RESUMED, code.0),
            MarkKind::Returned(code) => (mark::RETURNED, code.0),
            MarkKind::Yielded(code) => (mark::YIELDED, code.0),
            MarkKind::Unwound(code) => (mark::UNWOUND, code.0),
            MarkKind::Raised(code) => (mark::RAISED, code.0),
            MarkKind::Handled(code) => (mark::HANDLED, code.0),
            MarkKind::CollectionStarted { generation } => (mark::COLLECTION_STARTED, u32::from(generation)),
            MarkKind::CollectionEnded { generation, collected } => {
                (mark::COLLECTION_ENDED, u32::from(generation) << 24 | collected.min(0xff_ffff))
            }
            MarkKind::ThreadStarted => (mark::THREAD_STARTED, 0),
            MarkKind::ThreadEnded => (mark::THREAD_ENDED, 0),
        };
        self.word(KIND_MARK << 60 | what << 52 | u64::from(thread) << 40 | u64::from(argument))
    }

    pub fn hello(&mut self, hello: &Hello) -> io::Result<()> {
        self.blob(BLOB_HELLO, hello)?;
        self.flush()
    }

    pub fn code(&mut self, code: &CodeBlob) -> io::Result<()> {
        self.blob(BLOB_CODE, code)
    }

    pub fn end(&mut self, end: &EndBlob) -> io::Result<()> {
        self.blob(BLOB_END, end)?;
        self.flush()
    }

    fn blob(&mut self, which: u64, payload: &impl Serialize) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(payload)?;
        let length = bytes.len() as u64;
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        self.buffer.extend_from_slice(&(KIND_BLOB << 60 | which << 32 | length).to_le_bytes());
        self.buffer.extend_from_slice(&bytes);
        if self.buffer.len() >= self.capacity { self.flush() } else { Ok(()) }
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        self.out.flush()
    }
}

/// What is wrong with a stream.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    #[error("the interpreter's trace cannot be read")]
    Io(#[from] io::Error),
    #[error("word {word} of the interpreter's trace makes no sense: {reason}")]
    Garbled { word: u64, reason: String },
}

/// State of a stream after some of it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// There may be more.
    More,
    /// The stream is over; `None` if the child died before it could say how it ended.
    End(Option<End>),
}

/// Bytes read at a time: as large as a Linux pipe holds by default. Larger gains nothing.
const CHUNK_BYTES: usize = 64 * 1024;

/// Reads the protocol and tells it to a listener.
#[derive(Debug)]
pub struct Reader<R: Read> {
    input: R,
    buffer: Vec<u8>,
    /// Words of `buffer` that are read already, in bytes.
    used: usize,
    words: u64,
    hello: Option<Hello>,
    codes: u32,
    frames: Vec<u16>,
    end: Option<End>,
    steps: u64,
}

impl<R: Read> Reader<R> {
    pub fn new(input: R) -> Self {
        Self {
            input,
            buffer: Vec::with_capacity(CHUNK_BYTES),
            used: 0,
            words: 0,
            hello: None,
            codes: 0,
            frames: Vec::new(),
            end: None,
            steps: 0,
        }
    }

    /// What the child said first; `None` until it was read.
    pub fn hello(&self) -> Option<&Hello> {
        self.hello.as_ref()
    }

    pub fn dialect(&self) -> Option<Dialect> {
        let hello = self.hello.as_ref()?;
        Some(Dialect { interpreter: hello.interpreter.clone(), version: hello.version, recorder: hello.recorder.clone() })
    }

    /// Instructions told so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Reads once from the input, waiting for it if need be, and tells what has come whole.
    pub fn read(&mut self, listener: &mut impl Listener) -> Result<Heard, WireError> {
        let kept = self.buffer.len() - self.used;
        self.buffer.copy_within(self.used.., 0);
        self.used = 0;
        self.buffer.resize(kept + CHUNK_BYTES, 0);
        let came = loop {
            match self.input.read(&mut self.buffer[kept..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let came = came.inspect_err(|_| self.buffer.truncate(kept))?;
        self.buffer.truncate(kept + came);
        if came == 0 {
            return Ok(Heard::End(self.end.take()));
        }
        self.tell(listener)?;
        Ok(Heard::More)
    }

    fn tell(&mut self, listener: &mut impl Listener) -> Result<(), WireError> {
        while let Some(bytes) = self.buffer[self.used..].first_chunk::<8>() {
            let word = u64::from_le_bytes(*bytes);
            match word >> 60 {
                KIND_STEP => {
                    let step = self.step(word)?;
                    listener.step(step);
                }
                KIND_BLOB => {
                    let length = (word & 0xffff_ffff) as usize;
                    let padded = length.next_multiple_of(8);
                    if self.buffer.len() - self.used < 8 + padded {
                        return Ok(());
                    }
                    let payload = self.buffer[self.used + 8..self.used + 8 + length].to_vec();
                    self.blob(word >> 32 & 0xff, &payload, listener)?;
                    self.used += padded;
                }
                KIND_MARK => {
                    let mark = self.mark(word)?;
                    listener.mark(mark);
                }
                other => return Err(self.garbled(format!("kind {other}"))),
            }
            self.used += 8;
            self.words += 1;
        }
        Ok(())
    }

    #[inline]
    fn step(&mut self, word: u64) -> Result<Step, WireError> {
        let code = (word >> 20 & 0xf_ffff) as u32;
        if code >= self.codes {
            return Err(self.garbled(format!("code {code} was never told")));
        }
        let thread = (word >> 40 & 0xff) as usize;
        self.steps += 1;
        Ok(Step {
            code: CodeId(code),
            offset: (word & 0xf_ffff) as u32 * 2,
            frame_depth: self.frames.get(thread).map_or(0, |frames| frames.saturating_sub(1)),
            thread: thread as u16,
            blocks: (((word >> 48 & 0xfff) as i16) << 4) >> 4,
        })
    }

    fn mark(&mut self, word: u64) -> Result<Mark, WireError> {
        let thread = (word >> 40 & 0xff) as u16;
        let argument = (word & 0xffff_ffff) as u32;
        let code = CodeId(argument);
        if self.frames.len() <= usize::from(thread) {
            self.frames.resize(usize::from(thread) + 1, 0);
        }
        let frames = &mut self.frames[usize::from(thread)];
        let kind = match word >> 52 & 0xff {
            mark::CALLED => MarkKind::Called(code),
            mark::RESUMED => MarkKind::Resumed(code),
            mark::RETURNED => MarkKind::Returned(code),
            mark::YIELDED => MarkKind::Yielded(code),
            mark::UNWOUND => MarkKind::Unwound(code),
            mark::RAISED => MarkKind::Raised(code),
            mark::HANDLED => MarkKind::Handled(code),
            mark::COLLECTION_STARTED => MarkKind::CollectionStarted { generation: argument as u8 },
            mark::COLLECTION_ENDED => MarkKind::CollectionEnded { generation: (argument >> 24) as u8, collected: argument & 0xff_ffff },
            mark::THREAD_STARTED => MarkKind::ThreadStarted,
            mark::THREAD_ENDED => MarkKind::ThreadEnded,
            other => return Err(self.garbled(format!("mark {other}"))),
        };
        match kind {
            MarkKind::Called(_) | MarkKind::Resumed(_) => *frames = frames.saturating_add(1),
            MarkKind::Returned(_) | MarkKind::Yielded(_) | MarkKind::Unwound(_) => *frames = frames.saturating_sub(1),
            _ => {}
        }
        Ok(Mark { thread, kind })
    }

    fn blob(&mut self, which: u64, payload: &[u8], listener: &mut impl Listener) -> Result<(), WireError> {
        let words = self.words;
        let unreadable = |error: serde_json::Error| WireError::Garbled { word: words, reason: error.to_string() };
        match which {
            BLOB_HELLO => {
                let hello: Hello = serde_json::from_slice(payload).map_err(unreadable)?;
                if hello.protocol != PROTOCOL {
                    return Err(self.garbled(format!("protocol {} where {PROTOCOL} is spoken", hello.protocol)));
                }
                self.hello = Some(hello);
            }
            BLOB_CODE => {
                let code: CodeBlob = serde_json::from_slice(payload).map_err(unreadable)?;
                if code.id != self.codes {
                    return Err(self.garbled(format!("code {} where {} was due", code.id, self.codes)));
                }
                self.codes += 1;
                listener.code(Arc::new(code.into_code()));
            }
            BLOB_END => {
                let end: EndBlob = serde_json::from_slice(payload).map_err(unreadable)?;
                self.end = Some(end.into_end());
            }
            other => return Err(self.garbled(format!("blob {other}"))),
        }
        Ok(())
    }

    fn garbled(&self, reason: String) -> WireError {
        WireError::Garbled { word: self.words, reason }
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
    fn into_end(self) -> End {
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
            }),
            Self::Died { how } => End::Outcome(Outcome::Died { how }),
            Self::SyntaxError { line, column, end_column, message } => End::Syntax(SyntaxError { line, column, end_column, message }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Entry, Trace};

    fn code(id: u32) -> CodeBlob {
        CodeBlob {
            id,
            name: "f".into(),
            qualname: "f".into(),
            file: "a.py".into(),
            first_line: 1,
            flags: 0,
            stack_size: 1,
            origin: "user".into(),
            entry_depth: 0,
            instructions: vec![
                InstructionBlob(0, "LOAD_CONST".into(), Some(0), "None".into(), (Some(1), Some(0), Some(1), Some(4)), Some(1), None),
                InstructionBlob(2, "RETURN_VALUE".into(), None, String::new(), (Some(1), Some(0), Some(1), Some(4)), None, None),
            ],
            handlers: Vec::new(),
        }
    }

    fn hello() -> Hello {
        Hello { protocol: PROTOCOL, interpreter: "Test 1".into(), version: (3, 14), recorder: "hand".into(), warnings: Vec::new() }
    }

    fn read_all(bytes: &[u8]) -> Result<(Trace, Option<End>), WireError> {
        let (mut reader, mut trace) = (Reader::new(bytes), Trace::default());
        loop {
            if let Heard::End(end) = reader.read(&mut trace)? {
                return Ok((trace, end));
            }
        }
    }

    #[test]
    fn what_is_written_is_read_with_frames_counted() {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes, 2);
        writer.hello(&hello()).unwrap();
        writer.code(&code(0)).unwrap();
        writer.mark(0, &MarkKind::Called(CodeId(0))).unwrap();
        writer.step(0, 0, 0, -3).unwrap();
        writer.mark(0, &MarkKind::Called(CodeId(0))).unwrap();
        writer.step(0, 2, 0, 5000).unwrap();
        writer.mark(0, &MarkKind::CollectionEnded { generation: 2, collected: 77 }).unwrap();
        writer.end(&EndBlob::Exited { status: 3 }).unwrap();
        let (trace, end) = read_all(&bytes).unwrap();
        assert_eq!(end, Some(End::Outcome(Outcome::Exited { status: 3 })));
        assert_eq!(trace.codes[0].instructions()[1].depth_before, Some(1));
        let steps: Vec<_> = trace.steps().map(|s| (s.offset, s.frame_depth, s.blocks)).collect();
        assert_eq!(steps, [(0, 0, -3), (2, 1, 2047)]);
        assert!(trace.entries.contains(&Entry::Mark(Mark { thread: 0, kind: MarkKind::CollectionEnded { generation: 2, collected: 77 } })));
    }

    #[test]
    fn a_stream_that_breaks_off_has_no_end_and_nonsense_is_refused() {
        let mut bytes = Vec::new();
        Writer::new(&mut bytes, 1).hello(&hello()).unwrap();
        assert_eq!(read_all(&bytes).unwrap().1, None);
        bytes.extend_from_slice(&u64::MAX.to_le_bytes());
        assert!(matches!(read_all(&bytes), Err(WireError::Garbled { word: 1, .. })));
        bytes.truncate(bytes.len() - 8);
        Writer::new(&mut bytes, 1).step(0, 0, 0, 0).unwrap();
        assert!(matches!(read_all(&bytes), Err(WireError::Garbled { .. })));
    }
}
