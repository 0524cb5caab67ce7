//! Two stretches of one run, A and B: in which of them is more of something? Asked where the strokes that tell it differ
//! by half at least, and the counts by a fifth.

use super::piece::{Bar, Piece, Window};
use super::sounding::{drawn, fits, heard, heard_where, in_turn, place, told};
use crate::compose::{Signs, Tally};
use crate::quiz::maker::Draft;
use crate::quiz::{Answer, Evidence, Goal, Ground, Need, Run};
use crate::score::State;

/// What may be more.
pub struct Amount {
    pub subject: &'static str,
    pub goal: Goal,
    ask: &'static str,
    /// What tells it, in words.
    told_by: &'static str,
    /// What is counted, in words that a number stands before.
    counted: &'static str,
    tallies: fn(&Signs) -> Vec<&Tally>,
    /// As the bar says it, in steps.
    step: fn(&State) -> u8,
    /// What there is of it in a stretch; in both ways of counting the answer must be the same.
    figures: fn(&Bar) -> [f64; 2],
    /// How many, as it is told.
    count: fn(&Bar) -> f64,
    explain: &'static str,
    /// Songs where it differs much.
    songs: &'static [&'static str],
}

fn each(count: u64, of: u64) -> f64 {
    count as f64 / of.max(1) as f64
}

pub const AMOUNTS: &[Amount] = &[
    Amount {
        subject: "instructions",
        goal: Goal::EvalLoop,
        ask: "Two stretches of the same run, as long as each other. In which of them does the eval loop go round more often: in \
              which are more instructions in a bar?",
        told_by: "the hats or the ride",
        counted: "instructions",
        tallies: |signs| signs.activity.iter().collect(),
        step: |state| state.activity,
        figures: |bar| [bar.whole.steps as f64; 2],
        count: |bar| bar.whole.steps as f64,
        explain: "@loop",
        songs: &["primes", "loops", "matrix", "memory"],
    },
    Amount {
        subject: "turns",
        goal: Goal::Listening,
        ask: "Two stretches of the same run. In which of them do loops turn more?",
        told_by: "the kick drum",
        counted: "turns of loops",
        tallies: |signs| vec![&signs.turning],
        step: |state| state.turning,
        figures: |bar| [each(bar.whole.turns.into(), bar.whole.visits), bar.whole.turns.into()],
        count: |bar| bar.whole.turns.into(),
        explain: "loop",
        songs: &["loops", "strings", "matrix", "primes"],
    },
    Amount {
        subject: "calls",
        goal: Goal::Execution,
        ask: "Two stretches of the same run. In which of them are more functions in Python entered?",
        told_by: "the wood block",
        counted: "frames entered",
        tallies: |signs| vec![&signs.calling],
        step: |state| state.calling,
        figures: |bar| [each(bar.whole.calls.into(), bar.whole.visits), bar.whole.calls.into()],
        count: |bar| bar.whole.calls.into(),
        explain: "@frame",
        songs: &["recursion", "closures", "primes", "attributes"],
    },
    Amount {
        subject: "depth",
        goal: Goal::Execution,
        ask: "Two stretches of the same run. In which of them is the call stack deeper?",
        told_by: "the bass, busier and lower the deeper",
        counted: "frames above the first on the average",
        tallies: |signs| vec![&signs.frame_depth],
        step: |state| state.frame_depth,
        figures: |bar| [bar.whole.mean_frame_depth(); 2],
        count: |bar| bar.whole.mean_frame_depth(),
        explain: "@frame",
        songs: &["recursion", "sort_merge", "pipeline", "closures"],
    },
    Amount {
        subject: "c-calls",
        goal: Goal::CorePackages,
        ask: "Two stretches of the same run. In which of them are more functions called that are written in C?",
        told_by: "the cowbell",
        counted: "calls of functions in C",
        tallies: |signs| vec![&signs.calling_c],
        step: |state| state.calling_c,
        figures: |bar| [each(bar.whole.c_calls.into(), bar.whole.visits), bar.whole.c_calls.into()],
        count: |bar| bar.whole.c_calls.into(),
        explain: "call",
        songs: &["strings", "memory", "closures", "primes"],
    },
    Amount {
        subject: "allocation",
        goal: Goal::Memory,
        ask: "Two stretches of the same run. In which of them is more memory allocated?",
        told_by: "the maracas",
        counted: "memory blocks allocated",
        tallies: |signs| vec![&signs.allocating],
        step: |state| state.allocating,
        figures: |bar| [each(bar.whole.blocks_up.into(), bar.whole.steps), bar.whole.blocks_up.into()],
        count: |bar| bar.whole.blocks_up.into(),
        explain: "@refcount",
        songs: &["memory", "comprehensions", "primes", "matrix"],
    },
];

