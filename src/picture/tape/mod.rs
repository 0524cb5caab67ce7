//! The run kept in memory, so that it can be looked at again, forwards and backwards. Bounded: the oldest
//! steps are let go in chunks, and what of them the kept ones still need (where their callers are) is kept.

mod beside;
mod curve;
mod turn;
mod walk;

pub use turn::Turn;
pub use walk::Stride;

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use super::{Asides, Heat};
use crate::trace::{Code, CodeId, Listener, Mark, MarkKind, NameId, Step, Unit};

/// `co_flags` of frames that suspend themselves: `CO_GENERATOR`, `CO_COROUTINE`, `CO_ASYNC_GENERATOR`
/// (CPython's `Include/cpython/code.h`).
const SUSPENDS: u32 = 0x20 | 0x80 | 0x200;

/// The caller of a frame that has none, or none that was heard.
const NOBODY: u64 = u64::MAX;

/// Chunks in which a tape is kept: more let go less at a time, fewer are found sooner.
const CHUNKS: usize = 16;

/// Where one of the frames of a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameAt {
    pub code: CodeId,
    /// The step at which it is; of an outer frame the one that called.
    pub at: u64,
    pub offset: u32,
    /// 0 where there is none.
    pub line: u32,
    /// Whether it can suspend itself: a generator, a coroutine.
    pub is_generator: bool,
}

/// A step and what followed from those before it.
#[derive(Debug, Clone, Copy)]
struct Kept {
    /// The step from which its frame was called; `NOBODY` in a thread's first frame.
    from: u64,
    /// Memory blocks as told until this step, its own change included.
    blocks: i64,
    code: CodeId,
    offset: u32,
    frame_depth: u16,
    thread: u16,
    change: i16,
    begins_visit: bool,
    /// Whether a frame was entered or left since its thread's step before.
    changes_frame: bool,
}

const _: () = assert!(size_of::<Kept>() <= 32, "a million of them are kept, and marks besides");
const _: () = assert!(size_of::<(u32, Mark)>() <= 24, "there may be one for every other step");

impl Kept {
    fn step(&self) -> Step {
        Step { code: self.code, offset: self.offset, frame_depth: self.frame_depth, thread: self.thread, blocks: self.change }
    }
}

struct Chunk {
    steps: Vec<Kept>,
    /// Each with the place in `steps` of the step that follows it.
    marks: Vec<(u32, Mark)>,
}

/// A frame that is open.
#[derive(Debug, Clone, Copy)]
struct Frame {
    from: u64,
    /// Its newest step; where there was none yet, the one it was called from.
    at: u64,
}

/// What goes on in a thread.
#[derive(Debug, Clone, Default)]
struct Thread {
    /// Outermost first.
    frames: Vec<Frame>,
    /// Its newest step, with the line.
    last: Option<(u64, Step, u32)>,
    changes_frame: bool,
    /// Its newest step among those that were let go.
    let_go: Option<u64>,
}

/// The run as it was told: a [`Listener`]. Of a long one the newest [`Tape::MOST`] steps.
pub struct Tape {
    /// Steps in a chunk.
    chunk: usize,
    chunks: VecDeque<Chunk>,
    first: u64,
    end: u64,
    /// Steps that were let go and from which open frames were called.
    callers: BTreeMap<u64, Kept>,
    codes: Vec<Arc<Code>>,
    threads: Vec<Thread>,
    heat: Heat,
    asides: Asides,
    blocks: i64,
    tells_memory: bool,
    /// Whether nothing was let go.
    is_whole: bool,
}

impl Default for Tape {
    fn default() -> Self {
        Self::new()
    }
}

impl Tape {
    /// Steps kept, if there were so many: up to 34 MiB, and 9 MiB of marks where every other step enters or
    /// leaves a frame.
    pub const MOST: usize = 1 << 20;

    pub fn new() -> Self {
        Self::keeping(Self::MOST)
    }

    /// A tape that keeps the newest `most` steps, and up to a sixteenth more.
    pub fn keeping(most: usize) -> Self {
        Self {
            chunk: most.div_ceil(CHUNKS).max(1),
            chunks: VecDeque::new(),
            first: 0,
            end: 0,
            callers: BTreeMap::new(),
            codes: Vec::new(),
            threads: Vec::new(),
            heat: Heat::default(),
            asides: Asides::default(),
            blocks: 0,
            tells_memory: false,
            is_whole: true,
        }
    }

