//! The wording.
