//! Two programs heard against each other: one in the editor, the other behind it. Both are run to their ends,
//! composed alike and played as one piece.

use std::time::Duration;

use super::evaluating::{trouble, trouble_of};
use super::{Rendition, Trouble, Workbench};
use crate::compare::{Difference, Run, alike, part, sides, turns};
use crate::edit::Document;
use crate::feed::{Evaluation, News, Opening, Order};
use crate::interpreter::{Choice, Limits};
use crate::live::Voices;
use crate::perform::CueKind;
use crate::program::Program;
use crate::score::Cause;
use crate::trace::Outcome;

/// What each program may do: the piece is made when both have ended, so one that never ends would never be
/// heard. As `play --compare`.
const MOST_STEPS: u64 = 2_000_000;
const LONGEST: Duration = Duration::from_secs(20);

/// The program that is not in the editor now, and what is known of both.
pub struct Duel {
    /// The other program's text.
    pub document: Document,
    /// Its interpreter, if that is another.
    pub choice: Option<Choice>,
    /// Whether both are the same text on two interpreters.
    pub is_one_text: bool,
    /// Whether the one in the editor is on the right.
    pub shows_right: bool,
    /// By turns, bar by bar, rather than left and right.
    pub by_turns: bool,
    /// The counted difference of what is heard.
    pub difference: Option<Difference>,
    heard: Option<Rendition>,
    queued: Option<(Rendition, Difference)>,
    pending: Option<[Half; 2]>,
}

/// One of two programs that are evaluated.
struct Half {
    evaluation: Evaluation,
    program: Program,
    order: Order,
    opening: Option<Opening>,
}

impl Duel {
    pub fn new(document: Document, choice: Option<Choice>, is_one_text: bool, by_turns: bool) -> Self {
        Self { document, choice, is_one_text, shows_right: false, by_turns, difference: None, heard: None, queued: None, pending: None }
    }

    pub fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    pub fn evaluations_alive(&self) -> usize {
        self.pending.as_ref().map_or(0, |halves| halves.len())
    }

    /// What was queued is heard now.
    pub fn take_over(&mut self) {
        if let Some((rendition, difference)) = self.queued.take() {
            self.heard = Some(rendition);
            self.difference = Some(difference);
        }
    }

    /// Gives what has to be stopped.
    pub fn stop(&mut self) -> Vec<Evaluation> {
        self.pending.take().into_iter().flatten().map(|half| half.evaluation).collect()
    }
}

impl<V: Voices> Workbench<V> {
    /// Lets another program be heard against the one in the editor, from the next evaluation on.
    pub fn compare_with(&mut self, duel: Duel) {
        self.duel = Some(duel);
    }

    /// Changes the program in the editor for the other.
    pub(super) fn show_other(&mut self) {
        let Some(duel) = &mut self.duel else { return };
        duel.shows_right = !duel.shows_right;
        if duel.is_one_text {
            duel.document = self.document.clone();
        }
        std::mem::swap(&mut self.document, &mut duel.document);
        std::mem::swap(&mut self.heard, &mut duel.heard);
        if let Some((queued, _)) = &mut duel.queued
            && let Some(shown) = &mut self.queued
        {
            std::mem::swap(shown, queued);
        }
        self.selection = None;
        self.cursor = None;
        self.trouble = None;
        self.evaluated.clone_from(&self.document.text);
        self.follow_file();
    }

    pub(super) fn by_turns(&mut self, by_turns: bool) {
        if let Some(duel) = &mut self.duel {
            duel.by_turns = by_turns;
            self.evaluate_both();
        }
    }

    pub(super) fn evaluate_both(&mut self) {
        let Some(duel) = &self.duel else { return };
        let shown = (self.document.program(), self.document.path.clone());
        let other = if duel.is_one_text { shown.clone() } else { (duel.document.program(), duel.document.path.clone()) };
        let (shows_right, against) = (duel.shows_right, duel.choice.clone());
        self.edited_at = None;
        self.evaluated.clone_from(&shown.0.text);
        let both = if shows_right { [other, shown] } else { [shown, other] };
        for (place, (program, _)) in both.iter().enumerate() {
            if let Err(error) = crate::interpreter::syntax::check(program, None) {
                return self.tell_of(place, trouble_of(&error));
            }
        }
        self.trouble = None;
        let mut halves = Vec::new();
        for (place, (program, path)) in both.into_iter().enumerate() {
            let mut order = self.order(program.clone(), path);
            order.request.limits = Limits { steps: Some(MOST_STEPS), time: Some(LONGEST), ..order.request.limits };
            order.head_start = LONGEST * 2;
            if let Some(choice) = against.clone().filter(|_| place == 1) {
                order.request.choice = choice;
            }
            match Evaluation::start(order.clone()) {
                Ok(evaluation) => halves.push(Half { evaluation, program, order, opening: None }),
                Err(error) => return self.notice(format!("the program could not be started: {error}")),
            }
        }
        let old = self.duel.as_mut().and_then(|duel| std::mem::replace(&mut duel.pending, halves.try_into().ok()));
        for half in old.into_iter().flatten() {
            self.dismiss(half.evaluation);
        }
    }

