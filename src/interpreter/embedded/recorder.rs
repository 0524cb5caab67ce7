//! The one place through which everything told about a run goes out: counts steps, knows code objects, ends once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rustpython_vm::builtins::PyCode;
use rustpython_vm::{AsObject, Py, PyRef, VirtualMachine};

use super::grants::{Granted, Grants};
use super::trace_pipe::TracePipe;
use super::{blocks, code};
use crate::interpreter::options::Only;
use crate::interpreter::wire::{CodeBlob, EndBlob, LimitBlob, Writer};
use crate::trace::{CodeId, MarkKind, Origin};

/// Status of a child whose listener has gone: nobody is left to read it.
pub const LISTENER_GONE: i32 = 143;

/// Code objects held before those that only we hold are let go. Larger keeps more garbage of programs
/// which `exec` in a loop; smaller looks through the table more often.
const CODES_HELD: usize = 4096;

/// Code ids of the protocol are 20 bits wide.
const MOST_CODES: u32 = 1 << 20;

/// A step of the protocol holds a change of 12 bits.
const MOST_BLOCKS_UP: i64 = 2047;
const MOST_BLOCKS_DOWN: i64 = -2048;

static RECORDER: OnceLock<Recorder> = OnceLock::new();

pub struct Recorder {
    /// Set in a forked child and once the run is over: nothing is told any more.
    silent: AtomicBool,
    /// 0, or a limit that the watchdog saw crossed; the hook then ends the run.
    crossed: AtomicU8,
    /// Set once the program goes on unheard.
    let_go: AtomicBool,
    pub scope: Scope,
    /// Taken before the tape, by who waits for more: nobody holds the tape meanwhile.
    grants: Mutex<Grants>,
    tape: Mutex<Tape>,
}

/// Whose frames are told.
pub struct Scope {
    pub only: Only,
    /// `co_filename` of the program.
    pub program: String,
    /// Folder of the program, if it has one: the modules beside it are its own.
    pub home: Option<PathBuf>,
}

pub struct Tape {
    writer: Writer<TracePipe>,
    /// By address; a held reference keeps the address from being given away again.
    codes: HashMap<usize, Known>,
    codes_held: usize,
    /// Ids by content, so that what is compiled again is not told again.
    ids: HashMap<u64, u32>,
    steps: u64,
    steps_allowed: u64,
    /// Any number where none need be granted.
    steps_granted: u64,
    /// The lesser of both, so that a step asks but once.
    steps_until: u64,
    /// Collections of each generation and what they had collected, when last looked at.
    collections: [(usize, usize); 3],
    told_since_flush: bool,
    ended: bool,
}

/// A code object that was met.
#[derive(Clone)]
struct Known {
    _held: PyRef<PyCode>,
    /// `None` if its frames are not told.
    told: Option<Arc<Told>>,
}

/// Why a step may not be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is one more than allowed.
    TooMany,
    /// More must be granted first.
    Spent,
}

/// What the hook needs of a code object that was told.
pub struct Told {
    pub id: CodeId,
    /// Units at which handlers begin, in order.
    pub handlers: Box<[u32]>,
}

impl Scope {
    /// Whose code it is, by its file name.
    pub fn origin(&self, file: &str) -> Origin {
        if file == self.program {
            return Origin::User;
        }
        if file.starts_with('<') {
            return if file.starts_with("<frozen ") { Origin::Library } else { Origin::Generated };
        }
        let installed = file.contains("/site-packages/") || file.contains("/dist-packages/");
        match &self.home {
            Some(home) if !installed && std::path::Path::new(file).starts_with(home) => Origin::User,
            _ => Origin::Library,
        }
    }

    fn tells(&self, file: &str, origin: Origin) -> bool {
        // CPython encodes what is printed in C; here the library's own codecs do it, which is none of the program's doing.
        let codec = origin == Origin::Library && (file == "codecs" || file == "encodings" || file.starts_with("encodings."));
        !codec && (self.only == Only::All || origin != Origin::Library)
    }
}

/// Starts recording; once a process.
pub fn start(writer: Writer<TracePipe>, grants: Grants, scope: Scope, steps_allowed: Option<u64>) -> &'static Recorder {
    let steps_allowed = steps_allowed.unwrap_or(u64::MAX);
    let steps_granted = if grants.are_needed() { 0 } else { u64::MAX };
    RECORDER.get_or_init(|| Recorder {
        silent: AtomicBool::new(false),
        crossed: AtomicU8::new(0),
        let_go: AtomicBool::new(false),
        scope,
        grants: Mutex::new(grants),
        tape: Mutex::new(Tape {
            writer,
            codes: HashMap::new(),
            codes_held: CODES_HELD,
            ids: HashMap::new(),
            steps: 0,
            steps_allowed,
            steps_granted,
            steps_until: steps_allowed.min(steps_granted),
            collections: [(0, 0); 3],
            told_since_flush: false,
            ended: false,
        }),
    })
}

