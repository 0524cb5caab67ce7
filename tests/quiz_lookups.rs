//! Questions on how attributes are found and what calls call, judged by `type.__mro__`, by the types' own dictionaries and by
//! `inspect.getattr_static` in a plain Python that looks at the same line of the same program (`quiz_watch.py`).
//!
//! The judge looks where the object is a plain name, as the line is come to; of an object that an expression makes on the
//! line it says nothing, since to make it once more would run the program's code.
#![cfg(unix)]

#[path = "support/quiz_ground.rs"]
#[allow(dead_code, reason = "shared with another test")]
mod ground;
#[path = "support/quiz_judge.rs"]
mod judge;
#[path = "support/interpreters.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use evalody::quiz::{self, Card, Ground, Need, Question, Run};
use evalody::trace::Family;
use ground::{Python, Script};
use judge::Ran;

/// Lines that are probed of a program, each by a run of its own: of the song on attributes all, of others so many.
const LINES_OF_SONG: usize = 4;
const LINES_OF_LIBRARY: usize = 2;
const SEEDS: u64 = 6;

fn cards() -> Vec<Card> {
    quiz::deck().into_iter().filter(|card| matches!(quiz::need(card), Some(Need::Probed(_)))).collect()
}

/// Lines with attributes or calls that ran, spread over the program.
fn lines(run: &Run, most: usize) -> Vec<u32> {
    let mut lines = BTreeSet::new();
    for step in run.trace.steps() {
        let code = run.trace.codes[step.code.index()].as_ref();
        let instruction = code.at(step.offset).filter(|_| code.file == run.program.name);
        let asks = instruction.filter(|instruction| matches!(instruction.family, Family::Attr | Family::Call));
        let line = asks.and_then(|instruction| instruction.span.line);
        lines.extend(line.filter(|&line| run.line(line).contains(['.', '('])));
    }
    let lines: Vec<u32> =
        lines.into_iter().filter(|&line| !["def ", "class "].iter().any(|word| run.line(line).starts_with(word))).collect();
    let step = lines.len().div_ceil(most.max(1)).max(1);
    lines.into_iter().rev().step_by(step).collect()
}

/// Each program with some of its lines probed.
fn probed(python: &Python) -> (Vec<Ran>, usize) {
    let (folder, file) = support::file("tree.py", "def f(x):\n    return [y for y in range(x)]\n\n\nprint(f(3))\n");
    let songs = ground::of_songs();
    let count = songs.len();
    let scripts: Vec<(Script, usize)> = songs
        .into_iter()
        .map(|script| if script.program.name == "@attributes" { (script, usize::MAX) } else { (script, LINES_OF_SONG) })
        .chain(ground::of_library(&python.path, &file).into_iter().map(|script| (script, LINES_OF_LIBRARY)))
        .collect();
    let runs = ground::all_of(&scripts, |(script, most)| {
        let run = ground::ran(python, script);
        let lines = lines(&run, *most);
        Arc::new(ground::probed(python, script, &run, &lines))
    });
    // The judge reads the file, too.
    let _ = folder.keep();
    (scripts.into_iter().map(|(script, _)| script).zip(runs).collect(), count)
}

#[test]
fn a_plain_python_finds_attributes_where_they_are_told_to_be() {
    let mut tallies = BTreeMap::new();
    let mut wrong: Vec<String> = Vec::new();
    for python in ground::pythons() {
        let (ran, songs) = probed(&python);
        assert!(ran.iter().flat_map(|(_, run)| &run.probed).all(|probed| probed.line > 0), "the probe tells its line");
        let mut questions: Vec<(Option<usize>, Question)> = Vec::new();
        for card in cards() {
            let before = questions.len();
            for (number, (_, run)) in ran.iter().enumerate() {
                let ground = Ground { runs: vec![Arc::clone(run)], version: python.version };
                questions.extend((0..SEEDS).filter_map(|seed| Some((Some(number), quiz::ask(&card, &ground, seed)?))));
                if number + 1 == songs && questions.len() == before {
                    wrong.push(format!("{card} is asked of no song by {}", python.version));
                }
                let again = |seed| quiz::ask(&card, &ground, seed).map(|question| (question.ask, question.shown, question.answer));
                assert_eq!(again(1), again(1), "{card} differs from itself");
            }
        }
        wrong.extend(questions.iter().flat_map(|(_, question)| judge::trouble_with(question)));
        let verdicts = judge::judged(&python, &ran, &questions);
        wrong.extend(judge::compared(&questions, &verdicts, &mut tallies));
    }
    eprintln!("{tallies:#?}");
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong[..wrong.len().min(200)].join("\n"));
    for (maker, tally) in &tallies {
        assert!(tally.proved > 20 && tally.narrowed == 0, "{maker}: {tally:?}");
    }
}
