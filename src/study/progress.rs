//! What has been heard, visited, read and recalled, out of all. Knows no page and no picture.

/// A map of a learner's way.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {}
