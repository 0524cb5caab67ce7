//! The call stack by ear: which of two stretches recurses, and whether it goes deeper or comes back.

use std::collections::BTreeMap;

use super::piece::{Piece, Window};
use super::sounding::{drawn, fits, heard, heard_where, in_turn, place, told};
use crate::quiz::maker::Draft;
use crate::quiz::{Answer, Evidence, Goal, Ground, Need, Run};
use crate::trace::{CodeId, Entry, MarkKind, Trace};

pub const RECURSION: &str = "recursion";
pub const WAY: &str = "call-stack";

const DEEP_SONGS: [&str; 4] = ["recursion", "sort_merge", "pipeline", "closures"];

/// What may become of the depth within a stretch.
const WAYS: [&str; 3] = ["it goes deeper", "it comes back up", "it stays as deep as it is"];

pub fn goal(_: &str) -> Goal {
    Goal::Execution
}

pub fn need(_: &str) -> Need {
    Need::Any(&DEEP_SONGS)
}

pub fn make_recursion(_: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    in_turn(ground, chance).into_iter().find_map(|run| asked_recursion(run, chance))
}

fn asked_recursion(run: &Run, chance: &mut fastrand::Rng) -> Option<Draft> {
    let piece = Piece::groove(run)?;
    // Where the order is inferred, numbers lead to no place in the trace.
    if piece.is_inferred {
        return None;
    }
    let signs = piece.mapping().signs()?;
    let depth = piece.strokes(&signs.frame_depth);
    let entered = entered_again(&run.trace);
    let again = |window: Window| {
        let steps = piece.steps(window);
        let after = |step: u64| entered.partition_point(|(at, _)| *at < step);
        &entered[after(steps.start)..after(steps.end)]
    };
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for window in piece.windows(piece.usual()) {
        let bars = window.of(&piece.bars);
        if again(window).len() >= bars.len() && bars.iter().all(|bar| bar.whole.is_recursive && bar.whole.calls > 0) {
            with.push(window);
        } else if again(window).is_empty() && bars.iter().all(|bar| !bar.whole.is_recursive) {
            without.push(window);
        }
    }
    // It must be heard: deeper in every bar.
    let bass = |window: Window| window.of(&depth).iter().copied();
    let pairs: Vec<(Window, Window)> = with
        .iter()
        .flat_map(|&with| without.iter().map(move |&without| (with, without)))
        .filter(|&(with, without)| bass(with).min() > bass(without).max())
        .collect();
    let (with, without) = drawn(&pairs, chance, |(with, without)| fits(&piece, with) && fits(&piece, without))?;
    let right = chance.usize(..2);
    let [a, b] = if right == 0 { [with, without] } else { [without, with] };
    let letter = ["A", "B"];
    let mut names: Vec<&str> =
        again(with).iter().filter_map(|(_, code)| Some(run.trace.codes.get(code.index())?.qualname.as_str())).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    let why = format!(
        "In {} {} is entered {count} times while it is under way, up to {} frames deep. In {} nothing is, {} frames deep at most.",
        letter[right],
        names.join(" or "),
        piece.whole(with).deepest,
        letter[1 - right],
        piece.whole(without).deepest
    );
    let mut evidence = Evidence::new(why, [told("A", &piece, a), told("B", &piece, b)].concat());
    for (label, window) in [("A, the bass and the wood block", a), ("B, the bass and the wood block", b)] {
        let is_its = |part, pitch| part == signs.frame_depth.part || part == signs.calling.part && signs.calling.drums.contains(&pitch);
        evidence.heard.push(heard_where(label, &piece, window, |part, pitch, _| is_its(part, pitch))?);
    }
    evidence.explain = Some("@frame".to_owned());
    Some(Draft {
        ask: "Two stretches of the same run. In one of them a function is called again while it is still under way: it recurses. In which?"
            .to_owned(),
        shown: Vec::new(),
        heard: vec![heard("A", &piece, a)?, heard("B", &piece, b)?],
        answer: Answer::Choice { choices: letter.map(str::to_owned).to_vec(), right },
        evidence,
        basis: vec![("A", place(&piece, a)), ("B", place(&piece, b)), ("count", count.to_string())],
    })
}

