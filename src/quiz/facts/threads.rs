//! Questions on what runs and what waits: who holds the GIL, why it was handed over, where a generator is suspended.

use std::collections::{BTreeMap, BTreeSet};

use super::trail::{self, Here};
use super::{sample, sheet};
use crate::quiz::maker::{Draft, Maker, Sense, choice};
use crate::quiz::{Evidence, Goal, Ground, Need, Run};
use crate::trace::{Code, Entry, Handover, MarkKind};

pub const GIL: Maker = Maker {
    name: "gil",
    sense: Sense::Knowledge,
    goal: |_| Goal::Execution,
    subjects: || sample(&["holder", "why"]),
    need: |_| Need::Any(&["threads"]),
    make: gil,
};

pub const SUSPENDED: Maker = Maker {
    name: "suspended",
    sense: Sense::Knowledge,
    goal: |_| Goal::Execution,
    subjects: || sample(&["line"]),
    need: |_| Need::Any(&["pipeline", "tasks", "exceptions"]),
    make: suspended,
};

fn thread(number: u16) -> String {
    if number == 0 { "the main thread".to_owned() } else { format!("thread {number}") }
}

/// What is told of the threads, in its order.
#[derive(Clone, Copy)]
enum Happening<'a> {
    /// As the thread left the line; and the place of that step among the entries.
    Line(Here<'a>, usize),
    Started(u16),
    Ended(u16),
    HandedOver {
        to: u16,
        cause: Handover,
    },
}

fn happenings(run: &Run) -> Vec<Happening<'_>> {
    let mut happenings: Vec<Happening<'_>> = Vec::new();
    for (number, entry) in run.trace.entries.iter().enumerate() {
        match entry {
            Entry::Step(step) => {
                let Some(here) = trail::here(run, *step) else { continue };
                match happenings.last_mut() {
                    Some(Happening::Line(last, at)) if last.line == here.line && last.step.thread == step.thread => {
                        (*last, *at) = (here, number)
                    }
                    _ => happenings.push(Happening::Line(here, number)),
                }
            }
            Entry::Mark(mark) => match mark.kind {
                MarkKind::ThreadStarted { thread } => happenings.push(Happening::Started(thread)),
                MarkKind::ThreadEnded => happenings.push(Happening::Ended(mark.thread)),
                MarkKind::HandedOver { cause } => happenings.push(Happening::HandedOver { to: mark.thread, cause }),
                _ => {}
            },
        }
    }
    happenings
}

fn gil(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first().filter(|run| run.is_cpython)?;
    let happenings = happenings(run);
    if subject == "why" { why(run, &happenings, chance) } else { holder(run, &happenings, chance) }
}

fn shown(run: &Run, happening: &Happening<'_>, sign: char) -> String {
    match happening {
        Happening::Line(here, _) => {
            format!("{sign}{:>5}  {}", here.line, sheet::clipped(run.program.line(here.line).unwrap_or_default().trim_end()))
        }
        Happening::Started(number) => format!("        -- {} is started", thread(*number)),
        Happening::Ended(number) => format!("        -- {} has ended", thread(*number)),
        Happening::HandedOver { to, .. } => format!("        -- the GIL goes to {}", thread(*to)),
    }
}

fn is_line(happening: &Happening<'_>) -> bool {
    matches!(happening, Happening::Line(..))
}

