//! Specialisation (PEP 659), seen in a second run and told in the recorded one: by CPython's own names, at the
//! tick it was seen at, and with every tick of both runs the same.
// Not again where the musical half is tested alone.
#![cfg(feature = "embedded")]

#[path = "support/interpreters.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use evalody::compose::{Style, StyleName, compose};
use evalody::fold::{Zoom, fold};
use evalody::hear::{bars, song_of};
use evalody::interpreter::options::Only;
use evalody::interpreter::{self, Agreement, InterpreterError, Merging, Request, State, warm_up};
use evalody::perform::perform;
use evalody::trace::{CodeId, Entry, Limit, Mark, MarkKind, Outcome, Trace};
use support::{file, hear, pythons, request, request_of};

/// A program whose sites specialise and then meet what their forms cannot do.
const CHANGING: &str = r#"
class Point:
    def __init__(self, x):
        self.x = x

class Dynamic:
    def __getattr__(self, name):
        return 1

def add(a, b):
    return a + b

def get(p):
    return p.x

for i in range(12):
    add(i, 1)
    get(Point(i))
for i in range(400):
    add([i], [1])
    get(Dynamic())
"#;

/// Both runs put together.
fn warmed(request: &Request) -> (Trace, Merging) {
    let warmth = warm_up(request, || true).unwrap().expect("it is wanted");
    let mut merging = Merging::new(warmth);
    let mut running = interpreter::start(request).unwrap();
    let mut trace = Trace { dialect: running.dialect().clone(), ..Trace::default() };
    trace.outcome = loop {
        // What it prints is in nobody's way.
        let _ = running.output().map(|output| output.try_iter().count());
        if let State::Ended(outcome) = running.listen(&mut merging.over(&mut trace)).unwrap() {
            break outcome;
        }
    };
    let outcome = trace.outcome.clone();
    merging.finish(&outcome, &mut trace);
    (trace, merging)
}

fn with_each_specialising_python(test: impl Fn(&Path, (u8, u8))) {
    for (python, version) in pythons().into_iter().filter(|(_, version)| *version >= (3, 12)) {
        test(&python, version);
    }
}

