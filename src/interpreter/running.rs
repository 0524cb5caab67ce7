//! A child that runs: listening to it, its limits, its end.

use std::io::{PipeReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::Limits;
use super::child::is_readable;
use super::credit::Credit;
use super::descendants::kill_tree;
use super::error::{InterpreterError, remedy};
use super::wire::{End, Heard, LimitKind, ProbeBlob, Reader, WarmthBlob};
use crate::trace::{Dialect, Limit, Listener, Outcome, Trace};

/// How long an interpreter may take to say hello. The slowest that was seen, a stand-in of pyenv on a busy
/// machine, took 0.6 s; shorter and slow disks fail, longer and a wrong executable is a long silence.
const HELLO: Duration = Duration::from_secs(10);

/// How long a child may take past its time limit to end by itself, with its output flushed, before it is
/// killed. Shorter and what the program printed last is lost.
const GRACE: Duration = Duration::from_millis(300);

/// How often a child is asked whether it has ended, once it writes no trace any more. It commonly has within
/// 10 ms; only a program that replaced itself by another (`os.execv`) is waited for longer.
const REAP_INTERVAL: Duration = Duration::from_millis(2);

/// How long a program that has told all it was granted is waited for at a time: it can do nothing but end, or
/// wait for more. Longer and who grants too late makes the music wait; shorter and it is asked more often.
const SPENT: Duration = Duration::from_millis(5);

/// Pieces of output that wait to be read; then the program waits. Each is at most 8 KiB.
const OUTPUT_PIECES: usize = 256;

/// What came of listening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Something was told, and there may be more.
    More,
    /// Nothing came in the time given.
    Silent,
    /// All is told; asked again, the answer is the same.
    Ended(Outcome),
}

/// One of the program's streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputStream {
    Stdout,
    Stderr,
}

/// Something that the program printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub stream: OutputStream,
    pub bytes: Vec<u8>,
}

/// A child that runs a program. Dropped, it is stopped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    /// Whether its process group holds nobody but its own.
    leads_group: bool,
    reader: Reader<PipeReader>,
    /// A second handle on the trace, to wait on.
    trace: PipeReader,
    dialect: Dialect,
    /// What was granted; none if the child waits for nothing but the pipe.
    credit: Option<Credit>,
    program_bytes: Option<Vec<u8>>,
    limits: Limits,
    started: Instant,
    /// What came together with the hello.
    early: Option<Trace>,
    /// Whether the trace is at its end, and its last words.
    end: Option<Option<End>>,
    status: Option<ExitStatus>,
    ended: Option<Outcome>,
    output: Option<Receiver<Output>>,
    is_left: bool,
}

impl Running {
    /// Waits for the hello of a child that was just started.
    pub(super) fn greeted(
        mut child: Child,
        leads_group: bool,
        trace: PipeReader,
        credit: Option<Credit>,
        limits: Limits,
        python: &Path,
    ) -> Result<Self, InterpreterError> {
        let output = gather_output(&mut child);
        let reader = Reader::new(trace.try_clone()?);
        let mut running = Self {
            child,
            leads_group,
            reader,
            trace,
            dialect: Dialect::default(),
            credit,
            program_bytes: None,
            limits,
            started: Instant::now(),
            early: None,
            end: None,
            status: None,
            ended: None,
            output,
            is_left: false,
        };
        let mut early = Trace::default();
        let wrong = |how: String| InterpreterError::NotPython { python: python.into(), how, remedy: remedy() };
        while running.reader.hello().is_none() {
            let left = HELLO.saturating_sub(running.started.elapsed());
            if left.is_zero() {
                return Err(wrong(format!("said nothing within {} s", HELLO.as_secs())));
            }
            if is_readable(&running.trace, Some(left))?
                && let Heard::End(_) = running.reader.read(&mut early)?
            {
                let status = running.child.wait()?;
                running.status = Some(status);
                return Err(wrong(format!("ended without a word of the tracer ({})", told(status))));
            }
        }
        if let Some(hello) = running.reader.hello() {
            running.credit = running.credit.take().filter(|_| hello.is_paced);
            running.program_bytes = hello.program_bytes.as_ref().map(|text| text.chars().map(|byte| byte as u8).collect());
        }
        running.dialect = running.reader.dialect().unwrap_or_default();
        running.early = Some(early);
        Ok(running)
    }

