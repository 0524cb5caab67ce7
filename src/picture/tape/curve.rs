//! What runs along a tape: memory, collections, and which thread has its turn.

use std::ops::Range;

use super::Tape;
use crate::trace::MarkKind;

/// Stretches told apart at most: more than a window has points across would not be seen.
const MOST_BATONS: usize = 1024;

impl Tape {
    /// Memory blocks held after a step, as told until the next one and counted from 0 at the start; `None`
    /// where nothing is told of memory, or the step is not kept.
    pub fn blocks(&self, n: u64) -> Option<i64> {
        self.kept(n).filter(|_| self.tells_memory)?;
        Some(self.kept(n + 1).map_or(self.blocks, |next| next.blocks))
    }

    /// Fewest and most memory blocks held in each of so many equal stretches of the steps from `from` to
    /// `to`; a stretch of less than a step has those of the step it falls into.
    pub fn memory(&self, columns: usize, from: u64, to: u64) -> Vec<Option<(i64, i64)>> {
        let length = to.saturating_sub(from);
        let place = |column: usize| from + (u128::from(length) * column as u128 / columns.max(1) as u128) as u64;
        (0..columns)
            .map(|column| {
                let (begins, ends) = (place(column), place(column + 1));
                if !self.tells_memory || length == 0 {
                    return None;
                }
                // What is held after a step is told with the next.
                let told = self.steps_from(begins + 1).take_while(|(n, _)| *n <= ends.max(begins + 1)).map(|(_, kept)| kept.blocks);
                let last = (begins < self.end && ends.max(begins + 1) >= self.end).then_some(self.blocks);
                told.chain(last).fold(None, |curve: Option<(i64, i64)>, blocks| {
                    let (low, high) = curve.unwrap_or((blocks, blocks));
                    Some((low.min(blocks), high.max(blocks)))
                })
            })
            .collect()
    }

    /// Collections that ended, each with the number of the step that follows it and its generation.
    pub fn collections(&self, range: Range<u64>) -> Vec<(u64, u8)> {
        self.marks(range)
            .filter_map(|(n, mark)| match mark.kind {
                MarkKind::CollectionEnded { generation, .. } => Some((n, generation)),
                _ => None,
            })
            .collect()
    }

    /// Which thread ran which steps between `from` and `to`. Where there are more stretches than can be
    /// seen, the shortest count as the one before.
    pub fn batons(&self, from: u64, to: u64) -> Vec<(Range<u64>, u16)> {
        let mut batons: Vec<(Range<u64>, u16)> = Vec::new();
        for (n, kept) in self.steps_from(from).take_while(|(n, _)| *n < to) {
            match batons.last_mut() {
                Some((stretch, thread)) if *thread == kept.thread => stretch.end = n + 1,
                _ => batons.push((n..n + 1, kept.thread)),
            }
        }
        shortened(batons, MOST_BATONS)
    }
}

/// At most `most` of them. Each round takes away the shortest, but no two neighbours at once, so that what
/// is left stays spread out.
fn shortened(mut batons: Vec<(Range<u64>, u16)>, most: usize) -> Vec<(Range<u64>, u16)> {
    let length = |stretch: &Range<u64>| stretch.end - stretch.start;
    while batons.len() > most.max(1) {
        let mut excess = batons.len() - most.max(1);
        let mut lengths: Vec<u64> = batons[1..].iter().map(|(stretch, _)| length(stretch)).collect();
        let (_, &mut longest, _) = lengths.select_nth_unstable(excess - 1);
        let mut kept: Vec<(Range<u64>, u16)> = Vec::with_capacity(batons.len());
        let mut is_grown = false;
        for (stretch, thread) in batons {
            match kept.last_mut() {
                Some((before, _)) if excess > 0 && !is_grown && length(&stretch) <= longest => {
                    before.end = stretch.end;
                    is_grown = true;
                    excess -= 1;
                }
                Some((before, same)) if *same == thread => {
                    before.end = stretch.end;
                    excess = excess.saturating_sub(1);
                }
                _ => {
                    kept.push((stretch, thread));
                    is_grown = false;
                }
            }
        }
        batons = kept;
    }
    batons
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shortened_batons_cover_the_same_steps_and_are_few(lengths in proptest::collection::vec(1u64..50, 1..200), most in 1usize..40) {
            let mut at = 7;
            let batons: Vec<(Range<u64>, u16)> = lengths
                .iter()
                .enumerate()
                .map(|(index, length)| {
                    at += length;
                    (at - length..at, (index % 3) as u16)
                })
                .collect();
            let short = shortened(batons, most);
            prop_assert!(short.len() <= most);
            prop_assert_eq!((short[0].0.start, short[short.len() - 1].0.end), (7, at));
            prop_assert!(short.windows(2).all(|pair| pair[0].0.end == pair[1].0.start && pair[0].1 != pair[1].1));
        }
    }
}
