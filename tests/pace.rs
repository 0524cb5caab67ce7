//! Programs that run only as far as they are let: exact credits, being let go, and what else may happen to a
//! program that waits for leave to go on.
#![cfg(feature = "embedded")]

#[path = "support/interpreters.rs"]
mod support;

use std::path::Path;
use std::time::Duration;

use evalody::interpreter::{self, Choice, Limits, Request, Running, State};
use evalody::trace::{Entry, Limit, Mark, MarkKind, Outcome, Step, Trace};
use nix::sys::signal::{SigHandler, Signal, kill, signal};
use nix::unistd::{Pid, mkfifo};
use support::{file, hear, plain, printed, pythons, request, request_of};

fn paced(python: &Path, source: &str) -> Running {
    begun(&Request { is_paced: true, ..request(python, source) })
}

fn begun(request: &Request) -> Running {
    let running = interpreter::start(request).unwrap();
    assert!(running.is_paced());
    running
}

/// A program for every interpreter of this machine, the one inside evalody among them, and that one's name.
fn by_all(source: &str) -> Vec<(String, Request)> {
    let inside = Request { choice: Choice::Embedded, ..request(Path::new(""), source) };
    let cpythons = pythons().into_iter().map(|(python, version)| (format!("{version:?}"), request(&python, source)));
    let all = cpythons.chain([("embedded".to_owned(), inside)]);
    all.map(|(name, request)| (name, Request { is_paced: true, ..request })).collect()
}

/// Listens until the program waits for a grant, or has ended.
fn spend(running: &mut Running, trace: &mut Trace) -> State {
    loop {
        match running.listen(trace).unwrap() {
            State::More => {}
            state => return state,
        }
    }
}

/// Grants without end, to the program's.
fn to_the_end(running: &mut Running, trace: &mut Trace, grant: u32) -> Outcome {
    loop {
        if let State::Ended(outcome) = spend(running, trace) {
            return outcome;
        }
        running.grant(grant);
    }
}

/// Waits until the kernel says that a process sleeps.
fn wait_until_asleep(pid: u32) {
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it lives");
        if stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('S')) {
            return;
        }
        std::thread::yield_now();
    }
}

const CALLING: &str = "def f():\n    return 1\nwhile True:\n    f()\n";

const THREADS: &str = "import threading\ndef f():\n    while True: pass\nfor i in range(3): threading.Thread(target=f).start()\n";

#[test]
fn exactly_what_is_granted_is_told() {
    for (source, grant) in [("while True: pass\n", 8), (CALLING, 8), (CALLING, 1), (THREADS, 1000)] {
        for (version, request) in by_all(source) {
            let (mut running, mut trace) = (begun(&request), Trace::default());
            assert_eq!(spend(&mut running, &mut trace), State::Silent, "{version:?}");
            assert_eq!(running.steps(), 0, "{version:?}");
            for turn in 1..=5 {
                running.grant(grant);
                assert_eq!(running.credit_left(), u64::from(grant), "{version:?}");
                assert_eq!(spend(&mut running, &mut trace), State::Silent, "{version:?}");
                assert_eq!(trace.steps().count() as u64, turn * u64::from(grant), "{version:?}: {source}");
            }
            wait_until_asleep(running.id());
            assert_eq!(running.listen(&mut trace).unwrap(), State::Silent, "{version:?}");
            assert_eq!(trace.steps().count() as u64, 5 * u64::from(grant), "{version:?}: {source}");
            running.stop();
            assert_eq!(running.listen(&mut trace).unwrap(), State::Ended(Outcome::CutShort { limit: Limit::Listener }), "{version:?}");
            assert!(!Path::new(&format!("/proc/{}", running.id())).exists(), "{version:?}");
        }
    }
}

