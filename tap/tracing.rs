//! The trace and profile functions of `PyEval_SetTrace` and `PyEval_SetProfile`, until 3.11.

use std::cell::UnsafeCell;
use std::collections::BTreeSet;
use std::ffi::c_int;

use crate::api::{Ref, api};
use crate::codes::{self, kind};
use crate::functions::Raised;
use crate::module::{CALLED, CALLED_C, RAISED, RESUMED, RETURNED, UNWOUND, YIELDED};
use crate::monitoring::{step, tell_task};
use crate::{Guarded, Number, blocks, functions, number, stream, threads};

/// `PyTrace_CALL` and so on (Include/cpython/pystate.h).
mod what {
    pub const CALL: i32 = 0;
    pub const EXCEPTION: i32 = 1;
    pub const RETURN: i32 = 3;
    pub const C_CALL: i32 = 4;
    pub const OPCODE: i32 = 7;
}

/// Where a frame keeps what is asked of it, in bytes (`struct _frame`, 64 bits).
#[derive(Clone, Copy)]
struct Layout {
    /// Its code object, or from 3.11 on the frame data that leads to it.
    code: usize,
    /// Where the frame data has its code object; 0 if the frame itself has it.
    code_in_data: usize,
    /// The last instruction; 0 if a function tells it.
    last: usize,
    /// Bytes in a unit of that.
    unit: i32,
    lines: usize,
    opcodes: usize,
    /// Whether the frame's object is there for us alone, in a program that nobody traces.
    is_ours: bool,
    /// Whether tracebacks go by the last line that was traced.
    needs_lines: bool,
}

const LAYOUTS: [(u32, Layout); 4] = [
    (8, Layout { code: 32, code_in_data: 0, last: 104, unit: 1, lines: 88, opcodes: 89, is_ours: false, needs_lines: true }),
    (9, Layout { code: 32, code_in_data: 0, last: 104, unit: 1, lines: 88, opcodes: 89, is_ours: false, needs_lines: true }),
    (10, Layout { code: 32, code_in_data: 0, last: 96, unit: 2, lines: 84, opcodes: 85, is_ours: false, needs_lines: false }),
    (11, Layout { code: 24, code_in_data: 32, last: 0, unit: 1, lines: 44, opcodes: 45, is_ours: true, needs_lines: false }),
];

static LAYOUT: Number<Layout> = number(LAYOUTS[3].1);
/// Objects of frames that are there for us alone.
static OUR_FRAMES: Guarded<UnsafeCell<BTreeSet<usize>>> = Guarded(UnsafeCell::new(BTreeSet::new()));

fn our_frames() -> &'static mut BTreeSet<usize> {
    // SAFETY: guarded by the GIL, and not kept.
    unsafe { &mut *OUR_FRAMES.get() }
}

unsafe fn at<T: Copy>(object: Ref, offset: usize) -> T {
    unsafe { object.cast::<u8>().add(offset).cast::<T>().read() }
}

unsafe fn set(object: Ref, offset: usize, value: u8) {
    unsafe { object.cast::<u8>().add(offset).write(value) };
}

impl Layout {
    #[inline(always)]
    unsafe fn code_of(&self, frame: Ref) -> Ref {
        unsafe {
            let found: Ref = at(frame, self.code);
            if self.code_in_data == 0 { found } else { at(found, self.code_in_data) }
        }
    }

    #[inline(always)]
    unsafe fn last_of(&self, frame: Ref) -> i32 {
        unsafe {
            if self.last > 0 {
                let last: i32 = at(frame, self.last);
                return if last < 0 { -1 } else { last * self.unit };
            }
            match api().frame_last_instruction {
                Some(last) => last(frame),
                None => -1,
            }
        }
    }
}

