//! Finding, starting, limiting and killing the children which run Python.

#[cfg(feature = "embedded")]
pub mod embedded;
pub mod options;
#[cfg(feature = "embedded")]
pub mod syntax;
pub mod wire;
