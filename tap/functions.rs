//! Names of the functions implemented in C which are called.

use std::cell::UnsafeCell;
use std::collections::HashMap;
use std::ffi::{c_ulong, c_void};

use crate::api::{Ref, api};
use crate::codes::ByAddress;
use crate::{Guarded, Number, blocks, number, threads};

/// `Py_TPFLAGS_HEAPTYPE` and `Py_TPFLAGS_IMMUTABLETYPE` (Include/object.h).
const HEAP_TYPE: c_ulong = 1 << 9;
const IMMUTABLE_TYPE: c_ulong = 1 << 8;
/// Where a function object (`PyCFunctionObject.m_ml`), a descriptor (`PyMethodDescrObject.d_method`,
/// `PyWrapperDescrObject.d_base`) and a bound wrapper (`wrapperobject.descr`) lead to what lasts as long as the
/// extension: in words.
const METHOD: usize = 2;
const DESCRIBED: usize = 5;
const DESCRIPTOR: usize = 2;

struct Known {
    /// Word behind the first, which tells whether something else lies there now.
    check: usize,
    name: i64,
}

static NAMES: Guarded<UnsafeCell<Option<HashMap<usize, Known, ByAddress>>>> = Guarded(UnsafeCell::new(None));
/// `function` of `tap.py`.
static ASK: Number<Ref> = number(std::ptr::null_mut());
static METHOD_WRAPPER: Number<Ref> = number(std::ptr::null_mut());
static LAST: Number<(usize, usize)> = number((0, 0));
static LAST_NAME: Number<i64> = number(-1);

/// `method_wrapper`: the type of a slot of C that is bound, which has no name in every version.
pub fn open(ask: Ref, method_wrapper: Ref) {
    ASK.set(ask);
    METHOD_WRAPPER.set(method_wrapper);
}

/// The id of the name of what is called, if that is implemented in C.
#[inline]
pub unsafe fn name(callable: Ref) -> Result<Option<u64>, Raised> {
    let api = api();
    let kind = unsafe { (*callable).kind };
    if kind == api.function_type {
        return Ok(None);
    }
    let word = |object: Ref, at: usize| unsafe { *object.cast::<usize>().add(at) };
    let key = if kind == api.c_function_type {
        word(callable, METHOD)
    } else if kind == api.method_descriptor_type || kind == api.class_method_descriptor_type || kind == api.wrapper_descriptor_type {
        word(callable, DESCRIBED)
    } else if kind == METHOD_WRAPPER.get() {
        word(word(callable, DESCRIPTOR) as Ref, DESCRIBED)
    } else if kind == api.type_type {
        let flags = unsafe { (api.type_flags)(callable) };
        if flags & HEAP_TYPE != 0 && flags & IMMUTABLE_TYPE == 0 {
            return Ok(None);
        }
        callable as usize
    } else {
        return Ok(None);
    };
    // Of a type the second word is its own type; of a method's definition it is the function.
    let check = word(key as Ref, 1);
    if LAST.get() != (key, check) {
        LAST_NAME.set(unsafe { find(callable, key, check)? });
        LAST.set((key, check));
    }
    Ok(u64::try_from(LAST_NAME.get()).ok())
}

#[inline(never)]
unsafe fn find(callable: Ref, key: usize, check: usize) -> Result<i64, Raised> {
    // SAFETY: guarded by the GIL, and not kept across the call into Python.
    if let Some(known) = unsafe { (*NAMES.get()).get_or_insert_default() }.get(&key)
        && known.check == check
    {
        return Ok(known.name);
    }
    let name = unsafe { ask(ASK.get(), callable)? };
    unsafe { (*NAMES.get()).get_or_insert_default() }.insert(key, Known { check, name });
    Ok(name)
}

/// Something was raised while Python was asked, as by the handler of a signal: it is the program's.
pub struct Raised;

/// A number from a function of `tap.py`; -1 for none.
pub unsafe fn ask(function: Ref, argument: Ref) -> Result<i64, Raised> {
    blocks::ours(1);
    let given = unsafe {
        let given = (api().call)(function, argument, std::ptr::null_mut::<c_void>());
        if given.is_null() {
            Err(Raised)
        } else {
            let number = crate::api::long(given);
            (api().decrement)(given);
            Ok(number)
        }
    };
    blocks::ours(-1);
    // Others may have run meanwhile.
    threads::enter();
    given
}