pub fn amount(subject: &str) -> Option<&'static Amount> {
    AMOUNTS.iter().find(|amount| amount.subject == subject)
}

pub fn subjects() -> Vec<String> {
    AMOUNTS.iter().map(|amount| amount.subject.to_owned()).collect()
}

pub fn goal(subject: &str) -> Goal {
    amount(subject).map_or(Goal::Listening, |amount| amount.goal)
}

pub fn need(subject: &str) -> Need {
    Need::Any(amount(subject).map_or(&[], |amount| amount.songs))
}

pub fn make(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let amount = amount(subject)?;
    in_turn(ground, chance).into_iter().find_map(|run| asked(amount, run, chance))
}

fn asked(amount: &Amount, run: &Run, chance: &mut fastrand::Rng) -> Option<Draft> {
    let piece = Piece::groove(run)?;
    if amount.subject == "allocation" && !piece.tells_memory {
        return None;
    }
    let signs = piece.mapping().signs()?;
    let tallies = (amount.tallies)(signs);
    let strokes: Vec<Vec<u32>> = tallies.iter().map(|tally| piece.strokes(tally)).collect();
    let windows = piece.windows(piece.usual());
    let strokes_in = |window: Window| strokes.iter().map(|strokes| window.of(strokes).iter().sum::<u32>()).max().unwrap_or_default();
    let known: Vec<(Window, u32, Bar)> = windows.iter().map(|&window| (window, strokes_in(window), piece.whole(window))).collect();
    let steps = |window: Window| piece.states(window).iter().map(amount.step);
    let mut pairs = Vec::new();
    for (less, few, little) in &known {
        for (more, many, much) in &known {
            let is_told = *many >= few + few / 2 + 3 && steps(*less).max() < steps(*more).min();
            let is_so = (amount.figures)(little).into_iter().zip((amount.figures)(much)).all(|(little, much)| much > little * 1.2 + 0.01);
            if is_told && is_so && !less.overlaps(*more) {
                pairs.push((*less, *more));
            }
        }
    }
    let (less, more) = drawn(&pairs, chance, |(less, more)| fits(&piece, less) && fits(&piece, more))?;
    let right = chance.usize(..2);
    let [a, b] = if right == 0 { [more, less] } else { [less, more] };
    let count = |window: Window| {
        let count = (amount.count)(&piece.whole(window));
        if count.fract() == 0.0 { format!("{count}") } else { format!("{count:.1}") }
    };
    let letter = ["A", "B"];
    let mut evidence = Evidence::new(
        format!(
            "{} has {} {}, {} has {}. What tells it: {}, {} strokes against {}.",
            letter[right],
            count(more),
            amount.counted,
            letter[1 - right],
            count(less),
            amount.told_by,
            strokes_in(more),
            strokes_in(less)
        ),
        [told("A", &piece, a), told("B", &piece, b)].concat(),
    );
    let is_telling =
        |part: usize, pitch| tallies.iter().any(|tally| tally.part == part && (tally.drums.is_empty() || tally.drums.contains(&pitch)));
    for (label, window) in [("A", a), ("B", b)] {
        let alone = heard_where(label, &piece, window, |part, pitch, _| is_telling(part, pitch))?;
        // Silence is told by the numbers.
        evidence.heard.extend(Some(alone).filter(|alone| !alone.performance.cues.is_empty()));
    }
    evidence.explain = Some(amount.explain.to_owned());
    Some(Draft {
        ask: amount.ask.to_owned(),
        shown: Vec::new(),
        heard: vec![heard("A", &piece, a)?, heard("B", &piece, b)?],
        answer: Answer::Choice { choices: letter.map(str::to_owned).to_vec(), right },
        evidence,
        basis: vec![
            ("amount", amount.subject.to_owned()),
            ("A", place(&piece, a)),
            ("B", place(&piece, b)),
            ("counts", format!("{} {}", (amount.count)(&piece.whole(a)), (amount.count)(&piece.whole(b)))),
        ],
    })
}
