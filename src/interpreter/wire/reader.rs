//! The parent's side: words told to a listener.

use std::io::{self, Read};
use std::sync::Arc;

use super::implied::Implied;
use super::{
    BLOB_CODE, BLOB_END, BLOB_HELLO, BLOB_NAME, BLOB_PROBE, BLOB_WARMTH, BLOB_WARNING, CodeBlob, End, EndBlob, Hello, KIND_BLOB, KIND_MARK,
    KIND_STEP, PROTOCOL, ProbeBlob, WarmthBlob, mark,
};
use crate::trace::{CodeId, Dialect, Listener, Mark, MarkKind, NameId, Step};

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
    warnings: Vec<String>,
    codes: u32,
    names: u32,
    frames: Vec<u16>,
    implied: Implied,
    end: Option<End>,
    steps: u64,
    warmth: Vec<WarmthBlob>,
    probed: Vec<ProbeBlob>,
}

impl<R: Read> Reader<R> {
    pub fn new(input: R) -> Self {
        Self {
            input,
            buffer: Vec::with_capacity(CHUNK_BYTES),
            used: 0,
            words: 0,
            hello: None,
            warnings: Vec::new(),
            codes: 0,
            names: 0,
            frames: Vec::new(),
            implied: Implied::default(),
            end: None,
            steps: 0,
            warmth: Vec::new(),
            probed: Vec::new(),
        }
    }

    /// What the child said first; `None` until it was read.
    pub fn hello(&self) -> Option<&Hello> {
        self.hello.as_ref()
    }

    /// What the child could not do that it was asked to, as far as it has said so.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    pub fn dialect(&self) -> Option<Dialect> {
        let hello = self.hello.as_ref()?;
        Some(Dialect { interpreter: hello.interpreter.clone(), version: hello.version, recorder: hello.recorder.clone() })
    }

    /// Instructions told so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// What a warm-up run has told since this was asked last.
    pub fn take_warmth(&mut self) -> Vec<WarmthBlob> {
        std::mem::take(&mut self.warmth)
    }

    /// What a probe has told since this was asked last.
    pub fn take_probed(&mut self) -> Vec<ProbeBlob> {
        std::mem::take(&mut self.probed)
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
                    self.stretch(word, listener)?;
                    continue;
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
                    let mark = self.mark(word, listener)?;
                    listener.mark(mark);
                }
                other => return Err(self.garbled(format!("kind {other}"))),
            }
            self.used += 8;
            self.words += 1;
        }
        Ok(())
    }

    /// Tells the steps of one thread that stand here one behind the other, the first of which is this word: most of a
    /// stream is such stretches, in which neither frames nor threads change.
    fn stretch(&mut self, first: u64, listener: &mut impl Listener) -> Result<(), WireError> {
        const KIND_AND_THREAD: u64 = 0xf << 60 | 0xff << 40;
        let thread = (first >> 40 & 0xff) as u16;
        let frame_depth = self.frames.get(usize::from(thread)).map_or(0, |frames| frames.saturating_sub(1));
        let mut told = 0;
        let mut unknown = None;
        let mut last = None;
        let mut words = self.buffer[self.used..].chunks_exact(8);
        while let Some(word) = words.next().and_then(|bytes| bytes.first_chunk::<8>()).map(|bytes| u64::from_le_bytes(*bytes))
            && (word ^ first) & KIND_AND_THREAD == 0
        {
            let (code, offset) = ((word >> 20 & 0xf_ffff) as u32, (word & 0xf_ffff) as u32 * 2);
            if code >= self.codes {
                unknown = Some(code);
                break;
            }
            let code = CodeId(code);
            if last.is_none() || self.implied.awaits_handling() {
                self.implied.step(thread, code, offset, frame_depth, listener);
            }
            last = Some((code, offset));
            listener.step(Step { code, offset, frame_depth, thread, blocks: (((word >> 48 & 0xfff) as i16) << 4) >> 4 });
            told += 1;
        }
        if let Some((code, offset)) = last {
            self.implied.stepped(thread, code, offset);
        }
        self.steps += told;
        self.words += told;
        self.used += told as usize * 8;
        unknown.map_or(Ok(()), |code| Err(self.garbled(format!("code {code} was never told"))))
    }

    fn mark(&mut self, word: u64, listener: &mut impl Listener) -> Result<Mark, WireError> {
        let thread = (word >> 40 & 0xff) as u16;
        let argument = (word & 0xffff_ffff) as u32;
        let code = CodeId(argument);
        if self.frames.len() <= usize::from(thread) {
            self.frames.resize(usize::from(thread) + 1, 0);
        }
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
            mark::THREAD_STARTED => MarkKind::ThreadStarted { thread: argument as u16 },
            mark::THREAD_ENDED => MarkKind::ThreadEnded,
            mark::BLOCKS_CHANGED => MarkKind::BlocksChanged { by: argument as i32 },
            mark::CALLED_C => MarkKind::CalledC(self.named(argument)?),
            mark::TASK_ENTERED => MarkKind::TaskEntered(self.named(argument)?),
            other => return Err(self.garbled(format!("mark {other}"))),
        };
        let mark = Mark { thread, kind };
        let frames = self.frames[usize::from(thread)];
        self.implied.mark(&mark, frames.saturating_sub(1), listener);
        let frames = &mut self.frames[usize::from(thread)];
        match mark.kind {
            MarkKind::Called(_) | MarkKind::Resumed(_) => *frames = frames.saturating_add(1),
            MarkKind::Returned(_) | MarkKind::Yielded(_) | MarkKind::Unwound(_) => *frames = frames.saturating_sub(1),
            _ => {}
        }
        Ok(mark)
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
                self.implied.begin(&hello);
                self.warnings.extend_from_slice(&hello.warnings);
                self.hello = Some(hello);
            }
            BLOB_CODE => {
                let code: CodeBlob = serde_json::from_slice(payload).map_err(unreadable)?;
                if code.id != self.codes {
                    return Err(self.garbled(format!("code {} where {} was due", code.id, self.codes)));
                }
                self.codes += 1;
                let code = Arc::new(code.into_code());
                self.implied.code(&code);
                listener.code(code);
            }
            BLOB_END => {
                let end: EndBlob = serde_json::from_slice(payload).map_err(unreadable)?;
                self.end = Some(end.into_end());
            }
            BLOB_NAME => {
                let name: String = serde_json::from_slice(payload).map_err(unreadable)?;
                listener.name(NameId(self.names), name.into());
                self.names += 1;
            }
            BLOB_WARNING => self.warnings.push(serde_json::from_slice(payload).map_err(unreadable)?),
            BLOB_PROBE => self.probed.push(serde_json::from_slice(payload).map_err(unreadable)?),
            BLOB_WARMTH => self.warmth.push(serde_json::from_slice(payload).map_err(unreadable)?),
            other => return Err(self.garbled(format!("blob {other}"))),
        }
        Ok(())
    }

    fn named(&self, id: u32) -> Result<NameId, WireError> {
        if id < self.names { Ok(NameId(id)) } else { Err(self.garbled(format!("name {id} was never told"))) }
    }

    fn garbled(&self, reason: String) -> WireError {
        WireError::Garbled { word: self.words, reason }
    }
}
