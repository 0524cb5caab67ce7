//! A program's music with what is to be seen of it: one evaluation, from its first bar on.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::compose::{Style, compose};
use crate::feed::{Evaluation, Opening};
use crate::fold::{MOST_GESTURES, Outline, Threads, Zoom};
use crate::live::PieceId;
use crate::music::Tick;
use crate::perform::{Performance, perform};
use crate::picture::{Playhead, Stacks, Stage, Tape};
use crate::program::Program;
use crate::trace::{Code, CodeId, Dialect, Outcome, Trace};

pub struct Rendition {
    pub piece: PieceId,
    /// The player's number of its first code object: not 0 for the second of two programs in one piece.
    pub first_code: u32,
    /// The player's numbers of its notes, where it is not alone in the piece.
    pub numbers: Option<Vec<u32>>,
    pub program: Program,
    pub style: Style,
    pub tape: Arc<Tape>,
    pub playhead: Playhead,
    pub stage: Stage,
    /// Which thread ran which steps of the tape.
    pub batons: Arc<Vec<(Range<u64>, u16)>>,
    /// The collector's runs: the step that follows, and the generation.
    pub collections: Arc<Vec<(u64, u8)>>,
    pub dialect: Dialect,
    /// How the program ended, if it has.
    pub outcome: Option<Outcome>,
    /// What must be known of how the music was made.
    pub remark: Option<String>,
    /// What a whole piece is made of.
    outline: Option<Outline>,
    /// The program, while it runs.
    pub evaluation: Option<Evaluation>,
    /// The stack in each code object that was looked at.
    stacks: BTreeMap<CodeId, Arc<Stacks>>,
}

impl Rendition {
    pub fn new(piece: PieceId, program: Program, style: Style, opening: Opening, evaluation: Option<Evaluation>) -> Self {
        let Opening { performance, outline, told, dialect, remark, outcome, warnings: _ } = opening;
        let mut rendition = Self {
            piece,
            first_code: 0,
            numbers: None,
            program,
            stage: Stage::new(Arc::clone(&style.mapping)),
            style,
            tape: Arc::new(Tape::new()),
            playhead: Playhead::new(),
            batons: Arc::default(),
            collections: Arc::default(),
            dialect,
            outcome,
            remark,
            outline,
            evaluation,
            stacks: BTreeMap::new(),
        };
        rendition.add(&performance, &told);
        rendition
    }

    /// The player's number of a note.
    pub fn number(&self, index: usize) -> u32 {
        let alone = index as u32;
        self.numbers.as_ref().map_or(alone, |numbers| numbers.get(index).copied().unwrap_or(alone))
    }

    /// Takes in what comes next.
    pub fn add(&mut self, performance: &Performance, told: &Trace) {
        // Only a piece that is whole shares its tape, and that does not grow.
        if let Some(tape) = Arc::get_mut(&mut self.tape) {
            told.tell(tape);
        }
        let run = self.tape.first()..self.tape.end();
        self.batons = Arc::new(self.tape.batons(run.start, run.end));
        self.collections = Arc::new(self.tape.collections(run));
        self.stage.add(performance);
        self.playhead.add(performance, &self.tape);
    }

    /// Whether no more music will come.
    pub fn is_whole(&self) -> bool {
        self.outline.is_some() || self.evaluation.is_none()
    }

    /// The same run written anew, if all of it is still known: with another style, or folded otherwise.
    pub fn rewritten(&self, style: &Style, zoom: Zoom) -> Option<(Performance, Outline)> {
        let outcome = self.outcome.clone()?;
        let zoom = if style.mapping.is_lossless() { Zoom::Opcode } else { zoom };
        let mut folder = Threads::new(zoom, (!style.mapping.is_lossless()).then_some(MOST_GESTURES));
        if !self.tape.tell(&mut folder) {
            return None;
        }
        let outline = folder.finish(outcome);
        let outline = if self.program.is_blank() { outline.silent() } else { outline };
        let performance = perform(&compose(&self.program.name, &outline, self.tape.codes(), style));
        Some((performance, outline))
    }

    /// The same run as another piece, which was rewritten.
    pub fn again(&self, piece: PieceId, style: Style, performance: &Performance, outline: Outline) -> Self {
        let mut again = Self {
            piece,
            first_code: self.first_code,
            numbers: None,
            program: self.program.clone(),
            stage: Stage::new(Arc::clone(&style.mapping)),
            style,
            tape: Arc::clone(&self.tape),
            playhead: Playhead::new(),
            batons: Arc::clone(&self.batons),
            collections: Arc::clone(&self.collections),
            dialect: self.dialect.clone(),
            outcome: self.outcome.clone(),
            remark: self.remark.clone(),
            outline: Some(outline),
            evaluation: None,
            stacks: self.stacks.clone(),
        };
        again.stage.add(performance);
        again.playhead.add(performance, &again.tape);
        again
    }

    /// Whether a code object is of the program's own file.
    pub fn is_own(&self, code: &Code) -> bool {
        code.file == self.program.name
    }

    /// Code objects of the program's own file.
    pub fn own_codes(&self) -> impl Iterator<Item = &Arc<Code>> {
        self.tape.codes().iter().filter(|code| self.is_own(code))
    }

    /// The labels of the value stack in a code object.
    pub fn stacks(&mut self, code: CodeId) -> Option<Arc<Stacks>> {
        if let Some(known) = self.stacks.get(&code) {
            return Some(Arc::clone(known));
        }
        let known = self.tape.code(code)?;
        let program = self.is_own(known).then_some(&self.program);
        let stacks = Arc::new(Stacks::of(known, program));
        self.stacks.insert(code, Arc::clone(&stacks));
        Some(stacks)
    }

    /// What a whole piece is made of.
    pub fn outline(&self) -> Option<&Outline> {
        self.outline.as_ref()
    }

    /// The step that is seen at a moment.
    pub fn step_at(&self, now: Tick) -> Option<u64> {
        self.playhead.step_at(now)
    }
}