    /// Trouble with one of the two: at its line if it is in the editor, else by its name.
    fn tell_of(&mut self, place: usize, trouble: Trouble) {
        let is_shown = self.duel.as_ref().is_some_and(|duel| duel.shows_right == (place == 1));
        self.trouble = Some(if is_shown {
            trouble
        } else {
            let line = trouble.line.map_or(String::new(), |line| format!(" line {line}:"));
            Trouble { line: None, column: None, message: format!("the other program:{line} {}", trouble.message) }
        });
    }

    pub(super) fn take_news_of_both(&mut self) {
        let Some(mut halves) = self.duel.as_mut().and_then(|duel| duel.pending.take()) else { return };
        let mut refused = None;
        for (place, half) in halves.iter_mut().enumerate() {
            while let Some(news) = half.evaluation.news() {
                match news {
                    News::Opened(opening) => half.opening = Some(*opening),
                    News::Said(output) => self.said(&output),
                    News::Refused(error) => refused = Some((place, trouble(error))),
                    News::More { .. } | News::Ended { .. } => {}
                }
            }
        }
        if let Some((place, trouble)) = refused {
            self.tell_of(place, trouble);
        } else if halves.iter().any(|half| half.opening.is_none()) {
            if let Some(duel) = &mut self.duel {
                duel.pending = Some(halves);
            }
            return;
        } else {
            self.both_opened(&mut halves);
        }
        for half in halves {
            self.dismiss(half.evaluation);
        }
    }

    fn both_opened(&mut self, halves: &mut [Half; 2]) {
        let [Some(left), Some(right)] = halves.each_mut().map(|half| half.opening.take()) else { return };
        let [Some(left_outline), Some(right_outline)] = [&left.outline, &right.outline] else {
            return self.notice("programs must end to be compared".to_owned());
        };
        let mut went_wrong = false;
        for (place, outcome) in
            [&left, &right].into_iter().enumerate().filter_map(|(place, opening)| Some((place, opening.outcome.as_ref()?)))
        {
            let before = self.trouble.take();
            self.ended(outcome);
            match self.trouble.take() {
                Some(trouble) => self.tell_of(place, trouble),
                None => self.trouble = before,
            }
            went_wrong |= matches!(outcome, Outcome::Raised { .. } | Outcome::Died { .. });
        }
        if went_wrong && self.heard.is_some() {
            return;
        }
        let difference = Difference::between(left_outline, right_outline);
        let style = halves[0].order.style.clone();
        let run = |half: usize, opening| {
            let Opening { told, .. }: &Opening = opening;
            let program = &halves[half].program;
            (program.name.as_str(), told.codes.as_slice(), program.is_blank())
        };
        let ((title, codes, is_blank), (other_title, other_codes, other_is_blank)) = (run(0, &left), run(1, &right));
        let (pieces, _) = alike(
            Run { title, outline: left_outline, codes, is_blank },
            Run { title: other_title, outline: right_outline, codes: other_codes, is_blank: other_is_blank },
            &style,
        );
        let left_codes = codes.len() as u32;
        let Some(duel) = &self.duel else { return };
        let join = if duel.by_turns { turns } else { sides };
        let pair = match join(&pieces[0], &pieces[1], left_codes) {
            Ok(pair) => pair,
            Err(unlike) => return self.notice(unlike.to_string()),
        };
        let shows_right = duel.shows_right;
        let piece = self.player.queue(&pair, true, None);
        let mut renditions = [(left, false), (right, true)].map(|(opening, is_right)| {
            let half = &halves[usize::from(is_right)];
            let opening = Opening { performance: part(&pair, left_codes, is_right), ..opening };
            let mut rendition = Rendition::new(piece, half.program.clone(), style.clone(), opening, None);
            rendition.first_code = if is_right { left_codes } else { 0 };
            let causes = pair.cues.iter().filter_map(|cue| match cue.kind {
                CueKind::On { note, .. } => pair.causes.get(note as usize),
                CueKind::Off { .. } => None,
            });
            let is_of_side = |cause: &&Cause| (cause.code.0 >= left_codes) == is_right;
            rendition.numbers = Some((0..).zip(causes).filter(|(_, cause)| is_of_side(cause)).map(|(number, _)| number).collect());
            self.meet(&rendition);
            rendition
        });
        if shows_right {
            renditions.reverse();
        }
        let [shown, other] = renditions;
        self.queue(shown);
        if let Some(duel) = &mut self.duel {
            duel.queued = Some((other, difference));
        }
        self.meet_recorder();
        if self.position.is_paused && !std::mem::take(&mut self.turning.is_turn) {
            self.player.pause(false);
        }
        self.position = self.player.position();
        self.take_over();
    }
}