#[test]
fn a_paced_program_does_and_tells_what_an_unpaced_one_does() {
    let source = "import json\ndef fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nkept = []\nfor n in range(12):\n    kept.append([fib(n)] * n)\n    try: json.loads('[')\n    except ValueError: pass\nprint(sum(map(len, kept)))\nraise SystemExit(4)\n";
    for (version, request) in by_all(source) {
        let whole = hear(&Request { records: 512, is_paced: false, ..request.clone() }).unwrap();
        for grant in [40, 256, 49_152, 1_000_000] {
            let mut running = begun(&Request { records: 512, ..request.clone() });
            let mut trace = Trace::default();
            assert_eq!(to_the_end(&mut running, &mut trace, grant), whole.outcome, "{version:?}");
            assert_eq!(printed(&mut running), (whole.stdout.clone(), whole.stderr.clone()), "{version:?}");
            assert_eq!(trace.codes.len(), whole.trace.codes.len(), "{version:?}");
            // Counts of memory blocks depend a little on where the words are gathered, and on what else the child
            // is told.
            let but_blocks = |trace: &Trace| -> Vec<Entry> {
                let told = |entry: &Entry| match entry {
                    Entry::Mark(Mark { kind: MarkKind::BlocksChanged { .. }, .. }) => None,
                    Entry::Step(step) => Some(Entry::Step(Step { blocks: 0, ..*step })),
                    other => Some(other.clone()),
                };
                trace.entries.iter().filter_map(told).collect()
            };
            assert!(but_blocks(&trace) == but_blocks(&whole.trace), "{version:?}: in grants of {grant} it is told otherwise");
        }
    }
}

#[test]
fn a_program_that_is_let_go_runs_to_its_own_end_untold() {
    let source = "import sys, threading\ndef work(found):\n    total = 0\n    for n in range(30000): total += n\n    found.append(total)\nfound = []\nthreads = [threading.Thread(target=work, args=(found,)) for _ in range(3)]\nfor thread in threads: thread.start()\nwork(found)\nfor thread in threads: thread.join()\nprint(found, sys.gettrace())\nlater = threading.Thread(target=work, args=(found,)); later.start(); later.join()\nprint(len(found))\ndef fails():\n    raise ValueError('after all')\nif 'fail' in sys.argv:\n    fails()\nsys.exit(3)\n";
    for (python, version) in pythons() {
        for (arguments, status) in [(&[][..], 3), (&["fail"][..], 1)] {
            let (_directory, path) = file("program.py", source);
            let wanted = plain(&python, &path, arguments);
            for granted in [1, 500, 5000] {
                let mut running = interpreter::start(&Request { is_paced: true, ..request_of(&python, &path, arguments) }).unwrap();
                let mut trace = Trace::default();
                running.grant(granted);
                assert_eq!(spend(&mut running, &mut trace), State::Silent, "{version:?}");
                running.detach();
                let State::Ended(outcome) = spend(&mut running, &mut trace) else { panic!("{version:?}: it is silent") };
                assert_eq!(outcome, Outcome::Exited { status }, "{version:?}");
                assert_eq!(trace.steps().count() as u64, u64::from(granted), "{version:?}");
                let (stdout, stderr) = printed(&mut running);
                assert_eq!((stdout, stderr, status), wanted, "{version:?} after {granted}");
            }
        }
    }
}

#[test]
fn a_program_is_let_go_when_it_has_told_what_it_was_granted() {
    for (version, request) in by_all("for n in range(1000): pass\nprint('done')\n") {
        let (mut running, mut trace) = (begun(&request), Trace::default());
        running.grant(100);
        running.detach();
        assert_eq!(spend(&mut running, &mut trace), State::Ended(Outcome::Finished), "{version:?}");
        assert_eq!((running.steps(), printed(&mut running).0.as_str()), (100, "done\n"), "{version:?}");
    }
}

#[test]
fn the_interpreter_inside_lets_a_program_go_to_its_own_end() {
    let source = "import sys, threading\ndef work(found):\n    total = 0\n    for n in range(3000): total += n\n    found.append(total)\nfound = []\nthreads = [threading.Thread(target=work, args=(found,)) for _ in range(3)]\nfor thread in threads: thread.start()\nwork(found)\nfor thread in threads: thread.join()\nprint(found)\ndef fails():\n    raise ValueError('after all')\nif 'fail' in sys.argv:\n    fails()\nsys.exit(3)\n";
    for (argument, status) in [("", 3), ("fail", 1)] {
        for granted in [1, 500, 5000] {
            let (_, request) = by_all(source).pop().unwrap();
            let (mut running, mut trace) = (begun(&Request { arguments: vec![argument.into()], ..request }), Trace::default());
            running.grant(granted);
            assert_eq!(spend(&mut running, &mut trace), State::Silent, "{granted}");
            running.detach();
            let State::Ended(outcome) = spend(&mut running, &mut trace) else { panic!("it is silent") };
            assert_eq!((outcome, trace.steps().count() as u64), (Outcome::Exited { status }, u64::from(granted)));
            let (stdout, stderr) = printed(&mut running);
            assert_eq!((stdout.as_str(), stderr.contains("after all")), ("[4498500, 4498500, 4498500, 4498500]\n", status == 1));
        }
    }
}

