//! Which lines of a program to look at for how their attributes are found. Knows no probe.

use std::collections::BTreeMap;

use crate::quiz::Run;
use crate::trace::Family;

/// Lines that are probed of one program: each is a run more.
const LINES: usize = 3;

/// Lines of the program on which attributes were looked up, at most [`LINES`]; which ones the seed decides.
pub fn with_attributes(run: &Run, seed: u64) -> Vec<u32> {
    let mut visits: BTreeMap<u32, u64> = BTreeMap::new();
    for step in run.trace.steps() {
        let Some(code) = run.trace.codes.get(step.code.index()).filter(|code| code.file == run.program.name) else { continue };
        let unit = code.unit(step.offset);
        if unit.family == Family::Attr && unit.line > 0 {
            *visits.entry(unit.line).or_default() += 1;
        }
    }
    let mut lines: Vec<u32> = visits.into_keys().collect();
    fastrand::Rng::with_seed(seed).shuffle(&mut lines);
    lines.truncate(LINES);
    lines
}
