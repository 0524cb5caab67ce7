//! Questions answered by looking: at a listing, a line, the value stack, at what ran in which order. Worked out from the
//! trace of a run; what is inferred and not measured says so.
//!
//! Knows nothing of music, and of CPython only what the run shows and the atlas tells.

mod calls;
mod compiled;
mod counted;
mod flow;
mod jump;
mod memory;
mod passage;
mod stack;
mod text;
mod turns;
mod units;
mod visits;

use super::maker::Maker;

/// All of them, those first that need but one line.
pub(super) const MAKERS: &[Maker] = &[
    stack::HEIGHT,
    stack::AFTER,
    compiled::LINE_OF,
    compiled::COMPILES_TO,
    compiled::MISSING,
    compiled::OPERAND,
    jump::NEXT,
    jump::TAKEN,
    units::FAMILY,
    counted::MOST,
    units::CACHE,
    flow::GOES_ON,
    flow::DEEPEST,
    turns::TURNS,
    calls::FUNCTION,
    calls::LEAVES,
    memory::BLOCKS,
    memory::COLLECTOR,
];
