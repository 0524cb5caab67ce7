//! What the tests of the interpreter share: requests, whole traces, and plain runs to compare with.
#![allow(dead_code, reason = "each test binary takes what it needs")]

pub mod battery;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use evalody::interpreter::options::{Launch, Only, Recorder, Task};
use evalody::interpreter::{self, Choice, InterpreterError, Limits, OutputStream, Request, Running, State, Streams};
use evalody::program::Program;
use evalody::trace::{Outcome, Trace};

/// Every CPython of this machine with its version, or none, which is told; where `CI` is set, two at least.
pub fn pythons() -> Vec<(PathBuf, (u8, u8))> {
    let found: Vec<_> = interpreter::found().into_iter().map(|found| (found.path, found.version)).collect();
    let mut versions: Vec<_> = found.clone();
    versions.dedup_by_key(|python| python.1);
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!is_ci || versions.len() >= 2, "fewer than two CPythons here: {found:?}");
    if versions.is_empty() {
        eprintln!("skipped: there is no CPython here");
    }
    versions
}

/// The recorders under which programs are to do as without us: each that a Python here can have.
pub const RECORDERS: &[Recorder] = &[Recorder::Auto, Recorder::Python];

/// Runs a check for every Python at once.
pub fn with_each_python(check: impl Fn(&Path, (u8, u8)) + Sync) {
    std::thread::scope(|scope| {
        for (python, version) in pythons() {
            let check = &check;
            scope.spawn(move || check(&python, version));
        }
    });
}

/// Addresses, process numbers and times differ between any two runs.
pub fn without_numbers(text: &str) -> String {
    const MARKS: [&str; 4] = ["0x", "pid=", " test in ", " tests in "];
    let mut out = String::new();
    let mut rest = text;
    while let Some((at, mark)) = MARKS.iter().filter_map(|mark| Some((rest.find(mark)?, mark))).min() {
        let end = at + mark.len();
        out.push_str(&rest[..end]);
        rest = rest[end..].trim_start_matches(|c: char| c.is_ascii_hexdigit() || c == '.');
    }
    out + rest
}

/// Waits until the kernel says that a process sleeps; says in what.
pub fn wait_until_asleep(pid: u32) -> String {
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it lives");
        if stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('S')) {
            return std::fs::read_to_string(format!("/proc/{pid}/wchan")).unwrap_or_default();
        }
        std::thread::yield_now();
    }
}

/// A request for a program without a file; its output is captured.
pub fn request(python: &Path, source: &str) -> Request {
    Request {
        program: Program { name: "<stdin>".into(), text: source.into() },
        path: None,
        arguments: Vec::new(),
        choice: Choice::Path(python.into()),
        only: Only::User,
        limits: Limits::default(),
        records: 4096,
        streams: Streams::Captured,
        confine: false,
        task: Task::Run,
        own_executable: env!("CARGO_BIN_EXE_evalody").into(),
        prefers_embedded: false,
        is_edited: false,
        launch: Launch::Script,
        recorder: Recorder::Auto,
        is_paced: false,
    }
}

/// What came of a run.
#[derive(Debug)]
pub struct Heard {
    pub trace: Trace,
    pub outcome: Outcome,
    pub stdout: String,
    pub stderr: String,
    /// The number of a signal as a negative status.
    pub status: Option<i32>,
}

/// Runs a request to its end and keeps all.
pub fn hear(request: &Request) -> Result<Heard, InterpreterError> {
    let mut running = interpreter::start(request)?;
    let mut trace = Trace { dialect: running.dialect().clone(), ..Trace::default() };
    let mut said = Vec::new();
    let outcome = loop {
        if let State::Ended(outcome) = running.listen_for(&mut trace, std::time::Duration::from_millis(50))? {
            break outcome;
        }
        // Who prints much waits until it is taken.
        said.extend(running.output().into_iter().flat_map(|output| output.try_iter()));
    };
    said.extend(running.output().into_iter().flatten());
    let (stdout, stderr) = by_stream(said);
    let status = running.status().map(status_number);
    Ok(Heard { trace, outcome, stdout, stderr, status })
}

/// Everything that the program printed, to the end of its streams.
pub fn printed(running: &mut Running) -> (String, String) {
    by_stream(running.output().into_iter().flatten().collect())
}

fn by_stream(said: Vec<interpreter::Output>) -> (String, String) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    for output in said {
        match output.stream {
            OutputStream::Stdout => stdout.extend(output.bytes),
            OutputStream::Stderr => stderr.extend(output.bytes),
        }
    }
    (String::from_utf8_lossy(&stdout).into_owned(), String::from_utf8_lossy(&stderr).into_owned())
}

pub fn status_number(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().unwrap_or_else(|| -status.signal().unwrap_or(0))
}

/// The same program without us: standard output, standard error, status.
pub fn plain(python: &Path, file: &Path, arguments: &[&str]) -> (String, String, i32) {
    let output = Command::new(python).arg(file).args(arguments).stdin(Stdio::null()).output().expect("the Python runs");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (text(output.stdout), text(output.stderr), status_number(output.status))
}

/// A file of this content in a new directory, which goes when it is dropped.
pub fn file(name: &str, content: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join(name);
    std::fs::File::create(&path).and_then(|mut file| file.write_all(content.as_bytes())).expect("a file");
    (directory, path)
}

/// A request for a program's file.
pub fn request_of(python: &Path, path: &Path, arguments: &[&str]) -> Request {
    let source = std::fs::read_to_string(path).expect("the program");
    Request {
        program: Program { name: path.to_string_lossy().into_owned(), text: source.clone() },
        path: Some(path.into()),
        arguments: arguments.iter().map(Into::into).collect(),
        ..request(python, &source)
    }
}
