//! The value stack by ear: pitch is its height.

use super::piece::{Piece, Window};
use super::sounding::{drawn, fits, heard, heard_where, in_turn, place, told};
use crate::compose::ROUND;
use crate::quiz::maker::Draft;
use crate::quiz::{Answer, Evidence, Goal, Ground, Need, Run};
use crate::trace::Family;

pub const HEIGHT: &str = "height";

/// Values by which the greater height is greater at least: steps of the scale.
const APART: u16 = 2;
/// Loads in a stretch at least.
const LEAST: usize = 6;

pub fn goal(_: &str) -> Goal {
    Goal::Execution
}

pub fn need(_: &str) -> Need {
    Need::Any(&["strings", "matrix", "recursion", "sort_bubble", "attributes"])
}

pub fn make(_: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    in_turn(ground, chance).into_iter().find_map(|run| asked(run, chance))
}

fn asked(run: &Run, chance: &mut fastrand::Rng) -> Option<Draft> {
    let piece = Piece::faithful(run)?;
    let families: Vec<Family> = piece.mapping().voices().map(|(family, _)| family).collect();
    let part = piece.mapping().seats().len() - families.len() + families.iter().position(|family| *family == Family::Load)?;
    let mut known: Vec<(Window, u16)> = Vec::new();
    for window in piece.windows(2) {
        let depths: Vec<u16> = piece.notes(window).iter().filter(|(its, _, _)| *its == part).map(|(_, _, cause)| cause.depth).collect();
        if let Some(&highest) = depths.iter().max()
            // Beyond a round, pitch alone does not tell.
            && highest < ROUND
            && depths.len() >= LEAST
            && piece.goes_on(window, |its, _, _| its == part || its == DRUMS)
        {
            known.push((window, highest));
        }
    }
    let mut pairs = Vec::new();
    for (low, less) in &known {
        pairs.extend(known.iter().filter(|(_, more)| *more >= less + APART).map(|(high, more)| ((*low, *less), (*high, *more))));
    }
    let ((low, less), (high, more)) = drawn(&pairs, chance, |((low, _), (high, _))| fits(&piece, low) && fits(&piece, high))?;
    let right = chance.usize(..2);
    let [a, b] = if right == 0 { [high, low] } else { [low, high] };
    let letter = ["A", "B"];
    let why = format!(
        "In {} a load finds {more} values on the stack, in {} never more than {less}. Each value is a step up.",
        letter[right],
        letter[1 - right]
    );
    let mut evidence = Evidence::new(why, [told("A", &piece, a), told("B", &piece, b)].concat());
    evidence.heard.push(heard("A, all instructions", &piece, a)?);
    evidence.heard.push(heard("B, all instructions", &piece, b)?);
    evidence.explain = Some("load".to_owned());
    let loads = |label: &str, window: Window| heard_where(label, &piece, window, |its, _, _| its == part || its == DRUMS);
    Some(Draft {
        ask: "Of two stretches of the same run only the loads sound, over the beat of the lines: the higher a note, the higher the value \
              stack before it. In which does the stack get higher?"
            .to_owned(),
        shown: Vec::new(),
        heard: vec![loads("A", a)?, loads("B", b)?],
        answer: Answer::Choice { choices: letter.map(str::to_owned).to_vec(), right },
        evidence,
        basis: vec![("A", place(&piece, a)), ("B", place(&piece, b)), ("heights", format!("{less} {more}"))],
    })
}

/// The part of the drums, the first of every style.
const DRUMS: usize = 0;
