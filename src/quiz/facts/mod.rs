//! Questions on CPython, its object model, its memory, and who brought what: by the atlas, and by what a run did.

use super::maker::Maker;

pub(super) const MAKERS: &[Maker] = &[];
