//! Knobs that are turned while `play` plays, and a style's file that is saved. With another number in its text, from
//! memory, the program runs anew; for a changed style only where it was not heard to its end before, else what is
//! known of it is written anew. Either takes over at the next bar line. The program's file is never written. What
//! plays goes on until then, and where the turned program goes wrong.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread::JoinHandle;

use super::source::Source;
use crate::compose::{Mapping, compose};
use crate::edit::{Knobs, Turn};
use crate::feed::{Feed, Opened, Order, Overture, StyleFile, records};
use crate::fold::Zoom;
use crate::interpreter::Streams;
use crate::interpreter::options::Launch;
use crate::live::{Control, PieceId, Player};
use crate::music::Tempo;
use crate::perform::{Performance, perform};
use crate::picture::{Asides, Noted};
use crate::program::Program;
use crate::terminal::Command;
use crate::trace::Outcome;

/// How the turned program is to be run and told of.
pub struct Turned {
    pub order: Order,
    /// The style's file, if it is one.
    pub style_file: Option<StyleFile>,
    /// What is folded to one gesture, where that was asked for.
    pub zoom: Option<Zoom>,
    /// Whether a program whose music is over runs on.
    pub spares: bool,
    /// Whether notices are printed, as there is no view that shows them.
    pub prints: bool,
    /// Whether a second run has told of the text as it was.
    pub has_second_run: bool,
}

/// What takes over.
pub struct TakenOver {
    pub piece: PieceId,
    /// None where it is the same run, written in another style.
    pub feed: Option<Feed<Noted<Asides>>>,
    pub performance: Performance,
    /// What it is written in.
    pub style: Arc<Mapping>,
}

pub struct Turning {
    turned: Turned,
    /// The text as it is now; an order's has what runs.
    program: Program,
    knobs: Knobs,
    /// The knob that the keys turn.
    selected: usize,
    /// Knobs that were turned since a program was started last.
    wanted: BTreeSet<usize>,
    /// Whether the style was changed since.
    is_restyled: bool,
    /// The style of the program that is under way.
    style: Arc<Mapping>,
    /// Why the program cannot run anew, where it cannot.
    why_not: Option<&'static str>,
    /// What was turned when the program that is under way was started.
    told: String,
    /// At most one program is under way: the last values win, and whoever turns on waits for it.
    overture: Option<Overture<Noted<Asides>>>,
    /// Waits for its bar line.
    queued: Option<TakenOver>,
    /// The tempo that the music which is heard was written in.
    tempo: Tempo,
    /// Children that are seen off, elsewhere: the music does not wait for it.
    leaving: Vec<JoinHandle<()>>,
}

impl Turning {
    /// For a program as it is played first, with what must be known of its knobs.
    pub fn new(source: &Source, mut turned: Turned, tempo: Tempo) -> (Self, Vec<String>) {
        let request = &mut turned.order.request;
        request.is_edited = request.path.is_some();
        // Two programs cannot share the terminal, and what nobody hears is not printed.
        request.streams = Streams::Captured;
        let mut knobs = Knobs::of(&source.program.text);
        let mut notices: Vec<String> = knobs.mistakes.iter().map(|mistake| format!("{}: {mistake}", source.program.name)).collect();
        let why_not = match (&source.launch, turned.has_second_run) {
            (Launch::Module(_) | Launch::Archive, _) => Some("of modules, folders and zip files Python itself reads the text"),
            (_, true) => Some("--specialise has run the program as it is"),
            _ => None,
        };
        if let Some(why_not) = why_not.filter(|_| !knobs.knobs.is_empty()) {
            notices.push(format!("the knobs stay as they are: {why_not}"));
            knobs = Knobs::default();
        }
        let turning = Self {
            is_restyled: false,
            style: Arc::clone(&turned.order.style.mapping),
            why_not,
            turned,
            program: source.program.clone(),
            knobs,
            selected: 0,
            wanted: BTreeSet::new(),
            told: String::new(),
            overture: None,
            queued: None,
            tempo,
            leaving: Vec::new(),
        };
        (turning, notices)
    }

