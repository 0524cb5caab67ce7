//! Children under their limits: what they may do, how they are held back, and that they are gone when stopped.
// Not again where the musical half is tested alone.
#![cfg(feature = "embedded")]

#[path = "support/interpreters.rs"]
mod support;

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use evalody::interpreter::options::{Only, Task};
use evalody::interpreter::{self, Choice, InterpreterError, Limits, OutputStream, Request, State, Streams};
use evalody::trace::{Entry, Limit, MarkKind, Origin, Outcome, Trace};
use support::{file, hear, pythons, request, request_of, wait_until_asleep};

#[test]
fn the_outcome_tells_how_the_program_ended() {
    let died = |how: &str| Outcome::Died { how: how.into() };
    for (python, version) in pythons() {
        let outcome = |source: &str| hear(&request(&python, source)).unwrap().outcome;
        assert_eq!(outcome("import sys; sys.exit(3)"), Outcome::Exited { status: 3 }, "{version:?}");
        assert_eq!(outcome("import sys; sys.exit(0)"), Outcome::Finished, "{version:?}");
        assert_eq!(outcome("import os; os._exit(3)"), Outcome::Exited { status: 3 }, "{version:?}");
        assert_eq!(outcome("import os; os.kill(os.getpid(), 9)"), died("killed by signal 9 (SIGKILL)"), "{version:?}");
        let Outcome::Raised { line, kind, message, traceback } = outcome("import json\ndef f():\n    json.loads('[1,')\n\nf()\n") else {
            panic!("{version:?}: no exception");
        };
        assert_eq!((line, kind.as_str()), (Some(3), "json.decoder.JSONDecodeError"), "{version:?}");
        assert!(message.starts_with("Expecting value"), "{version:?}: {message}");
        assert!(traceback.starts_with("Traceback") && traceback.contains("line 5") && !traceback.contains("evalody"), "{traceback}");
    }
}

#[test]
fn a_program_that_does_not_compile_is_refused_with_its_place_and_nothing_runs() {
    for (python, version) in pythons() {
        for source in ["print('ran')\nx = (1 +\n", "print('ran')\nif True print(1)\n", "print('ran')\n  x = 1\n", "x = '\u{0}'\n"] {
            let error = hear(&request(&python, source)).unwrap_err();
            let InterpreterError::Syntax { error } = error else { panic!("{version:?}: {error}") };
            assert!((1..=3).contains(&error.line) && error.column >= 1 && !error.message.is_empty(), "{version:?}: {error:?}");
        }
    }
}

#[test]
fn a_run_is_cut_after_exactly_so_many_steps_and_keeps_its_output() {
    for (python, version) in pythons() {
        for (steps, records) in [(1, 4096), (1000, 4096), (20_000, 64), (5000, 1)] {
            let limits = Limits { steps: Some(steps), ..Limits::default() };
            let heard = hear(&Request { limits, records, ..request(&python, "print('begun')\nwhile True: x = 1\n") }).unwrap();
            assert_eq!(heard.outcome, Outcome::CutShort { limit: Limit::Steps(steps) }, "{version:?}");
            assert_eq!(heard.trace.steps().count() as u64, steps, "{version:?}");
            assert_eq!(heard.stdout, if steps > 10 { "begun\n" } else { "" }, "{version:?}");
        }
        let threads = "import threading\ndef f():\n    while True: pass\nfor i in range(3): threading.Thread(target=f).start()\n";
        let limits = Limits { steps: Some(30_001), ..Limits::default() };
        let heard = hear(&Request { limits, ..request(&python, threads) }).unwrap();
        assert_eq!(heard.trace.steps().count(), 30_001, "{version:?}");
    }
}

