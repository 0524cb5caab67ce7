//! From the editor to the next bar line: evaluations are begun, and what comes of them is taken in.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::mixer::Mixing;
use super::{OUTPUT_LINES, Rendition, Trouble, Workbench};
use crate::compose::Style;
use crate::feed::{Evaluation, HEAD_START, News, Opening, Order, records};
use crate::fold::Zoom;
use crate::interpreter::options::{Launch, Only, Recorder, Task};
use crate::interpreter::wire::SyntaxError;
use crate::interpreter::{Choice, InterpreterError, Limits, Output, Request, Streams};
use crate::live::Voices;
use crate::music::Tick;
use crate::program::Program;
use crate::trace::Outcome;

/// How long nothing may be typed before the program is evaluated by itself. Shorter, and every half-typed
/// word that happens to be Python is heard; longer, and it no longer feels live.
const PAUSE_IN_TYPING: std::time::Duration = std::time::Duration::from_millis(400);

/// Longest line of the program's output that is kept, in characters. Nobody reads more, and one that never ends
/// would fill the memory.
const LONGEST_LINE: usize = 4096;

/// A program that is evaluated and has made no music yet.
pub struct Pending {
    evaluation: Evaluation,
    program: Program,
    order: Order,
}

impl<V: Voices> Workbench<V> {
    /// Runs what is in the editor, unless it is no Python.
    pub(super) fn evaluate(&mut self) {
        self.knobs_are_heard();
        if self.duel.is_some() {
            return self.evaluate_both();
        }
        let program = Program { name: self.document.name.clone(), text: self.document.text.clone() };
        self.edited_at = None;
        self.evaluated.clone_from(&program.text);
        #[cfg(feature = "syntax")]
        if let Err(error) = crate::interpreter::syntax::check(&program, None) {
            self.trouble = Some(trouble_of(&error));
            return;
        }
        self.trouble = None;
        self.start(program, self.document.path.clone());
    }

    /// Runs a program in place of what is evaluated already.
    fn start(&mut self, program: Program, path: Option<PathBuf>) {
        let order = self.order(program.clone(), path);
        match Evaluation::start(order.clone()) {
            Ok(evaluation) => {
                self.evaluations += 1;
                if let Some(old) = self.pending.replace(Pending { evaluation, program, order }) {
                    self.dismiss(old.evaluation);
                }
            }
            Err(error) => self.notice(format!("the program could not be started: {error}")),
        }
    }

    pub(super) fn order(&self, program: Program, path: Option<PathBuf>) -> Order {
        let wishes = &self.wishes;
        // What nobody has asked for runs where it can do no harm.
        let choice = if wishes.is_auto { Choice::Embedded } else { wishes.choice.clone() };
        let request = Request {
            prefers_embedded: path.is_none(),
            program,
            path,
            is_edited: true,
            launch: Launch::Script,
            recorder: Recorder::Auto,
            is_paced: true,
            arguments: wishes.arguments.clone(),
            choice,
            only: wishes.only,
            limits: Limits { steps: None, time: None, memory_bytes: wishes.memory_bytes },
            records: records(&wishes.style.mapping),
            streams: Streams::Captured,
            confine: wishes.confine,
            task: Task::Run,
            own_executable: wishes.own_executable.clone(),
        };
        let style = Style { tempo: self.tempo, ..wishes.style.clone() };
        let zoom = if style.mapping.is_lossless() { Zoom::Opcode } else { wishes.zoom };
        Order { request, style, zoom, head_start: HEAD_START, drive: wishes.drive }
    }

    /// Evaluates what was typed, if that was asked for and it is Python.
    pub(super) fn evaluate_by_itself(&mut self) {
        let Some(edited_at) = self.edited_at.filter(|_| self.wishes.is_auto) else { return };
        if self.now.saturating_sub(edited_at) < PAUSE_IN_TYPING {
            return;
        }
        self.edited_at = None;
        let program = Program { name: self.document.name.clone(), text: self.document.text.clone() };
        #[cfg(feature = "syntax")]
        let is_python = crate::interpreter::syntax::check(&program, None).is_ok();
        #[cfg(not(feature = "syntax"))]
        let is_python = true;
        // Half-typed, it is no mistake either.
        if is_python && program.text != self.evaluated {
            self.evaluate();
        }
    }

