//! Memory blocks: every allocation and release of the domains `mem` and `obj` (Include/cpython/pymem.h)
//! is counted, but for those that recording itself makes.

use std::cell::{Cell, UnsafeCell};
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;

use crate::api::{Allocator, Ref, api};
use crate::{Guarded, Number, number, threads};

/// `PYMEM_DOMAIN_MEM` and `PYMEM_DOMAIN_OBJ`.
const DOMAINS: [c_int; 2] = [1, 2];
/// Blocks of the first domain that are remembered: more than instrumenting a code object takes.
const RECENT: usize = 8;

/// Blocks allocated less released by the thread that runs since its last step.
static COUNT: Number<i64> = number(0);
/// Above 0 while what happens is our own doing.
static OURS: Number<i32> = number(0);
/// The last block that was allocated and how large it was asked for, and one that is there only to tell us something.
/// The size is 0 unless it is of the second domain.
static LAST: Number<usize> = number(0);
static LAST_SIZE: Number<usize> = number(0);
static TRANSIENT: Number<usize> = number(0);
static TRANSIENT_SIZE: Number<usize> = number(0);
/// The transient block that was released last and is kept for the next of its very size, and that size, or 0. There
/// is one at most instructions, and CPython takes longer to find one than all that is done here.
static SPARE: Number<*mut c_void> = number(std::ptr::null_mut());
static SPARE_SIZE: Number<usize> = number(0);
/// Whether any is kept: from `start` to `stop`.
static IS_SPARING: Number<bool> = number(false);
static RECENTLY: [Number<usize>; RECENT] = [const { number(0) }; RECENT];
static NEXT: Number<usize> = number(0);
/// Whether a module of the library was loaded since the last step.
static IS_IMPORTED: Number<bool> = number(false);
static IS_HOOKED: Number<bool> = number(false);
static BELOW: Guarded<UnsafeCell<MaybeUninit<[Allocator; 2]>>> = Guarded(UnsafeCell::new(MaybeUninit::uninit()));

unsafe fn below(domain: *mut c_void) -> &'static Allocator {
    unsafe { &(*BELOW.get()).assume_init_ref()[domain as usize] }
}

#[inline(always)]
fn came(block: *mut c_void, domain: *mut c_void, size: usize) {
    if block.is_null() || OURS.get() > 0 {
        return;
    }
    threads::enter();
    COUNT.set(COUNT.get() + 1);
    LAST.set(block as usize);
    LAST_SIZE.set(if domain.is_null() { 0 } else { size });
    if domain.is_null() {
        let next = NEXT.get();
        RECENTLY[next].set(block as usize);
        NEXT.set((next + 1) % RECENT);
    }
}

/// Whether the block is kept.
#[inline(always)]
fn went(block: *mut c_void) -> bool {
    if block.is_null() || OURS.get() > 0 {
        return false;
    }
    if TRANSIENT.get() == block as usize {
        TRANSIENT.set(0);
        let is_kept = SPARE_SIZE.get() == 0 && TRANSIENT_SIZE.get() != 0 && IS_SPARING.get();
        if is_kept {
            SPARE.set(block);
            SPARE_SIZE.set(TRANSIENT_SIZE.get());
        }
        return is_kept;
    }
    threads::enter();
    COUNT.set(COUNT.get() - 1);
    false
}

unsafe extern "C" fn malloc(domain: *mut c_void, size: usize) -> *mut c_void {
    let block = if size == SPARE_SIZE.get() && size != 0 && !domain.is_null() {
        SPARE_SIZE.set(0);
        SPARE.get()
    } else {
        let under = unsafe { below(domain) };
        unsafe { (under.malloc)(under.context, size) }
    };
    came(block, domain, size);
    block
}

unsafe extern "C" fn calloc(domain: *mut c_void, count: usize, size: usize) -> *mut c_void {
    let under = unsafe { below(domain) };
    let block = unsafe { (under.calloc)(under.context, count, size) };
    came(block, domain, 0);
    block
}

