//! What the panels show of the interpreter in this picture, looked up once for all of them.

use std::sync::Arc;

use crate::live::Voices;
use crate::picture::{FrameAt, Stacks, Turn};
use crate::trace::{Code, Instruction, Step};
use crate::workbench::{Lit, Workbench};

#[derive(Default)]
pub struct Seen {
    pub step: Option<Step>,
    /// The code object that runs.
    pub code: Option<Arc<Code>>,
    pub stacks: Option<Arc<Stacks>>,
    /// Frames, outermost first.
    pub frames: Vec<FrameAt>,
    /// The turn of its loop.
    pub turn: Option<Turn>,
    /// What goes on beside the instructions that a selected note shows, or the one that runs.
    pub beside: Vec<String>,
    /// The same of the instruction that runs, in a line.
    pub running: String,
    /// Functions in C that they call, those first that are called most.
    pub called: Vec<String>,
    /// What lights up with the selection.
    pub lit: Lit,
    pub has_selection: bool,
}

impl Seen {
    pub fn of<V: Voices>(bench: &mut Workbench<V>) -> Self {
        let lit = bench.lit();
        let has_selection = lit.is_some();
        let lit = lit.unwrap_or_default();
        let Some(number) = bench.step_seen() else { return Self { lit, has_selection, ..Self::default() } };
        let Some(heard) = bench.heard_mut() else { return Self::default() };
        let step = heard.tape.step(number);
        let code = step.and_then(|step| heard.tape.code(step.code)).cloned();
        let stacks = step.and_then(|step| heard.stacks(step.code));
        let frames = heard.tape.frames(number);
        let turn = heard.tape.turn(number);
        let selected = lit.shown.clone().or_else(|| lit.step.map(|step| step..step + 1));
        let shown = selected.unwrap_or(number..number + 1);
        let called = heard.tape.asides().called(shown.clone()).into_iter().map(|(name, _)| name.to_owned()).collect();
        let beside = heard.tape.beside(shown);
        let running = heard.tape.beside(number..number + 1).join(" · ");
        Self { step, code, stacks, frames, turn, beside, called, running, lit, has_selection }
    }

    pub fn instruction(&self) -> Option<&Instruction> {
        self.code.as_ref()?.at(self.step?.offset)
    }

    /// The instruction that is selected, or the one that runs.
    pub fn inspected<'a, V: Voices>(&'a self, bench: &'a Workbench<V>) -> Option<(&'a Arc<Code>, u32)> {
        let tape = &bench.heard()?.tape;
        let selected = self.lit.instructions.first().and_then(|(code, offset)| Some((tape.code(*code)?, *offset)));
        selected.or_else(|| self.code.as_ref().zip(self.step.map(|step| step.offset)))
    }

    /// Whether this instruction lights up with the selection.
    pub fn is_lit(&self, code: &Code, offset: u32) -> bool {
        self.lit.instructions.contains(&(code.id, offset))
    }
}
