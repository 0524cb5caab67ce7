//! Questions on CPython: each can be asked as it is, and what is told as right is right by a route of its own.
//!
//! Asked of every song and of 20 programs of the standard library, as the CPythons of this machine run them, and judged by
//! `quiz_facts.py` in a plain Python of the same version, which runs the programs once more without our recorders:
//!
//! - stack effects by `dis`; bases, modules, languages and operators by the objects themselves; slots by `PyType_GetSlot`;
//! - C functions by the pointers within the objects and the symbols of the binary, where it has any;
//! - calls into C and suspended generators by `sys.setprofile`; collections by `gc.callbacks`; blocks by
//!   `sys.getallocatedblocks` and by the trace, recomputed; the GIL by the marks of the trace, recomputed;
//! - when an opcode came and went by the `opcode` module of every CPython here.
//!
//! No route but the atlas have the places of handlers, the stages of the topics, what opcodes do in words, families (they are
//! ours) and PEPs: of these only the form is tested here. That their places exist is tested with the atlas, where
//! `EVALODY_CPYTHON_SRC` names CPython's source.
#![cfg(unix)]

#[path = "support/quiz_ground.rs"]
#[allow(dead_code, reason = "shared with another test")]
mod ground;
#[path = "support/quiz_judge.rs"]
mod judge;
#[path = "support/interpreters.rs"]
mod support;

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::{Arc, LazyLock};

use evalody::atlas::Version;
use evalody::quiz::{self, Answer, Card, Goal, Ground, Need, Question, Sense};
use ground::Python;
use judge::{Ran, Tally};

/// Questions that are made of a card from the same ground: as many as give several lines of a program a chance.
const SEEDS: u64 = 3;

/// A Python, the songs and the programs of its library as it runs them.
struct Seen {
    python: Python,
    songs: Vec<Ran>,
    library: Vec<Ran>,
}

static SEEN: LazyLock<Vec<Seen>> = LazyLock::new(|| {
    let (folder, file) = support::file("tree.py", "def f(x):\n    return [y for y in range(x)]\n\n\nprint(f(3))\n");
    let seen = |python: Python| {
        let ran = |scripts: Vec<ground::Script>| -> Vec<Ran> {
            let runs = ground::all_of(&scripts, |script| Arc::new(ground::ran(&python, script)));
            scripts.into_iter().zip(runs).collect()
        };
        let songs = ran(ground::of_songs());
        let library = ran(ground::of_library(&python.path, &file));
        Seen { python, songs, library }
    };
    let all = ground::pythons().into_iter().map(seen).collect();
    // The judge reads the file, too.
    let _ = folder.keep();
    all
});

fn cards() -> Vec<Card> {
    let is_fact = |card: &Card| quiz::maker(&card.maker).is_some_and(|maker| maker.sense == Sense::Knowledge);
    quiz::deck().into_iter().filter(is_fact).collect()
}

fn same(one: &Question, other: &Question) -> bool {
    (&one.ask, &one.shown, &one.answer, &one.evidence.why, &one.evidence.lines)
        == (&other.ask, &other.shown, &other.answer, &other.evidence.why, &other.evidence.lines)
}

#[test]
fn there_are_cards_for_each_goal_of_knowledge() {
    let cards = cards();
    assert!((80..=110).contains(&cards.len()), "{} cards", cards.len());
    for goal in [Goal::EvalLoop, Goal::CorePackages, Goal::Memory, Goal::Execution, Goal::Source, Goal::ObjectModel, Goal::Peps] {
        let count = cards.iter().filter(|card| quiz::goal(card) == Some(goal)).count();
        assert!(count >= 5, "{goal}: {count}");
    }
    let mut names: Vec<String> = cards.iter().map(ToString::to_string).collect();
    assert!(names.iter().all(|name| !name.contains(char::is_whitespace) || name.starts_with("operation/")), "{names:?}");
    names.sort();
    names.dedup();
    assert_eq!(names.len(), cards.len(), "each once");
}