fn holder(run: &Run, happenings: &[Happening<'_>], chance: &mut fastrand::Rng) -> Option<Draft> {
    // So many lines before the GIL is handed over, with what else happens there, and so many behind.
    const BEFORE: usize = 9;
    const BEHIND: usize = 3;
    let places: Vec<usize> = (1..happenings.len())
        .filter(|&at| matches!(happenings[at], Happening::HandedOver { .. }) && at >= 4 && is_line(&happenings[at - 1]))
        .filter(|&at| happenings.get(at + 1).is_some_and(is_line))
        .collect();
    // Where something else happens just before, there is more to read.
    let rich = |&at: &usize| happenings[at.saturating_sub(BEFORE)..at].iter().any(|happening| !is_line(happening));
    let richer: Vec<usize> = places.iter().copied().filter(rich).collect();
    let &at = chance.choice(if richer.is_empty() { &places } else { &richer })?;
    let first = at.saturating_sub(BEFORE);
    let behind = happenings[at + 1..].iter().take(BEHIND).take_while(|happening| is_line(happening)).count();
    let marked = at + chance.usize(1..=behind);
    let Happening::Line(here, entry) = happenings[marked] else { return None };
    let holder = here.step.thread;
    let lines = (first..=at + behind).map(|other| shown(run, &happenings[other], if other == marked { '>' } else { ' ' })).collect();
    let mut threads: BTreeSet<u16> = happenings[first..=at + behind]
        .iter()
        .flat_map(|happening| match happening {
            Happening::Line(here, _) => vec![here.step.thread],
            Happening::Started(number) | Happening::Ended(number) => vec![*number],
            Happening::HandedOver { to, .. } => vec![*to],
        })
        .collect();
    threads.remove(&holder);
    let others = threads.into_iter().map(thread).chain(["all of them at once".to_owned()]);
    let mut evidence = Evidence::new(
        format!(
            "It went to {} before line {} ran, and until it is handed on nobody else runs bytecode. A thread that is started has it only when its turn comes.",
            thread(holder),
            here.line
        ),
        Vec::new(),
    );
    evidence.explain = Some("@gil".to_owned());
    Some(Draft {
        ask: format!("These lines ran one after the other. Who holds the GIL while line {} (>) runs?", here.line),
        shown: lines,
        heard: Vec::new(),
        answer: choice(thread(holder), others, 4, chance)?,
        evidence,
        basis: vec![("line", here.line.to_string()), ("thread", holder.to_string()), ("entry", entry.to_string())],
    })
}

fn reason(cause: Handover) -> &'static str {
    match cause {
        Handover::Interval => "its switch interval was over, and another thread had asked for the GIL",
        Handover::Call => "it was in a call that waits, and C code let go of the GIL",
        Handover::End => "it had come to its end",
    }
}

fn why(run: &Run, happenings: &[Happening<'_>], chance: &mut fastrand::Rng) -> Option<Draft> {
    let all: Vec<(usize, u16, Handover)> = happenings
        .iter()
        .enumerate()
        .filter_map(|(at, happening)| match happening {
            Happening::HandedOver { to, cause } => Some((at, *to, *cause)),
            _ => None,
        })
        .collect();
    let giver = |at: usize| {
        happenings[..at]
            .iter()
            .rev()
            .find_map(|happening| if let Happening::Line(here, entry) = happening { Some((*here, *entry)) } else { None })
    };
    // Each reason that there is as likely as another.
    let causes = [Handover::Interval, Handover::Call, Handover::End];
    let causes: Vec<Handover> = causes.into_iter().filter(|cause| all.iter().any(|(_, _, other)| other == cause)).collect();
    let cause = *chance.choice(&causes)?;
    let fitting: Vec<_> =
        all.iter().filter(|(at, to, other)| *other == cause && giver(*at).is_some_and(|(here, _)| here.step.thread != *to)).collect();
    let &&(at, to, _) = chance.choice(&fitting)?;
    let (here, entry) = giver(at)?;
    // Its own last lines, whoever ran in between.
    let own: Vec<&Happening<'_>> = happenings[..at]
        .iter()
        .rev()
        .filter(|happening| matches!(happening, Happening::Line(other, _) if other.step.thread == here.step.thread))
        .take(5)
        .collect();
    let mut lines: Vec<String> = own.into_iter().rev().map(|happening| shown(run, happening, ' ')).collect();
    lines.push(format!("        -- the GIL goes to {}", thread(to)));
    let others = [Handover::Interval, Handover::Call, Handover::End].map(|other| reason(other).to_owned());
    let name = thread(here.step.thread);
    let mut evidence = Evidence::new(
        format!("The last instruction of {name} before that was {}: {}.", here.instruction.opcode, reason(cause)),
        Vec::new(),
    );
    evidence.explain = Some("@gil".to_owned());
    evidence.inferred = (cause != Handover::End).then(|| "the reason: told by the instruction that the thread ran last".to_owned());
    Some(Draft {
        ask: format!("These are the last lines that {name} ran before the GIL went to another. Why did it go?"),
        shown: lines,
        heard: Vec::new(),
        answer: choice(reason(cause).to_owned(), others, 3, chance)?,
        evidence,
        basis: vec![
            ("from", here.step.thread.to_string()),
            ("to", to.to_string()),
            ("opcode", here.instruction.opcode.to_string()),
            ("entry", entry.to_string()),
        ],
    })
}

/// `CO_GENERATOR`, `CO_COROUTINE`, `CO_ASYNC_GENERATOR` of `co_flags`.
const SUSPENDING: [(u32, &str); 3] = [(0x20, "generator"), (0x80, "coroutine"), (0x200, "asynchronous generator")];

/// A frame that suspended itself, and the line of the program that ran next.
struct Suspension<'a> {
    code: &'a Code,
    word: &'static str,
    line: u32,
    next: Here<'a>,
    entry: usize,
}

