//! Which of some songs it is, by what they do: asked of a stretch that none of the others is like.

use super::piece::{Piece, Window};
use super::sounding::{drawn, fits, heard, heard_where, place, told};
use crate::quiz::maker::{Draft, choice};
use crate::quiz::{Answer, Evidence, Goal, Ground, Need};
use crate::score::{State, Work};
use crate::songs;

/// A song, those it is to be told from, and where to read on.
const TRIOS: &[(&str, [&str; 2], &str)] = &[
    ("loops", ["recursion", "comprehensions"], "loop"),
    ("recursion", ["loops", "strings"], "@frame"),
    ("comprehensions", ["primes", "matrix"], "build"),
    ("memory", ["attributes", "closures"], "@refcount"),
    ("tasks", ["threads", "primes"], "gen"),
];

pub const BUBBLE: &str = "bubble";
pub const MERGE: &str = "merge";
const SORTS: [&str; 2] = ["sort_bubble", "sort_merge"];

/// How far a stretch is from the nearest one of another song at least: about a step in each of two features. Chosen by
/// ear; under it one would only guess.
const APART: f64 = 0.5;

/// Features told of a stretch.
const MOST_TOLD: usize = 2;

/// What a stretch is known by: how it is told, and how much of it there is, 0 to 1.
struct Feature {
    words: &'static str,
    of: fn(&State) -> f64,
}

fn is(claim: bool) -> f64 {
    f64::from(u8::from(claim))
}

const FEATURES: &[Feature] = &[
    Feature { words: "turns of loops (kick)", of: |state| f64::from(state.turning) / 3.0 },
    Feature { words: "a deep call stack (bass)", of: |state| f64::from(state.frame_depth) / 3.0 },
    Feature { words: "frames entered (wood block)", of: |state| f64::from(state.calling) / 4.0 },
    Feature { words: "calls of functions in C (cowbell)", of: |state| f64::from(state.calling_c) / 4.0 },
    Feature { words: "memory allocated (maracas)", of: |state| f64::from(state.allocating) / 4.0 },
    Feature { words: "cascades of releases (bongos)", of: |state| is(state.releases) },
    Feature { words: "collections (swell)", of: |state| is(state.collected.is_some()) },
    Feature { words: "exceptions (crash)", of: |state| is(state.raised > 0) },
    Feature { words: "arithmetic and comparison (marimba)", of: |state| is(state.work == Some(Work::Reckon)) },
    Feature { words: "subscripts (nylon guitar)", of: |state| is(state.work == Some(Work::Index)) },
    Feature { words: "attributes (kalimba)", of: |state| is(state.work == Some(Work::Look)) },
    Feature { words: "building and iterating (vibraphone)", of: |state| is(state.work == Some(Work::Build)) },
    Feature { words: "calls and returns (flute)", of: |state| is(state.work == Some(Work::Call)) },
    Feature { words: "generators and coroutines (clarinet)", of: |state| is(state.work == Some(Work::Suspend)) },
];

/// How much of each feature there is in a stretch, on the average.
fn features(states: &[State]) -> Vec<f64> {
    FEATURES.iter().map(|feature| states.iter().map(feature.of).sum::<f64>() / states.len().max(1) as f64).collect()
}

fn distance(one: &[f64], other: &[f64]) -> f64 {
    libm::sqrt(one.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum())
}

pub fn goal(_: &str) -> Goal {
    Goal::Listening
}

pub fn subjects() -> Vec<String> {
    TRIOS.iter().map(|(song, ..)| (*song).to_owned()).collect()
}

pub fn need(subject: &str) -> Need {
    let trio = TRIOS.iter().find(|(song, ..)| *song == subject);
    Need::Songs(trio.map_or(Vec::new(), |(song, others, _)| std::iter::once(*song).chain(*others).collect()))
}

/// A song as a choice: its name and its idea.
fn named(name: &str) -> String {
    let song = name.trim_start_matches('@');
    songs::named(song).map_or(name.to_owned(), |song| {
        // The title stands before the colon.
        let idea = song.idea();
        format!("@{}: {}", song.name, idea.split_once(": ").map_or(idea, |(_, rest)| rest))
    })
}

