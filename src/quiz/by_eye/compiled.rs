//! From a line to its bytecode and back: which line it was, what it becomes, what is missing in a listing.

use std::collections::BTreeSet;

use super::super::maker::{Draft, Maker, Sense, choice};
use super::super::{Answer, Evidence, Goal, Ground, Need, Run};
use super::passage::{Passage, Ran, explained, passages};
use super::text::{BLANK, Blank, Lines, WIDEST, first_sentence, listing, place};
use crate::trace::{Family, Instruction};

pub(super) const LINE_OF: Maker =
    Maker { name: "line-of", sense: Sense::Eye, goal: |_| Goal::Execution, subjects: of_lines, need, make: line_of };

pub(super) const COMPILES_TO: Maker =
    Maker { name: "compiles-to", sense: Sense::Eye, goal: |_| Goal::Execution, subjects: of_lines, need, make: compiles_to };

pub(super) const MISSING: Maker = Maker {
    name: "missing-opcode",
    sense: Sense::Eye,
    goal: |_| Goal::Execution,
    subjects: || ["load", "store", "scope", "test", "call", "build", "subscr"].map(str::to_owned).into(),
    need,
    make: missing,
};

pub(super) const OPERAND: Maker = Maker {
    name: "operand",
    sense: Sense::Eye,
    goal: |_| Goal::Execution,
    subjects: || KINDS.map(str::to_owned).into(),
    need,
    make: operand,
};

fn of_lines() -> Vec<String> {
    ["arith", "test", "call", "build", "attr", "subscr"].map(str::to_owned).into()
}

fn need(subject: &str) -> Need {
    match subject {
        "attr" | "attribute" => Need::Any(&["attributes", "matrix", "sort_merge"]),
        "subscr" => Need::Any(&["sort_merge", "matrix", "primes"]),
        "build" => Need::Any(&["loops", "matrix", "closures"]),
        "test" => Need::Any(&["recursion", "loops", "primes"]),
        _ => Need::Any(&["recursion", "loops", "strings"]),
    }
}

/// A wrong answer is drawn from so many that are most like the right one.
const LIKENESSES: usize = 4;

/// Who compiled it: other versions write other opcodes.
fn compiler(run: &Run) -> &str {
    &run.interpreter
}

/// A passage of the family, and all others.
fn drawn<'a>(all: &[Passage<'a>], family: Family, chance: &mut fastrand::Rng) -> Option<Passage<'a>> {
    let fit: Vec<&Passage> = all.iter().filter(|passage| passage.has(family)).collect();
    chance.choice(fit).cloned()
}

/// The others, those first that have most in common with a passage; none that is the same.
fn alike<'a, 'b>(passage: &Passage, all: &'b [Passage<'a>]) -> Vec<&'b Passage<'a>> {
    let words: BTreeSet<&str> = passage.content().iter().flat_map(|(opcode, meaning)| [*opcode, *meaning]).collect();
    let common = |other: &Passage| {
        let others: BTreeSet<&str> = other.content().iter().flat_map(|(opcode, meaning)| [*opcode, *meaning]).collect();
        let shared = words.intersection(&others).count();
        // In thousandths of all that either has.
        1000 * shared / (words.len() + others.len() - shared).max(1)
    };
    let mut others: Vec<&Passage> = all.iter().filter(|other| other.content() != passage.content()).collect();
    others.sort_by_cached_key(|other| (std::cmp::Reverse(common(other)), other.line));
    others
}

/// How much two sequences of opcodes have in common, in thousandths of both.
fn in_common(one: &[&str], other: &[&str]) -> usize {
    let mut left = other.to_vec();
    let mut shared = 0;
    for opcode in one {
        if let Some(place) = left.iter().position(|other| other == opcode) {
            left.swap_remove(place);
            shared += 1;
        }
    }
    2000 * shared / (one.len() + other.len()).max(1)
}

/// The listing with its line above it.
fn titled(passage: &Passage, lines: &Lines, marked: Option<u32>, blank: Blank) -> Vec<String> {
    let mut shown = vec![lines.numbered(passage.line)];
    shown.extend(listing(passage.instructions(), marked, blank));
    shown
}

fn line_of(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let all = passages(run, &Ran::of(run), &lines);
    let right = drawn(&all, Family::named(subject)?, chance)?;
    let others = alike(&right, &all).into_iter().filter(|other| lines.bare(other.line) != lines.bare(right.line));
    let others: Vec<String> = others.take(LIKENESSES).map(|other| lines.choice(other.line)).collect();
    let answer = choice(lines.choice(right.line), others, 4, chance)?;
    let mut evidence = Evidence::new(
        format!(
            "It is line {} of {}: {} compiled it to these {} instructions.",
            right.line,
            place(right.code),
            compiler(run),
            right.opcodes().len()
        ),
        titled(&right, &lines, None, Blank::Nothing),
    );
    evidence.explain = explained(subject);
    let mut basis = right.basis(run);
    basis.push(("offset", right.instructions()[0].offset.to_string()));
    basis.push(("listing", content_text(&right)));
    Some(Draft {
        ask: "Which line of the program was compiled to these instructions?".to_owned(),
        shown: listing(right.instructions(), None, Blank::Nothing),
        heard: Vec::new(),
        answer,
        evidence,
        basis,
    })
}

fn content_text(passage: &Passage) -> String {
    passage.instructions().iter().map(|i| format!("{} {} {}", i.offset, i.opcode, i.meaning)).collect::<Vec<_>>().join("\n")
}