#[test]
fn a_program_that_was_let_go_can_be_left() {
    for (python, version) in pythons() {
        let directory = tempfile::tempdir().unwrap();
        let ran_on = directory.path().join("ran_on");
        mkfifo(&ran_on, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let source = format!("for n in range(100): pass\nopen({ran_on:?}, 'w').write('ran on')\n");
        let (mut running, mut trace) = (paced(&python, &source), Trace::default());
        running.grant(50);
        assert_eq!(spend(&mut running, &mut trace), State::Silent, "{version:?}");
        running.detach();
        running.leave();
        assert_eq!(std::fs::read_to_string(&ran_on).unwrap(), "ran on", "{version:?}");
    }
}

#[test]
fn one_that_nobody_grants_any_more_ends_in_time_with_what_it_printed() {
    let time = Duration::from_millis(400);
    for (version, request) in by_all("print('begun', end='', flush=False)\nwhile True: pass\n") {
        let limits = Limits { time: Some(time), ..Limits::default() };
        let (mut running, mut trace) = (begun(&Request { limits, ..request }), Trace::default());
        running.grant(300);
        let outcome = loop {
            if let State::Ended(outcome) = spend(&mut running, &mut trace) {
                break outcome;
            }
        };
        assert_eq!(outcome, Outcome::CutShort { limit: Limit::Time(time) }, "{version:?}");
        assert_eq!((running.steps(), printed(&mut running).0.as_str()), (300, "begun"), "{version}");
    }
}

#[test]
fn an_interruption_reaches_a_program_that_waits() {
    // Who is started in the background by a shell is given it ignored, and Python then leaves it so.
    // SAFETY: no handler is put in place; children begin with what is set here.
    unsafe { signal(Signal::SIGINT, SigHandler::SigDfl) }.unwrap();
    let source = "import sys\ndef spin():\n    while True: str(1)\ntry:\n    spin()\nexcept KeyboardInterrupt:\n    print('caught')\n    sys.exit(3)\n";
    for (python, version) in pythons() {
        let (mut running, mut trace) = (paced(&python, source), Trace::default());
        running.grant(1000);
        assert_eq!(spend(&mut running, &mut trace), State::Silent, "{version:?}");
        wait_until_asleep(running.id());
        kill(Pid::from_raw(running.id() as i32), Signal::SIGINT).unwrap();
        assert_eq!(to_the_end(&mut running, &mut trace, 100), Outcome::Exited { status: 3 }, "{version:?}");
        assert_eq!(printed(&mut running).0, "caught\n", "{version:?}");
    }
}

#[test]
fn the_child_of_a_fork_waits_for_nothing() {
    let source =
        "import os\nif os.fork() == 0:\n    for n in range(100000): pass\n    os.write(1, b'forked')\n    os._exit(0)\nwhile True: pass\n";
    for (version, request) in by_all(source) {
        let (mut running, mut trace) = (begun(&request), Trace::default());
        running.grant(1000);
        assert_eq!(spend(&mut running, &mut trace), State::Silent, "{version:?}");
        // The interpreter inside warns of forks on standard error first.
        assert!(running.output().unwrap().iter().any(|output| output.bytes == b"forked"), "{version}");
        assert_eq!(running.steps(), 1000, "{version:?}");
        running.stop();
    }
}

#[test]
fn a_program_that_closes_our_descriptors_goes_on_unheard() {
    for closes in ["os.closerange(3, 2000)", "os.close(1000)", "os.close(1001)"] {
        let source = format!("import os\n{closes}\nfor n in range(20000): pass\nprint('done')\n");
        for (python, version) in pythons() {
            let (mut running, mut trace) = (paced(&python, &source), Trace::default());
            running.grant(1000);
            let outcome = to_the_end(&mut running, &mut trace, 0);
            assert_eq!(outcome, Outcome::Finished, "{version:?} {closes}");
            assert_eq!(printed(&mut running).0, "done\n", "{version:?} {closes}");
        }
    }
}

#[test]
fn an_unpaced_program_needs_no_grants() {
    let Some((python, _)) = pythons().into_iter().next() else { return };
    let (mut running, mut trace) = (interpreter::start(&request(&python, "print('done')")).unwrap(), Trace::default());
    assert!(!running.is_paced() && running.credit_left() == u64::MAX);
    assert_eq!(spend(&mut running, &mut trace), State::Ended(Outcome::Finished));
}
