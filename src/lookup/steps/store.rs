//! The steps of a store, and of a deletion.

use super::super::{DictState, Outcome, Store, Subject};
use super::{C, Teller};

impl Teller {
    pub(super) fn store(&mut self, store: &Store, name: &str) {
        let Store { kind, is_delete, .. } = store;
        let special = if *is_delete { "__delattr__" } else { "__setattr__" };
        if let Some(own) = &store.overridden {
            self.say(format!("type(obj) is {kind}, and {} has a {special} of its own", own.owner), C::SET);
            let anchor = if own.is_in_c { C::SET } else { C::OWN_SET };
            return self.say(format!("{} is called with {name:?}; the rest is up to it", own.name), anchor);
        }
        match (store.subject, &store.itself) {
            (Subject::Class, Some(itself)) => {
                self.say(
                    format!("the object is the class {itself}: a data descriptor of its type would come first, then its own __dict__"),
                    C::CLASS_SET,
                );
            }
            (Subject::Module, Some(itself)) => self.say(format!("the object is the module {itself}"), C::SET),
            _ => self.say(format!("nobody between type(obj) and object has a {special} of its own, so object's rule holds"), C::SET),
        }
        if let Some(search) = &store.search {
            self.walk(search, kind, name);
            if search.found.is_none() {
                self.say(format!("none of these types has {name:?}"), C::LOOKUP);
            }
        }
        let found = store.search.as_ref().and_then(|search| search.found.as_ref());
        match (store.rule, found) {
            (Outcome::DataDescriptor, Some(found)) => {
                let which = if *is_delete { "__delete__" } else { "__set__" };
                self.say(
                    format!("a data descriptor wins: the {which} of {} is called, and no __dict__ is touched", found.name),
                    C::set_of(found),
                );
            }
            (Outcome::Immutable, _) => self.say("a class in C cannot be changed: TypeError", C::CLASS_SET),
            (Outcome::ClassDict, _) => {
                let verb = if *is_delete { "deleted from" } else { "set in" };
                self.say(format!("no data descriptor has a say: {name:?} is {verb} the class's own __dict__"), C::CLASS_SET);
            }
            (Outcome::Missing, Some(found)) if store.dict == DictState::None => {
                self.say(
                    format!("the instance has no __dict__, and {} is no data descriptor: AttributeError, it is read-only", found.name),
                    C::GENERIC_SET,
                );
            }
            (Outcome::Missing, _) if store.dict == DictState::None => {
                self.say("the instance has no __dict__ either: AttributeError", C::GENERIC_SET)
            }
            (Outcome::Missing, _) => self.say(format!("there is no {name:?} to delete: AttributeError"), C::GENERIC_SET),
            _ => {
                let verb = if *is_delete { "deleted from" } else { "set in" };
                let known = if store.dict == DictState::Missing && !is_delete { ", where it is new" } else { "" };
                self.say(format!("no data descriptor has a say: {name:?} is {verb} the object's own __dict__{known}"), C::GENERIC_SET);
            }
        }
    }
}
