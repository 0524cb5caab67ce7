//! How runs end: of themselves, by an exception, at a limit, by a kill.

use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;

use evalody::interpreter::wire::{End, LimitKind};
use evalody::trace::Outcome;

use super::child::{STARTING, command, inheritable, options, run};

fn raised(source: &str) -> (Option<u32>, String, String, String) {
    let run = run(source, options());
    run.assert_balanced();
    match run.end {
        Some(End::Outcome(Outcome::Raised { line, kind, message, traceback })) => {
            assert_eq!(run.stderr, traceback);
            (line, kind, message, traceback)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_exception_is_the_outcome_with_the_line_of_the_program() {
    let (line, kind, message, traceback) = raised("import json\n\njson.loads('{')\n");
    assert_eq!((line, kind.as_str()), (Some(3), "JSONDecodeError"));
    assert!(message.starts_with("Expecting property name"), "{message}");
    assert!(traceback.starts_with("Traceback (most recent call last):\n  File \"<stdin>\", line 3, in <module>\n"), "{traceback}");
}

#[test]
fn endless_recursion_is_an_exception() {
    let (line, kind, ..) = raised("def f(n):\n    return f(n + 1)\nf(0)\n");
    assert_eq!((line, kind.as_str()), (Some(2), "RecursionError"));
}

#[test]
fn printing_the_traceback_is_not_part_of_the_program() {
    let run = run("1 / 0\n", options());
    assert!(run.steps() < 10, "{}", run.steps());
}

#[test]
fn an_exit_has_its_status() {
    for (source, status) in [("import sys\nsys.exit(3)", 3), ("raise SystemExit('no')", 1)] {
        assert_eq!(run(source, options()).end, Some(End::Outcome(Outcome::Exited { status })));
    }
    assert_eq!(run("import sys\nsys.exit()", options()).end, Some(End::Outcome(Outcome::Finished)));
}

#[test]
fn a_process_that_leaves_has_no_end() {
    let run = run("import os\nos._exit(4)", options());
    assert_eq!((run.end, run.status.code()), (None, Some(4)));
}

#[test]
fn the_limit_of_steps_is_exact_and_cannot_be_caught() {
    let source = "print('said')\nwhile True:\n    try:\n        while True: pass\n    except BaseException:\n        pass\n";
    for steps in [1, 1000, 12345] {
        let mut limited = options();
        limited.steps = Some(steps);
        let run = run(source, limited);
        assert_eq!(run.end, Some(End::Limit(LimitKind::Steps)));
        assert_eq!(run.steps() as u64, steps);
        assert_eq!(run.stdout, if steps > 10 { "said\n" } else { "" });
        run.assert_balanced();
    }
}

#[test]
fn a_program_of_as_many_steps_as_allowed_finishes() {
    let steps = run("x = 1\n", options()).steps() as u64;
    for (allowed, end) in [(steps, End::Outcome(Outcome::Finished)), (steps - 1, End::Limit(LimitKind::Steps))] {
        let mut limited = options();
        limited.steps = Some(allowed);
        assert_eq!(run("x = 1\n", limited).end, Some(end));
    }
}

#[test]
fn the_limit_of_time_ends_loops_and_native_calls() {
    for source in ["while True: pass", "import time\nprint('said')\ntime.sleep(1000)", "import re\nre.match('(a+)+$', 'a' * 50 + 'b')"] {
        let mut limited = options();
        limited.time_s = Some(0.5);
        assert_eq!(run(source, limited).end, Some(End::Limit(LimitKind::Time)), "{source}");
    }
}

#[test]
fn a_memory_bomb_ends() {
    let bombs = [
        "held = []\nwhile True:\n    held.append(bytearray(1 << 20))",
        "held = []\nwhile True:\n    try:\n        held.append(b'x' * 100000)\n    except BaseException:\n        pass",
        "text = 'x'\nwhile True:\n    text += text",
        "list(range(10 ** 10))",
        "[0] * (1 << 40)",
    ];
    for source in bombs {
        let mut limited = options();
        limited.memory_bytes = Some(300 << 20);
        let run = run(source, limited);
        let is_memory = match &run.end {
            Some(End::Limit(LimitKind::Memory)) => true,
            Some(End::Outcome(Outcome::Raised { kind, .. })) => kind == "MemoryError",
            _ => false,
        };
        assert!(is_memory, "{source}: {:?} {:?} {}", run.end, run.status, run.stderr);
    }
}

#[test]
fn an_endless_loop_is_stopped_by_a_kill_while_it_waits_for_its_listener() {
    let guard = STARTING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let (mut reading, writing) = std::io::pipe().unwrap();
    inheritable(&writing);
    let mut source = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut source, b"while True: pass").unwrap();
    std::io::Seek::rewind(&mut source).unwrap();
    inheritable(&source);
    let mut orders = options();
    (orders.trace_fd, orders.source_fd) = (writing.as_raw_fd(), Some(source.as_raw_fd()));
    let mut child = command(&orders).spawn().unwrap();
    drop((writing, source, guard));
    reading.read_exact(&mut [0; 4096]).unwrap();
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
}

#[test]
fn a_child_whose_listener_leaves_ends_without_a_word() {
    let guard = STARTING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let (reading, writing) = std::io::pipe().unwrap();
    inheritable(&writing);
    let mut source = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut source, b"while True: pass").unwrap();
    std::io::Seek::rewind(&mut source).unwrap();
    inheritable(&source);
    let mut orders = options();
    (orders.trace_fd, orders.source_fd) = (writing.as_raw_fd(), Some(source.as_raw_fd()));
    let child = command(&orders).spawn().unwrap();
    drop((writing, source, guard, reading));
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(143));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_failure_of_the_interpreter_itself_is_told_in_one_line_and_prints_nothing() {
    let run = run("code = (lambda: x).__code__.replace(co_names=())\nexec(code)\n", options());
    match &run.end {
        Some(End::Outcome(Outcome::Died { how })) => {
            assert!(how.starts_with("the embedded interpreter failed: index out of bounds"), "{how}")
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(run.stderr, "");
}
