//! (export)

pub mod wav;

pub use wav::{WavError, write_wav};
