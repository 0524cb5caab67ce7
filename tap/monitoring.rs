//! Callbacks of `sys.monitoring` (PEP 669), from 3.12 on.

use std::cell::Cell;

use crate::api::{Ref, Vectorcall, api, long};
use crate::codes::{self, Info};
use crate::functions::Raised;
use crate::module::{BLOCKS_CHANGED, CALLED_C, TASK_ENTERED};
use crate::{Guarded, Number, blocks, functions, number, stream, threads};

/// `sys.monitoring.DISABLE`.
static DISABLE: Number<Ref> = number(std::ptr::null_mut());
/// `task` of `tap.py`.
static TASK: Number<Ref> = number(std::ptr::null_mut());
/// Whether the number in an int can be read from where it is (`PyLongObject`, 3.12 and later).
static READS_INTS: Guarded<Cell<bool>> = number(false);

/// None, as a callback gives it back: nobody counts references to it from 3.12 on (PEP 683).
#[inline(always)]
fn none() -> Ref {
    api().none
}

pub fn open(task: Ref) {
    TASK.set(task);
}

pub fn open_monitoring(disable: Ref, shown: Ref) {
    DISABLE.set(disable);
    READS_INTS.set(unsafe { digit(shown) as i64 == long(shown) });
}

/// The lowest digit of an int.
#[inline(always)]
unsafe fn digit(int: Ref) -> u32 {
    unsafe { *int.cast::<u32>().add(6) }
}

#[inline(always)]
unsafe fn offset_of(int: Ref) -> u64 {
    // An offset is less than 2^30, a digit of an int.
    unsafe { if READS_INTS.get() { u64::from(digit(int)) } else { long(int) as u64 } }
}

/// Tells a step: what changed in memory until now is that of the instruction before.
#[inline(always)]
pub unsafe fn step(info: &Info, unit: u64) {
    let by = blocks::take();
    let changed = if by == 0 { 0 } else { unsafe { told(by) } };
    unsafe { stream::step(info.word | unit | threads::shifted() | changed) };
}

/// A change of blocks in its place in a step; what has no room there is told in a mark before.
#[inline(never)]
unsafe fn told(by: i64) -> u64 {
    let fits = by.clamp(-2048, 2047);
    if by != fits {
        let rest = (by - fits).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
        unsafe { stream::mark(BLOCKS_CHANGED | threads::shifted() | u64::from(rest as u32)) };
    }
    (fits as u64 & 0xfff) << 48
}

/// Tells the task in which a coroutine is entered, if it is another than before.
#[cold]
pub unsafe fn tell_task() -> Result<(), Raised> {
    let name = unsafe { functions::ask(TASK.get(), api().none)? };
    if name >= 0 && threads::is_new_task(name) {
        unsafe { stream::mark(TASK_ENTERED | threads::shifted() | name as u64) };
    }
    Ok(())
}

#[inline(always)]
unsafe fn arguments(arguments: *const Ref) -> Ref {
    unsafe {
        threads::enter();
        blocks::transient(*arguments.add(1));
        *arguments
    }
}

pub unsafe extern "C" fn instruction(_: Ref, given: *const Ref, _: isize) -> Ref {
    unsafe { stepped(given) }
}

unsafe extern "C" fn instruction_directly(_: Ref, given: *const Ref, _: usize, _: Ref) -> Ref {
    unsafe { stepped(given) }
}

/// Where a function in C keeps what it is called by (`PyCFunctionObject.vectorcall`), in words.
const CALLED_BY: usize = 6;

/// Leaves the function in C out which stands between the interpreter and `instruction`: it counts arguments and looks
/// for the end of the stack. Does nothing if functions are laid out in another way.
pub unsafe fn shorten(function: Ref) {
    let place = unsafe { function.cast::<Option<Vectorcall>>().add(CALLED_BY) };
    let Some(called_by) = api().called_by else { return };
    unsafe {
        if let Some(usual) = called_by(function)
            && let Some(found) = *place
            && usual as usize == found as usize
        {
            *place = Some(instruction_directly);
        }
    }
}

#[inline(always)]
unsafe fn stepped(given: *const Ref) -> Ref {
    unsafe {
        let code = arguments(given);
        if let Some(info) = codes::find(code)
            && info.is_heard()
        {
            step(info, offset_of(*given.add(1)) >> 1);
        }
        none()
    }
}

unsafe fn entered(mark: u64, given: *const Ref) -> Ref {
    unsafe {
        let Some(info) = codes::find_or_learn(arguments(given)) else { return std::ptr::null_mut() };
        if !info.is_heard() {
            let disable = DISABLE.get();
            (api().increment)(disable);
            return disable;
        }
        if info.is_coroutine && tell_task().is_err() {
            return std::ptr::null_mut();
        }
        stream::mark(mark | threads::shifted() | info.argument());
        none()
    }
}

unsafe fn marked(mark: u64, given: *const Ref) -> Ref {
    unsafe {
        if let Some(info) = codes::find(arguments(given))
            && info.is_heard()
        {
            stream::mark(mark | threads::shifted() | info.argument());
        }
        none()
    }
}

pub unsafe extern "C" fn call(_: Ref, given: *const Ref, _: isize) -> Ref {
    unsafe {
        arguments(given);
        match functions::name(*given.add(2)) {
            Ok(Some(name)) => stream::mark(CALLED_C | threads::shifted() | name),
            Ok(None) => {}
            Err(Raised) => return std::ptr::null_mut(),
        }
        none()
    }
}

macro_rules! callbacks {
    ($($how:ident $name:ident = $mark:ident;)*) => {
        $(pub unsafe extern "C" fn $name(_: Ref, given: *const Ref, _: isize) -> Ref {
            unsafe { $how(crate::module::$mark, given) }
        })*
    };
}

callbacks! {
    entered start = CALLED;
    entered resume = RESUMED;
    marked throw = RESUMED;
    marked returned = RETURNED;
    marked yielded = YIELDED;
    marked unwound = UNWOUND;
    marked raised = RAISED;
    marked handled = HANDLED;
}
