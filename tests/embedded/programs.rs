//! What is told of programs that run: frames, exceptions, threads, generated code, the same each time.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use evalody::fold::{Zoom, fold};
use evalody::interpreter::options::Only;
use evalody::interpreter::wire::End;
use evalody::trace::{Entry, Mark, MarkKind, Origin, Outcome};

use super::child::{STARTING, options, run, run_file};

const FINISHED: Option<End> = Some(End::Outcome(Outcome::Finished));

/// A bit of everything that enters and leaves frames.
const EVERYTHING: &str = r#"
import asyncio, collections, contextlib, dataclasses, functools, gc, sys, threading

def numbers(n):
    try:
        for i in range(n):
            yield i
    except KeyError:
        yield -1
    finally:
        n = None

def outer(n):
    result = yield from numbers(n)
    return result

class Meta(type):
    def __call__(cls, *arguments):
        return super().__call__(*arguments)

class Node(metaclass=Meta):
    def __init__(self, value):
        self.value, self.me = value, self
    def __del__(self):
        self.value = None
    def __lt__(self, other):
        return self.value < other.value

@contextlib.contextmanager
def guarded():
    try:
        yield 1
    except ZeroDivisionError:
        pass

@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: int = 0

@functools.lru_cache
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

async def ticks(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i

async def main():
    async for i in ticks(3):
        pass
    async with asyncio.timeout(5):
        await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0))
    try:
        async with asyncio.timeout(0.001):
            await asyncio.sleep(5)
    except TimeoutError:
        pass

generator = outer(3)
next(generator)
generator.throw(KeyError())
generator.close()
never_started = numbers(1)
try:
    never_started.throw(ValueError)
except ValueError:
    pass
with guarded():
    1 / 0
sorted([Node(i % 3) for i in range(9)])
gc.collect()
assert Point(1) < Point(2)
Pair = collections.namedtuple("Pair", "a b")
Pair(1, 2)
fib(10)
exec("exec('value = 1')")
asyncio.run(main())
try:
    try:
        raise ValueError(1)
    finally:
        fib(11)
except* ValueError as group:
    pass
match Point(1, 2):
    case Point(x=1, y=y):
        pass
sys._getframe().f_trace_lines = True
print(fib(12), flush=True)
"#;

#[test]
fn frames_are_left_in_the_order_they_were_entered() {
    let run = run(EVERYTHING, options());
    assert_eq!(run.end, FINISHED, "{}", run.stderr);
    assert_eq!(run.stdout, "144\n");
    run.assert_balanced();
    assert!(run.marks(|kind| matches!(kind, MarkKind::Resumed(_))) > 5);
    assert!(run.marks(|kind| matches!(kind, MarkKind::Yielded(_))) > 5);
    assert!(run.marks(|kind| matches!(kind, MarkKind::Unwound(_))) > 0);
    assert!(run.marks(|kind| matches!(kind, MarkKind::CollectionEnded { .. })) > 0);
}

#[test]
fn two_runs_tell_the_same_bytes() {
    let first = run(EVERYTHING, options());
    let second = run(EVERYTHING, options());
    assert!(first.bytes == second.bytes, "{} and {} bytes", first.bytes.len(), second.bytes.len());
}

#[test]
fn only_the_program_and_what_it_generates_is_heard_unless_all_is_asked_for() {
    let user = run(EVERYTHING, options());
    assert!(user.trace.codes.iter().all(|code| code.origin != Origin::Library));
    assert!(user.trace.codes.iter().any(|code| code.origin == Origin::Generated && code.file == "<string>"));
    let mut everything = options();
    everything.only = Only::All;
    let all = run(EVERYTHING, everything);
    all.assert_balanced();
    assert!(all.trace.codes.iter().any(|code| code.origin == Origin::Library && code.file == "collections"));
    assert!(!all.trace.codes.iter().any(|code| code.file.starts_with("encodings.") || code.file == "codecs"));
}

