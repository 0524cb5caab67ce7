//! The user's own CPython under trace: it does what it does without us, and what it did is told.
// Not again where the musical half is tested alone.
#![cfg(feature = "embedded")]

#[path = "support/interpreters.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use evalody::fold::{Zoom, fold};
use evalody::interpreter::options::Recorder;
use evalody::interpreter::{Request, TRACER};
use evalody::trace::{CodeId, Entry, Mark, MarkKind, Origin, Outcome};
use support::battery::BATTERY;
use support::{Heard, RECORDERS, file, hear, plain, request, request_of, with_each_python, without_numbers};

/// Every frame that was entered was left, in every thread, and none twice.
fn assert_frames_balance(heard: &Heard, context: &str) {
    let mut open = std::collections::BTreeMap::<u16, i64>::new();
    for entry in &heard.trace.entries {
        if let Entry::Mark(mark) = entry {
            let depth = open.entry(mark.thread).or_default();
            match mark.kind {
                MarkKind::Called(_) | MarkKind::Resumed(_) => *depth += 1,
                MarkKind::Returned(_) | MarkKind::Yielded(_) | MarkKind::Unwound(_) => *depth -= 1,
                _ => {}
            }
            assert!(*depth >= 0, "{context}: a frame was left that was never entered");
        }
    }
    assert!(open.values().all(|&depth| depth == 0), "{context}: frames left open {open:?}");
}

#[test]
fn programs_print_and_end_as_without_us() {
    with_each_python(|python, version| {
        let mut differences = Vec::new();
        for (name, source) in BATTERY {
            let (_directory, path) = file("program.py", source);
            let (stdout, stderr, status) = plain(python, &path, &["one", "--two"]);
            for &recorder in RECORDERS {
                let request = Request { recorder, ..request_of(python, &path, &["one", "--two"]) };
                let heard = hear(&request).unwrap_or_else(|error| panic!("{version:?} {name}: {error}"));
                for (what, plain, heard) in [("stdout", &stdout, &heard.stdout), ("stderr", &stderr, &heard.stderr)] {
                    if without_numbers(plain) != without_numbers(heard) {
                        differences.push(format!("{version:?} {recorder:?} {name}: {what}\n--- plain\n{plain}\n--- heard\n{heard}"));
                    }
                }
                if heard.status != Some(status) {
                    let (status_heard, outcome) = (heard.status, heard.outcome);
                    differences
                        .push(format!("{version:?} {recorder:?} {name}: status {status} plain, {status_heard:?} heard; {outcome:?}"));
                }
            }
        }
        assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n\n"));
    });
}

