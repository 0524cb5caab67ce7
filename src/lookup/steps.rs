//! A way in sentences: numbered steps as CPython takes them, each with the C function that does.

mod anchor;
mod call;
mod load;
mod store;

pub use anchor::Anchor;

use super::{Access, Found, Search, SearchOf, Site, Way, What};
use anchor::C;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub text: String,
    /// Where CPython takes it.
    pub anchor: Anchor,
}

/// The steps of a way at a place, as CPython of this version takes them.
pub fn steps(site: &Site, way: &Way, version: (u8, u8)) -> Vec<Step> {
    let mut teller = Teller { c: C(version), steps: Vec::new() };
    if let (Some(load), Some(name)) = (&way.load, &site.name) {
        if site.access == Access::Augmented {
            teller.say("first the load", C::GET);
        }
        teller.load(load, name, site.is_called);
    }
    if let (Some(store), Some(name)) = (&way.store, &site.name) {
        if site.access == Access::Augmented {
            teller.say("then the store of what came of it", C::SET);
        }
        teller.store(store, name);
    }
    if let Some(call) = &way.call {
        teller.call(call);
    }
    teller.steps
}

struct Teller {
    c: C,
    steps: Vec<Step>,
}

impl Teller {
    fn say(&mut self, text: impl Into<String>, anchor: Anchor) {
        self.steps.push(Step { text: text.into(), anchor });
    }

    /// A walk through types.
    fn walk(&mut self, search: &Search, kind: &str, name: &str) {
        for (index, missed) in search.missed.iter().enumerate() {
            self.say(format!("{}: its __dict__ has no {name:?}", looked_in(search.of, index, missed, kind)), self.c.walk(search.of));
        }
        if let Some(found) = &search.found {
            let whose = looked_in(search.of, search.missed.len(), &found.owner, kind);
            self.say(format!("{whose}: its __dict__ has {name:?}, {}", described(found)), self.c.walk(search.of));
        }
    }
}

/// Which type is looked in.
fn looked_in(of: SearchOf, index: usize, name: &str, kind: &str) -> String {
    match (of, index) {
        (SearchOf::Type, 0) if name == kind => format!("type(obj) is {name}"),
        (SearchOf::Metatype, 0) if name == kind => format!("the class's own type is {name}"),
        (SearchOf::Metatype, _) => format!("base {name} of that type"),
        (SearchOf::Class, 0) => format!("the class {name} itself"),
        (SearchOf::Super, _) => format!("next after it, {name}"),
        (SearchOf::Type | SearchOf::Class, _) => format!("base {name}"),
    }
}

/// What stands in a type, and which kind of descriptor it is.
fn described(found: &Found) -> String {
    let what = match found.what {
        What::Function => "a function".to_owned(),
        What::Property => "a property".to_owned(),
        What::Member => "a slot (member descriptor)".to_owned(),
        What::Getset => "a getter in C (getset descriptor)".to_owned(),
        What::StaticMethod => "a staticmethod".to_owned(),
        What::ClassMethod => "a classmethod".to_owned(),
        What::MethodDescriptor => "a method in C (method descriptor)".to_owned(),
        What::WrapperDescriptor => "a slot in C (wrapper descriptor)".to_owned(),
        What::ClassMethodDescriptor => "a class method in C".to_owned(),
        What::CFunction => "a function in C".to_owned(),
        What::Method => "a bound method".to_owned(),
        What::Class => "a class".to_owned(),
        What::Other if found.gets || found.sets => format!("an object of type {}", found.kind),
        What::Other => format!("a plain value of type {}", found.kind),
    };
    let rank = match (found.gets, found.sets) {
        (true, true) => "a data descriptor: it has __get__ and __set__ or __delete__",
        (true, false) => "a non-data descriptor: it has __get__ alone",
        (false, true) => "which has __set__ or __delete__ but no __get__, so a load sees no descriptor",
        (false, false) => "no descriptor: it has no __get__",
    };
    format!("{what}, {rank}")
}

#[cfg(test)]
mod tests;
