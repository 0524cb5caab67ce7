//! Numbers threads in the order of their start, and tells when they start and end.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

use rustpython_vm::common::wtf8::Wtf8;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use super::blocks;
use super::recorder::recorder;
use crate::trace::MarkKind;

static STARTED: AtomicU32 = AtomicU32::new(1);

thread_local! {
    /// The first thread is 0; threads that something other than Python started share the last number.
    static NUMBER: Cell<u8> = const { Cell::new(u8::MAX) };
}

/// Number of the thread that asks. From 255 on they share one: the protocol has 8 bits.
#[inline]
pub fn number() -> u8 {
    NUMBER.get()
}

/// Makes the calling thread the first.
pub fn first() {
    NUMBER.set(0);
}

/// Replaces what starts threads by functions which number them in the starting thread: numbers given
/// by who comes first would differ from run to run.
pub fn number_new(vm: &VirtualMachine) -> PyResult<()> {
    let module = vm.import("_thread", 0)?;
    for name in ["start_new_thread", "start_new", "start_joinable_thread"] {
        let Some(original) = vm.get_attribute_opt(&module, name)? else { continue };
        let replacement = vm.new_function(name, move |mut given: FuncArgs, vm: &VirtualMachine| -> PyResult {
            let number = u8::try_from(STARTED.fetch_add(1, Ordering::Relaxed)).unwrap_or(u8::MAX);
            if let Some(function) = given.args.first_mut() {
                *function = numbered(number, function.clone(), vm);
            } else if let Some(function) = given.kwargs.get_mut(Wtf8::new("function")) {
                *function = numbered(number, function.clone(), vm);
            }
            tell(&MarkKind::ThreadStarted { thread: u16::from(number) });
            original.call(given, vm)
        });
        module.set_attr(name, replacement, vm)?;
    }
    Ok(())
}

/// `function`, to be run as thread `number`.
fn numbered(number: u8, function: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    let run = move |given: FuncArgs, vm: &VirtualMachine| -> PyResult {
        NUMBER.set(number);
        blocks::forget();
        let result = function.call(given, vm);
        tell(&MarkKind::ThreadEnded);
        result
    };
    vm.new_function("thread", run).into()
}

fn tell(kind: &MarkKind) {
    if let Some(recorder) = recorder().filter(|recorder| !recorder.is_silent()) {
        recorder.tape().mark(number(), kind);
    }
}
