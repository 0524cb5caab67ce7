//! Memory blocks held over a whole run, in columns as wide as they must be so that they are few.

/// Columns at most: more than a picture has points across would not be seen.
const MOST: usize = 1024;
/// Generations that are told apart; an older one counts as the last of them.
const GENERATIONS: usize = 3;

/// A stretch of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Fewest and most blocks that were held.
    pub low: i64,
    pub high: i64,
    /// Runs of the collector, by generation.
    pub collections: [u32; GENERATIONS],
}

impl Column {
    fn holds(&mut self, blocks: i64) {
        self.low = self.low.min(blocks);
        self.high = self.high.max(blocks);
    }

    fn and(self, next: Self) -> Self {
        let mut both = Self { low: self.low.min(next.low), high: self.high.max(next.high), ..self };
        both.collections.iter_mut().zip(next.collections).for_each(|(runs, more)| *runs += more);
        both
    }
}

/// The run from its beginning, in columns of the same number of steps; the last may be shorter.
#[derive(Debug, Clone)]
pub struct Curve {
    columns: Vec<Column>,
    /// Steps in a column.
    width: u64,
    /// What was held last.
    held: i64,
}

impl Default for Curve {
    fn default() -> Self {
        Self { columns: Vec::new(), width: 1, held: 0 }
    }
}

impl Curve {
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Steps in a column.
    pub fn width(&self) -> u64 {
        self.width
    }

    #[inline]
    pub(super) fn holds(&mut self, step: u64, blocks: i64) {
        self.held = blocks;
        self.column(step).holds(blocks);
    }

    pub(super) fn collected(&mut self, step: u64, generation: u8) {
        self.column(step).collections[usize::from(generation).min(GENERATIONS - 1)] += 1;
    }

    /// The column of a step.
    #[inline]
    fn column(&mut self, step: u64) -> &mut Column {
        while step / self.width >= MOST as u64 {
            self.columns = self.columns.chunks(2).map(|pair| pair.iter().copied().reduce(Column::and).unwrap_or(pair[0])).collect();
            self.width *= 2;
        }
        let index = (step / self.width) as usize;
        if self.columns.len() <= index {
            let held = self.held;
            self.columns.resize(index + 1, Column { low: held, high: held, collections: [0; GENERATIONS] });
        }
        &mut self.columns[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_curve_of_any_length_has_few_columns_and_loses_no_height_and_no_collection(
            heights in proptest::collection::vec(-50i64..50, 1..9000),
        ) {
            let mut curve = Curve::default();
            for (step, height) in (0..).zip(&heights) {
                curve.holds(step, *height);
                if height % 7 == 0 {
                    curve.collected(step, (height.rem_euclid(5)) as u8);
                }
            }
            prop_assert!(curve.columns().len() <= MOST);
            prop_assert_eq!(curve.columns().len() as u64, (heights.len() as u64).div_ceil(curve.width()));
            for (column, stretch) in curve.columns().iter().zip(heights.chunks(curve.width() as usize)) {
                let (low, high) = (stretch.iter().min(), stretch.iter().max());
                prop_assert_eq!((Some(&column.low), Some(&column.high)), (low, high));
            }
            let collected: u32 = curve.columns().iter().flat_map(|column| column.collections).sum();
            prop_assert_eq!(collected as usize, heights.iter().filter(|height| *height % 7 == 0).count());
        }
    }
}
