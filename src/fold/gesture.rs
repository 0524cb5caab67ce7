//! A stretch of the trace that is heard as one thing.

use crate::trace::{CodeId, Family};

/// The value stack over a stretch: its height before the first instruction, the greatest, and before
/// the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Contour {
    pub first: u16,
    pub peak: u16,
    pub last: u16,
}

/// A stretch of steps, all of one thread unless merged. What is shown for it (code, offsets, line,
/// contour) is taken from its heaviest member; what is counted is counted over all of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gesture {
    pub code: CodeId,
    /// Byte offsets of the first and last instruction shown.
    pub first: u32,
    pub last: u32,
    /// Source line, 0 where there is none.
    pub line: u32,
    pub thread: u16,
    /// Frames above the thread's first.
    pub frame_depth: u16,
    pub depth: Contour,
    /// Whether its function was already running further down the call stack.
    pub is_recursive: bool,

    /// Number of its first step in the trace, from 0.
    pub since: u64,
    /// Instructions it stands for.
    pub steps: u64,
    /// Line visits that begin in it.
    pub visits: u64,
    /// Instructions by family, in the order of [`Family::ALL`].
    pub families: [u32; Family::COUNT],
    /// Jumps backwards: turns of loops that ended; of a single instruction 1 where a turn begins with it.
    pub turns: u32,
    /// Frames entered, left by return, and left by an exception.
    pub calls: u32,
    pub returns: u32,
    pub unwound: u32,
    pub raised: u32,
    pub handled: u32,
    /// Frames that suspended themselves or went on.
    pub suspensions: u32,
    /// Times another thread took over, and among them those after the interval that a thread may run, where
    /// the recorder tells.
    pub switches: u32,
    pub intervals: u32,
    /// Functions in C that were called, where the recorder tells.
    pub c_calls: u32,
    /// Collections of the cyclic collector, and the highest generation among them.
    pub collections: u32,
    pub generation: u8,
    /// Memory blocks allocated and released, where the interpreter tells: sums of the changes it told, each
    /// of which is allocations less releases. CPython tells a change of many steps as one, so what came
    /// and went again in between is in neither.
    pub blocks_up: u32,
    pub blocks_down: u32,
    /// Steps that a second run found specialised by then (PEP 659), and fall-backs to the general form that
    /// are told in it. Without a second run both are 0.
    pub warm: u32,
    pub falls: u32,
    /// Sum of the frame depth over its steps.
    pub frame_depth_sum: u64,
    /// Whether the turn of a loop ends with it.
    pub ends_turn: bool,
    /// How much there is to hear in it, against the others.
    pub weight: f64,
    /// Weight of the member that is shown.
    pub heaviest: f64,
}

impl Gesture {
    /// A gesture of no steps.
    pub const EMPTY: Self = Self {
        code: CodeId(0),
        first: 0,
        last: 0,
        line: 0,
        thread: 0,
        frame_depth: 0,
        depth: Contour { first: 0, peak: 0, last: 0 },
        is_recursive: false,
        since: 0,
        steps: 0,
        visits: 0,
        families: [0; Family::COUNT],
        turns: 0,
        calls: 0,
        returns: 0,
        unwound: 0,
        raised: 0,
        handled: 0,
        suspensions: 0,
        switches: 0,
        intervals: 0,
        c_calls: 0,
        collections: 0,
        generation: 0,
        blocks_up: 0,
        blocks_down: 0,
        warm: 0,
        falls: 0,
        frame_depth_sum: 0,
        ends_turn: false,
        weight: 0.0,
        heaviest: 0.0,
    };

    pub fn count(&self, family: Family) -> u32 {
        self.families[family.index()]
    }

    /// Mean of the frame depth over its steps; 0 if it has none.
    pub fn mean_frame_depth(&self) -> f64 {
        if self.steps == 0 { 0.0 } else { self.frame_depth_sum as f64 / self.steps as f64 }
    }

    /// Weighs it: new behaviour much, and less the more often (`times`) the same was heard before.
    pub(super) fn weigh(&mut self, times: u32) {
        let fourth_root = (1.0 + f64::from(times)).sqrt().sqrt();
        self.weight = (self.steps as f64).sqrt() / (fourth_root * fourth_root * fourth_root);
        self.heaviest = self.weight;
    }

    /// Counts memory blocks allocated less released.
    #[inline]
    pub(super) fn change_blocks(&mut self, by: i64) {
        let count = if by > 0 { &mut self.blocks_up } else { &mut self.blocks_down };
        *count = count.saturating_add(u32::try_from(by.unsigned_abs()).unwrap_or(u32::MAX));
    }

    /// Counts the memory blocks of another as its own.
    pub(super) fn take_blocks_of(&mut self, other: &Self) {
        self.blocks_up = self.blocks_up.saturating_add(other.blocks_up);
        self.blocks_down = self.blocks_down.saturating_add(other.blocks_down);
    }

    /// Takes in the gesture which follows this one.
    pub fn absorb(&mut self, next: &Self) {
        if next.heaviest > self.heaviest {
            self.code = next.code;
            self.first = next.first;
            self.last = next.last;
            self.line = next.line;
            self.thread = next.thread;
            self.frame_depth = next.frame_depth;
            self.depth = next.depth;
            self.heaviest = next.heaviest;
        }
        self.is_recursive |= next.is_recursive;
        self.steps += next.steps;
        self.visits += next.visits;
        for (mine, theirs) in self.families.iter_mut().zip(&next.families) {
            *mine = mine.saturating_add(*theirs);
        }
        for (mine, theirs) in [
            (&mut self.turns, next.turns),
            (&mut self.calls, next.calls),
            (&mut self.returns, next.returns),
            (&mut self.unwound, next.unwound),
            (&mut self.raised, next.raised),
            (&mut self.handled, next.handled),
            (&mut self.suspensions, next.suspensions),
            (&mut self.switches, next.switches),
            (&mut self.intervals, next.intervals),
            (&mut self.c_calls, next.c_calls),
            (&mut self.collections, next.collections),
            (&mut self.warm, next.warm),
            (&mut self.falls, next.falls),
        ] {
            *mine = mine.saturating_add(theirs);
        }
        self.take_blocks_of(next);
        self.generation = self.generation.max(next.generation);
        self.frame_depth_sum += next.frame_depth_sum;
        self.ends_turn = next.ends_turn;
        self.weight += next.weight;
    }
}
