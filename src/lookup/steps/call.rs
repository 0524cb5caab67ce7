//! The steps of a call.

use super::super::{Callable, CallableKind, Found};
use super::{Anchor, C, Teller};

impl Teller {
    pub(super) fn call(&mut self, callable: &Callable) {
        let name = &callable.name;
        match callable.kind {
            CallableKind::Function => self.function(callable),
            CallableKind::Method => {
                let to = callable.to.as_deref().unwrap_or("its object");
                self.say(format!("calls {name} with the object in front of the arguments: {}", bound_to(to)), C::METHOD_CALL);
                if let Some(inner) = &callable.inner {
                    self.call(inner);
                }
            }
            CallableKind::CFunction => {
                let to = callable.to.as_ref().map(|to| format!(", bound to an object of type {to}")).unwrap_or_default();
                self.say(format!("{name} is a function in C{to}: called without a frame of Python's"), C::C_CALL);
            }
            CallableKind::CMethod => self.say(
                format!("{name} is a method in C: it is called with the object and the arguments, without a frame of Python's"),
                C::C_METHOD_CALL,
            ),
            CallableKind::SlotWrapper => self.say(format!("{name} is a slot of a type in C, called through its wrapper"), C::WRAPPER_CALL),
            CallableKind::Class => self.class(callable),
            CallableKind::Instance => self.instance(callable),
            CallableKind::NotCallable => {
                self.say(format!("an object of type {name} cannot be called, as its type has no __call__: TypeError"), C::MAKE_CALL)
            }
        }
    }

    fn function(&mut self, callable: &Callable) {
        let Callable { name, line, .. } = callable;
        let at = line.map(|line| format!(" (line {line}{})", callable.file.as_ref().map(|file| format!(" of {file}")).unwrap_or_default()));
        let at = at.unwrap_or_default();
        let frame = if self.c.0 >= (3, 11) {
            "a new frame, which the same eval loop goes on with where the instruction calls it itself"
        } else {
            "a new frame, in an eval loop of its own"
        };
        let frame = match callable.flavour.as_deref() {
            Some("generator") => "the call only makes a generator; its frame runs when it is asked for values",
            Some("coroutine") => "the call only makes a coroutine; its frame runs when it is awaited",
            Some("async_generator") => "the call only makes an asynchronous generator; its frame runs when it is asked for values",
            _ => frame,
        };
        self.say(format!("{name} is a function in Python{at}: {frame}"), C::FUNCTION_CALL);
    }

    fn class(&mut self, callable: &Callable) {
        let Callable { name, metatype, .. } = callable;
        let metatype = metatype.as_deref().unwrap_or("type");
        if callable.is_type {
            self.say("type itself is called: with one argument it gives the type of that, with three it makes a class", C::TYPE_CALL);
            return;
        }
        if !callable.is_type_call {
            let by = callable.call.as_ref().map_or("?", |call| &call.name);
            self.say(
                format!("{name} is a class, and its type {metatype} calls it in its own way: {by}; the rest is up to it"),
                C::SLOT_CALL,
            );
            return;
        }
        let short =
            if callable.is_in_c { " (some types in C are called in a shorter way of their own, by their tp_vectorcall)" } else { "" };
        self.say(format!("{name} is a class: its type {metatype} calls it by type.__call__{short}"), C::TYPE_CALL);
        if let Some(new) = &callable.new {
            self.say(format!("first __new__, found in {}, makes the object", new.owner), made_by(new, C::OBJECT_NEW, C::SLOT_NEW));
        }
        if let Some(init) = &callable.init {
            self.say(
                format!("then, if that is an instance of {name}, __init__, found in {}, fills it", init.owner),
                made_by(init, C::OBJECT_INIT, C::SLOT_INIT),
            );
        }
    }

    fn instance(&mut self, callable: &Callable) {
        let name = &callable.name;
        if let Some(inner) = &callable.inner {
            self.say(format!("an object of type {name} puts its arguments before those of the call"), C::PARTIAL_CALL);
            return self.call(inner);
        }
        if let Some(call) = &callable.call {
            let anchor = if call.is_in_c { C::MAKE_CALL } else { C::SLOT_CALL };
            let own = if call.is_in_c { "it is in C" } else { "it is called with the object in front of the arguments" };
            self.say(format!("an object of type {name}: its type's __call__ is found in {}; {own}", call.owner), anchor);
        }
    }
}

fn bound_to(to: &str) -> String {
    match to.strip_prefix("class ") {
        Some(class) => format!("the class {class}"),
        None => format!("an object of type {to}"),
    }
}

/// Of `object` itself, of a class in Python, or of another in C, which `type_call` goes to directly.
fn made_by(found: &Found, of_object: Anchor, in_python: Anchor) -> Anchor {
    match (found.owner.as_str(), found.is_in_c) {
        ("object", _) => of_object,
        (_, false) => in_python,
        (_, true) => C::TYPE_CALL,
    }
}