#[test]
fn printing_adds_no_steps_of_the_library() {
    let mut all = options();
    all.only = Only::All;
    let run = run("print('é')\nx = 1\n", all);
    // After the program comes what ends every program.
    let origins = run.trace.steps().map(|step| run.trace.codes[step.code.index()].origin);
    let program = run.trace.steps().filter(|step| run.trace.codes[step.code.index()].origin == Origin::User).count();
    assert!(program > 5);
    assert!(origins.take(program).all(|origin| origin == Origin::User));
    assert_eq!(run.stdout, "é\n");
}

#[test]
fn threads_are_numbered_in_the_order_of_their_start() {
    let source = "import threading\n\
        def count(n):\n    for i in range(n): pass\n\
        threads = [threading.Thread(target=count, args=(n,)) for n in (10, 20, 30)]\n\
        for thread in threads: thread.start()\n\
        for thread in threads: thread.join()\n";
    let run = run(source, options());
    run.assert_balanced();
    let steps = |thread| run.trace.steps().filter(|step| step.thread == thread).count();
    assert!(steps(1) < steps(2) && steps(2) < steps(3), "{} {} {}", steps(1), steps(2), steps(3));
    assert_eq!(run.marks(|kind| matches!(kind, MarkKind::ThreadStarted { .. })), 3);
    assert_eq!(run.marks(|kind| *kind == MarkKind::ThreadEnded), 3);
}

#[test]
fn a_program_cannot_switch_its_trace_off() {
    let source = "import sys, threading\n\
        sys.settrace(None); sys.setprofile(None)\n\
        threading.settrace(None); threading.settrace_all_threads(None)\n\
        def f():\n    sys._getframe().f_trace = None\n    return 1\n\
        f()\nf()\nlast = 'heard'\n";
    let run = run(source, options());
    assert_eq!(run.end, FINISHED, "{}", run.stderr);
    run.assert_balanced();
    let module = &run.trace.codes[0];
    let heard = run.trace.steps().any(|step| step.code.0 == 0 && &*module.at(step.offset).unwrap().meaning == "'heard'");
    assert!(heard);
}

#[test]
fn modules_beside_the_program_are_heard_and_it_is_main() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("beside.py"), "def twice(x):\n    return 2 * x\n").unwrap();
    let program = folder.path().join("program.py");
    std::fs::write(&program, "import sys, beside\nprint(__name__, sys.argv, __file__ == sys.argv[2], beside.twice(4))\n").unwrap();
    let mut orders = options();
    orders.arguments = vec!["a b".into(), program.to_str().unwrap().into()];
    let run = run_file(&program, orders);
    assert_eq!(run.end, FINISHED, "{}", run.stderr);
    assert!(run.stdout.starts_with("__main__ ['program.py', 'a b'") && run.stdout.ends_with("True 8\n"), "{}", run.stdout);
    assert!(run.trace.codes.iter().any(|code| code.name == "twice" && code.origin == Origin::User));
}

#[test]
fn a_forked_child_is_not_heard() {
    let source = "import os\npid = os.fork()\nif pid == 0:\n    for i in range(1000): pass\n    os._exit(0)\nos.waitpid(pid, 0)\n";
    let mut free = options();
    free.confine = false;
    let run = run(source, free);
    assert_eq!(run.end, FINISHED, "{}", run.stderr);
    assert!(run.steps() < 100);
}

#[test]
fn code_compiled_again_and_again_is_told_once() {
    let run = run("for i in range(500):\n    exec('x = 1')\n", options());
    assert_eq!(run.trace.codes.len(), 2);
}

/// Modules of the library which do something when they are run as programs, with their arguments.
const SCRIPTS: [(&str, &[&str]); 8] = [
    ("heapq.py", &[]),
    ("difflib.py", &[]),
    ("textwrap.py", &[]),
    ("keyword.py", &[]),
    ("ast.py", &["sample.py"]),
    ("json/tool.py", &["sample.json"]),
    ("shlex.py", &["sample.py"]),
    ("calendar.py", &["2026"]),
];