fn said_by(python: &Path, program: &str) -> String {
    let output = Command::new(python).args(["-c", program]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// CPython's own table: each form with its base.
fn bases(python: &Path) -> BTreeMap<String, String> {
    const TELL: &str = "import opcode\nfor base, forms in opcode._specializations.items():\n    for form in forms: print(form, base)";
    said_by(python, TELL).lines().filter_map(|line| line.split_once(' ')).map(|(form, base)| (form.to_owned(), base.to_owned())).collect()
}

/// A change of form: code object's name, opcode recorded there, form, and how often the code object had been
/// called by then.
type Told = (String, String, Option<String>, usize);

fn told(trace: &Trace) -> Vec<Told> {
    let mut calls: BTreeMap<CodeId, usize> = BTreeMap::new();
    let mut told = Vec::new();
    for entry in &trace.entries {
        match entry {
            Entry::Mark(Mark { kind: MarkKind::Called(code), .. }) => *calls.entry(*code).or_default() += 1,
            Entry::Mark(Mark { kind: MarkKind::Specialised { code, offset, form }, .. }) => {
                let known = &trace.codes[code.index()];
                let opcode = known.at(*offset).unwrap_or_else(|| panic!("{} has nothing at {offset}", known.qualname)).opcode.to_string();
                let form = form.map(|form| trace.names[form.index()].to_string());
                told.push((known.qualname.clone(), opcode, form, calls.get(code).copied().unwrap_or(0)));
            }
            _ => {}
        }
    }
    told
}

fn at(told: &[Told], function: &str, opcode: &str) -> Vec<(Option<String>, usize)> {
    told.iter().filter(|told| told.0 == function && told.1 == opcode).map(|told| (told.2.clone(), told.3)).collect()
}

#[test]
fn a_site_takes_its_form_between_two_calls_and_falls_back_when_types_change() {
    with_each_specialising_python(|python, version| {
        let (trace, merging) = warmed(&request(python, CHANGING));
        let told = told(&trace);
        // Warm from the second call on, seen when the third begins: it has been called twice until then.
        for (function, opcode, form) in [("add", "BINARY_OP", "BINARY_OP_ADD_INT"), ("get", "LOAD_ATTR", "LOAD_ATTR_INSTANCE_VALUE")] {
            let changes = at(&told, function, opcode);
            assert_eq!(changes[0], (Some(form.to_owned()), 2), "{version:?}: {changes:?}");
            // 53 misses (`adaptive_counter_cooldown`) after the twelfth call; of those calls each 64th is looked at.
            assert_eq!(changes[1], (None, 127), "{version:?}: {changes:?}");
            let code = trace.codes.iter().find(|code| code.name == function).unwrap();
            let offset = code.instructions().iter().find(|instruction| &*instruction.opcode == opcode).unwrap().offset;
            let site = merging.warmth().site(merging.warmth().number(code).unwrap(), offset).unwrap();
            assert!(site.falls >= 1, "{version:?}: {site}");
        }
        assert!(merging.remark(&trace.outcome).contains("ticks agree"), "{}", merging.remark(&trace.outcome));
    });
}

/// Songs of ours, and programs of the standard library with all that they use of it.
fn programs(python: &Path, directory: &Path) -> Vec<(String, Request)> {
    let library = PathBuf::from(said_by(python, "import os; print(os.path.dirname(os.__file__))").trim());
    let mut programs = Vec::new();
    for song in ["attributes", "closures", "exceptions", "memory", "recursion", "sort_merge", "tasks", "pipeline"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("songs/{song}.py"));
        programs.push((song.to_owned(), request_of(python, &path, &[])));
    }
    let source = directory.join("source.py");
    std::fs::write(&source, "def f(x):\n    return [y * x for y in range(3)]\n").unwrap();
    let source = source.to_str().unwrap();
    for (name, arguments) in
        [("textwrap.py", vec![]), ("dis.py", vec![source]), ("tokenize.py", vec![source]), ("ast.py", vec!["-a", source])]
    {
        programs.push((name.to_owned(), Request { only: Only::All, ..request_of(python, &library.join(name), &arguments) }));
    }
    programs
}

#[test]
fn real_programs_have_the_same_ticks_in_both_runs_and_every_form_is_one_of_the_opcode_recorded_there() {
    with_each_specialising_python(|python, version| {
        let (bases, directory) = (bases(python), tempfile::tempdir().unwrap());
        for (name, request) in programs(python, directory.path()) {
            let (trace, merging) = warmed(&request);
            let agreement = merging.agreement(&trace.outcome).unwrap();
            assert_eq!(agreement.agree, agreement.ticks, "{version:?} {name}");
            assert!(agreement.ticks > 20, "{version:?} {name}: {agreement:?}");
            let told = told(&trace);
            assert!(!told.is_empty(), "{version:?} {name}");
            for (function, opcode, form, _) in &told {
                if let Some(form) = form {
                    assert_eq!(bases.get(form), Some(opcode), "{version:?} {name} {function}: {form}");
                }
            }
        }
    });
}

/// Runs a program with nothing watching, and says in the end what its instructions have become, by `dis` and not by
/// the tracer.
const UNWATCHED: &str = r#"
import dis, opcode, sys
with open(sys.argv[1]) as file:
    code = compile(file.read(), sys.argv[1], "exec")
exec(code, {"__name__": "__main__"})
forms = {form for base, forms in opcode._specializations.items() if base != "RESUME" for form in forms if "__" not in form}
codes = [code]
for code in codes:
    codes += [constant for constant in code.co_consts if type(constant) is type(code)]
    for instruction in dis.get_instructions(code, adaptive=True):
        if instruction.opname in forms:
            print("form", code.co_qualname, code.co_firstlineno, instruction.offset, instruction.opname)
"#;

#[test]
fn forms_are_those_of_a_run_that_nobody_watches() {
    with_each_specialising_python(|python, version| {
        for song in ["attributes", "closures", "exceptions", "memory", "recursion", "sort_merge", "pipeline", "matrix"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("songs/{song}.py"));
            let output = Command::new(python).args(["-c", UNWATCHED]).arg(&path).env("PYTHONHASHSEED", "1").output().unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            let unwatched: BTreeSet<&str> = said.lines().filter_map(|line| line.strip_prefix("form ")).collect();
            let warmth = warm_up(&request_of(python, &path, &[]), || true).unwrap().unwrap();
            let sites = warmth.codes().iter().flat_map(|code| {
                let forms = code.instructions().iter().filter_map(|at| Some((at.offset, warmth.site(code.id, at.offset)?.form?)));
                forms.map(|(offset, form)| format!("{} {} {offset} {form}", code.qualname, code.first_line)).collect::<Vec<_>>()
            });
            let watched: BTreeSet<String> = sites.collect();
            assert!(!watched.is_empty(), "{version:?} {song}");
            assert_eq!(watched.iter().map(String::as_str).collect::<BTreeSet<_>>(), unwatched, "{version:?} {song}");
        }
    });
}