/// Which functions are entered while they are under way in their thread, and after how many instructions of the run.
fn entered_again(trace: &Trace) -> Vec<(u64, CodeId)> {
    let mut frames: BTreeMap<u16, Vec<CodeId>> = BTreeMap::new();
    let mut found = Vec::new();
    let mut steps = 0;
    for entry in &trace.entries {
        let Entry::Mark(mark) = entry else {
            steps += 1;
            continue;
        };
        let frames = frames.entry(mark.thread).or_default();
        match mark.kind {
            MarkKind::Called(code) => {
                if frames.contains(&code) {
                    found.push((steps, code));
                }
                frames.push(code);
            }
            MarkKind::Resumed(code) => frames.push(code),
            MarkKind::Returned(_) | MarkKind::Yielded(_) | MarkKind::Unwound(_) => {
                frames.pop();
            }
            _ => {}
        }
    }
    found
}

pub fn make_way(_: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    in_turn(ground, chance).into_iter().find_map(|run| asked_way(run, chance))
}

/// Whether steps go one way, by two steps or more.
fn rises(steps: impl Iterator<Item = u8> + Clone) -> bool {
    let all: Vec<u8> = steps.collect();
    all.windows(2).all(|pair| pair[0] <= pair[1]) && all.first().zip(all.last()).is_some_and(|(first, last)| last >= &(first + 2))
}

fn asked_way(run: &Run, chance: &mut fastrand::Rng) -> Option<Draft> {
    let piece = Piece::groove(run)?;
    let signs = piece.mapping().signs()?;
    let bass = piece.strokes(&signs.frame_depth);
    let mut ways: [Vec<Window>; 3] = Default::default();
    for window in piece.windows(piece.usual().max(3)) {
        let steps = piece.states(window).iter().map(|state| state.frame_depth);
        let depths: Vec<f64> = window.of(&piece.bars).iter().map(|bar| bar.whole.mean_frame_depth()).collect();
        let (first, last) = (*depths.first()?, *depths.last()?);
        if rises(steps.clone()) && last > first + 1.0 {
            ways[0].push(window);
        } else if rises(steps.clone().rev()) && first > last + 1.0 {
            ways[1].push(window);
        } else if steps.clone().min() == steps.clone().max() && depths.iter().all(|depth| (depth - first).abs() < 0.75) {
            ways[2].push(window);
        }
    }
    let there: Vec<usize> = (0..ways.len()).filter(|&way| !ways[way].is_empty()).collect();
    // Where it only ever stays there is nothing to tell apart.
    if !there.iter().any(|&way| way < 2) {
        return None;
    }
    let right = *chance.choice(&there)?;
    let window = drawn(&ways[right], chance, |window| fits(&piece, window))?;
    let depths: Vec<String> = window.of(&piece.bars).iter().map(|bar| format!("{:.1}", bar.whole.mean_frame_depth())).collect();
    let strokes: Vec<String> = window.of(&bass).iter().map(u32::to_string).collect();
    let why = format!(
        "Frames above the first on the average, bar by bar: {}. The bass plays {} notes: busier and lower the deeper.",
        depths.join(", "),
        strokes.join(", ")
    );
    let mut evidence = Evidence::new(why, told("", &piece, window));
    evidence.heard.push(heard_where("the bass alone", &piece, window, |part, _, _| part == signs.frame_depth.part)?);
    evidence.explain = Some("@frame".to_owned());
    Some(Draft {
        ask: "What becomes of the depth of the call stack in these bars?".to_owned(),
        shown: Vec::new(),
        heard: vec![heard("", &piece, window)?],
        answer: Answer::Choice { choices: WAYS.map(str::to_owned).to_vec(), right },
        evidence,
        basis: vec![
            ("A", place(&piece, window)),
            ("first", place(&piece, Window { bars: 1, ..window })),
            ("last", place(&piece, Window { first: window.first + window.bars - 1, bars: 1 })),
            ("depths", depths.join(" ")),
        ],
    })
}
