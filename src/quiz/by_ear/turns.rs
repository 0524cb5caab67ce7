//! Where every instruction is a note: how often loops go back to their start, and which line of the program it is.

use std::collections::BTreeMap;

use super::piece::{Piece, Window};
use super::sounding::{heard, heard_where, place, told};
use crate::compose::{Role, words};
use crate::music::{TICKS_PER_BAR, Tick};
use crate::quiz::maker::{Draft, choice};
use crate::quiz::{Answer, Evidence, Goal, Ground, Need, Run};
use crate::score::Cause;
use crate::trace::{CodeId, Family};

pub const TURNS: &str = "turns";
pub const LINE: &str = "line";

/// Songs that loop in their first thousands of instructions.
const SONGS: [&str; 5] = ["loops", "strings", "primes", "sort_bubble", "comprehensions"];

/// Turns in a stretch, fewest and most: more are not counted while listening.
const COUNTED: std::ops::RangeInclusive<u32> = 2..=7;
/// Bars of a stretch in which something is counted: a phrase.
const BARS: u32 = 4;
/// Bars in which one line is heard alone.
const BARS_OF_A_LINE: u32 = 3;
/// Longest that a line may be silent within its stretch, in quarters: longer is no rhythm.
const LONGEST_REST: u32 = 6;
/// Instruments that two lines to choose from differ by at least, counted with their notes in a visit.
const LEAST_APART: u32 = 2;
/// Columns of a line of the program as a choice.
const WIDTH: usize = 70;
/// Choices.
const MOST: usize = 3;

pub fn goal(subject: &str) -> Goal {
    if subject == LINE { Goal::Source } else { Goal::Listening }
}

pub fn need(_: &str) -> Need {
    Need::Any(&SONGS)
}

pub fn make_turns(_: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    ground.runs.iter().find_map(|run| asked_turns(run, chance))
}

fn asked_turns(run: &Run, chance: &mut fastrand::Rng) -> Option<Draft> {
    let piece = Piece::faithful(run)?;
    let kick = piece.mapping().drums(Role::Kick).first().copied()?;
    let strokes = piece.strokes_where(|part, pitch| part == DRUMS && pitch == kick);
    let mut windows = piece.windows(BARS);
    let turns = |window: Window| window.of(&strokes).iter().sum::<u32>();
    windows.retain(|&window| COUNTED.contains(&turns(window)) && piece.whole(window).whole.turns == turns(window));
    let window = *chance.choice(&windows)?;
    let count = turns(window);
    let why = format!("A kick begins every turn of a loop: {count} of them. The bars begin within the run, and end within it.");
    let mut evidence = Evidence::new(why, told("", &piece, window));
    evidence.heard.push(heard_where("the kicks alone, with the lines", &piece, window, |part, _, _| part == DRUMS)?);
    evidence.explain = Some("loop".to_owned());
    Some(Draft {
        ask: "One note for each instruction, a hat for each line. How many times does a loop go back to its start? Type the number."
            .to_owned(),
        shown: Vec::new(),
        heard: vec![heard("", &piece, window)?],
        answer: Answer::Number(count),
        evidence,
        basis: vec![("A", place(&piece, window)), ("count", count.to_string())],
    })
}

/// A line of the program as it sounds within a stretch.
struct Line {
    code: CodeId,
    number: u32,
    text: String,
    /// Notes by family, in all its visits.
    families: BTreeMap<Family, u32>,
    /// When its notes begin.
    begins: Vec<Tick>,
    /// How often it is visited.
    visits: u32,
}

impl Line {
    /// Notes of a visit on the average.
    fn notes(&self) -> f64 {
        f64::from(self.families.values().sum::<u32>()) / f64::from(self.visits.max(1))
    }

    /// Whether its stretch, which begins at a bar and ends at another, has no long silence.
    fn is_heard(&self, window: Window) -> bool {
        let longest = LONGEST_REST * TICKS_PER_BAR / 4;
        let ends = [Tick::of_bar(window.first), Tick::of_bar(window.first + window.bars)];
        let mut moments = vec![ends[0]];
        moments.extend(&self.begins);
        moments.push(ends[1]);
        self.visits >= 2 && moments.windows(2).all(|pair| (pair[1] - pair[0]).0 <= longest)
    }

