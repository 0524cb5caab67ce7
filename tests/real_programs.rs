//! Programs that nobody here wrote, from source to music file: modules of the standard library and the
//! benchmarks of pyperformance, by the embedded interpreter and by CPython, old and new.
#![cfg(all(unix, feature = "embedded"))]

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use evalody::export::lint::lint;
use midly::{MetaMessage, MidiMessage, Smf, Timing, TrackEventKind};
use tempfile::TempDir;

#[allow(dead_code, reason = "shared with other tests")]
#[path = "support/python_tools.rs"]
mod python_tools;

/// Jobs at a time: cores, mostly.
const WORKERS: usize = 3;

/// A program that is exported by one interpreter.
struct Job {
    name: String,
    /// Working directory.
    folder: PathBuf,
    file: PathBuf,
    interpreter: String,
    options: &'static [&'static str],
    arguments: Vec<String>,
    /// Exit statuses that are right.
    statuses: &'static [i32],
}

/// A note: its track, when it begins, its pitch and velocity. Names and remarks are no music.
type Note = (usize, u64, u8, u8);

/// The music that came of a job, or what is wrong with it.
fn export(job: &Job) -> Result<Vec<Note>, String> {
    let output = TempDir::new().unwrap();
    let path = output.path().join("out.mid");
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalody"));
    command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
    command.current_dir(&job.folder).arg("export").arg(&job.file).arg("-o").arg(&path).args(["--interpreter", &job.interpreter]);
    command.args(job.options).arg("--").args(&job.arguments).stdin(Stdio::null());
    let ran = command.output().unwrap();
    let told = String::from_utf8_lossy(&ran.stderr);
    let wrong = |what: String| Err(format!("{} by {}: {what}\n{}", job.name, job.interpreter, told.trim_end()));
    if !ran.status.code().is_some_and(|status| job.statuses.contains(&status)) {
        return wrong(format!("{}", ran.status));
    }
    if ran.status.code() == Some(12) && !told.contains("instructions (--steps)") {
        return wrong("cut short by something else than its limit".into());
    }
    let Ok(bytes) = fs::read(&path) else { return wrong("nothing was written".into()) };
    let faults = lint(&bytes);
    if !faults.is_empty() {
        return wrong(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
    }
    let (length, notes) = measured(&bytes);
    // A long program two minutes, a short one as long as it has something new to tell; to half a phrase.
    if !(Duration::from_secs(30)..=Duration::from_secs(125)).contains(&length) {
        return wrong(format!("lasts {length:?}"));
    }
    let parts: HashSet<usize> = notes.iter().map(|note| note.0).collect();
    if parts.len() < 4 {
        return wrong(format!("only {} parts have notes", parts.len()));
    }
    Ok(notes)
}

/// How long a file lasts by its own tempo, and its notes.
fn measured(bytes: &[u8]) -> (Duration, Vec<Note>) {
    let song = Smf::parse(bytes).unwrap();
    let Timing::Metrical(quarter) = song.header.timing else { panic!("no metrical timing") };
    let (mut tempos, mut notes, mut end) = (Vec::new(), Vec::new(), 0);
    for (track, happenings) in song.tracks.iter().enumerate() {
        let mut at = 0;
        for happening in happenings {
            at += u64::from(happening.delta.as_int());
            match happening.kind {
                TrackEventKind::Meta(MetaMessage::Tempo(tempo)) => tempos.push(u64::from(tempo.as_int())),
                TrackEventKind::Midi { message: MidiMessage::NoteOn { key, vel }, .. } if vel > 0 => {
                    notes.push((track, at, key.as_int(), vel.as_int()));
                }
                _ => {}
            }
        }
        end = end.max(at);
    }
    assert_eq!(tempos.len(), 1, "one tempo");
    (Duration::from_micros(end * tempos[0] / u64::from(quarter.as_int())), notes)
}

/// Does all jobs; every one must be right, and what is played by one interpreter must differ.
fn all_are_music(jobs: Vec<Job>) {
    let done = Mutex::new(Vec::new());
    let next = Mutex::new(jobs.iter());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let job = next.lock().unwrap().next();
                    let Some(job) = job else { return };
                    let result = export(job);
                    done.lock().unwrap().push((job, result));
                }
            });
        }
    });
    let done = done.into_inner().unwrap();
    let wrong: Vec<&String> = done.iter().filter_map(|(_, result)| result.as_ref().err()).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} exports are wrong:\n{}",
        wrong.len(),
        done.len(),
        wrong.iter().map(|text| text.as_str()).collect::<Vec<_>>().join("\n\n")
    );
    let mut heard = HashSet::new();
    for (job, result) in &done {
        assert!(heard.insert((&job.interpreter, result)), "{} by {} sounds like another", job.name, job.interpreter);
    }
    eprintln!("{} exports are music", done.len());
}

