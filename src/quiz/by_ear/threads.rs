//! How many threads have the melody in turn.

use super::piece::{Piece, Window};
use super::sounding::{drawn, fits, heard, heard_where, in_turn, place, told};
use crate::quiz::maker::Draft;
use crate::quiz::{Answer, Evidence, Goal, Ground, Need, Run};

pub const COUNT: &str = "count";

/// Notes of each thread at least.
const LEAST: usize = 2;
/// Threads that have a voice of their own.
const MOST: usize = 4;

const NAMES: [&str; MOST] = ["one thread", "two threads", "three threads", "four threads"];

pub fn goal(_: &str) -> Goal {
    Goal::Execution
}

pub fn need(_: &str) -> Need {
    Need::Any(&["threads"])
}

pub fn make(_: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    in_turn(ground, chance).into_iter().find_map(|run| asked(run, chance))
}

/// The threads whose notes sound in a stretch, with how many.
fn voices(piece: &Piece, window: Window) -> Vec<(u16, usize)> {
    let mut found: Vec<(u16, usize)> = Vec::new();
    for (part, _, cause) in piece.notes(window) {
        // The bass carries what runs before the melody begins.
        if Some(part) == piece.mapping().signs().map(|signs| signs.frame_depth.part) {
            continue;
        }
        match found.iter_mut().find(|(thread, _)| *thread == cause.thread) {
            Some((_, notes)) => *notes += 1,
            None => found.push((cause.thread, 1)),
        }
    }
    found.sort_unstable();
    found
}

fn asked(run: &Run, chance: &mut fastrand::Rng) -> Option<Draft> {
    let piece = Piece::groove(run)?;
    let mut by_count: [Vec<Window>; MOST] = Default::default();
    for window in piece.windows(piece.usual()) {
        let (voices, threads) = (voices(&piece, window), piece.whole(window).threads);
        let is_heard =
            voices.iter().all(|(_, notes)| *notes >= LEAST) && voices.iter().map(|(thread, _)| *thread).eq(threads.iter().copied());
        let is_apart = threads.iter().all(|thread| usize::from(*thread) < MOST);
        if is_heard && is_apart && !voices.is_empty() {
            by_count[voices.len() - 1].push(window);
        }
    }
    let there: Vec<usize> = (0..MOST).filter(|&count| !by_count[count].is_empty()).collect();
    // Where there is never but one there is nothing to tell.
    if there.iter().all(|&count| count == 0) {
        return None;
    }
    let right = *chance.choice(&there)?;
    let window = drawn(&by_count[right], chance, |window| fits(&piece, window))?;
    let voices = voices(&piece, window);
    let parts: Vec<String> = voices.iter().map(|(thread, notes)| format!("thread {thread} has {notes} notes")).collect();
    let why = format!("In these bars {}; hand-overs: {}.", parts.join(", "), piece.whole(window).whole.switches);
    let mut evidence = Evidence::new(why, told("", &piece, window));
    evidence.heard.push(heard_where("the melody alone", &piece, window, |_, _, cause| !cause.is_state)?);
    evidence.explain = Some("@gil".to_owned());
    evidence.inferred = piece.is_inferred.then(|| "in which order threads ran".to_owned());
    Some(Draft {
        ask: "Each thread has an instrument of its own for its melody. How many threads hold the GIL in turn in these bars?".to_owned(),
        shown: Vec::new(),
        heard: vec![heard("", &piece, window)?],
        answer: Answer::Choice { choices: NAMES.map(str::to_owned).to_vec(), right },
        evidence,
        basis: vec![("A", place(&piece, window)), ("count", (right + 1).to_string())],
    })
}
