//! Which thread runs. A thread is known by CPython's state of it, which is asked for only when another thread of
//! the system has run before.

use std::cell::UnsafeCell;

use crate::api::api;
use crate::{Guarded, Number, blocks, number};

const GREATEST: u64 = 255;
/// Of a thread that has not told its number yet.
const UNNUMBERED: u64 = u64::MAX;

struct Slot {
    state: usize,
    /// Shifted to its place in a word.
    number: u64,
    /// Blocks since its last step.
    count: i64,
    /// The task that ran in it last: an id of a name.
    task: i64,
}

static STATE: Number<usize> = number(0);
/// The thread of the system which that state was of; 0 if it is to be asked for again.
static SYSTEM: Number<usize> = number(0);
static CURRENT: Number<usize> = number(0);
static NUMBER: Number<u64> = number(0);
static COUNT: Number<u64> = number(0);
static SLOTS: Guarded<UnsafeCell<Vec<Slot>>> = Guarded(UnsafeCell::new(Vec::new()));

fn slots() -> &'static mut Vec<Slot> {
    // SAFETY: guarded by the GIL, and nobody keeps what this gives across a call into Python.
    unsafe { &mut *SLOTS.get() }
}

/// What tells the threads of the system apart: where each keeps its own, which is a register on most machines.
/// Asking CPython is a call of two functions, and this is asked at every instruction and every memory block.
#[inline(always)]
fn system() -> usize {
    let own: usize;
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    // SAFETY: the first word there is its own address (ELF Handling For Thread-Local Storage, variant II).
    unsafe {
        std::arch::asm!("mov {}, fs:[0]", out(reg) own, options(nostack, preserves_flags, readonly, pure));
    }
    #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
    // SAFETY: reads a register that every program may read.
    unsafe {
        std::arch::asm!("mrs {}, tpidr_el0", out(reg) own, options(nostack, preserves_flags, nomem, pure));
    }
    #[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
    {
        own = unsafe { (api().current_thread)() } as usize;
    }
    own
}

/// Notices that another thread runs.
#[inline(always)]
pub fn enter() {
    let system = system();
    if system != SYSTEM.get() {
        switch(system);
    }
}

#[cold]
#[inline(never)]
fn switch(system: usize) {
    let state = unsafe { (api().current_thread)() } as usize;
    if state == 0 {
        return;
    }
    SYSTEM.set(system);
    if state == STATE.get() {
        return;
    }
    let slots = slots();
    if let Some(before) = slots.get_mut(CURRENT.get()) {
        before.count = blocks::count().get();
    }
    let found = slots.iter().position(|slot| slot.state == state).unwrap_or_else(|| {
        slots.push(Slot { state, number: UNNUMBERED, count: 0, task: -1 });
        slots.len() - 1
    });
    CURRENT.set(found);
    STATE.set(state);
    NUMBER.set(slots[found].number);
    blocks::count().set(slots[found].count);
}

/// The number of the thread that runs, shifted to its place in a word.
#[inline(always)]
pub fn shifted() -> u64 {
    let number = NUMBER.get();
    if number == UNNUMBERED { numbered() } else { number }
}

/// The number of a thread that C code started.
#[cold]
fn numbered() -> u64 {
    name(next())
}

fn name(number: u64) -> u64 {
    let shifted = number << 40;
    if let Some(slot) = slots().get_mut(CURRENT.get()) {
        slot.number = shifted;
    }
    NUMBER.set(shifted);
    shifted
}

/// The number of the thread that is started next; those from 255 on share one.
pub fn next() -> u64 {
    COUNT.replace(COUNT.get() + 1).min(GREATEST)
}

/// The thread that runs has this number, whoever had its state before.
pub fn began(number: u64) {
    enter();
    blocks::count().set(0);
    if let Some(slot) = slots().get_mut(CURRENT.get()) {
        slot.task = -1;
    }
    name(number);
}

/// The thread that runs ends: its state may be another's soon.
pub fn ended() {
    let state = STATE.get();
    slots().retain(|slot| slot.state != state);
    CURRENT.set(usize::MAX);
    STATE.set(0);
    SYSTEM.set(0);
    NUMBER.set(UNNUMBERED);
}

/// Whether the task of this name is another than the thread's last.
pub fn is_new_task(name: i64) -> bool {
    slots().get_mut(CURRENT.get()).is_some_and(|slot| std::mem::replace(&mut slot.task, name) != name)
}
