//! Drives the binary as the parent process does: descriptors inherited, orders as one JSON argument.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;

use evalody::interpreter::options::{ChildOptions, Launch, Only, Task};
use evalody::interpreter::wire::{End, Heard, Hello, PROTOCOL, Reader};
use evalody::trace::{Entry, MarkKind, Trace};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};

/// Held while descriptors are open to whatever is started: another test's child must not inherit them.
pub static STARTING: Mutex<()> = Mutex::new(());

/// What one run left behind.
pub struct Run {
    pub hello: Hello,
    pub trace: Trace,
    /// `None`: the child died.
    pub end: Option<End>,
    pub bytes: Vec<u8>,
    pub stdout: String,
    pub stderr: String,
    pub status: ExitStatus,
}

pub fn options() -> ChildOptions {
    ChildOptions {
        protocol: PROTOCOL,
        trace_fd: -1,
        control_fd: None,
        tap_fd: None,
        launch: Launch::Script,
        source_fd: None,
        task: Task::Run,
        only: Only::User,
        records: 4096,
        steps: None,
        // A child that hangs fails its test instead of stopping all of them.
        time_s: Some(60.0),
        memory_bytes: None,
        name: "<stdin>".into(),
        path: None,
        arguments: Vec::new(),
        confine: true,
    }
}

/// Runs a source text.
pub fn run(source: &str, options: ChildOptions) -> Run {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(source.as_bytes()).unwrap();
    file.rewind().unwrap();
    start(Some(file), options)
}

/// Runs a file.
pub fn run_file(path: &Path, mut options: ChildOptions) -> Run {
    options.name = path.file_name().unwrap().to_str().unwrap().into();
    options.path = Some(path.to_str().unwrap().into());
    start(None, options)
}

pub fn inheritable(file: impl AsFd) {
    fcntl(file, FcntlArg::F_SETFD(FdFlag::empty())).unwrap();
}

pub fn command(options: &ChildOptions) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalody"));
    command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
    command.arg("__embedded").arg(serde_json::to_string(options).unwrap());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn start(source: Option<File>, mut options: ChildOptions) -> Run {
    let guard = STARTING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let (mut reading, writing) = std::io::pipe().unwrap();
    inheritable(&writing);
    options.trace_fd = writing.as_raw_fd();
    if let Some(source) = &source {
        inheritable(source);
        options.source_fd = Some(source.as_raw_fd());
    }
    let child = command(&options).spawn().unwrap();
    drop((writing, source));
    drop(guard);
    let output = std::thread::spawn(|| child.wait_with_output().unwrap());
    let mut bytes = Vec::new();
    reading.read_to_end(&mut bytes).unwrap();
    let output = output.join().unwrap();
    let (mut reader, mut trace) = (Reader::new(bytes.as_slice()), Trace::default());
    let end = loop {
        if let Heard::End(end) = reader.read(&mut trace).unwrap() {
            break end;
        }
    };
    let stderr = String::from_utf8(output.stderr).unwrap();
    let hello = reader.hello().unwrap_or_else(|| panic!("no hello; it said: {stderr}")).clone();
    Run { hello, trace, end, bytes, stdout: String::from_utf8(output.stdout).unwrap(), stderr, status: output.status }
}

impl Run {
    pub fn steps(&self) -> usize {
        self.trace.steps().count()
    }

    /// How often each mark was told, by the name of its kind.
    pub fn marks(&self, kind: fn(&MarkKind) -> bool) -> usize {
        self.trace.entries.iter().filter(|entry| matches!(entry, Entry::Mark(mark) if kind(&mark.kind))).count()
    }

    /// Checks that frames of every thread are left in the order in which they were entered, each step in
    /// the frame on top, and all of them in the end if the run was not cut.
    pub fn assert_balanced(&self) {
        let mut open: std::collections::HashMap<u16, Vec<_>> = std::collections::HashMap::new();
        for (number, entry) in self.trace.entries.iter().enumerate() {
            match entry {
                Entry::Step(step) => {
                    let top = open.get(&step.thread).and_then(|frames| frames.last());
                    assert_eq!(top, Some(&step.code), "entry {number}: a step outside of its frame");
                }
                Entry::Mark(mark) => {
                    let frames = open.entry(mark.thread).or_default();
                    match mark.kind {
                        MarkKind::Called(code) | MarkKind::Resumed(code) => frames.push(code),
                        MarkKind::Returned(code) | MarkKind::Yielded(code) | MarkKind::Unwound(code) => {
                            assert_eq!(frames.pop(), Some(code), "entry {number}: {mark:?}");
                        }
                        MarkKind::Raised(code) | MarkKind::Handled(code) => {
                            assert_eq!(frames.last(), Some(&code), "entry {number}: {mark:?}");
                        }
                        _ => {}
                    }
                }
            }
        }
        if !matches!(self.end, Some(End::Limit(_)) | None) {
            assert!(open.values().all(Vec::is_empty), "frames left open: {open:?}");
        }
    }
}
