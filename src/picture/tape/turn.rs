//! Which turn of its loop a step belongs to.

use super::Tape;
use crate::trace::Instruction;

/// Steps that are looked back over at most: a loop of ten instructions has two thousand turns in them, and
/// that takes less than a tenth of a picture's time.
const FARTHEST: u64 = 20_000;

/// A turn of a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Line of the loop's first instruction, 0 where there is none.
    pub line: u32,
    /// Counted from 1.
    pub number: u64,
    /// Whether the loop began so long ago that there may have been more.
    pub is_at_least: bool,
}

impl Tape {
    /// The turn of the innermost loop around a step, within its frame; `None` outside of loops. A loop is what a
    /// jump backwards spans.
    pub fn turn(&self, n: u64) -> Option<Turn> {
        let step = self.step(n)?;
        let code = self.code(step.code)?;
        let span =
            |jump: &Instruction| jump.target.filter(|&to| to <= step.offset && step.offset <= jump.offset).map(|to| (to, jump.offset));
        let (start, end) = code.instructions().iter().filter_map(span).min_by_key(|(start, end)| end - start)?;
        let line = code.unit(start).line;
        let mut number = 1;
        let farthest = n.saturating_sub(FARTHEST).max(self.first());
        for before in (farthest..n).rev().filter_map(|before| self.step(before)).filter(|before| before.thread == step.thread) {
            let is_same_frame = before.frame_depth == step.frame_depth && before.code == step.code;
            let has_left = before.frame_depth < step.frame_depth || (before.frame_depth == step.frame_depth && !is_same_frame);
            if has_left || (is_same_frame && !(start..=end).contains(&before.offset)) {
                return Some(Turn { line, number, is_at_least: false });
            }
            if is_same_frame && before.offset == end {
                number += 1;
            }
        }
        Some(Turn { line, number, is_at_least: farthest > 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace;

    #[test]
    fn turns_are_counted_from_where_the_loop_was_entered() {
        for text in [include_str!("../../../tests/golden/fib.trace"), include_str!("../../../tests/golden/caught.trace")] {
            let mut tape = Tape::new();
            trace::read(text).unwrap().tell(&mut tape);
            let turns: Vec<Turn> = (tape.first()..tape.end()).filter_map(|n| tape.turn(n)).collect();
            assert!(turns.iter().any(|turn| turn.number > 2), "{}", turns.len());
            assert!(turns.iter().all(|turn| turn.number >= 1 && !turn.is_at_least));
            assert!(turns.windows(2).all(|pair| pair[1].line != pair[0].line || pair[1].number <= pair[0].number + 1));
        }
    }
}