#[test]
fn a_program_over_its_time_is_stopped_whatever_it_does() {
    let time = Duration::from_millis(400);
    let busy = "print('begun')\nwhile True: pass\n";
    for (python, version) in pythons() {
        for source in
            [busy, "import time; time.sleep(600)", "sum(range(10**12))", "import signal\nsignal.signal(15, signal.SIG_IGN)\nsignal.pause()"]
        {
            let limits = Limits { time: Some(time), ..Limits::default() };
            let heard = hear(&Request { limits, ..request(&python, source) }).unwrap();
            assert_eq!(heard.outcome, Outcome::CutShort { limit: Limit::Time(time) }, "{version:?} {source}");
            assert!(source != busy || heard.stdout == "begun\n", "{version:?}: {:?}", heard.stdout);
        }
    }
}

#[test]
fn a_program_nobody_listens_to_waits() {
    for (python, version) in pythons() {
        let records = 16;
        let mut running = interpreter::start(&Request { records, ..request(&python, "while True: pass\n") }).unwrap();
        let mut trace = Trace::default();
        // Until its pipe is full it runs ahead; the words there are all that it can have done.
        let mut chunks = 0;
        while running.steps() < 2000 {
            assert_eq!(running.listen(&mut trace).unwrap(), State::More, "{version:?}");
            chunks += 1;
        }
        assert!(chunks >= 3, "{version:?}: 2000 steps came in {chunks} chunks: it ran far ahead");
        let told = wait_until_asleep(running.id());
        assert!(told.contains("pipe") || told == "0" || told.is_empty(), "{version:?}: it waits in {told}");
        running.stop();
        assert!(!Path::new(&format!("/proc/{}", running.id())).exists(), "{version:?}");
    }
}

#[test]
fn a_stopped_program_is_gone_with_all_that_it_started() {
    // Each child holds the pipe open; its end is seen when all are gone. One has left the process group.
    let source = "import os, sys, time\nfor leaves in (False, True):\n    if os.fork() == 0:\n        if leaves: os.setsid()\n        if os.fork() == 0: pass\n        os.write(1, b'x')\n        while True: time.sleep(100)\nwhile True: pass\n";
    for (python, version) in pythons() {
        let mut running = interpreter::start(&Request { records: 16, ..request(&python, source) }).unwrap();
        let mut trace = Trace::default();
        let mut begun = 0;
        while begun < 4 {
            running.listen(&mut trace).unwrap();
            begun += running
                .output()
                .unwrap()
                .try_iter()
                .filter(|output| output.stream == OutputStream::Stdout)
                .map(|output| output.bytes.len())
                .sum::<usize>();
        }
        running.stop();
        let rest: Vec<_> = running.output().unwrap().iter().collect();
        assert!(rest.is_empty(), "{version:?}: {rest:?}");
        assert_eq!(running.listen(&mut trace).unwrap(), State::Ended(Outcome::CutShort { limit: Limit::Listener }), "{version:?}");
    }
}

#[test]
fn silence_is_told_from_the_end() {
    for (python, version) in pythons() {
        let source = "import sys\nprint('now', flush=True)\nsys.stdin.read()\nimport time\nwhile True: time.sleep(100)";
        let mut running = interpreter::start(&Request { records: 1, ..request(&python, source) }).unwrap();
        let mut trace = Trace::default();
        let mut printed = Vec::new();
        while printed != b"now\n" {
            printed.extend(running.output().unwrap().recv().unwrap().bytes);
        }
        loop {
            match running.listen_for(&mut trace, Duration::from_millis(20)).unwrap() {
                State::More => {}
                State::Silent => break,
                State::Ended(outcome) => panic!("{version:?}: {outcome}"),
            }
        }
    }
}

#[test]
fn a_large_source_without_a_file_is_handed_over_whole() {
    for (python, version) in pythons() {
        let source =
            format!("{}print(len(x0))\n", (0..20_000).map(|n| format!("x{n} = 'some text that takes room'\n")).collect::<String>());
        assert!(source.len() > 512 * 1024);
        let heard = hear(&request(&python, &source)).unwrap();
        assert_eq!((heard.outcome, heard.stdout.as_str()), (Outcome::Finished, "25\n"), "{version:?}");
    }
}

