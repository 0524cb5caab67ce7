//! Runs of the cyclic collector: how many of each generation, where they came, and the first of them one by one.

use std::collections::BTreeMap;

use super::Ran;
use crate::trace::CodeId;

/// Runs that are kept one by one, the first; all are counted. Nobody reads more, and each takes 32 bytes.
const MOST: usize = 4096;

/// One run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collection {
    pub generation: u8,
    /// Objects that nothing could reach.
    pub collected: u32,
    /// The instruction during which it came; `None` before a thread's first.
    pub at: Option<Ran>,
}

/// How many there were of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    pub runs: u64,
    pub collected: u64,
}

impl Count {
    fn add(&mut self, collected: u32) {
        self.runs += 1;
        self.collected += u64::from(collected);
    }
}

/// All runs.
#[derive(Debug, Clone, Default)]
pub struct Collections {
    by_generation: BTreeMap<u8, Count>,
    by_place: BTreeMap<(Option<(CodeId, u32)>, u8), Count>,
    first: Vec<Collection>,
}

impl Collections {
    pub(super) fn ended(&mut self, collection: Collection) {
        let Collection { generation, collected, at } = collection;
        self.by_generation.entry(generation).or_default().add(collected);
        self.by_place.entry((at.map(|at| (at.code, at.offset)), generation)).or_default().add(collected);
        if self.first.len() < MOST {
            self.first.push(collection);
        }
    }

    pub fn all(&self) -> Count {
        self.by_generation
            .values()
            .fold(Count::default(), |all, count| Count { runs: all.runs + count.runs, collected: all.collected + count.collected })
    }

    /// The youngest generation first.
    pub fn by_generation(&self) -> impl Iterator<Item = (u8, Count)> {
        self.by_generation.iter().map(|(generation, count)| (*generation, *count))
    }

    /// By the instruction during which they came, and the generation.
    pub fn by_place(&self) -> impl Iterator<Item = (Option<(CodeId, u32)>, u8, Count)> {
        self.by_place.iter().map(|((place, generation), count)| (*place, *generation, *count))
    }

    /// The first of them, in the order in which they came.
    pub fn first(&self) -> &[Collection] {
        &self.first
    }
}