    /// The program as it is turned.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The knob that the keys turn: `knob n = 12 (1..64)`. Empty where there is none.
    pub fn status(&self) -> String {
        self.knobs.knobs.get(self.selected).map_or(String::new(), |knob| format!("knob {} ({})", knob.told(), knob.bounds()))
    }

    /// Does what a key asks of the knobs.
    pub fn obey(&mut self, command: Command) {
        match command {
            Command::NextKnob => self.selected = (self.selected + 1) % self.knobs.knobs.len().max(1),
            Command::Knob(steps) => {
                if let Some(knob) = self.knobs.knobs.get(self.selected) {
                    self.turn(self.selected, knob.nudged(steps));
                }
            }
            _ => {}
        }
    }

    /// A controller was moved.
    fn hear(&mut self, control: Control) {
        // People count channels from 1.
        let turn = Turn { channel: control.channel + 1, controller: control.controller, value: control.value };
        if let Some((index, value)) = self.knobs.turned_by(turn) {
            self.turn(index, value);
            self.selected = index;
        }
    }

    fn turn(&mut self, index: usize, value: f64) {
        let text = self.knobs.knobs[index].turned(&self.program.text, value);
        if text != self.program.text {
            self.knobs = Knobs::of(&text);
            self.program.text = text;
            self.wanted.insert(index);
        }
    }

    fn is_asked(&self) -> bool {
        self.is_restyled || !self.wanted.is_empty()
    }

    /// Whether something is still to take over.
    pub fn is_under_way(&self) -> bool {
        self.is_asked() || self.overture.is_some() || self.queued.is_some()
    }

    /// No knob turns any more, and no style changes.
    pub fn stop(&mut self) {
        self.turned.style_file = None;
        self.is_restyled = false;
        self.knobs = Knobs::default();
        self.wanted.clear();
        self.overture = None;
        self.queued = None;
    }

    /// Keeps it going. Gives what has taken over: from now on it is what is heard, in place of `heard`.
    pub fn advance(&mut self, player: &mut Player, heard: &Feed<Noted<Asides>>, notices: &mut Vec<String>) -> Option<TakenOver> {
        self.leaving.retain(|thread| !thread.is_finished());
        for control in player.take_controls() {
            self.hear(control);
        }
        match self.turned.style_file.as_mut().and_then(StyleFile::news) {
            None => {}
            Some(Ok(style)) => self.restyle(style),
            Some(Err(mistake)) => self.tell(format!("{mistake}; what plays goes on"), notices),
        }
        let position = player.position();
        let opened = self.overture.as_mut().and_then(Overture::opened);
        if opened.is_some() {
            self.overture = None;
        }
        match opened {
            None => {}
            Some(Err(error)) => self.tell(format!("{}: {error}; what plays goes on", self.told), notices),
            Some(Ok(Opened { feed, performance })) => match (went_wrong(&feed), went_wrong(heard)) {
                (Some(outcome), None) => {
                    self.tell(format!("{}: the program {outcome}; what plays goes on", self.told), notices);
                    self.see_off(feed);
                }
                _ => self.queue(player, Some(feed), performance),
            },
        }
        let taken_over = self.queued.take_if(|queued| queued.piece == player.position().piece);
        if let Some(taken_over) = &taken_over {
            self.tempo = taken_over.performance.tempo;
        }
        // One that has ended may give way before it was heard; one that runs has its bar line first. So there are two
        // children at most, however fast somebody turns.
        let waiting = self.queued.as_ref().and_then(|queued| queued.feed.as_ref());
        let may_start = self.overture.is_none() && self.leaving.is_empty() && waiting.is_none_or(|feed| feed.outcome().is_some());
        if may_start && self.is_asked() && !position.is_paused && taken_over.is_none() {
            match self.wanted.is_empty().then(|| self.written_anew(waiting.unwrap_or(heard))).flatten() {
                Some(performance) => self.go_over(player, performance, notices),
                None => self.start(notices),
            }
        }
        taken_over
    }

