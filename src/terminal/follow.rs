//! Scrolling which follows what sounds and otherwise keeps still.

use std::collections::VecDeque;

/// Visits remembered. More keeps still over longer loops; each costs a comparison a picture. 64 is the
/// longest loop body that any terminal shows at once.
const REMEMBERED: usize = 64;

/// A window of rows onto a longer list, which follows one row of it.
///
/// The followed row stays in the middle third. But a loop whose turn fits the window does not move it:
/// as soon as a row returns, everything visited since its last visit is kept in view instead.
#[derive(Debug, Default)]
pub(super) struct Follow {
    list: u64,
    top: usize,
    visited: VecDeque<usize>,
}

impl Follow {
    /// The first row to show of `total` rows in `height`, to follow `row`; with no row it stays where it
    /// is. Another `list` starts afresh.
    pub(super) fn top(&mut self, list: u64, row: Option<usize>, total: usize, height: usize) -> usize {
        if self.list != list {
            *self = Self { list, ..Self::default() };
        }
        if let Some(row) = row {
            let is_first = self.visited.is_empty();
            if self.visited.back() != Some(&row) {
                self.visited.push_back(row);
                if self.visited.len() > REMEMBERED {
                    self.visited.pop_front();
                }
            }
            let third = height / 3;
            let is_in_view = (self.top..self.top + height).contains(&row);
            let (low, high, margin) = match self.turn(row) {
                Some((low, high)) if high - low < height.saturating_sub(2) => (low, high, 1),
                _ if is_first || !is_in_view => {
                    self.top = row.saturating_sub(third);
                    (row, row, third)
                }
                _ => (row, row, third),
            };
            let lowest_top = (high + margin + 1).saturating_sub(height);
            let highest_top = low.saturating_sub(margin);
            self.top = self.top.max(lowest_top).min(highest_top);
        }
        self.top = self.top.min(total.saturating_sub(height));
        self.top
    }

    /// The lowest and highest row since `row` was last left, if it was visited before.
    fn turn(&self, row: usize) -> Option<(usize, usize)> {
        let since = self.visited.iter().rev().skip(1).position(|&visited| visited == row)?;
        let turn = self.visited.iter().rev().take(since + 2);
        Some((*turn.clone().min()?, *turn.max()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_walk_down_keeps_to_the_middle_third_but_at_the_ends() {
        let mut follow = Follow::default();
        for row in 0..100 {
            let top = follow.top(0, Some(row), 100, 21);
            if (7..=93 - 7).contains(&row) {
                assert!((7..14).contains(&(row - top)), "row {row} under top {top}");
            }
        }
        assert_eq!(follow.top, 79);
    }

    #[test]
    fn another_list_starts_afresh_and_no_row_keeps_still() {
        let mut follow = Follow::default();
        follow.top(0, Some(50), 100, 20);
        assert_eq!(follow.top(0, None, 100, 20), 44);
        assert_eq!(follow.top(1, None, 100, 20), 0);
    }

    proptest! {
        #[test]
        fn a_loop_that_fits_stops_moving_the_window_after_its_first_turn(
            start in 0usize..80,
            body in proptest::collection::vec(0usize..17, 2..20),
            height in 20usize..30,
        ) {
            let mut follow = Follow::default();
            let turn = |follow: &mut Follow| body.iter().map(|row| follow.top(0, Some(start + row), 100, height)).collect::<Vec<_>>();
            (0..2).for_each(|_| drop(turn(&mut follow)));
            let tops = turn(&mut follow);
            prop_assert!(tops.iter().all(|&top| top == tops[0]), "{:?}", tops);
        }

        #[test]
        fn the_followed_row_is_always_in_view(rows in proptest::collection::vec(0usize..500, 1..200), height in 1usize..60) {
            let mut follow = Follow::default();
            for row in rows {
                let top = follow.top(0, Some(row), 500, height);
                prop_assert!((top..top + height).contains(&row), "row {} under top {} of {}", row, top, height);
            }
        }
    }
}
