//! Builds the native tap, a small library of its own which the user's Python loads; `interpreter::cpython` holds
//! it as bytes. By the compiler itself and not as a package: it has no dependency, and must be there before
//! the rest is compiled.

use std::env;
use std::path::PathBuf;
use std::process::Command;

const SOURCE: &str = "tap";

fn main() {
    println!("cargo::rerun-if-changed={SOURCE}");
    println!("cargo::rerun-if-changed=build.rs");
    let variable = |name| env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"));
    let out = PathBuf::from(variable("OUT_DIR")).join("tap");
    let mut compiler = Command::new(variable("RUSTC"));
    compiler.args(["--crate-name", "evalody_tap", "--crate-type", "cdylib", "--edition", "2024"]);
    compiler.args(["-C", "opt-level=3", "-C", "codegen-units=1", "-C", "lto=fat", "-C", "panic=abort", "-C", "strip=symbols"]);
    compiler.args(["--deny", "warnings", "--target", &variable("TARGET"), "-o"]).arg(out).arg(format!("{SOURCE}/lib.rs"));
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        compiler.arg("-C").arg(format!("linker={linker}"));
    }
    let status = compiler.status().expect("the compiler that compiles this starts");
    assert!(status.success(), "the native tap does not compile");
}
