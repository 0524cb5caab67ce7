//! The trace function of the embedded interpreter: turns its events into steps and marks.
//!
//! The interpreter calls it before every instruction of a frame that asked for that, and when a frame
//! is entered, left, or met by an exception. It must never fail: an error here would switch it off.

use std::cell::RefCell;
use std::sync::Arc;

use rustpython_vm::builtins::{PyStrRef, PyTuple};
use rustpython_vm::bytecode::Opcode;
use rustpython_vm::frame::{InterpreterFrame, current_thread_iframe};
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use super::recorder::{Recorder, Refusal, Tape, Told, recorder};
use super::{blocks, threads};
use crate::interpreter::wire::LimitBlob;
use crate::trace::MarkKind;

/// A frame that is told and not yet left.
struct Open {
    frame: *const InterpreterFrame,
    told: Arc<Told>,
    /// Entered by `throw`, and no instruction of it ran since: it is about to be left again if nobody catches.
    thrown: bool,
}

thread_local! {
    static OPEN: RefCell<Vec<Open>> = const { RefCell::new(Vec::new()) };
}

/// What the interpreter calls. The answer to "call" becomes the frame's own trace function; none leaves it alone.
pub fn hook(frame: PyObjectRef, event: PyStrRef, argument: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let _ours = blocks::ours();
    let nothing = vm.ctx.none();
    let Some(recorder) = recorder().filter(|recorder| !recorder.is_silent()) else {
        // Nothing will be told again: this thread goes on at full speed.
        vm.trace_func.replace(nothing.clone());
        return Ok(nothing);
    };
    if let Some(limit) = recorder.crossed() {
        recorder.cut(limit, vm);
    }
    let here = current_thread_iframe();
    // SAFETY: the interpreter calls this while the frame runs, on its own thread; it is null before any frame.
    let Some(iframe) = (unsafe { here.as_ref() }) else { return Ok(nothing) };
    let hears = OPEN.with_borrow_mut(|open| match event.as_bytes() {
        b"opcode" => {
            stepped(recorder, open, iframe, vm);
            false
        }
        b"call" => entered(recorder, open, iframe, vm),
        b"return" => {
            left(recorder, open, iframe);
            false
        }
        b"exception" => {
            raised(recorder, open, iframe, &argument, vm);
            false
        }
        _ => false,
    });
    if !hears {
        return Ok(nothing);
    }
    frame.set_attr("f_trace_opcodes", vm.ctx.new_bool(true), vm)?;
    frame.set_attr("f_trace_lines", vm.ctx.new_bool(false), vm)?;
    Ok(vm.trace_func.borrow().clone())
}

/// The unit that runs, its opcode, and the low byte of its argument; `None` before the first.
fn running(iframe: &InterpreterFrame) -> Option<(u32, Opcode, u8)> {
    let unit = iframe.get_lasti().checked_sub(1)?;
    let instructions = &iframe.code().code.instructions;
    let opcode = Opcode::from(instructions.read_op(unit as usize).deoptimize());
    Some((unit, opcode, instructions.read_arg(unit as usize).as_u8()))
}

fn entered(recorder: &Recorder, open: &mut Vec<Open>, iframe: &InterpreterFrame, vm: &VirtualMachine) -> bool {
    let thread = threads::number();
    let mut tape = recorder.tape();
    let Some(told) = tape.told(iframe.code(), &recorder.scope, vm) else { return false };
    // A program that took the trace function away from a frame has kept us from hearing it leave.
    while open.last().is_some_and(|last| !is_below(last.frame, iframe)) {
        unwind_last(&mut tape, open, thread);
    }
    // Entered by `throw`, a generator is still at the YIELD_VALUE it was left at, or before everything.
    let entry = running(iframe);
    let (is_first, thrown) = match entry {
        Some((_, Opcode::Resume, argument)) => (argument & 3 == 0, false),
        Some((_, Opcode::YieldValue, _)) => (false, true),
        _ => (true, true),
    };
    tape.mark(thread, &if is_first { MarkKind::Called(told.id) } else { MarkKind::Resumed(told.id) });
    open.push(Open { frame: iframe, told, thrown });
    true
}

