//! A run line by line: which line of which frame ran, and what led there. Knows no question.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Run;
use crate::trace::{Code, CodeId, Entry, Family, MarkKind};

/// What led to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The frame went on by itself.
    Flow,
    Call,
    Resume,
    Return,
    Yield,
    /// An exception was raised, perhaps passed on by frames, and caught.
    Exception,
    /// Several of these one after the other, as where C calls back.
    Several,
}

/// A frame at work on a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visit {
    pub code: CodeId,
    pub line: u32,
    /// Counts from 1; a frame that goes on after a rest has a new one.
    pub frame: u32,
    /// Frames of this thread that were open, this one too.
    pub depth: u32,
    pub cause: Cause,
    /// Which step of the run it begins with, counted from 0 over the program's own file.
    pub step: u32,
}

/// Where lines led, over the whole run: to one line always, or not.
#[derive(Debug, Clone, Default)]
pub(super) struct Leads(BTreeMap<(CodeId, u32), BTreeSet<u32>>);

impl Leads {
    fn add(&mut self, code: CodeId, offset: u32, line: u32) {
        self.0.entry((code, offset)).or_default().insert(line);
    }

    /// Instructions from which it went on to one line and no other.
    pub fn sure(&self) -> impl Iterator<Item = (CodeId, u32, u32)> {
        self.0
            .iter()
            .filter(|(_, lines)| lines.len() == 1 && !lines.contains(&0))
            .filter_map(|((code, offset), lines)| Some((*code, *offset, *lines.first()?)))
    }
}

/// What a run of one thread did, line by line.
#[derive(Debug, Clone, Default)]
pub(super) struct Visits {
    pub all: Vec<Visit>,
    /// From the instruction after a yield to the next line of that generator.
    pub resumed: Leads,
    /// From a `FOR_ITER` that found nothing more to the next line.
    pub exhausted: Leads,
    /// Most frames of a code object that were open at once.
    pub deepest: BTreeMap<CodeId, u32>,
    /// How often code objects were called.
    pub called: BTreeMap<CodeId, u32>,
}

/// A line that is awaited.
#[derive(Debug, Clone, Copy)]
struct Awaited {
    offset: u32,
    line: u32,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    code: CodeId,
    number: u32,
    is_resumed: bool,
    resumed: Option<Awaited>,
    exhausted: Option<Awaited>,
}

/// `CO_GENERATOR`.
pub(super) const GENERATOR: u32 = 0x20;

impl Visits {
    /// `None` for a program of several threads: whose turn it is would be another question.
    pub fn of(run: &Run) -> Option<Self> {
        let codes = &run.trace.codes;
        let mut walk = Walk {
            visits: Self::default(),
            stack: Vec::new(),
            open: vec![0; codes.len()],
            frames: 0,
            cause: Cause::Flow,
            is_passing: false,
        };
        let prologues: Vec<u32> = codes.iter().map(|code| prologue_line(code)).collect();
        let is_own: Vec<bool> = codes.iter().map(|code| code.file == run.program.name).collect();
        let mut previous: Option<(CodeId, u32)> = None;
        let mut steps = 0;
        for entry in &run.trace.entries {
            match entry {
                Entry::Mark(mark) => walk.mark(&mark.kind),
                Entry::Step(step) if step.thread != 0 => return None,
                Entry::Step(step) => {
                    let unit = codes[step.code.index()].unit(step.offset);
                    let line = if unit.line == prologues[step.code.index()] { 0 } else { unit.line };
                    let jumped_from = previous.filter(|(code, _)| *code == step.code).map(|(_, offset)| offset);
                    walk.step(&codes[step.code.index()], step.offset, line, jumped_from, is_own[step.code.index()].then_some(steps));
                    steps += u32::from(is_own[step.code.index()]);
                    previous = Some((step.code, step.offset));
                }
            }
        }
        // What is open at the end of what was recorded is not known.
        while let Some(frame) = walk.stack.pop() {
            walk.visits.leave(&frame);
        }
        Some(walk.visits)
    }

    fn leave(&mut self, frame: &Frame) {
        for (awaited, leads) in [(frame.resumed, &mut self.resumed), (frame.exhausted, &mut self.exhausted)] {
            if let Some(awaited) = awaited {
                leads.add(frame.code, awaited.offset, 0);
            }
        }
    }

    /// The last visit of the frame at `depth` before the one at `place`, and its place; not from too far back.
    pub fn below(&self, place: usize, depth: u32) -> Option<usize> {
        const FARTHEST: usize = 4000;
        (place.saturating_sub(FARTHEST)..=place).rev().find(|&index| self.all[index].depth == depth)
    }
}

