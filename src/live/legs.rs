//! The way of the music: which stretches of which pieces follow each other without a gap, told ahead and
//! looked up when they are heard. Knows neither rings nor clocks.

use std::collections::VecDeque;

use super::pace::in_tempo;
use super::piece::PieceId;
use super::shared::Snapshot;
use crate::music::Tempo;

/// A stretch of one piece without a jump.
#[derive(Debug, Clone, Copy)]
pub struct Leg {
    pub number: u32,
    /// The number it had first; when what is to come is told again, it gets another.
    pub root: u32,
    pub piece: PieceId,
    /// Frame of the piece where it begins, counted at `tempo`.
    pub begins: u64,
    pub tempo: Tempo,
    /// What is heard up to there; nothing where a command cut it off.
    pub before: Option<Before>,
}

#[derive(Debug, Clone, Copy)]
pub struct Before {
    pub leg: u32,
    /// Frame where that leg ends, counted at `tempo`.
    pub ends: u64,
    pub tempo: Tempo,
}

/// A place in a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The number which that had first.
    pub root: u32,
    pub piece: PieceId,
    pub frame: u64,
    pub tempo: Tempo,
}

/// Legs remembered behind the stream: loops of a sixteenth at the fastest tempo, for a second and a half.
const REMEMBERED: usize = 40;

pub struct Legs {
    /// By number.
    legs: VecDeque<Leg>,
    opened: u32,
}

impl Legs {
    pub fn new() -> Self {
        Self { legs: VecDeque::new(), opened: 0 }
    }

    /// The number which the next leg will have. The first has 1.
    pub fn next_number(&self) -> u32 {
        self.opened + 1
    }

    pub fn open(&mut self, piece: PieceId, begins: u64, tempo: Tempo, before: Option<Before>) {
        self.opened += 1;
        self.legs.push_back(Leg { number: self.opened, root: self.opened, piece, begins, tempo, before });
    }

    pub fn get(&self, number: u32) -> Option<&Leg> {
        self.legs.binary_search_by_key(&number, |leg| leg.number).ok().map(|at| &self.legs[at])
    }

    /// The leg which the stream is in. It is never 256 numbers behind.
    pub fn of(&self, now: Snapshot) -> Option<&Leg> {
        self.get(self.number_of(now)?)
    }

    fn number_of(&self, now: Snapshot) -> Option<u32> {
        self.opened.checked_sub(u32::from((self.opened as u8).wrapping_sub(now.leg)))
    }

    /// Legs opened after the one which the stream is in.
    pub fn ahead_of(&self, now: Snapshot) -> u32 {
        u32::from((self.opened as u8).wrapping_sub(now.leg))
    }

    /// Gives a leg, which goes on, another number, and counts it in another tempo. So the last number is never
    /// far ahead of where the stream is, however often it is told again what is to come.
    pub fn renew(&mut self, leg: Leg, tempo: Tempo) {
        self.opened += 1;
        self.legs.push_back(Leg { number: self.opened, begins: in_tempo(leg.begins, leg.tempo, tempo), tempo, ..leg });
    }

    /// Where the music was `back` frames ago, or as far back as it went without being cut off.
    pub fn back(&self, now: Snapshot, back: u64) -> Option<Place> {
        let mut leg = self.of(now)?;
        let (mut frame, mut tempo, mut back) = (now.frame, now.tempo, back);
        loop {
            let begins = in_tempo(leg.begins, leg.tempo, tempo).min(frame);
            let before = leg.before.and_then(|before| Some((before, self.get(before.leg)?)));
            match before {
                Some((before, last)) if frame - begins < back => {
                    back -= frame - begins;
                    (leg, frame, tempo) = (last, before.ends, before.tempo);
                }
                _ => return Some(Place { root: leg.root, piece: leg.piece, frame: frame.saturating_sub(back).max(begins), tempo }),
            }
        }
    }

    /// Frames that the music has to go from frame `frame` of the leg `from` to where `leg` begins; less than
    /// none if it is past that.
    pub fn way(&self, from: u32, frame: u64, leg: u32) -> Option<i64> {
        let mut leg = self.get(leg)?;
        let mut way = 0;
        while leg.number != from {
            let before = leg.before?;
            leg = self.get(before.leg)?;
            way += before.ends as i64 - leg.begins as i64;
        }
        Some(way + leg.begins as i64 - frame as i64)
    }

    /// Forgets what is no longer heard when the stream is there, and what never came to be heard.
    pub fn forget(&mut self, now: Snapshot) {
        if self.legs.len() <= REMEMBERED * 2 {
            return;
        }
        let Some(&here) = self.of(now) else { return };
        let mut kept = Vec::new();
        let mut next = here.before;
        while let (Some(before), true) = (next, kept.len() < REMEMBERED) {
            kept.push(before.leg);
            next = self.get(before.leg).and_then(|leg| leg.before);
        }
        self.legs.retain(|leg| leg.number >= here.number || kept.contains(&leg.number));
    }
}
