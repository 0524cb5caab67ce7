//! Words on their way to the parent, and how many more may be told. The same protocol as `record.py` speaks.

use std::cell::{Cell, OnceCell};
use std::ffi::{c_int, c_short, c_ulong, c_void};
use std::time::{Duration, Instant};

use crate::api::{Ref, api};
use crate::{Guarded, Number, blocks, number};

unsafe extern "C" {
    fn write(descriptor: c_int, bytes: *const c_void, count: usize) -> isize;
    fn read(descriptor: c_int, bytes: *mut c_void, count: usize) -> isize;
    fn poll(polled: *mut Poll, count: c_ulong, milliseconds: c_int) -> c_int;
    fn _exit(status: c_int) -> !;
}

/// `struct pollfd`.
#[repr(C)]
struct Poll {
    descriptor: c_int,
    events: c_short,
    happened: c_short,
}

const POLL_IN: c_short = 1;
/// What a broken pipe means here: nobody listens any more.
const STATUS_UNHEARD: c_int = 143;
const BROKEN_PIPE: c_int = 32;
const INTERRUPTED: c_int = 4;
/// Words that the buffer holds at most; more of them waiting saves nothing.
const CAPACITY: usize = 16 * 1024;
const BLOB: u64 = 1 << 60;
/// A credit that ends the recording, and lets the program run on.
const DETACH: u32 = u32::MAX;
pub const NO_LIMIT: u64 = u64::MAX;

/// Why the tap calls `ended` of `tap.py`.
#[derive(Clone, Copy)]
pub enum End {
    Steps = 1,
    Time = 2,
    Stopped = 3,
    Detached = 4,
}

/// Room for [`CAPACITY`] words.
static START: Number<*mut u64> = number(std::ptr::null_mut());
/// Words in it that are not written yet.
static LENGTH: Number<usize> = number(0);
/// Length at which to write.
static FULL: Number<usize> = number(1);
/// Steps among the words.
static STEPS: Number<u64> = number(0);
static GATHERED: Number<usize> = number(0);
static RECORDS: Number<usize> = number(1);
static STEPS_LEFT: Number<u64> = number(NO_LIMIT);
static CREDIT: Number<u64> = number(NO_LIMIT);
static DESCRIPTOR: Number<c_int> = number(-1);
static CONTROL: Number<c_int> = number(-1);
/// What is to be done when the credit is used up, if no more will be granted.
static LAST_WORD: Guarded<Cell<Option<End>>> = number(None);
static IS_FLUSHING: Number<bool> = number(false);
/// Whether what is recorded from here on is told no more: the last words are being said, and other threads may
/// run meanwhile.
static IS_MUTED: Number<bool> = number(false);
/// Whether the program is to go on though nobody listens.
static IS_LET_GO: Number<bool> = number(false);
static DEADLINE: Guarded<Cell<Option<Instant>>> = number(None);
static ENDED: Guarded<OnceCell<Ref>> = Guarded(OnceCell::new());

/// What the parent has asked for.
pub struct Options {
    pub descriptor: c_int,
    /// Where credits come from; below 0 if none are needed.
    pub control: c_int,
    pub records: usize,
    pub steps: u64,
    pub nanoseconds: u64,
    /// Called with the number of an [`End`].
    pub ended: Ref,
}

fn room() -> *mut u64 {
    Box::leak(vec![0u64; CAPACITY].into_boxed_slice()).as_mut_ptr()
}

/// Begins.
pub fn open(options: &Options) {
    START.set(room());
    DESCRIPTOR.set(options.descriptor);
    CONTROL.set(options.control);
    RECORDS.set(options.records.clamp(1, CAPACITY));
    STEPS_LEFT.set(options.steps);
    CREDIT.set(if options.control >= 0 { 0 } else { NO_LIMIT });
    let is_limited = options.nanoseconds != NO_LIMIT;
    DEADLINE.set(is_limited.then(|| Instant::now().checked_add(Duration::from_nanos(options.nanoseconds))).flatten());
    let _ = ENDED.set(options.ended);
    next_threshold();
}

/// As every word may be a step, a buffer shorter than the steps that are left never holds too many.
fn next_threshold() {
    GATHERED.set(RECORDS.get().min((2 * GATHERED.get()).max(1)));
    let left = STEPS_LEFT.get().min(CREDIT.get()).min(CAPACITY as u64) as usize;
    FULL.set(LENGTH.get() + GATHERED.get().min(left));
}

#[inline(always)]
fn put(word: u64) {
    let length = LENGTH.get();
    // SAFETY: `FULL` is at most the capacity, and the buffer is emptied when it is reached.
    unsafe {
        *START.get().add(length) = word;
    }
    LENGTH.set(length + 1);
}

/// Tells an instruction, and waits until another may be told.
#[inline(always)]
pub unsafe fn step(word: u64) {
    STEPS.set(STEPS.get() + 1);
    unsafe { mark(word) };
}

/// Tells anything else.
#[inline(always)]
pub unsafe fn mark(word: u64) {
    put(word);
    if LENGTH.get() >= FULL.get() {
        unsafe { flush() };
    }
}