/// `python3` by name, and the oldest and the newest CPython there is.
fn cpythons() -> Vec<String> {
    let starts = |python: &str| {
        let ran = Command::new(python).args(["-c", "import json"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        ran.is_ok_and(|status| status.success())
    };
    let found: Vec<String> =
        evalody::interpreter::found().iter().map(|found| found.path.display().to_string()).filter(|python| starts(python)).collect();
    let mut pythons: Vec<String> = [found.last(), found.first()].into_iter().flatten().cloned().collect();
    if starts("python3") {
        pythons.push("python3".to_owned());
    }
    pythons.dedup();
    if pythons.is_empty() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "there is no CPython here");
        eprintln!("skipped: there is no CPython here");
    }
    pythons
}

/// Programs which use modules of the library as they are meant to be used; what is heard is the library.
const DRIVERS: &[(&str, &str)] = &[
    (
        "textwrap",
        "import textwrap\ntext = 'It was the best of times, it was the worst of times. ' * 6\nprint(textwrap.fill(text, 30)); print(textwrap.shorten(text, 40)); print(textwrap.indent(textwrap.dedent('  a\\n  b\\n'), '> '))\n",
    ),
    (
        "heapq",
        "import heapq\nprint(list(heapq.merge([1, 4, 7], [2, 5, 8], [3, 6, 9])), heapq.nsmallest(3, range(200, 0, -1)), heapq.nlargest(4, range(99)))\n",
    ),
    (
        "difflib",
        "import difflib\nprint('\\n'.join(difflib.unified_diff('one two three four'.split(), 'one tree four five'.split())), difflib.get_close_matches('appel', ['ape', 'apple', 'peach']))\n",
    ),
    ("calendar", "import calendar\nprint(calendar.TextCalendar().formatyear(2024)[:200])\n"),
    ("fractions", "from fractions import Fraction\nprint(sum(Fraction(1, n) for n in range(1, 40)))\n"),
    (
        "statistics",
        "import statistics\nprint(statistics.median([5, 1, 4]), statistics.stdev([1.5, 2.5, 4.0, 8.0]), statistics.mode('abracadabra'))\n",
    ),
    (
        "argparse",
        "import argparse\nparser = argparse.ArgumentParser('x')\nparser.add_argument('--count', type=int, default=1)\nparser.add_argument('names', nargs='*')\nprint(parser.parse_args(['--count', '3', 'a', 'b']), parser.format_help())\n",
    ),
    (
        "string",
        "import string\nprint(string.Template('$who likes ${what}').substitute(who='tim', what='kung pao'), string.Formatter().format('{0:>8} {x!r}', 1, x='y'), string.capwords('a bc d'))\n",
    ),
];

#[test]
fn modules_of_the_standard_library_are_music_by_every_interpreter() {
    let desk = TempDir::new().unwrap();
    for (name, source) in DRIVERS {
        fs::write(desk.path().join(format!("use_{name}.py")), source).unwrap();
    }
    let interpreters = cpythons().into_iter().chain(["embedded".to_owned()]);
    let jobs = interpreters.flat_map(|interpreter| {
        let folder = desk.path();
        DRIVERS.iter().map(move |(name, _)| Job {
            name: (*name).to_owned(),
            folder: folder.to_owned(),
            file: folder.join(format!("use_{name}.py")),
            interpreter: interpreter.clone(),
            options: &["--only", "all"],
            arguments: Vec::new(),
            statuses: &[0],
        })
    });
    all_are_music(jobs.collect());
}