fn compiles_to(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let text = |passage: &Passage| passage.opcodes().join(", ");
    let mut all = passages(run, &Ran::of(run), &lines);
    all.retain(|passage| text(passage).len() <= WIDEST);
    let right = drawn(&all, Family::named(subject)?, chance)?;
    let mut others: Vec<&Passage> = alike(&right, &all);
    others.sort_by_cached_key(|other| std::cmp::Reverse(in_common(&right.opcodes(), &other.opcodes())));
    let mut texts: Vec<String> = Vec::new();
    for other in others.into_iter().map(text).filter(|other| *other != text(&right)) {
        if !texts.contains(&other) && texts.len() < LIKENESSES {
            texts.push(other);
        }
    }
    let answer = choice(text(&right), texts, 4, chance)?;
    let mut evidence =
        Evidence::new(format!("So {} compiled line {}.", compiler(run), right.line), titled(&right, &lines, None, Blank::Nothing));
    evidence.explain = explained(subject);
    Some(Draft {
        ask: format!("Which instructions does this line of {} become? {} compiled it.", place(right.code), compiler(run)),
        shown: vec![lines.numbered(right.line)],
        heard: Vec::new(),
        answer,
        evidence,
        basis: right.basis(run),
    })
}

fn missing(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let family = Family::named(subject)?;
    let passage = drawn(&passages(run, &Ran::of(run), &lines), family, chance)?;
    let marked = chance.choice(passage.instructions().iter().filter(|i| i.family == family).collect::<Vec<_>>())?;
    let does = crate::atlas::Opcode::named(&marked.opcode).map_or_else(String::new, |opcode| format!(" {}", first_sentence(&opcode.does)));
    let mut evidence =
        Evidence::new(format!("It is {}.{does}", marked.opcode), titled(&passage, &lines, Some(marked.offset), Blank::Nothing));
    evidence.explain = explained(&marked.opcode);
    let mut basis = passage.basis(run);
    basis.push(("offset", marked.offset.to_string()));
    Some(Draft {
        ask: format!("{} compiled this line of {}. Which opcode is missing at {BLANK}?", compiler(run), place(passage.code)),
        shown: titled(&passage, &lines, Some(marked.offset), Blank::Opcode),
        heard: Vec::new(),
        answer: Answer::Name { right: marked.opcode.to_string(), also: Vec::new() },
        evidence,
        basis,
    })
}

const KINDS: [&str; 4] = ["local", "global", "attribute", "constant"];

/// The one name or constant that an instruction has, as a kind of them.
fn named<'a>(instruction: &'a Instruction, kind: &str) -> Option<&'a str> {
    let opcode = &*instruction.opcode;
    let is_kind = match kind {
        "local" => opcode.contains("_FAST") && opcode.matches("_FAST").count() == 1 || opcode.ends_with("_DEREF"),
        "global" => opcode.ends_with("_GLOBAL") || opcode.ends_with("_NAME") && instruction.family == Family::Scope,
        "attribute" => matches!(opcode, "LOAD_ATTR" | "LOAD_METHOD" | "STORE_ATTR"),
        _ => opcode == "LOAD_CONST",
    };
    let bare = instruction.meaning.split(" + ").find(|part| !part.starts_with("NULL")).unwrap_or(&instruction.meaning);
    let is_short = (1..=30).contains(&bare.chars().count()) && !bare.starts_with('<');
    (is_kind && is_short && !bare.chars().any(char::is_control)).then_some(bare)
}

/// Every name and constant that a listing speaks of.
fn all_named(instructions: &[Instruction]) -> impl Iterator<Item = &str> {
    instructions.iter().flat_map(|i| KINDS.iter().filter_map(move |kind| named(i, kind)))
}

fn operand(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first()?;
    let lines = Lines::of(&run.program);
    let all = passages(run, &Ran::of(run), &lines);
    let mut fit: Vec<(&Passage, &Instruction)> = all
        .iter()
        .flat_map(|passage| passage.instructions().iter().map(move |i| (passage, i)))
        .filter(|(_, i)| named(i, subject).is_some())
        .collect();
    // Where a line has several, which of them it is must be followed.
    let several = |passage: &Passage| all_named(passage.instructions()).collect::<BTreeSet<_>>().len() > 2;
    if fit.iter().any(|(passage, _)| several(passage)) {
        fit.retain(|(passage, _)| several(passage));
    }
    let (passage, marked) = chance.choice(fit)?;
    let right = named(marked, subject)?;
    let mut others: Vec<&str> = Vec::new();
    let near = passage.code.instructions().iter().filter_map(|i| named(i, subject));
    for other in all_named(passage.instructions()).chain(near) {
        if other != right && !others.contains(&other) && others.len() < 3 {
            others.push(other);
        }
    }
    let answer = choice(right.to_owned(), others.into_iter().map(str::to_owned), 4, chance)?;
    let why = if marked.opcode.starts_with("STORE") {
        format!("What was worked out before is stored under {right}.")
    } else {
        format!("What an operation needs is pushed before it, from left to right, and here it is the turn of {right}.")
    };
    let mut evidence = Evidence::new(why, titled(passage, &lines, Some(marked.offset), Blank::Nothing));
    evidence.explain = explained(&marked.opcode);
    let mut basis = passage.basis(run);
    basis.push(("offset", marked.offset.to_string()));
    Some(Draft {
        ask: format!("Which {} belongs at {BLANK}, to the marked instruction?", noun(subject)),
        shown: titled(passage, &lines, Some(marked.offset), Blank::Meaning),
        heard: Vec::new(),
        answer,
        evidence,
        basis,
    })
}

fn noun(subject: &str) -> &str {
    match subject {
        "constant" => "constant",
        _ => "name",
    }
}