fn stepped(recorder: &Recorder, open: &mut Vec<Open>, iframe: &InterpreterFrame, vm: &VirtualMachine) {
    let Some((unit, ..)) = running(iframe) else { return };
    let thread = threads::number();
    let mut tape = recorder.tape();
    let Some(frame) = find(&mut tape, open, iframe, thread) else { return };
    tape.collections(thread, vm);
    frame.thrown = false;
    // No path leads into a handler but an exception.
    if !frame.told.handlers.is_empty() && frame.told.handlers.binary_search(&unit).is_ok() {
        tape.mark(thread, &MarkKind::Handled(frame.told.id));
    }
    while let Err(refusal) = tape.step(frame.told.id, unit, thread) {
        drop(tape);
        match refusal {
            Refusal::TooMany => recorder.cut(LimitBlob::Steps, vm),
            Refusal::Spent if !recorder.wait(vm) => return,
            Refusal::Spent => tape = recorder.tape(),
        }
    }
}

fn left(recorder: &Recorder, open: &mut Vec<Open>, iframe: &InterpreterFrame) {
    let thread = threads::number();
    let mut tape = recorder.tape();
    let Some(frame) = find(&mut tape, open, iframe, thread) else { return };
    let code = frame.told.id;
    let kind = match running(iframe) {
        Some((_, Opcode::ReturnValue, _)) => MarkKind::Returned(code),
        Some((_, Opcode::YieldValue, _)) if !frame.thrown => MarkKind::Yielded(code),
        _ => MarkKind::Unwound(code),
    };
    open.pop();
    tape.mark(thread, &kind);
}

fn raised(recorder: &Recorder, open: &mut Vec<Open>, iframe: &InterpreterFrame, argument: &PyObjectRef, vm: &VirtualMachine) {
    // The end of an iterator is told like an exception, though nothing was raised.
    let is_stop = argument
        .downcast_ref::<PyTuple>()
        .and_then(|parts| parts.as_slice().first().map(|kind| kind.is(vm.ctx.exceptions.stop_iteration)))
        .unwrap_or(false);
    if is_stop && matches!(running(iframe), Some((_, Opcode::ForIter | Opcode::Send, _))) {
        return;
    }
    let thread = threads::number();
    let mut tape = recorder.tape();
    if let Some(frame) = find(&mut tape, open, iframe, thread) {
        tape.mark(thread, &MarkKind::Raised(frame.told.id));
    }
}

/// The open frame that runs; frames above it were left unheard. `None` if it never was told that it is open.
fn find<'a>(tape: &mut Tape, open: &'a mut Vec<Open>, iframe: &InterpreterFrame, thread: u8) -> Option<&'a mut Open> {
    let is_this = |frame: &Open| std::ptr::eq(frame.frame, iframe);
    if !open.last().is_some_and(is_this) {
        open.iter().rfind(|frame| is_this(frame))?;
        while open.last().is_some_and(|last| !is_this(last)) {
            unwind_last(tape, open, thread);
        }
    }
    open.last_mut()
}

fn unwind_last(tape: &mut Tape, open: &mut Vec<Open>, thread: u8) {
    if let Some(last) = open.pop() {
        tape.mark(thread, &MarkKind::Unwound(last.told.id));
    }
}

/// Whether `frame` is among the callers of `iframe`.
fn is_below(frame: *const InterpreterFrame, iframe: &InterpreterFrame) -> bool {
    let mut caller = iframe.previous();
    loop {
        if caller == frame {
            return true;
        }
        // SAFETY: callers of a running frame are alive, and the chain ends with null.
        match unsafe { caller.as_ref() } {
            Some(next) => caller = next.previous(),
            None => return false,
        }
    }
}