#[test]
fn the_recorded_run_is_told_as_it_is_without_the_second() {
    with_each_specialising_python(|python, version| {
        let request = request(python, CHANGING);
        let plain = hear(&request).unwrap().trace;
        let (warm, _) = warmed(&request);
        let without_forms = |trace: &Trace| -> Vec<Entry> {
            let is_kept = |entry: &&Entry| {
                !matches!(entry, Entry::Mark(Mark { kind: MarkKind::Specialised { .. } | MarkKind::BlocksChanged { .. }, .. }))
            };
            trace.entries.iter().filter(is_kept).cloned().collect()
        };
        assert_eq!(without_forms(&warm), without_forms(&plain), "{version:?}");
    });
}

#[test]
fn ticks_are_the_jumps_that_the_interpreter_tells_of() {
    with_each_specialising_python(|python, version| {
        let tells: BTreeSet<String> =
            said_by(python, "import dis\nprint(*[name[13:] for name in dis._all_opname if name.startswith('INSTRUMENTED_JUMP')])")
                .split_whitespace()
                .map(str::to_owned)
                .collect();
        let all = said_by(python, "import opcode; print(*opcode.opmap)");
        let ours: BTreeSet<String> =
            all.split_whitespace().filter(|opcode| interpreter::warm::is_tick_of_jump(opcode)).map(str::to_owned).collect();
        assert_eq!(ours, tells, "{version:?}");
    });
}

#[test]
fn cpython_3_11_tells_the_forms_of_its_end_and_no_moment() {
    for (python, _) in pythons().into_iter().filter(|(_, version)| *version == (3, 11)) {
        let bases = bases(&python);
        let (trace, merging) = warmed(&request(&python, CHANGING));
        let told = told(&trace);
        assert!(told.iter().any(|told| told.2.as_deref() == Some("STORE_ATTR_INSTANCE_VALUE")), "{told:?}");
        assert!(told.iter().all(|told| told.2.as_ref().is_none_or(|form| bases.get(form) == Some(&told.1))), "{told:?}");
        let is_form = |entry: &Entry| matches!(entry, Entry::Mark(Mark { kind: MarkKind::Specialised { .. }, .. }));
        let first = trace.entries.iter().position(is_form).unwrap();
        assert!(trace.entries[first..].iter().all(is_form), "all come last");
        assert_eq!(merging.agreement(&trace.outcome), None);
        assert!(merging.remark(&trace.outcome).contains("does not tell when"));
    }
}

#[test]
fn what_cannot_specialise_is_refused_with_the_remedy() {
    for (python, _) in pythons().into_iter().filter(|(_, version)| *version < (3, 11)) {
        let refusal = warm_up(&request(&python, "x = 1"), || true).unwrap_err();
        assert!(matches!(refusal, InterpreterError::NeverWarm { .. }) && refusal.is_bad_input(), "{refusal}");
        assert!(refusal.to_string().contains("that came with CPython 3.11"), "{refusal}");
    }
    let embedded = Request { choice: interpreter::Choice::Embedded, ..request(Path::new("python3"), "x = 1") };
    assert!(warm_up(&embedded, || true).unwrap_err().to_string().contains("--interpreter"));
}