/// Files of the library that are scripts themselves, and their arguments; TREE is a file with a program, DATA one with JSON.
const SCRIPTS: &[(&str, &[&str])] = &[
    ("json/tool.py", &["DATA"]),
    ("ast.py", &["TREE"]),
    ("tokenize.py", &["TREE"]),
    ("dis.py", &["TREE"]),
    ("tabnanny.py", &["-v", "TREE"]),
    ("calendar.py", &["2024", "2"]),
    ("this.py", &[]),
    ("pyclbr.py", &["TREE"]),
    ("base64.py", &["-e", "TREE"]),
];

/// Where a CPython keeps the modules of its library.
fn library(python: &str) -> PathBuf {
    let ran = Command::new(python).args(["-c", "import textwrap; print(textwrap.__file__)"]).output().unwrap();
    Path::new(String::from_utf8(ran.stdout).unwrap().trim()).parent().unwrap().to_owned()
}

#[test]
fn scripts_of_the_standard_library_are_music() {
    let desk = TempDir::new().unwrap();
    let (tree, data) = (desk.path().join("tree.py"), desk.path().join("data.json"));
    fs::write(&tree, DRIVERS.iter().map(|(_, source)| *source).collect::<String>()).unwrap();
    fs::write(&data, format!("{:?}", (0..60).collect::<Vec<_>>())).unwrap();
    let jobs = cpythons().into_iter().flat_map(|python| {
        let library = library(&python);
        let (folder, tree, data) = (desk.path(), &tree, &data);
        SCRIPTS.iter().map(move |(file, arguments)| Job {
            name: (*file).to_owned(),
            folder: folder.to_owned(),
            file: library.join(file),
            interpreter: python.clone(),
            options: &["--only", "all", "--steps", "300000"],
            arguments: arguments
                .iter()
                .map(|argument| argument.replace("TREE", tree.to_str().unwrap()).replace("DATA", data.to_str().unwrap()))
                .collect(),
            statuses: &[0, 12],
        })
    });
    all_are_music(jobs.collect());
}

/// What the benchmarks import to be measured; here they are only run, once.
const PYPERF: &str = include_str!("support/pyperf.py");

/// Benchmarks that lean on nothing but the standard library.
const BENCHMARKS: &[&str] = &[
    "nbody",
    "fannkuch",
    "richards",
    "deltablue",
    "chaos",
    "float",
    "generators",
    "hexiom",
    "nqueens",
    "pidigits",
    "raytrace",
    "spectral_norm",
    "go",
    "deepcopy",
    "json_dumps",
    "comprehensions",
    "coroutines",
    "unpack_sequence",
    "mdp",
    "async_generators",
];

/// The first are also run by every other interpreter; by one, all are.
const BENCHMARKS_OF_EACH: usize = 12;

#[test]
fn the_benchmarks_of_pyperformance_are_music_by_every_interpreter() {
    let Some(python) = python_tools::python_with(&["pyperformance"]) else { return };
    let asked = "import os, pyperformance\nprint(os.path.join(os.path.dirname(pyperformance.__file__), 'data-files', 'benchmarks'))";
    let benchmarks = PathBuf::from(python_tools::output_of(&python, asked, b"").trim());
    let desk = TempDir::new().unwrap();
    for name in BENCHMARKS {
        let folder = desk.path().join(name);
        fs::create_dir(&folder).unwrap();
        fs::copy(benchmarks.join(format!("bm_{name}")).join("run_benchmark.py"), folder.join("run_benchmark.py")).unwrap();
        fs::write(folder.join("pyperf.py"), PYPERF).unwrap();
    }
    let interpreters = ["embedded".to_owned()].into_iter().chain(cpythons());
    let jobs = interpreters.flat_map(|interpreter| {
        let count = if interpreter == "python3" { BENCHMARKS.len() } else { BENCHMARKS_OF_EACH };
        let desk = desk.path();
        BENCHMARKS.iter().take(count).map(move |name| Job {
            name: (*name).to_owned(),
            folder: desk.join(name),
            file: "run_benchmark.py".into(),
            interpreter: interpreter.clone(),
            options: &["--steps", "200000"],
            arguments: Vec::new(),
            statuses: &[0, 12],
        })
    });
    all_are_music(jobs.collect());
}
