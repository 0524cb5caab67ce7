//! Where a line leaves Python for C. Measured: each call of a function in C was told by the interpreter.

use std::collections::{BTreeMap, BTreeSet};

use super::super::maker::{Draft, Maker, Sense, choice};
use super::super::{Answer, Evidence, Goal, Ground, Need, Run};
use super::passage::{Ran, explained, passages};
use super::text::{Lines, times};
use crate::atlas;
use crate::trace::{CodeId, Entry, Family, MarkKind, NameId};

pub(super) const FUNCTION: Maker = Maker {
    name: "c-function",
    sense: Sense::Eye,
    goal: |_| Goal::CorePackages,
    subjects: || ["method", "order", "most"].map(str::to_owned).into(),
    need: |subject| {
        if subject == "order" { Need::Any(&["comprehensions", "tasks"]) } else { Need::Any(&["strings", "pipeline", "recursion"]) }
    },
    make: |subject, ground, chance| match subject {
        "method" => method(ground, chance),
        "order" => order(ground, chance),
        _ => most(ground, chance),
    },
};

pub(super) const LEAVES: Maker = Maker {
    name: "leaves-python",
    sense: Sense::Eye,
    goal: |_| Goal::CorePackages,
    subjects: || vec!["line".to_owned()],
    need: |_| Need::Any(&["strings", "recursion", "sort_merge"]),
    make: |_, ground, chance| leaves(ground, chance),
};

/// What a line called, over the whole run.
#[derive(Debug, Clone, Default)]
struct Called {
    /// Functions in C, by the instruction that called them.
    in_c: BTreeMap<(CodeId, u32), BTreeMap<NameId, u32>>,
    /// Instructions that call, each time that one ran.
    calls: u32,
    /// Those that led into a function of the program at once.
    into_python: u32,
}

impl Called {
    fn names(&self) -> BTreeSet<NameId> {
        self.in_c.values().flat_map(BTreeMap::keys).copied().collect()
    }
}

fn called(run: &Run, text: &Lines) -> BTreeMap<u32, Called> {
    let mut lines: BTreeMap<u32, Called> = BTreeMap::new();
    let mut is_new = BTreeSet::new();
    // Of each thread, its instruction that runs; and whether nothing has come of it yet.
    let mut running: BTreeMap<u16, (CodeId, u32, u32, bool)> = BTreeMap::new();
    for entry in &run.trace.entries {
        match entry {
            Entry::Step(step) => {
                let code = &run.trace.codes[step.code.index()];
                let unit = code.unit(step.offset);
                let line = unit.line;
                if line == 0 || code.file != run.program.name {
                    running.remove(&step.thread);
                    continue;
                }
                let opcode = if unit.family == Family::Call { code.at(step.offset).map_or("", |i| &*i.opcode) } else { "" };
                let is_call = opcode.starts_with("CALL") && !opcode.starts_with("CALL_INTRINSIC");
                if is_call || is_new.insert(line) {
                    lines.entry(line).or_default().calls += u32::from(is_call);
                }
                running.insert(step.thread, (step.code, step.offset, line, is_call));
            }
            Entry::Mark(mark) => {
                let Some((code, offset, line, is_fresh)) = running.get_mut(&mark.thread) else { continue };
                let called = lines.entry(*line).or_default();
                match &mark.kind {
                    MarkKind::CalledC(name) => *called.in_c.entry((*code, *offset)).or_default().entry(*name).or_default() += 1,
                    // By the name that the line calls: making an object goes through C before its `__init__`, and not
                    // every function in C that calls back is told.
                    MarkKind::Called(id) if *is_fresh => {
                        let is_named = text.bare(*line).contains(&format!("{}(", run.trace.codes[id.index()].name));
                        called.into_python += u32::from(is_named);
                    }
                    _ => {}
                }
                *is_fresh = false;
            }
        }
    }
    lines
}

fn name(run: &Run, id: NameId) -> &str {
    run.trace.names.get(id.index()).map_or("?", |name| name)
}

