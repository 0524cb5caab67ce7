//! `evalody heat` and `evalody explain @memory`, on modules of the standard library as they run themselves: what is
//! counted must be what the trace of the same program tells.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::assert::OutputAssertExt;
use evalody::trace::{Trace, read};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_empty};
use serde_json::Value;
use tempfile::TempDir;

#[path = "support/interpreters.rs"]
mod interpreters;

use interpreters::{file, pythons};

fn evalody(python: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalody"));
    command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
    command.args(words).arg("--interpreter").arg(python);
    command
}

/// The oldest and the newest Python here: their bytecode, tracing and handlers differ most.
fn oldest_and_newest() -> Vec<PathBuf> {
    let mut pythons: Vec<_> = pythons();
    pythons.sort_by_key(|python| python.1);
    let newest = pythons.pop();
    pythons.into_iter().take(1).chain(newest).map(|python| python.0).collect()
}

/// Modules of the library that do something when they are run, by nobody here: `heapq` and `textwrap` test
/// themselves, `calendar` prints one.
const PROGRAMS: [&[&str]; 3] = [&["-m", "heapq"], &["-m", "this"], &["-m", "calendar", "--", "2024", "2"]];

/// With a Python, an option after the program's own words would be one of the program's.
fn ordered(words: &[&str], options: &[&str]) -> Vec<String> {
    let (program, arguments) = words.split_at(words.iter().position(|word| *word == "--").unwrap_or(words.len()));
    [program, options, arguments].concat().into_iter().map(str::to_owned).collect()
}

fn run(python: &Path, command: &[&str], words: &[&str], options: &[&str]) -> std::process::Output {
    let python = python.to_str().unwrap();
    let options = [&["--interpreter", python], options].concat();
    let mut evalody = Command::new(env!("CARGO_BIN_EXE_evalody"));
    evalody.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
    evalody.args(command).args(ordered(words, &options));
    evalody.output().unwrap()
}

