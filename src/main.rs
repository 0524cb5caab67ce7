//! Starts evalody.

use std::process::ExitCode;

/// The embedded interpreter is this very executable, and tells the memory that its program takes.
#[cfg(feature = "embedded")]
#[global_allocator]
static ALLOCATOR: evalody::interpreter::embedded::Counting = evalody::interpreter::embedded::Counting;

fn main() -> ExitCode {
    evalody::cli::run(std::env::args_os())
}
