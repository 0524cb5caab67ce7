//! How long a piece is, how fast, in which key, and which gestures fall into which bar.

use std::sync::Arc;

use super::style::Style;
use crate::fold::{Gesture, Outline};
use crate::music::{Key, Mode, Tempo};
use crate::trace::{Code, Origin};

/// Bars of the ending, behind those of the program.
pub const ENDING_BARS: u32 = 2;

/// A piece lasts one to three minutes unless somebody wishes otherwise.
const SHORTEST_S: f64 = 60.0;
const LONGEST_S: f64 = 180.0;

/// Bars grow with the logarithm of the program's length: eight for every doubling of its instructions.
const BARS_PER_DOUBLING: f64 = 8.0;
const FEWEST_BARS: f64 = 24.0;
const MOST_BARS: f64 = 72.0;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Bars that carry the program.
    pub bars: u32,
    pub tempo: Tempo,
    /// Instructions in a bar on average.
    pub steps_per_bar: f64,
}

pub fn plan(outline: &Outline, style: &Style) -> Plan {
    let steps = outline.steps.max(1) as f64;
    let bars = (BARS_PER_DOUBLING * (libm::log2(steps / 16.0)).round()).clamp(FEWEST_BARS, MOST_BARS);
    let tempo = style.tempo.unwrap_or_else(|| tempo(steps / bars));
    let bar_s = 240.0 / f64::from(tempo.quarters_per_minute());
    let ending = f64::from(ENDING_BARS);
    let bars = match style.length {
        Some(length) => ((length.as_secs_f64() / bar_s).round() - ending).max(2.0),
        None => bars.clamp((SHORTEST_S / bar_s).ceil() - ending, (LONGEST_S / bar_s).floor() - ending),
    };
    Plan { bars: bars as u32, tempo, steps_per_bar: steps / bars }
}

/// The more instructions go into a bar, the faster: 92 to 132, even numbers.
pub fn tempo(steps_per_bar: f64) -> Tempo {
    let quarters = 78.0 + 5.0 * libm::log2(1.0 + steps_per_bar);
    Tempo::nearest(((quarters / 2.0).round() * 2.0).clamp(92.0, 132.0))
}

impl Plan {
    pub fn key(&self, codes: &[Arc<Code>], style: &Style) -> Key {
        key(codes, style)
    }
}

/// The key that was asked for, or one which follows from the names of the program's functions: a minor
/// key, so that the same program is in the same key with every interpreter.
pub fn key(codes: &[Arc<Code>], style: &Style) -> Key {
    /// Keys in which the registers lie well, from A around the circle of fifths.
    const TONICS: [u8; 7] = [9, 4, 2, 7, 11, 0, 5];
    style.key.unwrap_or_else(|| {
        let mut hash = 0xcbf2_9ce4_8422_2325u64; // FNV-1a
        // The names that are known when the piece begins, even if it begins before the program ends.
        for code in codes.iter().filter(|code| code.origin == Origin::User).take(1) {
            let inner = code.instructions().iter().filter(|i| i.opcode.starts_with("STORE_NAME")).flat_map(|i| i.meaning.bytes());
            for byte in code.name.bytes().chain(inner) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        let tonic = TONICS[(hash >> 32) as usize % TONICS.len()];
        Key::new(tonic, Mode::Minor).unwrap_or(Key::A_MINOR)
    })
}

/// The plan of a piece whose end is not known yet, from what a bar of it holds so far.
pub fn plan_live(steps_per_bar: f64, style: &Style) -> Plan {
    Plan { bars: 0, tempo: style.tempo.unwrap_or_else(|| tempo(steps_per_bar)), steps_per_bar }
}

/// Weight of one bar of music that is made while the program runs. The longer it has played, the more
/// goes into a bar, doubling every sixteen: so a long program keeps to minutes, and the listener is told.
pub fn live_weight(bar: u32) -> f64 {
    /// Eight line visits of five instructions that were never heard before.
    const FIRST: f64 = 18.0;
    FIRST * f64::from(1u32 << (bar / 16).min(24))
}

/// What falls into one bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub gestures: Vec<Gesture>,
    /// Nothing new begins here: the gesture of an earlier bar goes on, and its steps count there.
    pub is_held: bool,
}

/// Cuts an outline into bars of equal weight.
pub fn bars(outline: &Outline, bars: u32) -> impl Iterator<Item = Bar> + '_ {
    let total = outline.weight();
    let mut next = 0;
    let mut passed = 0.0;
    (0..bars).map(move |bar| {
        let end = if bar + 1 == bars { f64::INFINITY } else { total * f64::from(bar + 1) / f64::from(bars) };
        let first = next;
        while let Some(gesture) = outline.gestures.get(next)
            && (passed < end)
        {
            passed += gesture.weight;
            next += 1;
        }
        match (&outline.gestures[first..next], first.checked_sub(1).map(|before| outline.gestures[before])) {
            ([], Some(before)) => Bar { gestures: vec![Gesture { steps: 0, ..before }], is_held: true },
            (gestures, _) => Bar { gestures: gestures.to_vec(), is_held: false },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::{Zoom, fold};
    use crate::trace::Trace;

    fn outline(weights: &[f64]) -> Outline {
        let empty = fold(&Trace::default(), Zoom::Line);
        let gesture = |weight: &f64| Gesture { weight: *weight, steps: 1, ..Gesture::EMPTY };
        Outline { steps: weights.len() as u64, gestures: weights.iter().map(gesture).collect(), ..empty }
    }

    #[test]
    fn every_gesture_falls_into_one_bar() {
        let outline = outline(&[5.0, 1.0, 1.0, 1.0, 0.5, 0.5, 3.0]);
        let bars: Vec<Bar> = bars(&outline, 5).collect();
        let steps: u64 = bars.iter().flat_map(|bar| &bar.gestures).map(|gesture| gesture.steps).sum();
        assert_eq!((bars.len(), steps), (5, 7));
        assert!(bars[1].is_held, "the heavy first gesture lasts two bars");
    }

    #[test]
    fn a_piece_lasts_one_to_three_minutes_at_any_tempo_unless_told_otherwise() {
        for steps in [1, 300, 50_000, 10_000_000] {
            for quarters in [40, 92, 180, 400] {
                let outline = Outline { steps, ..outline(&[1.0]) };
                let plan = plan(&outline, &Style { tempo: Tempo::new(quarters), ..Style::default() });
                let seconds = f64::from(plan.bars + ENDING_BARS) * 240.0 / f64::from(quarters);
                assert!((60.0..=180.0).contains(&seconds), "{steps} steps at {quarters}: {seconds} s");
            }
        }
    }

    #[test]
    fn a_wished_length_is_kept_to_the_bar() {
        let style = Style { length: Some(std::time::Duration::from_secs(30)), tempo: Tempo::new(120), ..Style::default() };
        assert_eq!(plan(&outline(&[1.0]), &style).bars + ENDING_BARS, 15);
    }
}