/// Whether frames of this version are laid out as is known here, by one whose code object and last
/// instruction are told, and whose `f_trace_opcodes` is set and `f_trace_lines` is not.
pub unsafe fn check_frame(minor: u32, frame: Ref, code: Ref, last: i32) -> bool {
    let Some((_, layout)) = LAYOUTS.iter().find(|(version, _)| *version == minor) else { return false };
    if layout.last == 0 && api().frame_last_instruction.is_none() {
        return false;
    }
    LAYOUT.set(*layout);
    unsafe {
        layout.code_of(frame) == code
            && layout.last_of(frame) == last
            && at::<u8>(frame, layout.opcodes) == 1
            && at::<u8>(frame, layout.lines) == 0
    }
}

unsafe extern "C" fn trace(_: Ref, frame: Ref, event: c_int, argument: Ref) -> c_int {
    let layout = &LAYOUT.get();
    unsafe {
        if stream::is_closed() {
            record(false);
            record_functions(false);
            return 0;
        }
        let code = layout.code_of(frame);
        threads::enter();
        match event {
            what::OPCODE => {
                if let Some(info) = codes::find(code)
                    && info.is_heard()
                {
                    step(info, layout.last_of(frame) as u64 >> 1);
                }
            }
            what::CALL => {
                if layout.is_ours && blocks::is_last(frame) {
                    blocks::adjust(-1);
                    our_frames().insert(frame as usize);
                }
                let Some(info) = codes::find_or_learn(code) else { return -1 };
                if !layout.needs_lines {
                    set(frame, layout.lines, 0);
                }
                if info.is_heard() {
                    set(frame, layout.opcodes, 1);
                    if info.is_coroutine && tell_task().is_err() {
                        return -1;
                    }
                    let mark = if layout.last_of(frame) == info.first { CALLED } else { RESUMED };
                    stream::mark(mark | threads::shifted() | info.argument());
                }
            }
            what::RETURN => {
                let info = codes::find(code);
                let yields = info.is_some_and(|info| info.is(kind::YIELDS, layout.last_of(frame))) && !argument.is_null();
                if !yields && layout.is_ours && our_frames().remove(&(frame as usize)) {
                    // It goes now, or the program has it, too.
                    blocks::adjust(1);
                }
                if let Some(info) = info
                    && info.is_heard()
                {
                    let mark = match argument.is_null() {
                        true => UNWOUND,
                        false if yields => YIELDED,
                        false => RETURNED,
                    };
                    stream::mark(mark | threads::shifted() | info.argument());
                }
            }
            what::EXCEPTION => {
                if let Some(info) = codes::find(code)
                    && info.is_heard()
                    && !(info.is(kind::ENDS_LOOP, layout.last_of(frame)) && is_stop_iteration(argument))
                {
                    stream::mark(RAISED | threads::shifted() | info.argument());
                }
            }
            _ => {}
        }
    }
    0
}

/// Whether the class of an exception is `StopIteration` itself.
unsafe fn is_stop_iteration(triple: Ref) -> bool {
    unsafe {
        let kind = (api().tuple_item)(triple, 0);
        if kind.is_null() {
            (api().error_clear)();
        }
        kind == *api().stop_iteration.cast::<Ref>()
    }
}

unsafe extern "C" fn profile(_: Ref, frame: Ref, event: c_int, argument: Ref) -> c_int {
    if event != what::C_CALL {
        return 0;
    }
    unsafe {
        let layout = &LAYOUT.get();
        let is_heard = codes::find(layout.code_of(frame)).is_some_and(codes::Info::is_heard);
        if is_heard && !argument.is_null() {
            threads::enter();
            match functions::name(argument) {
                Ok(Some(name)) => stream::mark(CALLED_C | threads::shifted() | name),
                Ok(None) => {}
                Err(Raised) => return -1,
            }
        }
    }
    0
}

/// Records the thread that runs, or records it no more.
pub unsafe fn record(is_on: bool) {
    unsafe { (api().set_trace)(is_on.then_some(trace as _), std::ptr::null_mut()) };
}

/// Tells the functions in C that the thread which runs calls, or tells them no more.
pub unsafe fn record_functions(is_on: bool) {
    unsafe { (api().set_profile)(is_on.then_some(profile as _), std::ptr::null_mut()) };
}
