//! What both writers stand on: an output which remembers its first error, and the words for every
//! instruction worked out once, since a trace has millions of steps and few instructions.

use std::io::{self, BufWriter, Write};

use crate::trace::{Code, CodeId, Instruction};

/// Bytes gathered before they are written. More delays what a reader sees of a running program, less
/// costs a call into the system every few lines; 64 KiB is what a pipe holds.
const BUFFER_BYTES: usize = 1 << 16;

pub struct Outlet<W: Write> {
    out: BufWriter<W>,
    error: Option<io::Error>,
}

impl<W: Write> Outlet<W> {
    pub fn new(out: W) -> Self {
        Self { out: BufWriter::with_capacity(BUFFER_BYTES, out), error: None }
    }

    /// Writes, unless something failed before.
    pub fn put(&mut self, write: impl FnOnce(&mut BufWriter<W>) -> io::Result<()>) {
        if self.error.is_none()
            && let Err(error) = write(&mut self.out)
        {
            self.error = Some(error);
        }
    }

    pub fn failed(&self) -> bool {
        self.error.is_some()
    }

    pub fn finish(mut self) -> io::Result<()> {
        match self.error.take() {
            Some(error) => {
                // What is left in the buffer must not be tried again when it is dropped.
                let _ = self.out.into_parts();
                Err(error)
            }
            None => self.out.flush(),
        }
    }
}

/// The words for the instructions of the code objects told so far.
#[derive(Default)]
pub struct Phrases {
    codes: Vec<CodePhrases>,
}

struct CodePhrases {
    name: String,
    text: String,
    /// For each code unit of two bytes where its instruction's words lie in `text`; empty where none is.
    spans: Vec<(u32, u32)>,
}

impl Phrases {
    /// Takes in a code object; they come in the order of their ids.
    pub fn learn(&mut self, code: &Code, words: impl Fn(&Instruction) -> String) {
        let mut phrases = CodePhrases { name: code.qualname.clone(), text: String::new(), spans: Vec::new() };
        for instruction in code.instructions() {
            let unit = instruction.offset as usize / 2;
            phrases.spans.resize(phrases.spans.len().max(unit + 1), (0, 0));
            let start = phrases.text.len() as u32;
            phrases.text.push_str(&words(instruction));
            phrases.spans[unit] = (start, phrases.text.len() as u32);
        }
        self.codes.push(phrases);
    }

    /// The words for an instruction; `None` if no such one was told.
    pub fn of(&self, code: CodeId, offset: u32) -> Option<&str> {
        let phrases = self.codes.get(code.index())?;
        let &(start, end) = phrases.spans.get(offset as usize / 2)?;
        (end > start && offset.is_multiple_of(2)).then(|| &phrases.text[start as usize..end as usize])
    }

    pub fn name(&self, code: CodeId) -> Option<&str> {
        self.codes.get(code.index()).map(|phrases| phrases.name.as_str())
    }
}