    /// The same run in the changed style, if all of it is known and told as finely as the style wants it.
    fn written_anew(&self, feed: &Feed<Noted<Asides>>) -> Option<Performance> {
        let Order { style, zoom, .. } = &self.turned.order;
        let outline = feed.outline()?;
        let is_fine = *zoom == Zoom::Auto || *zoom == outline.zoom;
        let is_alike = style.mapping.is_lossless() == self.style.is_lossless();
        (is_fine && is_alike).then(|| perform(&compose(&self.program.name, outline, feed.codes(), style)))
    }

    /// To the changed style, with the run that is known.
    fn go_over(&mut self, player: &mut Player, performance: Performance, notices: &mut Vec<String>) {
        self.is_restyled = false;
        self.style = Arc::clone(&self.turned.order.style.mapping);
        self.tell(self.saved(), notices);
        // A program that waits for its bar line goes with it.
        let feed = self.queued.take().and_then(|queued| queued.feed);
        self.queue(player, feed, performance);
    }

    fn saved(&self) -> String {
        format!("style {}, as it was saved", self.style)
    }

    /// From the next program on.
    fn restyle(&mut self, style: Mapping) {
        let order = &mut self.turned.order;
        order.zoom = self.turned.zoom.filter(|_| !style.is_lossless()).unwrap_or(style.zoom());
        order.request.records = records(&style);
        order.style.mapping = Arc::new(style);
        self.is_restyled = true;
    }

    /// Lets a program go that is heard no more.
    pub fn see_off(&mut self, feed: Feed<Noted<Asides>>) {
        self.leaving.push(std::thread::spawn(move || drop(feed)));
    }

    fn start(&mut self, notices: &mut Vec<String>) {
        if let Some(why_not) = self.why_not {
            self.is_restyled = false;
            return self.tell(format!("the style stays as it is: {why_not}"), notices);
        }
        let turned = std::mem::take(&mut self.wanted);
        let values: Vec<String> = turned.iter().filter_map(|index| Some(self.knobs.knobs.get(*index)?.told())).collect();
        self.style = Arc::clone(&self.turned.order.style.mapping);
        let style = std::mem::take(&mut self.is_restyled).then(|| self.saved());
        let values: Vec<String> = values.into_iter().chain(style).collect();
        self.told = values.join(", ");
        self.tell(self.told.clone(), notices);
        self.turned.order.request.program = self.program.clone();
        match Overture::start(self.turned.order.clone(), Noted::default()) {
            Ok(overture) => self.overture = Some(overture),
            Err(error) => self.tell(format!("{}: not started: {error}", self.told), notices),
        }
    }

    fn queue(&mut self, player: &mut Player, mut feed: Option<Feed<Noted<Asides>>>, performance: Performance) {
        if let Some(feed) = feed.as_mut().filter(|_| self.turned.spares) {
            feed.spare();
        }
        // What the listener has made of the tempo stays.
        let now = player.position().tempo;
        let piece = player.queue(&performance, feed.as_ref().is_none_or(Feed::is_over), (now != self.tempo).then_some(now));
        let old = self.queued.replace(TakenOver { piece, feed, performance, style: Arc::clone(&self.style) });
        if let Some(feed) = old.and_then(|old| old.feed) {
            self.see_off(feed);
        }
    }

    fn tell(&self, line: String, notices: &mut Vec<String>) {
        if self.turned.prints {
            eprintln!("evalody: {line}");
        }
        // The last value is enough to read.
        if notices.last().is_some_and(|last| self.knobs.knobs.iter().any(|knob| last.starts_with(&format!("{} = ", knob.name)))) {
            notices.pop();
        }
        notices.push(line);
    }
}

impl Drop for Turning {
    /// No child is left behind.
    fn drop(&mut self) {
        self.stop();
        for thread in self.leaving.drain(..) {
            drop(thread.join());
        }
    }
}

/// How a program ended that did not do what it was to do.
fn went_wrong(feed: &Feed<Noted<Asides>>) -> Option<&Outcome> {
    feed.outcome().filter(|outcome| matches!(outcome, Outcome::Raised { .. } | Outcome::Died { .. }))
}