/// The recorder, once started.
pub fn recorder() -> Option<&'static Recorder> {
    RECORDER.get()
}

/// Ends this process at once: no handlers, no destructors, whatever other threads are doing.
pub fn leave(status: i32) -> ! {
    // SAFETY: `_exit` has no conditions.
    unsafe { nix::libc::_exit(status) }
}

impl Recorder {
    pub fn is_silent(&self) -> bool {
        self.silent.load(Ordering::Relaxed)
    }

    pub fn fall_silent(&self) {
        self.silent.store(true, Ordering::Relaxed);
    }

    /// A limit that was crossed, for the hook to act on.
    #[inline]
    pub fn crossed(&self) -> Option<LimitBlob> {
        match self.crossed.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(LimitBlob::Time),
            _ => Some(LimitBlob::Memory),
        }
    }

    pub fn cross(&self, limit: LimitBlob) {
        self.crossed.store(if matches!(limit, LimitBlob::Time) { 1 } else { 2 }, Ordering::Relaxed);
    }

    /// What was told so far stays whole even if a thread panicked: words are gathered whole.
    pub fn tape(&self) -> MutexGuard<'_, Tape> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn try_tape(&self) -> Option<MutexGuard<'_, Tape>> {
        match self.tape.try_lock() {
            Ok(tape) => Some(tape),
            Err(std::sync::TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(std::sync::TryLockError::WouldBlock) => None,
        }
    }

    /// Whether the program goes on unheard.
    pub fn is_let_go(&self) -> bool {
        self.let_go.load(Ordering::Relaxed)
    }

    /// Waits until more instructions may be told; all threads wait for the same. False if nothing is told any more.
    pub fn wait(&self, vm: &VirtualMachine) -> bool {
        let mut grants = self.grants.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_silent() {
            return false;
        }
        if !self.tape().is_spent() {
            return true; // another thread has waited
        }
        match grants.wait() {
            Granted::Steps(steps) => self.tape().grant(steps),
            Granted::Freely => self.tape().grant(u64::MAX),
            Granted::LetGo => {
                self.let_go.store(true, Ordering::Relaxed);
                self.end(&EndBlob::Detached);
                self.tape().writer.out().close();
            }
            // Who set a limit of time grants no more when it is over.
            Granted::NoMore => self.cut(self.crossed().unwrap_or(LimitBlob::Listener), vm),
        }
        !self.is_silent()
    }

    /// What a forked child does: it shares the pipes of its parent, and two at once would garble the one and take
    /// from the other. One that another thread held then is left open.
    pub fn forked(&self) {
        self.fall_silent();
        if let Some(mut tape) = self.try_tape() {
            tape.writer.out().close();
        }
        if let Ok(mut grants) = self.grants.try_lock() {
            grants.close();
        }
    }

    /// The program is over, and this says how. Only the first end is told.
    pub fn end(&self, end: &EndBlob) {
        self.fall_silent();
        self.tape().end(end);
    }

    /// Cuts the run short where it stands. The program cannot catch this; what it printed is printed.
    pub fn cut(&self, limit: LimitBlob, vm: &VirtualMachine) -> ! {
        self.fall_silent();
        for stream in ["__stdout__", "__stderr__"] {
            // The program may have put anything there; then its text is its own to lose.
            let _ = vm.sys_module.get_attr(stream, vm).and_then(|stream| vm.call_method(&stream, "flush", ()));
        }
        self.end(&EndBlob::CutShort { limit });
        leave(0)
    }
}

impl Tape {
    /// One step, if it may be told.
    #[inline]
    pub fn step(&mut self, code: CodeId, unit: u32, thread: u8) -> Result<(), Refusal> {
        if self.steps >= self.steps_until {
            return Err(if self.steps >= self.steps_allowed { Refusal::TooMany } else { Refusal::Spent });
        }
        self.steps += 1;
        self.told_since_flush = true;
        let changed = blocks::take();
        let told = changed.clamp(MOST_BLOCKS_DOWN, MOST_BLOCKS_UP);
        if told != changed {
            self.rest_of_blocks(thread, changed - told);
        }
        gone_if_failed(self.writer.step(code.0, unit * 2, thread, told as i32));
        if self.steps == self.steps_until {
            // Who granted it waits to hear of it.
            self.flush();
        }
        Ok(())
    }

