//! The voices of the families, where every instruction is a note: which one is left out, and which one is alone.

use super::piece::{Piece, Window};
use super::sounding::{drawn, fits, heard, heard_where, in_turn, place, told};
use crate::compose::words;
use crate::quiz::maker::{Draft, choice};
use crate::quiz::{Evidence, Goal, Ground, Need, Run};
use crate::trace::Family;

/// Strokes in a stretch of a family that is asked for: fewer are missed, or are no rhythm.
const LEAST: u32 = 6;
/// Strokes of another family to choose: it must be there to be heard.
const LEAST_OF_OTHERS: u32 = 3;
/// Choices.
const MOST: usize = 4;
/// Bars in which a family is heard alone, its strokes in them at least, and bars without any at most.
const BARS: u32 = 4;
const LEAST_ALONE: u32 = 5;
const EMPTY_BARS: usize = 1;

/// A family asked about, and the songs that have much of it.
type Subject = (Family, &'static [&'static str]);

const LEFT_OUT: &[Subject] = &[
    (Family::Load, &["loops", "sort_bubble", "primes", "strings"]),
    (Family::Store, &["loops", "matrix", "primes", "strings"]),
    (Family::Subscr, &["sort_bubble", "sort_merge", "matrix", "strings"]),
    (Family::Call, &["recursion", "closures", "strings", "comprehensions"]),
];

const ALONE: &[Subject] = &[
    (Family::Arith, &["loops", "primes", "matrix", "recursion"]),
    (Family::Test, &["primes", "sort_bubble", "strings", "recursion"]),
    (Family::Attr, &["attributes", "strings", "memory", "closures"]),
    (Family::Loop, &["loops", "comprehensions", "matrix", "primes"]),
];

fn names(subjects: &[Subject]) -> Vec<String> {
    subjects.iter().map(|(family, _)| family.name().to_owned()).collect()
}

fn of(subjects: &'static [Subject], subject: &str) -> Need {
    Need::Any(subjects.iter().find(|(family, _)| family.name() == subject).map_or(&[], |(_, songs)| songs))
}

pub fn left_out() -> Vec<String> {
    names(LEFT_OUT)
}

pub fn alone() -> Vec<String> {
    names(ALONE)
}

pub fn goal(_: &str) -> Goal {
    Goal::Listening
}

pub fn need_of_left_out(subject: &str) -> Need {
    of(LEFT_OUT, subject)
}

pub fn need_of_alone(subject: &str) -> Need {
    of(ALONE, subject)
}

/// A family's voice and its strokes by bar.
struct Voice {
    family: Family,
    part: usize,
    instrument: &'static str,
    strokes: Vec<u32>,
}

fn voices(piece: &Piece) -> Vec<Voice> {
    let families: Vec<Family> = piece.mapping().voices().map(|(family, _)| family).collect();
    let instruments: Vec<&'static str> = piece.mapping().voices().map(|(_, seat)| seat.instrument.name()).collect();
    let first = piece.mapping().seats().len() - families.len();
    (families.into_iter().zip(instruments).enumerate())
        .map(|(index, (family, instrument))| {
            let part = first + index;
            Voice { family, part, instrument, strokes: piece.strokes_where(|its, _| its == part) }
        })
        .filter(|voice| voice.family != Family::Rest)
        .collect()
}

impl Voice {
    fn strokes_in(&self, window: Window) -> u32 {
        window.of(&self.strokes).iter().sum()
    }

    /// As a choice.
    fn named(&self) -> String {
        named(self.family)
    }
}

fn named(family: Family) -> String {
    format!("{family}: {}", words(family))
}

pub fn make_left_out(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let family = Family::named(subject)?;
    in_turn(ground, chance).into_iter().find_map(|run| asked_left_out(family, run, chance))
}

fn asked_left_out(family: Family, run: &Run, chance: &mut fastrand::Rng) -> Option<Draft> {
    let piece = Piece::faithful(run)?;
    let voices = voices(&piece);
    let voice = voices.iter().find(|voice| voice.family == family)?;
    let others = |window: Window| voices.iter().filter(move |other| other.family != family && other.strokes_in(window) >= LEAST_OF_OTHERS);
    let mut windows = piece.windows(piece.usual());
    windows.retain(|&window| voice.strokes_in(window) >= LEAST && others(window).count() >= 2);
    windows.retain(|&window| piece.goes_on(window, |part, _, _| part != voice.part));
    let window = drawn(&windows, chance, |window| fits(&piece, window))?;
    let answer = choice(voice.named(), others(window).map(Voice::named), MOST, chance)?;
    let strokes = voice.strokes_in(window);
    let why = format!("The {} is missing: {strokes} notes of the family {family}, {}.", voice.instrument, words(family));
    let mut evidence = Evidence::new(why, told("", &piece, window));
    evidence.heard.push(heard_where("what was left out", &piece, window, |part, _, _| part == voice.part)?);
    evidence.heard.push(heard("all of it", &piece, window)?);
    evidence.explain = Some(family.name().to_owned());
    Some(Draft {
        ask: "The same bars twice, one note for each instruction: A has them all, in B one family of instructions is silent. Which?"
            .to_owned(),
        shown: Vec::new(),
        heard: vec![heard("A", &piece, window)?, heard_where("B", &piece, window, |part, _, _| part != voice.part)?],
        answer,
        evidence,
        basis: vec![("family", family.name().to_owned()), ("A", place(&piece, window)), ("count", strokes.to_string())],
    })
}

pub fn make_alone(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let family = Family::named(subject)?;
    in_turn(ground, chance).into_iter().find_map(|run| asked_alone(family, run, chance))
}

fn asked_alone(family: Family, run: &Run, chance: &mut fastrand::Rng) -> Option<Draft> {
    let piece = Piece::faithful(run)?;
    let voices = voices(&piece);
    let voice = voices.iter().find(|voice| voice.family == family)?;
    let others = |window: Window| voices.iter().filter(move |other| other.family != family && other.strokes_in(window) > 0);
    let mut windows = piece.windows(BARS);
    let empty = |window: Window| window.of(&voice.strokes).iter().filter(|strokes| **strokes == 0).count();
    windows.retain(|&window| voice.strokes_in(window) >= LEAST_ALONE && empty(window) <= EMPTY_BARS && others(window).count() >= 2);
    windows.retain(|&window| piece.goes_on(window, |part, _, _| part == voice.part || part == DRUMS));
    let window = drawn(&windows, chance, |window| fits(&piece, window))?;
    let answer = choice(voice.named(), others(window).map(Voice::named), MOST, chance)?;
    let strokes = voice.strokes_in(window);
    let why = format!("The {} plays the family {family}, {}: {strokes} notes in these bars.", voice.instrument, words(family));
    let mut evidence = Evidence::new(why, told("", &piece, window));
    evidence.heard.push(heard("among the others", &piece, window)?);
    evidence.explain = Some(family.name().to_owned());
    Some(Draft {
        ask:
            "One note for each instruction of one family, over the beat of the lines and loops; all others are silent. Which family is it?"
                .to_owned(),
        shown: Vec::new(),
        heard: vec![heard_where("", &piece, window, |part, _, _| part == voice.part || part == DRUMS)?],
        answer,
        evidence,
        basis: vec![("family", family.name().to_owned()), ("A", place(&piece, window)), ("count", strokes.to_string())],
    })
}

/// The part of the drums, the first of every style.
const DRUMS: usize = 0;
