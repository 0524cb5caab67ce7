//! One run of the embedded interpreter: builds it, runs the program under the hook, says how it ended.

use std::path::Path;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyCode, PyInt};
use rustpython_vm::compiler::Mode;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Interpreter, PyObjectRef, PyRef, PyResult, Settings, VirtualMachine};

use super::recorder::{Recorder, recorder};
use super::{blocks, code, hook, threads};
use crate::interpreter::options::{ChildOptions, Launch, Task};
use crate::interpreter::wire::EndBlob;

/// CPython's own, `sys.getrecursionlimit()`.
const RECURSION_LIMIT: usize = 1000;

/// Version of the crate that interprets.
pub fn version() -> String {
    use rustpython_vm::version::{MAJOR_IMPL, MICRO_IMPL, MINOR_IMPL};
    format!("{MAJOR_IMPL}.{MINOR_IMPL}.{MICRO_IMPL}")
}

/// Runs, or only compiles, the program; the end is to be told by the caller.
pub fn run(recorder: &'static Recorder, options: &ChildOptions, source: &str, home: Option<&Path>) -> EndBlob {
    threads::first();
    let interpreter = interpreter(options);
    let end = interpreter.enter(|vm| {
        let own_hook = vm.sys_module.get_attr("excepthook", vm).ok();
        let end = match vm.compile(source, Mode::Exec, options.name.as_str()) {
            Err(error) => syntax_error(error.into_pyexception(vm, Some(source)), vm),
            Ok(program) if options.task == Task::Compile => {
                tell_all(recorder, &program, vm);
                EndBlob::Finished
            }
            Ok(program) => match prepare(options, home, vm).and_then(|scope| {
                recorder.tape().forget_collections(vm);
                start_tracing(vm);
                vm.run_code_obj(program, scope)
            }) {
                Ok(_) => EndBlob::Finished,
                Err(exception) => uncaught(exception, &options.name, own_hook.as_ref(), vm),
            },
        };
        untraced(vm, || {
            // Finalizing would import it, and that is none of the program's doing.
            let _ = vm.import("threading", 0);
        });
        end
    });
    // Joins threads, runs `atexit`, flushes what was printed: all still heard.
    interpreter.finalize(None);
    end
}

fn interpreter(options: &ChildOptions) -> Interpreter {
    let mut settings = Settings::default();
    settings.argv = std::iter::once(options.name.clone()).chain(options.arguments.iter().cloned()).collect();
    // Set order, and with it the music, is the same in every run.
    settings.hash_seed = Some(0);
    settings.isolated = true;
    settings.ignore_environment = true;
    settings.user_site_directory = false;
    settings.safe_path = true;
    settings.import_site = false;
    settings.install_signal_handlers = false;
    settings.write_bytecode = false;
    // Whatever the locale says: what is printed goes through the parent, which speaks UTF-8.
    settings.utf8_mode = 1;
    let builder = Interpreter::builder(settings);
    let natives = rustpython_stdlib::stdlib_module_defs(&builder.ctx);
    builder.add_native_modules(&natives).add_frozen_modules(rustpython_pylib::FROZEN_STDLIB).build()
}

/// `__main__` as `python PROGRAM` would have it.
fn prepare(options: &ChildOptions, home: Option<&Path>, vm: &VirtualMachine) -> PyResult<rustpython_vm::scope::Scope> {
    let scope = vm.new_scope_with_main()?;
    if let Some(path) = &options.path {
        scope.globals.set_item("__file__", vm.ctx.new_str(path.as_str()).into(), vm)?;
    } else if options.launch != Launch::Command && !options.name.starts_with('<') {
        scope.globals.set_item("__file__", vm.ctx.new_str(options.name.as_str()).into(), vm)?;
    }
    // The library is inside; nothing is looked for but beside the program.
    let beside = home.map(|home| vm.ctx.new_str(home.to_string_lossy().into_owned()).into());
    vm.sys_module.set_attr("path", vm.ctx.new_list(beside.into_iter().collect()), vm)?;
    // What is printed is seen when it is heard, and is not lost when the run is cut short.
    let stdout = vm.sys_module.get_attr("stdout", vm)?;
    let mut by_line = FuncArgs::default();
    by_line.kwargs.insert("line_buffering".into(), vm.ctx.new_bool(true).into());
    stdout.get_attr("reconfigure", vm)?.call(by_line, vm)?;
    // A build with debug assertions has a lower one.
    vm.recursion_limit.set(RECURSION_LIMIT);
    threads::number_new(vm)?;
    keep_trace_function(vm)?;
    fall_silent_when_forked(vm)?;
    Ok(scope)
}