pub fn make(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let (run, others) = ground.runs.split_first()?;
    let piece = Piece::groove(run)?;
    let others: Vec<Piece> = others.iter().filter_map(|run| Piece::groove(run)).collect();
    let alike: Vec<Vec<f64>> =
        others.iter().flat_map(|other| other.windows(other.usual()).into_iter().map(|window| features(other.states(window)))).collect();
    let nearest =
        |window: &Window| alike.iter().map(|other| distance(&features(piece.states(*window)), other)).min_by(f64::total_cmp).unwrap_or(0.0);
    let mut windows: Vec<(Window, f64)> = piece.windows(piece.usual()).into_iter().map(|window| (window, nearest(&window))).collect();
    windows.retain(|(_, apart)| *apart >= APART);
    // The half that is least like the others.
    windows.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    windows.truncate(windows.len().div_ceil(2));
    let (window, apart) = drawn(&windows, chance, |(window, _)| fits(&piece, window))?;
    let answer = choice(named(&run.program.name), others.iter().map(|other| named(&other.run.program.name)), TRIOS.len(), chance)?;
    let here = features(piece.states(window));
    let mean = |feature: usize| alike.iter().map(|other| other[feature]).sum::<f64>() / alike.len().max(1) as f64;
    let mut by_difference: Vec<usize> = (0..FEATURES.len()).collect();
    by_difference.sort_by(|&one, &other| (here[other] - mean(other)).abs().total_cmp(&(here[one] - mean(one)).abs()));
    let (more, less): (Vec<usize>, Vec<usize>) =
        by_difference.into_iter().take(MOST_TOLD).partition(|&feature| here[feature] > mean(feature));
    let words = |features: &[usize]| features.iter().map(|&feature| FEATURES[feature].words).collect::<Vec<_>>().join(", ");
    let names: Vec<&str> = others.iter().map(|other| other.run.program.name.as_str()).collect();
    let told_by: Vec<String> = [("More", more), ("Less", less)]
        .into_iter()
        .filter(|(_, features)| !features.is_empty())
        .map(|(which, features)| format!("{which} than in {} as a rule: {}.", names.join(" and "), words(&features)))
        .collect();
    let why = format!("It is {}. {}", run.program.name, told_by.join(" "));
    let mut evidence = Evidence::new(why, told("", &piece, window));
    for other in &others {
        let windows = other.windows(other.usual());
        let window = chance.choice(&windows).copied();
        evidence.heard.extend(window.and_then(|window| heard(&other.run.program.name, other, window)));
    }
    evidence.heard.extend(heard(&run.program.name, &piece, window));
    evidence.explain = TRIOS.iter().find(|(song, ..)| *song == subject).map(|(_, _, explain)| (*explain).to_owned());
    Some(Draft {
        ask: "Which of these programs is it?".to_owned(),
        shown: Vec::new(),
        heard: vec![heard("", &piece, window)?],
        answer,
        evidence,
        basis: vec![("A", place(&piece, window)), ("apart", format!("{apart:.2}"))],
    })
}

pub fn sorts() -> Vec<String> {
    vec![BUBBLE.to_owned(), MERGE.to_owned()]
}

pub fn need_of_sorts(_: &str) -> Need {
    Need::Songs(SORTS.to_vec())
}

pub fn make_sort(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let [bubble, merge] = &ground.runs[..] else { return None };
    let (bubble, merge) = (Piece::groove(bubble)?, Piece::groove(merge)?);
    let is_of = |piece: &Piece, window: Window, wanted: fn(&State) -> bool| piece.states(window).iter().all(wanted);
    // The one goes on in one frame, the other is in the midst of its calls.
    let flat: Vec<Window> =
        bubble.windows(bubble.usual()).into_iter().filter(|&w| is_of(&bubble, w, |s| s.calling == 0 && s.turning > 0)).collect();
    let deep: Vec<Window> =
        merge.windows(merge.usual()).into_iter().filter(|&w| is_of(&merge, w, |s| s.calling > 0 && s.frame_depth >= 2)).collect();
    let flat = drawn(&flat, chance, |window| fits(&bubble, window))?;
    let deep = drawn(&deep, chance, |window| fits(&merge, window))?;
    let (ask, is_bubble) = match subject {
        BUBBLE => {
            ("Two sorts at work on the same numbers. Which is the bubble sort: loops in which neighbours are compared and swapped?", true)
        }
        _ => ("Two sorts at work on the same numbers. Which is the merge sort: it halves the list and calls itself for each half?", false),
    };
    let is_bubble_first = chance.bool();
    let both = [(&bubble, flat), (&merge, deep)];
    let [a, b] = if is_bubble_first { both } else { [both[1], both[0]] };
    let right = usize::from(is_bubble != is_bubble_first);
    let letters = ["A", "B"];
    let bubble_is = letters[usize::from(!is_bubble_first)];
    let merge_is = letters[usize::from(is_bubble_first)];
    let (little, much) = (bubble.whole(flat), merge.whole(deep));
    let mut evidence = Evidence::new(
        format!(
            "{bubble_is} is the bubble sort: {} turns of loops, and no frame is entered. {merge_is} is the merge sort: {} frames entered, up to {} \
             deep: hear the wood block and the busy bass.",
            little.whole.turns, much.whole.calls, much.deepest
        ),
        [told("A", a.0, a.1), told("B", b.0, b.1)].concat(),
    );
    for (label, (piece, window)) in ["A: kick, wood block and bass", "B: kick, wood block and bass"].into_iter().zip([a, b]) {
        let signs = piece.mapping().signs()?;
        let drums = [&signs.turning.drums[..], &signs.calling.drums].concat();
        let is_telling = |part: usize, pitch| part == signs.frame_depth.part || part == signs.turning.part && drums.contains(&pitch);
        evidence.heard.extend(heard_where(label, piece, window, |part, pitch, _| is_telling(part, pitch)));
    }
    evidence.explain = Some("@frame".to_owned());
    Some(Draft {
        ask: ask.to_owned(),
        shown: Vec::new(),
        heard: vec![heard("A", a.0, a.1)?, heard("B", b.0, b.1)?],
        answer: Answer::Choice { choices: letters.map(str::to_owned).to_vec(), right },
        evidence,
        basis: vec![("sort", subject.to_owned()), ("A", place(a.0, a.1)), ("B", place(b.0, b.1))],
    })
}
