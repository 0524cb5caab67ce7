//! What is asked of Python, found by name in the running process.

use std::ffi::{CStr, c_char, c_int, c_long, c_ulong, c_void};
use std::sync::OnceLock;

/// The head of every object; the same in all builds but those with reference tracing, which are refused.
#[repr(C)]
pub struct Object {
    pub references: isize,
    pub kind: *mut Object,
}

pub type Ref = *mut Object;
/// `METH_FASTCALL`: itself, arguments, their number.
pub type Fast = unsafe extern "C" fn(Ref, *const Ref, isize) -> Ref;
/// `vectorcallfunc`: itself, arguments, their number with a flag, names of some.
pub type Vectorcall = unsafe extern "C" fn(Ref, *const Ref, usize, Ref) -> Ref;
/// `Py_tracefunc`.
pub type Tracer = unsafe extern "C" fn(Ref, Ref, c_int, Ref) -> c_int;

/// `PyMemAllocatorEx`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Allocator {
    pub context: *mut c_void,
    pub malloc: unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void,
    pub calloc: unsafe extern "C" fn(*mut c_void, usize, usize) -> *mut c_void,
    pub realloc: unsafe extern "C" fn(*mut c_void, *mut c_void, usize) -> *mut c_void,
    pub free: unsafe extern "C" fn(*mut c_void, *mut c_void),
}

unsafe extern "C" {
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// The first of these names that this process has.
fn symbol(names: &[&CStr]) -> Option<*mut c_void> {
    // SAFETY: RTLD_DEFAULT is null on every system that has /dev/fd but macOS, where it is -2.
    let everywhere = if cfg!(target_os = "macos") { -2isize as *mut c_void } else { std::ptr::null_mut() };
    names.iter().map(|name| unsafe { dlsym(everywhere, name.as_ptr()) }).find(|address| !address.is_null())
}

macro_rules! api {
    (
        functions { $($function:ident: $type:ty = $($name:literal)|+;)* }
        optional { $($maybe:ident: $maybe_type:ty = $maybe_name:literal;)* }
        objects { $($object:ident = $object_name:literal;)* }
    ) => {
        pub struct Api {
            $(pub $function: $type,)*
            $(pub $maybe: Option<$maybe_type>,)*
            $(pub $object: Ref,)*
        }

        impl Api {
            fn find() -> Option<Self> {
                // SAFETY: the types are those of CPython's headers, which do not change between versions.
                unsafe {
                    Some(Self {
                        $($function: std::mem::transmute::<*mut c_void, $type>(symbol(&[$($name),+])?),)*
                        $($maybe: symbol(&[$maybe_name]).map(|found| std::mem::transmute::<*mut c_void, $maybe_type>(found)),)*
                        $($object: symbol(&[$object_name])?.cast(),)*
                    })
                }
            }
        }
    };
}

api! {
    functions {
        call: unsafe extern "C" fn(Ref, ...) -> Ref = c"PyObject_CallFunctionObjArgs";
        current_thread: unsafe extern "C" fn() -> *mut c_void = c"PyThreadState_GetUnchecked" | c"_PyThreadState_UncheckedGet";
        module_create: unsafe extern "C" fn(*mut c_void, c_int) -> Ref = c"PyModule_Create2";
        long_as_long: unsafe extern "C" fn(Ref) -> c_long = c"PyLong_AsLong";
        long_as_mask: unsafe extern "C" fn(Ref) -> c_ulong = c"PyLong_AsUnsignedLongMask";
        long_from: unsafe extern "C" fn(c_long) -> Ref = c"PyLong_FromLong";
        bytes_parts: unsafe extern "C" fn(Ref, *mut *mut c_char, *mut isize) -> c_int = c"PyBytes_AsStringAndSize";
        tuple_item: unsafe extern "C" fn(Ref, isize) -> Ref = c"PyTuple_GetItem";
        increment: unsafe extern "C" fn(Ref) = c"Py_IncRef";
        decrement: unsafe extern "C" fn(Ref) = c"Py_DecRef";
        error_clear: unsafe extern "C" fn() = c"PyErr_Clear";
        error_unraisable: unsafe extern "C" fn(Ref) = c"PyErr_WriteUnraisable";
        type_flags: unsafe extern "C" fn(Ref) -> c_ulong = c"PyType_GetFlags";
        set_trace: unsafe extern "C" fn(Option<Tracer>, Ref) = c"PyEval_SetTrace";
        set_profile: unsafe extern "C" fn(Option<Tracer>, Ref) = c"PyEval_SetProfile";
        get_allocator: unsafe extern "C" fn(c_int, *mut Allocator) = c"PyMem_GetAllocator";
        set_allocator: unsafe extern "C" fn(c_int, *mut Allocator) = c"PyMem_SetAllocator";
    }
    optional {
        frame_last_instruction: unsafe extern "C" fn(Ref) -> c_int = c"PyFrame_GetLasti";
        called_by: unsafe extern "C" fn(Ref) -> Option<Vectorcall> = c"PyVectorcall_Function";
    }
    objects {
        none = c"_Py_NoneStruct";
        type_type = c"PyType_Type";
        function_type = c"PyFunction_Type";
        c_function_type = c"PyCFunction_Type";
        method_descriptor_type = c"PyMethodDescr_Type";
        class_method_descriptor_type = c"PyClassMethodDescr_Type";
        wrapper_descriptor_type = c"PyWrapperDescr_Type";
        stop_iteration = c"PyExc_StopIteration";
    }
}

// SAFETY: addresses of functions and of objects that live as long as the process.
unsafe impl Send for Api {}
unsafe impl Sync for Api {}

static API: OnceLock<Option<Api>> = OnceLock::new();

/// Looks for all of it; false if this Python lacks some.
pub fn is_found() -> bool {
    API.get_or_init(Api::find).is_some()
}

/// What was found. Nothing of the tap can be called before.
#[inline(always)]
pub fn api() -> &'static Api {
    // SAFETY: `PyInit_evalody_tap` gives no module unless all was found.
    unsafe { API.get().and_then(Option::as_ref).unwrap_unchecked() }
}

/// None, as a function gives it back.
#[inline(always)]
pub unsafe fn none() -> Ref {
    let none = api().none;
    unsafe { (*none).references += 1 };
    none
}

/// A word or a small number out of an int.
pub unsafe fn long(object: Ref) -> i64 {
    unsafe { (api().long_as_long)(object) as i64 }
}

/// The bytes of a bytes object; empty if it is none.
pub unsafe fn bytes<'a>(object: Ref) -> &'a [u8] {
    let (mut start, mut length) = (std::ptr::null_mut(), 0);
    unsafe {
        if (api().bytes_parts)(object, &mut start, &mut length) != 0 {
            (api().error_clear)();
            return &[];
        }
        std::slice::from_raw_parts(start.cast(), length as usize)
    }
}
