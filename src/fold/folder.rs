//! The listener which folds what it is told.

use std::sync::Arc;

use super::list::List;
use super::sites::Sites;
use super::{Gesture, Outline, Zoom};
use crate::trace::{Code, CodeId, Handover, Listener, Mark, MarkKind, Outcome, Step, Unit};

/// Fewer line visits than this make no piece of a minute; then instructions are heard instead. Eight
/// notes a bar over a third of the shortest piece.
const FEW_VISITS: u64 = 96;

/// Instructions kept one by one until it is known whether there are many: more than `FEW_VISITS` lines
/// can have.
const MOST_SINGLE: usize = 2048;

/// Signatures are counted in a table of this many places (a power of two). Two that share a place
/// only fold a little faster; memory stays bounded whatever the program.
const SIGNATURES: usize = 1 << 16;

/// Folds steps to gestures as they happen.
#[derive(Clone)]
pub struct Folder {
    zoom: Zoom,
    codes: Vec<Arc<Code>>,
    /// How often each signature was heard.
    heard: Vec<u32>,
    list: List,
    /// In `Auto`, every instruction on its own for as long as there are few.
    singles: Option<Vec<Gesture>>,
    open: Gesture,
    signature: u64,
    /// Whether the last step was a jump backwards, and was taken; known when the next one comes.
    may_jump_back: bool,
    jumped_back: bool,
    last_offset: u32,
    last_line: u32,
    last_code: CodeId,
    last_thread: u16,
    last_frame_depth: u16,
    /// Whether the last hand-over was one by the interval.
    is_interval: bool,
    /// Code objects of the frames of each thread, bottom first.
    frames: Vec<Vec<CodeId>>,
    steps: u64,
    visits: u64,
    taken: u64,
    weight: f64,
    tells_memory: bool,
    sites: Sites,
    /// Fall-backs told since the last step that is kept on its own.
    falls_to_come: u32,
}

impl Folder {
    /// `most` bounds the number of gestures; `None` keeps every one.
    pub fn new(zoom: Zoom, most: Option<usize>) -> Self {
        Self {
            zoom,
            codes: Vec::new(),
            heard: vec![0; SIGNATURES],
            list: List::new(most),
            singles: (zoom == Zoom::Auto).then(Vec::new),
            open: Gesture::EMPTY,
            signature: 0,
            may_jump_back: false,
            jumped_back: false,
            last_offset: 0,
            last_line: 0,
            last_code: CodeId(0),
            last_thread: 0,
            last_frame_depth: 0,
            is_interval: false,
            frames: Vec::new(),
            steps: 0,
            visits: 0,
            taken: 0,
            weight: 0.0,
            tells_memory: false,
            sites: Sites::default(),
            falls_to_come: 0,
        }
    }

    pub fn steps(&self) -> u64 {
        self.steps
    }

    pub fn codes(&self) -> &[Arc<Code>] {
        &self.codes
    }

    /// Whether any change of memory was told so far.
    pub fn tells_memory(&self) -> bool {
        self.tells_memory
    }

    /// As one of several threads: however short, it is not heard instruction by instruction unless all are.
    pub(super) fn apart(mut self) -> Self {
        self.singles = None;
        self
    }

    /// Ends the folding.
    pub fn finish(mut self, outcome: Outcome) -> Outline {
        self.close();
        // Frames that were left after the last step.
        if let Some(last) = self.list.last_mut() {
            last.absorb(&self.open);
        }
        if let Some(last) = self.singles.as_mut().and_then(|singles| singles.last_mut()) {
            last.take_blocks_of(&self.open);
            last.falls += self.falls_to_come;
            last.c_calls += self.open.c_calls;
        }
        let steps = self.steps;
        let (zoom, gestures) = match (self.zoom, self.singles) {
            (Zoom::Auto, Some(singles)) if self.visits < FEW_VISITS => (Zoom::Opcode, singles),
            (Zoom::Auto, _) => (Zoom::Line, self.list.take()),
            (zoom, _) => (zoom, self.list.take()),
        };
        Outline { gestures, steps, zoom, threads: 1, is_measured: false, tells_memory: self.tells_memory, outcome }
    }

    /// Takes what was folded since the last call, for music that is made while the program runs.
    /// What is still open is closed; no step is told twice.
    pub fn take(&mut self) -> Vec<Gesture> {
        self.close();
        self.singles = None;
        self.taken = self.steps;
        self.weight = 0.0;
        self.list.take()
    }

