//! Threads put together in their order: as it was measured, or else as it follows from what each of them did.
//!
//! When one thread takes over from another is up to the system's scheduler, and with most recorders an
//! artefact of the recording. Where the recorder tells of hand-overs they are the program's own, and all is
//! folded in the order in which it is told. Otherwise each thread is folded on its own, and time is counted in
//! instructions: a thread begins where its starter was when it started it, and all go on at the same pace. Where
//! a thread calls `join()` without arguments it waits for the next of the threads it started. That order is
//! inferred, and the outline says so. Collections, changes of memory and specialised forms are left out from
//! the first start on: which thread they fall into is chance.

use std::sync::Arc;

use super::list::List;
use super::{Folder, Gesture, Outline, Zoom};
use crate::trace::{Code, Listener, Mark, MarkKind, Outcome, Step};

/// Gestures of a thread other than the first, at most: there may be 256 of them.
const MOST_OF_OTHERS: usize = 512;

/// Something that ties a thread's time to another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tie {
    Started(usize),
    /// It waited for the next of those it had started.
    Joined,
}

#[derive(Default)]
struct Thread {
    folder: Option<Folder>,
    /// Each with the thread's own steps until then.
    ties: Vec<(u64, Tie)>,
}

/// The listener which folds threads together.
pub struct Threads {
    zoom: Zoom,
    most: Option<usize>,
    codes: Vec<Arc<Code>>,
    /// All of them in the order told, until it shows that this order is chance.
    told: Option<Folder>,
    /// The same apart; none as long as there is one thread, or once the order is measured.
    threads: Vec<Thread>,
    /// Offsets of the calls of `join()` in each code object.
    joins: Vec<Vec<u32>>,
    is_measured: bool,
    /// Those that ran in the order measured.
    heard: Vec<u16>,
}

impl Threads {
    /// `most` bounds the number of gestures; `None` keeps every one.
    pub fn new(zoom: Zoom, most: Option<usize>) -> Self {
        let told = Some(Folder::new(zoom, most));
        Self { zoom, most, codes: Vec::new(), told, threads: Vec::new(), joins: Vec::new(), is_measured: false, heard: Vec::new() }
    }

    pub fn codes(&self) -> &[Arc<Code>] {
        &self.codes
    }

    /// Ends the folding.
    pub fn finish(mut self, outcome: Outcome) -> Outline {
        if let Some(told) = self.told.take_if(|_| self.threads.is_empty()) {
            let threads = self.heard.len().max(1);
            return Outline { threads, is_measured: threads > 1, ..told.finish(outcome) };
        }
        let heard = self.threads.iter().filter(|thread| thread.folder.as_ref().is_some_and(|folder| folder.steps() > 0)).count();
        if heard <= 1 {
            let folder = self.threads.into_iter().filter_map(|thread| thread.folder).max_by_key(Folder::steps);
            return folder.unwrap_or_else(|| Folder::new(self.zoom, self.most)).finish(outcome);
        }
        let ties: Vec<Vec<(u64, Tie)>> = self.threads.iter_mut().map(|thread| std::mem::take(&mut thread.ties)).collect();
        let first_start = ties[0].iter().find(|(_, tie)| matches!(tie, Tie::Started(_))).map_or(0, |(steps, _)| *steps);
        let outlines: Vec<Outline> = self
            .threads
            .into_iter()
            .map(|thread| thread.folder.unwrap_or_else(|| Folder::new(self.zoom, None)).apart().finish(Outcome::Finished))
            .collect();
        let lengths: Vec<u64> = outlines.iter().map(|outline| outline.steps).collect();
        let clocks = clocks(&ties, &lengths);

        let mut placed: Vec<(u64, usize, Gesture)> = Vec::new();
        for (number, outline) in outlines.iter().enumerate() {
            placed.extend(outline.gestures.iter().map(|gesture| (clocks[number].at(gesture.since), number, *gesture)));
        }
        placed.sort_by_key(|(at, number, gesture)| (*at, *number, gesture.since));

        let mut list = List::new(self.most);
        let (mut steps, mut before) = (0, None);
        for (at, number, mut gesture) in placed {
            gesture.since = steps;
            steps += gesture.steps;
            gesture.switches = u32::from(before.is_some_and(|before| before != number));
            before = Some(number);
            if at >= first_start {
                (gesture.collections, gesture.generation) = (0, 0);
                (gesture.warm, gesture.falls) = (0, 0);
            }
            list.push(&gesture);
        }
        let zoom = outlines.first().map_or(self.zoom, |outline| outline.zoom);
        Outline { gestures: list.take(), steps, zoom, threads: heard, is_measured: false, tells_memory: false, outcome }
    }

    /// From here on there is more than one thread.
    fn part(&mut self) {
        if self.threads.is_empty() && !self.is_measured {
            self.threads.push(Thread { folder: self.told.clone(), ties: Vec::new() });
        }
    }

    /// Another thread than the first does something, and nobody told that it was given the GIL.
    #[inline]
    fn leave_to_chance(&mut self, thread: u16) {
        if thread != 0 && !self.is_measured && self.told.is_some() {
            self.part();
            self.told = None;
        }
    }

    fn thread(&mut self, number: u16) -> &mut Thread {
        let number = usize::from(number);
        if self.threads.len() <= number {
            self.threads.resize_with(number + 1, Thread::default);
        }
        &mut self.threads[number]
    }