#[test]
fn programs_that_nobody_here_wrote_run_to_their_end() {
    let Some(library) = library() else {
        assert!(std::env::var_os("CI").is_none(), "there is no python3");
        eprintln!("skipped: there is no python3");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sample.py"), "def f(x):\n    return x + 1\n").unwrap();
    std::fs::write(folder.path().join("sample.json"), "{\"a\": [1, 2]}").unwrap();
    for (script, arguments) in SCRIPTS {
        let program = folder.path().join(script.replace('/', "_"));
        std::fs::copy(library.join(script), &program).unwrap();
        let mut orders = options();
        orders.arguments = arguments
            .iter()
            .map(|&argument| match folder.path().join(argument) {
                file if file.exists() => file.to_str().unwrap().to_owned(),
                _ => argument.to_owned(),
            })
            .collect();
        let run = run_file(&program, orders);
        assert_eq!(run.end, FINISHED, "{script}: {}", run.stderr);
        assert!(run.steps() > 50, "{script}: {}", run.steps());
        run.assert_balanced();
        match script {
            "json/tool.py" => assert_eq!(run.stdout.split_whitespace().collect::<String>(), "{\"a\":[1,2]}"),
            "heapq.py" => assert!(run.stdout.contains("failed=0"), "{}", run.stdout),
            "calendar.py" => assert!(run.stdout.contains("December"), "{}", run.stdout),
            _ => {}
        }
    }
}

/// The folder of the library of this machine's CPython.
fn library() -> Option<PathBuf> {
    let child = {
        let _guard = STARTING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let ask = ["-c", "import sysconfig; print(sysconfig.get_paths()['stdlib'])"];
        Command::new("python3").args(ask).stdout(Stdio::piped()).spawn().ok()?
    };
    let output = child.wait_with_output().ok()?;
    output.status.success().then(|| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

/// Memory blocks are counted step by step, so that each of a thousand objects is told where it is made.
const THOUSAND: &str = "
def build():
    return [object() for _ in range(1000)]

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

#[test]
fn memory_that_is_taken_and_given_back_is_told_where_it_happens() {
    let run = run(THOUSAND, options());
    assert_eq!(run.end, FINISHED, "{}", run.stderr);
    let outline = fold(&run.trace, Zoom::Line);
    assert!(outline.tells_memory);
    let blocks_of = |function: &str| {
        let gestures = outline.gestures.iter().filter(|gesture| run.trace.codes[gesture.code.index()].qualname == function);
        gestures.fold((0, 0), |(up, down), gesture| (up + gesture.blocks_up, down + gesture.blocks_down))
    };
    // An object is one block and the number that counts it one more, which goes with the next turn, but for
    // small numbers, which are there already. The rest is the list, frames and iterators.
    let (up, down) = blocks_of("build");
    assert!((1000..2100).contains(&up) && (950..1050).contains(&(up - down)), "{up} up, {down} down while building");
    let (up, down) = blocks_of("clear");
    assert!(up < 20 && (1000..1020).contains(&down), "{up} up, {down} down while clearing");
    let (up, down) = blocks_of("wait");
    assert!(up < 150 && down < 150, "{up} up, {down} down while nothing is made");
}

#[test]
fn a_change_that_no_step_can_hold_is_told_whole() {
    let run = run("things = [object() for _ in range(5000)]\nthings.clear()\nthings = None\n", options());
    let total: i64 = run
        .trace
        .entries
        .iter()
        .map(|entry| match entry {
            Entry::Step(step) if step.blocks < -1000 => i64::from(step.blocks),
            Entry::Mark(Mark { kind: MarkKind::BlocksChanged { by }, .. }) => i64::from(*by),
            _ => 0,
        })
        .sum();
    assert!((-5010..=-5000).contains(&total), "{total}");
}