#[test]
fn standard_programs_print_and_end_as_without_us() {
    const PROGRAMS: &[(&str, &[&str])] = &[
        ("textwrap.py", &[]),
        ("heapq.py", &[]),
        ("difflib.py", &[]),
        ("json/tool.py", &["--sort-keys", "DATA"]),
        ("ast.py", &["-a", "SOURCE"]),
        ("dis.py", &["SOURCE"]),
        ("tokenize.py", &["SOURCE"]),
        ("keyword.py", &[]),
        ("calendar.py", &["2024", "2"]),
        ("base64.py", &["-t"]),
    ];
    with_each_python(|python, version| {
        let (_here, data) = file("data.json", r#"{"b": [1, 2, {"c": null}], "a": "text"}"#);
        let (_there, source) = file("source.py", "def f(x):\n    return [y * x for y in range(3)]\n");
        let library = library_of(python);
        for (name, arguments) in PROGRAMS {
            let path = library.join(name);
            let named = |&argument: &&str| match argument {
                "DATA" => data.display().to_string(),
                "SOURCE" => source.display().to_string(),
                other => other.to_owned(),
            };
            let arguments: Vec<String> = arguments.iter().map(named).collect();
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let expected = plain(python, &path, &arguments);
            let heard = hear(&request_of(python, &path, &arguments)).unwrap_or_else(|error| panic!("{version:?} {name}: {error}"));
            assert_eq!(without_numbers(&heard.stdout), without_numbers(&expected.0), "{version:?} {name}");
            assert_eq!((heard.stderr.as_str(), heard.status), (expected.1.as_str(), Some(expected.2)), "{version:?} {name}");
            assert!(heard.trace.steps().count() > 20, "{version:?} {name}: {:?}", heard.trace.steps().count());
            assert_frames_balance(&heard, name);
        }
    });
}

/// Where the standard library of a Python is.
fn library_of(python: &Path) -> PathBuf {
    let output = Command::new(python).args(["-c", "import os; print(os.path.dirname(os.__file__))"]).output().expect("the Python runs");
    PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
}

#[test]
fn a_short_program_is_told_step_by_step() {
    const OPCODES_OF_DOUBLE: &[(u8, &[&str])] = &[
        (8, &["LOAD_FAST", "LOAD_CONST", "BINARY_MULTIPLY", "RETURN_VALUE"]),
        (11, &["LOAD_FAST", "LOAD_CONST", "BINARY_OP", "RETURN_VALUE"]),
    ];
    with_each_python(|python, version| {
        let heard = hear(&request(python, "def double(x):\n    return x * 2\nprint(double(21))\n")).unwrap();
        assert_eq!((&heard.outcome, heard.stdout.as_str()), (&Outcome::Finished, "42\n"), "{version:?} {}", heard.stderr);
        let told = heard.trace.steps().filter(|step| step.frame_depth == 1);
        let told: Vec<_> = told.map(|step| heard.trace.codes[step.code.index()].at(step.offset).unwrap().opcode.to_string()).collect();
        let expected = OPCODES_OF_DOUBLE.iter().rfind(|(minor, _)| *minor <= version.1).unwrap().1;
        // 3.14 borrows what 3.13 loads.
        assert!(version >= (3, 14) || told == expected, "{version:?}: {told:?}");
        assert_frames_balance(&heard, "double");
    });
}

/// A run of the program's instructions counted by nobody but sys.monitoring itself.
const INDEPENDENT_COUNT: &str = r#"
import sys
source = open(sys.argv[1]).read()
code = compile(source, sys.argv[1], "exec")
count, calls, monitoring = 0, 0, sys.monitoring
def counted(code, offset):
    global count
    count += code.co_filename == sys.argv[1]
def called(code, offset):
    global calls
    calls += code.co_filename == sys.argv[1]
monitoring.use_tool_id(2, "count")
monitoring.register_callback(2, monitoring.events.INSTRUCTION, counted)
monitoring.register_callback(2, monitoring.events.PY_START, called)
monitoring.set_events(2, monitoring.events.INSTRUCTION | monitoring.events.PY_START)
try:
    exec(code, {"__name__": "__main__"})
finally:
    monitoring.set_events(2, 0)
print(count, calls, file=sys.stderr)
"#;

/// Every kind of frame and jump; prints nothing.
const VARIED: &str = r#"
import contextlib
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def gen(n):
    for i in range(n):
        try:
            yield i
        finally:
            i += 1
@contextlib.contextmanager
def manager():
    yield 1
async def coroutine(): return [x async for x in agen()]
async def agen():
    for i in range(3): yield i
class Thing:
    def __init__(self, x): self.x = x
    @property
    def double(self): return self.x * 2
fib(12)
sum(gen(30)); next(gen(3))
for i in range(20):
    with manager() as m: i += m
    try:
        if i % 3: raise ValueError(i)
        {}[i]
    except (ValueError, KeyError) as e: str(e)
try: coroutine().send(None)
except StopIteration as e: assert e.value == [0, 1, 2]
[Thing(i).double for i in range(10)]; {i: j for i, j in zip("abc", range(3))}
sorted(range(20), key=lambda x: -x)
long = [
    """ + ",
    ".join("x%d" % i for i in range(300)) + """
] if False else 0
"#;

#[test]
fn steps_are_those_that_an_independent_count_finds() {
    let (_here, counter) = file("count.py", INDEPENDENT_COUNT);
    let (_there, path) = file("varied.py", VARIED);
    with_each_python(|python, version| {
        if version < (3, 12) {
            return; // nothing else there counts instructions truly
        }
        let (_, stderr, status) = plain(python, &counter, &[path.to_str().unwrap()]);
        assert_eq!(status, 0, "{stderr}");
        let heard = hear(&request_of(python, &path, &[])).unwrap();
        // The library makes named tuples by generating code, which is heard but not counted here.
        let is_counted = |code: CodeId| heard.trace.codes[code.index()].origin == Origin::User;
        let steps = heard.trace.steps().filter(|step| is_counted(step.code)).count();
        let calls = heard
            .trace
            .entries
            .iter()
            .filter(|entry| matches!(entry, Entry::Mark(Mark { kind: MarkKind::Called(code), .. }) if is_counted(*code)));
        assert_eq!(stderr.trim(), format!("{steps} {}", calls.count()), "{version:?}");
    });
}

#[test]
fn the_same_program_gives_the_same_trace() {
    let (_there, path) = file("varied.py", VARIED);
    with_each_python(|python, version| {
        let run = || hear(&request_of(python, &path, &[])).unwrap();
        let (first, second) = (run(), run());
        assert_eq!(first.outcome, Outcome::Finished, "{version:?}");
        assert_eq!(first.trace.codes, second.trace.codes, "{version:?}");
        assert!(without_memory(&first) == without_memory(&second), "{version:?}: two traces differ");
        assert_frames_balance(&first, "varied");
        let all_known = first.trace.steps().all(|step| first.trace.codes[step.code.index()].at(step.offset).is_some());
        assert!(all_known, "{version:?}: a step at an offset where there is no instruction");
        let deep = first.trace.steps().all(|step| first.trace.codes[step.code.index()].at(step.offset).unwrap().depth_before.is_some());
        assert!(deep, "{version:?}: a step where no path leads");
    });
}

#[test]
fn who_delegates_or_waits_is_suspended_and_not_unwound() {
    let source = "\
import asyncio
def inner():
    yield 1
    yield 2
def outer():
    yield from inner()
    yield from ()
    return 3
async def wait():
    await asyncio.sleep(0)
    await asyncio.sleep(0)
print(list(outer()))
asyncio.run(wait())
def failing():
    yield from broken()
def broken():
    yield 1
    raise ValueError
try:
    list(failing())
except ValueError:
    pass
";
    with_each_python(|python, version| {
        let heard = hear(&request(python, source)).unwrap();
        let of = |name: &str, is_it: fn(&MarkKind) -> Option<CodeId>| {
            let marks = heard.trace.entries.iter().filter_map(|entry| match entry {
                Entry::Mark(mark) => is_it(&mark.kind),
                Entry::Step(_) => None,
            });
            marks.filter(|code| heard.trace.codes[code.index()].name == name).count()
        };
        let yielded = |name: &str| of(name, |kind| if let MarkKind::Yielded(code) = kind { Some(*code) } else { None });
        let unwound = |name: &str| of(name, |kind| if let MarkKind::Unwound(code) = kind { Some(*code) } else { None });
        assert_eq!(["outer", "wait", "failing", "broken"].map(yielded), [2, 2, 1, 1], "{version:?}");
        assert_eq!(["outer", "wait", "failing", "broken"].map(unwound), [0, 0, 1, 1], "{version:?}");
    });
}

/// Says what it finds of the seed of its hashes, itself and by a program of its own, and the order of a set.
const HASHES: &str = "\
import os, sys
print(os.environ.get('PYTHONHASHSEED'), sys.flags.hash_randomization, list({'a', 'b', 'c', 'dd', 'e'}), flush=True)
os.system('echo seed=$PYTHONHASHSEED')
";

#[test]
fn hashes_are_the_same_in_every_run_and_the_program_finds_no_trace_of_it() {
    if std::env::var_os("PYTHONHASHSEED").is_some() {
        eprintln!("skipped: PYTHONHASHSEED is set");
        return;
    }
    with_each_python(|python, version| {
        let run = || hear(&request(python, HASHES)).unwrap().stdout;
        let (first, second) = (run(), run());
        assert_eq!(first, second, "{version:?}");
        assert!(first.starts_with("None 1 [") && first.ends_with("seed=\n"), "{version:?}: {first}");
    });
}

#[test]
fn a_seed_that_somebody_has_chosen_is_left_alone() {
    let (there, _) = file("hashes.py", HASHES);
    with_each_python(|python, version| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evalody"));
        command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
        command.current_dir(there.path()).args(["show", "outline", "hashes.py", "--interpreter"]).arg(python);
        // What the program prints is out of the way, on standard error.
        let told = command.env("PYTHONHASHSEED", "5").output().unwrap().stderr;
        let told = String::from_utf8_lossy(&told);
        assert!(told.contains("5 1 [") && told.contains("seed=5\n"), "{version:?}: {told}");
    });
}