/// The line of a function's head: what stands there of it makes ready, and is no line that a reader sees run. 0 where
/// there is no body apart from the head.
fn prologue_line(code: &Code) -> u32 {
    let has_body = code.instructions().iter().any(|i| i.span.line.is_some_and(|line| line > code.first_line));
    if has_body && !code.name.starts_with('<') { code.first_line } else { 0 }
}

struct Walk {
    visits: Visits,
    stack: Vec<Frame>,
    /// Frames of each code object that are open.
    open: Vec<u32>,
    frames: u32,
    cause: Cause,
    /// Whether an exception is on its way.
    is_passing: bool,
}

impl Walk {
    fn push(&mut self, code: CodeId, is_resumed: bool) {
        self.frames += 1;
        self.stack.push(Frame { code, number: self.frames, is_resumed, resumed: None, exhausted: None });
        if let Some(open) = self.open.get_mut(code.index()) {
            *open += 1;
            let deepest = self.visits.deepest.entry(code).or_default();
            *deepest = (*deepest).max(*open);
        }
    }

    fn pop(&mut self) {
        if let Some(frame) = self.stack.pop() {
            self.visits.leave(&frame);
            if let Some(open) = self.open.get_mut(frame.code.index()) {
                *open = open.saturating_sub(1);
            }
        }
    }

    fn led_by(&mut self, cause: Cause) {
        self.cause = if self.cause == Cause::Flow { cause } else { Cause::Several };
    }

    fn mark(&mut self, kind: &MarkKind) {
        match kind {
            MarkKind::Called(code) => {
                *self.visits.called.entry(*code).or_default() += 1;
                self.push(*code, false);
                self.led_by(Cause::Call);
            }
            MarkKind::Resumed(code) => {
                self.push(*code, true);
                self.led_by(Cause::Resume);
            }
            MarkKind::Returned(_) => {
                self.pop();
                self.led_by(Cause::Return);
            }
            MarkKind::Yielded(_) => {
                self.pop();
                self.led_by(Cause::Yield);
            }
            MarkKind::Unwound(_) => {
                self.pop();
                if !self.is_passing {
                    self.led_by(Cause::Several);
                }
            }
            MarkKind::Raised(_) if !self.is_passing => {
                self.is_passing = true;
                self.led_by(Cause::Exception);
            }
            MarkKind::Handled(_) => self.is_passing = false,
            _ => {}
        }
    }

    fn step(&mut self, code: &Code, offset: u32, line: u32, from: Option<u32>, step: Option<u32>) {
        // Who records may begin in the middle of a frame.
        if self.stack.last().is_none_or(|frame| frame.code != code.id) {
            self.push(code.id, false);
            self.cause = Cause::Several;
        }
        self.is_passing = false;
        let depth = self.stack.len() as u32;
        let Some(frame) = self.stack.last_mut() else { return };
        if self.cause == Cause::Resume && std::mem::take(&mut frame.is_resumed) {
            frame.resumed = Some(Awaited { offset, line });
        }
        if self.cause == Cause::Flow
            && let Some(loop_end) = from.and_then(|from| exhausted(code, from, offset))
        {
            frame.exhausted = Some(loop_end);
        }
        let Some(step) = step.filter(|_| line > 0) else { return };
        for (awaited, leads) in [(&mut frame.resumed, &mut self.visits.resumed), (&mut frame.exhausted, &mut self.visits.exhausted)] {
            if let Some(known) = awaited.filter(|awaited| awaited.line != line) {
                leads.add(code.id, known.offset, line);
                *awaited = None;
            }
        }
        let frame = frame.number;
        let is_same = self.visits.all.last().is_some_and(|last| last.frame == frame && last.line == line);
        if !is_same {
            self.visits.all.push(Visit { code: code.id, line, frame, depth, cause: self.cause, step });
        }
        self.cause = Cause::Flow;
    }
}

/// A `FOR_ITER` at `from` that did not go on to the instruction behind it but to `to`.
fn exhausted(code: &Code, from: u32, to: u32) -> Option<Awaited> {
    if code.unit(from).family != Family::Loop {
        return None;
    }
    let place = code.instructions().binary_search_by_key(&from, |i| i.offset).ok()?;
    let instruction = &code.instructions()[place];
    let next = code.instructions().get(place + 1)?;
    let is_end = &*instruction.opcode == "FOR_ITER" && to != next.offset && instruction.target.is_some_and(|target| to >= target);
    is_end.then(|| Awaited { offset: from, line: instruction.span.line.unwrap_or(0) })
}