#[test]
fn the_library_is_left_out_unless_it_is_asked_for() {
    for (python, version) in pythons() {
        let source = "import textwrap, collections\nN = collections.namedtuple('N', 'a b')\nN(1, 2)\nprint(textwrap.fill('a b', 10))\n";
        let user = hear(&request(&python, source)).unwrap();
        let all = hear(&Request { only: Only::All, ..request(&python, source) }).unwrap();
        assert_eq!(user.stdout, all.stdout);
        let has = |trace: &Trace, origin| trace.codes.iter().any(|code| code.origin == origin);
        assert!(!has(&user.trace, Origin::Library) && has(&user.trace, Origin::Generated), "{version:?}");
        assert!(all.trace.codes.iter().any(|code| code.file.ends_with("textwrap.py") && code.origin == Origin::Library), "{version:?}");
        assert!(!all.trace.codes.iter().any(|code| code.file.contains("evalody")), "{version:?}: our own code is heard");
        // What was left out is all that differs.
        let own = |trace: &Trace| -> Vec<(String, u32)> {
            let name = |code: usize| &trace.codes[code];
            trace
                .steps()
                .filter(|step| name(step.code.index()).file == "<stdin>")
                .map(|step| (name(step.code.index()).name.clone(), step.offset))
                .collect()
        };
        assert_eq!(own(&user.trace), own(&all.trace), "{version:?}");
    }
}

#[test]
fn compiling_tells_every_code_object_and_runs_nothing() {
    for (python, version) in pythons() {
        let source = "print('ran')\ndef f():\n    def g(): return lambda: 1\n    return g\nclass A: pass\n";
        let heard = hear(&Request { task: Task::Compile, ..request(&python, source) }).unwrap();
        let names: Vec<&str> = heard.trace.codes.iter().map(|code| code.name.as_str()).collect();
        assert_eq!(names, ["<module>", "f", "A", "g", "<lambda>"], "{version:?}");
        assert_eq!((heard.stdout.as_str(), heard.trace.entries.len(), heard.outcome), ("", 0, Outcome::Finished));
    }
}

#[test]
fn marks_tell_of_exceptions_collections_and_threads() {
    for (python, version) in pythons() {
        let source = "import gc, threading\ndef f():\n    try: 1 / 0\n    except ZeroDivisionError: pass\nf()\nfor i in range(3): pass\nnext(iter(()), 0)\ngc.collect()\nt = threading.Thread(target=f); t.start(); t.join()\n";
        let heard = hear(&request(&python, source)).unwrap();
        let count = |wanted: fn(&MarkKind) -> bool, thread: u16| {
            heard
                .trace
                .entries
                .iter()
                .filter(|entry| matches!(entry, Entry::Mark(mark) if mark.thread == thread && wanted(&mark.kind)))
                .count()
        };
        for thread in [0, 1] {
            assert_eq!(count(|kind| matches!(kind, MarkKind::Raised(_)), thread), 1, "{version:?} thread {thread}");
            assert_eq!(count(|kind| matches!(kind, MarkKind::Handled(_)), thread), 1, "{version:?} thread {thread}");
        }
        assert!(count(|kind| matches!(kind, MarkKind::CollectionStarted { generation: 2 }), 0) >= 1, "{version:?}");
        assert_eq!(count(|kind| *kind == MarkKind::ThreadStarted { thread: 1 }, 0), 1, "{version:?}");
        assert_eq!(count(|kind| matches!(kind, MarkKind::ThreadEnded), 1), 1, "{version:?}");
    }
}

#[test]
fn the_program_reads_our_standard_input() {
    // A test cannot change its own standard input, so it runs itself again with another.
    const AGAIN: &str = "EVALODY_TEST_READS_STDIN";
    if let Ok(python) = std::env::var(AGAIN) {
        let streams = Streams::Inherit;
        let heard =
            hear(&Request { streams, ..request(Path::new(&python), "import sys\nprint('read', input(), sys.stdin.read())") }).unwrap();
        assert_eq!(heard.outcome, Outcome::Finished);
        return;
    }
    for (python, version) in pythons() {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_program_reads_our_standard_input", "--nocapture"])
            .env(AGAIN, &python)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(b"one\ntwo").unwrap();
        let output = child.wait_with_output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && printed.contains("read one two"), "{version:?}: {printed}");
    }
}

