//! Where execution goes: into calls and back, to a handler, into a generator and out of it, out of a loop; and how
//! deep a recursion went. Measured.

use super::super::maker::{Draft, Maker, Sense, choice};
use super::super::{Answer, Evidence, Goal, Ground, Need, Run};
use super::passage::{code_basis, explained, is_nameable};
use super::text::{Lines, clipped, counted, extent, place, times};
use super::visits::{Cause, GENERATOR, Visit, Visits};
use crate::trace::{Code, CodeId};

pub(super) const GOES_ON: Maker = Maker {
    name: "goes-on",
    sense: Sense::Eye,
    goal: |_| Goal::Execution,
    subjects: || ["call", "return", "exception", "yield", "resume", "loop-end"].map(str::to_owned).into(),
    need: |subject| match subject {
        "call" | "return" => Need::Any(&["recursion", "sort_merge", "closures"]),
        "exception" => Need::Any(&["exceptions"]),
        "yield" | "resume" => Need::Any(&["pipeline"]),
        _ => Need::Any(&["loops", "primes", "strings"]),
    },
    make: |subject, ground, chance| match subject {
        "resume" => resumed(ground, chance),
        "loop-end" => exhausted(ground, chance),
        _ => goes_on(subject, ground, chance),
    },
};

pub(super) const DEEPEST: Maker = Maker {
    name: "deepest",
    sense: Sense::Eye,
    goal: |_| Goal::Execution,
    subjects: || vec!["recursion".to_owned()],
    need: |_| Need::Any(&["recursion", "sort_merge", "closures"]),
    make: |_, ground, chance| deepest(ground, chance),
};

/// Most rows of what ran.
const MOST_ROWS: usize = 8;

fn code(run: &Run, id: CodeId) -> &Code {
    &run.trace.codes[id.index()]
}

fn is_own(run: &Run, id: CodeId) -> bool {
    code(run, id).file == run.program.name && is_nameable(code(run, id))
}

/// One row for each visit: its function, indented by depth, and its line.
fn rows(run: &Run, lines: &Lines, visits: &[Visit]) -> Vec<String> {
    let least = visits.iter().map(|visit| visit.depth).min().unwrap_or(0);
    let name = |visit: &Visit| {
        let code = code(run, visit.code);
        format!("{}{}", "  ".repeat((visit.depth - least) as usize), if &*code.name == "<module>" { "(top level)" } else { &code.name })
    };
    let width = visits.iter().map(|visit| name(visit).chars().count()).max().unwrap_or(0);
    visits.iter().map(|visit| clipped(&format!("{:<width$}  {}", name(visit), lines.numbered(visit.line)))).collect()
}

/// Lines of a code object, the nearest to `line` first; itself not.
fn near<'a>(code: &Code, line: u32, lines: &'a Lines) -> impl Iterator<Item = u32> + use<'a> {
    let mut own: Vec<u32> = code.instructions().iter().filter_map(|i| i.span.line).collect();
    own.sort_unstable();
    own.dedup();
    own.sort_by_key(|&other| (other.abs_diff(line), other));
    own.into_iter().filter(move |&other| other != line && lines.is_readable(other))
}

/// A question which line runs next, with up to four choices.
fn line_choice(right: u32, others: Vec<u32>, lines: &Lines, chance: &mut fastrand::Rng) -> Option<Answer> {
    let mut few: Vec<u32> = Vec::new();
    for other in others {
        if other != right && lines.is_readable(other) && !few.contains(&other) && few.len() < 4 {
            few.push(other);
        }
    }
    choice(lines.choice(right), few.into_iter().map(|line| lines.choice(line)), 4, chance)
}

/// A place among the visits, and the first of those before it that are shown.
struct Turn {
    at: usize,
    shown: Vec<Visit>,
}

