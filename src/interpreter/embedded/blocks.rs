//! Counts the memory blocks that each thread allocates and releases, for the program's own to be told step by step.
//!
//! What is counted are the blocks of Rust's heap that the interpreter asks for: objects, but also their
//! frames, buffers and tables. A block that another thread allocated is counted where it is released. The
//! executable takes [`Counting`] as its allocator; where none does, as in tests of the library, nothing
//! is ever told.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Blocks allocated less released by this thread.
    static HELD: Cell<i64> = const { Cell::new(0) };
    /// `HELD` when the recorder was last left.
    static SEEN: Cell<i64> = const { Cell::new(0) };
    /// What has changed outside of the recorder since it was last told.
    static CHANGED: Cell<i64> = const { Cell::new(0) };
}

/// The system's allocator, counted.
pub struct Counting;

/// A thread that is about to be gone may still release: then nobody is left to be told.
#[inline]
fn count(by: i64) {
    let _ = HELD.try_with(|held| held.set(held.get() + by));
}

// SAFETY: every call goes to the system's allocator as it came; counting touches no memory but a
// constant-initialised cell without a destructor.
unsafe impl GlobalAlloc for Counting {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(1);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    /// The same block, longer or shorter: counts as neither.
    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: the caller's promise, passed on.
        unsafe { System.realloc(pointer, layout, bytes) }
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-1);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// From here to the end of what it gives, blocks are the recorder's, not the program's.
pub fn ours() -> Ours {
    CHANGED.set(CHANGED.get() + HELD.get() - SEEN.get());
    Ours
}

/// As long as it lives the recorder works.
pub struct Ours;

impl Drop for Ours {
    fn drop(&mut self) {
        SEEN.set(HELD.get());
    }
}

/// Takes what this thread's program has changed since this was last called.
#[inline]
pub fn take() -> i64 {
    CHANGED.replace(0)
}

/// Begins anew in this thread: what was until now is none of the program's doing.
pub fn forget() {
    CHANGED.set(0);
    SEEN.set(HELD.get());
}
