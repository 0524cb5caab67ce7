//! A record as text, and back: readable by people, versioned, and refused where it is not whole. Knows no file.

mod reading;
mod writing;

pub use reading::{Unread, read};
pub use writing::write;

/// The version that is written. 0 had neither `heard` nor `visited`.
pub const VERSION: i64 = 1;

/// The last line: without it, something is missing.
const END: &str = "# end of record";
