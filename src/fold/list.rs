//! A list of gestures which stays short: neighbours that together weigh little become one.

use super::Gesture;

/// Gestures in order, at most twice `most` of them (any number where `most` is `None`).
///
/// Once the list is over full, a threshold rises by doubling until half of them are left; from then on
/// a new gesture joins the last one as long as both stay under it, and under a quarter of it where a turn
/// ends or a frame changes between them. Each gesture is so moved only a few times, however long the trace,
/// and the same trace always gives the same list.
#[derive(Debug, Clone)]
pub struct List {
    gestures: Vec<Gesture>,
    most: Option<usize>,
    threshold: f64,
}

/// Where the threshold begins: below the weight of any gesture that was heard fewer than about a
/// thousand times, so that the first doublings fold hot loops only.
const FIRST_THRESHOLD: f64 = 0.02;

/// How much lighter two must be to be merged across the end of a turn or into another frame. So lines
/// become turns before turns become several turns: loops fold from the inside, recursion keeps its shape.
const ACROSS: f64 = 4.0;

#[inline]
fn merges(last: &Gesture, next: &Gesture, threshold: f64) -> bool {
    let weight = last.weight + next.weight;
    weight <= threshold && (!(last.ends_turn || last.frame_depth != next.frame_depth) || weight * ACROSS <= threshold)
}

impl List {
    pub fn new(most: Option<usize>) -> Self {
        Self { gestures: Vec::new(), most, threshold: 0.0 }
    }

    /// By reference: in a hot loop nearly all are absorbed, and a copy would cost more than that.
    #[inline]
    pub fn push(&mut self, gesture: &Gesture) {
        match self.gestures.last_mut() {
            Some(last) if merges(last, gesture, self.threshold) => last.absorb(gesture),
            _ => {
                self.gestures.push(*gesture);
                if self.most.is_some_and(|most| self.gestures.len() > most * 2) {
                    self.shorten();
                }
            }
        }
    }

    fn shorten(&mut self) {
        let most = self.most.unwrap_or(usize::MAX);
        while self.gestures.len() > most {
            self.threshold = (self.threshold * 2.0).max(FIRST_THRESHOLD);
            let mut kept = 0;
            for index in 1..self.gestures.len() {
                let gesture = self.gestures[index];
                if merges(&self.gestures[kept], &gesture, self.threshold) {
                    self.gestures[kept].absorb(&gesture);
                } else {
                    kept += 1;
                    self.gestures[kept] = gesture;
                }
            }
            self.gestures.truncate(kept + 1);
        }
    }

    pub fn last_mut(&mut self) -> Option<&mut Gesture> {
        self.gestures.last_mut()
    }

    /// Gives up all gestures; what comes after begins anew, with no threshold.
    pub fn take(&mut self) -> Vec<Gesture> {
        self.threshold = 0.0;
        std::mem::take(&mut self.gestures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_turns_before_turns_become_several() {
        for most in [80, 400, 1_400] {
            let mut list = List::new(Some(most));
            for visit in 0..9_000u32 {
                let ends = visit % 3 == 2;
                let weight = 0.001;
                list.push(&Gesture { visits: 1, turns: u32::from(ends), ends_turn: ends, weight, heaviest: weight, ..Gesture::EMPTY });
            }
            let gestures = list.take();
            assert!(gestures.len() <= 2 * most);
            let (_, whole) = gestures.split_last().unwrap();
            assert!(whole.iter().all(|gesture| gesture.visits == 3 * u64::from(gesture.turns)), "at most {most}");
        }
    }

    #[test]
    fn recursion_keeps_its_shape_as_long_as_there_is_room_for_its_frames() {
        let mut list = List::new(Some(7_000));
        // Up and down four frames, again and again, three lines in each: 18,000 visits in 6,000 frames.
        for frame_depth in (0..1_000).flat_map(|_| [0u16, 1, 2, 3, 2, 1]).flat_map(|depth| [depth; 3]) {
            let sum = u64::from(frame_depth);
            list.push(&Gesture { frame_depth, steps: 1, frame_depth_sum: sum, weight: 0.01, heaviest: 0.01, ..Gesture::EMPTY });
        }
        let gestures = list.take();
        assert!((6_000..=14_000).contains(&gestures.len()), "{}", gestures.len());
        assert!(gestures.iter().all(|gesture| gesture.frame_depth_sum == u64::from(gesture.frame_depth) * gesture.steps));
    }
}