    fn folder(&mut self, number: u16) -> &mut Folder {
        if self.threads.get(usize::from(number)).is_none_or(|thread| thread.folder.is_none()) {
            let mut folder = Folder::new(self.zoom, self.most.map(|most| most.min(MOST_OF_OTHERS)));
            for code in &self.codes {
                folder.code(Arc::clone(code));
            }
            self.thread(number).folder = Some(folder);
        }
        self.threads[usize::from(number)].folder.get_or_insert_with(|| Folder::new(self.zoom, self.most))
    }
}

impl Listener for Threads {
    fn code(&mut self, code: Arc<Code>) {
        self.joins.push(joins(&code));
        for folder in self.told.iter_mut().chain(self.threads.iter_mut().filter_map(|thread| thread.folder.as_mut())) {
            folder.code(Arc::clone(&code));
        }
        self.codes.push(code);
    }

    #[inline]
    fn step(&mut self, step: Step) {
        self.leave_to_chance(step.thread);
        if let Some(told) = &mut self.told {
            told.step(step);
        }
        if self.threads.is_empty() {
            if self.is_measured && !self.heard.contains(&step.thread) {
                self.heard.push(step.thread);
            }
            return;
        }
        self.folder(step.thread).step(Step { blocks: 0, ..step });
        if self.joins[step.code.index()].contains(&step.offset) {
            let steps = self.folder(step.thread).steps();
            self.thread(step.thread).ties.push((steps, Tie::Joined));
        }
    }

    fn mark(&mut self, mark: Mark) {
        match (&mark.kind, &self.told) {
            (MarkKind::HandedOver { .. }, Some(told)) if !self.is_measured => {
                // Only the first can have run until here.
                self.heard.extend((told.steps() > 0).then_some(0));
                self.is_measured = true;
                self.threads.clear();
            }
            (MarkKind::ThreadStarted { .. }, _) => self.part(),
            _ => {}
        }
        self.leave_to_chance(mark.thread);
        if !self.threads.is_empty() {
            match mark.kind {
                MarkKind::ThreadStarted { thread } => {
                    let steps = self.folder(mark.thread).steps();
                    self.thread(mark.thread).ties.push((steps, Tie::Started(usize::from(thread))));
                    self.folder(thread);
                }
                MarkKind::BlocksChanged { .. } | MarkKind::HandedOver { .. } => {}
                _ => self.folder(mark.thread).mark(mark.clone()),
            }
        }
        if let Some(told) = &mut self.told {
            told.mark(mark);
        }
    }
}

/// Where `join()` is called without arguments: a thread's takes none, a string's takes one.
fn joins(code: &Code) -> Vec<u32> {
    let is_join = |meaning: &str| meaning.split([' ', '|']).any(|word| word == "join");
    let mut found = Vec::new();
    let mut is_named = false;
    for instruction in code.instructions() {
        match &*instruction.opcode {
            "LOAD_ATTR" | "LOAD_METHOD" => is_named = is_join(&instruction.meaning),
            "PUSH_NULL" | "PRECALL" | "CACHE" => {}
            opcode => {
                if is_named && opcode.starts_with("CALL") && instruction.argument == Some(0) {
                    found.push(instruction.offset);
                }
                is_named = false;
            }
        }
    }
    found
}

/// A thread's own steps turned into common time.
#[derive(Debug, Clone, Default)]
struct Clock {
    /// From so many own steps on, add so much.
    shifts: Vec<(u64, u64)>,
}

impl Clock {
    fn at(&self, own: u64) -> u64 {
        let shift = self.shifts.iter().rev().find(|(from, _)| *from <= own).map_or(0, |(_, shift)| *shift);
        own + shift
    }
}

/// Works out every thread's clock, the starter's before the started one's. Threads that nobody was
/// seen to start begin with the program.
fn clocks(ties: &[Vec<(u64, Tie)>], lengths: &[u64]) -> Vec<Clock> {
    let mut clocks = vec![Clock::default(); ties.len()];
    let mut is_known = vec![false; ties.len()];
    for number in 0..ties.len() {
        if !is_known[number] && !ties.iter().flatten().any(|(_, tie)| *tie == Tie::Started(number)) {
            follow(number, 0, ties, lengths, &mut clocks, &mut is_known);
        }
    }
    clocks
}

/// Follows a thread that begins at common time `begins` to its end, and those that it starts; gives the
/// time of the end.
fn follow(number: usize, begins: u64, ties: &[Vec<(u64, Tie)>], lengths: &[u64], clocks: &mut [Clock], is_known: &mut [bool]) -> u64 {
    is_known[number] = true;
    clocks[number].shifts.push((0, begins));
    let mut ends: Vec<u64> = Vec::new();
    let mut joined = 0;
    for &(own, tie) in &ties[number] {
        let now = clocks[number].at(own);
        match tie {
            Tie::Started(other) if other < ties.len() && !is_known[other] => {
                ends.push(follow(other, now, ties, lengths, clocks, is_known));
            }
            Tie::Started(_) => {}
            Tie::Joined => {
                if let Some(&end) = ends.get(joined) {
                    joined += 1;
                    if end > now {
                        clocks[number].shifts.push((own, end - own));
                    }
                }
            }
        }
    }
    clocks[number].at(lengths[number])
}
