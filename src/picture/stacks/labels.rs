//! Labels by number, so that two stacks are quickly compared; and places of which nothing is known yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Label, LabelKind};

/// What is known of one place of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Nothing yet: below a handler's exception. Whatever is found in its place where paths meet is its label.
    Open(u32),
    Is(u32),
    /// Paths disagree.
    Unknown,
}

#[derive(Default)]
pub struct Labels {
    labels: Vec<Label>,
    numbers: BTreeMap<(Arc<str>, LabelKind, Option<u32>), u32>,
    /// What was found for each open place.
    found: Vec<Option<Slot>>,
}

impl Labels {
    pub fn slot(&mut self, text: Arc<str>, kind: LabelKind, pushed_at: Option<u32>) -> Slot {
        let labels = &mut self.labels;
        let number = *self.numbers.entry((text, kind, pushed_at)).or_insert_with_key(|(text, kind, pushed_at)| {
            labels.push(Label { text: Arc::clone(text), kind: *kind, pushed_at: *pushed_at });
            labels.len() as u32 - 1
        });
        Slot::Is(number)
    }

    pub fn open(&mut self) -> Slot {
        self.found.push(None);
        Slot::Open(self.found.len() as u32 - 1)
    }

    pub fn get(&self, slot: Slot) -> Option<&Label> {
        match slot {
            Slot::Is(number) => self.labels.get(number as usize),
            Slot::Open(_) | Slot::Unknown => None,
        }
    }

    /// Two paths meet. Never less general than `known`, so that going round in circles comes to an end.
    pub fn met(&mut self, known: Slot, other: Slot) -> Slot {
        match (known, other) {
            _ if known == other => known,
            (Slot::Open(place), slot) | (slot, Slot::Open(place)) => {
                self.find(place, slot);
                slot
            }
            (Slot::Is(one), Slot::Is(two)) => {
                let (one, two) = (&self.labels[one as usize], &self.labels[two as usize]);
                if one.text == two.text && one.kind == two.kind {
                    let (text, kind) = (Arc::clone(&one.text), one.kind);
                    self.slot(text, kind, None)
                } else {
                    Slot::Unknown
                }
            }
            _ => Slot::Unknown,
        }
    }

    fn find(&mut self, place: u32, slot: Slot) {
        let found = &mut self.found[place as usize];
        *found = match *found {
            Some(Slot::Is(known)) if slot != Slot::Is(known) => Some(Slot::Unknown),
            _ => Some(slot),
        };
    }

    /// Forgets what was found, to find it once more.
    pub fn forget(&mut self) {
        self.found.fill(None);
    }

    /// What a place is shown as.
    pub fn shown(&self, slot: Slot) -> Label {
        let mut slot = slot;
        // Open places may lead to one another, in a circle even.
        for _ in 0..8 {
            match slot {
                Slot::Open(place) => slot = self.found[place as usize].unwrap_or(Slot::Unknown),
                Slot::Is(number) => return self.labels[number as usize].clone(),
                Slot::Unknown => break,
            }
        }
        Label { text: Arc::from("?"), kind: LabelKind::Unknown, pushed_at: None }
    }
}