fn turn(subject: &str, run: &Run, lines: &Lines, visits: &Visits, at: usize) -> Option<Turn> {
    let all = &visits.all;
    let (before, now) = (all[at.checked_sub(1)?], all[at]);
    let is_fit = is_own(run, now.code) && is_own(run, before.code) && lines.is_readable(now.line) && lines.is_readable(before.line);
    if !is_fit {
        return None;
    }
    let is_generator = |id: CodeId| code(run, id).flags & GENERATOR != 0;
    match subject {
        "call" if now.cause == Cause::Call && now.depth == before.depth + 1 => {
            let first = visits.below(at - 1, before.depth)?;
            (first + 1 == at).then(|| Turn { at, shown: vec![before] })
        }
        "return" | "yield" => {
            let cause = if subject == "return" { Cause::Return } else { Cause::Yield };
            let first = visits.below(at - 1, now.depth)?;
            let is_back =
                now.cause == cause && before.depth == now.depth + 1 && all[first].frame == now.frame && all[first].line == now.line;
            let is_kind = subject == "return" || is_generator(before.code);
            (is_back && is_kind && at - first <= MOST_ROWS).then(|| Turn { at, shown: all[first..at].to_vec() })
        }
        "exception" if now.cause == Cause::Exception && before.depth >= now.depth && before.depth - now.depth < 6 => {
            // As a traceback has it: the frames that are open, each with the line it is on.
            let mut open = Vec::new();
            let mut from = at - 1;
            for depth in (now.depth..=before.depth).rev() {
                from = visits.below(from, depth)?;
                open.push(all[from]);
            }
            open.reverse();
            let is_handler = open[0].frame == now.frame && open[0].line != now.line;
            is_handler.then_some(Turn { at, shown: open })
        }
        _ => None,
    }
}

fn goes_on(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let visits = Visits::of(run)?;
    let cause = match subject {
        "call" => Cause::Call,
        "return" => Cause::Return,
        "yield" => Cause::Yield,
        _ => Cause::Exception,
    };
    // Each way once, however often it was gone.
    let mut seen = std::collections::BTreeSet::new();
    let all = &visits.all;
    let mut places: Vec<usize> = (1..all.len())
        .filter(|&at| all[at].cause == cause && seen.insert((all[at - 1].code, all[at - 1].line, all[at].code, all[at].line)))
        .collect();
    chance.shuffle(&mut places);
    let turn = places.into_iter().find_map(|at| turn(subject, run, &lines, &visits, at))?;
    let (before, now) = (all[turn.at - 1], all[turn.at]);
    let (from, to) = (code(run, before.code), code(run, now.code));
    let mut others: Vec<u32> = Vec::new();
    match subject {
        "call" => {
            others.extend([to.first_line, before.line]);
            others.extend(near(from, before.line, &lines).filter(|&line| line > before.line).take(1));
            others.extend(near(to, now.line, &lines).take(2));
        }
        "exception" => {
            others.extend(
                turn.shown
                    .iter()
                    .rev()
                    .flat_map(|visit| near(code(run, visit.code), visit.line, &lines).filter(|&line| line > visit.line).take(2)),
            );
            others.extend(near(to, now.line, &lines).take(2));
        }
        _ => {
            others.extend(near(to, now.line, &lines).filter(|&line| line > now.line).take(1));
            others.extend([from.first_line]);
            others.extend(near(from, before.line, &lines).take(2));
            others.extend(near(to, now.line, &lines).take(1));
        }
    }
    let answer = line_choice(now.line, others, &lines, chance)?;
    let (name, to_name) = (place(from), place(to));
    let line = before.line;
    let ask = match subject {
        "call" => format!("Line {line} calls {to_name}. Which line runs next?"),
        "return" => format!("These lines ran one after the other, and now {name} returns. On which line does execution go on?"),
        "yield" => format!("These lines ran one after the other, and now {name} yields. On which line does execution go on?"),
        _ => format!("These frames are open, the newest last, and line {line} raises an exception. Which line runs next?"),
    };
    let why = match subject {
        "call" => format!("A new frame is made for {to_name}, and its body begins with line {}.", now.line),
        "return" => format!("The frame of {name} goes; {to_name} is still in the middle of line {}, which called it.", now.line),
        "yield" => format!("The frame of {name} is put aside; {to_name} asked it for a value on line {} and goes on there.", now.line),
        _ if before.frame == now.frame => {
            format!("Line {} stands in a try or with of the same frame: its handler begins on line {}.", line, now.line)
        }
        _ => format!(
            "{} had no handler and {} left; the first handler found is in {to_name}, and begins on line {}.",
            counted(u64::from(before.depth - now.depth), "frame"),
            if before.depth - now.depth == 1 { "was" } else { "were" },
            now.line
        ),
    };
    let mut told = turn.shown.clone();
    told.push(now);
    let mut evidence = Evidence::new(why, rows(run, &lines, &told));
    evidence.explain = explained(match subject {
        "exception" => "@exception",
        "yield" => "@generator",
        _ => "@frame",
    });
    let mut basis = code_basis(run, from);
    basis.extend([("line", line.to_string()), ("step", now.step.to_string())]);
    Some(Draft { ask, shown: rows(run, &lines, &turn.shown), heard: Vec::new(), answer, evidence, basis })
}

/// Lines of the function that are not right, the nearest first.
fn inside(code: &Code, at: u32, right: u32, lines: &Lines, chance: &mut fastrand::Rng) -> Option<Answer> {
    let mut others: Vec<u32> = near(code, at, lines).take(3).collect();
    others.push(code.first_line);
    line_choice(right, others, lines, chance)
}

