//! The user's own CPython: where it is, and how it is started on the tracer. What the tracer does
//! inside of it is in `boot.py` and `tracer.py`.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Seek, Write};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Request;
use super::archive::archive;
use super::child::{self, Handover};
use super::error::{InterpreterError, remedy};
use super::options::{ChildOptions, Launch, Recorder, Task};
use super::probe::ProbedLine;
use super::running::Running;
use super::wire::PROTOCOL;

/// The tracer as it is handed to Python: one namespace made of these files.
pub const TRACER: &str = concat!(
    include_str!("describe.py"),
    "\n",
    include_str!("record.py"),
    "\n",
    include_str!("threads.py"),
    "\n",
    include_str!("engines.py"),
    "\n",
    include_str!("unrecorded.py"),
    "\n",
    include_str!("warm.py"),
    "\n",
    include_str!("tap.py"),
    "\n",
    include_str!("launch.py"),
    "\n",
    include_str!("tracer.py")
);

/// The native tap as a library, built by `build.rs` (see `tap/lib.rs`).
const TAP: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/tap"));

const BOOT: &str = include_str!("boot.py");

/// Oldest version that can be traced by opcode.
const OLDEST: (u8, u8) = (3, 8);

/// Oldest version that specialises instructions (PEP 659).
pub(super) const SPECIALISES: (u8, u8) = (3, 11);

/// A CPython that seems to be installed; nothing was started to find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    /// Major and minor version, by its file name.
    pub version: (u8, u8),
}

/// CPythons of 3.8 or later on the search path and under pyenv, newest first, each once.
pub fn found() -> Vec<Found> {
    let mut directories: Vec<PathBuf> = env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    let pyenv = env::var_os("PYENV_ROOT").map(PathBuf::from).or_else(|| env::home_dir().map(|home| home.join(".pyenv")));
    if let Some(versions) = pyenv.and_then(|root| fs::read_dir(root.join("versions")).ok()) {
        directories.extend(versions.flatten().map(|entry| entry.path().join("bin")));
    }
    let mut seen = HashSet::new();
    let mut pythons: Vec<Found> = directories
        .iter()
        .filter_map(|directory| fs::read_dir(directory).ok())
        .flat_map(|entries| entries.flatten())
        .filter_map(|entry| Some(Found { version: version_named(entry.file_name().to_str()?)?, path: entry.path() }))
        .filter(|python| python.version >= OLDEST && is_program(&python.path))
        .filter(|python| seen.insert(fs::canonicalize(&python.path).unwrap_or_else(|_| python.path.clone())))
        .collect();
    pythons.sort_by_key(|python| Reverse(python.version));
    pythons
}

/// `python3.12` to (3, 12).
fn version_named(file: &str) -> Option<(u8, u8)> {
    let (major, minor) = file.strip_prefix("python")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Whether a file is a program and no script: pyenv's stand-ins are scripts which may lead nowhere.
fn is_program(path: &Path) -> bool {
    let is_executable = fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0);
    let starts_as_script = || {
        let mut start = [0; 2];
        fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut start)).is_err() || &start == b"#!"
    };
    is_executable && !starts_as_script()
}

/// The Python that a shell would start.
pub(super) fn on_path() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    ["python3", "python"].iter().find_map(|name| env::split_paths(&path).map(|directory| directory.join(name)).find(|file| file.is_file()))
}

/// CPython's own name for the seed of its hashes (Python/bootstrap_hash.c).
const HASH_SEED: &str = "PYTHONHASHSEED";

/// Where Python looks for modules first.
const MODULE_PATH: &str = "PYTHONPATH";

/// The probe, which stands behind the tracer where a line is to be looked at.
const PROBE: &str = concat!(include_str!("probe.py"), "\n", include_str!("probed.py"));

/// Starts `python` on the tracer and waits for its hello.
pub(super) fn start(request: &Request, python: &Path) -> Result<Running, InterpreterError> {
    start_with(request, python, "")
}

