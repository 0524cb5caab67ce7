//! What follows from the words and is none of them: who took over the GIL and why, and where an exception is
//! handled if the recorder cannot tell.

use std::sync::Arc;

use super::Hello;
use crate::trace::{Code, CodeId, Handover, Listener, Mark, MarkKind};

/// What a thread did last.
#[derive(Debug, Clone, Copy)]
enum Last {
    Step(CodeId, u32),
    /// It entered a frame.
    Entered,
    Ended,
    /// Anything else.
    Mark,
}

/// Looks at the words that are told, and tells what they imply besides.
#[derive(Debug, Default)]
pub(super) struct Implied {
    tells_handovers: bool,
    implies_handled: bool,
    codes: Vec<Arc<Code>>,
    /// The thread that has the GIL, and what it did last.
    holder: Option<(u16, Last)>,
    /// Frames, by thread and height, in which an exception is on its way.
    raised: Vec<(u16, u16, CodeId)>,
}

impl Implied {
    pub fn begin(&mut self, hello: &Hello) {
        self.tells_handovers = hello.tells_handovers;
        self.implies_handled = hello.implies_handled;
    }

    pub fn code(&mut self, code: &Arc<Code>) {
        if self.tells_handovers {
            self.codes.push(Arc::clone(code));
        }
    }

    /// Before a step of a frame so high above the thread's first.
    #[inline]
    pub fn step(&mut self, thread: u16, code: CodeId, offset: u32, height: u16, listener: &mut impl Listener) {
        if self.tells_handovers {
            self.run(thread, Last::Step(code, offset), listener);
        }
        if !self.raised.is_empty() {
            self.goes_on(thread, height, code, listener);
        }
    }

    /// Whether each step is to be looked at, and not only the first of those that follow each other in a thread.
    #[inline]
    pub fn awaits_handling(&self) -> bool {
        !self.raised.is_empty()
    }

    /// After the last of several steps of a thread, of which the first was told.
    pub fn stepped(&mut self, thread: u16, code: CodeId, offset: u32) {
        if self.tells_handovers {
            self.holder = Some((thread, Last::Step(code, offset)));
        }
    }

    /// Before a mark; the height is that of the frame in which it falls.
    pub fn mark(&mut self, mark: &Mark, height: u16, listener: &mut impl Listener) {
        let thread = mark.thread;
        if self.tells_handovers {
            let last = match mark.kind {
                MarkKind::Called(_) | MarkKind::Resumed(_) => Last::Entered,
                MarkKind::ThreadEnded => Last::Ended,
                _ => Last::Mark,
            };
            self.run(thread, last, listener);
        }
        if self.implies_handled {
            match mark.kind {
                MarkKind::Raised(code) => {
                    self.raised.retain(|&(other, at, _)| (other, at) != (thread, height));
                    self.raised.push((thread, height, code));
                }
                MarkKind::Unwound(_) | MarkKind::Returned(_) | MarkKind::Yielded(_) => {
                    self.raised.retain(|&(other, at, _)| other != thread || at < height);
                }
                _ => {}
            }
        }
    }

    #[inline]
    fn run(&mut self, thread: u16, now: Last, listener: &mut impl Listener) {
        if let Some((before, last)) = self.holder
            && before != thread
        {
            listener.mark(Mark { thread, kind: MarkKind::HandedOver { cause: self.cause(last) } });
        }
        self.holder = Some((thread, now));
    }

    /// By the instruction after which the GIL was given away.
    fn cause(&self, last: Last) -> Handover {
        match last {
            Last::Ended => Handover::End,
            Last::Entered => Handover::Interval,
            Last::Mark => Handover::Call,
            Last::Step(code, offset) => {
                let instruction = self.codes.get(code.index()).and_then(|code| code.at(offset));
                match instruction {
                    Some(instruction) if looks_for_others(&instruction.opcode) => Handover::Interval,
                    _ => Handover::Call,
                }
            }
        }
    }

    #[cold]
    fn goes_on(&mut self, thread: u16, height: u16, code: CodeId, listener: &mut impl Listener) {
        if let Some(found) = self.raised.iter().position(|&raised| raised == (thread, height, code)) {
            self.raised.swap_remove(found);
            listener.mark(Mark { thread, kind: MarkKind::Handled(code) });
        }
    }
}

/// Instructions besides calls at which the eval loop checks its breaker (Python/ceval.c, `CHECK_EVAL_BREAKER`).
fn looks_for_others(opcode: &str) -> bool {
    opcode.contains("JUMP_BACKWARD") || matches!(opcode, "JUMP_ABSOLUTE" | "RESUME" | "FOR_ITER" | "POP_JUMP_IF_FALSE" | "POP_JUMP_IF_TRUE")
}
