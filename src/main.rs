//! Starts evalody.

use std::process::ExitCode;

fn main() -> ExitCode {
    evalody::cli::run(std::env::args_os())
}
