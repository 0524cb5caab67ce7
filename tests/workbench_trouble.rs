//! A wrong, slow, endless or greedy program never stops what plays: at a workbench without a window.
#![cfg(all(feature = "window", target_os = "linux", target_env = "gnu"))]

#[path = "support/bench.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod bench;
#[path = "support/scribe.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod scribe;

use bench::{Live, OTHER, TUNE, allocated_bytes, children};
use evalody::workbench::Workbench;
use scribe::Scribe;

/// Evaluates a bad program while another plays, lets it come to what it comes to, and shows that there is
/// music all the while and afterwards.
#[track_caller]
fn survives(text: &str, is_told: impl Fn(&Workbench<Scribe>) -> bool) -> Live<Scribe> {
    let mut live = Live::<Scribe>::hearing(TUNE);
    live.draw_seconds(0.5);
    live.evaluate(text);
    live.play_until(&format!("{text:?} is told of"), is_told);
    live.assert_goes_on(text);
    live
}

/// The same, for one after which the music before goes on, and of which nothing is left.
#[track_caller]
fn is_refused(text: &str, line: Option<u32>, begins: &str) {
    let mut live = survives(text, |bench| bench.trouble.is_some());
    let trouble = live.bench.trouble.clone().unwrap();
    assert!(trouble.line == line && trouble.message.starts_with(begins), "{text:?}: {trouble:?}");
    live.until("nothing to be left of it", |bench| bench.evaluations_alive() == 0);
    assert_eq!(live.bench.heard().unwrap().program.text, TUNE, "{text:?}");
    assert_eq!(children(), Vec::<String>::new(), "{text:?}");
    assert_eq!(live.bench.player().health().waited_ms, 0, "{text:?}");
    let mut pieces: Vec<_> = live.begun.iter().map(|(_, piece)| *piece).collect();
    pieces.dedup();
    assert_eq!(pieces.len(), 1, "{text:?}: what played began anew at most");
    // Mended, it is trouble no more.
    live.evaluate(OTHER);
    assert_eq!(live.bench.trouble, None);
    live.draw_until("the mended one", |bench| bench.heard().unwrap().program.text == OTHER);
    live.end();
}

#[test]
fn a_text_that_is_no_python_is_told_at_once() {
    let mut live = Live::<Scribe>::hearing(TUNE);
    for (text, line) in [("x = (1 +\n", 1), ("x = 1\nif True print(1)\n", 2), ("x = 1\n  y = 2\n", 2), ("def f():\n", 1), ("\"\"\"\n", 1)] {
        live.evaluate(text);
        let trouble = live.bench.trouble.clone().unwrap();
        let told = trouble.line.unwrap();
        assert!((line..=line + 1).contains(&told) && trouble.column.is_some(), "{text:?}: {trouble:?}");
        assert!(trouble.message.starts_with("SyntaxError: "), "{trouble:?}");
        assert!(!live.bench.is_waiting() && children().is_empty(), "nothing runs");
        live.assert_goes_on(text);
    }
    live.end();
    is_refused("return 1\n", Some(1), "SyntaxError: ");
}

#[test]
fn an_exception_at_once_is_told_at_its_line() {
    is_refused("a = 1\nb = a\nprint(c)\n", Some(3), "NameError: name 'c' is not defined");
    is_refused("def f(n):\n    return 1 / n\n\nf(1)\nf(0)\n", Some(2), "ZeroDivisionError: division by zero");
    is_refused("import json\njson.loads('[1,')\n", Some(2), "JSONDecodeError: Expecting value");
    is_refused("x = 1\nassert x == 2\n", Some(2), "AssertionError");
    is_refused("input()\n", Some(1), "EOFError");
    is_refused("def f():\n    f()\nf()\n", Some(2), "RecursionError");
}

#[test]
fn an_exception_that_comes_late_is_told_and_its_piece_ends() {
    let text = "import time\nbegan = time.monotonic()\nwhile time.monotonic() - began < 0.9:\n    x = 1\nraise ValueError('late')\n";
    let mut live = survives(text, |bench| bench.trouble.is_some());
    let trouble = live.bench.trouble.clone().unwrap();
    assert_eq!((trouble.line, trouble.message.as_str()), (Some(5), "ValueError: late"));
    live.draw_until("its piece", |bench| bench.heard().unwrap().program.text == text);
    live.until("it to be whole", |bench| bench.heard().unwrap().is_whole() && bench.evaluations_alive() == 0);
    assert!(live.bench.output().any(|line| line.starts_with("Traceback")));
    live.assert_goes_on("it begins again");
    live.end();
}

