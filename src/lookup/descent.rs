//! A lookup as a line that goes down: it begins high, at the object, and is one step lower for every type that is
//! looked in.

use super::{DictState, Load, Outcome, Probed, Search, Store, Way};
use crate::trace::Family;

/// A note of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fall {
    pub family: Family,
    /// Height of the stack that sounds as high.
    pub depth: u8,
}

/// Notes that are heard at most: two seconds of them, eight a second.
const HEARD: usize = 16;
/// Where the line begins: eight steps, as many types as bases commonly have, fit below.
const TOP: u8 = 8;

/// The line of one way. What is missed is told by the family of exceptions, what is found by that of attributes,
/// and what is called by that of calls.
pub fn descent(way: &Way) -> Vec<Fall> {
    let mut line = Line { depth: TOP, falls: Vec::new() };
    if let Some(load) = &way.load {
        line.load(load);
    }
    if let Some(store) = &way.store {
        line.store(store);
    }
    if way.call.is_some() {
        line.note(Family::Call);
    }
    line.falls
}

impl Probed {
    /// The line of the way that each place went first, as much of it as is heard.
    pub fn descent(&self) -> Vec<Fall> {
        let ways = self.places.iter().filter_map(|place| place.ways.first());
        ways.flat_map(|seen| descent(&seen.way)).take(HEARD).collect()
    }
}

struct Line {
    depth: u8,
    falls: Vec<Fall>,
}

impl Line {
    fn note(&mut self, family: Family) {
        self.falls.push(Fall { family, depth: self.depth });
    }

    /// The object itself sounds first: a load of it.
    fn begin(&mut self) {
        self.depth = TOP;
        self.note(Family::Load);
    }

    fn search(&mut self, search: &Search) {
        for _ in &search.missed {
            self.depth = self.depth.saturating_sub(1);
            self.note(Family::Except);
        }
        if search.found.is_some() {
            self.depth = self.depth.saturating_sub(1);
            self.note(Family::Attr);
        }
    }

    /// The instance's own dict stands beside the object, at the top.
    fn dict(&mut self, dict: DictState) {
        let family = match dict {
            DictState::Has => Family::Attr,
            DictState::Missing => Family::Except,
            DictState::Unasked | DictState::None | DictState::Hidden => return,
        };
        let depth = std::mem::replace(&mut self.depth, TOP);
        self.note(family);
        self.depth = depth;
    }

    fn load(&mut self, load: &Load) {
        self.begin();
        load.searches.iter().for_each(|search| self.search(search));
        self.dict(load.dict);
        match load.rule {
            Outcome::Missing => self.note(Family::Except),
            Outcome::Own | Outcome::Fallback | Outcome::ModuleFallback => self.note(Family::Call),
            _ => {}
        }
        if load.result.is_some() && load.rule != Outcome::InstanceDict {
            self.note(Family::Attr);
        }
    }

    fn store(&mut self, store: &Store) {
        self.begin();
        store.search.iter().for_each(|search| self.search(search));
        match store.rule {
            Outcome::Missing | Outcome::Immutable => self.note(Family::Except),
            Outcome::Own => self.note(Family::Call),
            _ => self.note(Family::Store),
        }
    }
}