fn suspensions(run: &Run) -> Vec<Suspension<'_>> {
    let mut found = Vec::new();
    // By thread: what suspended itself last, with nothing of the program since.
    let mut open: BTreeMap<u16, Option<(usize, Here<'_>)>> = BTreeMap::new();
    for (index, mark, here) in trail::marks(run) {
        if let (MarkKind::Yielded(code), Some(here)) = (&mark.kind, here)
            && here.step.code == *code
        {
            open.insert(mark.thread, Some((index, here)));
        }
        let Some(Some((at, from))) = open.get(&mark.thread).copied() else { continue };
        // Only what directly follows: then it is the one that was asked.
        let next = run.trace.entries.get(at + 1).and_then(|entry| match entry {
            Entry::Step(step) if step.thread == mark.thread => trail::here(run, *step),
            _ => None,
        });
        let word = SUSPENDING.iter().find(|(flag, _)| from.code.flags & flag != 0).map(|(_, word)| *word);
        if let (Some(next), Some(word)) = (next.filter(|next| next.step.code != from.step.code), word) {
            found.push(Suspension { code: from.code, word, line: from.line, next, entry: at });
        }
        open.insert(mark.thread, None);
    }
    found
}

fn suspended(_: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first().filter(|run| run.is_cpython)?;
    let all = suspensions(run);
    // Lines on which it suspends itself somewhere: where there are several, it is not to be seen at once which.
    let of_code = |code: &Code| all.iter().filter(|other| other.code.id == code.id).map(|other| other.line).collect::<BTreeSet<_>>().len();
    let several: Vec<&Suspension<'_>> = all.iter().filter(|found| of_code(found.code) > 1).collect();
    let any: Vec<&Suspension<'_>> = all.iter().collect();
    let pool = if several.is_empty() { &any } else { &several };
    let codes: BTreeSet<_> = pool.iter().map(|found| found.code.id).collect();
    let codes: Vec<_> = codes.into_iter().collect();
    let code = *chance.choice(&codes)?;
    let pool: Vec<_> = pool.iter().filter(|found| found.code.id == code).collect();
    let Suspension { code, word, line, next, entry } = chance.choice(&pool)?;
    let spans = code.instructions().iter().filter_map(|instruction| instruction.span.line).filter(|&line| line > code.first_line);
    let body: BTreeSet<u32> = spans.collect();
    let last = *body.last()?;
    // It ends with the line that runs, if that is elsewhere.
    let numbers: BTreeSet<u32> = (code.first_line..=last.min(code.first_line + 15)).chain([next.line, *line]).collect();
    let others: Vec<u32> = body.iter().copied().filter(|other| other != line && run.line(*other) != run.line(*line)).collect();
    let mut evidence = Evidence::new(
        format!("It suspended itself on line {line}: its frame waits there, with its locals and its value stack, until it is asked again."),
        sheet::listing(run, [*line], &[*line]),
    );
    evidence.explain = Some("@generator".to_owned());
    let answer = choice(sheet::line(run, *line), others.into_iter().map(|other| sheet::line(run, other)), 4, chance)?;
    Some(Draft {
        ask: format!(
            "The {word} {} has just handed something over, and line {} (>) runs. On which line does the {word} wait?",
            code.qualname, next.line
        ),
        shown: sheet::listing(run, numbers, &[next.line]),
        heard: Vec::new(),
        answer,
        evidence,
        basis: vec![
            ("line", line.to_string()),
            ("code", code.qualname.clone()),
            ("next", next.line.to_string()),
            ("entry", entry.to_string()),
        ],
    })
}
