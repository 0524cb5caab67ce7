//! Lines to look at: texts, places in CPython's source and lines of a program, as narrow as they must be. Knows no question.

use textwrap::{Options, WordSplitter};

use crate::atlas::Place;
use crate::quiz::Run;

/// Widest line that is shown, columns: a wider one is broken by a terminal of common width.
pub const WIDTH: usize = 100;
/// Widest line of a program within a choice, columns: a mark and a number stand before it.
const CLIPPED: usize = 80;

/// A text in lines. Names stay whole: they are to be recognised.
pub fn wrapped(text: &str) -> Vec<String> {
    let options = Options::new(WIDTH).word_splitter(WordSplitter::NoHyphenation).break_words(false);
    textwrap::wrap(text, options).into_iter().map(|line| line.into_owned()).collect()
}

/// The first sentence of a text.
pub fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}

/// `Python/bytecodes.c, at inst(FOR_ITER, ...)`.
pub fn told(place: Place) -> String {
    let anchor = place.anchor.trim_end_matches([' ', '=']);
    let anchor = match anchor.strip_suffix(',') {
        Some(open) => format!("{open}, ...)"),
        None => anchor.strip_suffix('(').unwrap_or(anchor).to_owned(),
    };
    format!("{}, at {anchor}", place.file)
}

/// As much of a line as there is room for.
pub fn clipped(text: &str) -> String {
    if text.chars().count() <= CLIPPED { text.to_owned() } else { text.chars().take(CLIPPED - 3).chain("...".chars()).collect() }
}

/// A line of a program as a choice: `line 12: words.append(word)`.
pub fn line(run: &Run, number: u32) -> String {
    format!("line {number}: {}", clipped(run.line(number)))
}

/// Some lines of a program with their numbers, those of `marked` with a sign before them; what is left out between two is
/// told by dots.
pub fn listing(run: &Run, numbers: impl IntoIterator<Item = u32>, marked: &[u32]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut last = None;
    for number in numbers {
        if last.is_some_and(|last| number > last + 1) {
            lines.push("       ...".to_owned());
        }
        let sign = if marked.contains(&number) { '>' } else { ' ' };
        let text = run.program.line(number).unwrap_or_default().trim_end();
        lines.push(format!("{sign}{number:>5}  {}", clipped(text)));
        last = Some(number);
    }
    lines
}

/// Lines of a program around one.
pub fn around(run: &Run, number: u32, before: u32, after: u32) -> Vec<String> {
    let last = u32::try_from(run.program.lines().count()).unwrap_or(u32::MAX);
    listing(run, number.saturating_sub(before).max(1)..=(number + after).min(last), &[number])
}
