//! The recorded run and the second one put together: the same ticks are counted in both, and what specialised at
//! a tick of the second is told at that tick of the first. As a program runs the same way twice (its hash seed
//! and its addresses are fixed), the merge is exact if in the end every code object has as many ticks in both,
//! and that is said.

use std::sync::Arc;

use super::warm::{Change, Warmth, is_tick_of_jump};
use crate::trace::{Code, CodeId, Limit, Listener, Mark, MarkKind, NameId, Outcome, Step};

/// A code object of the recorded run.
struct Tracked {
    id: CodeId,
    /// The same one of the second run.
    twin: Option<CodeId>,
    /// By code unit: whether a step there is a tick.
    jumps: Vec<bool>,
    ticks: u64,
    /// Ticks that it has in the second run; `None` if nobody counted.
    wanted: Option<u64>,
    /// By tick, those without one last.
    changes: Vec<Change>,
    told: usize,
}

/// What is known of a merge; a listener is told through [`over`](Self::over).
pub struct Merging {
    warmth: Warmth,
    codes: Vec<Tracked>,
    /// The numbers under which the names of the recorded run are told on, and those of the forms.
    names: Vec<NameId>,
    forms: Vec<(Arc<str>, NameId)>,
    next_name: u32,
}

/// Tells a recorded run on, with what specialised in it.
pub struct Warmed<'a, L: Listener> {
    merging: &'a mut Merging,
    listener: &'a mut L,
}

/// How many ticks agree, of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Agreement {
    pub agree: u64,
    pub ticks: u64,
}

impl Merging {
    pub fn new(warmth: Warmth) -> Self {
        Self { warmth, codes: Vec::new(), names: Vec::new(), forms: Vec::new(), next_name: 0 }
    }

    pub fn warmth(&self) -> &Warmth {
        &self.warmth
    }

    /// What tells `listener`. The names of one recorded run must all go through the same merge.
    pub fn over<'a, L: Listener>(&'a mut self, listener: &'a mut L) -> Warmed<'a, L> {
        Warmed { merging: self, listener }
    }

    /// Tells what nobody knows the moment of, and what came after the last tick in a frame that was never left.
    /// Of a run that was stopped, only the first.
    pub fn finish(&mut self, outcome: &Outcome, listener: &mut impl Listener) {
        for index in 0..self.codes.len() {
            let has_moments = self.codes[index].wanted.is_some();
            if !(has_moments && is_cut(outcome)) {
                self.tell_until(index, u64::MAX, 0, listener);
            }
        }
    }

    /// Ticks of the two runs against each other. If the recorded run was stopped, only its own count.
    pub fn agreement(&self, outcome: &Outcome) -> Option<Agreement> {
        let mut total = Agreement::default();
        let mut heard = 0;
        for code in &self.codes {
            let wanted = code.wanted.unwrap_or(0);
            heard += wanted;
            total.agree += wanted.min(code.ticks);
            total.ticks += if is_cut(outcome) { code.ticks } else { code.ticks.max(wanted) };
        }
        // Code that ran in the second run alone.
        let all = self.warmth.all_ticks()?;
        total.ticks += if is_cut(outcome) { 0 } else { all.saturating_sub(heard) };
        Some(total)
    }

    /// What the listener must know of the second run, in a line.
    pub fn remark(&self, outcome: &Outcome) -> String {
        let who = &self.warmth.dialect.interpreter;
        let stopped = match &self.warmth.outcome {
            Outcome::CutShort { limit: Limit::Time(time) } => format!("; it was stopped after {} s", time.as_secs_f64()),
            _ => String::new(),
        };
        let left_out = if self.warmth.is_whole { "" } else { "; some changes of form were too many to tell" };
        match self.agreement(outcome) {
            None if self.warmth.dialect.version == super::cpython::SPECIALISES => {
                format!(
                    "second run by {who}: forms as they were in its end, as it does not tell when they came (3.12 and later do){stopped}"
                )
            }
            None => format!("second run by {who}: it ended without its last words, so nobody knows whether it went the same way{stopped}"),
            Some(Agreement { agree, ticks }) => {
                let doubt = if agree == ticks { "" } else { ": where they differ, forms may be told at the wrong moment" };
                format!("second run by {who}: {} of {} ticks agree{doubt}{stopped}{left_out}", grouped(agree), grouped(ticks))
            }
        }
    }

