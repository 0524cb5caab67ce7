//! The native tap against the recorder in Python, and what it alone can tell.
// Not again where the musical half is tested alone.
#![cfg(feature = "embedded")]

#[path = "support/interpreters.rs"]
mod support;

use std::collections::BTreeMap;
use std::path::Path;

use evalody::interpreter::Request;
use evalody::interpreter::options::Recorder;
use evalody::songs;
use evalody::trace::{CodeId, Entry, Handover, Mark, MarkKind, NameId, Step};
use support::{Heard, hear, request, with_each_python};

/// By thread, all that both recorders tell of: steps without memory, and marks by name.
fn told(heard: &Heard) -> BTreeMap<u16, Vec<String>> {
    let code = |id: CodeId| {
        let code = &heard.trace.codes[id.index()];
        format!("{} {} {}", code.qualname, code.file, code.first_line)
    };
    let mut told: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for entry in &heard.trace.entries {
        let (thread, words) = match entry {
            Entry::Step(Step { code: id, offset, frame_depth, thread, .. }) => (*thread, format!("{} {offset} {frame_depth}", code(*id))),
            Entry::Mark(Mark { thread, kind }) => {
                let words = match kind {
                    MarkKind::Called(id) => format!("called {}", code(*id)),
                    MarkKind::Resumed(id) => format!("resumed {}", code(*id)),
                    MarkKind::Returned(id) => format!("returned {}", code(*id)),
                    MarkKind::Yielded(id) => format!("yielded {}", code(*id)),
                    MarkKind::Unwound(id) => format!("unwound {}", code(*id)),
                    MarkKind::Raised(id) => format!("raised {}", code(*id)),
                    MarkKind::Handled(id) => format!("handled {}", code(*id)),
                    MarkKind::TaskEntered(name) => format!("task {}", heard.trace.names[name.index()]),
                    MarkKind::ThreadStarted { thread } => format!("started {thread}"),
                    MarkKind::ThreadEnded => "ended".to_owned(),
                    _ => continue,
                };
                (*thread, words)
            }
        };
        told.entry(thread).or_default().push(words);
    }
    told
}

fn tapped(python: &Path, source: &str) -> Heard {
    let heard = hear(&request(python, source)).unwrap();
    assert!(heard.trace.dialect.recorder.starts_with("native tap"), "{:?} {:?}", heard.trace.dialect, heard.stderr);
    heard
}

fn marks(heard: &Heard) -> impl Iterator<Item = &Mark> {
    heard.trace.entries.iter().filter_map(|entry| match entry {
        Entry::Mark(mark) => Some(mark),
        Entry::Step(_) => None,
    })
}

fn name(heard: &Heard, id: NameId) -> &str {
    &heard.trace.names[id.index()]
}

/// Whatever else the songs leave out: delegation, closing, with blocks, comprehensions, deep frames, generated code.
const REST: &str = "
import asyncio, collections, contextlib, dataclasses
@contextlib.contextmanager
def manager():
    yield 1
@dataclasses.dataclass
class Point:
    x: int
    y: int = 2
def inner():
    try:
        yield 1
        yield 2
    finally:
        str(3)
def outer():
    yield from inner()
async def agen():
    for i in range(3):
        await asyncio.sleep(0)
        yield i
async def main():
    async with contextlib.AsyncExitStack():
        return [x async for x in agen()]
def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)
def fails(n):
    if n == 0:
        raise ValueError(n)
    try:
        fails(n - 1)
    finally:
        str(n)
for i in range(5):
    with manager() as m:
        try:
            fails(i)
        except ValueError as e:
            str(e)
list(outer()); next(outer())
asyncio.run(main())
deep(200)
Point(1) == Point(1)
collections.namedtuple('N', 'a b')(1, 2)
exec('for i in range(3): x = [j for j in range(i)]')
eval('1 + 2')
sorted(range(9), key=lambda x: -x)
g = inner(); next(g)
try: g.throw(KeyError('k'))
except KeyError: pass
try:
    {}.missing
except AttributeError: pass
";

