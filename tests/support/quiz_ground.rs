//! What questions are made from in tests: every song and some programs of the standard library, as real CPythons run them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use evalody::atlas::Version;
use evalody::interpreter::{Limits, ProbedLine, Request, probe};
use evalody::program::Program;
use evalody::quiz::{Ground, Need, Run};
use evalody::songs;

use super::support;

/// Instructions of a program that are heard: the songs end before.
const STEPS: u64 = 40_000;
const TIME: Duration = Duration::from_secs(20);

/// A CPython of this machine.
#[derive(Debug, Clone)]
pub struct Python {
    pub path: PathBuf,
    pub version: Version,
}

/// Those that programs are run by: 3.11 and 3.13 where they are here, as cards are promised for them, else the newest.
pub fn pythons() -> Vec<Python> {
    let known = |(path, version): (PathBuf, (u8, u8))| Some(Python { path, version: Version::of(version)? });
    let mut all: Vec<Python> = support::pythons().into_iter().filter_map(known).collect();
    all.sort_by_key(|python| (![11, 13].contains(&python.version.minor()), std::cmp::Reverse(python.version)));
    all.dedup_by_key(|python| python.version);
    all.truncate(2);
    all.sort_by_key(|python| python.version);
    let told: Vec<String> = all.iter().map(|python| format!("{} ({})", python.version, python.path.display())).collect();
    eprintln!("asked of: {}", told.join(", "));
    all
}

/// Programs of the library that are scripts, or do something when they are run as one; FILE is a file with a program.
const SCRIPTS: [(&str, &[&str]); 20] = [
    ("this.py", &[]),
    ("calendar.py", &["2024", "2"]),
    ("heapq.py", &[]),
    ("textwrap.py", &[]),
    ("colorsys.py", &[]),
    ("keyword.py", &[]),
    ("fractions.py", &[]),
    ("statistics.py", &[]),
    ("difflib.py", &[]),
    ("dis.py", &["FILE"]),
    ("ast.py", &["FILE"]),
    ("tokenize.py", &["FILE"]),
    ("tabnanny.py", &["-v", "FILE"]),
    ("pyclbr.py", &["FILE"]),
    ("base64.py", &["-t"]),
    ("timeit.py", &["-n", "3", "-r", "2", "[i for i in range(9)]"]),
    ("contextlib.py", &[]),
    ("shlex.py", &["FILE"]),
    ("pprint.py", &[]),
    ("graphlib.py", &[]),
];

/// A program to be run, and its arguments.
#[derive(Debug, Clone)]
pub struct Script {
    pub path: Option<PathBuf>,
    pub program: Program,
    pub arguments: Vec<String>,
}

pub fn of_songs() -> Vec<Script> {
    songs::all().iter().map(|song| Script { path: None, program: song.program(), arguments: Vec::new() }).collect()
}

/// The scripts of a Python's library; `file` is what some of them read.
pub fn of_library(python: &Path, file: &Path) -> Vec<Script> {
    let asked = "import os; print(os.path.dirname(os.__file__))";
    let told = Command::new(python).args(["-I", "-S", "-c", asked]).stdin(Stdio::null()).output().expect("the Python runs");
    let library = PathBuf::from(String::from_utf8(told.stdout).expect("a path").trim());
    let script = |(name, arguments): &(&str, &[&str])| {
        let path = library.join(name);
        let text = std::fs::read_to_string(&path).ok()?;
        let arguments = arguments.iter().map(|argument| argument.replace("FILE", file.to_str().expect("a path"))).collect();
        Some(Script { program: Program { name: path.to_string_lossy().into_owned(), text }, path: Some(path), arguments })
    };
    SCRIPTS.iter().filter_map(script).collect()
}

fn request(python: &Python, script: &Script) -> Request {
    Request {
        program: script.program.clone(),
        path: script.path.clone(),
        arguments: script.arguments.iter().map(Into::into).collect(),
        limits: Limits { steps: Some(STEPS), time: Some(TIME), ..Limits::default() },
        ..support::request(&python.path, &script.program.text)
    }
}

/// A program as this Python runs it.
pub fn ran(python: &Python, script: &Script) -> Run {
    let heard = support::hear(&request(python, script)).unwrap_or_else(|error| panic!("{}: {error}", script.program.name));
    let mut trace = heard.trace;
    trace.outcome = heard.outcome;
    Run {
        program: script.program.clone(),
        is_own: script.path.is_some(),
        interpreter: trace.dialect.interpreter.clone(),
        version: Version::of(trace.dialect.version),
        is_cpython: trace.dialect.is_cpython(),
        trace,
        probed: Vec::new(),
    }
}

/// The run with these lines of it probed.
pub fn probed(python: &Python, script: &Script, run: &Run, lines: &[u32]) -> Run {
    let seen = lines.iter().filter_map(|&line| {
        let told = probe(&request(python, script), &ProbedLine { file: None, line }, || true);
        told.unwrap_or_else(|error| panic!("{} line {line}: {error}", script.program.name))
    });
    Run { probed: seen.collect(), ..run.clone() }
}

/// Does a job for each of `items`, two at a time, and gives what came of them in their order.
pub fn all_of<T: Sync, R: Send>(items: &[T], job: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = Mutex::new(items.iter().enumerate());
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let taken = next.lock().expect("nobody failed").next();
                    let Some((number, item)) = taken else { return };
                    let result = job(item);
                    done.lock().expect("nobody failed").push((number, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("nobody failed");
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

/// What a card is asked from: nothing, or each of these runs by itself.
pub fn grounds(need: &Need, runs: &[Arc<Run>], version: Version) -> Vec<Ground> {
    match need {
        Need::Nothing => vec![Ground { runs: Vec::new(), version }],
        Need::Any(_) | Need::Probed(_) => runs.iter().map(|run| Ground { runs: vec![Arc::clone(run)], version }).collect(),
        Need::Songs(names) => {
            let named = |name: &&str| runs.iter().find(|run| run.program.name == format!("@{name}")).cloned();
            let runs: Option<Vec<_>> = names.iter().map(named).collect();
            runs.map(|runs| Ground { runs, version }).into_iter().collect()
        }
    }
}
