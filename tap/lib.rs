//! The native tap: the part of the recorder that runs at every instruction. A small extension module which
//! is loaded into the user's own CPython, one build for all of 3.8 to 3.14. Finds what it needs of Python by
//! name when it is loaded, so it needs no header and no compiler there; whatever it knows of the layout of
//! objects it is shown to be so (`check_frame`) before it is used.
//!
//! Everything in it runs with the GIL held, which is what makes its cells sound to share. `tap.py` is its
//! other half: what happens once a code object, a thread or a name, and not at every instruction.

#![allow(clippy::missing_safety_doc)]

mod api;
mod blocks;
mod codes;
mod functions;
mod module;
mod monitoring;
mod stream;
mod threads;
mod tracing;

use std::cell::Cell;

/// A value that the GIL guards.
struct Guarded<T>(T);

// SAFETY: reached by callbacks of the interpreter alone, which hold the GIL.
unsafe impl<T> Sync for Guarded<T> {}

impl<T> std::ops::Deref for Guarded<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

/// A cell that holds a number.
type Number<T> = Guarded<Cell<T>>;

const fn number<T>(value: T) -> Number<T> {
    Guarded(Cell::new(value))
}