unsafe extern "C" fn realloc(domain: *mut c_void, block: *mut c_void, size: usize) -> *mut c_void {
    let under = unsafe { below(domain) };
    let moved = unsafe { (under.realloc)(under.context, block, size) };
    if block.is_null() {
        came(moved, domain, 0);
    }
    moved
}

unsafe extern "C" fn free(domain: *mut c_void, block: *mut c_void) {
    if went(block) {
        return;
    }
    let under = unsafe { below(domain) };
    unsafe { (under.free)(under.context, block) };
}

fn hook(domain: usize) -> Allocator {
    Allocator { context: domain as *mut c_void, malloc, calloc, realloc, free }
}

/// Counts from here on.
pub unsafe fn start() {
    if !IS_HOOKED.replace(true) {
        for (index, domain) in DOMAINS.into_iter().enumerate() {
            unsafe {
                (api().get_allocator)(domain, (*BELOW.get()).as_mut_ptr().cast::<Allocator>().add(index));
                (api().set_allocator)(domain, &mut hook(index));
            }
        }
    }
    IS_SPARING.set(true);
    COUNT.set(0);
}

/// Counts no more, unless somebody else has put a hook of theirs above ours.
pub unsafe fn stop() {
    if !IS_HOOKED.get() {
        return;
    }
    if SPARE_SIZE.replace(0) != 0 {
        let under = unsafe { below(1 as *mut c_void) };
        unsafe { (under.free)(under.context, SPARE.get()) };
    }
    IS_SPARING.set(false);
    for (index, domain) in DOMAINS.into_iter().enumerate() {
        let mut top = hook(index);
        unsafe {
            (api().get_allocator)(domain, &mut top);
            if top.free as usize == free as *const () as usize {
                (api().set_allocator)(domain, below(index as *mut c_void) as *const Allocator as *mut Allocator);
            }
        }
    }
}

/// What happens between `ours(1)` and `ours(-1)` is our own doing.
#[inline]
pub fn ours(by: i32) {
    OURS.set(OURS.get() + by);
}

/// Counts what was not seen, or was ours though it was counted.
#[inline]
pub fn adjust(by: i64) {
    COUNT.set(COUNT.get() + by);
}

/// An int that was made for a callback alone. It is a block unless it is small.
#[inline(always)]
pub fn transient(object: Ref) {
    if LAST.get() == object as usize && LAST.get() != 0 {
        LAST.set(0);
        TRANSIENT.set(object as usize);
        TRANSIENT_SIZE.set(LAST_SIZE.get());
        COUNT.set(COUNT.get() - 1);
    }
}

/// Whether this object is the last block that was allocated, less the head that the collector puts before it.
pub fn is_last(object: Ref) -> bool {
    let address = object as usize;
    LAST.get() == address || LAST.get() + COLLECTOR_HEAD == address
}

/// `PyGC_Head` (Include/internal/pycore_gc.h).
const COLLECTOR_HEAD: usize = 16;

/// How many of the blocks that were allocated last lead here: this address and the eight words behind it.
pub unsafe fn recent_at(block: *const usize) -> i64 {
    let is_recent = |address: usize| address != 0 && RECENTLY.iter().any(|recent| recent.get() == address);
    if !is_recent(block as usize) {
        return 0;
    }
    // What is not a pointer to a recent block is not counted, whatever it is.
    1 + (0..8).filter(|&index| is_recent(unsafe { *block.add(index) })).count() as i64
}

pub fn forget_recent() {
    RECENTLY.iter().for_each(|recent| recent.set(0));
}

/// What it takes to import a module of the library is none of the program's doing, and differs between runs.
pub fn imported() {
    IS_IMPORTED.set(true);
}

/// Takes the count since the last step.
#[inline(always)]
pub fn take() -> i64 {
    let count = COUNT.replace(0);
    if count != 0 && IS_IMPORTED.get() {
        IS_IMPORTED.set(false);
        return 0;
    }
    count
}

/// The count itself, for who changes threads.
#[inline]
pub fn count() -> &'static Cell<i64> {
    &COUNT
}