    /// Lets what was queued be heard, once it is.
    pub(super) fn take_over(&mut self) {
        if self.queued.as_ref().is_some_and(|queued| queued.piece == self.position.piece) {
            if let Some(duel) = &mut self.duel {
                duel.take_over();
            }
            self.note_heard();
            let old = std::mem::replace(&mut self.heard, self.queued.take());
            if let Some(evaluation) = old.and_then(|mut old| old.evaluation.take()) {
                self.dismiss(evaluation);
            }
            let pieces: Vec<_> = self.heard.iter().map(|heard| heard.piece).collect();
            locked(&self.mixing).keep(&pieces);
            self.selection = None;
            self.cursor = None;
            (self.loop_from, self.loop_span) = (None, None);
        }
        for rendition in [&self.heard, &self.queued].into_iter().flatten() {
            if let Some(evaluation) = &rendition.evaluation {
                let tick = if rendition.piece == self.position.piece { self.position.tick } else { Tick(0) };
                // A program that nobody hears waits.
                if !self.position.is_paused {
                    evaluation.heard(tick);
                }
            }
        }
    }

    pub(super) fn take_news(&mut self) {
        self.take_news_of_both();
        while let Some(news) = self.pending.as_ref().and_then(|pending| pending.evaluation.news()) {
            let Some(pending) = self.pending.take() else { return };
            match news {
                News::Opened(opening) => self.opened(pending, *opening),
                News::Refused(error) => {
                    self.trouble = Some(trouble(error));
                    self.dismiss(pending.evaluation);
                }
                News::Said(output) => {
                    self.said(&output);
                    self.pending = Some(pending);
                }
                News::More { .. } | News::Ended { .. } => self.pending = Some(pending),
            }
        }
        for is_queued in [false, true] {
            let slot = if is_queued { &mut self.queued } else { &mut self.heard };
            let Some(mut rendition) = slot.take() else { continue };
            self.take_news_of(&mut rendition);
            let slot = if is_queued { &mut self.queued } else { &mut self.heard };
            *slot = Some(rendition);
        }
    }

    fn take_news_of(&mut self, rendition: &mut Rendition) {
        let mut has_grown = false;
        while let Some(news) = rendition.evaluation.as_ref().and_then(Evaluation::news) {
            match news {
                News::More { performance, told } => {
                    rendition.add(&performance, &told);
                    self.player.append_to(rendition.piece, &performance);
                    has_grown = true;
                }
                News::Said(output) => self.said(&output),
                News::Ended { outcome, .. } => {
                    self.player.close_piece(rendition.piece);
                    self.ended(&outcome);
                    rendition.outcome = Some(outcome);
                    if let Some(evaluation) = rendition.evaluation.take() {
                        self.dismiss(evaluation);
                    }
                }
                News::Refused(error) => {
                    self.player.close_piece(rendition.piece);
                    self.trouble = Some(trouble(error));
                    rendition.outcome = Some(Outcome::Died { how: "the trace broke off".to_owned() });
                    if let Some(evaluation) = rendition.evaluation.take() {
                        self.dismiss(evaluation);
                    }
                }
                News::Opened(_) => {}
            }
        }
        if has_grown {
            self.meet(rendition);
        }
    }

    /// The first music of a program is there: it waits for the next bar line, unless it went wrong and
    /// something better plays.
    fn opened(&mut self, pending: Pending, opening: Opening) {
        let Pending { evaluation, program, order } = pending;
        for warning in &opening.warnings {
            self.notice(warning.clone());
        }
        if let Some(remark) = &opening.remark {
            self.notice(remark.clone());
        }
        if let Some(outcome) = &opening.outcome {
            self.ended(outcome);
            let went_wrong = matches!(outcome, Outcome::Raised { .. } | Outcome::Died { .. });
            if went_wrong && self.heard.is_some() {
                self.last_words(&evaluation);
                self.dismiss(evaluation);
                return;
            }
        }
        let is_whole = opening.outline.is_some();
        let piece = self.player.queue(&opening.performance, is_whole, None);
        let rendition = Rendition::new(piece, program, order.style, opening, Some(evaluation));
        self.meet(&rendition);
        self.queue(rendition);
        self.meet_recorder();
        if self.position.is_paused && !std::mem::take(&mut self.turning.is_turn) {
            self.player.pause(false);
        }
        self.position = self.player.position();
        self.take_over();
    }

    /// What a program printed that is not listened to any more.
    fn last_words(&mut self, evaluation: &Evaluation) {
        while let Some(news) = evaluation.news() {
            if let News::Said(output) = news {
                self.said(&output);
            }
        }
    }

    pub(super) fn queue(&mut self, rendition: Rendition) {
        if let Some(evaluation) = self.queued.replace(rendition).and_then(|mut old| old.evaluation.take()) {
            self.dismiss(evaluation);
        }
    }

