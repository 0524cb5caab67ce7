//! One stretch: is a collection in there, an exception, a hand-over, a suspension, a cascade of releases? Asked of runs that
//! have stretches with it and without.

use super::piece::{Bar, Piece, Window};
use super::sounding::{drawn, fits, heard, heard_where, in_turn, place, told};
use crate::compose::{Role, Signs};
use crate::music::Pitch;
use crate::quiz::maker::Draft;
use crate::quiz::{Answer, Evidence, Goal, Ground, Need, Run};
use crate::score::{State, Work};

/// What may be in there.
pub struct Sign {
    pub subject: &'static str,
    pub goal: Goal,
    ask: &'static str,
    /// What it sounds as.
    sounds: &'static str,
    /// What is counted: one of it, and more.
    names: [&'static str; 2],
    /// How often it happened, or how much.
    count: fn(&Bar) -> u32,
    /// Least of it that is there, and most where it is not.
    marks: [u32; 2],
    /// Strokes that say so, at least: fewer pass unheard.
    least: u32,
    /// Whether a bar says so.
    is_said: fn(&State) -> bool,
    /// The instrument that says so: a part of the score, or drums of it; nothing of it sounds in a stretch without.
    of: fn(&Piece, &Signs) -> (usize, Vec<Pitch>),
    explain: &'static str,
    songs: &'static [&'static str],
}

pub const SIGNS: &[Sign] = &[
    Sign {
        subject: "collection",
        goal: Goal::Memory,
        ask: "Does the cyclic collector run in these bars?",
        sounds: "a reversed cymbal swells towards the bar line; the longer, the higher the generation",
        names: ["collection", "collections"],
        count: |bar| bar.whole.collections,
        marks: [1, 0],
        least: 1,
        is_said: |state| state.collected.is_some(),
        of: |_, signs| (signs.collector, Vec::new()),
        explain: "@gc",
        songs: &["memory"],
    },
    Sign {
        subject: "exception",
        goal: Goal::Execution,
        ask: "Is an exception raised or passed on in these bars?",
        sounds: "a crash at the beginning of the bar, and a stroke on the low tom for each",
        names: ["exception raised or passed on", "exceptions raised or passed on"],
        count: |bar| bar.whole.raised,
        marks: [1, 0],
        least: 2,
        is_said: |state| state.raised > 0,
        of: |piece, signs| {
            let crash = piece.mapping().drums(Role::Crash).to_vec();
            (signs.raised.part, [crash, signs.raised.drums.clone()].concat())
        },
        explain: "except",
        songs: &["exceptions", "pipeline", "tasks"],
    },
    Sign {
        subject: "hand-over",
        goal: Goal::Execution,
        ask: "Does another thread take over the GIL in these bars?",
        sounds: "a triangle at each hand-over that the melody shows, and the melody goes to another instrument",
        names: ["hand-over", "hand-overs"],
        count: |bar| bar.whole.switches,
        marks: [1, 0],
        least: 2,
        is_said: |_| true,
        of: |piece, signs| (signs.turning.part, piece.mapping().drums(Role::HandOver).to_vec()),
        explain: "@gil",
        songs: &["threads"],
    },
    Sign {
        subject: "suspension",
        goal: Goal::Execution,
        ask: "Do generators or coroutines suspend themselves in these bars?",
        sounds: "the clarinet has the melody, and the flute answers where the one who asked goes on",
        names: ["suspension or resumption", "suspensions and resumptions"],
        count: |bar| bar.whole.suspensions,
        marks: [1, 0],
        least: 4,
        is_said: |state| state.work == Some(Work::Suspend),
        of: |_, signs| (signs.part_of(Work::Suspend), Vec::new()),
        explain: "gen",
        songs: &["pipeline", "tasks", "comprehensions"],
    },
    Sign {
        subject: "cascade",
        goal: Goal::Memory,
        ask: "Is much memory given back at one stroke in these bars: a cascade of releases?",
        sounds: "a run down the bongos and congas in the middle of the bar; the longer, the more is given back",
        names: ["memory block", "memory blocks given back at one stroke"],
        count: |bar| bar.released,
        // The end of a frame or of a small container gives back some, too.
        marks: [16, 8],
        least: 4,
        is_said: |state| state.releases,
        of: |piece, signs| (signs.releases.part, piece.mapping().drums(Role::Releases).to_vec()),
        explain: "@refcount",
        songs: &["memory", "primes", "comprehensions"],
    },
];

pub fn sign(subject: &str) -> Option<&'static Sign> {
    SIGNS.iter().find(|sign| sign.subject == subject)
}

pub fn subjects() -> Vec<String> {
    SIGNS.iter().map(|sign| sign.subject.to_owned()).collect()
}

pub fn goal(subject: &str) -> Goal {
    sign(subject).map_or(Goal::Listening, |sign| sign.goal)
}

pub fn need(subject: &str) -> Need {
    Need::Any(sign(subject).map_or(&[], |sign| sign.songs))
}

pub fn make(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let sign = sign(subject)?;
    in_turn(ground, chance).into_iter().find_map(|run| asked(sign, run, chance))
}

fn asked(sign: &Sign, run: &Run, chance: &mut fastrand::Rng) -> Option<Draft> {
    let piece = Piece::groove(run)?;
    let signs = piece.mapping().signs()?;
    let (its_part, drums) = (sign.of)(&piece, signs);
    let is_its = |part: usize, pitch: Pitch| part == its_part && (drums.is_empty() || drums.contains(&pitch));
    let strokes = piece.strokes_where(is_its);
    let struck = |window: Window| window.of(&strokes).iter().sum::<u32>();
    let [least, most] = sign.marks;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for window in piece.windows(piece.usual()) {
        let count = (sign.count)(&piece.whole(window));
        let is_said = piece.states(window).iter().any(sign.is_said);
        match struck(window) {
            0 if count <= most => without.push(window),
            struck if struck >= sign.least && count >= least && is_said => with.push(window),
            _ => {}
        }
    }
    let with = drawn(&with, chance, |window| fits(&piece, window))?;
    let without = drawn(&without, chance, |window| fits(&piece, window))?;
    let is_there = chance.bool();
    let [window, other] = if is_there { [with, without] } else { [without, with] };
    let count = (sign.count)(&piece.whole(with));
    let [one, more] = sign.names;
    let name = if count == 1 { one } else { more };
    let why = if is_there {
        format!("{count} {name}: {}.", sign.sounds)
    } else {
        format!("None of it here. It would be heard: {}. Listen to bars {with}, with {count} {name}.", sign.sounds)
    };
    let mut evidence = Evidence::new(why, [told("Heard", &piece, window), told("The other", &piece, other)].concat());
    evidence.heard.push(heard_where("with it, alone", &piece, with, |part, pitch, _| is_its(part, pitch))?);
    evidence.heard.push(heard("with it", &piece, with)?);
    evidence.heard.push(heard("without", &piece, without)?);
    evidence.explain = Some(sign.explain.to_owned());
    evidence.inferred = piece.is_inferred.then(|| "in which order threads ran".to_owned());
    Some(Draft {
        ask: sign.ask.to_owned(),
        shown: Vec::new(),
        heard: vec![heard("", &piece, window)?],
        answer: Answer::Choice { choices: vec!["yes".to_owned(), "no".to_owned()], right: usize::from(!is_there) },
        evidence,
        basis: vec![
            ("sign", sign.subject.to_owned()),
            ("A", place(&piece, window)),
            ("B", place(&piece, other)),
            ("count", (sign.count)(&piece.whole(window)).to_string()),
        ],
    })
}