    /// Who runs the program.
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// What the child could not do that it was asked to, one line each. More may come while it runs.
    pub fn warnings(&self) -> &[String] {
        self.reader.warnings()
    }

    /// The source of a program that only its interpreter could find: a module, one in a zip file.
    pub fn program_bytes(&self) -> Option<&[u8]> {
        self.program_bytes.as_deref()
    }

    /// Instructions told so far, and those which wait to be told with the next chunk.
    pub fn steps(&self) -> u64 {
        self.reader.steps()
    }

    /// What the program prints, if it is captured. The channel closes when nobody can print any more.
    pub fn output(&mut self) -> Option<&Receiver<Output>> {
        self.output.as_ref()
    }

    /// What a probe has told since this was asked last.
    pub(super) fn take_probed(&mut self) -> Vec<ProbeBlob> {
        self.reader.take_probed()
    }

    /// What a warm-up run has told since this was asked last.
    pub(super) fn take_warmth(&mut self) -> Vec<WarmthBlob> {
        self.reader.take_warmth()
    }

    /// The child's process number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How the child itself ended, once it has.
    pub fn status(&self) -> Option<ExitStatus> {
        self.status
    }

    /// Whether the program runs only as many instructions as it is granted. Otherwise it runs ahead as far as
    /// the pipe lets it.
    pub fn is_paced(&self) -> bool {
        self.credit.is_some()
    }

    /// Lets the program run so many more instructions; at first it may run none.
    pub fn grant(&mut self, steps: u32) {
        if let Some(credit) = &mut self.credit {
            credit.grant(steps);
        }
    }

    /// Instructions which are granted and were not told yet; any number where the program is not paced.
    pub fn credit_left(&self) -> u64 {
        self.credit.as_ref().map_or(u64::MAX, |credit| credit.left(self.reader.steps()))
    }

    /// Whether it waits for a grant, or will before its next instruction.
    fn is_spent(&self) -> bool {
        self.end.is_none() && self.credit_left() == 0
    }

    /// Lets the program go once it has told what it was granted: it runs on at full speed, untraced. Listening
    /// goes on to its end. One that is not paced is told to its end.
    pub fn detach(&mut self) {
        if let Some(credit) = &mut self.credit {
            credit.detach();
        }
    }

    /// Leaves the program to itself: it is not stopped when this is dropped. What it prints is heard no more,
    /// so one that is captured, or still told, ends at its next word.
    pub fn leave(mut self) {
        self.is_left = true;
    }

    /// Tells one chunk of the trace, and waits for it as long as it takes. A program that may run no more is
    /// silent.
    pub fn listen(&mut self, listener: &mut impl Listener) -> Result<State, InterpreterError> {
        loop {
            match self.listen_until(listener, None)? {
                State::Silent if !self.is_spent() => {}
                state => return Ok(state),
            }
        }
    }

    /// Tells one chunk of the trace if one comes in time.
    pub fn listen_for(&mut self, listener: &mut impl Listener, at_most: Duration) -> Result<State, InterpreterError> {
        self.listen_until(listener, Some(at_most))
    }