/// The program may call these, and nothing happens: they would take our place.
fn keep_trace_function(vm: &VirtualMachine) -> PyResult<()> {
    let ignore: PyObjectRef = vm.new_function("settrace", |_: FuncArgs, vm: &VirtualMachine| vm.ctx.none()).into();
    for name in ["settrace", "setprofile", "_settraceallthreads", "_setprofileallthreads"] {
        if vm.get_attribute_opt(vm.sys_module.as_object(), name)?.is_some() {
            vm.sys_module.set_attr(name, ignore.clone(), vm)?;
        }
    }
    let none: PyObjectRef = vm.new_function("gettrace", |_: FuncArgs, vm: &VirtualMachine| vm.ctx.none()).into();
    for name in ["gettrace", "getprofile"] {
        vm.sys_module.set_attr(name, none.clone(), vm)?;
    }
    Ok(())
}

/// A forked child is none of what is told.
fn fall_silent_when_forked(vm: &VirtualMachine) -> PyResult<()> {
    let posix = vm.import("posix", 0)?;
    let silent = vm.new_function("fall_silent", || {
        if let Some(recorder) = recorder() {
            recorder.forked();
        }
    });
    let mut arguments = FuncArgs::default();
    arguments.kwargs.insert("after_in_child".into(), silent.into());
    posix.get_attr("register_at_fork", vm)?.call(arguments, vm)?;
    Ok(())
}

fn start_tracing(vm: &VirtualMachine) {
    let function: PyObjectRef = vm.new_function("evalody", hook::hook).into();
    *vm.state.global_trace_func.lock() = Some(function.clone());
    vm.trace_func.replace(function);
    vm.use_tracing.set(true);
    blocks::forget();
}

/// Does something that is not to be heard.
fn untraced(vm: &VirtualMachine, what: impl FnOnce()) {
    let _ours = blocks::ours();
    let traced = vm.use_tracing.replace(false);
    what();
    vm.use_tracing.set(traced);
}

/// Every code object, the outermost first.
fn tell_all(recorder: &Recorder, code: &PyRef<PyCode>, vm: &VirtualMachine) {
    recorder.tape().told(code, &recorder.scope, vm);
    for inner in code::nested(&code.code) {
        if let Ok(inner) = inner.downcast::<PyCode>() {
            tell_all(recorder, &inner, vm);
        }
    }
}

/// How an exception that nobody caught ends the program, printed as Python prints it.
fn uncaught(exception: PyBaseExceptionRef, program: &str, own_hook: Option<&PyObjectRef>, vm: &VirtualMachine) -> EndBlob {
    if exception.fast_isinstance(vm.ctx.exceptions.system_exit) {
        return EndBlob::Exited { status: vm.handle_exit_exception(exception) as i32 };
    }
    let line = std::iter::successors(exception.traceback(), |entry| entry.next.lock().clone())
        .filter(|entry| entry.frame.iframe().code().source_path().as_str() == program)
        .last()
        .map(|entry| entry.lineno.get() as u32);
    let (mut message, mut traceback) = (String::new(), String::new());
    untraced(vm, || {
        message = exception.as_object().str(vm).map(|text| text.to_string()).unwrap_or_default();
        traceback = formatted(&exception, vm);
    });
    // A hook of the program's own is the program; Python's prints with the library, which is not.
    let hook = vm.sys_module.get_attr("excepthook", vm).ok();
    match (hook, own_hook) {
        (Some(hook), Some(own_hook)) if hook.is(own_hook) => untraced(vm, || vm.print_exception(&exception)),
        _ => vm.print_exception(&exception),
    }
    EndBlob::Raised { line, exception: exception.class().name().to_string(), message, traceback }
}

/// What Python prints of an exception.
fn formatted(exception: &PyBaseExceptionRef, vm: &VirtualMachine) -> String {
    let by_library = || -> PyResult<String> {
        let lines = vm.import("traceback", 0)?.get_attr("format_exception", vm)?.call((exception.clone(),), vm)?;
        let joined = vm.call_method(vm.ctx.new_str("").as_object(), "join", (lines,))?;
        Ok(joined.str(vm)?.to_string())
    };
    by_library().unwrap_or_else(|_| {
        // The interpreter's own is plainer, but needs none of the library, which may be what failed.
        let mut text = String::new();
        let _ = vm.write_exception(&mut text, exception);
        text
    })
}

/// What the compiler refused, as the attributes of the exception that Python programs would see.
fn syntax_error(exception: PyBaseExceptionRef, vm: &VirtualMachine) -> EndBlob {
    let attribute = |name: &'static str| exception.as_object().get_attr(name, vm).ok();
    let number = |name: &'static str| attribute(name).and_then(|value| value.downcast_ref::<PyInt>()?.try_to_primitive::<u32>(vm).ok());
    let message = attribute("msg").and_then(|message| message.str(vm).ok()).map(|text| text.to_string()).unwrap_or_default();
    EndBlob::SyntaxError {
        line: number("lineno").unwrap_or(1).max(1),
        column: number("offset").unwrap_or(1).max(1),
        end_column: number("end_offset").filter(|&column| column > 0),
        message,
    }
}
