//! The C functions that take the steps, by version: names as CPython's source defines them.

use super::super::{Found, SearchOf, What};

/// A function in CPython's source tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    pub file: &'static str,
    pub function: &'static str,
}

const fn at(file: &'static str, function: &'static str) -> Anchor {
    Anchor { file, function }
}

/// Anchors as of a version.
#[derive(Debug, Clone, Copy)]
pub(super) struct C(pub (u8, u8));

impl C {
    pub const GET: Anchor = at("Objects/object.c", "PyObject_GetAttr");
    pub const SET: Anchor = at("Objects/object.c", "PyObject_SetAttr");
    pub const GENERIC_GET: Anchor = at("Objects/object.c", "_PyObject_GenericGetAttrWithDict");
    pub const GENERIC_SET: Anchor = at("Objects/object.c", "_PyObject_GenericSetAttrWithDict");
    pub const GET_METHOD: Anchor = at("Objects/object.c", "_PyObject_GetMethod");
    pub const CLASS_SET: Anchor = at("Objects/typeobject.c", "type_setattro");
    pub const LOOKUP: Anchor = at("Objects/typeobject.c", "_PyType_Lookup");
    pub const OWN_SET: Anchor = at("Objects/typeobject.c", "slot_tp_setattro");
    pub const METHOD_CALL: Anchor = at("Objects/classobject.c", "method_vectorcall");
    pub const METHOD_GET: Anchor = at("Objects/classobject.c", "method_getattro");
    pub const FUNCTION_CALL: Anchor = at("Objects/call.c", "_PyFunction_Vectorcall");
    pub const MAKE_CALL: Anchor = at("Objects/call.c", "_PyObject_MakeTpCall");
    pub const TYPE_CALL: Anchor = at("Objects/typeobject.c", "type_call");
    pub const SLOT_CALL: Anchor = at("Objects/typeobject.c", "slot_tp_call");
    pub const SLOT_NEW: Anchor = at("Objects/typeobject.c", "slot_tp_new");
    pub const SLOT_INIT: Anchor = at("Objects/typeobject.c", "slot_tp_init");
    pub const OBJECT_NEW: Anchor = at("Objects/typeobject.c", "object_new");
    pub const OBJECT_INIT: Anchor = at("Objects/typeobject.c", "object_init");
    // One function for each way of taking arguments, which is not to be seen from Python.
    pub const C_CALL: Anchor = at("Objects/methodobject.c", "cfunction_vectorcall_");
    pub const C_METHOD_CALL: Anchor = at("Objects/descrobject.c", "method_vectorcall_");
    pub const WRAPPER_CALL: Anchor = at("Objects/descrobject.c", "wrapperdescr_call");
    pub const PARTIAL_CALL: Anchor = at("Modules/_functoolsmodule.c", "partial_vectorcall");

    fn since_3_12(self, before: Anchor, function: &'static str) -> Anchor {
        if self.0 >= (3, 12) { Anchor { function, ..before } } else { before }
    }

    /// Where types are walked through.
    pub fn walk(self, of: SearchOf) -> Anchor {
        match of {
            SearchOf::Super => self.super_get(),
            SearchOf::Type | SearchOf::Metatype | SearchOf::Class => Self::LOOKUP,
        }
    }

    pub fn super_get(self) -> Anchor {
        self.since_3_12(at("Objects/typeobject.c", "super_getattro"), "do_super_lookup")
    }

    pub fn class_get(self) -> Anchor {
        self.since_3_12(at("Objects/typeobject.c", "type_getattro"), "_Py_type_getattro_impl")
    }

    pub fn module_get(self) -> Anchor {
        self.since_3_12(at("Objects/moduleobject.c", "module_getattro"), "_Py_module_getattro_impl")
    }

    /// The slot of a class which has `__getattribute__` or `__getattr__`.
    pub fn own_get(self) -> Anchor {
        self.since_3_12(at("Objects/typeobject.c", "slot_tp_getattr_hook"), "_Py_slot_tp_getattr_hook")
    }

    /// The `__get__` of a descriptor; where that is in C and no kind of CPython's own, who calls it.
    pub fn get_of(found: &Found) -> Anchor {
        match found.what {
            What::Function => at("Objects/funcobject.c", "func_descr_get"),
            What::Property => at("Objects/descrobject.c", "property_descr_get"),
            What::Member => at("Objects/descrobject.c", "member_get"),
            What::Getset => at("Objects/descrobject.c", "getset_get"),
            What::StaticMethod => at("Objects/funcobject.c", "sm_descr_get"),
            What::ClassMethod => at("Objects/funcobject.c", "cm_descr_get"),
            What::MethodDescriptor => at("Objects/descrobject.c", "method_get"),
            What::WrapperDescriptor => at("Objects/descrobject.c", "wrapperdescr_get"),
            What::ClassMethodDescriptor => at("Objects/descrobject.c", "classmethod_get"),
            What::CFunction | What::Method | What::Class | What::Other if found.is_kind_in_c => Self::GENERIC_GET,
            What::CFunction | What::Method | What::Class | What::Other => at("Objects/typeobject.c", "slot_tp_descr_get"),
        }
    }

    /// The `__set__` or `__delete__` of a data descriptor, in the same way.
    pub fn set_of(found: &Found) -> Anchor {
        match found.what {
            What::Property => at("Objects/descrobject.c", "property_descr_set"),
            What::Member => at("Objects/descrobject.c", "member_set"),
            What::Getset => at("Objects/descrobject.c", "getset_set"),
            _ if found.is_kind_in_c => Self::GENERIC_SET,
            _ => at("Objects/typeobject.c", "slot_tp_descr_set"),
        }
    }
}
