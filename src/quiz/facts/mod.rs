//! Questions on CPython, its object model, its memory, and who brought what: by the atlas, and by what a run did.
//!
//! Knows no version by itself: that of the ground decides, or of the run that is asked about.

mod blocks;
mod collector;
mod doubt;
mod functions;
mod leaving;
mod lookups;
mod opcodes;
mod peps;
mod sheet;
mod stages;
mod threads;
mod trail;
mod types;

use super::maker::Maker;

pub(super) const MAKERS: &[Maker] = &[
    opcodes::HANDLER,
    opcodes::DESCRIBED,
    opcodes::STACK_EFFECT,
    opcodes::FAMILY,
    functions::C_FUNCTION,
    functions::PYTHON_NAME,
    functions::C_OR_PYTHON,
    functions::MODULE,
    leaving::CALLED_C,
    peps::BEHIND,
    peps::ABOUT,
    peps::CAME_IN,
    peps::TOOK_OVER,
    stages::WHEN,
    stages::NEXT,
    types::BASE,
    types::SLOT,
    types::OPERATION,
    lookups::ATTRIBUTE,
    lookups::CALLABLE,
    collector::COLLECTION,
    blocks::BLOCKS,
    threads::GIL,
    threads::SUSPENDED,
];

/// Subjects that are a fixed sample: what a learner should know, of much more that the atlas knows.
fn sample(subjects: &[&str]) -> Vec<String> {
    subjects.iter().map(|&subject| subject.to_owned()).collect()
}
