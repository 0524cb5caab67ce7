//! Peak memory of `evalody export` on ten million instructions against one million of the same loop, in
//! one run. Prints ratios: 1 is memory that does not grow with the program.
//!
//! Peaks are the resident set of the exporting process alone, not of the interpreter that it starts.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

const SHORT: u64 = 1_000_000;
const LONG: u64 = 10_000_000;

/// Time between two looks at the peak. What is allocated and gone again at the very end, in less than
/// this, is not seen.
const LOOK: Duration = Duration::from_millis(1);

/// New lines, calls and allocations for ever, so that gestures keep coming.
const LOOP: &str = "
def mixed(turn):
    items = [turn, turn + 1, turn + 2]
    total = 0
    for item in items:
        if item % 3:
            total += item * item
        else:
            total -= item
    return total


turn = 0
while True:
    turn += 1
    if turn % 1000 == 0:
        mixed(-turn)
    mixed(turn)
";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let program = folder.path().join("loop.py");
    fs::write(&program, LOOP)?;
    println!("peak resident memory of `evalody export` alone, by instructions, MB (10^6 bytes)");
    println!("{:12} {:>10} {:>10} {:>7}", "interpreter", SHORT, LONG, "ratio");
    for interpreter in ["embedded", "cpython"] {
        let peak = |steps| peak_mb(interpreter, &program, steps, folder.path());
        match (peak(SHORT), peak(LONG)) {
            (Ok(short), Ok(long)) => println!("{interpreter:12} {short:10.1} {long:10.1} {:7.3}", long / short),
            (Err(error), _) | (_, Err(error)) => println!("{interpreter:12} {error}"),
        }
    }
    Ok(())
}

fn peak_mb(interpreter: &str, program: &Path, steps: u64, folder: &Path) -> Result<f64, Box<dyn Error>> {
    let out = folder.join("loop.mid");
    let mut child = Command::new(env!("CARGO_BIN_EXE_evalody"))
        .env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"))
        .arg("export")
        .arg(program)
        .args(["--interpreter", interpreter, "--steps", &steps.to_string(), "-o"])
        .arg(&out)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let (peak_kib, status) = watched(&mut child)?;
    let said = std::io::read_to_string(child.stderr.take().expect("stderr is a pipe"))?;
    if fs::metadata(&out).map(|file| file.len()).unwrap_or(0) == 0 || !said.contains(&format!(" of {steps} instructions ")) {
        return Err(format!("no music of {steps} instructions came ({status}): {}", said.trim()).into());
    }
    fs::remove_file(&out)?;
    Ok(peak_kib as f64 * 1024.0 / 1.0e6)
}

/// The last peak seen of a process, and how it ended. What `wait4` tells counts its children in.
fn watched(child: &mut Child) -> Result<(u64, ExitStatus), Box<dyn Error>> {
    let path = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    loop {
        let status = fs::read_to_string(&path).unwrap_or_default();
        let told = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        // A process that has ended has no memory any more.
        peak_kib = told.map_or(peak_kib, |told: u64| told.max(peak_kib));
        if let Some(status) = child.try_wait()? {
            return match peak_kib {
                0 => Err("peak memory is told by Linux only".into()),
                peak_kib => Ok((peak_kib, status)),
            };
        }
        thread::sleep(LOOK);
    }
}
