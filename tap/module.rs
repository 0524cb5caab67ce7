//! The extension module: the functions that `tap.py` calls, and the callbacks it hands over.

use std::ffi::{CStr, c_char, c_int, c_void};

use crate::api::{Fast, Object, Ref, api, bytes, is_found, long, none};
use crate::{blocks, codes, functions, monitoring, stream, threads, tracing};

/// Marks in their place in a word; `record.py` and the parent's `wire` hold the same table.
const MARK: u64 = 2 << 60;
pub const CALLED: u64 = MARK | 1 << 52;
pub const RESUMED: u64 = MARK | 2 << 52;
pub const RETURNED: u64 = MARK | 3 << 52;
pub const YIELDED: u64 = MARK | 4 << 52;
pub const UNWOUND: u64 = MARK | 5 << 52;
pub const RAISED: u64 = MARK | 6 << 52;
pub const HANDLED: u64 = MARK | 7 << 52;
pub const BLOCKS_CHANGED: u64 = MARK | 12 << 52;
pub const CALLED_C: u64 = MARK | 13 << 52;
pub const TASK_ENTERED: u64 = MARK | 14 << 52;

/// `PyMethodDef`.
#[repr(C)]
struct Method {
    name: *const c_char,
    function: Option<Fast>,
    flags: c_int,
    documentation: *const c_char,
}

/// `PyModuleDef`.
#[repr(C)]
struct Definition {
    head: Object,
    initialise: *mut c_void,
    index: isize,
    copy: *mut c_void,
    name: *const c_char,
    documentation: *const c_char,
    size: isize,
    methods: *const Method,
    slots: *mut c_void,
    traverse: *mut c_void,
    clear: *mut c_void,
    free: *mut c_void,
}

/// `METH_FASTCALL`.
const FAST_CALL: c_int = 0x80;
/// `PYTHON_API_VERSION`, the same since Python 3.0 but for a hint.
const API_VERSION: c_int = 1013;

unsafe fn argument(given: *const Ref, index: usize) -> Ref {
    unsafe { *given.add(index) }
}

unsafe fn number(given: *const Ref, index: usize) -> i64 {
    unsafe { long(argument(given, index)) }
}

/// A word or a limit: all 64 bits of an int.
unsafe fn word(given: *const Ref, index: usize) -> u64 {
    unsafe { (api().long_as_mask)(argument(given, index)) as u64 }
}

/// Kept for as long as the process runs.
unsafe fn kept(object: Ref) -> Ref {
    unsafe { (api().increment)(object) };
    object
}

unsafe fn int(value: i64) -> Ref {
    unsafe { (api().long_from)(value as _) }
}

macro_rules! functions {
    ($($name:ident($given:ident) $body:block)*) => {
        $(unsafe extern "C" fn $name(_: Ref, $given: *const Ref, count: isize) -> Ref {
            let _ = count;
            // SAFETY: `tap.py` gives what is asked for; it is the only one who can call this.
            unsafe { $body }
        })*
    };
}

