//! Golden texts: what a stage gave when somebody last looked at it. `EVALODY_GOLDEN=write` writes them anew.

use std::path::{Path, PathBuf};

pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// Compares a text with its golden one, and shows the first line that differs.
pub fn check_golden(name: &str, found: &str) {
    if std::env::var_os("EVALODY_GOLDEN").is_some_and(|value| value == "write") {
        std::fs::write(path(name), found).unwrap();
    }
    let expected = std::fs::read_to_string(path(name)).unwrap();
    let differs = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
    let line = differs.unwrap_or_else(|| found.lines().count().min(expected.lines().count()));
    let at = |text: &str| text.lines().nth(line).unwrap_or("(no line)").to_owned();
    assert!(found == expected, "{name}, line {}: is now\n{}\nand was\n{}", line + 1, at(found), at(&expected));
}
