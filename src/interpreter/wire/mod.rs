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
//! it, an [`EndBlob`] last (absent if the child died), and each name (a JSON string) before the first mark
//! that names it. A warning (a JSON string) may come at any time: something that is not told as it was asked for.
//! Ids of code objects and of names count from 0 without gaps. A frame is
//! entered by `Called` or `Resumed` and left by `Returned`, `Yielded` or `Unwound`; library frames
//! that are left out leave no mark at all.
//!
//! A warm-up run ([`Task::WarmUp`](super::options::Task::WarmUp)) tells no steps, but which instructions
//! specialise, as [`WarmthBlob`]s; the last of them has the ticks of each code object.
//!
//! A probe ([`Task::Probe`](super::options::Task::Probe)) tells no steps either, but how attributes are found, as
//! [`ProbeBlob`]s.
//!
//! Backpressure is the pipe's: who does not read makes the child sleep in `write`.
//!
//! # Credits
//!
//! A child which is given a control pipe as well tells no more instructions than it is granted by it. It puts
//! that descriptor out of the way as it does the trace's, keeps it from what the program starts, and says
//! `is_paced` in its hello. The words of the pipe are 32 bits, little-endian:
//!
//! | word | means |
//! |---|---|
//! | n | so many more instructions may be told; grants add up |
//! | 0xFFFF_FFFF | let go: an [`EndBlob::Detached`], then the trace is closed and the program runs on untraced |
//! | end of file | nobody will grant any more: what was printed is flushed, an [`EndBlob::CutShort`] by the listener is told, and the process ends |
//!
//! The credit begins at 0. When it is used up the child sends what it gathered and reads the pipe, waiting for
//! it if it is empty. When less is left than it gathers at a time it looks once without waiting, and takes all
//! that is there, so that who grants in good time does not change how the words are gathered: counts of memory
//! blocks depend on that a little. The second and third word have no effect before all that was granted is
//! told. Marks and blobs need no credit: those between the last instruction of a
//! grant and the next may come before or after the wait, and so may the end, if no instruction is left. Whether
//! the last instruction of a grant runs before the wait is the recorder's choice. All threads share one
//! credit; what one of them recorded beyond it is kept and told with the next. A signal does not end the wait:
//! its handler runs, then the wait goes on unless the handler raised. A forked child closes both descriptors
//! and reads neither, and a program which closes the control pipe goes on as if it had never been paced.

mod blobs;
mod implied;
mod reader;
mod writer;

pub use blobs::{
    CodeBlob, End, EndBlob, HandlerBlob, Hello, InstructionBlob, LimitBlob, LimitKind, ProbeBlob, SpecialisedBlob, SyntaxError, WarmthBlob,
};
pub use reader::{Heard, Reader, WireError};
pub use writer::Writer;

/// Version of this protocol; the child's must be the same.
pub const PROTOCOL: u32 = 1;

const KIND_STEP: u64 = 0;
const KIND_BLOB: u64 = 1;
const KIND_MARK: u64 = 2;

const BLOB_HELLO: u64 = 1;
const BLOB_CODE: u64 = 2;
const BLOB_END: u64 = 4;
const BLOB_NAME: u64 = 5;
const BLOB_WARNING: u64 = 6;
const BLOB_WARMTH: u64 = 7;
const BLOB_PROBE: u64 = 8;

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
    /// Argument: number of the thread that is started; told by the one which starts it.
    pub const THREAD_STARTED: u64 = 10;
    pub const THREAD_ENDED: u64 = 11;
    /// Argument: the change in two's complement, saturating.
    pub const BLOCKS_CHANGED: u64 = 12;
    /// Argument: id of the function's name.
    pub const CALLED_C: u64 = 13;
    /// Argument: id of the task's name.
    pub const TASK_ENTERED: u64 = 14;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{CodeId, Entry, Mark, MarkKind, Outcome, Trace};

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
        Hello { protocol: PROTOCOL, interpreter: "Test 1".into(), version: (3, 14), recorder: "hand".into(), ..Hello::default() }
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
        writer.mark(0, &MarkKind::BlocksChanged { by: i32::MIN }).unwrap();
        writer.end(&EndBlob::Exited { status: 3 }).unwrap();
        let (trace, end) = read_all(&bytes).unwrap();
        assert_eq!(end, Some(End::Outcome(Outcome::Exited { status: 3 })));
        assert_eq!(trace.codes[0].instructions()[1].depth_before, Some(1));
        let steps: Vec<_> = trace.steps().map(|s| (s.offset, s.frame_depth, s.blocks)).collect();
        assert_eq!(steps, [(0, 0, -3), (2, 1, 2047)]);
        assert!(trace.entries.contains(&Entry::Mark(Mark { thread: 0, kind: MarkKind::CollectionEnded { generation: 2, collected: 77 } })));
        assert!(trace.entries.contains(&Entry::Mark(Mark { thread: 0, kind: MarkKind::BlocksChanged { by: i32::MIN } })));
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