    /// Number of the oldest step kept.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// Steps seen in all: the number of the next one.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Threads that were told of.
    pub fn threads(&self) -> usize {
        self.threads.len()
    }

    fn kept(&self, n: u64) -> Option<&Kept> {
        let place = n.checked_sub(self.first)? as usize;
        self.chunks.get(place / self.chunk)?.steps.get(place % self.chunk)
    }

    /// Steps from `from` on, with their numbers.
    fn steps_from(&self, from: u64) -> impl Iterator<Item = (u64, &Kept)> {
        let from = from.max(self.first);
        let place = (from - self.first) as usize;
        let chunks = self.chunks.iter().skip(place / self.chunk);
        let skipped = place % self.chunk;
        chunks
            .enumerate()
            .flat_map(move |(index, chunk)| chunk.steps.get(if index == 0 { skipped } else { 0 }..).unwrap_or(&[]))
            .zip(from..)
            .map(|(kept, n)| (n, kept))
    }

    /// Steps before `until`, newest first, with their numbers.
    fn steps_back(&self, until: u64) -> impl Iterator<Item = (u64, &Kept)> {
        (self.first..until.min(self.end)).rev().map_while(|n| Some((n, self.kept(n)?)))
    }

    pub fn step(&self, n: u64) -> Option<Step> {
        self.kept(n).map(Kept::step)
    }

    pub fn code(&self, id: CodeId) -> Option<&Arc<Code>> {
        self.codes.get(id.index())
    }

    pub fn codes(&self) -> &[Arc<Code>] {
        &self.codes
    }

    fn unit(&self, code: CodeId, offset: u32) -> Option<Unit> {
        self.code(code).map(|code| code.unit(offset))
    }

    fn line(&self, code: CodeId, offset: u32) -> u32 {
        self.unit(code, offset).map_or(0, |unit| unit.line)
    }

    /// Marks, each with the number of the step that follows it.
    pub fn marks(&self, range: Range<u64>) -> impl Iterator<Item = (u64, &Mark)> {
        let skipped = (range.start.max(self.first) - self.first) as usize / self.chunk;
        let first = self.first;
        self.chunks
            .iter()
            .enumerate()
            .skip(skipped)
            .flat_map(move |(index, chunk)| {
                let begins = first + (index * self.chunk) as u64;
                chunk.marks.iter().map(move |(place, mark)| (begins + u64::from(*place), mark))
            })
            .skip_while(move |(n, _)| *n < range.start)
            .take_while(move |(n, _)| *n < range.end)
    }

    pub fn tells_memory(&self) -> bool {
        self.tells_memory
    }

    /// The frames of a step's thread, outermost first, the step's own last; none if the step is not kept.
    /// A frame in which no instruction was told has no place here.
    pub fn frames(&self, n: u64) -> Vec<FrameAt> {
        let mut frames = Vec::new();
        let mut at = n;
        let mut kept = self.kept(n);
        while let Some(here) = kept {
            let code = self.code(here.code);
            frames.push(FrameAt {
                code: here.code,
                at,
                offset: here.offset,
                line: self.line(here.code, here.offset),
                is_generator: code.is_some_and(|code| code.flags & SUSPENDS != 0),
            });
            // A caller is always older.
            if here.from >= at {
                break;
            }
            at = here.from;
            kept = self.kept(at).or_else(|| self.callers.get(&at));
        }
        frames.reverse();
        frames
    }

    pub fn heat(&self) -> &Heat {
        &self.heat
    }

    /// Tells it again, to be folded anew; `false`, and nothing told, if any of it was let go.
    pub fn tell(&self, listener: &mut impl Listener) -> bool {
        if !self.is_whole {
            return false;
        }
        for code in &self.codes {
            listener.code(Arc::clone(code));
        }
        for (id, name) in (0..).zip(self.asides.names()) {
            listener.name(NameId(id), Arc::clone(name));
        }
        for chunk in &self.chunks {
            let mut marks = chunk.marks.iter().peekable();
            for (place, kept) in (0u32..).zip(&chunk.steps) {
                while let Some((_, mark)) = marks.next_if(|(before, _)| *before <= place) {
                    listener.mark(mark.clone());
                }
                listener.step(kept.step());
            }
            marks.for_each(|(_, mark)| listener.mark(mark.clone()));
        }
        true
    }