    fn is_spent(&self) -> bool {
        self.steps >= self.steps_granted
    }

    fn grant(&mut self, steps: u64) {
        self.steps_granted = self.steps_granted.saturating_add(steps);
        self.steps_until = self.steps_allowed.min(self.steps_granted);
    }

    /// What a step cannot hold, when a large list is cleared for instance.
    #[cold]
    fn rest_of_blocks(&mut self, thread: u8, rest: i64) {
        let by = rest.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
        self.mark(thread, &MarkKind::BlocksChanged { by });
    }

    #[inline]
    pub fn mark(&mut self, thread: u8, kind: &MarkKind) {
        self.told_since_flush = true;
        gone_if_failed(self.writer.mark(thread, kind));
    }

    /// Tells the collections since this was last asked: the collector has no hook for those it starts itself.
    #[inline]
    pub fn collections(&mut self, thread: u8, vm: &VirtualMachine) {
        for generation in 0..3 {
            let stats = vm.state.gc.generations[generation].stats();
            let (collections, collected) = self.collections[generation];
            if stats.collections != collections {
                self.collections[generation] = (stats.collections, stats.collected);
                let generation = generation as u8;
                self.mark(thread, &MarkKind::CollectionStarted { generation });
                let collected = u32::try_from(stats.collected.saturating_sub(collected)).unwrap_or(u32::MAX);
                self.mark(thread, &MarkKind::CollectionEnded { generation, collected });
            }
        }
    }

    /// Collections before the program are not its own.
    pub fn forget_collections(&mut self, vm: &VirtualMachine) {
        for (seen, stats) in self.collections.iter_mut().zip(vm.state.gc.get_stats()) {
            *seen = (stats.collections, stats.collected);
        }
    }

    /// What to tell of frames of this code; tells the code itself on first sight. `None`: nothing.
    pub fn told(&mut self, code: &Py<PyCode>, scope: &Scope, vm: &VirtualMachine) -> Option<Arc<Told>> {
        let address = std::ptr::from_ref(code).addr();
        if let Some(known) = self.codes.get(&address) {
            return known.told.clone();
        }
        let file = code.source_path().as_str();
        let origin = scope.origin(file);
        let told = scope.tells(file, origin).then(|| self.tell(code, file, origin, vm)).flatten();
        if told.is_some() {
            // Otherwise CALL_LIST_APPEND and its kin swallow the instruction after them.
            code.code.instructions.disable_specialization();
        }
        if self.codes.len() >= self.codes_held {
            self.codes.retain(|_, known| known._held.as_object().strong_count() > 1);
            self.codes_held = CODES_HELD.max(2 * self.codes.len());
        }
        self.codes.insert(address, Known { _held: code.to_owned(), told: told.clone() });
        told
    }

    fn tell(&mut self, code: &Py<PyCode>, file: &str, origin: Origin, vm: &VirtualMachine) -> Option<Arc<Told>> {
        let next = u32::try_from(self.ids.len()).ok().filter(|&id| id < MOST_CODES)?;
        let mut blob = code::blob(0, &code.code, file, origin, vm);
        let id = *self.ids.entry(content(&blob)).or_insert(next);
        if id == next {
            blob.id = id;
            self.told_since_flush = true;
            gone_if_failed(self.writer.code(&blob));
        }
        Some(Arc::new(Told { id: CodeId(id), handlers: code::handler_units(&code.code) }))
    }

    /// Sends what was gathered, if there is anything.
    pub fn flush(&mut self) {
        if std::mem::take(&mut self.told_since_flush) {
            gone_if_failed(self.writer.flush());
        }
    }

    pub fn steps(&self) -> u64 {
        self.steps
    }

    pub fn end(&mut self, end: &EndBlob) {
        if !std::mem::replace(&mut self.ended, true) {
            gone_if_failed(self.writer.end(end));
        }
    }
}

/// Stands for all that is told of a code object but its id.
fn content(blob: &CodeBlob) -> u64 {
    let mut hasher = DefaultHasher::new();
    // Always writes: no map in it has keys other than text.
    serde_json::to_vec(blob).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}

/// The listener has left, so there is nothing more to do.
#[inline]
fn gone_if_failed(written: io::Result<()>) {
    if written.is_err() {
        leave(LISTENER_GONE);
    }
}
