//! What a bar's gestures say together.

use super::plan::Bar;
use crate::fold::Gesture;
use crate::score::Cause;
use crate::trace::{CodeId, Family};

/// Sums and means over a bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    pub steps: u64,
    pub visits: u64,
    pub families: [u32; Family::COUNT],
    pub turns: u32,
    pub calls: u32,
    pub raised: u32,
    pub handled: u32,
    pub collections: u32,
    /// Highest generation that was collected.
    pub generation: u8,
    pub suspensions: u32,
    pub switches: u32,
    /// Memory blocks allocated, where the interpreter tells.
    pub blocks_up: u32,
    /// Most memory blocks by which one gesture released more than it allocated.
    pub released: u32,
    /// Mean depth of the call stack, weighed by steps.
    pub frame_depth: f64,
    /// Greatest depth of the value stack.
    pub peak: u16,
    pub is_recursive: bool,
    /// The function that weighs most.
    pub function: CodeId,
    /// The bar as the cause of what shows its state.
    pub cause: Cause,
}

impl Figures {
    /// `None` for a bar without gestures: a program without instructions.
    pub fn of(bar: &Bar) -> Option<Self> {
        let first = bar.gestures.first()?;
        let mut whole = Gesture::EMPTY;
        let mut functions: Vec<(CodeId, f64)> = Vec::new();
        for gesture in &bar.gestures {
            whole.absorb(gesture);
            match functions.iter_mut().find(|(code, _)| *code == gesture.code) {
                Some((_, weight)) => *weight += gesture.weight,
                None => functions.push((gesture.code, gesture.weight)),
            }
        }
        let (function, _) = functions.into_iter().reduce(|best, other| if other.1 > best.1 { other } else { best })?;
        let held_depth = f64::from(first.frame_depth);
        Some(Self {
            steps: whole.steps,
            visits: whole.visits.max(1),
            families: whole.families,
            turns: whole.turns,
            calls: whole.calls,
            raised: whole.raised,
            handled: whole.handled,
            collections: whole.collections,
            generation: whole.generation,
            suspensions: whole.suspensions,
            switches: whole.switches,
            blocks_up: whole.blocks_up,
            released: bar.gestures.iter().map(|gesture| gesture.blocks_down.saturating_sub(gesture.blocks_up)).max().unwrap_or(0),
            frame_depth: if bar.is_held { held_depth } else { whole.mean_frame_depth() },
            peak: bar.gestures.iter().map(|gesture| gesture.depth.peak).max().unwrap_or(0),
            is_recursive: whole.is_recursive,
            function,
            cause: Cause { is_state: true, since: first.since, ..cause(&whole) },
        })
    }

    /// Share of a family among the bar's instructions, 0 to 1.
    pub fn share(&self, family: Family) -> f64 {
        let total: u32 = self.families.iter().sum();
        f64::from(self.families[family.index()]) / f64::from(total.max(1))
    }

    /// Turns of loops for each line visit, 0 to 1.
    pub fn turn_ratio(&self) -> f64 {
        f64::from(self.turns) / self.visits as f64
    }

    /// Frames entered for each line visit.
    pub fn call_ratio(&self) -> f64 {
        f64::from(self.calls) / self.visits as f64
    }
}

/// The cause of a note that shows a gesture.
pub fn cause(gesture: &Gesture) -> Cause {
    Cause {
        code: gesture.code,
        first: gesture.first,
        last: gesture.last,
        line: gesture.line,
        thread: gesture.thread,
        frame_depth: gesture.frame_depth,
        depth: gesture.depth.peak,
        steps: gesture.steps,
        since: gesture.since,
        is_state: false,
    }
}
