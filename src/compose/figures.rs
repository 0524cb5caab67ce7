//! What a bar's gestures say together.

use super::plan::Bar;
use crate::fold::Gesture;
use crate::score::{Cause, State};
use crate::trace::{CodeId, Family};

/// Memory blocks that one gesture must release beyond what it allocates to be a cascade: more than the end
/// of a frame or of a small container gives back.
pub const CASCADE: u32 = 16;

/// Memory blocks in a bar by which two runs of CPython may differ: the hash seed decides what finds a place
/// in its free lists.
const JITTER: u32 = 3;

/// Functions in C called for each line visit, above which a bar says one step more. Of 2,400 bars of sixty
/// programs a third have none, and the rest fall into four parts about as large as each other.
const DOOR: [f64; 4] = [0.0, 0.05, 0.15, 0.4];

/// Sums and means over a bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    pub steps: u64,
    pub visits: u64,
    pub families: [u32; Family::COUNT],
    pub turns: u32,
    pub calls: u32,
    /// Functions in C that were called, where the recorder tells.
    pub c_calls: u32,
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
    /// Steps that ran specialised, and fall-backs, where a second run tells.
    pub warm: u32,
    pub falls: u32,
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
            c_calls: whole.c_calls,
            raised: whole.raised,
            handled: whole.handled,
            collections: whole.collections,
            generation: whole.generation,
            suspensions: whole.suspensions,
            switches: whole.switches,
            blocks_up: whole.blocks_up,
            released: bar.gestures.iter().map(|gesture| gesture.blocks_down.saturating_sub(gesture.blocks_up)).max().unwrap_or(0),
            warm: whole.warm,
            falls: whole.falls,
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

    /// What the bar says, but for its kind of work. `usual_steps` are the instructions of an average bar;
    /// where the interpreter does not tell of memory, what is built stands for it.
    pub fn state(&self, usual_steps: f64, tells_memory: bool) -> State {
        let over = |value: f64, marks: &[f64]| marks.iter().filter(|&&mark| value > mark).count() as u8;
        let visits = self.visits as f64;
        let allocated = match tells_memory {
            true if self.blocks_up <= JITTER => 0.0,
            true => f64::from(self.blocks_up) / self.steps.max(1) as f64,
            false => self.share(Family::Build),
        };
        let busy = self.steps.max(1) as f64 / usual_steps;
        State {
            turning: over(f64::from(self.turns) / visits, &[0.0, 0.15, 0.3]),
            frame_depth: over(self.frame_depth, &[0.5, 1.5, 2.5]),
            calling: over(f64::from(self.calls) / visits, &[0.0, 0.1, 0.25, 0.5]),
            calling_c: over(f64::from(self.c_calls) / visits, &DOOR),
            allocating: over(allocated, &[0.0, 0.02, 0.08, 0.25]),
            releases: tells_memory && self.released >= CASCADE,
            collected: (self.collections > 0).then_some(self.generation.min(2)),
            raised: self.raised.min(6) as u8,
            warmth: over(f64::from(self.warm) / self.steps.max(1) as f64, &[0.0, 0.12, 0.24, 0.36]),
            falls: self.falls.min(4) as u8,
            activity: (2.0 + libm::log2(busy) / 1.5).round().clamp(0.0, 4.0) as u8,
            work: None,
        }
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
