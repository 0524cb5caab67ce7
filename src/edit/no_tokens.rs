//! In place of the parser's tokens where evalody was built without it.

use super::Told;

pub(super) fn tokens(_: &str) -> [Told; 0] {
    []
}
