//! Finding, starting, limiting and killing the children which run Python.

pub mod options;
pub mod wire;
#[cfg(feature = "embedded")]
pub mod embedded;