    /// The same program in another style or zoom: from what is known of the run, or else run again.
    pub(super) fn write_anew(&mut self) {
        if self.duel.is_some() {
            return self.evaluate_both();
        }
        // What was evaluated last, and not what is typed meanwhile.
        if let Some(pending) = &self.pending {
            let Order { request, .. } = &pending.order;
            return self.start(request.program.clone(), request.path.clone());
        }
        // Since the last look a bar line may have passed.
        self.position = self.player.position();
        self.take_over();
        let Some(last) = self.queued.as_ref().or(self.heard.as_ref()) else { return };
        let style = Style { tempo: self.tempo, ..self.wishes.style.clone() };
        let Some((performance, outline)) = last.rewritten(&style, self.wishes.zoom) else {
            return self.start(last.program.clone(), self.document.path.clone());
        };
        let piece = self.player.queue(&performance, true, None);
        let rendition = last.again(piece, style, &performance, outline);
        self.meet(&rendition);
        self.queue(rendition);
    }

    /// Tells how a program ended where that is no good news.
    pub(super) fn ended(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Raised { line, kind, message, traceback } => {
                let text = if message.is_empty() { kind.clone() } else { format!("{kind}: {message}") };
                self.trouble = Some(Trouble { line: *line, column: None, message: text });
                self.print(traceback);
            }
            Outcome::Finished => {}
            Outcome::Exited { .. } | Outcome::CutShort { .. } | Outcome::Died { .. } => self.notice(format!("the program {outcome}")),
        }
    }

    pub(super) fn said(&mut self, output: &Output) {
        self.print(&String::from_utf8_lossy(&output.bytes));
    }

    fn print(&mut self, text: &str) {
        let mut pieces = text.split('\n');
        // What comes without a line end goes on where the last ended.
        if let (Some(last), Some(first)) = (self.output.back_mut(), pieces.next()) {
            last.extend(first.chars().take(LONGEST_LINE.saturating_sub(last.len())));
        } else {
            self.output.push_back(text.split('\n').next().unwrap_or_default().chars().take(LONGEST_LINE).collect());
        }
        for line in pieces {
            self.output.push_back(line.chars().take(LONGEST_LINE).collect());
            if self.output.len() > OUTPUT_LINES {
                self.output.pop_front();
            }
        }
    }

    pub(super) fn dismiss(&mut self, evaluation: Evaluation) {
        self.leaving.extend(evaluation.dismiss());
    }

    /// Stops every program.
    pub(super) fn stop_all(&mut self) {
        self.forget_turn();
        self.stop_looking();
        if let Some(duel) = &mut self.duel {
            let both = duel.stop();
            for evaluation in both {
                self.dismiss(evaluation);
            }
        }
        let pending = self.pending.take().map(|pending| pending.evaluation);
        let live = [&mut self.heard, &mut self.queued].into_iter().flatten().filter_map(|rendition| rendition.evaluation.take());
        let all: Vec<Evaluation> = pending.into_iter().chain(live).collect();
        for evaluation in all {
            self.dismiss(evaluation);
        }
    }

    /// Whether library code is run unheard; what is known of it already is silenced at once.
    pub(super) fn only_mine(&mut self, only_mine: bool) {
        locked(&self.mixing).mixer.only_mine = only_mine;
        let had = self.wishes.only;
        self.wishes.only = if only_mine { Only::User } else { Only::All };
        if !only_mine && had == Only::User {
            self.evaluate();
        }
        self.mix();
    }

    /// Lets the player ask the mixer anew.
    pub(super) fn mix(&mut self) {
        let mixing = Arc::clone(&self.mixing);
        self.player
            .set_mix(Box::new(move |piece, number, channel, pitch, cause| locked(&mixing).gain(piece, number, channel, pitch, cause)));
    }

    /// Lets the mixer know of a piece's notes.
    pub(super) fn meet(&self, rendition: &Rendition) {
        locked(&self.mixing).meet(rendition);
    }
}

/// The player asks on this very thread: nobody ever waits.
pub(super) fn locked(mixing: &Mutex<Mixing>) -> MutexGuard<'_, Mixing> {
    mixing.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An interpreter's refusal as trouble in the margin.
pub(super) fn trouble(error: InterpreterError) -> Trouble {
    match error {
        InterpreterError::Syntax { error } => trouble_of(&error),
        other => Trouble { line: None, column: None, message: other.to_string() },
    }
}

pub(super) fn trouble_of(error: &SyntaxError) -> Trouble {
    Trouble { line: Some(error.line), column: Some(error.column), message: format!("SyntaxError: {}", error.message) }
}
