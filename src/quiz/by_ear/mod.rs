//! Questions answered by listening, to music of songs and of the learner's own program.

use super::maker::Maker;

pub(super) const MAKERS: &[Maker] = &[];
