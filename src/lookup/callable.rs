//! What a call calls.

use serde::Deserialize;

use super::Found;

/// A callable, by its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallableKind {
    /// In Python.
    Function,
    /// A function together with the object that goes first.
    Method,
    /// A function in C: a module's, or one bound to its object.
    CFunction,
    /// A method descriptor of a type in C.
    CMethod,
    /// A slot of a type in C: `list.__len__`.
    SlotWrapper,
    Class,
    /// An object whose type has `__call__`.
    Instance,
    NotCallable,
}

/// One callable.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Callable {
    pub kind: CallableKind,
    /// Qualified, as the recorders name functions; of an instance, its type's.
    pub name: String,
    /// Of a Python function: `plain`, `generator`, `coroutine` or `async_generator`.
    pub flavour: Option<String>,
    pub file: Option<String>,
    pub line: Option<u32>,
    /// The type of the object that it is bound to.
    pub to: Option<String>,
    /// What a method or a `functools.partial` calls.
    pub inner: Option<Box<Callable>>,
    /// The `__call__` of its type.
    pub call: Option<Found>,
    /// Of a class: where its `__new__` and `__init__` are.
    pub new: Option<Found>,
    pub init: Option<Found>,
    /// Of a class: its type.
    pub metatype: Option<String>,
    /// Of a class: whether its type calls it in the way of `type` itself.
    #[serde(default)]
    pub is_type_call: bool,
    /// Of a class: whether it is `type` itself.
    #[serde(default)]
    pub is_type: bool,
    /// Of a class: whether it is implemented in C.
    #[serde(default)]
    pub is_in_c: bool,
}