    fn tell_until(&mut self, index: usize, tick: u64, thread: u16, listener: &mut impl Listener) {
        let code = self.codes[index].id;
        while let Some(Change { offset, form, tick: due }) = self.codes[index].changes.get(self.codes[index].told).cloned() {
            if due.unwrap_or(u64::MAX) > tick {
                return;
            }
            self.codes[index].told += 1;
            let form = form.map(|form| self.form(form, listener));
            listener.mark(Mark { thread, kind: MarkKind::Specialised { code, offset, form } });
        }
    }

    fn form(&mut self, form: Arc<str>, listener: &mut impl Listener) -> NameId {
        if let Some((_, id)) = self.forms.iter().find(|(known, _)| *known == form) {
            return *id;
        }
        let id = self.name(Arc::clone(&form), listener);
        self.forms.push((form, id));
        id
    }

    fn name(&mut self, name: Arc<str>, listener: &mut impl Listener) -> NameId {
        let id = NameId(self.next_name);
        self.next_name += 1;
        listener.name(id, name);
        id
    }

    #[inline]
    fn tick(&mut self, code: CodeId, thread: u16, listener: &mut impl Listener) {
        let index = code.index();
        let tracked = &mut self.codes[index];
        tracked.ticks += 1;
        if tracked.told < tracked.changes.len() {
            let tick = tracked.ticks;
            self.tell_until(index, tick, thread, listener);
        }
    }

    /// A frame of `code` is left: if it had its last tick, what was seen after that has come by now.
    fn left(&mut self, code: CodeId, thread: u16, listener: &mut impl Listener) {
        let tracked = &self.codes[code.index()];
        if tracked.told < tracked.changes.len() && tracked.wanted == Some(tracked.ticks) {
            self.tell_until(code.index(), u64::MAX, thread, listener);
        }
    }
}

fn is_cut(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::CutShort { .. })
}

