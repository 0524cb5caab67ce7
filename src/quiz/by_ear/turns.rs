//! Where every instruction is a note: how often loops go back to their start, and which line of the program it is.

use std::collections::BTreeMap;
use std::ops::Range;

use super::piece::{Piece, Window};
use super::sounding::{drawn, fits, heard, heard_where, in_turn, place, told};
use crate::compose::Role;
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
const LONGEST_REST: u32 = 8;
/// Visits of a line that are heard at least.
const LEAST_VISITS: usize = 2;
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
    in_turn(ground, chance).into_iter().find_map(|run| asked_turns(run, chance))
}

fn asked_turns(run: &Run, chance: &mut fastrand::Rng) -> Option<Draft> {
    let piece = Piece::faithful(run)?;
    let kick = piece.mapping().drums(Role::Kick).first().copied()?;
    let strokes = piece.strokes_where(|part, pitch| part == DRUMS && pitch == kick);
    let mut windows = piece.windows(BARS);
    let turns = |window: Window| window.of(&strokes).iter().sum::<u32>();
    windows.retain(|&window| COUNTED.contains(&turns(window)) && piece.whole(window).whole.turns == turns(window));
    let window = drawn(&windows, chance, |window| fits(&piece, window))?;
    let count = turns(window);
    let why = format!("A kick begins every turn of a loop: {count} of them.");
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

/// A visit of a line: its instructions, counted from the start of the run.
#[derive(Debug, Clone)]
struct Visit {
    code: CodeId,
    line: u32,
    steps: Range<u64>,
    /// Instructions by family.
    families: BTreeMap<Family, u32>,
    begins: Tick,
    ends: Tick,
}

/// A line of the program as it sounds within a stretch: in visits of which nothing is cut off.
struct Line {
    code: CodeId,
    number: u32,
    text: String,
    visits: Vec<Visit>,
}

impl Line {
    /// What most of its visits are.
    fn usual(&self) -> &BTreeMap<Family, u32> {
        let times = |families: &BTreeMap<Family, u32>| self.visits.iter().filter(|visit| visit.families == *families).count();
        let most = self.visits.iter().max_by_key(|visit| times(&visit.families));
        &most.unwrap_or(&self.visits[0]).families
    }

    /// Whether its stretch has no long silence.
    fn is_heard(&self, window: Window) -> bool {
        let longest = LONGEST_REST * TICKS_PER_BAR / 4;
        let [mut silent, end] = [Tick::of_bar(window.first), Tick::of_bar(window.first + window.bars)];
        for visit in &self.visits {
            if (visit.begins - silent).0 > longest {
                return false;
            }
            silent = visit.ends;
        }
        self.visits.len() >= LEAST_VISITS && (end - silent).0 <= longest
    }

    /// How far it is from another: notes of a visit that have no fellow there.
    fn apart(&self, other: &Self) -> u32 {
        let count = |line: &Self, family: Family| line.usual().get(&family).copied().unwrap_or(0);
        Family::ALL.into_iter().map(|family| count(self, family).abs_diff(count(other, family))).sum()
    }

    fn plays(&self, cause: &Cause) -> bool {
        self.visits.iter().any(|visit| visit.code == cause.code && visit.steps.contains(&cause.since))
    }
}

/// Visits of lines in a piece in which a hat begins each, in their order.
fn visits(piece: &Piece) -> Vec<Visit> {
    let hats = piece.mapping().drums(Role::Lines);
    let mut found: Vec<Visit> = Vec::new();
    let mut begins = false;
    for (part, at, pitch, cause) in piece.strokes_all() {
        if cause.is_state {
            begins |= part == DRUMS && hats.contains(&pitch);
            continue;
        }
        let family = piece.run.trace.codes.get(cause.code.index()).and_then(|code| code.at(cause.first)).map_or(Family::Rest, |i| i.family);
        let is_new = std::mem::take(&mut begins);
        match found.last_mut() {
            Some(visit) if !is_new => {
                visit.steps.end = cause.since + 1;
                visit.ends = at;
                *visit.families.entry(family).or_default() += 1;
            }
            _ => found.push(Visit {
                code: cause.code,
                line: cause.line,
                steps: cause.since..cause.since + 1,
                families: BTreeMap::from([(family, 1)]),
                begins: at,
                ends: at,
            }),
        }
    }
    found
}

/// Lines of the program's own that are visited in a stretch.
fn lines(piece: &Piece, visits: &[Visit], window: Window) -> Vec<Line> {
    let [from, to] = [Tick::of_bar(window.first), Tick::of_bar(window.first + window.bars)];
    let mut lines: Vec<Line> = Vec::new();
    let begins = visits.partition_point(|visit| visit.begins < from);
    for visit in visits[begins..].iter().take_while(|visit| visit.begins < to).filter(|visit| visit.ends < to) {
        let Some(code) = piece.run.trace.codes.get(visit.code.index()) else { continue };
        let text = piece.run.line(visit.line);
        if code.file != piece.run.program.name || text.is_empty() {
            continue;
        }
        match lines.iter_mut().find(|line| line.number == visit.line && line.code == visit.code) {
            Some(line) => line.visits.push(visit.clone()),
            None => lines.push(Line { code: visit.code, number: visit.line, text: text.to_owned(), visits: vec![visit.clone()] }),
        }
    }
    lines
}

pub fn make_line(_: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    in_turn(ground, chance).into_iter().find_map(|run| asked_line(run, chance))
}

fn asked_line(run: &Run, chance: &mut fastrand::Rng) -> Option<Draft> {
    let piece = Piece::faithful(run)?;
    let visits = visits(&piece);
    let mut candidates = Vec::new();
    for window in piece.windows(BARS_OF_A_LINE) {
        let lines = lines(&piece, &visits, window);
        for (index, line) in lines.iter().enumerate() {
            let others = lines.iter().filter(|other| other.text != line.text && line.apart(other) >= LEAST_APART).count();
            if line.is_heard(window) && others > 0 && piece.goes_on(window, |part, _, cause| part == DRUMS || line.plays(cause)) {
                candidates.push((window, index));
            }
        }
    }
    let (window, index) = drawn(&candidates, chance, |(window, _)| fits(&piece, window))?;
    let lines = lines(&piece, &visits, window);
    let line = &lines[index];
    // Lines that sound like it are no choice.
    let others = lines.iter().filter(|other| other.text != line.text && line.apart(other) >= LEAST_APART);
    let shown = |line: &Line| format!("line {}: {}", line.number, line.text.chars().take(WIDTH).collect::<String>());
    let answer = choice(shown(line), others.map(shown), MOST, chance)?;
    let usual: Vec<String> = line.usual().iter().map(|(family, count)| format!("{count} {family}")).collect();
    let notes: u32 = line.visits.iter().flat_map(|visit| visit.families.values()).sum();
    let why = format!("Line {} is visited {} times here, as a rule with {}.", line.number, line.visits.len(), usual.join(", "));
    let mut evidence = Evidence::new(why, [told("", &piece, window), instructions(&piece, line)].concat());
    evidence.heard.push(heard("among the others", &piece, window)?);
    evidence.explain = Some("@loop".to_owned());
    Some(Draft {
        ask: format!("Over the beat of all lines one line of {} sounds, a note for each of its instructions. Which?", run.program.name),
        shown: Vec::new(),
        heard: vec![heard_where("", &piece, window, |part, _, cause| part == DRUMS || line.plays(cause))?],
        answer,
        evidence,
        basis: vec![
            ("A", place(&piece, window)),
            ("line", line.number.to_string()),
            ("notes", notes.to_string()),
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
