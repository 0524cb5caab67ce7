//! From comments to knobs.

use std::borrow::Cow;

use super::number::number;
use super::{Knob, KnobMistake, Knobs};
use crate::edit::find::is_of_word;
use crate::edit::reading::walk;

/// What a knob's comment begins with, behind its `#`.
const MARK: &str = "knob:";

/// Highest controller that is one: from 120 on they are channel mode messages (MIDI 1.0, table 3).
const LAST_CONTROLLER: u8 = 119;

/// Words that take a colon or stand where a name could, and are none.
const NO_NAMES: &[&str] = &["else", "finally", "try", "lambda", "None", "True", "False"];

/// A comment of the text, and the statements before it on its line.
struct Comment {
    /// From 1.
    line: u32,
    at: usize,
    end: usize,
    /// Where the line starts, if a statement does there and ends before the comment.
    line_start: Option<usize>,
    /// Where statements end before others do.
    semicolons: Vec<usize>,
}

/// A number that is assigned.
struct Assigned<'a> {
    name: &'a str,
    literal: std::ops::Range<usize>,
    value: f64,
    is_whole: bool,
}

pub(super) fn read(text: &str) -> Knobs {
    let mut found = Knobs::default();
    // Most texts have none, and every change of a text asks.
    if !text.contains(MARK) {
        return found;
    }
    let (plain, gone) = without_returns(text);
    for comment in comments(&plain) {
        for words in plain[comment.at..comment.end].split('#').filter_map(|part| part.trim().strip_prefix(MARK)) {
            let line = comment.line;
            let read = knob(&plain, &comment, words.trim(), line).and_then(|mut knob| {
                let moved = |at: usize| at + gone.partition_point(|&gone| gone <= at);
                knob.literal = moved(knob.literal.start)..moved(knob.literal.end - 1) + 1;
                match found.knobs.iter().find(|before| clashes(before, &knob)) {
                    Some(before) => Err(clash(before, &knob)),
                    None => Ok(knob),
                }
            });
            match read {
                Ok(knob) => found.knobs.push(knob),
                Err(told) => found.mistakes.push(KnobMistake { line, told }),
            }
        }
    }
    found
}

/// The text with `\n` alone for line ends, and where in it something was left out: so many bytes of the text itself
/// lie before a byte of it more.
fn without_returns(text: &str) -> (Cow<'_, str>, Vec<usize>) {
    if !text.contains('\r') {
        return (Cow::Borrowed(text), Vec::new());
    }
    let mut plain = String::with_capacity(text.len());
    let mut gone = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' if letters.peek() == Some(&'\n') => gone.push(plain.len()),
            '\r' => plain.push('\n'),
            letter => plain.push(letter),
        }
    }
    (Cow::Owned(plain), gone)
}

fn comments(text: &str) -> Vec<Comment> {
    let mut comments = Vec::new();
    let mut semicolons = Vec::new();
    let (mut line, mut counted) = (1, 0);
    walk(text, |before, at| match text.as_bytes()[at] {
        b'\n' => semicolons.clear(),
        b';' if before.is_code() && before.open.is_empty() => semicolons.push(at),
        b'#' if before.is_code() => {
            let physical = text[..at].rfind('\n').map_or(0, |end| end + 1);
            let line_start = (before.open.is_empty() && before.line_start == physical).then_some(physical);
            let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
            line += text[counted..at].bytes().filter(|byte| *byte == b'\n').count() as u32;
            counted = at;
            comments.push(Comment { line, at, end, line_start, semicolons: std::mem::take(&mut semicolons) });
        }
        _ => {}
    });
    comments
}

/// The numbers that are assigned before a comment on its line.
fn assigned<'a>(text: &'a str, comment: &Comment) -> Vec<Assigned<'a>> {
    let Some(start) = comment.line_start else { return Vec::new() };
    let starts = std::iter::once(start).chain(comment.semicolons.iter().map(|at| at + 1));
    let ends = comment.semicolons.iter().copied().chain(std::iter::once(comment.at));
    starts.zip(ends).filter_map(|(start, end)| assignment(text, start, end)).collect()
}

fn assignment(text: &str, start: usize, end: usize) -> Option<Assigned<'_>> {
    let (left, right) = text[start..end].rsplit_once('=')?;
    let (value, is_whole) = number(right)?;
    let name = match left.split_once(':') {
        Some((name, annotation)) if !annotation.trim().is_empty() && !annotation.contains('=') => name,
        Some(_) => return None,
        None => left,
    }
    .trim();
    let is_name = |part: &str| {
        part.starts_with(|first: char| is_of_word(first) && !first.is_numeric())
            && part.chars().all(is_of_word)
            && !NO_NAMES.contains(&part)
    };
    if !name.split('.').all(is_name) {
        return None;
    }
    let begins = end - right.trim_start().len();
    Some(Assigned { name, literal: begins..begins + right.trim().len(), value, is_whole })
}