fn resumed(ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let visits = Visits::of(run)?;
    let mut fit: Vec<(CodeId, u32, u32)> = visits.resumed.sure().filter(|(id, ..)| is_own(run, *id)).collect();
    chance.shuffle(&mut fit);
    fit.into_iter().find_map(|(id, offset, line)| {
        let code = code(run, id);
        let (first, last) = extent(code).filter(|_| code.flags & GENERATOR != 0)?;
        let at = code.at(offset)?.span.line.filter(|&at| lines.is_readable(at) && lines.is_readable(line))?;
        let answer = inside(code, at, line, &lines, chance)?;
        let mut evidence = Evidence::new(
            format!("A resumed frame goes on behind its yield: the rest of line {at}, and then line {line}. So it went whenever it was resumed there."),
            [at, line].map(|line| lines.numbered(line)).to_vec(),
        );
        evidence.explain = explained("@generator");
        let mut basis = code_basis(run, code);
        basis.extend([("offset", offset.to_string()), ("line", at.to_string())]);
        let name = place(code);
        Some(Draft {
            ask: format!("{name} is suspended at the yield on line {at}. It is resumed and ends that line: which one runs next?"),
            shown: lines.excerpt(first, last),
            heard: Vec::new(),
            answer,
            evidence,
            basis,
        })
    })
}

fn exhausted(ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let visits = Visits::of(run)?;
    let mut fit: Vec<(CodeId, u32, u32)> = visits.exhausted.sure().filter(|(id, ..)| is_own(run, *id)).collect();
    chance.shuffle(&mut fit);
    fit.into_iter().find_map(|(id, offset, line)| {
        let code = code(run, id);
        let (first, last) = extent(code)?;
        let at = code.at(offset)?.span.line.filter(|&at| lines.bare(at).starts_with("for ") && lines.is_readable(line))?;
        let answer = inside(code, at, line, &lines, chance)?;
        let mut evidence = Evidence::new(
            format!("FOR_ITER finds its iterator exhausted and jumps behind the loop: line {line} is what comes there."),
            [at, line].map(|line| lines.numbered(line)).to_vec(),
        );
        evidence.explain = explained("FOR_ITER");
        let mut basis = code_basis(run, code);
        basis.extend([("offset", offset.to_string()), ("line", at.to_string())]);
        Some(Draft {
            ask: format!("The loop on line {at} finds no more values. Which line runs next?"),
            shown: lines.excerpt(first, last),
            heard: Vec::new(),
            answer,
            evidence,
            basis,
        })
    })
}

/// Fewer frames at once are no recursion to speak of.
const LEAST_DEPTH: u32 = 3;

fn deepest(ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let visits = Visits::of(run)?;
    let fit: Vec<(CodeId, u32)> =
        visits.deepest.iter().map(|(&id, &depth)| (id, depth)).filter(|(id, depth)| is_own(run, *id) && *depth >= LEAST_DEPTH).collect();
    let (id, depth) = chance.choice(fit.into_iter().filter(|(id, _)| extent(code(run, *id)).is_some()).collect::<Vec<_>>())?;
    let code = code(run, id);
    let (first, last) = extent(code)?;
    // Who calls it from elsewhere.
    let mut callers: Vec<u32> = Vec::new();
    for pair in visits.all.windows(2) {
        if pair[1].code == id && pair[1].cause == Cause::Call && pair[0].code != id && !callers.contains(&pair[0].line) && callers.len() < 4
        {
            callers.push(pair[0].line);
        }
    }
    let calls = visits.called.get(&id).copied().unwrap_or(0);
    let others = [depth - 1, depth + 1, depth * 2, calls, depth / 2].into_iter().filter(|&other| other > 1).map(|other| other.to_string());
    let answer = choice(depth.to_string(), others, 4, chance)?;
    let mut shown = lines.excerpt(first, last);
    shown.extend(
        callers.iter().filter(|&&line| lines.is_readable(line) && !(first..=last).contains(&line)).map(|&line| lines.numbered(line)),
    );
    let name = place(code);
    let mut evidence = Evidence::new(
        format!(
            "It was called {} in all, and {} of it were open at once at most: a frame goes when it returns.",
            times(calls.into()),
            counted(depth.into(), "frame")
        ),
        Vec::new(),
    );
    evidence.explain = explained("@frame");
    let basis = code_basis(run, code);
    Some(Draft {
        ask: format!("How many frames of {name} were open at once, at most, in this run?"),
        shown,
        heard: Vec::new(),
        answer,
        evidence,
        basis,
    })
}
