//! Follows labels along every path of a code object. How high the stack is anywhere is known already; what
//! an instruction takes and gives is in `effects.rs`.

use super::Label;
use super::effects::{self, Way};
use super::labels::{Labels, Slot};
use super::words::Source;
use crate::trace::{Code, Instruction};

pub struct Flow {
    labels: Labels,
    before: Vec<Option<Vec<Slot>>>,
    after: Vec<Option<Vec<Slot>>>,
}

impl Flow {
    pub fn of(code: &Code, source: Option<&Source>) -> Self {
        let instructions = code.instructions();
        let mut walk = Walk { code, source, labels: Labels::default(), before: vec![None; instructions.len()], open: Vec::new() };
        if let Some(height) = instructions.first().and_then(|first| first.depth_before) {
            // Before 3.11 a generator's frame begins with the value sent in.
            let slots = (0..height).map(|_| effects::sent(&mut walk.labels)).collect();
            walk.arrive(0, slots);
        }
        walk.run();
        while let Some(index) = walk.handler() {
            let slots = effects::caught(&mut walk.labels, &instructions[index..]);
            walk.arrive(index, slots);
            walk.run();
        }
        // Once more, now that nothing changes any longer: what open places are follows from the end.
        walk.labels.forget();
        let after = (0..instructions.len()).map(|index| walk.pass(index)).collect();
        Self { labels: walk.labels, before: walk.before, after }
    }

    pub fn before(&self, index: usize) -> Option<Vec<Label>> {
        self.shown(&self.before[index])
    }

    pub fn after(&self, index: usize) -> Option<Vec<Label>> {
        self.shown(&self.after[index])
    }

    fn shown(&self, slots: &Option<Vec<Slot>>) -> Option<Vec<Label>> {
        Some(slots.as_ref()?.iter().map(|&slot| self.labels.shown(slot)).collect())
    }
}

struct Walk<'a> {
    code: &'a Code,
    source: Option<&'a Source<'a>>,
    labels: Labels,
    before: Vec<Option<Vec<Slot>>>,
    /// Instructions to be followed (again).
    open: Vec<usize>,
}

impl Walk<'_> {
    fn run(&mut self) {
        while let Some(index) = self.open.pop() {
            self.pass(index);
        }
    }

    /// Passes an instruction both ways; gives the stack after it.
    fn pass(&mut self, index: usize) -> Option<Vec<Slot>> {
        let code = self.code;
        let instruction = &code.instructions()[index];
        let before = self.before[index].clone()?;
        let mut after = None;
        if let Some(height) = instruction.depth_after
            && !effects::is_final(&instruction.opcode)
        {
            let slots = self.through(instruction, &before, Way::On, height);
            self.arrive(index + 1, slots.clone());
            after = Some(slots);
        }
        if let Some(target) = instruction.target
            && let Ok(to) = code.instructions().binary_search_by_key(&target, |instruction| instruction.offset)
            && let Some(height) = code.instructions()[to].depth_before
        {
            let slots = self.through(instruction, &before, Way::Jump, height);
            self.arrive(to, slots.clone());
            if effects::is_final(&instruction.opcode)
                && let Some(height) = instruction.depth_after
            {
                after = Some(self.through(instruction, &before, Way::Jump, height));
            }
        }
        after
    }

    fn through(&mut self, instruction: &Instruction, before: &[Slot], way: Way, height: u16) -> Vec<Slot> {
        let mut slots = before.to_vec();
        let mut effect = effects::Effect { instruction, labels: &mut self.labels, source: self.source, height: usize::from(height) };
        effect.apply(&mut slots, way);
        slots
    }

    /// A path comes to an instruction with such a stack.
    fn arrive(&mut self, index: usize, mut slots: Vec<Slot>) {
        let Some(height) = self.code.instructions().get(index).and_then(|instruction| instruction.depth_before) else { return };
        // Paths of different heights meet in `finally` of 3.8, where the lower counts.
        slots.resize(usize::from(height), Slot::Unknown);
        match &mut self.before[index] {
            Some(known) => {
                let met: Vec<Slot> = known.iter().zip(&slots).map(|(&known, &other)| self.labels.met(known, other)).collect();
                if *known != met {
                    *known = met;
                    self.open.push(index);
                }
            }
            none => {
                *none = Some(slots);
                self.open.push(index);
            }
        }
    }

    /// An instruction that is reached by an exception only, those first which say so.
    fn handler(&self) -> Option<usize> {
        let unreached = |(index, instruction): &(usize, &Instruction)| instruction.depth_before.is_some() && self.before[*index].is_none();
        let instructions = self.code.instructions();
        let mut all = instructions.iter().enumerate().filter(unreached);
        let says_so = |instruction: &Instruction| matches!(&*instruction.opcode, "PUSH_EXC_INFO" | "CLEANUP_THROW" | "END_ASYNC_FOR");
        let sure = all.clone().find(|(_, instruction)| says_so(instruction));
        sure.or_else(|| all.next()).map(|(index, _)| index)
    }
}