/// A knob out of what stands behind its mark; or what is wrong with it.
fn knob(text: &str, comment: &Comment, words: &str, line: u32) -> Result<Knob, String> {
    let numbers = assigned(text, comment);
    let mut words = words.split_whitespace().peekable();
    let named = words.next_if(|word| !word.contains("..") && !matches!(*word, "cc" | "channel" | "step"));
    let shown = |name: &str| format!("write # knob: {name} 1..64 cc 20");
    let number_of = match (numbers.as_slice(), named) {
        ([], _) => {
            return Err("a knob turns a number that is assigned on its own line; write it behind one: n = 8  # knob: n 1..64 cc 20".into());
        }
        ([one], None) => one,
        ([first, second, ..], None) => {
            return Err(format!("{} and {} get numbers here; name the one that is meant: {}", first.name, second.name, shown(first.name)));
        }
        ([first, ..], Some(name)) => {
            let meant = numbers.iter().find(|number| number.name == name);
            meant.ok_or_else(|| format!("{name:?} gets no number here, {} does; {}", first.name, shown(first.name)))?
        }
    };
    let name = number_of.name;
    let range = words.next().and_then(|word| word.split_once(".."));
    let (low, high) = range.ok_or_else(|| format!("the knob of {name} has no range; {}", shown(name)))?;
    let bound = |text: &str| number(text).ok_or_else(|| format!("{text:?} is no number that a knob could end at; {}", shown(name)));
    let ((low, low_is_whole), (high, high_is_whole)) = (bound(low)?, bound(high)?);
    if low >= high {
        let remedy = if low > high { format!("{high}..{low}") } else { format!("{low}..{}", low + 1.0) };
        return Err(format!("{low}..{high} leaves nothing to turn; write the lower bound first: {remedy}"));
    }
    let mut knob = Knob {
        name: name.to_owned(),
        line,
        value: number_of.value,
        low,
        high,
        is_whole: number_of.is_whole && low_is_whole && high_is_whole,
        controller: None,
        channel: None,
        step: None,
        literal: number_of.literal.clone(),
    };
    while let Some(word) = words.next() {
        let value = words.next();
        let is_taken = match word {
            "cc" => knob
                .controller
                .replace(small(value, 0, LAST_CONTROLLER).ok_or_else(|| {
                    let said = value.unwrap_or("alone");
                    format!("cc {said} is no controller; write cc 0 to cc {LAST_CONTROLLER} (120 to 127 are channel mode messages)")
                })?)
                .is_some(),
            "channel" => knob
                .channel
                .replace(
                    small(value, 1, 16)
                        .ok_or_else(|| format!("channel {} is none of MIDI's; write channel 1 to channel 16", value.unwrap_or("alone")))?,
                )
                .is_some(),
            "step" => {
                let (step, is_whole) = value.and_then(number).filter(|(step, _)| *step > 0.0 && *step <= high - low).ok_or_else(|| {
                    format!("step {} leads nowhere; write one above 0 and up to {}", value.unwrap_or("alone"), high - low)
                })?;
                knob.is_whole &= is_whole;
                knob.step.replace(step).is_some()
            }
            other => return Err(format!("{other:?} means nothing to a knob; behind the range may stand cc N, channel N and step S")),
        };
        if is_taken {
            return Err(format!("{word} is said twice; keep one"));
        }
    }
    if knob.channel.is_some() && knob.controller.is_none() {
        return Err(format!("a channel without a controller turns nothing; {} channel 1", shown(name)));
    }
    Ok(knob)
}

/// A whole number from `low` to `high`.
fn small(text: Option<&str>, low: u8, high: u8) -> Option<u8> {
    text?.parse().ok().filter(|number| (low..=high).contains(number))
}

fn clashes(before: &Knob, knob: &Knob) -> bool {
    let hears_the_same = before.channel.is_none() || knob.channel.is_none() || before.channel == knob.channel;
    before.literal == knob.literal || before.controller.is_some() && before.controller == knob.controller && hears_the_same
}

fn clash(before: &Knob, knob: &Knob) -> String {
    if before.literal == knob.literal {
        return format!("{} has a knob already; keep one", knob.name);
    }
    let words = knob.controller_words();
    format!("{words} turns {} in line {} already; give {} another controller or channel", before.name, before.line, knob.name)
}
