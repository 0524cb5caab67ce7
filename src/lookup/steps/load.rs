//! The steps of a load.

use super::super::{Callable, CallableKind, DictState, Found, Load, Outcome, Subject, What};
use super::{C, Teller};

impl Teller {
    pub(super) fn load(&mut self, load: &Load, name: &str, is_called: bool) {
        if let Some(own) = &load.overridden {
            return self.own_load(load, own, name);
        }
        match load.subject {
            Subject::Instance => {
                self.say("nobody between type(obj) and object has a __getattribute__ of its own, so object's rule holds", C::GET);
            }
            Subject::Class => {
                let itself = load.itself.as_deref().unwrap_or("?");
                self.say(
                    format!("the object is the class {itself}: its type is asked first, then the class and its bases"),
                    self.c.class_get(),
                );
            }
            Subject::Module => {
                let itself = load.itself.as_deref().unwrap_or("?");
                self.say(
                    format!("the object is the module {itself}: object's rule holds, and its __dict__ is the module's globals"),
                    self.c.module_get(),
                );
            }
            Subject::Super => {
                let itself = load.itself.as_deref().unwrap_or("super");
                let order = load.own_mro.join(", ");
                self.say(
                    format!("the object is {itself}: the search begins behind the class that it names, in the order {order}"),
                    self.c.super_get(),
                );
                if self.c.0 >= (3, 12) {
                    self.say(
                        "where the text says super(), no such object is made: one instruction does the whole search",
                        self.c.super_get(),
                    );
                }
            }
        }
        for search in &load.searches {
            self.walk(search, &load.kind, name);
            if search.found.is_none() {
                self.say(format!("none of these types has {name:?}"), self.c.walk(search.of));
            }
        }
        self.load_dict(load, name);
        self.load_rule(load, name, is_called);
        if is_called {
            self.call_of_result(load);
        }
    }

    fn own_load(&mut self, load: &Load, own: &Found, name: &str) {
        let kind = &load.kind;
        self.say(format!("type(obj) is {kind}, whose lookup is not CPython's usual one: {} has __getattribute__", own.owner), C::GET);
        let anchor = if own.is_in_c { C::METHOD_GET } else { self.c.own_get() };
        let is_method = own.owner == "method";
        match (own.is_in_c, is_method) {
            (true, true) => self.say(format!("a bound method looks in its own type first, then asks its function for {name:?}"), anchor),
            (true, false) => self.say(format!("it is a function in C, {}: where {name:?} is found is up to it", own.name), C::GET),
            (false, _) => self.say(format!("{} is called with {name:?}; the rest is up to it", own.name), anchor),
        }
        if let Some(fallback) = &load.fallback {
            self.say(format!("if it raises AttributeError, {} is called with {name:?}", fallback.name), self.c.own_get());
        }
    }

    fn load_dict(&mut self, load: &Load, name: &str) {
        let whose = if load.subject == Subject::Module { "the module's" } else { "the instance's own" };
        let text = match load.dict {
            DictState::Unasked => return,
            DictState::None => "the instance has no __dict__ to look in".to_owned(),
            DictState::Hidden => format!("whether {whose} __dict__ has {name:?} only code of the program could tell"),
            DictState::Missing => format!("{whose} __dict__ has no {name:?}"),
            DictState::Has => format!("{whose} __dict__ has {name:?}"),
        };
        self.say(text, C::GENERIC_GET);
    }

