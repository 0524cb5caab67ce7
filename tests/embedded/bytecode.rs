//! The embedded compiler against CPython 3.14 itself, which runs in Node (npm package `pyodide`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use evalody::interpreter::embedded::opcode_name;
use evalody::interpreter::options::Task;
use evalody::interpreter::wire::End;
use evalody::trace::{Code, Family, Outcome};
use rustpython_vm::bytecode::Opcode;
use serde::Deserialize;

use super::child::{STARTING, options, run};

/// CPython 3.14 as a package; another version would need another interpreter here.
const ORACLE: &str = "pyodide@314.0.7";

#[derive(Deserialize)]
struct Told {
    version: String,
    modules: BTreeMap<String, Module>,
}

#[derive(Deserialize)]
struct Module {
    source: String,
    codes: Vec<TheirCode>,
}

type Position = (Option<u32>, Option<u32>, Option<u32>, Option<u32>);

#[derive(Deserialize)]
struct TheirCode {
    name: String,
    stack_size: u32,
    flags: u32,
    instructions: Vec<(u32, String, Option<u32>)>,
    positions: Vec<Position>,
}

/// What CPython says, or `None` where there is no Node to ask it; in CI that is a failure.
fn oracle() -> Option<Told> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cpython-3.14");
    std::fs::create_dir_all(&folder).unwrap();
    if let Err(reason) = install(&folder) {
        assert!(std::env::var_os("CI").is_none(), "CPython 3.14 cannot be had: {reason}");
        eprintln!("skipped: CPython 3.14 cannot be had: {reason}");
        return None;
    }
    let output = folder.join("told.json");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/embedded/oracle.mjs");
    finish(Command::new("node").arg(script).arg(&folder).arg(&output)).unwrap();
    Some(serde_json::from_slice(&std::fs::read(&output).unwrap()).unwrap())
}

fn install(folder: &Path) -> Result<(), String> {
    finish(Command::new("node").arg("--version"))?;
    if folder.join("node_modules/pyodide/package.json").exists() {
        return Ok(());
    }
    let arguments = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"];
    finish(Command::new("npm").args(arguments).arg(folder).arg(ORACLE).current_dir(folder))
}

/// Runs a command to its end. It must not inherit what another test leaves open for its child.
fn finish(command: &mut Command) -> Result<(), String> {
    let child = {
        let _guard = STARTING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
    };
    let output = child.and_then(Child::wait_with_output).map_err(|error| format!("{command:?}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.len().saturating_sub(2000);
    output.status.success().then_some(()).ok_or_else(|| format!("{command:?}: {}", said.get(last..).unwrap_or(&said)))
}

fn compiled(name: &str, source: &str) -> Vec<std::sync::Arc<Code>> {
    let mut orders = options();
    orders.task = Task::Compile;
    orders.name = name.into();
    let run = run(source, orders);
    assert_eq!(run.end, Some(End::Outcome(Outcome::Finished)), "{name}: {}", run.stderr);
    assert_eq!(run.steps(), 0);
    run.trace.codes
}

#[test]
fn every_code_object_of_the_library_is_what_cpython_3_14_makes_of_it() {
    let Some(told) = oracle() else { return };
    assert!(told.version.starts_with("3.14."), "{}", told.version);
    assert!(told.modules.len() > 150, "{}", told.modules.len());
    let (mut codes, mut instructions, mut shallower) = (0, 0, 0);
    for (name, module) in &told.modules {
        let ours = compiled(name, &module.source);
        assert_eq!(ours.len(), module.codes.len(), "{name}");
        for (ours, theirs) in ours.iter().zip(&module.codes) {
            let place = format!("{} of {name}", ours.qualname);
            assert_eq!(ours.name, theirs.name, "{place}");
            assert_eq!((ours.stack_size, ours.flags), (theirs.stack_size, theirs.flags), "{place}");
            let found: Vec<_> = ours.instructions().iter().map(|i| (i.offset, i.opcode.to_string(), i.argument)).collect();
            assert_eq!(found, theirs.instructions, "{place}");
            let spans: Vec<Position> =
                ours.instructions().iter().map(|i| (i.span.line, i.span.column, i.span.end_line, i.span.end_column)).collect();
            assert_eq!(spans, theirs.positions, "{place}");
            shallower += usize::from(depth_is_less(ours, &place));
            codes += 1;
            instructions += found.len();
        }
    }
    eprintln!("{codes} code objects, {instructions} instructions identical; {shallower} with unreachable depth");
}

/// Whether the greatest depth that we found is less than the compiler's, which only unreachable code explains.
fn depth_is_less(code: &Code, place: &str) -> bool {
    let greatest = u32::from(code.greatest_depth());
    assert!(greatest <= code.stack_size, "{place}: {greatest} > {}", code.stack_size);
    // The compiler reserves at least one.
    if greatest.max(1) == code.stack_size.max(1) {
        return false;
    }
    let unreachable = code.instructions().iter().any(|i| i.depth_before.is_none());
    assert!(unreachable, "{place}: {greatest} < {} and all code is reachable", code.stack_size);
    true
}

#[test]
fn every_opcode_that_the_compiler_can_emit_has_a_family() {
    let silent = ["CACHE", "ENTER_EXECUTOR", "EXTENDED_ARG", "NOP", "NOT_TAKEN", "RESERVED"];
    let mut emitted = 0;
    for number in 0..=u8::MAX {
        let Ok(opcode) = Opcode::try_from_u8(number) else { continue };
        if opcode.deopt().is_some() || opcode.is_instrumented() {
            continue;
        }
        emitted += 1;
        let name = opcode_name(opcode);
        let family = Family::of(&name).unwrap_or_else(|| panic!("{name} is not in the table"));
        assert_eq!(family == Family::Rest, silent.contains(&name.as_str()), "{name}");
    }
    assert!(emitted > 110, "{emitted}");
}
