//! Stack heights worked out from CPython's own effects, against `co_stacksize`, over the whole standard library.
// Not again where the musical half is tested alone.
#![cfg(feature = "embedded")]

#[path = "support/interpreters.rs"]
mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use evalody::interpreter::TRACER;
use evalody::interpreter::wire::{End, Heard, Reader};
use evalody::trace::{Code, Listener, Mark, Outcome, Step};
use support::pythons;

/// Tells every code object of every module of the library on standard output, as the tracer would.
const TELL_ALL: &str = r#"
import os, sys, warnings
warnings.simplefilter("ignore")
tracer = {"__name__": "evalody", "FOUND_MODULES": set(), "BOOT_FILE": ""}
with open(sys.argv[1]) as file:
    exec(compile(file.read(), "<evalody>", "exec"), tracer)
stream = tracer["Stream"](1, 4096, None, None)
stream.blob(1, '{"protocol":1,"interpreter":"CPython","version":[%d,%d],"recorder":"none"}' % sys.version_info[:2])
number = 0
library = os.path.dirname(os.__file__)
for directory, inner, names in os.walk(library):
    inner[:] = sorted(set(inner) - {"site-packages", "dist-packages", "test", "tests", "idle_test"})
    for name in sorted(names):
        path = os.path.join(directory, name)
        if not name.endswith(".py"):
            continue
        try:
            with open(path, "rb") as file:
                code = compile(file.read(), path, "exec")
        except (SyntaxError, ValueError):
            continue  # some are templates of code
        for code in tracer["nested"](code):
            stream.blob(2, tracer["described"](code, number, "library", path))
            number += 1
        stream.write()
stream.end('{"kind":"finished"}')
"#;

#[derive(Default)]
struct Tally {
    codes: u32,
    instructions: u64,
    equal: u32,
    greater: Vec<String>,
    without_family: BTreeMap<String, u32>,
    unreached: u64,
}

impl Listener for Tally {
    fn code(&mut self, code: Arc<Code>) {
        self.codes += 1;
        // CPython gives every code object room for one value at least from 3.13 on.
        let greatest = u32::from(code.greatest_depth());
        self.equal += u32::from(greatest == code.stack_size || greatest.max(1) == code.stack_size);
        if greatest > code.stack_size {
            self.greater.push(format!("{}:{} {} has {greatest} above {}", code.file, code.first_line, code.name, code.stack_size));
        }
        for instruction in code.instructions() {
            self.instructions += 1;
            self.unreached += u64::from(instruction.depth_before.is_none());
            if evalody::trace::Family::of(&instruction.opcode).is_none() {
                *self.without_family.entry(instruction.opcode.to_string()).or_default() += 1;
            }
        }
    }

    fn step(&mut self, _: Step) {}

    fn mark(&mut self, _: Mark) {}
}

fn tally(python: &Path) -> Tally {
    let (_directory, tracer) = support::file("tracer.py", TRACER);
    let mut child = Command::new(python)
        .args(["-c", TELL_ALL])
        .arg(&tracer)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python runs");
    let mut reader = Reader::new(child.stdout.take().expect("its output"));
    let mut tally = Tally::default();
    let end = loop {
        if let Heard::End(end) = reader.read(&mut tally).expect("the protocol") {
            break end;
        }
    };
    assert!(child.wait().expect("its end").success());
    assert_eq!(end, Some(End::Outcome(Outcome::Finished)));
    tally
}

/// Never higher than the compiler says, and as high but for code whose highest place is never reached.
#[test]
fn the_greatest_height_is_the_one_the_compiler_found() {
    std::thread::scope(|scope| {
        // The newest, one of the settrace era with exception tables, and one without.
        let chosen = pythons();
        let newest = chosen.first().map(|python| python.1);
        for (python, version) in chosen.into_iter().filter(|(_, version)| Some(*version) == newest || [(3, 8), (3, 11)].contains(version)) {
            scope.spawn(move || {
                let tally = tally(&python);
                let share = f64::from(tally.equal) / f64::from(tally.codes);
                eprintln!(
                    "{version:?}: {} code objects, {} instructions, {} unreached, equal {share:.5}",
                    tally.codes, tally.instructions, tally.unreached
                );
                assert!(tally.codes > 5_000, "{version:?}: only {} code objects found", tally.codes);
                assert!(
                    tally.greater.is_empty(),
                    "{version:?}: {} greater\n{}",
                    tally.greater.len(),
                    tally.greater[..tally.greater.len().min(9)].join("\n")
                );
                // Measured without the library's own tests: 0.9903 (3.8, whose compiler books 6 values for the
                // one that BEGIN_FINALLY pushes), 1.0 from 3.11 on (0.9997 with the tests: some handlers are never reached).
                assert!(share >= if version < (3, 10) { 0.985 } else { 0.9995 }, "{version:?}: equal in {share}");
                // A version newer than the table may bring new opcodes.
                assert!(version > (3, 13) || tally.without_family.is_empty(), "{version:?}: {:?}", tally.without_family);
            });
        }
    });
}