    /// The same of what is closed; what is open may still grow.
    pub fn take_closed(&mut self) -> Vec<Gesture> {
        self.singles = None;
        self.taken = self.steps - self.open.steps;
        self.weight = 0.0;
        self.list.take()
    }

    /// Steps that [`take_closed`](Self::take_closed) would give.
    pub fn closed_steps(&self) -> u64 {
        self.pending_steps() - self.open.steps
    }

    /// Steps folded since the last [`take`](Self::take).
    pub fn pending_steps(&self) -> u64 {
        self.steps - self.taken
    }

    /// Weight of what [`take`](Self::take) would give, but for the open gesture.
    pub fn pending_weight(&self) -> f64 {
        self.weight
    }

    fn close(&mut self) {
        if self.open.steps == 0 {
            return;
        }
        // The place is taken from the high bits, which multiplication mixes best.
        let place = (self.signature >> 48) as usize & (SIGNATURES - 1);
        let times = self.heard[place];
        self.heard[place] = times.saturating_add(1);
        self.open.weigh(times);
        self.weight += self.open.weight;
        self.list.push(&self.open);
        self.open = Gesture::EMPTY;
    }

    /// A change of memory belongs to what ran until then: to the gesture that is open, else to the next.
    #[inline]
    fn change_blocks(&mut self, by: i64) {
        if by == 0 {
            return;
        }
        self.tells_memory = true;
        self.open.change_blocks(by);
        if self.open.steps > 0
            && let Some(last) = self.singles.as_mut().and_then(|singles| singles.last_mut())
        {
            last.change_blocks(by);
        }
    }

    /// Whether this step begins a new gesture.
    #[inline]
    fn begins(&self, step: Step, is_new_visit: bool) -> bool {
        match self.zoom {
            Zoom::Opcode => true,
            Zoom::Line | Zoom::Auto => is_new_visit,
            Zoom::Turn => self.jumped_back || step.thread != self.last_thread,
            Zoom::Call => step.code != self.last_code || step.frame_depth != self.last_frame_depth || step.thread != self.last_thread,
        }
    }

    #[inline]
    fn begin(&mut self, step: Step, unit: Unit) {
        // An open gesture without steps holds marks that were told for what begins now.
        self.close();
        let is_switch = self.steps > 0 && step.thread != self.last_thread;
        self.open.switches += u32::from(is_switch);
        self.open.intervals += u32::from(is_switch && self.is_interval);
        self.is_interval &= !is_switch;
        let open = &mut self.open;
        open.code = step.code;
        open.first = step.offset;
        open.line = unit.line;
        open.thread = step.thread;
        open.frame_depth = step.frame_depth;
        open.depth.first = unit.depth;
        open.since = self.steps;
        open.is_recursive = self.frames.get(usize::from(step.thread)).is_some_and(|frames| {
            // Far enough down to tell recursion; a deep stack must not make every call slow.
            frames.iter().rev().skip(1).take(8).any(|&code| code == step.code)
        });
        self.signature = u64::from(step.code.0).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn single(&mut self, step: Step, unit: Unit, is_new_visit: bool) {
        let Some(singles) = &mut self.singles else { return };
        if singles.len() == MOST_SINGLE {
            self.singles = None;
            return;
        }
        let is_warm = self.sites.is_warm(step.code, step.offset);
        let mut gesture = Gesture {
            warm: u32::from(is_warm),
            code: step.code,
            first: step.offset,
            last: step.offset,
            line: unit.line,
            thread: step.thread,
            frame_depth: step.frame_depth,
            since: self.steps,
            steps: 1,
            visits: u64::from(is_new_visit),
            turns: u32::from(self.jumped_back),
            is_recursive: self.open.is_recursive,
            frame_depth_sum: u64::from(step.frame_depth),
            weight: 1.0,
            heaviest: 1.0,
            ..Gesture::EMPTY
        };
        gesture.depth.first = unit.depth;
        gesture.depth.peak = unit.depth;
        gesture.depth.last = unit.depth;
        gesture.families[unit.family.index()] = 1;
        if is_new_visit && self.open.steps == 0 {
            gesture.calls = self.open.calls;
            gesture.raised = self.open.raised;
            gesture.handled = self.open.handled;
            gesture.suspensions = self.open.suspensions;
            gesture.switches = self.open.switches;
            gesture.intervals = self.open.intervals;
            gesture.c_calls = self.open.c_calls;
            gesture.take_blocks_of(&self.open);
        }
        gesture.falls = std::mem::take(&mut self.falls_to_come);
        singles.push(gesture);
    }
}

impl Listener for Folder {
    fn code(&mut self, code: Arc<Code>) {
        self.codes.push(code);
    }

