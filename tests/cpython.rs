//! The user's own CPython under trace: it does what it does without us, and what it did is told.

mod support;

use evalody::trace::Outcome;
use support::{hear, pythons, request};

#[test]
fn a_short_program_is_told_step_by_step() {
    for (python, version) in pythons() {
        let heard = hear(&request(&python, "def double(x):\n    return x * 2\nprint(double(21))\n")).unwrap();
        assert_eq!((heard.outcome, heard.stdout.as_str()), (Outcome::Finished, "42\n"), "{version:?} {}", heard.stderr);
        let told: Vec<_> = heard
            .trace
            .steps()
            .filter_map(|step| {
                let code = &heard.trace.codes[step.code.index()];
                Some((step.frame_depth, code.name.clone(), code.at(step.offset)?.opcode.to_string()))
            })
            .collect();
        println!("{version:?} {told:?} {:?}", heard.trace.dialect);
        assert_eq!(told.len(), heard.trace.steps().count());
    }
}
