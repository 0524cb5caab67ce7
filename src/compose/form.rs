//! Form: how much is going on at each moment of a piece, and what is loud in it.

use super::rhythm::accent;

/// Bars of a period of music whose end is not known.
const PERIOD: u32 = 32;

/// The curve of a piece: moments from 0 to 1 and how full it is there. The band gathers, builds up, rests
/// past the middle and is fullest before the end. Chosen on `songs/recursion.py`, by what its levels show.
const CURVE: [(f64, f64); 8] = [(0.0, 0.15), (0.10, 0.45), (0.30, 0.7), (0.46, 0.8), (0.52, 0.35), (0.64, 0.65), (0.85, 1.0), (1.0, 0.85)];

/// How full the music is at bar `bar` of `bars`, 0 to 1. Unknown lengths swell and rest by periods, and
/// begin only once.
pub fn fullness(bar: u32, bars: Option<u32>) -> f64 {
    let place = match bars {
        Some(bars) => f64::from(bar) / f64::from(bars.max(2) - 1).max(1.0),
        None if bar < PERIOD => f64::from(bar) / f64::from(PERIOD) * 0.8,
        // From the rest on.
        None => 0.5 + f64::from(bar % PERIOD) / f64::from(PERIOD) * 0.4,
    };
    let after = CURVE.iter().position(|(moment, _)| place < *moment).unwrap_or(CURVE.len() - 1).max(1);
    let ((from, low), (to, high)) = (CURVE[after - 1], CURVE[after]);
    low + (high - low) * ((place - from) / (to - from)).clamp(0.0, 1.0)
}

/// What loudness is made of, besides the part's own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dynamics {
    /// Velocity that the program's character adds everywhere.
    force: f64,
    /// Velocity that the place in phrase, period and piece adds.
    arc: f64,
}

impl Dynamics {
    /// `force` and `fullness` from 0 to 1.
    pub fn new(force: f64, fullness: f64, bar: u32) -> Self {
        /// Phrases of four bars breathe.
        const PHRASE: [f64; 4] = [-4.0, 0.0, 5.0, 2.0];
        /// Of sixteen bars the third quarter is the height.
        const PERIOD: [f64; 4] = [-7.0, -2.0, 7.0, 1.0];
        let arc = PHRASE[bar as usize % 4] + PERIOD[bar as usize / 4 % 4] + 18.0 * (fullness - 0.6);
        // From piano to forte: the mean of the notes' velocities is then about 58 in the softest programs of sixty
        // and 92 in the strongest.
        Self { force: -16.0 + 42.0 * force, arc }
    }

    /// The velocity of a note at a sixteenth: `usual` is the part's own, `depth` how much of the accents
    /// and arcs it takes part in.
    pub fn at(&self, usual: f64, slot: u32, depth: f64) -> f64 {
        usual + self.force + depth * (accent(slot) + self.arc)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_gathers_and_is_fullest_before_its_end() {
        let curve: Vec<f64> = (0..60).map(|bar| fullness(bar, Some(60))).collect();
        let height = (0..60).max_by(|&a, &b| curve[a].total_cmp(&curve[b])).unwrap();
        assert!(curve[0] < 0.2 && (45..58).contains(&height), "{height}");
        assert!(curve.iter().all(|value| (0.0..=1.0).contains(value)));
        assert!((0..500).all(|bar| (0.0..=1.0).contains(&fullness(bar, None))));
        assert!(fullness(0, Some(0)) >= 0.0 && fullness(0, Some(1)) >= 0.0);
    }
}