#[test]
fn a_program_that_ends_its_process_is_told_and_music_goes_on() {
    for (text, told) in [
        ("import os\nos._exit(3)\n", "status 3"),
        ("import os\nos.kill(os.getpid(), 9)\n", "signal 9"),
        ("import sys\nsys.exit(4)\n", "status 4"),
    ] {
        let mut live = survives(text, |bench| bench.notices().any(|notice| notice.contains(told)));
        live.draw_until("it to be settled", |bench| !bench.is_waiting());
        live.assert_goes_on(text);
        live.until("nothing to be left of it", |bench| bench.evaluations_alive() == 0);
        assert_eq!(children(), Vec::<String>::new(), "{text:?}");
        live.evaluate(OTHER);
        live.draw_until("the next", |bench| bench.heard().unwrap().program.text == OTHER);
        live.end();
    }
}

#[test]
fn a_program_that_takes_all_memory_ends_alone() {
    for text in ["x = 'a' * 10 ** 10\n", "x = []\nwhile True:\n    x.append(bytearray(10 ** 7))\n", "x = [0]\nwhile True:\n    x += x\n"] {
        let is_told = |bench: &Workbench<Scribe>| bench.trouble.is_some() || bench.notices().count() > 0;
        let mut live = survives(text, is_told);
        live.play_until("it has ended", |bench| bench.evaluations_alive() == 0);
        println!("{text:?}: {:?}, {:?}", live.bench.trouble, live.bench.notices().collect::<Vec<_>>());
        assert_eq!(children(), Vec::<String>::new(), "{text:?}");
        live.assert_goes_on(text);
        live.end();
    }
}

#[test]
fn whatever_is_printed_little_of_it_is_kept() {
    /// Once the tape is full, nothing more is kept: what the allocator holds back of what comes and goes is far less.
    const MOST_GROWTH: u64 = 64 << 20;
    for text in [
        "while True:\n    print('x' * 1000)\n",
        "while True:\n    print('x' * 100_000, end='')\n",
        "print('x' * 30_000_000)\nwhile True:\n    x = 1\n",
    ] {
        let mut live = Live::<Scribe>::hearing(TUNE);
        live.draw_seconds(0.5);
        live.evaluate(text);
        live.draw_until("it is heard", |bench| bench.heard().unwrap().program.text == text);
        let mut grow = |bars: u32| {
            let end = live.bench.heard().unwrap().stage.end().bar() + bars;
            live.draw_until("it goes on", |bench| bench.heard().unwrap().stage.end().bar() >= end);
            allocated_bytes()
        };
        let before = grow(6);
        let grown = grow(12).saturating_sub(before);
        let kept: usize = live.bench.output().map(str::len).sum();
        println!("{text:?}: {kept} bytes kept, {} MiB grown", grown >> 20);
        assert!(kept < 4 << 20, "{text:?}: {kept} bytes are kept");
        assert!(grown < MOST_GROWTH, "{text:?}: {} MiB grown", grown >> 20);
        live.assert_goes_on(text);
        live.end();
    }
}

#[test]
fn a_program_that_starts_others_leaves_none() {
    let cpython = evalody::interpreter::Choice::Cpython;
    let wishes = evalody::workbench::Wishes { choice: cpython, ..bench::wishes() };
    let text = "import subprocess\nx = subprocess.Popen(['sleep', '4711'])\nwhile True:\n    y = 1\n";
    let mut live = Live::<Scribe>::new(bench::document(text), wishes, bench::RATE);
    live.hear();
    live.assert_goes_on("it runs");
    let is_sleeping = || {
        std::fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .any(|entry| std::fs::read(entry.path().join("cmdline")).is_ok_and(|line| line == b"sleep\x004711\x00"))
    };
    live.until("the child's child", |_| is_sleeping());
    live.end();
    assert!(!is_sleeping(), "the child's child is left");
}