/// Memory is told to within a few blocks: what the library keeps under hashes differs by that.
fn without_memory(heard: &Heard) -> Vec<&Entry> {
    let is_other = |entry: &&Entry| !matches!(entry, Entry::Mark(Mark { kind: MarkKind::BlocksChanged { .. }, .. }));
    heard.trace.entries.iter().filter(is_other).collect()
}

/// Compares what the tracer says of every instruction with `dis`, the other reader of bytecode.
const COMPARE_WITH_DIS: &str = r#"
import argparse, ast, dis, difflib, json, sys, textwrap, typing
tracer = {"__name__": "evalody", "FOUND_MODULES": set(), "BOOT_FILE": "", "OPTIONS": "{}"}
with open(sys.argv[1]) as file:
    exec(compile(file.read(), "<evalody>", "exec"), tracer)
compared = 0
for module in (argparse, ast, dis, difflib, textwrap, typing):
    with open(module.__file__) as file:
        code = compile(file.read(), module.__file__, "exec")
    for code in tracer["nested"](code):
        told = {row[0]: row for row in json.loads(tracer["described"](code, 0, "user", "x"))["instructions"]}
        for shown in dis.get_instructions(code):
            row = told.get(shown.offset)
            is_prefix = shown.opname == "EXTENDED_ARG" or row is None
            if is_prefix:
                continue  # before 3.12 the instruction stands at its prefix
            assert (row[1], row[2]) == (shown.opname, shown.arg), (row, shown)
            assert row[6] is None or row[6][0] == shown.argval, (row, shown)
            if hasattr(shown, "positions"):
                line, end_line, column, end_column = shown.positions
                assert row[4] == [line, column, end_line, end_column], (row, shown)
            # Ours has no addresses, sets in order, numbers for labels, words where `dis` has none, and is cut short.
            if row[6] is None and 0 < len(shown.argrepr) <= 80 and "code object" not in shown.argrepr and "frozenset" not in shown.argrepr:
                assert row[3] == shown.argrepr, (row, shown)
            compared += 1
