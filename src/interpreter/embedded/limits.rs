//! What stops a run that does not stop itself: a watchdog for time and memory, a hard bound on memory,
//! and a last word when the interpreter itself fails.

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

/// Room above the limit of memory for what is no program's memory: the stacks of threads, which are reserved whole.
const RESERVED_BYTES: u64 = 512 << 20;

/// Watches time and memory on a thread of its own, from now on.
pub fn watch(recorder: &'static Recorder, time: Option<Duration>, memory_bytes: Option<u64>) {
    let started = Instant::now();
    let watch = move || {
        let (mut steps, mut idle_ticks) = (0, 0);
        loop {
            std::thread::sleep(WATCH);
            let crossed = if time.is_some_and(|time| started.elapsed() >= time) {
                Some(LimitBlob::Time)
            } else if memory_bytes.is_some_and(|bytes| most_memory_bytes() >= bytes) {
                Some(LimitBlob::Memory)
            } else {
                None
            };
            if let Some(limit) = crossed {
                recorder.cross(limit);
                std::thread::sleep(GRACE);
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
    };
    if std::thread::Builder::new().name("watchdog".into()).spawn(watch).is_err() {
        eprintln!("evalody: no watchdog could be started: limits of time and memory do not hold in this run");
    }
}

/// The most memory this process ever had resident.
fn most_memory_bytes() -> u64 {
    // Linux and the BSDs count in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    getrusage(UsageWho::RUSAGE_SELF).map_or(0, |usage| u64::try_from(usage.max_rss()).unwrap_or(0) * unit)
}

/// A bound by the system for what the watchdog is too slow for: allocations beyond it fail.
pub fn bound_memory(memory_bytes: u64) {
    let Ok((_, hard)) = getrlimit(Resource::RLIMIT_DATA) else { return };
    // Where it cannot be set the watchdog is alone.
    let _ = setrlimit(Resource::RLIMIT_DATA, (memory_bytes + RESERVED_BYTES).min(hard), hard);
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