#[test]
fn an_endless_program_is_stopped_and_its_beginning_is_told() {
    with_each_specialising_python(|python, version| {
        let mut request = request(python, "x = 0\nwhile True:\n    x = (x + 1) % 7\n");
        request.limits.steps = Some(3000);
        request.limits.time = Some(Duration::from_secs(5));
        let (trace, merging) = warmed(&request);
        assert_eq!(trace.outcome, Outcome::CutShort { limit: Limit::Steps(3000) });
        let Agreement { agree, ticks } = merging.agreement(&trace.outcome).unwrap();
        assert!(agree == ticks && ticks > 300, "{version:?}: {agree} of {ticks}");
        assert!(told(&trace).iter().any(|told| told.2.as_deref() == Some("BINARY_OP_ADD_INT")), "{version:?}");
        // Nothing counts the ticks while it waits: a thread of our own ends it.
        let sleeper = Request {
            limits: interpreter::Limits { time: Some(Duration::from_millis(300)), ..request.limits },
            ..support::request(python, "for i in range(20):\n    i + i\nimport time\ntime.sleep(60)\n")
        };
        let warmth = warm_up(&sleeper, || true).unwrap().unwrap();
        assert_eq!(warmth.outcome, Outcome::CutShort { limit: Limit::Time(Duration::from_millis(300)) });
        assert!(warmth.all_ticks().unwrap() >= 20 && warmth.changes(CodeId(0)).iter().any(|change| change.form.is_some()));
    });
}

#[test]
fn the_program_runs_twice_and_is_heard_once() {
    with_each_specialising_python(|python, version| {
        let (directory, path) = file("twice.py", "open('runs', 'a').write('x')\nprint('said')\nfor i in range(9):\n    i + i\n");
        let output = Command::new(env!("CARGO_BIN_EXE_evalody"))
            .env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"))
            .current_dir(&directory)
            .args(["show", "trace", "--specialise", "--interpreter"])
            .arg(python)
            .arg(&path)
            .output()
            .unwrap();
        let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert_eq!(std::fs::read_to_string(directory.path().join("runs")).unwrap(), "xx", "{version:?}");
        assert_eq!(stderr.matches("said").count(), 1, "{version:?}: {stderr}");
        assert!(stderr.contains("second run by CPython") && stderr.contains(" of "), "{stderr}");
        assert!(stdout.contains(" \"FOR_ITER_RANGE\"") && stdout.contains("specialised c0 @"), "{stdout}");
        let listed = Command::new(env!("CARGO_BIN_EXE_evalody"))
            .env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"))
            .current_dir(&directory)
            .args(["dis", "--specialise", "--interpreter"])
            .arg(python)
            .arg(&path)
            .output()
            .unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        assert!(listed.contains("= BINARY_OP_ADD_INT, since tick 3 (second run)"), "{listed}");
    });
}

#[test]
fn what_is_warm_and_what_falls_back_is_heard_back() {
    with_each_specialising_python(|python, version| {
        let (trace, _) = warmed(&request(python, CHANGING));
        let outline = fold(&trace, Zoom::Auto);
        for name in [StyleName::Groove, StyleName::Chip, StyleName::Ambient] {
            let style = Style::of(name);
            let performance = perform(&compose("changing", &outline, &trace.codes, &style));
            let heard = bars(&song_of(&performance), &style.mapping).unwrap();
            assert_eq!(heard, performance.states, "{version:?} {name}");
            assert_eq!(heard[0].warmth, 0, "{version:?} {name}: it begins cold");
            assert!(heard.iter().any(|state| state.warmth >= 2), "{version:?} {name}");
            assert!(heard.iter().map(|state| state.falls).sum::<u8>() >= 2, "{version:?} {name}");
        }
    });
}
