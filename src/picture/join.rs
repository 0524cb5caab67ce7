//! Where on the tape the instructions are that a note shows.
//!
//! A note tells the number of the first step of its gesture, and which stretch of code in it is shown: that
//! of the heaviest member, which lies somewhere from there on and before the next gesture. Several notes may
//! show one gesture; they take turns in its stretch.
//!
//! Where several threads are heard as a whole piece, each was folded by itself and the numbers are those of
//! an order which was inferred: they lead nowhere on the tape. That shows as soon as the code that a note
//! names does not run where the number says. From there on a thread's notes are looked for one after another,
//! each from where the one before was found; the head then shows the right code in the right thread, but
//! where a loop was folded perhaps an earlier turn of it.

use std::ops::Range;

use super::Tape;
use crate::score::Cause;
use crate::trace::Step;

/// Longest stretch shown for one note that is more than a line visit, in steps. Longer than any note's
/// pixels; shorter than what would be looked through for nothing.
const LONGEST: u64 = 1 << 16;

/// Farthest that a note is looked for, in steps, where numbers lead nowhere.
const FARTHEST: u64 = 200_000;

pub struct Join<'a> {
    tape: &'a Tape,
    causes: &'a [Cause],
}

impl<'a> Join<'a> {
    /// For the notes of some music that show instructions, in their order.
    pub fn new(tape: &'a Tape, causes: &'a [Cause]) -> Self {
        Self { tape, causes }
    }

    /// What each note shows; `before` is the last step that was shown before.
    pub fn stretches(&self, before: Option<u64>) -> Vec<Range<u64>> {
        let mut stretches: Vec<Range<u64>> = Vec::with_capacity(self.causes.len());
        let mut before = before;
        let mut are_numbers = true;
        // Where each thread was found last.
        let mut found: Vec<u64> = Vec::new();
        for group in self.causes.chunk_by(is_same) {
            let cause = group[0];
            if let (0, Some(held)) = (group.iter().map(|cause| cause.steps).sum::<u64>(), before) {
                stretches.extend(group.iter().map(|_| held..held + 1));
                continue;
            }
            let thread = usize::from(cause.thread);
            if found.len() <= thread {
                found.resize(thread + 1, cause.since);
            }
            let by_number = if are_numbers { self.find(&cause, cause.since, self.bound(&cause)) } else { None };
            let is_let_go = cause.since < self.tape.first();
            are_numbers &= by_number.is_some() || is_let_go || self.tape.threads() < 2;
            let stretch = by_number
                .or_else(|| {
                    let from = found[thread];
                    (!are_numbers).then(|| self.find(&cause, from, from + FARTHEST).or_else(|| self.find(&cause, 0, from))).flatten()
                })
                .unwrap_or(cause.since..cause.since + 1);
            found[thread] = stretch.end;
            before = Some(stretch.end - 1);
            let (length, count) = (stretch.end - stretch.start, group.len() as u64);
            stretches.extend((0..count).map(|turn| {
                let begins = stretch.start + length * turn / count;
                let ends = stretch.start + length * (turn + 1) / count;
                begins..ends.max(begins + 1)
            }));
        }
        stretches
    }

    /// Where the next gesture that is shown begins.
    fn bound(&self, cause: &Cause) -> u64 {
        let after = self.causes.partition_point(|other| other.since <= cause.since);
        self.causes.get(after).map_or(self.tape.end(), |next| next.since)
    }

    /// The stretch that is shown for a cause, looked for from step `from` on and before `until`: the first
    /// line visit with the first and the last instruction in it; otherwise from the first instruction to
    /// the next time that the same frame is at the last; otherwise what there is of the visit.
    fn find(&self, cause: &Cause, from: u64, until: u64) -> Option<Range<u64>> {
        let until = until.min(self.tape.end());
        let begins = |step: &Step| step.code == cause.code && step.offset == cause.first && step.thread == cause.thread;
        let mut first: Option<Range<u64>> = None;
        for n in from.max(self.tape.first())..until {
            if !self.tape.step(n).is_some_and(|step| begins(&step)) {
                continue;
            }
            let visit = self.visit(n, until);
            if let Some(last) = visit.clone().find(|&n| self.is_last(cause, n)) {
                return Some(n..last + 1);
            }
            first.get_or_insert(visit);
        }
        let visit = first?;
        let depth = self.tape.step(visit.start)?.frame_depth;
        let is_it = |&n: &u64| self.is_last(cause, n) && self.tape.step(n).is_some_and(|step| step.frame_depth == depth);
        let last = (visit.start..until.min(visit.start + LONGEST)).find(is_it);
        Some(last.map_or(visit.clone(), |last| visit.start..last + 1))
    }

    fn is_last(&self, cause: &Cause, n: u64) -> bool {
        self.tape.step(n).is_some_and(|step| step.code == cause.code && step.offset == cause.last && step.thread == cause.thread)
    }

    /// The rest of the line visit that goes on at a step, without what other threads do.
    fn visit(&self, n: u64, until: u64) -> Range<u64> {
        let thread = self.tape.step(n).map(|step| step.thread);
        let goes_on = |n: &u64| !self.tape.begins_visit(*n) && self.tape.step(*n).map(|step| step.thread) == thread;
        let last = (n + 1..until).take_while(goes_on).last().unwrap_or(n);
        n..last + 1
    }
}

/// Whether two notes show the same gesture.
fn is_same(one: &Cause, other: &Cause) -> bool {
    one.since == other.since && one.code == other.code && one.first == other.first && one.thread == other.thread
}
