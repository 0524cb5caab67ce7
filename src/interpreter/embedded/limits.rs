//! What stops a run that does not stop itself: a watchdog for time and memory, a hard bound on memory,
//! and a last word when the interpreter itself fails.

use std::fs::File;
use std::io::{Read, Seek};
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};

use super::recorder::{Recorder, leave, recorder};
use crate::interpreter::wire::{EndBlob, LimitBlob};

/// How often the watchdog looks. Longer overshoots the limits; shorter costs the traced program time. At
/// 2 GB/s, about what a page fault loop reaches, 10 ms are 20 MB.
const WATCH: Duration = Duration::from_millis(10);

/// How long the hook has to end the run tidily, flushing what was printed, before the watchdog does it hard:
/// a call into native code, such as `time.sleep`, runs no instructions.
const GRACE: Duration = Duration::from_millis(200);

/// Ticks of the watchdog without a step after which what was gathered is sent: a program that waits should
/// be heard up to where it waits.
const IDLE_TICKS: u32 = 2;

/// Memory above the limit, in percent, at which no grace is left: a call into native code is still taking more.
const NO_GRACE_PERCENT: u64 = 125;

/// Reserved memory above the limit which is not yet seen as the program's: the stacks of threads are reserved whole.
const RESERVED_BYTES: u64 = 512 << 20;

/// Where the system itself refuses memory: far enough above the limit that the watchdog sees it crossed first, since
/// the interpreter can turn only some refusals into a MemoryError and dies of the others.
const REFUSED_ABOVE_BYTES: u64 = 4 << 30;

/// Status of a program that runs unheard and took too much memory: what a shell says of one that the kernel killed for it.
const OUT_OF_MEMORY: i32 = 137;

/// What to watch; made before confinement, which would keep it from opening what it reads.
pub struct Watch {
    time: Option<Duration>,
    memory_bytes: Option<u64>,
    started: Instant,
    /// The kernel's count of our pages, on Linux.
    pages: Option<File>,
    reserved_at_start: u64,
}

impl Watch {
    pub fn new(time: Option<Duration>, memory_bytes: Option<u64>) -> Self {
        let pages = File::open("/proc/self/statm").ok();
        let reserved_at_start = pages.as_ref().and_then(reserved_bytes).unwrap_or(0);
        Self { time, memory_bytes, started: Instant::now(), pages, reserved_at_start }
    }

    /// Watches on a thread of its own, from now on.
    pub fn start(self, recorder: &'static Recorder) {
        if let Some(bytes) = self.memory_bytes {
            bound_memory(bytes);
        }
        if std::thread::Builder::new().name("watchdog".into()).spawn(move || self.watch(recorder)).is_err() {
            eprintln!("evalody: no watchdog could be started: limits of time and memory do not hold in this run");
        }
    }

    fn watch(&self, recorder: &Recorder) -> ! {
        let (mut steps, mut idle_ticks) = (0, 0);
        loop {
            std::thread::sleep(WATCH);
            if let Some(limit) = self.crossed() {
                if recorder.is_let_go() {
                    // Nobody reads what could be told; of time the parent thinks.
                    if matches!(limit, LimitBlob::Memory) {
                        eprintln!("evalody: the program took more memory than it may, and was stopped");
                        leave(OUT_OF_MEMORY);
                    }
                    continue;
                }
                recorder.cross(limit);
                let crossed = Instant::now();
                while crossed.elapsed() < GRACE && !self.is_beyond_grace() {
                    std::thread::sleep(WATCH);
                }
                recorder.end(&EndBlob::CutShort { limit });
                leave(0);
            }
            let Some(mut tape) = recorder.try_tape() else { continue };
            idle_ticks = if tape.steps() == steps { idle_ticks + 1 } else { 0 };
            steps = tape.steps();
            if idle_ticks >= IDLE_TICKS {
                tape.flush();
            }
        }
    }

    fn crossed(&self) -> Option<LimitBlob> {
        if self.time.is_some_and(|time| self.started.elapsed() >= time) {
            return Some(LimitBlob::Time);
        }
        self.memory_bytes.is_some_and(|bytes| self.memory_used() >= bytes).then_some(LimitBlob::Memory)
    }

    fn is_beyond_grace(&self) -> bool {
        self.memory_bytes.is_some_and(|bytes| self.memory_used() >= bytes / 100 * NO_GRACE_PERCENT)
    }

    /// The most memory ever resident, or what is reserved beyond what stacks explain, if that is more.
    fn memory_used(&self) -> u64 {
        let reserved = self.pages.as_ref().and_then(reserved_bytes).unwrap_or(0);
        most_resident_bytes().max(reserved.saturating_sub(self.reserved_at_start).saturating_sub(RESERVED_BYTES))
    }
}

fn most_resident_bytes() -> u64 {
    // Linux and the BSDs count in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    getrusage(UsageWho::RUSAGE_SELF).map_or(0, |usage| u64::try_from(usage.max_rss()).unwrap_or(0) * unit)
}

/// Sixth number of `/proc/self/statm`: pages of data and stack, touched or not.
fn reserved_bytes(mut statm: &File) -> Option<u64> {
    let mut text = [0; 128];
    statm.rewind().ok()?;
    let length = statm.read(&mut text).ok()?;
    let pages: u64 = std::str::from_utf8(&text[..length]).ok()?.split_ascii_whitespace().nth(5)?.parse().ok()?;
    let page_bytes = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok()??;
    Some(pages * u64::try_from(page_bytes).ok()?)
}

/// A bound by the system, for what the watchdog is too slow for.
fn bound_memory(memory_bytes: u64) {
    let Ok((_, hard)) = getrlimit(Resource::RLIMIT_DATA) else { return };
    // Where it cannot be set the watchdog is alone.
    let _ = setrlimit(Resource::RLIMIT_DATA, memory_bytes.saturating_add(REFUSED_ABOVE_BYTES).min(hard), hard);
}

/// Turns a panic of the interpreter, on whatever thread, into the end of the run, without Rust's own report.
pub fn tell_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let reason = panic.payload_as_str().unwrap_or("it panicked");
        let place = panic.location().map(|place| format!(" ({}:{})", file_name(place.file()), place.line())).unwrap_or_default();
        if let Some(recorder) = recorder()
            && let Some(mut tape) = recorder.try_tape()
        {
            tape.end(&EndBlob::Died { how: format!("the embedded interpreter failed: {reason}{place}") });
        }
        leave(super::FAILED);
    }));
}

/// The last part of a path: the rest names the machine it was built on.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
