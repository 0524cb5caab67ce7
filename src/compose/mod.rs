//! (compose)
