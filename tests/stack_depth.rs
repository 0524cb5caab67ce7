//! Stack heights worked out from CPython's own effects, against `co_stacksize`, over the whole standard library.
// Not again where the musical half is tested alone.
#![cfg(feature = "embedded")]

#[path = "support/library.rs"]
mod library;
#[path = "support/interpreters.rs"]
mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use evalody::trace::{Code, Listener, Mark, Step};
use library::tell_library;
use support::pythons;

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
    let mut tally = Tally::default();
    tell_library(python, &mut tally);
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