#[test]
fn what_is_asked_of_the_atlas_is_well_formed_in_every_version() {
    let mut wrong = Vec::new();
    for card in cards().iter().filter(|card| quiz::need(card) == Some(Need::Nothing)) {
        for version in Version::all() {
            let ground = Ground { runs: Vec::new(), version };
            for seed in 0..SEEDS * 3 {
                let Some(question) = quiz::ask(card, &ground, seed) else {
                    // Promised are these two.
                    if [11, 13].contains(&version.minor()) {
                        wrong.push(format!("{card} is not asked in {version}"));
                    }
                    continue;
                };
                wrong.extend(judge::trouble_with(&question));
                let again = quiz::ask(card, &ground, seed).expect("it was asked before");
                assert!(same(&question, &again), "{card} differs from itself");
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong[..wrong.len().min(200)].join("\n"));
}

#[test]
fn an_answer_does_not_stand_in_its_question() {
    for card in cards().iter().filter(|card| quiz::need(card) == Some(Need::Nothing)) {
        for version in Version::all() {
            let ground = Ground { runs: Vec::new(), version };
            let Some(question) = quiz::ask(card, &ground, 7) else { continue };
            let Answer::Choice { choices, right } = &question.answer else { panic!("{card}: a choice") };
            let told = format!("{} {}", question.ask, question.shown.join(" ")).to_lowercase();
            let has = |choice: &String| told.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == choice.to_lowercase());
            // Types of operands and of exceptions are asked by name; what is told of every choice gives none away.
            assert!(!has(&choices[*right]) || choices.iter().filter(|choice| has(choice)).count() > 1, "{question:#?}");
        }
    }
}

#[test]
fn doubt_is_told_in_a_version_that_nobody_looked_at() {
    let newest = Ground { runs: Vec::new(), version: Version::LAST };
    for card in ["c-symbol/str.join", "slot/str.__add__", "stage-next/gc:part"] {
        let question = quiz::ask(&card.parse().expect("a card"), &newest, 1).expect("it is asked");
        assert!(question.evidence.inferred.is_some(), "{question:#?}");
    }
}

#[test]
fn every_card_is_asked_of_some_song_by_every_python_here() {
    let mut wrong = Vec::new();
    for Seen { python, songs, .. } in SEEN.iter() {
        let songs: Vec<_> = songs.iter().map(|(_, run)| Arc::clone(run)).collect();
        // Lookups need a probe: they are another test's.
        for card in cards().iter().filter(|card| matches!(quiz::need(card), Some(Need::Any(_)))) {
            let need = quiz::need(card).expect("a card");
            let grounds = ground::grounds(&need, &songs, python.version);
            let asked = grounds.iter().find_map(|ground| Some((ground, quiz::ask(card, ground, 0)?)));
            match asked {
                Some((ground, question)) => {
                    assert!(same(&question, &quiz::ask(card, ground, 0).expect("it was asked before")), "{card} differs from itself");
                }
                None => wrong.push(format!("{card} is asked of no song by {}", python.version)),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Makers of which the judge has no route but form.
const UNJUDGED: [&str; 8] = ["handler", "family-of", "pep-behind", "pep-about", "came-in", "took-over", "stage-when", "stage-next"];

#[test]
fn a_plain_python_comes_to_the_same_answers_of_all_programs() {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut wrong = Vec::new();
    let judged = ground::all_of(&SEEN, |seen| {
        let ran: Vec<Ran> = seen.songs.iter().chain(&seen.library).cloned().collect();
        let mut questions: Vec<(Option<usize>, Question)> = Vec::new();
        for card in cards() {
            match quiz::need(&card) {
                Some(Need::Nothing) => {
                    let ground = Ground { runs: Vec::new(), version: seen.python.version };
                    questions.extend((0..SEEDS * 2).filter_map(|seed| Some((None, quiz::ask(&card, &ground, seed)?))));
                }
                Some(Need::Any(_)) => {
                    for (number, (_, run)) in ran.iter().enumerate() {
                        let ground = Ground { runs: vec![Arc::clone(run)], version: seen.python.version };
                        questions.extend((0..SEEDS).filter_map(|seed| Some((Some(number), quiz::ask(&card, &ground, seed)?))));
                    }
                }
                _ => {}
            }
        }
        let verdicts = judge::judged(&seen.python, &ran, &questions);
        (questions, verdicts)
    });
    for (questions, verdicts) in &judged {
        wrong.extend(questions.iter().flat_map(|(_, question)| judge::trouble_with(question)));
        wrong.extend(judge::compared(questions, verdicts, &mut tallies));
    }
    eprintln!("{tallies:#?}");
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong[..wrong.len().min(200)].join("\n"));
    for (maker, tally) in &tallies {
        let is_judged = tally.proved + tally.narrowed > 0;
        // Symbols and headers are not on every machine.
        let may_lack = ["c-symbol", "python-name", "slot"].contains(&maker.as_str());
        assert!(is_judged != UNJUDGED.contains(&maker.as_str()) || may_lack, "{maker}: {tally:?}");
    }
}

/// The opcodes of every CPython here.
fn opcodes() -> BTreeMap<Version, Vec<String>> {
    let ask = "import opcode\nprint(*[name for name, code in opcode.opmap.items() if code < 256])";
    let names = |path| {
        let output = Command::new(path).args(["-I", "-S", "-c", ask]).output().expect("the Python runs");
        String::from_utf8(output.stdout).expect("names").split_whitespace().map(str::to_owned).collect()
    };
    support::pythons().into_iter().filter_map(|(path, version)| Some((Version::of(version)?, names(path)))).collect()
}

#[test]
fn opcodes_came_and_went_when_the_interpreters_here_say() {
    let opcodes = opcodes();
    let has = |version: &Version, name: &str| opcodes[version].iter().any(|other| other == name);
    let newest = Ground { runs: Vec::new(), version: Version::LAST };
    let basis = |question: &Question, name: &str| {
        question.basis.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone()).expect("it is told")
    };
    for card in cards() {
        let Some(question) = quiz::ask(&card, &newest, 3) else { continue };
        match card.maker.as_str() {
            "came-in" if !card.subject.starts_with("pep-") => {
                let came: Version = question.answer.told().trim_start_matches("Python ").parse().expect("a version");
                for version in opcodes.keys() {
                    assert_eq!(has(version, &card.subject), *version >= came, "{} in {version}", card.subject);
                }
            }
            "took-over" => {
                let last: Version = basis(&question, "last").parse().expect("a version");
                for version in opcodes.keys() {
                    assert!(!has(version, &card.subject) || *version <= last, "{} in {version}", card.subject);
                    if version.minor() == last.minor() + 1 {
                        assert!(has(version, &question.answer.told()), "{} in {version}", question.answer.told());
                    }
                }
            }
            _ => {}
        }
    }
}