    fn thread(&mut self, number: u16) -> &mut Thread {
        let number = usize::from(number);
        if self.threads.len() <= number {
            self.threads.resize_with(number + 1, Thread::default);
        }
        &mut self.threads[number]
    }

    /// The chunk that is being filled.
    fn open(&mut self) -> &mut Chunk {
        if self.chunks.back().is_none_or(|chunk| chunk.steps.len() == self.chunk) {
            if self.chunks.len() > CHUNKS {
                self.let_go();
            }
            self.chunks.push_back(Chunk { steps: Vec::new(), marks: Vec::new() });
        }
        let last = self.chunks.len() - 1;
        &mut self.chunks[last]
    }

    /// Lets the oldest chunk go. Of its steps those are kept from which a frame was called that may still
    /// be open: they are the frames of each thread at its last step before the cut.
    fn let_go(&mut self) {
        let Some(chunk) = self.chunks.pop_front() else { return };
        let (begins, ends) = (self.first, self.first + chunk.steps.len() as u64);
        for (n, kept) in (begins..).zip(&chunk.steps) {
            self.thread(kept.thread).let_go = Some(n);
        }
        let mut callers = BTreeMap::new();
        for thread in &self.threads {
            let mut next = thread.let_go;
            while let Some(n) = next
                && !callers.contains_key(&n)
                && let Some(kept) = n.checked_sub(begins).map_or(self.callers.get(&n), |place| chunk.steps.get(place as usize))
            {
                callers.insert(n, *kept);
                next = Some(kept.from);
            }
        }
        self.callers = callers;
        self.first = ends;
        self.is_whole = false;
    }

    fn change_blocks(&mut self, by: i64) {
        self.tells_memory |= by != 0;
        self.blocks += by;
    }
}

impl Listener for Tape {
    fn code(&mut self, code: Arc<Code>) {
        self.heat.learn(&code);
        self.codes.push(code);
    }

    fn name(&mut self, id: NameId, name: Arc<str>) {
        Listener::name(&mut self.asides, id, name);
    }

    fn step(&mut self, step: Step) {
        self.asides.step(step);
        let Step { code, offset, frame_depth, thread, blocks } = step;
        self.change_blocks(i64::from(blocks));
        let line = self.line(code, offset);
        self.heat.count(code, offset, line);
        let n = self.end;
        let of = self.thread(thread);
        let begins_visit = of.changes_frame
            || of.last.is_none_or(|(_, last, last_line)| {
                // Within a frame only a jump leads backwards.
                line != last_line || code != last.code || frame_depth != last.frame_depth || offset <= last.offset
            });
        let from = match of.frames.last_mut() {
            Some(frame) => {
                frame.at = n;
                frame.from
            }
            None => NOBODY,
        };
        let changes_frame = std::mem::replace(&mut of.changes_frame, false);
        of.last = Some((n, step, line));
        let kept = Kept { from, blocks: self.blocks, code, offset, frame_depth, thread, change: blocks, begins_visit, changes_frame };
        self.open().steps.push(kept);
        self.end += 1;
    }

    fn mark(&mut self, mark: Mark) {
        self.asides.mark(mark.clone());
        let thread = self.thread(mark.thread);
        match mark.kind {
            MarkKind::Called(_) | MarkKind::Resumed(_) => {
                // What runs in between may not be heard: the newest step can be one of a frame that was left.
                let from = thread.frames.last().map_or(NOBODY, |frame| frame.at);
                thread.frames.push(Frame { from, at: from });
                thread.changes_frame = true;
            }
            MarkKind::Returned(_) | MarkKind::Yielded(_) | MarkKind::Unwound(_) => {
                thread.frames.pop();
                thread.changes_frame = true;
            }
            MarkKind::BlocksChanged { by } => self.change_blocks(i64::from(by)),
            _ => {}
        }
        // A library that runs on and on makes marks and no steps.
        let most = self.chunk.max(CHUNKS);
        let chunk = self.open();
        if chunk.marks.len() < most {
            chunk.marks.push((chunk.steps.len() as u32, mark));
        } else {
            self.is_whole = false;
        }
    }
}