    /// How far it is from another: notes of a visit that have no fellow there.
    fn apart(&self, other: &Self) -> u32 {
        let count = |line: &Self, family: Family| {
            (f64::from(line.families.get(&family).copied().unwrap_or(0)) / f64::from(line.visits.max(1))).round() as u32
        };
        Family::ALL.into_iter().map(|family| count(self, family).abs_diff(count(other, family))).sum()
    }
}

/// Lines of the program's own that are visited in a stretch.
fn lines(piece: &Piece, window: Window) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut before: Option<(CodeId, u32, Tick)> = None;
    for (_, at, cause) in piece.notes(window) {
        let Some(code) = piece.run.trace.codes.get(cause.code.index()) else { continue };
        let text = piece.run.line(cause.line);
        if code.file != piece.run.program.name || text.is_empty() {
            before = None;
            continue;
        }
        let known = lines.iter().position(|line| line.number == cause.line && line.code == cause.code);
        let index = known.unwrap_or_else(|| {
            let families = BTreeMap::new();
            lines.push(Line { code: cause.code, number: cause.line, text: text.to_owned(), families, begins: Vec::new(), visits: 0 });
            lines.len() - 1
        });
        let line = &mut lines[index];
        line.visits += u32::from(before.is_none_or(|(code, number, _)| (code, number) != (cause.code, cause.line)));
        line.begins.push(at);
        let instruction = code.at(cause.first);
        *line.families.entry(instruction.map_or(Family::Rest, |instruction| instruction.family)).or_default() += 1;
        before = Some((cause.code, cause.line, at));
    }
    lines
}

pub fn make_line(_: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    ground.runs.iter().find_map(|run| asked_line(run, chance))
}

fn asked_line(run: &Run, chance: &mut fastrand::Rng) -> Option<Draft> {
    let piece = Piece::faithful(run)?;
    let windows = piece.windows(BARS_OF_A_LINE);
    let mut candidates = Vec::new();
    for window in windows {
        let lines = lines(&piece, window);
        for (index, line) in lines.iter().enumerate() {
            let others = lines.iter().filter(|other| other.text != line.text && line.apart(other) >= LEAST_APART).count();
            if line.is_heard(window) && others > 0 && line.notes() >= 2.0 {
                candidates.push((window, index));
            }
        }
    }
    let (window, index) = *chance.choice(&candidates)?;
    let lines = lines(&piece, window);
    let line = &lines[index];
    // Lines that sound like it are no choice.
    let others = lines.iter().filter(|other| other.text != line.text && line.apart(other) >= LEAST_APART);
    let shown = |line: &Line| format!("line {}: {}", line.number, line.text.chars().take(WIDTH).collect::<String>());
    let answer = choice(shown(line), others.map(shown), MOST, chance)?;
    let is_its = |cause: &Cause| cause.code == line.code && cause.line == line.number;
    let families: Vec<String> = line.families.iter().map(|(&family, count)| format!("{count} {}", words(family))).collect();
    let why = format!(
        "Line {} is visited {} times here, {:.0} instructions a time: {}.",
        line.number,
        line.visits,
        line.notes(),
        families.join(", ")
    );
    let mut evidence = Evidence::new(why, [told("", &piece, window), instructions(&piece, line)].concat());
    evidence.heard.push(heard("among the others", &piece, window)?);
    evidence.explain = Some("@loop".to_owned());
    Some(Draft {
        ask: format!("One line of {} sounds, one note for each of its instructions; all others are silent. Which?", run.program.name),
        shown: Vec::new(),
        heard: vec![heard_where("", &piece, window, |_, _, cause| is_its(cause))?],
        answer,
        evidence,
        basis: vec![
            ("A", place(&piece, window)),
            ("line", line.number.to_string()),
            ("notes", line.begins.len().to_string()),
            ("function", run.trace.codes.get(line.code.index()).map_or(String::new(), |code| code.name.clone())),
        ],
    })
}

/// The instructions of a line, as they lie in its code.
fn instructions(piece: &Piece, line: &Line) -> Vec<String> {
    /// Rows at most.
    const MOST: usize = 12;
    let Some(code) = piece.run.trace.codes.get(line.code.index()) else { return Vec::new() };
    let its = code.instructions().iter().filter(|instruction| instruction.span.line == Some(line.number));
    its.take(MOST).map(|i| format!("{:>6}  {:<24} {:<16} {}", i.offset, i.opcode, i.meaning, i.family)).collect()
}

/// The part of the drums, the first of every style.
const DRUMS: usize = 0;