fn json_lines(output: &std::process::Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::str::from_utf8(&output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn heat(python: &Path, words: &[&str]) -> Vec<Value> {
    json_lines(&run(python, &["heat"], words, &["--format", "json"]))
}

fn trace(python: &Path, words: &[&str]) -> Trace {
    let output = run(python, &["show", "trace"], words, &[]);
    read(std::str::from_utf8(&output.stdout).unwrap()).unwrap()
}

/// Rows of a table, by what they are called, with their counts.
fn table(lines: &[Value], name: &str, key: impl Fn(&Value) -> String) -> BTreeMap<String, u64> {
    let rows = lines.iter().filter(|line| line["table"] == name);
    rows.map(|row| (key(row), row["count"].as_u64().unwrap())).collect()
}

fn counted(keys: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    keys.for_each(|key| *counts.entry(key).or_insert(0) += 1);
    counts
}

/// Its package runs before it, and has lines of its own.
#[test]
fn the_lines_of_a_module_in_a_package_are_its_own() {
    for python in oldest_and_newest() {
        let rows = heat(&python, &["-m", "json.tool", "--", "--help"]);
        let lines: Vec<&Value> = rows.iter().filter(|row| row["table"] == "line" && row["whose"] == "program").collect();
        assert!(lines.len() > 3, "{lines:?}");
        let place = Command::new(&python).args(["-c", "import json.tool; print(json.tool.__file__)"]).output().unwrap().stdout;
        let text = fs::read_to_string(std::str::from_utf8(&place).unwrap().trim()).unwrap();
        for row in lines {
            assert_eq!(row["file"], "json.tool", "{row}");
            // Python tells what comes before the first line as line 0, or as none.
            if let Some(number) = row["line"].as_u64().and_then(|number| (number as usize).checked_sub(1)) {
                assert_eq!(row["text"].as_str(), text.lines().nth(number), "{row}");
            }
        }
        let package: Vec<&Value> =
            rows.iter().filter(|row| row["file"].as_str().is_some_and(|file| file.ends_with("json/__init__.py"))).collect();
        assert!(package.len() > 3 && package.iter().all(|row| row["whose"] == "user"), "{package:?}");
    }
}

#[test]
fn tables_count_what_the_trace_tells() {
    for python in oldest_and_newest() {
        for words in PROGRAMS {
            let (lines, trace) = (heat(&python, words), trace(&python, words));
            let steps = trace.steps().count() as u64;
            assert!(steps > 50, "{words:?} runs");
            assert_eq!(lines[0]["instructions"], steps);
            let at = |step: &evalody::trace::Step| {
                let code = &trace.codes[step.code.index()];
                (code.clone(), code.at(step.offset).unwrap().clone())
            };
            let name = |row: &Value| row["name"].as_str().unwrap().to_owned();
            assert_eq!(table(&lines, "opcode", name), counted(trace.steps().map(|step| at(step).1.opcode.to_string())), "{words:?}");
            assert_eq!(table(&lines, "family", name), counted(trace.steps().map(|step| at(step).1.family.to_string())), "{words:?}");
            let line = |row: &Value| format!("{} {:?}", row["file"].as_str().unwrap(), row["line"].as_u64());
            let of_step = |step| {
                let (code, instruction) = at(step);
                format!("{} {:?}", code.file, instruction.span.line.map(u64::from))
            };
            assert_eq!(table(&lines, "line", line), counted(trace.steps().map(of_step)), "{words:?}");
            let of_handlers: u64 = lines.iter().filter(|line| line["table"] == "handler").map(|row| row["count"].as_u64().unwrap()).sum();
            assert_eq!(of_handlers, steps);
        }
    }
}

#[test]
fn shares_come_to_the_whole_and_rows_fall() {
    for python in oldest_and_newest() {
        let lines = heat(&python, PROGRAMS[0]);
        for name in ["opcode", "family", "line", "handler", "function"] {
            let rows: Vec<&Value> = lines.iter().filter(|line| line["table"] == name).collect();
            let Some(last) = rows.last() else { continue };
            let sum: f64 = rows.iter().map(|row| row["share"].as_f64().unwrap()).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{name}: {sum}");
            assert!((last["in_all"].as_f64().unwrap() - 1.0).abs() < 1e-9, "{name}");
            let counts: Vec<u64> = rows.iter().map(|row| row["count"].as_u64().unwrap()).collect();
            assert!(counts.is_sorted_by(|a, b| a >= b), "{name}: {counts:?}");
        }
    }
}

#[test]
fn the_handlers_that_are_shown_make_up_nine_tenths_and_one_fewer_would_not() {
    for python in oldest_and_newest() {
        for words in PROGRAMS {
            let output = run(&python, &["heat"], words, &["--by", "handler"]);
            let text = String::from_utf8(output.stdout).unwrap();
            let number = |text: &str| text.replace(',', "").parse::<u64>().unwrap();
            let (_, steps) = text.lines().next().unwrap().rsplit_once(": ").unwrap();
            let steps = number(steps.split(' ').next().unwrap());
            let mut rows = text.lines().skip_while(|line| !line.trim_start().starts_with("count")).skip(1);
            let counts: Vec<u64> = rows
                .by_ref()
                .take_while(|line| !line.contains(" more ") && line.starts_with("  "))
                .map(|line| number(line.split_whitespace().next().unwrap()))
                .collect();
            let sum: u64 = counts.iter().sum();
            assert!(sum * 10 >= steps * 9, "{sum} of {steps}: {text}");
            assert!((sum - counts.last().unwrap()) * 10 < steps * 9, "{text}");
        }
    }
}

#[test]
fn functions_in_c_are_counted_where_they_are_told() {
    let Some(python) = oldest_and_newest().pop() else { return };
    let (_folder, path) = file("calls.py", "x = []\nfor i in range(7):\n    x.append(len(x))\n");
    let lines = heat(&python, &[path.to_str().unwrap()]);
    let calls = table(&lines, "function", |row| row["name"].as_str().unwrap().to_owned());
    assert_eq!((calls.get("list.append"), calls.get("len")), (Some(&7), Some(&7)), "{calls:?}");
}

#[test]
fn a_program_that_fails_has_its_tables_all_the_same() {
    for python in oldest_and_newest() {
        let (_folder, path) = file("fails.py", "x = 1\nfor i in range(50):\n    x += i\nprint('said')\nraise ValueError(x)\n");
        evalody(&python, &["heat", path.to_str().unwrap()])
            .assert()
            .code(10)
            .stdout(contains("x += i"))
            .stdout(contains("opcodes make up"))
            .stderr(contains("said"))
            .stderr(contains("raised ValueError at line 5"));
        evalody(&python, &["heat", path.to_str().unwrap(), "--steps", "20"]).assert().code(12).stdout(contains("20 instructions"));
    }
}

#[test]
fn a_picture_that_cannot_be_written_is_refused_before_anything_runs() {
    let Some(python) = oldest_and_newest().pop() else { return };
    let (folder, path) = file("says.py", "print('ran')\n");
    let old = folder.path().join("old.txt");
    fs::write(&old, "old").unwrap();
    let nowhere = folder.path().join("nowhere/heat.svg");
    for (picture, words) in [(&old, "a picture is an .svg file"), (&nowhere, "its folder does not exist"), (&folder.path().into(), "svg")] {
        evalody(&python, &["heat", path.to_str().unwrap(), "--picture", picture.to_str().unwrap()])
            .assert()
            .code(2)
            .stdout(is_empty())
            .stderr(contains(words));
    }
    assert_eq!(fs::read_to_string(&old).unwrap(), "old");
}

#[test]
fn a_picture_is_kept_as_it_was_where_the_program_does_not_start() {
    let folder = TempDir::new().unwrap();
    let picture = folder.path().join("heat.svg");
    fs::write(&picture, "old").unwrap();
    let Some(python) = oldest_and_newest().pop() else { return };
    evalody(&python, &["heat", "nowhere.py", "--picture", picture.to_str().unwrap()]).assert().code(2);
    assert_eq!(fs::read_to_string(&picture).unwrap(), "old");
}

#[test]
fn pictures_are_xml_that_says_everything_in_words() {
    let Some(python) = oldest_and_newest().pop() else { return };
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("odd.py");
    fs::write(&path, "x = [\"<&'\" for i in range(9)]  # \u{c} </svg>\n").unwrap();
    for command in [&["heat"][..], &["explain", "@memory"]] {
        let picture = folder.path().join("out.svg");
        let words = [command, &[path.to_str().unwrap(), "--picture", picture.to_str().unwrap()]].concat();
        evalody(&python, &words).assert().success();
        let svg = fs::read_to_string(&picture).unwrap();
        assert_eq!(svg.matches("</svg>").count(), 1, "what the program says is escaped");
        assert!(svg.contains("<title>") && svg.contains("odd.py") && svg.contains("prefers-color-scheme"));
        assert!(!svg.contains('\u{c}'), "XML has no form feeds");
    }
}

/// A program that takes memory on one line and gives it back on another, and runs the collector.
const MEMORY: &str = "\
import gc
class Node:
    pass
kept = [object() for _ in range(3000)]
for _ in range(3):
    node = Node()
    node.self = node
node = None
gc.collect()
del kept
x = 1
";

fn memory(python: &Path, path: &Path, options: &[&str]) -> Vec<Value> {
    json_lines(&run(python, &["explain", "@memory"], &[path.to_str().unwrap()], &[&["--format", "json"], options].concat()))
}

#[test]
fn memory_is_told_of_the_lines_that_take_it_and_give_it_back() {
    let (_folder, path) = file("memory.py", MEMORY);
    for (python, _) in pythons() {
        let lines = memory(&python, &path, &[]);
        let of_line = |number: u64, which: &str| {
            let mut rows = lines.iter().filter(|line| line["table"] == "line" && line["line"] == number);
            rows.next().map_or(0, |row| row["blocks"][which].as_u64().unwrap())
        };
        assert_eq!(lines[0]["is_told_by_instruction"], true);
        assert!(of_line(4, "allocated") >= 3000, "{python:?}: {lines:?}");
        assert!(of_line(10, "released") >= 3000, "{python:?}: {lines:?}");
        let sum = |which: &str| -> u64 {
            let rows = lines.iter().filter(|line| line["table"] == "line").map(|row| row["blocks"][which].as_u64().unwrap());
            rows.sum::<u64>() + lines[0]["apart"][which].as_u64().unwrap()
        };
        assert_eq!((sum("allocated"), sum("released")), (lines[0]["allocated"].as_u64().unwrap(), lines[0]["released"].as_u64().unwrap()));
        assert!(lines[0]["peak"].as_i64().unwrap() >= 3000);
        let full: Vec<&Value> = lines.iter().filter(|line| line["table"] == "collection" && line["generation"] == 2).collect();
        assert!(full.iter().any(|run| run["line"] == 9 && run["collected"].as_u64().unwrap() >= 3), "{python:?}: {lines:?}");
    }
}

#[test]
fn what_the_trace_tells_of_memory_comes_to_the_same() {
    for python in oldest_and_newest() {
        let (_folder, path) = file("memory.py", MEMORY);
        let trace = trace(&python, &[path.to_str().unwrap()]);
        let lines = memory(&python, &path, &[]);
        let runs = trace.entries.iter().filter(|entry| {
            let evalody::trace::Entry::Mark(mark) = entry else { return false };
            matches!(mark.kind, evalody::trace::MarkKind::CollectionEnded { .. })
        });
        assert_eq!(lines[0]["collections"], runs.count());
        // Which object finds a block in a free list may differ by a few from run to run.
        let net: i64 = trace.steps().map(|step| i64::from(step.blocks)).sum();
        let marks: i64 = trace
            .entries
            .iter()
            .map(|entry| match entry {
                evalody::trace::Entry::Mark(evalody::trace::Mark { kind: evalody::trace::MarkKind::BlocksChanged { by }, .. }) => {
                    i64::from(*by)
                }
                _ => 0,
            })
            .sum();
        assert!((lines[0]["net"].as_i64().unwrap() - net - marks).abs() <= 8, "{} against {net} and {marks}", lines[0]);
    }
}

#[test]
fn the_recorder_in_python_tells_no_lines_and_says_so() {
    let (_folder, path) = file("memory.py", MEMORY);
    for python in oldest_and_newest() {
        let lines = memory(&python, &path, &["--recorder", "python"]);
        assert_eq!(lines[0]["is_told_by_instruction"], false);
        assert!(!lines.iter().any(|line| line["table"] == "line"));
        evalody(&python, &["explain", "@memory", path.to_str().unwrap(), "--recorder", "python"])
            .assert()
            .success()
            .stdout(contains("Memory blocks, not objects"))
            .stdout(contains("not told by line"));
    }
}

#[test]
fn the_loop_of_a_program_is_told_after_its_page() {
    let Some(python) = oldest_and_newest().pop() else { return };
    let (_folder, path) = file("loop.py", "x = 0\nfor i in range(50):\n    x += i\n");
    evalody(&python, &["explain", "@loop", path.to_str().unwrap()]).assert().success().stdout(contains("C handlers make up"));
    // What ran is told of in its own version.
    let Some((oldest, version)) = pythons().into_iter().find(|(_, version)| *version < (3, 11)) else { return };
    let told = evalody(&oldest, &["explain", "@loop", path.to_str().unwrap()]).assert().success();
    told.stdout(
        contains("case TARGET(EXTENDED_ARG)").and(contains("tier1").not()).and(contains(format!("CPython {}.{}", version.0, version.1))),
    );
}
