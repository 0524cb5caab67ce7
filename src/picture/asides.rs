//! What goes on beside the instructions, in words: functions in C that they call, the asyncio task they belong to,
//! and who gave the GIL away and why. Told by recorders in full only; where nothing is told there are no words.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use crate::trace::{Code, Handover, Listener, Mark, MarkKind, NameId, Step};

/// Calls of functions in C that are kept, the newest: 8 MiB of them.
const MOST_CALLS: usize = 1 << 19;
/// Tasks entered or left, and hand-overs, that are kept: far fewer happen in a second.
const MOST_TURNS: usize = 1 << 16;
/// Calls looked at for one note: a stretch may have a million, and a picture has 16 ms.
const MOST_LOOKED_AT: usize = 4096;
/// Functions named for one note: more would be read by nobody while it sounds.
const MOST_NAMED: usize = 3;

#[derive(Debug, Clone, Copy)]
struct Call {
    /// The step that calls.
    by: u64,
    name: NameId,
}

#[derive(Debug, Clone, Copy)]
struct Turn {
    /// The step that follows.
    at: u64,
    thread: u16,
    /// The task that goes on; `None` where it lets others run.
    task: Option<NameId>,
}

#[derive(Debug, Clone, Copy)]
struct Given {
    /// The step that follows.
    at: u64,
    from: u16,
    to: u16,
    cause: Handover,
}

#[derive(Debug, Clone, Copy, Default)]
struct Thread {
    /// Its newest step.
    last: u64,
    /// Frames that are open.
    frames: u32,
    /// Height of the frame that the running task was entered above.
    task_above: Option<u32>,
}

/// Keeps what is told beside the instructions, by the numbers of the steps: a [`Listener`].
#[derive(Debug, Clone)]
pub struct Asides {
    names: Vec<Arc<str>>,
    calls: VecDeque<Call>,
    turns: VecDeque<Turn>,
    given: VecDeque<Given>,
    threads: Vec<Thread>,
    /// Steps told.
    end: u64,
    /// The thread that has the GIL.
    holder: u16,
    is_in_order: bool,
}

impl Default for Asides {
    fn default() -> Self {
        Self {
            names: Vec::new(),
            calls: VecDeque::new(),
            turns: VecDeque::new(),
            given: VecDeque::new(),
            threads: Vec::new(),
            end: 0,
            holder: 0,
            is_in_order: true,
        }
    }
}

impl Asides {
    /// Names in the order of their ids.
    pub fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// Whether the numbers of the steps are those of the music: not if threads took over from each other without
    /// a word, so that their order there is inferred.
    pub fn is_in_order(&self) -> bool {
        self.is_in_order
    }

    fn name(&self, id: NameId) -> &str {
        self.names.get(id.index()).map_or("?", |name| name)
    }

    /// The function in C that a step calls.
    pub fn called_by(&self, step: u64) -> Option<&str> {
        self.called(step..step + 1).first().map(|(name, _)| *name)
    }

    /// Functions in C that these steps call, those first that are called most, and how often. Of very many calls
    /// the first thousands are counted.
    pub fn called(&self, steps: Range<u64>) -> Vec<(&str, u32)> {
        let mut counts: Vec<(NameId, u32)> = Vec::new();
        let first = self.calls.partition_point(|call| call.by < steps.start);
        for call in self.calls.iter().skip(first).take_while(|call| call.by < steps.end).take(MOST_LOOKED_AT) {
            match counts.iter_mut().find(|(name, _)| *name == call.name) {
                Some((_, count)) => *count += 1,
                None => counts.push((call.name, 1)),
            }
        }
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts.into_iter().map(|(name, count)| (self.name(name), count)).collect()
    }

    /// The asyncio task that a step of this thread belongs to.
    pub fn task(&self, step: u64, thread: u16) -> Option<&str> {
        let until = self.turns.partition_point(|turn| turn.at <= step);
        let turn = self.turns.iter().take(until).rev().find(|turn| turn.thread == thread)?;
        turn.task.map(|task| self.name(task))
    }

    /// The last hand-over before or within these steps, in words.
    fn given(&self, from: u64, steps: Range<u64>) -> Option<String> {
        let until = self.given.partition_point(|given| given.at < steps.end);
        let given = until.checked_sub(1).and_then(|last| self.given.get(last)).filter(|given| given.at >= from)?;
        let Given { from, to, cause, .. } = *given;
        Some(match cause {
            Handover::Interval => format!("GIL: {from} -> {to} after its interval"),
            Handover::Call => format!("GIL: {from} -> {to} in a call"),
            Handover::End => format!("GIL: {from} -> {to}, thread {from} ended"),
        })
    }

    /// How the thread that runs at a step came to the GIL, however long ago.
    pub fn took_over(&self, step: u64) -> Option<String> {
        self.given(0, step..step + 1)
    }

    /// What goes on beside these steps of a thread, the most telling first: `C: list.append, len`, `task Task-2`,
    /// `GIL: 0 -> 1 after its interval`.
    pub fn words(&self, steps: Range<u64>, thread: u16) -> Vec<String> {
        let called = self.called(steps.clone());
        let named: Vec<&str> = called.iter().take(MOST_NAMED).map(|(name, _)| *name).collect();
        let more = called.len().saturating_sub(named.len());
        let calls = (!named.is_empty()).then(|| match more {
            0 => format!("C: {}", named.join(", ")),
            more => format!("C: {} and {more} more", named.join(", ")),
        });
        let task = self.task(steps.end.saturating_sub(1), thread).map(|task| format!("task {task}"));
        let given = self.given(steps.start, steps);
        [calls, task, given].into_iter().flatten().collect()
    }

