//! The child's side: words gathered in a buffer.

use std::io::{self, Write};

use serde::Serialize;

use super::{BLOB_CODE, BLOB_END, BLOB_HELLO, BLOB_NAME, CodeBlob, EndBlob, Hello, KIND_BLOB, KIND_MARK, mark};
use crate::trace::MarkKind;

/// Writes the protocol; the embedded interpreter's child uses it. Words gather in a buffer of a given
/// size and go out when it is full or flushed.
pub struct Writer<W: Write> {
    out: W,
    buffer: Vec<u8>,
    /// Bytes gathered before they go out: few at first, so that a program which soon waits for something is
    /// heard until then; twice as many each time.
    capacity: usize,
    most: usize,
}

impl<W: Write> Writer<W> {
    /// `records` words are gathered before they are written: fewer keeps the child closer to what is
    /// heard, more is faster.
    pub fn new(out: W, records: usize) -> Self {
        let most = records.max(1) * 8;
        Self { out, buffer: Vec::with_capacity(most + 8), capacity: 8, most }
    }

    /// Where the words go.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
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

    /// Hand-overs and specialised forms are no words: the first follow from the threads of what is told, the
    /// second come from another run.
    pub fn mark(&mut self, thread: u8, kind: &MarkKind) -> io::Result<()> {
        let (what, argument) = match *kind {
            MarkKind::HandedOver { .. } | MarkKind::Specialised { .. } => return Ok(()),
            MarkKind::CalledC(name) => (mark::CALLED_C, name.0),
            MarkKind::TaskEntered(name) => (mark::TASK_ENTERED, name.0),
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
            MarkKind::ThreadStarted { thread } => (mark::THREAD_STARTED, u32::from(thread)),
            MarkKind::ThreadEnded => (mark::THREAD_ENDED, 0),
            MarkKind::BlocksChanged { by } => (mark::BLOCKS_CHANGED, by as u32),
        };
        self.word(KIND_MARK << 60 | what << 52 | u64::from(thread) << 40 | u64::from(argument))
    }

    /// The next name; ids count from 0.
    pub fn name(&mut self, name: &str) -> io::Result<()> {
        self.blob(BLOB_NAME, name)
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

    fn blob(&mut self, which: u64, payload: &(impl Serialize + ?Sized)) -> io::Result<()> {
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
        self.capacity = (self.capacity * 2).min(self.most);
        self.out.flush()
    }
}
