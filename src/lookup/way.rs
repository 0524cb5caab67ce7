//! One way in which a place went: what decided how an attribute was found.

use serde::Deserialize;

use super::Callable;

/// What kind of object an attribute is looked up on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Instance,
    Class,
    Module,
    Super,
}

/// Whose types a search goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchOf {
    /// The object's type and its bases.
    Type,
    /// The type of a class, and its bases.
    Metatype,
    /// A class and its own bases.
    Class,
    /// Those behind the one that `super` names.
    Super,
}

/// What stands in a class, by its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Function,
    Property,
    /// A slot.
    Member,
    Getset,
    StaticMethod,
    ClassMethod,
    MethodDescriptor,
    WrapperDescriptor,
    ClassMethodDescriptor,
    CFunction,
    Method,
    Class,
    Other,
}

/// A name in the dict of a type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Found {
    /// The type that has it.
    #[serde(rename = "in")]
    pub owner: String,
    /// Whether that type is implemented in C.
    pub is_in_c: bool,
    pub what: What,
    /// The type of what stands there.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether that type is implemented in C.
    pub is_kind_in_c: bool,
    /// Both together: `list.append`.
    pub name: String,
    /// Whether its type has `__get__`.
    pub gets: bool,
    /// Whether its type has `__set__` or `__delete__`, so that it comes before the instance's dict.
    pub sets: bool,
    /// Whether it is a slot that holds nothing.
    pub is_empty: bool,
}

/// A walk through types in the order of their MRO, up to the first that has the name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Search {
    pub of: SearchOf,
    /// Types whose dicts do not have it.
    pub missed: Vec<String>,
    pub found: Option<Found>,
}

/// The object's own dict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DictState {
    /// What was found before it decided already.
    Unasked,
    /// There is none.
    None,
    /// Only code of the program could tell: its class says itself what `__dict__` is.
    Hidden,
    Missing,
    Has,
}

/// Which rule decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    DataDescriptor,
    InstanceDict,
    Descriptor,
    Plain,
    MetatypeDataDescriptor,
    MetatypeDescriptor,
    MetatypePlain,
    /// A class, or one of its bases, has it.
    ClassDict,
    Super,
    /// `__getattr__` of the type is asked.
    Fallback,
    /// `__getattr__` of the module is.
    ModuleFallback,
    Missing,
    /// A class in C, which cannot be changed.
    Immutable,
    /// The type looks attributes up in a way of its own.
    Own,
}

/// How an attribute is found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Load {
    pub subject: Subject,
    /// The object's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The name of a class or module; the types of a super object.
    pub itself: Option<String>,
    /// The object's type and its bases, in the order in which they are looked in.
    pub mro: Vec<String>,
    /// The same of a class itself, or of the object that `super` stands for.
    pub own_mro: Vec<String>,
    /// The `__getattribute__` that is in the place of CPython's.
    pub overridden: Option<Found>,
    pub searches: Vec<Search>,
    pub dict: DictState,
    pub rule: Outcome,
    /// The `__getattr__` that is asked last.
    pub fallback: Option<Found>,
    /// What is found, where that is known without asking a descriptor.
    pub result: Option<Callable>,
}

impl Load {
    /// What stands in a type, of the last walk that came upon something.
    pub fn found(&self) -> Option<&Found> {
        self.searches.iter().rev().find_map(|search| search.found.as_ref())
    }
}

/// How an attribute is set or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Store {
    pub subject: Subject,
    #[serde(rename = "type")]
    pub kind: String,
    pub itself: Option<String>,
    pub mro: Vec<String>,
    pub is_delete: bool,
    /// The `__setattr__` or `__delattr__` that is in the place of CPython's.
    pub overridden: Option<Found>,
    pub search: Option<Search>,
    pub dict: DictState,
    pub rule: Outcome,
}

/// One way.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Way {
    pub load: Option<Load>,
    pub store: Option<Store>,
    pub call: Option<Callable>,
}
