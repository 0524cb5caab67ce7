//! The control experiment: the same line visits in random order. Music whose structure comes from the
//! program loses it here; music whose structure is the composer's does not.

use super::list::List;
use super::{Gesture, Outline};

/// The outline of an unmerged one (every line visit a gesture) in an order drawn by `seed`, weighed and
/// merged as if the program had run so. At most twice `most` gestures are left.
pub fn shuffled(outline: &Outline, seed: u64, most: usize) -> Outline {
    let mut gestures = outline.gestures.clone();
    fastrand::Rng::with_seed(seed).shuffle(&mut gestures);
    let mut heard: Vec<(u64, u32)> = Vec::new();
    let mut list = List::new(Some(most));
    let mut steps = 0;
    for mut gesture in gestures {
        let signature = signature(&gesture);
        let times = match heard.binary_search_by_key(&signature, |(known, _)| *known) {
            Ok(at) => {
                heard[at].1 += 1;
                heard[at].1
            }
            Err(at) => {
                heard.insert(at, (signature, 0));
                0
            }
        };
        gesture.weigh(times);
        gesture.since = steps;
        steps += gesture.steps;
        list.push(&gesture);
    }
    Outline { gestures: list.take(), ..outline.clone() }
}

/// What a line visit is known by: its code, where it begins and ends, and what it ran.
fn signature(gesture: &Gesture) -> u64 {
    let mut hash = u64::from(gesture.code.0);
    for part in [gesture.first, gesture.last].into_iter().chain(gesture.families) {
        hash = (hash ^ u64::from(part)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::{Zoom, fold};
    use crate::trace::Trace;

    #[test]
    fn shuffling_keeps_every_step_and_depends_on_the_seed_alone() {
        let gesture = |number: u32| Gesture { first: number % 7, steps: u64::from(number), ..Gesture::EMPTY };
        let gestures: Vec<Gesture> = (1..100).map(gesture).collect();
        let outline = Outline { steps: 4950, gestures, ..fold(&Trace::default(), Zoom::Line) };
        let [one, again, other] = [1, 1, 2].map(|seed| shuffled(&outline, seed, 1000));
        assert_eq!(one, again);
        assert_ne!(one.gestures, other.gestures);
        assert_eq!(one.gestures.iter().map(|gesture| gesture.steps).sum::<u64>(), 4950);
    }
}
