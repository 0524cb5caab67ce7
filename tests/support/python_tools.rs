//! Programs of others that tests ask for a second opinion. Where one is missing the test says so on
//! stderr and is skipped; on CI (`CI=true`) it fails, so that nobody believes it ran.

use std::env;
use std::io::{self, Write};
use std::process::{Command, Output, Stdio};

/// A Python which can import all of `modules`: the one that `EVALODY_TEST_PYTHON` names, or `python3`.
pub fn python_with(modules: &[&str]) -> Option<String> {
    let python = env::var("EVALODY_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
    let import = format!("import {}", modules.join(", "));
    let found = Command::new(&python).args(["-c", &import]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return Some(python);
    }
    missing(&format!("{python} has not all of: {} (EVALODY_TEST_PYTHON may name another Python)", modules.join(", ")));
    None
}

/// Whether the command `name` can be started at all.
pub fn is_on_path(name: &str) -> bool {
    starts_with(name, &[])
}

/// Whether the command `name` can be started with these arguments, for one that would wait or open a window without.
pub fn starts_with(name: &str, arguments: &[&str]) -> bool {
    let started = Command::new(name).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if started.is_err() {
        missing(&format!("no {name} on the path"));
    }
    started.is_ok()
}

fn missing(what: &str) {
    assert!(env::var("CI").as_deref() != Ok("true"), "on CI nothing is skipped: {what}");
    // Past the test harness, which keeps what tests print by the usual way to itself.
    let _ = writeln!(io::stderr(), "skipped: {what}");
}

/// What a Python program prints, given `input`; it must succeed without a word on stderr.
pub fn output_of(python: &str, program: &str, input: &[u8]) -> String {
    let mut child = Command::new(python)
        .args(["-W", "default", "-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program reads all before it prints, so neither waits for the other.
    child.stdin.take().unwrap().write_all(input).unwrap();
    spoken(child.wait_with_output().unwrap())
}

/// The stdout of a program that succeeded and had nothing to complain about.
pub fn spoken(output: Output) -> String {
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{}\n{complaints}", output.status);
    String::from_utf8(output.stdout).unwrap()
}