/// How often each function in C was called.
fn totals(run: &Run, lines: &BTreeMap<u32, Called>) -> BTreeMap<String, u64> {
    let mut totals = BTreeMap::new();
    for (id, &count) in lines.values().flat_map(|called| called.in_c.values()).flatten() {
        *totals.entry(name(run, *id).to_owned()).or_default() += u64::from(count);
    }
    totals
}

/// What tells a function in C where it is not known by its name.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.len() <= 40 && !name.contains('<') && name != "?"
}

fn method(ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let text = Lines::of(&run.program);
    let lines = called(run, &text);
    let totals = totals(run, &lines);
    let mut fit: Vec<(u32, &str)> = Vec::new();
    for (&line, called) in &lines {
        if let [id] = called.names().into_iter().collect::<Vec<_>>()[..]
            && let right = name(run, id)
            && let Some((_, last)) = right.rsplit_once('.')
            && text.is_readable(line)
            && is_plain(right)
            && words(text.bare(line)).any(|word| word == last)
        {
            fit.push((line, right));
        }
    }
    let (line, right) = chance.choice(fit)?;
    let (_, last) = right.rsplit_once('.')?;
    // Of the same name but of others, and what else this program calls that the line does not speak of.
    let mut others: Vec<&str> = atlas::functions().filter(|other| other.rsplit_once('.').is_some_and(|(_, end)| end == last)).collect();
    chance.shuffle(&mut others);
    others.truncate(3);
    let spoken: BTreeSet<&str> = words(text.bare(line)).collect();
    let is_elsewhere = |other: &&str| is_plain(other) && other.rsplit('.').next().is_some_and(|end| !spoken.contains(end));
    let mut elsewhere: Vec<&str> = totals.keys().map(String::as_str).filter(is_elsewhere).collect();
    chance.shuffle(&mut elsewhere);
    others.extend(elsewhere);
    others.retain(|other| !is_same(other, right));
    others.truncate(3);
    let answer = choice(right.to_owned(), others.into_iter().map(str::to_owned), 4, chance)?;
    let count: u32 = lines[&line].in_c.values().flat_map(BTreeMap::values).sum();
    let mut evidence = Evidence::new(format!("Line {line} called {right} {} in this run.", times(count.into())), vec![text.numbered(line)]);
    evidence.explain = explained(right);
    let basis = vec![("program", run.program.name.clone()), ("line", line.to_string())];
    Some(Draft {
        ask: "Which function in C did this line call?".to_owned(),
        shown: vec![text.numbered(line)],
        heard: Vec::new(),
        answer,
        evidence,
        basis,
    })
}

