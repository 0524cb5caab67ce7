//! Starting a child process on what it is to run, until it has said hello.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, IsTerminal, PipeReader, PipeWriter, Seek, Write, pipe};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};

use super::credit::Credit;
use super::error::{InterpreterError, remedy};
use super::options::{ChildOptions, Launch};
use super::running::Running;
use super::wire::PROTOCOL;
use super::{LIVE_RECORDS, Request, Streams};

/// Size of the pipe when played live: a page, the least there is. With the usual 64 KiB a program runs
/// 8000 instructions ahead of what is heard.
const LIVE_PIPE_BYTES: i32 = 4096;

/// Size of the pipe otherwise: larger saves changes of process, measured to matter little from here on.
const PIPE_BYTES: i32 = 256 * 1024;

/// What a child inherits besides the standard streams.
pub(super) struct Handover {
    trace: PipeReader,
    trace_end: PipeWriter,
    /// Both ends of the pipe by which instructions are granted, if they are.
    control: Option<(PipeReader, PipeWriter)>,
    source: Option<RawFd>,
    files: Vec<OwnedFd>,
}

impl Handover {
    /// `hands_source` over even where there is a file: what is not CPython cannot decode every file.
    pub fn new(request: &Request, hands_source: bool) -> Result<Self, InterpreterError> {
        let (trace, trace_end) = pipe()?;
        resize(&trace_end, if request.records <= LIVE_RECORDS { LIVE_PIPE_BYTES } else { PIPE_BYTES });
        let mut handover = Self { trace, trace_end, control: None, source: None, files: Vec::new() };
        if hands_source || request.path.is_none() && !matches!(request.launch, Launch::Module(_)) {
            handover.source = Some(handover.file(request.program.text.as_bytes())?);
        }
        Ok(handover)
    }

    /// Lets the child run only as many instructions as it is granted, if it is able to wait for that.
    pub fn pace(&mut self) -> io::Result<()> {
        self.control = Some(pipe()?);
        Ok(())
    }

    pub fn trace_fd(&self) -> RawFd {
        self.trace_end.as_raw_fd()
    }

    /// A file without a name that the child can read: unlike a pipe it takes any length at once.
    pub fn file(&mut self, content: &[u8]) -> io::Result<RawFd> {
        let mut file = tempfile::tempfile()?;
        file.write_all(content)?;
        file.rewind()?;
        Ok(self.keep(file))
    }

    /// A file without a name from which the child can load a library: not in a folder, as those for temporary
    /// files often forbid it.
    #[cfg(target_os = "linux")]
    pub fn library(&mut self, content: &[u8]) -> io::Result<RawFd> {
        use nix::sys::memfd::{MFdFlags, memfd_create};
        let mut file = File::from(memfd_create("evalody_tap", MFdFlags::MFD_CLOEXEC)?);
        file.write_all(content)?;
        Ok(self.keep(file))
    }

    #[cfg(not(target_os = "linux"))]
    pub fn library(&mut self, content: &[u8]) -> io::Result<RawFd> {
        self.file(content)
    }

    pub fn keep(&mut self, file: File) -> RawFd {
        let file = OwnedFd::from(file);
        let number = file.as_raw_fd();
        self.files.push(file);
        number
    }

    pub fn options(&self, request: &Request) -> Result<ChildOptions, InterpreterError> {
        let path = match &request.path {
            Some(path) => Some(utf8("the path", std::path::absolute(path)?.as_os_str())?),
            None => None,
        };
        let arguments = request.arguments.iter().map(|argument| utf8("the argument", argument)).collect::<Result<_, _>>()?;
        Ok(ChildOptions {
            protocol: PROTOCOL,
            trace_fd: self.trace_fd(),
            control_fd: self.control_fd(),
            tap_fd: None,
            launch: request.launch.clone(),
            source_fd: self.source,
            task: request.task,
            only: request.only,
            records: request.records,
            steps: request.limits.steps,
            time_s: request.limits.time.map(|time| time.as_secs_f64()),
            memory_bytes: request.limits.memory_bytes,
            name: request.program.name.clone(),
            path,
            arguments,
            confine: request.confine,
        })
    }

    fn control_fd(&self) -> Option<RawFd> {
        self.control.as_ref().map(|(granted, _)| granted.as_raw_fd())
    }

    fn inherited(&self) -> Vec<RawFd> {
        self.files.iter().map(AsRawFd::as_raw_fd).chain([self.trace_fd()]).chain(self.control_fd()).collect()
    }
}

fn utf8(what: &'static str, text: &OsStr) -> Result<String, InterpreterError> {
    let refused = || InterpreterError::NotUtf8 { what, text: text.to_string_lossy().into_owned() };
    text.to_str().map(str::to_owned).ok_or_else(refused)
}

#[cfg(target_os = "linux")]
fn resize(pipe: &PipeWriter, bytes: i32) {
    // A pipe of the usual size is right too, only less close or less fast: the limits of the user may forbid more.
    let _ = fcntl(pipe, FcntlArg::F_SETPIPE_SZ(bytes));
}

