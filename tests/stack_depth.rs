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
    inconsistent: Vec<String>,
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
        if let Some(offset) = first_disagreement(&code) {
            self.inconsistent.push(format!("{}:{} {} at {offset}", code.file, code.first_line, code.name));
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

/// An offset that two ways reach at different heights: what is told is the lower, so the other way is seen to
/// end above it.
fn first_disagreement(code: &Code) -> Option<u32> {
    const FINAL: &[&str] = &["RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE", "INTERPRETER_EXIT"];
    // Their jump changes the height otherwise than going on does.
    const OTHERWISE: &[&str] = &["FOR_ITER", "SEND", "END_ASYNC_FOR"];
    code.instructions().windows(2).find_map(|pair| {
        let [instruction, next] = pair else { return None };
        let (opcode, after) = (&*instruction.opcode, instruction.depth_after?);
        instruction.depth_before?;
        let is_jump = matches!(opcode, "JUMP_FORWARD" | "JUMP_ABSOLUTE") || opcode.starts_with("JUMP_BACKWARD");
        let goes_on = !is_jump && !FINAL.contains(&opcode);
        let differs = OTHERWISE.contains(&opcode) || opcode.ends_with("_OR_POP") || opcode.starts_with("SETUP_");
        let target = instruction.target.filter(|_| !differs).and_then(|target| code.at(target));
        let disagrees = |other: &evalody::trace::Instruction| other.depth_before != Some(after);
        let is_wrong = goes_on && disagrees(next) || target.is_some_and(disagrees);
        is_wrong.then_some(instruction.offset)
    })
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
        let mut chosen = pythons();
        chosen.dedup_by_key(|python| python.1);
        for (python, version) in chosen {
            scope.spawn(move || {
                let tally = tally(&python);
                let share = f64::from(tally.equal) / f64::from(tally.codes);
                eprintln!(
                    "{version:?}: {} code objects, {} instructions, {} unreached, equal {share:.5}",
                    tally.codes, tally.instructions, tally.unreached
                );
                // The compiler of 3.8 books what `finally` leaves on the stack in two ways.
                assert!(version < (3, 9) || tally.inconsistent.is_empty(), "{version:?}: {:?}", tally.inconsistent);
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
