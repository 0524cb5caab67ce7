//! What is selected, and what lights up with it: notes, lines and instructions are one thing seen from
//! three sides.

use std::ops::Range;

use super::rendition::Rendition;
use crate::music::Tick;
use crate::trace::CodeId;

/// What was clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// A note, by its number in the piece.
    Note(usize),
    /// A line of the program, from 1.
    Line(u32),
    /// An instruction, by its byte offset.
    Instruction(CodeId, u32),
}

/// What lights up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lit {
    /// Instructions, with the step of the tape at which they are looked at, if they ran.
    pub instructions: Vec<(CodeId, u32)>,
    pub lines: Vec<u32>,
    /// Numbers of notes.
    pub notes: Vec<usize>,
    /// The step that the inspector shows.
    pub step: Option<u64>,
    /// The steps that a selected note shows.
    pub shown: Option<Range<u64>>,
    /// When it sounds.
    pub at: Option<Tick>,
}

/// Notes that light up at most: a hot line has thousands, and nobody sees them apart.
const MOST_NOTES: usize = 512;

impl Lit {
    /// What belongs to a selection, in a piece.
    pub fn of(selection: Selection, rendition: &Rendition) -> Self {
        let notes = rendition.playhead.struck();
        match selection {
            Selection::Note(index) => {
                let Some(note) = notes.get(index) else { return Self::default() };
                let (step, shown) = (Some(note.shown.start), Some(note.shown.clone()));
                let mut lit = Self { notes: vec![index], at: Some(note.at), step, shown, ..Self::default() };
                // The stretch of instructions that is shown for it.
                for number in note.shown.clone().take(MOST_NOTES) {
                    if let Some(step) = rendition.tape.step(number) {
                        lit.add(rendition, step.code, step.offset);
                    }
                }
                if lit.instructions.is_empty() {
                    lit.add(rendition, note.cause.code, note.cause.first);
                }
                lit
            }
            Selection::Line(line) => {
                let mut lit = Self { lines: vec![line], ..Self::default() };
                for code in rendition.own_codes() {
                    let of_line = code.instructions().iter().filter(|instruction| instruction.span.line == Some(line));
                    lit.instructions.extend(of_line.map(|instruction| (code.id, instruction.offset)));
                }
                let is_own = |code: CodeId| rendition.tape.code(code).is_some_and(|code| rendition.is_own(code));
                lit.add_notes(rendition, |cause_line, code, _| cause_line == line && is_own(code));
                lit
            }
            Selection::Instruction(code, offset) => {
                let mut lit = Self::default();
                lit.add(rendition, code, offset);
                lit.add_notes(rendition, |_, shown, range| shown == code && (range.0..=range.1).contains(&offset));
                lit
            }
        }
    }

    fn add(&mut self, rendition: &Rendition, code: CodeId, offset: u32) {
        if self.instructions.contains(&(code, offset)) {
            return;
        }
        self.instructions.push((code, offset));
        let Some(code) = rendition.tape.code(code).filter(|code| rendition.is_own(code)) else { return };
        if let Some(line) = code.at(offset).and_then(|instruction| instruction.span.line)
            && !self.lines.contains(&line)
        {
            self.lines.push(line);
        }
    }

    /// Adds the notes whose stretch (line, code, least and greatest offset) is `meant`.
    fn add_notes(&mut self, rendition: &Rendition, is_meant: impl Fn(u32, CodeId, (u32, u32)) -> bool) {
        for (index, note) in rendition.playhead.struck().iter().enumerate() {
            let cause = note.cause;
            let range = (cause.first.min(cause.last), cause.first.max(cause.last));
            if !cause.is_state && is_meant(cause.line, cause.code, range) {
                self.at = self.at.or(Some(note.at));
                self.step = self.step.or(Some(note.shown.start));
                self.notes.push(index);
                if self.notes.len() == MOST_NOTES {
                    break;
                }
            }
        }
    }
}