#[cfg(not(target_os = "linux"))]
fn resize(_: &PipeWriter, _: i32) {}

pub(super) fn json(options: &ChildOptions) -> io::Result<String> {
    serde_json::to_string(options).map_err(io::Error::other)
}

/// Starts the interpreter that is inside evalody.
pub(super) fn start_embedded(request: &Request) -> Result<Running, InterpreterError> {
    if !cfg!(feature = "embedded") {
        return Err(InterpreterError::NotBuiltIn);
    }
    let main = request.path.as_ref().map(|path| path.join("__main__.py")).filter(|main| main.is_file());
    match &request.launch {
        Launch::Script | Launch::Command => {}
        Launch::Archive if main.is_some() => {}
        Launch::Archive | Launch::Module(_) => return Err(InterpreterError::NotFoundInside { name: request.program.name.clone() }),
    }
    let request = &Request { path: main.or_else(|| request.path.clone()), ..request.clone() };
    let mut handover = Handover::new(request, true)?;
    if request.is_paced {
        handover.pace()?;
    }
    let options = handover.options(request)?;
    let mut command = Command::new(&request.own_executable);
    command.arg(super::EMBEDDED_COMMAND).arg(json(&options)?);
    start(command, handover, request, &request.own_executable)
}

/// How a child stands to the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Company {
    /// In our process group, as in a pipeline: it may read the terminal, and Ctrl-C reaches it.
    Ours,
    /// In a group of its own.
    Own,
    /// In a session of its own: it has no terminal, and neither reads it nor is stopped for trying.
    Apart,
}

fn company(streams: Streams) -> Company {
    let has_terminal = io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal();
    match streams {
        Streams::Captured | Streams::Discarded => Company::Apart,
        Streams::Inherit | Streams::Aside if has_terminal => Company::Ours,
        Streams::Inherit | Streams::Aside => Company::Own,
    }
}

pub(super) fn start(mut command: Command, handover: Handover, request: &Request, python: &Path) -> Result<Running, InterpreterError> {
    match request.streams {
        Streams::Inherit => {}
        Streams::Aside => {
            command.stdout(io::stderr().as_fd().try_clone_to_owned()?);
        }
        Streams::Captured => {
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            if io::stdin().is_terminal() {
                command.stdin(Stdio::null());
            }
        }
        Streams::Discarded => {
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        }
    }
    let company = company(request.streams);
    if company == Company::Own {
        command.process_group(0);
    }
    let inherited = handover.inherited();
    // SAFETY: between fork and exec only setsid and fcntl are called, which are async-signal-safe.
    unsafe {
        command.pre_exec(move || {
            if company == Company::Apart {
                nix::unistd::setsid()?;
            }
            for &descriptor in &inherited {
                fcntl(BorrowedFd::borrow_raw(descriptor), FcntlArg::F_SETFD(FdFlag::empty()))?;
            }
            Ok(())
        });
    }
    let child = command.spawn().map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => InterpreterError::NotFound { python: python.into(), remedy: remedy() },
        _ => InterpreterError::NotStarted { python: python.into(), remedy: remedy(), source },
    })?;
    // Ours of the writing end must go, or the end of the trace would never be seen.
    let Handover { trace, trace_end, control, files, .. } = handover;
    drop((trace_end, files));
    let credit = control.map(|(_, grants)| Credit::new(grants));
    Running::greeted(child, company != Company::Ours, trace, credit, request.limits, python)
}

/// Keeps a child's memory at the same addresses in every run, where the system can. They are hashes, too,
/// and decide what CPython finds in its free lists: with them, counts of memory blocks are the same each time.
#[cfg(target_os = "linux")]
pub(super) fn steady_addresses(command: &mut Command) {
    use nix::sys::personality::{self, Persona};
    // SAFETY: between fork and exec only personality is called, a bare system call.
    unsafe {
        command.pre_exec(|| {
            // Some containers forbid it; then the counts may vary by a few, which is documented.
            let _ = personality::get().and_then(|persona| personality::set(persona | Persona::ADDR_NO_RANDOMIZE));
            Ok(())
        });
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn steady_addresses(_: &mut Command) {}

/// Whether something can be read, or the other end is gone, within `at_most`.
pub(super) fn is_readable(trace: &impl AsFd, at_most: Option<std::time::Duration>) -> io::Result<bool> {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    // Rounded up, so that a deadline is over when a wait for it is.
    let timeout = match at_most {
        None => PollTimeout::NONE,
        Some(time) => PollTimeout::try_from(time.as_micros().div_ceil(1000).min(60_000) as u32).unwrap_or(PollTimeout::MAX),
    };
    let mut descriptors = [PollFd::new(trace.as_fd(), PollFlags::POLLIN)];
    match poll(&mut descriptors, timeout) {
        Ok(ready) => Ok(ready > 0),
        Err(nix::errno::Errno::EINTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