    fn load_rule(&mut self, load: &Load, name: &str, is_called: bool) {
        let found = load.found();
        let first = load.searches.first().and_then(|search| search.found.as_ref());
        match (load.rule, found) {
            (Outcome::DataDescriptor, Some(found)) => {
                self.say("a data descriptor wins over the instance's __dict__, which is not looked at", C::GENERIC_GET);
                self.say(format!("so its __get__ is called: {}", gives(found)), C::get_of(found));
                self.or_else(load, name, "if it raises AttributeError");
            }
            (Outcome::InstanceDict, Some(found)) => {
                self.say(format!("so that value wins over {}, which is no data descriptor", found.name), C::GENERIC_GET);
            }
            (Outcome::InstanceDict, None) => self.say("so that value is it, as it stands there", C::GENERIC_GET),
            (Outcome::Descriptor, Some(found)) if is_called && is_method(found) => {
                self.say(
                    "so it is the descriptor's turn; as the call follows at once, no bound method is made: the instance is put in front of the arguments",
                    C::GET_METHOD,
                );
            }
            (Outcome::Descriptor, Some(found)) => {
                self.say(format!("so its __get__ is called: {}", gives(found)), C::get_of(found));
                self.or_else(load, name, "if it raises AttributeError");
            }
            (Outcome::Plain, Some(found)) => self.say(format!("so the value of {} is it, as it stands there", found.name), C::GENERIC_GET),
            (Outcome::MetatypeDataDescriptor, Some(found)) => {
                self.say("a data descriptor of the class's type wins over the class itself, which is not looked in", self.c.class_get());
                self.say(format!("so its __get__ is called: {}", gives(found)), C::get_of(found));
            }
            (Outcome::ClassDict, Some(found)) if found.gets => {
                let gives = gives_class(found);
                self.say(format!("so its __get__ is called with no instance and the class: {gives}"), C::get_of(found));
            }
            (Outcome::ClassDict, Some(found)) => {
                self.say(format!("so the value of {} is it, as it stands there", found.name), self.c.class_get())
            }
            (Outcome::MetatypeDescriptor, _) => {
                if let Some(found) = first {
                    self.say(format!("so {} is bound to the class: {}", found.name, gives(found)), C::get_of(found));
                }
            }
            (Outcome::MetatypePlain, _) => self.say("so the value of the class's type is it, as it stands there", self.c.class_get()),
            (Outcome::Super, Some(found)) if is_called && is_method(found) && self.c.0 >= (3, 12) => {
                self.say(
                    "so the object that super stands for is put in front of the arguments; where the text says super(), no bound method is made",
                    self.c.super_get(),
                );
            }
            (Outcome::Super, Some(found)) if found.gets => {
                self.say(format!("so its __get__ is called with the object that super stands for: {}", gives(found)), C::get_of(found));
            }
            (Outcome::Super, _) => self.say("so that value is it, as it stands there", self.c.super_get()),
            (Outcome::Missing, Some(found)) if found.is_empty => {
                self.say(format!("so the slot {} is read, which holds nothing: AttributeError", found.name), C::get_of(found));
            }
            (Outcome::Missing, _) => {
                let at = if load.subject == Subject::Module { self.c.module_get() } else { C::GENERIC_GET };
                let at = if load.subject == Subject::Class { self.c.class_get() } else { at };
                self.say(format!("so {name:?} is not found: AttributeError"), at);
            }
            (Outcome::Fallback, found) => {
                if let Some(found) = found.filter(|found| found.is_empty) {
                    self.say(format!("so the slot {} is read, which holds nothing", found.name), C::get_of(found));
                }
                self.or_else(load, name, "as that would be AttributeError");
            }
            (Outcome::ModuleFallback, _) => {
                if let Some(fallback) = &load.fallback {
                    self.say(
                        format!("as the module has a __getattr__, {} is called with {name:?} (PEP 562)", fallback.name),
                        self.c.module_get(),
                    );
                }
            }
            _ => {}
        }
    }

    fn or_else(&mut self, load: &Load, name: &str, when: &str) {
        if let Some(fallback) = &load.fallback {
            self.say(format!("{when}, {} is called with {name:?}", fallback.name), self.c.own_get());
        }
    }

    fn call_of_result(&mut self, load: &Load) {
        let is_unbound = match load.rule {
            Outcome::Descriptor => load.found().is_some_and(is_method),
            Outcome::Super => self.c.0 >= (3, 12) && load.found().is_some_and(is_method),
            _ => false,
        };
        match (&load.result, load.rule) {
            // The object stands in front of the arguments already.
            (Some(Callable { kind: CallableKind::Method, inner: Some(function), .. }), _) if is_unbound => self.call(function),
            (Some(result), _) => self.call(result),
            (None, Outcome::Missing) => {}
            (None, _) => self.say("what it gives is called then; it is not known without asking it", C::GET),
        }
    }
}

/// Those that a call takes without making a bound method of them (`Py_TPFLAGS_METHOD_DESCRIPTOR`).
fn is_method(found: &Found) -> bool {
    matches!(found.what, What::Function | What::MethodDescriptor | What::WrapperDescriptor)
}

/// What a descriptor gives to an instance.
fn gives(found: &Found) -> String {
    match found.what {
        What::Function | What::MethodDescriptor => "it binds the function to the object, as a bound method".into(),
        What::WrapperDescriptor => "it binds the slot to the object".into(),
        What::Property => "it calls the property's getter".into(),
        What::Member => "it reads the slot, at a fixed place in the object".into(),
        What::Getset => "it calls a getter in C".into(),
        What::StaticMethod => "it gives the function, bound to nothing".into(),
        What::ClassMethod | What::ClassMethodDescriptor => "it binds the function to the class".into(),
        What::CFunction | What::Method | What::Class | What::Other => format!("{}.__get__ decides what comes of it", found.kind),
    }
}

/// What a descriptor gives to a class.
fn gives_class(found: &Found) -> String {
    match found.what {
        What::Function | What::MethodDescriptor | What::WrapperDescriptor => "it gives itself, bound to nothing".into(),
        What::Property | What::Member | What::Getset => "it gives itself, the descriptor".into(),
        _ => gives(found),
    }
}