#[test]
fn both_recorders_tell_the_same_of_the_programs_code() {
    with_each_python(|python, version| {
        let mut compared = 0;
        let songs = songs::all().iter().map(|song| (song.name, song.source));
        for (name, source) in songs.chain([("the rest", REST)]) {
            // Until 3.10 a trace function in Python takes a copy of the locals, which keeps what has gone alive: it is
            // released later than without us, and under the tap when it is.
            if name == "memory" && version < (3, 11) {
                continue;
            }
            let by_tap = tapped(python, source);
            let by_python = hear(&Request { recorder: Recorder::Python, ..request(python, source) }).unwrap();
            assert!(by_python.trace.dialect.recorder.starts_with("sys."), "{:?}", by_python.trace.dialect);
            assert_eq!((&by_tap.outcome, &by_tap.stdout), (&by_python.outcome, &by_python.stdout), "{version:?} {name}");
            let (tap, plain) = (told(&by_tap), told(&by_python));
            assert!(tap.keys().eq(plain.keys()), "{version:?} {name}: threads {:?} and {:?}", tap.keys(), plain.keys());
            for (thread, told) in &tap {
                let other = &plain[thread];
                if let Some(at) = (0..told.len().max(other.len())).find(|&at| told.get(at) != other.get(at)) {
                    let around = at.saturating_sub(3)..at + 3;
                    let part = |all: &[String]| all[around.start.min(all.len())..around.end.min(all.len())].join("\n");
                    panic!("{version:?} {name} thread {thread} at {at}\n-- tap\n{}\n-- python\n{}", part(told), part(other));
                }
            }
            compared += 1;
        }
        assert!(compared > 10, "{compared}");
    });
}

#[test]
fn a_change_of_memory_is_told_of_the_instruction_that_made_it() {
    let source = "kept = [None] * 100\ndef f():\n    for i in range(100):\n        kept[i] = object()\n    kept.clear()\nf()\n";
    with_each_python(|python, version| {
        let heard = tapped(python, source);
        let mut of_call = 0;
        let mut of_clear = 0;
        let mut others = 0;
        // What is told with a step belongs to the instruction before.
        let steps: Vec<Step> = heard.trace.steps().filter(|step| step.frame_depth == 1).copied().collect();
        for pair in steps.windows(2) {
            let instruction = heard.trace.codes[pair[0].code.index()].at(pair[0].offset).unwrap();
            match (instruction.span.line, &*instruction.opcode) {
                (Some(4), opcode) if opcode.starts_with("CALL") => of_call += i32::from(pair[1].blocks),
                (Some(5), opcode) if opcode.starts_with("CALL") => of_clear += i32::from(pair[1].blocks),
                _ => others += i32::from(pair[1].blocks).abs(),
            }
        }
        // 3.11 may keep one in a cache of its own; the list itself may give its array back.
        assert!((99..=101).contains(&of_call), "{version:?}: {of_call} by object()");
        assert!((-103..=-99).contains(&of_clear), "{version:?}: {of_clear} by clear()");
        assert!(others <= 6, "{version:?}: {others} by what makes and leaves nothing");
    });
}

#[test]
fn memory_is_told_the_same_in_every_run() {
    with_each_python(|python, version| {
        let blocks = || tapped(python, REST).trace.steps().map(|step| step.blocks).collect::<Vec<_>>();
        let (first, second) = (blocks(), blocks());
        let same = first.iter().zip(&second).filter(|(one, other)| one == other).count();
        // Addresses, which are hashes, decide a little what is found in free lists.
        assert!(first.len() == second.len() && same * 1000 >= first.len() * 998, "{version:?}: {same} of {}", first.len());
    });
}

#[test]
fn functions_in_c_are_named() {
    let source = "import math\nlist_ = []\nlist_.append(len('abc'))\nmath.sqrt(4)\n' a'.strip()\n";
    with_each_python(|python, version| {
        let heard = tapped(python, source);
        let called: Vec<&str> = marks(&heard)
            .filter_map(|mark| match mark.kind {
                MarkKind::CalledC(id) => Some(name(&heard, id)),
                _ => None,
            })
            .collect();
        let wanted = ["len", "list.append", "math.sqrt", "str.strip"];
        let found: Vec<&str> = called.into_iter().filter(|name| wanted.contains(name)).collect();
        assert_eq!(found, wanted, "{version:?}");
    });
}