/// `1,234`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl<L: Listener> Listener for Warmed<'_, L> {
    fn code(&mut self, code: Arc<Code>) {
        let warmth = &self.merging.warmth;
        let twin = warmth.number(&code).filter(|twin| !self.merging.codes.iter().any(|other| other.twin == Some(*twin)));
        let mut jumps = Vec::new();
        for instruction in code.instructions().iter().filter(|instruction| is_tick_of_jump(&instruction.opcode)) {
            let unit = instruction.offset as usize / 2;
            jumps.resize(unit + 1, false);
            jumps[unit] = true;
        }
        let mut changes = twin.map(|twin| warmth.changes(twin).to_vec()).unwrap_or_default();
        changes.sort_by_key(|change| change.tick.unwrap_or(u64::MAX));
        let wanted = twin.and_then(|twin| warmth.ticks(twin));
        self.merging.codes.push(Tracked { id: code.id, twin, jumps, ticks: 0, wanted, changes, told: 0 });
        self.listener.code(code);
    }

    fn name(&mut self, _: NameId, name: Arc<str>) {
        let id = self.merging.name(name, self.listener);
        self.merging.names.push(id);
    }

    #[inline]
    fn step(&mut self, step: Step) {
        let jumps = &self.merging.codes[step.code.index()].jumps;
        if jumps.get(step.offset as usize / 2) == Some(&true) {
            self.merging.tick(step.code, step.thread, self.listener);
        }
        self.listener.step(step);
    }

    fn mark(&mut self, mut mark: Mark) {
        match &mut mark.kind {
            MarkKind::Called(code) => self.merging.tick(*code, mark.thread, self.listener),
            MarkKind::Returned(code) | MarkKind::Yielded(code) | MarkKind::Unwound(code) => {
                self.merging.left(*code, mark.thread, self.listener);
            }
            MarkKind::CalledC(name) | MarkKind::TaskEntered(name) => *name = self.merging.names[name.index()],
            _ => {}
        }
        self.listener.mark(mark);
    }

    fn is_deaf(&self) -> bool {
        self.listener.is_deaf()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Header, Instruction, Origin, Span, Trace};

    fn code() -> Arc<Code> {
        let instruction = |(offset, opcode): (u32, &str)| Instruction {
            offset,
            opcode: opcode.into(),
            family: crate::trace::Family::Rest,
            argument: None,
            meaning: "".into(),
            span: Span::default(),
            depth_before: None,
            depth_after: None,
            target: None,
        };
        let header = Header {
            id: CodeId(0),
            name: "f".into(),
            qualname: "f".into(),
            file: "a.py".into(),
            first_line: 1,
            flags: 0,
            stack_size: 1,
            origin: Origin::User,
        };
        Arc::new(Code::new(header, [(0, "BINARY_OP"), (2, "JUMP_BACKWARD")].into_iter().map(instruction).collect()))
    }

    /// The loop `f` is called and turns three times, and calls `len` before each turn.
    fn recorded() -> Trace {
        let mut trace = Trace { codes: vec![code()], names: vec!["len".into(), "sum".into()], ..Trace::default() };
        let mark = |kind| Mark { thread: 0, kind };
        trace.mark(mark(MarkKind::Called(CodeId(0))));
        for turn in 0..3 {
            trace.mark(mark(MarkKind::CalledC(NameId(turn % 2))));
            for offset in [0, 2] {
                trace.step(Step { code: CodeId(0), offset, frame_depth: 0, thread: 0, blocks: 0 });
            }
        }
        trace.mark(mark(MarkKind::Returned(CodeId(0))));
        trace
    }

    fn merged(changes: Vec<Change>, ticks: Option<u64>, outcome: &Outcome) -> (Vec<String>, Merging) {
        let mut merging = Merging::new(Warmth::made_up(code(), changes, ticks));
        let mut trace = Trace::default();
        recorded().tell(&mut merging.over(&mut trace));
        merging.finish(outcome, &mut trace);
        let words = trace.entries.iter().map(|entry| match entry {
            crate::trace::Entry::Step(step) => format!("@{}", step.offset),
            crate::trace::Entry::Mark(Mark { kind: MarkKind::CalledC(name), .. }) => trace.names[name.index()].to_string(),
            crate::trace::Entry::Mark(Mark { kind: MarkKind::Specialised { form, .. }, .. }) => {
                form.map_or("general".to_owned(), |form| trace.names[form.index()].to_string())
            }
            crate::trace::Entry::Mark(mark) => format!("{:?}", mark.kind).split('(').next().unwrap_or_default().to_owned(),
        });
        (words.collect(), merging)
    }

    fn change(form: Option<&str>, tick: Option<u64>) -> Change {
        Change { offset: 0, form: form.map(Arc::from), tick }
    }

    #[test]
    fn forms_are_told_before_their_tick_and_every_name_keeps_its_meaning() {
        let changes = vec![change(Some("ADD_INT"), Some(2)), change(None, Some(3)), change(Some("ADD_INT"), None)];
        let (words, merging) = merged(changes, Some(4), &Outcome::Finished);
        let wanted = "Called len @0 ADD_INT @2 sum @0 general @2 len @0 @2 ADD_INT Returned";
        assert_eq!(words.join(" "), wanted);
        assert_eq!(merging.agreement(&Outcome::Finished), Some(Agreement { agree: 4, ticks: 4 }));
    }

    #[test]
    fn runs_that_differ_are_said_to_differ_and_a_stopped_one_is_compared_as_far_as_it_went() {
        let (words, merging) = merged(vec![change(Some("ADD_INT"), Some(9))], Some(10), &Outcome::Finished);
        assert_eq!(words.last().map(String::as_str), Some("ADD_INT"), "{words:?}");
        assert!(merging.remark(&Outcome::Finished).contains("4 of 10 ticks agree: where they differ"));
        let stopped = Outcome::CutShort { limit: Limit::Steps(6) };
        let (words, merging) = merged(vec![change(Some("ADD_INT"), Some(9))], Some(10), &stopped);
        assert!(!words.contains(&"ADD_INT".to_owned()), "{words:?}");
        assert_eq!(merging.agreement(&stopped), Some(Agreement { agree: 4, ticks: 4 }));
    }

    #[test]
    fn where_nobody_counts_the_forms_come_at_the_end() {
        let (words, merging) = merged(vec![change(Some("ADD_INT"), None)], None, &Outcome::Finished);
        assert_eq!(words[words.len() - 2..], ["Returned", "ADD_INT"]);
        assert_eq!(merging.agreement(&Outcome::Finished), None);
    }
}