functions! {
    // descriptor, control, records, steps, nanoseconds; learn, function, task, ended, type of bound slots
    open(given) {
        let options = stream::Options {
            descriptor: number(given, 0) as c_int,
            control: number(given, 1) as c_int,
            records: number(given, 2) as usize,
            steps: word(given, 3),
            nanoseconds: word(given, 4),
            ended: kept(argument(given, 8)),
        };
        codes::open(kept(argument(given, 5)));
        functions::open(kept(argument(given, 6)), kept(argument(given, 9)));
        monitoring::open(kept(argument(given, 7)));
        threads::began(threads::next());
        stream::open(&options);
        none()
    }

    // A word that is no step.
    append(given) {
        stream::mark(word(given, 0));
        none()
    }

    // Which, payload.
    blob(given) {
        stream::blob(word(given, 0), bytes(argument(given, 1)));
        none()
    }

    write(_given) {
        stream::write_out();
        none()
    }

    close(_given) {
        stream::close();
        none()
    }

    is_closed(_given) { int(i64::from(stream::is_closed())) }

    has_steps_left(_given) { int(i64::from(stream::steps_left() > 0)) }

    // Code object, its number or -1, whether a coroutine's, where frames start, flags by code unit.
    know(given) {
        let number_of = number(given, 1);
        let heard = if number_of < 0 { codes::UNHEARD } else { (number_of as u64) << 20 };
        let kinds = bytes(argument(given, 4));
        codes::know(argument(given, 0) as usize, heard, number(given, 2) != 0, number(given, 3) as i32, kinds);
        none()
    }

    // The address of a code object.
    forget(given) {
        codes::forget(word(given, 0) as usize);
        none()
    }

    // 1 and -1 around what is our own doing.
    ours(given) {
        blocks::ours(number(given, 0) as i32);
        none()
    }

    imported(_given) {
        blocks::imported();
        none()
    }

    start_blocks(_given) {
        blocks::start();
        none()
    }

    stop_blocks(_given) {
        blocks::stop();
        none()
    }

    next_thread(_given) { int(threads::next() as i64) }

    this_thread(_given) {
        threads::enter();
        int((threads::shifted() >> 40) as i64)
    }

    // Its number.
    thread_began(given) {
        threads::began(word(given, 0));
        none()
    }

    thread_ended(_given) {
        threads::ended();
        none()
    }

    // Minor version, frame, code object, last instruction.
    check_frame(given) {
        int(i64::from(tracing::check_frame(number(given, 0) as u32, argument(given, 1), argument(given, 2), number(given, 3) as i32)))
    }

    // Whether the thread that runs is recorded.
    trace(given) {
        tracing::record(number(given, 0) != 0);
        none()
    }

    // Whether the functions in C that it calls are told.
    profile(given) {
        tracing::record_functions(number(given, 0) != 0);
        none()
    }

    // `sys.monitoring.DISABLE`, any int.
    open_monitoring(given) {
        monitoring::open_monitoring(kept(argument(given, 0)), argument(given, 1));
        none()
    }

    forget_recent(_given) {
        blocks::forget_recent();
        none()
    }

    // A code object that monitoring was asked for since `forget_recent`, its size in bytes.
    find_monitoring(given) { int(i64::from(codes::find_monitoring(argument(given, 0), number(given, 1) as usize))) }
}

macro_rules! methods {
    ($($name:literal $function:path;)*) => {
        [
            $(Method { name: CStr::as_ptr($name), function: Some($function), flags: FAST_CALL, documentation: std::ptr::null() },)*
            Method { name: std::ptr::null(), function: None, flags: 0, documentation: std::ptr::null() },
        ]
    };
}

/// Made when the module is, and kept.
fn methods() -> *const Method {
    let methods = methods! {
        c"open" open;
        c"append" append;
        c"blob" blob;
        c"write" write;
        c"close" close;
        c"is_closed" is_closed;
        c"has_steps_left" has_steps_left;
        c"know" know;
        c"forget" forget;
        c"ours" ours;
        c"imported" imported;
        c"start_blocks" start_blocks;
        c"stop_blocks" stop_blocks;
        c"next_thread" next_thread;
        c"this_thread" this_thread;
        c"thread_began" thread_began;
        c"thread_ended" thread_ended;
        c"check_frame" check_frame;
        c"trace" trace;
        c"profile" profile;
        c"open_monitoring" open_monitoring;
        c"forget_recent" forget_recent;
        c"find_monitoring" find_monitoring;
        c"py_start" monitoring::start;
        c"py_resume" monitoring::resume;
        c"py_throw" monitoring::throw;
        c"py_return" monitoring::returned;
        c"py_yield" monitoring::yielded;
        c"py_unwind" monitoring::unwound;
        c"raised" monitoring::raised;
        c"exception_handled" monitoring::handled;
        c"instruction" monitoring::instruction;
        c"call" monitoring::call;
    };
    Box::leak(Box::new(methods)).as_ptr()
}

/// What `_imp.create_dynamic` calls. Gives no module, and no error, where this Python lacks what is needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInit_evalody_tap() -> Ref {
    if !is_found() {
        return std::ptr::null_mut();
    }
    let definition = Definition {
        head: Object { references: 1, kind: std::ptr::null_mut() },
        initialise: std::ptr::null_mut(),
        index: 0,
        copy: std::ptr::null_mut(),
        name: c"evalody_tap".as_ptr(),
        documentation: std::ptr::null(),
        size: -1,
        methods: methods(),
        slots: std::ptr::null_mut(),
        traverse: std::ptr::null_mut(),
        clear: std::ptr::null_mut(),
        free: std::ptr::null_mut(),
    };
    let definition: *mut Definition = Box::leak(Box::new(definition));
    unsafe { (api().module_create)(definition.cast(), API_VERSION) }
}