    fn thread(&mut self, number: u16) -> &mut Thread {
        let number = usize::from(number);
        if self.threads.len() <= number {
            self.threads.resize(number + 1, Thread::default());
        }
        &mut self.threads[number]
    }

    fn turn(&mut self, thread: u16, task: Option<NameId>) {
        push(&mut self.turns, MOST_TURNS, Turn { at: self.end, thread, task });
    }
}

fn push<T>(queue: &mut VecDeque<T>, most: usize, next: T) {
    if queue.len() == most {
        queue.pop_front();
    }
    queue.push_back(next);
}

impl Listener for Asides {
    fn code(&mut self, _: Arc<Code>) {}

    fn name(&mut self, _: NameId, name: Arc<str>) {
        self.names.push(name);
    }

    #[inline]
    fn step(&mut self, step: Step) {
        self.is_in_order &= step.thread == self.holder || self.end == 0;
        self.holder = step.thread;
        self.thread(step.thread).last = self.end;
        self.end += 1;
    }

    fn mark(&mut self, mark: Mark) {
        let number = mark.thread;
        let thread = self.thread(number);
        match mark.kind {
            MarkKind::Called(_) | MarkKind::Resumed(_) => thread.frames += 1,
            MarkKind::Returned(_) | MarkKind::Yielded(_) | MarkKind::Unwound(_) => {
                thread.frames = thread.frames.saturating_sub(1);
                if thread.task_above.is_some_and(|above| thread.frames <= above) {
                    thread.task_above = None;
                    self.turn(number, None);
                }
            }
            MarkKind::CalledC(name) => {
                let by = thread.last;
                // Another thread may have come in between the instruction and its word.
                let place = self.calls.partition_point(|call| call.by <= by);
                if place == self.calls.len() {
                    push(&mut self.calls, MOST_CALLS, Call { by, name });
                } else if self.calls.len() < MOST_CALLS {
                    self.calls.insert(place, Call { by, name });
                }
            }
            MarkKind::TaskEntered(name) => {
                thread.task_above = Some(thread.frames);
                self.turn(number, Some(name));
            }
            MarkKind::HandedOver { cause } => {
                let from = std::mem::replace(&mut self.holder, number);
                push(&mut self.given, MOST_TURNS, Given { at: self.end, from, to: number, cause });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::CodeId;

    fn told(entries: &[Entry]) -> Asides {
        let mut asides = Asides::default();
        for name in ["len", "list.append", "Task-2"] {
            Listener::name(&mut asides, NameId(0), name.into());
        }
        for entry in entries {
            match entry {
                Entry::Step(thread) => asides.step(Step { code: CodeId(0), offset: 0, frame_depth: 0, thread: *thread, blocks: 0 }),
                Entry::Mark(thread, kind) => asides.mark(Mark { thread: *thread, kind: kind.clone() }),
            }
        }
        asides
    }

    enum Entry {
        Step(u16),
        Mark(u16, MarkKind),
    }
    use Entry::{Mark as M, Step as S};

    #[test]
    fn a_function_in_c_belongs_to_the_step_that_calls_it_even_if_another_thread_came_in_between() {
        let (len, append) = (NameId(0), NameId(1));
        let over = |to, cause| M(to, MarkKind::HandedOver { cause });
        let asides = told(&[
            S(0),
            M(0, MarkKind::CalledC(len)),
            S(0),
            over(1, Handover::Call),
            S(1),
            M(1, MarkKind::CalledC(append)),
            over(0, Handover::Interval),
            M(0, MarkKind::CalledC(len)),
            S(0),
        ]);
        assert_eq!([0, 1, 2, 3].map(|step| asides.called_by(step)), [Some("len"), Some("len"), Some("list.append"), None]);
        assert_eq!(asides.called(0..4), [("len", 2), ("list.append", 1)]);
        assert!(asides.is_in_order());
        assert_eq!(asides.words(2..3, 1), ["C: list.append", "GIL: 0 -> 1 in a call"]);
        assert_eq!(asides.words(3..4, 0), ["GIL: 1 -> 0 after its interval"]);
        assert_eq!(asides.words(1..2, 0), ["C: len"]);
        assert_eq!(asides.took_over(3).as_deref(), Some("GIL: 1 -> 0 after its interval"));
    }

    #[test]
    fn a_task_runs_until_its_frame_is_left() {
        let code = CodeId(0);
        let asides = told(&[
            M(0, MarkKind::Called(code)),
            S(0),
            M(0, MarkKind::TaskEntered(NameId(2))),
            M(0, MarkKind::Resumed(code)),
            S(0),
            M(0, MarkKind::Called(code)),
            S(0),
            M(0, MarkKind::Returned(code)),
            S(0),
            M(0, MarkKind::Yielded(code)),
            S(0),
        ]);
        let tasks = [0, 1, 2, 3, 4].map(|step| asides.task(step, 0));
        assert_eq!(tasks, [None, Some("Task-2"), Some("Task-2"), Some("Task-2"), None]);
        assert_eq!(asides.words(1..3, 0), ["task Task-2"]);
    }

    #[test]
    fn threads_that_take_over_without_a_word_have_no_order() {
        assert!(!told(&[S(0), S(1)]).is_in_order());
    }
}