/// Tells a blob: its payload, padded with zeros.
pub unsafe fn blob(which: u64, payload: &[u8]) {
    if DESCRIPTOR.get() < 0 {
        return;
    }
    let head = BLOB | which << 32 | payload.len() as u64;
    let words = payload.len().div_ceil(8);
    if LENGTH.get() + 1 + words >= CAPACITY {
        unsafe { write_out() };
    }
    if IS_MUTED.get() || 1 + words >= CAPACITY {
        let mut bytes = head.to_le_bytes().to_vec();
        bytes.extend_from_slice(payload);
        bytes.resize(8 + words * 8, 0);
        unsafe { send(bytes.as_ptr().cast(), bytes.len()) };
        return;
    }
    put(head);
    for part in payload.chunks(8) {
        let mut word = [0; 8];
        word[..part.len()].copy_from_slice(part);
        put(u64::from_le_bytes(word));
    }
    // A blob is no step, so it does not bring the limits nearer.
    FULL.set((FULL.get() + 1 + words).clamp(LENGTH.get() + 1, CAPACITY));
}

unsafe fn send(bytes: *const u8, count: usize) {
    let mut sent = 0;
    while sent < count && DESCRIPTOR.get() >= 0 {
        let now = unsafe { write(DESCRIPTOR.get(), bytes.add(sent).cast(), count - sent) };
        if now >= 0 {
            sent += now as usize;
            continue;
        }
        match std::io::Error::last_os_error().raw_os_error() {
            Some(INTERRUPTED) => {}
            Some(BROKEN_PIPE) if !IS_LET_GO.get() => unsafe { _exit(STATUS_UNHEARD) },
            _ => close(), // the program has closed it
        }
    }
}

/// Writes what has gathered, whatever may be told after it.
pub unsafe fn write_out() {
    let length = LENGTH.get();
    unsafe {
        if !IS_MUTED.get() {
            send(START.get().cast(), length * size_of::<u64>());
        }
    }
    LENGTH.set(0);
    let steps = STEPS.replace(0);
    for left in [&STEPS_LEFT, &CREDIT] {
        if left.get() != NO_LIMIT {
            left.set(left.get().saturating_sub(steps));
        }
    }
    next_threshold();
}

/// What is to be done when the buffer is as full as it may be.
#[cold]
#[inline(never)]
unsafe fn flush() {
    if IS_MUTED.get() {
        LENGTH.set(0);
        return;
    }
    if IS_FLUSHING.replace(true) {
        // A collection in the midst of a call of `ended`.
        if LENGTH.get() >= CAPACITY {
            unsafe { write_out() };
        }
        return;
    }
    blocks::ours(1);
    unsafe {
        write_out();
        if DESCRIPTOR.get() < 0 {
            FULL.set(CAPACITY);
        } else if STEPS_LEFT.get() == 0 {
            end(End::Steps);
        } else if DEADLINE.get().is_some_and(|deadline| Instant::now() > deadline) {
            end(End::Time);
        } else {
            take_grants();
            FULL.set(LENGTH.get());
            GATHERED.set(GATHERED.get().div_ceil(2));
            next_threshold();
        }
    }
    blocks::ours(-1);
    IS_FLUSHING.set(false);
}

unsafe fn end(how: End) {
    IS_MUTED.set(true);
    IS_LET_GO.set(matches!(how, End::Detached));
    FULL.set(CAPACITY);
    if let Some(&ended) = ENDED.get() {
        unsafe {
            let number = (api().long_from)(how as i64 as _);
            let given = (api().call)(ended, number, std::ptr::null_mut::<c_void>());
            (api().decrement)(number);
            if given.is_null() {
                (api().error_unraisable)(ended);
            } else {
                (api().decrement)(given);
            }
        }
    }
}

/// Takes what was granted, and waits for it if nothing may be told any more. Less credit than is gathered at a time
/// is looked after before it is used up, as it would cut what is gathered short.
///
/// Holds the GIL meanwhile: the whole program waits, and no thread of it runs ahead.
unsafe fn take_grants() {
    while CONTROL.get() >= 0 && CREDIT.get() < RECORDS.get() as u64 && LAST_WORD.get().is_none() {
        let mut ready = Poll { descriptor: CONTROL.get(), events: POLL_IN, happened: 0 };
        let patience = if CREDIT.get() == 0 { -1 } else { 0 };
        match unsafe { poll(&mut ready, 1, patience) } {
            0 => break,
            1.. => {}
            _ if was_interrupted() => continue,
            _ => return stop_pacing(),
        }
        let mut words = [[0u8; 4]; 128];
        match unsafe { read(CONTROL.get(), words.as_mut_ptr().cast(), size_of_val(&words)) } {
            0 => LAST_WORD.set(Some(End::Stopped)),
            came @ 1.. => {
                for word in words[..came as usize / 4].iter().map(|word| u32::from_le_bytes(*word)) {
                    if word == DETACH {
                        LAST_WORD.set(Some(End::Detached));
                        break;
                    }
                    CREDIT.set(CREDIT.get() + u64::from(word));
                }
            }
            _ if was_interrupted() => {}
            _ => return stop_pacing(),
        }
    }
    if CREDIT.get() == 0
        && let Some(last) = LAST_WORD.get()
    {
        stop_pacing();
        unsafe { end(last) };
    }
}

fn was_interrupted() -> bool {
    std::io::Error::last_os_error().raw_os_error() == Some(INTERRUPTED)
}

/// As many as it likes from here on: nobody grants any more, or the program has closed the pipe.
fn stop_pacing() {
    CONTROL.set(-1);
    CREDIT.set(NO_LIMIT);
}

pub fn is_closed() -> bool {
    DESCRIPTOR.get() < 0
}

pub fn steps_left() -> u64 {
    STEPS_LEFT.get()
}

/// Tells nothing any more; the descriptor is left to whoever opened it. Words that wait are dropped.
pub fn close() {
    DESCRIPTOR.set(-1);
    CONTROL.set(-1);
    LENGTH.set(0);
}