#[test]
fn who_takes_over_the_gil_is_told_with_the_cause() {
    let source = "\
import sys, threading, time
sys.setswitchinterval(0.0005)
def busy():
    total = 0
    for i in range(60000):
        total += i
def sleepy():
    for i in range(3):
        time.sleep(0.002)
threads = [threading.Thread(target=f) for f in (busy, busy, sleepy)]
for t in threads: t.start()
for t in threads: t.join()
";
    with_each_python(|python, version| {
        let heard = tapped(python, source);
        let mut last = None;
        let mut causes = BTreeMap::<&str, u32>::new();
        for entry in &heard.trace.entries {
            let thread = match entry {
                Entry::Step(step) => step.thread,
                Entry::Mark(mark) => mark.thread,
            };
            match entry {
                Entry::Mark(Mark { kind: MarkKind::HandedOver { cause }, .. }) => {
                    assert_ne!(last, Some(thread), "{version:?}: a thread took over from itself");
                    let cause = match cause {
                        Handover::Interval => "interval",
                        Handover::Call => "call",
                        Handover::End => "end",
                    };
                    *causes.entry(cause).or_default() += 1;
                }
                _ => assert!(last.is_none_or(|last| last == thread), "{version:?}: thread {thread} runs and has not taken over"),
            }
            last = Some(thread);
        }
        assert!(causes.contains_key("call") && causes.contains_key("end"), "{version:?}: {causes:?}");
        assert!(causes.get("interval").is_some_and(|&count| count >= 2), "{version:?}: {causes:?}");
    });
}

#[test]
fn tasks_are_told_by_name() {
    let source = "\
import asyncio
async def child():
    await asyncio.sleep(0)
async def main():
    tasks = [asyncio.ensure_future(child()) for _ in range(2)]
    await asyncio.gather(*tasks)
asyncio.run(main())
";
    with_each_python(|python, version| {
        for recorder in support::RECORDERS {
            let heard = hear(&Request { recorder: *recorder, ..request(python, source) }).unwrap();
            let tasks: Vec<&str> = marks(&heard)
                .filter_map(|mark| match mark.kind {
                    MarkKind::TaskEntered(id) => Some(name(&heard, id)),
                    _ => None,
                })
                .collect();
            assert_eq!(tasks, ["Task-1", "Task-2", "Task-3", "Task-2", "Task-3", "Task-1"], "{version:?} {recorder:?}");
        }
    });
}

#[test]
fn what_the_library_generates_for_itself_is_none_of_the_programs() {
    let source = "\
import collections, dataclasses, ssl
N = collections.namedtuple('N', 'a')
@dataclasses.dataclass
class D:
    x: int
exec('y = D(1).x')
";
    with_each_python(|python, version| {
        for recorder in support::RECORDERS {
            let heard = hear(&Request { recorder: *recorder, ..request(python, source) }).unwrap();
            let generated: Vec<&str> =
                heard.trace.codes.iter().filter(|code| code.file.starts_with("<string>")).map(|code| code.name.as_str()).collect();
            assert_eq!(generated, ["<module>", "__init__"], "{version:?} {recorder:?} {}", heard.stderr);
        }
    });
}

#[test]
fn a_limit_of_steps_is_met_exactly() {
    with_each_python(|python, version| {
        for steps in [1, 7, 5000, 100_001] {
            let source = "import threading\ndef f():\n    while True: pass\nthreading.Thread(target=f, daemon=True).start()\nf()\n";
            let limits = evalody::interpreter::Limits { steps: Some(steps), ..Default::default() };
            let heard = hear(&Request { limits, ..request(python, source) }).unwrap();
            assert_eq!(heard.trace.steps().count() as u64, steps, "{version:?}");
        }
    });
}

#[test]
fn where_the_tap_cannot_be_loaded_python_records_and_says_so() {
    with_each_python(|python, version| {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("program.py"), "print(1)\n").unwrap();
        // As in a build for debugging.
        std::fs::write(directory.path().join("sitecustomize.py"), "import sys; sys.gettotalrefcount = lambda: 0\n").unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_evalody"));
        command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
        command.current_dir(directory.path()).env("PYTHONPATH", directory.path());
        let output = command.args(["show", "trace", "program.py", "--interpreter"]).arg(python).output().unwrap();
        let (trace, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(trace.contains("by \"sys."), "{version:?}: {trace}");
        assert!(said.contains("the native tap cannot be loaded") && said.contains("debugging"), "{version:?}: {said}");
    });
}
