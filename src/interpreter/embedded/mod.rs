//! The embedded interpreter's child: this very program, started on itself, runs rustpython-vm under a trace.
//!
//! It takes its orders as one JSON argument ([`ChildOptions`]) and tells what happens through the
//! protocol of [`crate::interpreter::wire`]. Everything here happens in that child and never in the
//! process which the user sees.

mod blocks;
mod code;
mod confine;
mod grants;
mod hook;
mod limits;
mod positions;
mod recorder;
mod run;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod syscalls;
mod threads;
mod trace_pipe;

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{FromRawFd, RawFd};
use std::path::Path;
use std::time::Duration;

use crate::interpreter::options::ChildOptions;
use crate::interpreter::wire::{EndBlob, Hello, PROTOCOL, Writer};
use grants::Grants;
use recorder::Scope;
use trace_pipe::TracePipe;

pub use blocks::Counting;
pub use code::opcode_name;

/// Status of a child that could not do what it was told: wrong options, no source, a panic.
const FAILED: i32 = 70;

/// Stack of the thread that runs Python. A traced call takes several native frames; 64 MiB hold Python's
/// own 1000 calls, the rest is for programs that raise that limit. Only what is touched is real memory.
const STACK_BYTES: usize = 256 << 20;

/// Runs the child; returns its exit status. `evalody __embedded OPTIONS` ends up here.
pub fn main(options_json: &str) -> i32 {
    match prepare(options_json) {
        Ok((options, source, trace, grants)) => trace_program(options, source, trace, grants),
        Err(error) => {
            eprintln!("evalody: the embedded interpreter cannot start: {error}");
            FAILED
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("its options are unreadable: {0}")]
    Options(#[from] serde_json::Error),
    #[error("it speaks protocol {PROTOCOL}, not {0}")]
    Protocol(u32),
    #[error("its options name neither a source nor a path")]
    NoSource,
    #[error("the program cannot be read: {0}")]
    Source(#[from] io::Error),
}

fn prepare(options_json: &str) -> Result<(ChildOptions, String, File, Grants), StartError> {
    let options: ChildOptions = serde_json::from_str(options_json)?;
    if options.protocol != PROTOCOL {
        return Err(StartError::Protocol(options.protocol));
    }
    let trace = inherited(options.trace_fd)?;
    let grants = Grants::new(options.control_fd.map(inherited).transpose()?);
    let mut source = match (options.source_fd, &options.path) {
        (Some(fd), _) => inherited(fd)?,
        (None, Some(path)) => File::open(path)?,
        (None, None) => return Err(StartError::NoSource),
    };
    let mut text = String::new();
    source.read_to_string(&mut text)?;
    Ok((options, text, trace, grants))
}

/// An inherited descriptor as a file, kept from whatever the program starts.
fn inherited(fd: RawFd) -> io::Result<File> {
    // SAFETY: the parent opened it for us and told us so; nothing else in this process has touched it.
    let file = unsafe { File::from_raw_fd(fd) };
    nix::fcntl::fcntl(&file, nix::fcntl::FcntlArg::F_SETFD(nix::fcntl::FdFlag::FD_CLOEXEC))?;
    Ok(file)
}

fn trace_program(options: ChildOptions, source: String, trace: File, grants: Grants) -> i32 {
    let home = options.path.as_deref().map(Path::new).and_then(|path| Some(path.canonicalize().ok()?.parent()?.to_owned()));
    let watch = limits::Watch::new(options.time_s.map(Duration::from_secs_f64), options.memory_bytes);
    let warnings = if options.confine { confine::confine(home.as_deref()) } else { Vec::new() };
    let mut writer = Writer::new(TracePipe::new(trace), options.records as usize);
    let hello = Hello {
        protocol: PROTOCOL,
        interpreter: format!("RustPython {} (bytecode of CPython 3.14)", run::version()),
        version: (3, 14),
        recorder: "vm.trace_func".into(),
        is_paced: grants.are_needed(),
        warnings,
        ..Hello::default()
    };
    if writer.hello(&hello).is_err() {
        recorder::leave(recorder::LISTENER_GONE);
    }
    let scope = Scope { only: options.only, program: options.name.clone(), home: home.clone() };
    let recorder = recorder::start(writer, grants, scope, options.steps);
    limits::tell_panics();
    watch.start(recorder);
    let python = std::thread::Builder::new().name("python".into()).stack_size(STACK_BYTES);
    let end = match python.spawn(move || run::run(recorder, &options, &source, home.as_deref())) {
        Ok(running) => running.join().unwrap_or_else(|_| EndBlob::Died { how: "the embedded interpreter failed".into() }),
        Err(error) => EndBlob::Died { how: format!("no thread for the embedded interpreter: {error}") },
    };
    recorder.end(&end);
    // The end was told, unless nobody hears of it: then the status says it.
    recorder::leave(if recorder.is_let_go() { status(&end) } else { 0 })
}

/// As Python itself would leave.
fn status(end: &EndBlob) -> i32 {
    match end {
        EndBlob::Exited { status } => *status,
        EndBlob::Raised { .. } => 1,
        EndBlob::Died { .. } => FAILED,
        _ => 0,
    }
}