/// The same with the probe besides, which looks at a line.
pub(super) fn start_probe(request: &Request, python: &Path, site: &ProbedLine) -> Result<Running, InterpreterError> {
    let site = serde_json::to_string(site).map_err(io::Error::other)?;
    let literal = serde_json::to_string(&site).map_err(io::Error::other)?;
    start_with(request, python, &format!("{PROBE}\nSITE = eval({literal}, {{\"__builtins__\": {{}}, \"null\": None}})\n"))
}

fn start_with(request: &Request, python: &Path, besides: &str) -> Result<Running, InterpreterError> {
    let python = python.to_path_buf();
    // A text without a file, or newer than its file, is run by the tracer; all else by Python itself.
    let is_text = request.launch == Launch::Script && (request.path.is_none() || request.is_edited);
    let mut handover = Handover::new(request, is_text || request.launch == Launch::Command)?;
    if request.is_paced {
        handover.pace()?;
    }
    let is_tapped = request.recorder == Recorder::Auto && request.task == Task::Run;
    let tap_fd = if is_tapped { Some(handover.library(TAP)?) } else { None };
    let options = ChildOptions { memory_bytes: None, confine: false, tap_fd, ..handover.options(request)? };
    // A string of JSON is one of Python.
    let literal = serde_json::to_string(&child::json(&options)?).map_err(io::Error::other)?;
    let tracer = handover.file(format!("{TRACER}\n{besides}\nOPTIONS = {literal}\n").as_bytes())?;
    // The same program is to be the same music: hashes of strings, which decide the order of sets, are
    // the same every time, unless somebody has chosen otherwise. The program finds the variable unset.
    let has_seed = env::var_os(HASH_SEED).is_some();
    let module_path = env::var_os(MODULE_PATH);
    let mut boot = tempfile::tempfile()?;
    let boot_fd = boot.as_raw_fd();
    let truth = |is_true| if is_true { "True" } else { "False" };
    let text = BOOT
        .replace("$PROTOCOL", &PROTOCOL.to_string())
        .replace("$TRACE_FD", &handover.trace_fd().to_string())
        .replace("$TRACER_FD", &tracer.to_string())
        .replace("$BOOT_FD", &boot_fd.to_string())
        .replace("$SEEDED", truth(!has_seed))
        .replace("$IS_SITE", truth(!is_text))
        .replace("$HAS_PYTHONPATH", truth(module_path.is_some()))
        .replace("$PYTHONPATH", &python_text(module_path.as_deref().unwrap_or_default()));
    boot.write_all(&if is_text { text.into_bytes() } else { archive("sitecustomize.py", text.as_bytes()) })?;
    boot.rewind()?;
    handover.keep(boot);
    let boot = format!("/dev/fd/{boot_fd}");
    let mut command = Command::new(&python);
    if is_text {
        command.arg(boot);
    } else {
        command.env(MODULE_PATH, first_of(boot, module_path));
        match &request.launch {
            Launch::Script | Launch::Archive => command.arg(&request.program.name),
            Launch::Module(module) => command.arg("-m").arg(module),
            Launch::Command => command.arg("-c").arg(&request.program.text),
        };
        command.args(&request.arguments);
    }
    if !has_seed {
        command.env(HASH_SEED, "1");
    }
    child::steady_addresses(&mut command);
    let running = child::start(command, handover, request, &python)?;
    let dialect = running.dialect();
    let interpreter = dialect.interpreter.clone();
    if !interpreter.starts_with("CPython") {
        return Err(InterpreterError::NotCpython { python, interpreter, remedy: remedy() });
    }
    if dialect.version < OLDEST {
        return Err(InterpreterError::TooOld { python, interpreter, remedy: remedy() });
    }
    Ok(running)
}

/// The value of a search path with one place before the others. An empty one has none.
fn first_of(place: String, others: Option<OsString>) -> OsString {
    let mut path = OsString::from(place);
    if let Some(others) = others.filter(|others| !others.is_empty()) {
        path.push(":");
        path.push(others);
    }
    path
}

/// Any text of the system's as Python can read it.
fn python_text(text: &OsStr) -> String {
    let bytes: String = text.as_bytes().iter().map(|byte| format!("\\x{byte:02x}")).collect();
    format!("os.fsdecode(b\"{bytes}\")")
}