/// Whether two names may be of one function: one with its module and one without.
fn is_same(one: &str, other: &str) -> bool {
    one == other || one.ends_with(&format!(".{other}")) || other.ends_with(&format!(".{one}"))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

fn order(ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let text = Lines::of(&run.program);
    let lines = called(run, &text);
    let mut fit: Vec<(u32, Vec<&str>)> = Vec::new();
    for passage in passages(run, &Ran::of(run), &text) {
        let Some(called) =
            lines.get(&passage.line).filter(|_| passage.is_straight && passage.instructions().iter().all(|i| i.target.is_none()))
        else {
            continue;
        };
        // In a line that goes straight, in the order of the instructions.
        let sure = called.in_c.values().all(|names| names.len() == 1);
        let mut names: Vec<&str> = Vec::new();
        for id in called.in_c.values().flat_map(BTreeMap::keys) {
            names.push(name(run, *id));
        }
        let differ = names.iter().collect::<BTreeSet<_>>().len() == names.len();
        if sure && differ && (2..=4).contains(&names.len()) && names.iter().all(|name| is_plain(name)) {
            fit.push((passage.line, names));
        }
    }
    let (line, names) = chance.choice(fit)?;
    let (right, others) = names.split_first()?;
    let answer = choice((*right).to_owned(), others.iter().map(|&other| other.to_owned()), 4, chance)?;
    let mut evidence = Evidence::new(
        format!("What is an argument is worked out before the call it is for: {}.", names.join(", then ")),
        vec![text.numbered(line)],
    );
    evidence.explain = explained(right);
    let basis = vec![("program", run.program.name.clone()), ("line", line.to_string())];
    Some(Draft {
        ask: "Which of these functions in C does this line call first?".to_owned(),
        shown: vec![text.numbered(line)],
        heard: Vec::new(),
        answer,
        evidence,
        basis,
    })
}

/// What was called less is at most so many hundredths of what was called most: nearer, and it would be a guess.
const CLEARLY_LESS: u64 = 60;

fn most(ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let totals = totals(run, &called(run, &Lines::of(&run.program)));
    let mut ranked: Vec<(&String, u64)> = totals.iter().filter(|(name, _)| is_plain(name)).map(|(name, &count)| (name, count)).collect();
    ranked.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    let fit: Vec<usize> = (0..ranked.len().min(3)).filter(|&index| ranked[index].1 > 2).collect();
    let (right, count) = ranked[chance.choice(fit)?];
    let less: Vec<String> =
        ranked.iter().filter(|(_, other)| other * 100 <= count * CLEARLY_LESS).take(4).map(|(name, _)| (*name).clone()).collect();
    let answer = choice(right.clone(), less, 4, chance)?;
    let Answer::Choice { choices, .. } = &answer else { return None };
    let mut rows: Vec<(u64, &String)> = choices.iter().map(|name| (totals[name], name)).collect();
    rows.sort_by(|a, b| b.cmp(a));
    let mut evidence = Evidence::new(
        format!("The program's own lines called {right} {}.", times(count)),
        rows.iter().map(|(count, name)| format!("{count:>7}  {name}")).collect(),
    );
    evidence.explain = explained(right);
    let program = &run.program.name;
    let basis = vec![("program", program.clone())];
    Some(Draft {
        ask: format!("Which of these functions in C did the lines of {program} call most often?"),
        shown: Vec::new(),
        heard: Vec::new(),
        answer,
        evidence,
        basis,
    })
}

/// What these lines do goes through C in ways that are no call to be told.
const OTHER_WAYS: &[&str] =
    &["import ", "from ", "with ", "class ", "def ", "@", "for ", "async ", "del ", "raise", "except", "yield", "await "];

fn leaves(ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let text = Lines::of(&run.program);
    let lines = called(run, &text);
    let is_told = |line: u32| text.is_readable(line) && !OTHER_WAYS.iter().any(|way| text.bare(line).starts_with(way));
    let fit: Vec<(u32, &Called)> = lines
        .iter()
        .filter(|(line, called)| is_told(**line) && called.into_python == 0 && !called.in_c.is_empty())
        .map(|(&l, c)| (l, c))
        .collect();
    let (right, called) = chance.choice(fit)?;
    let stays = |(line, called): &(&u32, &Called)| is_told(**line) && called.in_c.is_empty() && called.calls == called.into_python;
    let mut others: Vec<(&u32, &Called)> = lines.iter().filter(stays).collect();
    chance.shuffle(&mut others);
    // Calls that stay in Python are the ones to be told from it.
    others.sort_by_key(|(_, called)| called.calls == 0);
    let answer = choice(text.choice(right), others.iter().take(4).map(|(line, _)| text.choice(**line)), 4, chance)?;
    let names: Vec<&str> = called.names().into_iter().map(|id| name(run, id)).collect();
    let count: u32 = called.in_c.values().flat_map(BTreeMap::values).sum();
    let mut evidence = Evidence::new(
        format!(
            "It called {}, {} in this run; the other lines call functions written in Python or none.",
            names.join(", "),
            times(count.into())
        ),
        vec![text.numbered(right)],
    );
    evidence.explain = names.first().and_then(|name| explained(name)).or_else(|| explained("@call"));
    let basis = vec![("program", run.program.name.clone()), ("line", right.to_string())];
    Some(Draft {
        ask: "Which of these lines calls a function that is written in C?".to_owned(),
        shown: Vec::new(),
        heard: Vec::new(),
        answer,
        evidence,
        basis,
    })
}