print(compared)
"#;

#[test]
fn instructions_are_described_as_dis_does() {
    let (_here, script) = file("compare.py", COMPARE_WITH_DIS);
    let (_there, tracer) = file("tracer.py", TRACER);
    with_each_python(|python, version| {
        let (stdout, stderr, status) = plain(python, &script, &[tracer.to_str().unwrap()]);
        assert_eq!(status, 0, "{version:?}: {stderr}");
        assert!(stdout.trim().parse::<u32>().unwrap() > 10_000, "{version:?}: {stdout}");
    });
}

/// A thousand objects come and go; needs nothing of the library.
const THOUSAND: &str = "
def build():
    things = []
    for _ in range(1000):
        things.append(object())
    return things

def clear(things):
    things.clear()

def wait():
    for i in range(40):
        pass

wait()
things = build()
wait()
clear(things)
wait()
";

/// Memory blocks as the recorder in Python counts them, that came and went while a function ran, by the outline; frames and lists that pass by
/// on the way are the tolerance.
fn blocks_of(heard: &Heard, function: &str) -> (u32, u32) {
    let outline = fold(&heard.trace, Zoom::Line);
    let gestures = outline.gestures.iter().filter(|gesture| heard.trace.codes[gesture.code.index()].qualname.starts_with(function));
    gestures.fold((0, 0), |(up, down), gesture| (up + gesture.blocks_up, down + gesture.blocks_down))
}

#[test]
fn memory_that_is_taken_and_given_back_is_told_where_it_happens() {
    with_each_python(|python, version| {
        let heard = hear(&Request { recorder: Recorder::Python, ..request(python, THOUSAND) }).unwrap();
        assert_eq!(heard.outcome, Outcome::Finished, "{version:?} {}", heard.stderr);
        let (up, down) = blocks_of(&heard, "build");
        // The last few objects may be told on the way back, when the next reading is due.
        assert!((900..1050).contains(&up) && down < 50, "{version:?}: {up} up, {down} down while building");
        let (up, down) = blocks_of(&heard, "clear");
        assert!(up < 50 && (990..1050).contains(&down), "{version:?}: {up} up, {down} down while clearing");
        let (up, down) = blocks_of(&heard, "wait");
        assert!(up < 50 && down < 50, "{version:?}: {up} up, {down} down while nothing happens");
        assert!(fold(&heard.trace, Zoom::Line).tells_memory, "{version:?}");
    });
}

#[test]
fn memory_is_read_at_the_same_places_in_every_run() {
    with_each_python(|python, version| {
        let marks = || {
            let heard = hear(&Request { recorder: Recorder::Python, ..request(python, THOUSAND) }).unwrap();
            let mut steps = 0;
            let mut found = Vec::new();
            for entry in &heard.trace.entries {
                match entry {
                    Entry::Step(_) => steps += 1,
                    // Small ones may come and go with the free lists, which start as the library left them.
                    Entry::Mark(Mark { kind: MarkKind::BlocksChanged { by }, .. }) if by.abs() > 10 => found.push((steps, *by)),
                    Entry::Mark(_) => {}
                }
            }
            found
        };
        let (first, second) = (marks(), marks());
        assert!(first.len() > 5, "{version:?}: {first:?}");
        let is_near = |(one, other): (&(u32, i32), &(u32, i32))| one.0 == other.0 && (one.1 - other.1).abs() <= 2;
        assert!(first.len() == second.len() && first.iter().zip(&second).all(is_near), "{version:?}: {first:?} {second:?}");
    });
}