    fn listen_until(&mut self, listener: &mut impl Listener, at_most: Option<Duration>) -> Result<State, InterpreterError> {
        if let Some(outcome) = &self.ended {
            return Ok(State::Ended(outcome.clone()));
        }
        if let Some(early) = self.early.take()
            && !(early.codes.is_empty() && early.entries.is_empty())
        {
            early.tell(listener);
            return Ok(State::More);
        }
        // A limit this far away is none.
        let deadline = self.limits.time.and_then(|time| self.started.checked_add(time)).and_then(|end| end.checked_add(GRACE));
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(self.cut_short(Limit::Time(self.limits.time.unwrap_or_default())));
        }
        if let Some(credit) = &mut self.credit
            && self.limits.time.is_some_and(|time| self.started.elapsed() >= time)
        {
            // One that waits for more has the grace to end by itself, too.
            credit.end();
        }
        let at_most = if self.is_spent() { Some(at_most.unwrap_or(SPENT).min(SPENT)) } else { at_most };
        let patience = [left, at_most].into_iter().flatten().min();
        match self.end.take() {
            Some(end) => self.wait_for_end(end, patience),
            None => self.read(listener, patience),
        }
    }

    fn read(&mut self, listener: &mut impl Listener, patience: Option<Duration>) -> Result<State, InterpreterError> {
        if !is_readable(&self.trace, patience)? {
            return Ok(State::Silent);
        }
        match self.reader.read(listener)? {
            Heard::More => Ok(State::More),
            Heard::End(Some(End::Syntax(error))) => {
                self.stop();
                Err(InterpreterError::Syntax { error })
            }
            Heard::End(end) => {
                self.end = Some(end);
                Ok(State::More)
            }
        }
    }

    /// The trace is over; the process may not be.
    fn wait_for_end(&mut self, end: Option<End>, patience: Option<Duration>) -> Result<State, InterpreterError> {
        if let Some(End::Limit(LimitKind::Listener)) = end
            && let Some(time) = self.limits.time.filter(|time| self.started.elapsed() >= *time)
        {
            return Ok(self.cut_short(Limit::Time(time)));
        }
        if let Some(End::Limit(kind)) = end {
            let Limits { steps, time, memory_bytes } = self.limits;
            // Its streams were flushed before it said so; what it has started has no reason to go on.
            return Ok(self.cut_short(kind.sized(steps.unwrap_or(0), time.unwrap_or_default(), memory_bytes.unwrap_or(0))));
        }
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                self.status = Some(status);
                let outcome = combined(end, status);
                self.ended = Some(outcome.clone());
                return Ok(State::Ended(outcome));
            }
            if patience.is_some_and(|patience| began.elapsed() >= patience) {
                self.end = Some(end);
                return Ok(State::Silent);
            }
            thread::sleep(REAP_INTERVAL);
        }
    }

    fn cut_short(&mut self, limit: Limit) -> State {
        self.stop();
        let outcome = Outcome::CutShort { limit };
        self.ended = Some(outcome.clone());
        State::Ended(outcome)
    }

    /// Kills the child and all that it started, and waits until it is gone. A child that has ended
    /// leaves what it started to run on, as it would without us.
    pub fn stop(&mut self) {
        if self.status.is_some() || self.is_left {
            return;
        }
        // Not reaped yet, so its number is still its own.
        let pid = Pid::from_raw(self.child.id() as i32);
        kill_tree(pid);
        if self.leads_group {
            let _ = killpg(pid, Signal::SIGKILL);
        }
        self.status = self.child.wait().ok();
        self.ended.get_or_insert(Outcome::CutShort { limit: Limit::Listener });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The child's last words and how its process ended: the process is the truth, the words tell more.
fn combined(end: Option<End>, status: ExitStatus) -> Outcome {
    let said = match end {
        Some(End::Outcome(outcome @ Outcome::Raised { .. })) => return outcome,
        Some(End::Outcome(outcome)) => Some(outcome),
        _ => None,
    };
    match (status.code(), said) {
        (Some(0), Some(outcome)) => outcome,
        (Some(0), None) => Outcome::Finished,
        (Some(status), _) => Outcome::Exited { status },
        (None, _) => Outcome::Died { how: told(status) },
    }
}

fn told(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(number)) => {
            let name = Signal::try_from(number).map(Signal::as_str).unwrap_or("an unknown signal");
            format!("killed by signal {number} ({name})")
        }
        (None, None) => status.to_string(),
    }
}

/// One thread a stream; each ends when nobody holds the other end, or nobody reads here.
fn gather_output(child: &mut Child) -> Option<Receiver<Output>> {
    let (stdout, stderr) = (child.stdout.take()?, child.stderr.take()?);
    let (sender, receiver) = sync_channel(OUTPUT_PIECES);
    let other = sender.clone();
    thread::spawn(move || pass_on(stdout, OutputStream::Stdout, &sender));
    thread::spawn(move || pass_on(stderr, OutputStream::Stderr, &other));
    Some(receiver)
}

fn pass_on(mut input: impl Read, stream: OutputStream, to: &SyncSender<Output>) {
    let mut buffer = [0; 8192];
    loop {
        match input.read(&mut buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => return,
            Ok(count) => {
                if to.send(Output { stream, bytes: buffer[..count].to_vec() }).is_err() {
                    return;
                }
            }
        }
    }
}
