//! Questions answered by looking: at a listing, a line, the value stack. Worked out from the trace of a run.

use super::maker::Maker;

pub(super) const MAKERS: &[Maker] = &[];
