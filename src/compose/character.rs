//! What sort of program this is, in a handful of figures from 0 to 1. Tempo, mode, size of the band and
//! feel of the drums follow from them, so that pieces differ as their programs do.

use crate::fold::Gesture;
use crate::trace::Family;

/// Where a program stands among others, each from 0 (lowest of them) to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Character {
    /// Turns of loops for each line visit.
    pub turning: f64,
    /// Frames entered for each line visit.
    pub calling: f64,
    /// Instructions in a line visit.
    pub breadth: f64,
    /// How high the value stack gets.
    pub height: f64,
    /// How much of it was new: its weight when folded.
    pub wealth: f64,
    /// Functions among which it divides its time (their entropy).
    pub variety: f64,
    /// Arithmetic, comparison and subscripts against attributes, calls and building.
    pub reckoning: f64,
    /// Instructions altogether.
    pub length: f64,
}

/// How the drums move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feel {
    /// Backbeats, and a kick that breaks the line.
    Straight,
    /// Four on the floor.
    Floor,
    /// Half as fast.
    Half,
    /// Three, three and two.
    Tresillo,
}

/// 5th, 25th, 50th, 75th and 95th percentile of a figure over sixty programs (benchmarks, examples of
/// CPython's documentation, songs, small exercises) on CPython 3.11.
type Ranks = [f64; 5];

const TURNING: Ranks = [0.0, 0.07, 0.18, 0.33, 0.57];
const CALLING: Ranks = [0.0, 0.014, 0.13, 0.22, 0.34];
const BREADTH: Ranks = [3.4, 4.2, 5.0, 6.7, 9.0];
const HEIGHT: Ranks = [1.7, 2.9, 3.5, 4.0, 5.3];
const WEALTH: Ranks = [136.0, 293.0, 541.0, 818.0, 4186.0];
const VARIETY: Ranks = [0.35, 1.2, 2.0, 3.2, 4.3];
const RECKONING: Ranks = [0.05, 0.2, 0.38, 0.55, 0.9];
/// Logarithms to base two: from three hundred instructions to a million.
const LENGTH: Ranks = [8.0, 12.0, 14.0, 17.0, 20.0];

impl Character {
    pub fn of(gestures: &[Gesture]) -> Self {
        let mut whole = Gesture::EMPTY;
        let mut height = 0.0;
        let mut functions: Vec<(u32, f64)> = Vec::new();
        for gesture in gestures {
            whole.absorb(gesture);
            height += f64::from(gesture.depth.peak) * gesture.weight;
            match functions.binary_search_by_key(&gesture.code.0, |(code, _)| *code) {
                Ok(at) => functions[at].1 += gesture.weight,
                Err(at) => functions.insert(at, (gesture.code.0, gesture.weight)),
            }
        }
        let visits = whole.visits.max(1) as f64;
        let weight = whole.weight.max(f64::MIN_POSITIVE);
        let entropy: f64 =
            functions.iter().map(|(_, part)| part / weight).filter(|share| *share > 0.0).map(|share| -share * libm::log2(share)).sum();
        let count = |families: &[Family]| families.iter().map(|&family| f64::from(whole.count(family))).sum::<f64>();
        let reckoning = count(&[Family::Arith, Family::Test, Family::Subscr]);
        let others = count(&[Family::Attr, Family::Call, Family::Build, Family::Gen]);
        Self {
            turning: rank(f64::from(whole.turns) / visits, &TURNING),
            calling: rank(f64::from(whole.calls) / visits, &CALLING),
            breadth: rank(whole.steps as f64 / visits, &BREADTH),
            height: rank(height / weight, &HEIGHT),
            wealth: rank(whole.weight, &WEALTH),
            variety: rank(entropy, &VARIETY),
            reckoning: rank(reckoning / (reckoning + others).max(1.0), &RECKONING),
            length: rank(libm::log2(whole.steps.max(1) as f64), &LENGTH),
        }
    }

    /// How quick it feels: short lines and many turns.
    pub fn quickness(&self) -> f64 {
        0.55 * self.turning + 0.45 * (1.0 - self.breadth)
    }

    /// How strongly it is played: high stacks, long runs.
    pub fn force(&self) -> f64 {
        0.5 * self.height + 0.5 * self.length
    }

    /// How its drums move: loops that turn much stamp, long lines stride, calls lilt. The ranks
    /// were chosen by ear, so that of sixty programs each feel has its share.
    pub fn feel(&self) -> Feel {
        match self {
            Self { turning, .. } if *turning > 0.62 => Feel::Floor,
            Self { breadth, .. } if *breadth > 0.66 => Feel::Half,
            Self { calling, .. } if *calling > 0.55 => Feel::Tresillo,
            _ => Feel::Straight,
        }
    }

    /// How large a band it takes: much that is new, shared by many functions.
    pub fn size(&self) -> f64 {
        0.6 * self.wealth + 0.4 * self.variety
    }
}

/// The place of a value between the percentiles, 0 to 1, straight lines in between.
fn rank(value: f64, ranks: &Ranks) -> f64 {
    const SHARES: Ranks = [0.0, 0.25, 0.5, 0.75, 1.0];
    let Some(above) = ranks.iter().position(|&mark| value < mark) else { return 1.0 };
    let Some(below) = above.checked_sub(1) else { return 0.0 };
    SHARES[below] + (SHARES[above] - SHARES[below]) * (value - ranks[below]) / (ranks[above] - ranks[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_rise_with_the_value_and_stay_between_nothing_and_one() {
        let ranks: Vec<f64> = [0.0, 3.4, 4.6, 5.0, 8.0, 100.0].map(|value| rank(value, &BREADTH)).to_vec();
        assert_eq!((ranks[0], ranks[1], ranks[3], ranks[5]), (0.0, 0.0, 0.5, 1.0));
        assert!(ranks.windows(2).all(|pair| pair[0] <= pair[1]));
    }
}
