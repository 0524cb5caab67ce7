//! Questions handed to a judge in Python, which is not told what is right, and what it says of them.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use evalody::quiz::{Answer, Evidence, Question, Run, Verdict};
use evalody::trace::text::TextWriter;
use serde_json::{Value, json};

use super::ground::{Python, Script};

const JUDGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/quiz_facts.py");

/// A program that was run, and how it was called.
pub type Ran = (Script, Arc<Run>);

/// What is wrong with a question, whatever the right answer: nothing, if it can be asked as it is.
pub fn trouble_with(question: &Question) -> Vec<String> {
    let mut wrong = Vec::new();
    let Question { ask, shown, answer, evidence, .. } = question;
    let Evidence { why, lines, explain, .. } = evidence;
    let mut check = |is_right: bool, what: String| {
        if !is_right {
            wrong.push(format!("{}: {what}\n{question:#?}", question.card));
        }
    };
    check(ask.ends_with(['?', '.']) && ask.contains('?') && !ask.contains("  "), "asks nothing".into());
    check(shown.len() <= 20, format!("{} lines are shown", shown.len()));
    for line in shown.iter().chain(lines) {
        check(line.chars().count() <= 110 && !line.contains('\t'), format!("{line:?} is too wide"));
    }
    check(lines.len() <= 24 && why.trim() == why && why.ends_with(['.', '?', ')']) && !why.contains("  "), format!("because {why:?}"));
    let Answer::Choice { choices, right } = answer else { return vec![format!("{}: no choice", question.card)] };
    check((2..=5).contains(&choices.len()) && *right < choices.len(), "too few or too many choices".into());
    let mut distinct = choices.clone();
    distinct.sort();
    distinct.dedup();
    check(distinct.len() == choices.len(), "choices are the same".into());
    check(choices.iter().all(|choice| choice.chars().count() <= 135 && !choice.trim().is_empty()), "a choice is too wide".into());
    check(answer.judge(&answer.told()) == Verdict::Right, "the right answer is not".into());
    let is_known = explain.as_ref().is_some_and(|name| evalody::atlas::find(name).is_ok());
    check(is_known, format!("explain {explain:?} is unknown"));
    check(!question.basis.is_empty(), "nobody can judge it".into());
    wrong
}

/// What the judge says of each question: which choices may be right; `None` where it has no route.
pub fn judged(python: &Python, ran: &[Ran], questions: &[(Option<usize>, Question)]) -> Vec<Option<Vec<usize>>> {
    let folder = tempfile::tempdir().expect("a folder");
    let objects = |number: usize| -> Vec<Value> {
        let of_it = questions.iter().filter(|(of, question)| *of == Some(number) && basis(question, "object").is_some());
        let mut all: Vec<Value> = of_it
            .map(|(_, question)| {
                let is_called = question.card.maker == "callable";
                let line: u32 = basis(question, "line").and_then(|line| line.parse().ok()).unwrap_or_default();
                json!({ "line": line, "object": basis(question, "object"), "name": basis(question, "name"), "is_called": is_called })
            })
            .collect();
        all.sort_by_key(ToString::to_string);
        all.dedup();
        all
    };
    let programs: Vec<Value> = ran
        .iter()
        .enumerate()
        .map(|(number, (script, run))| {
            let trace = folder.path().join(format!("{number}.txt"));
            written(run, &trace);
            json!({
                "file": run.program.name, "text": run.program.text, "arguments": script.arguments, "trace": trace, "objects": objects(number),
            })
        })
        .collect();
    let told: Vec<Value> = questions
        .iter()
        .map(|(program, question)| {
            let Answer::Choice { choices, .. } = &question.answer else { panic!("a choice: {question:?}") };
            let basis: BTreeMap<&str, &String> = question.basis.iter().map(|(name, value)| (*name, value)).collect();
            json!({
                "maker": question.card.maker, "subject": question.card.subject, "program": program, "choices": choices, "basis": basis,
            })
        })
        .collect();
    let asked = json!({ "programs": programs, "questions": told }).to_string();
    let mut child = Command::new(&python.path)
        .args(["-W", "ignore", JUDGE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the Python runs");
    // It reads all before it prints.
    child.stdin.take().expect("its input").write_all(asked.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("its end");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {complaints}", python.path.display());
    let told = String::from_utf8(output.stdout).expect("JSON");
    told.lines().map(|line| serde_json::from_str(line).expect("a list or null")).collect()
}

fn basis<'a>(question: &'a Question, name: &str) -> Option<&'a String> {
    question.basis.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
}

fn written(run: &Run, path: &Path) {
    let mut writer = TextWriter::new(std::fs::File::create(path).expect("a file"));
    run.trace.tell(&mut writer);
    writer.finish().expect("it is written");
}

/// How often a maker's questions were judged: by one choice that may be right, by several, not at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub proved: u32,
    pub narrowed: u32,
    pub unjudged: u32,
}

/// Compares what the judge says with what we say; gives what is wrong, and adds to the tally of each maker.
pub fn compared(
    questions: &[(Option<usize>, Question)],
    verdicts: &[Option<Vec<usize>>],
    tallies: &mut BTreeMap<String, Tally>,
) -> Vec<String> {
    assert_eq!(questions.len(), verdicts.len(), "the judge said something of each");
    let mut wrong = Vec::new();
    for ((_, question), verdict) in questions.iter().zip(verdicts) {
        let Answer::Choice { right, .. } = &question.answer else { unreachable!("another test says so") };
        let tally = tallies.entry(question.card.maker.clone()).or_default();
        match verdict {
            None => tally.unjudged += 1,
            Some(may) if !may.contains(right) => wrong.push(format!("the judge says {may:?}: {question:#?}")),
            Some(may) if may.len() == 1 => tally.proved += 1,
            Some(_) => tally.narrowed += 1,
        }
    }
    wrong
}