#[test]
fn what_is_no_python_is_refused_in_one_line() {
    let refused = |path: &Path| {
        let error = hear(&request(path, "print(1)")).unwrap_err();
        let line = error.to_string();
        assert!(!line.contains('\n') && (line.contains("--interpreter") || line.contains("install")), "{line}");
        (error, line)
    };
    let (error, line) = refused(Path::new("python-that-is-nowhere"));
    assert!(matches!(error, InterpreterError::NotFound { .. }), "{line}");
    let (error, line) = refused(Path::new("/bin/true"));
    assert!(matches!(error, InterpreterError::NotPython { .. }), "{line}");
    let (error, line) = refused(Path::new("/bin/false"));
    assert!(matches!(error, InterpreterError::NotPython { .. }) && line.contains("exit status 1"), "{line}");
    let (_directory, text) = file("python", "just text");
    let (error, line) = refused(&text);
    assert!(matches!(error, InterpreterError::NotStarted { .. }), "{line}");
}

#[test]
fn an_old_python_is_refused_by_its_version() {
    let Some((python, _)) = pythons().into_iter().next() else { return };
    let claim = |set: &str| {
        let pretend = format!(
            "import sys; {set}; file = sys.argv[1]; sys.argv = sys.argv[1:]; __file__ = file; exec(compile(open(file).read(), file, 'exec'))"
        );
        let (directory, script) = file("python", &format!("#!/bin/sh\nexec '{}' -c \"{pretend}\" \"$@\"\n", python.display()));
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        let error = hear(&request(&script, "print(1)")).unwrap_err();
        drop(directory);
        error
    };
    let error = claim("sys.version_info = (3, 7, 5, 'final', 0)");
    assert!(matches!(&error, InterpreterError::TooOld { interpreter, .. } if interpreter == "CPython 3.7.5"), "{error}");
    let error = claim("sys.implementation.name = 'pypy'");
    assert!(matches!(&error, InterpreterError::NotCpython { interpreter, .. } if interpreter.starts_with("pypy")), "{error}");
}

#[test]
fn choices_are_read_from_words_and_paths() {
    let read = |text: &str| text.parse::<Choice>().unwrap();
    assert_eq!([read("auto"), read("embedded"), read("cpython")], [Choice::Auto, Choice::Embedded, Choice::Cpython]);
    assert_eq!(read("python3.12"), Choice::Path("python3.12".into()));
}

#[test]
fn an_argument_that_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStringExt;
    let Some((python, _)) = pythons().into_iter().next() else { return };
    let (_directory, path) = file("program.py", "print(1)");
    let arguments = vec![std::ffi::OsString::from_vec(vec![b'a', 0xff])];
    let error = hear(&Request { arguments, ..request_of(&python, &path, &[]) }).unwrap_err();
    assert!(matches!(error, InterpreterError::NotUtf8 { .. }), "{error}");
}

#[test]
fn the_python_of_the_search_path_is_the_one_that_a_shell_starts() {
    let Ok(output) = Command::new("python3").args(["-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"]).output() else { return };
    if !output.status.success() {
        return; // a stand-in which leads nowhere
    }
    let version = format!("CPython {}", String::from_utf8_lossy(&output.stdout).trim());
    for choice in [Choice::Cpython, Choice::Auto, Choice::Path("python3".into())] {
        let heard = hear(&Request { choice, ..request(Path::new(""), "print(1)") }).unwrap();
        assert_eq!((heard.trace.dialect.interpreter.as_str(), heard.stdout.as_str()), (version.as_str(), "1\n"));
    }
}
