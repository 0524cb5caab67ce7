//! How long a piece is, how fast, in which key, and which gestures fall into which bar.

use std::sync::Arc;

use super::character::Character;
use super::style::Style;
use crate::fold::{Gesture, Outline};
use crate::music::{Key, Mode, Tempo};
use crate::trace::{Code, Origin};

/// Bars of the ending, behind those of the program.
pub const ENDING_BARS: u32 = 2;

/// A long program lasts two minutes unless somebody wishes otherwise: enough for a form, short enough to
/// be heard twice.
const LONGEST_S: f64 = 120.0;
/// Weight of a folded program from which it is a long one (the median of sixty programs). Shorter
/// programs last as long as they have something new to tell.
const LONG: f64 = 540.0;
const SHORTEST_S: f64 = 16.0;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Bars that carry the program; `None` while its end is not known.
    pub bars: Option<u32>,
    pub tempo: Tempo,
    pub key: Key,
    pub character: Character,
    /// Instructions in the usual bar.
    pub steps_per_bar: f64,
    /// Whether the interpreter tells of memory blocks; otherwise allocation is inferred.
    pub tells_memory: bool,
}

pub fn plan(outline: &Outline, codes: &[Arc<Code>], style: &Style) -> Plan {
    let character = Character::of(&outline.gestures);
    let tempo = tempo(&character, style);
    let bar_s = 240.0 / f64::from(tempo.quarters_per_minute());
    let ending = f64::from(ENDING_BARS);
    let bars = match style.length {
        Some(length) => ((length.as_secs_f64() / bar_s).round() - ending).max(2.0),
        None => {
            let seconds = (LONGEST_S * libm::sqrt(outline.weight() / LONG)).clamp(SHORTEST_S, LONGEST_S);
            // Phrases are of four bars, and none is cut.
            ((seconds / bar_s - ending) / 4.0).round().max(1.0) * 4.0
        }
    };
    let steps_per_bar = usual_steps(outline, bars as u32);
    let key = key(codes, &character, style);
    Plan { bars: Some(bars as u32), tempo, key, character, steps_per_bar, tells_memory: outline.tells_memory }
}

/// Instructions in the usual bar: the geometric mean, as a few bars may stand for a million each.
fn usual_steps(outline: &Outline, count: u32) -> f64 {
    let logarithms: f64 =
        bars(outline, count).map(|bar| libm::log2(bar.gestures.iter().map(|gesture| gesture.steps).sum::<u64>().max(1) as f64)).sum();
    libm::exp2(logarithms / f64::from(count.max(1)))
}

/// The plan of a piece whose end is not known yet, from its first gestures.
pub fn plan_live(gestures: &[Gesture], codes: &[Arc<Code>], tells_memory: bool, style: &Style) -> Plan {
    let character = Character::of(gestures);
    let weight: f64 = gestures.iter().map(|gesture| gesture.weight).sum();
    let steps: u64 = gestures.iter().map(|gesture| gesture.steps).sum();
    let steps_per_bar = steps.max(1) as f64 / (weight / live_weight(0)).max(1.0);
    let key = key(codes, &character, style);
    Plan { bars: None, tempo: tempo(&character, style), key, character, steps_per_bar, tells_memory }
}

/// The tempo that was asked for, or by the style's pace and how quick the program feels.
fn tempo(character: &Character, style: &Style) -> Tempo {
    style.tempo.unwrap_or_else(|| style.mapping.tempo(character.quickness()))
}

/// The key that was asked for, or one whose tonic follows from the names of the program and whose mode
/// from what it does: programs that reckon are minor, those that call and build are major.
pub fn key(codes: &[Arc<Code>], character: &Character, style: &Style) -> Key {
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
        let tonic = TONICS[((hash >> 32) as usize + style.taste().choice(3, TONICS.len())) % TONICS.len()];
        let mode = if character.reckoning < 0.5 { Mode::Major } else { Mode::Minor };
        Key::new(tonic, mode).unwrap_or(Key::A_MINOR)
    })
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
    fn a_long_program_lasts_two_minutes_at_any_tempo_and_a_short_one_as_long_as_it_has_to_tell() {
        for quarters in [40, 92, 180, 400] {
            let style = Style { tempo: Tempo::new(quarters), ..Style::default() };
            let seconds = |weight: f64| {
                let plan = plan(&outline(&[weight]), &[], &style);
                f64::from(plan.bars.unwrap() + ENDING_BARS) * 240.0 / f64::from(quarters)
            };
            // To half a phrase of four bars.
            let phrase = 4.0 * 240.0 / f64::from(quarters);
            assert!((seconds(4_000.0) - 120.0).abs() < phrase / 2.0 + 0.01, "{} at {quarters}", seconds(4_000.0));
            assert!((seconds(136.0) - 60.0).abs() < phrase / 2.0 + 0.5, "{} at {quarters}", seconds(136.0));
            assert!(seconds(1.0) < SHORTEST_S + phrase, "{} at {quarters}", seconds(1.0));
        }
    }

    #[test]
    fn a_wished_length_is_kept_to_the_bar() {
        let style = Style { length: Some(std::time::Duration::from_secs(30)), tempo: Tempo::new(120), ..Style::default() };
        assert_eq!(plan(&outline(&[1.0]), &[], &style).bars.unwrap() + ENDING_BARS, 15);
    }
}