    #[inline]
    fn step(&mut self, step: Step) {
        let unit = self.codes[step.code.index()].unit(step.offset);
        self.change_blocks(i64::from(step.blocks));
        // A conditional jump may not be taken. A thread that lost the GIL at a jump had taken it.
        self.jumped_back =
            self.may_jump_back && (step.thread != self.last_thread || (step.code == self.last_code && step.offset <= self.last_offset));
        self.open.ends_turn |= self.jumped_back;
        // Of a single instruction it is told whether a turn begins there, of more how many ended.
        let begins_turn = self.jumped_back && self.zoom == Zoom::Opcode;
        self.open.turns += u32::from(self.jumped_back && !begins_turn);
        let is_new_visit = self.open.steps == 0
            || self.jumped_back
            || unit.line != self.last_line
            || step.code != self.last_code
            || step.frame_depth != self.last_frame_depth
            || step.thread != self.last_thread;
        if self.open.steps == 0 || self.begins(step, is_new_visit) {
            self.begin(step, unit);
        }
        if self.singles.is_some() {
            self.single(step, unit, is_new_visit);
        }
        let open = &mut self.open;
        open.turns += u32::from(begins_turn);
        open.steps += 1;
        open.warm += u32::from(self.sites.is_warm(step.code, step.offset));
        open.last = step.offset;
        open.families[unit.family.index()] += 1;
        open.depth.peak = open.depth.peak.max(unit.depth);
        open.depth.last = unit.depth;
        open.frame_depth_sum += u64::from(step.frame_depth);
        if is_new_visit {
            open.visits += 1;
            self.visits += 1;
        }
        self.signature = (self.signature ^ u64::from(step.offset)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.may_jump_back = unit.back_to != u32::MAX;
        self.last_offset = step.offset;
        self.last_line = unit.line;
        self.last_code = step.code;
        self.last_thread = step.thread;
        self.last_frame_depth = step.frame_depth;
        self.steps += 1;
    }

    fn mark(&mut self, mark: Mark) {
        let thread = usize::from(mark.thread);
        if self.frames.len() <= thread {
            self.frames.resize(thread + 1, Vec::new());
        }
        // What ends a frame belongs to the gesture that is open; what begins one to the next.
        match mark.kind {
            MarkKind::Called(code) | MarkKind::Resumed(code) => {
                if self.zoom != Zoom::Turn {
                    self.close();
                }
                self.frames[thread].push(code);
                if matches!(mark.kind, MarkKind::Called(_)) {
                    self.open.calls += 1;
                } else {
                    self.open.suspensions += 1;
                }
            }
            MarkKind::Returned(_) => {
                self.frames[thread].pop();
                self.open.returns += 1;
            }
            MarkKind::Yielded(_) => {
                self.frames[thread].pop();
                self.open.suspensions += 1;
            }
            MarkKind::Unwound(_) => {
                self.frames[thread].pop();
                self.open.unwound += 1;
            }
            MarkKind::Raised(_) => self.open.raised += 1,
            MarkKind::Handled(_) => self.open.handled += 1,
            MarkKind::CollectionStarted { .. } => {}
            MarkKind::CollectionEnded { generation, .. } => {
                self.open.collections += 1;
                self.open.generation = self.open.generation.max(generation);
            }
            MarkKind::ThreadStarted { .. } | MarkKind::ThreadEnded => {}
            MarkKind::Specialised { code, offset, form } => {
                self.sites.set(code, offset, form.is_some());
                let falls = u32::from(form.is_none());
                self.open.falls += falls;
                self.falls_to_come += falls;
            }
            MarkKind::CalledC(_) => {
                self.open.c_calls += 1;
                if self.open.steps > 0
                    && let Some(last) = self.singles.as_mut().and_then(|singles| singles.last_mut())
                {
                    last.c_calls += 1;
                }
            }
            MarkKind::HandedOver { cause } => self.is_interval = cause == Handover::Interval,
            MarkKind::TaskEntered(_) => {}
            MarkKind::BlocksChanged { by } => self.change_blocks(i64::from(by)),
        }
    }
}
