//! Onsets: counts drawn as evenly spread strokes.

/// Sixteenths in a bar.
pub const SLOTS: u32 = 16;

/// `strokes` onsets spread over `slots` places as evenly as can be, the first at `rotation`
/// (E(k,n) of Toussaint, The Euclidean Algorithm Generates Traditional Musical Rhythms, 2005).
/// Sorted; all places if there are more strokes than places.
pub fn spread(strokes: u32, slots: u32, rotation: u32) -> Vec<u32> {
    let strokes = strokes.min(slots);
    let mut places: Vec<u32> = (0..strokes).map(|stroke| (stroke * slots / strokes + rotation) % slots).collect();
    places.sort_unstable();
    places
}

/// How much louder a sixteenth is for its place in the bar, in velocity: the beat leads.
pub fn accent(slot: u32) -> f64 {
    match slot % SLOTS {
        0 => 9.0,
        8 => 6.0,
        4 | 12 => 3.0,
        slot if slot.is_multiple_of(2) => 0.0,
        _ => -6.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn well_known_rhythms_come_out() {
        assert_eq!(spread(3, 8, 0), [0, 2, 5]); // tresillo, turned
        assert_eq!(spread(4, 16, 0), [0, 4, 8, 12]);
        assert_eq!(spread(0, 16, 3), Vec::<u32>::new());
    }

    proptest! {
        #[test]
        fn the_count_of_strokes_can_be_read_back(strokes in 0u32..40, rotation in 0u32..16) {
            let places = spread(strokes, SLOTS, rotation);
            prop_assert_eq!(places.len() as u32, strokes.min(SLOTS));
            prop_assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
