//! Music out of a program that runs: a whole piece if it ends at once, otherwise bar after bar.

mod composing;
mod drive;
mod driven;
mod evaluation;
mod listeners;
mod overture;
mod parting;
mod pull;
mod style_file;

pub use drive::Drive;
pub use evaluation::{Evaluation, News, Opening, Order};
pub use listeners::Nobody;
pub use overture::{Opened, Overture};
pub use style_file::StyleFile;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::compose::{Bar, Conductor, Faithful, Mapping, Style, compose, live_weight, plan_live};
use crate::fold::{Folder, Gesture, MOST_GESTURES, Outline, Threads, Zoom};
use crate::interpreter::{InterpreterError, Merging, Output, Running, State};
use crate::perform::{Performance, perform};
use crate::program::Program;
use crate::trace::{Code, Dialect, Listener, Outcome};
use drive::Released;
use listeners::All;
use parting::Parting;
use pull::Pull;

/// How long a program may run before its music begins. One that ends in this time is heard as a whole piece;
/// another is heard while it runs. Shorter, and fewer programs get a planned form; longer, and the first
/// sound comes later than a second after the command.
pub const HEAD_START: Duration = Duration::from_millis(450);

/// Time between two looks at player, keys and program: a picture takes longer than this to notice.
pub const BEAT: Duration = Duration::from_millis(16);

/// How far ahead of what is heard music is made, in bars.
pub const AHEAD_BARS: u32 = 2;

/// Instructions in a bar at most while the program runs. Enough that a hot loop moves on; few enough
/// that what the program prints stays near to what is heard.
const MOST_STEPS_PER_BAR: u64 = 400_000;

/// Music that is made ahead at least, in the faithful style.
const GESTURES_AT_LEAST: usize = 16;

/// Longest that the music waits for a program's first instruction.
const SILENT_START: Duration = Duration::from_secs(3);

/// Longest wait for the program at a time before the music begins: what it prints is taken in between.
const PATIENCE: Duration = Duration::from_millis(20);

/// Words that a child gathers before it writes them, played live or not: CPython's counts of memory blocks depend a
/// little on when they are written, and what is played is to be what is exported. More would be quicker (8192
/// by an eighth), and a program that waits would be heard later.
pub const RECORDS: u32 = 512;

/// Words that the child gathers before it writes: in the faithful style a word is a note.
pub fn records(style: &Mapping) -> u32 {
    if style.is_lossless() { 16 } else { RECORDS }
}

/// How long a program may go on when its music is long enough. One that has ended by itself, and is not
/// read to its end yet, is not called cut short; longer, and the view would stutter.
const LAST_WORDS: Duration = Duration::from_millis(100);

enum Composer {
    /// Not known yet whether the program ends at once.
    Undecided,
    Band(Box<Conductor>),
    Faithful(Box<Faithful>),
    /// All music is made.
    Done,
}

/// Music out of a running program. A witness is told the whole trace besides, as it comes.
pub struct Feed<W: Listener = Nobody> {
    running: Running,
    witness: W,
    folder: Folder,
    /// The same, folded as a whole piece is: until it is known whether there will be one.
    whole: Option<Threads>,
    composer: Composer,
    style: Style,
    title: String,
    is_blank: bool,
    /// Bars that are cut and not composed yet.
    bars: VecDeque<Bar>,
    cut: u32,
    last: Option<Gesture>,
    outcome: Option<Outcome>,
    codes: Vec<Arc<Code>>,
    remark: Option<String>,
    outline: Option<Outline>,
    /// What the program printed and nobody has asked for yet.
    said: VecDeque<Output>,
    pull: Pull,
    /// What the beat has released, if it drives the program.
    released: Option<Released>,
    parting: Parting,
    merging: Option<Merging>,
}

impl Feed {
    pub fn new(running: Running, program: &Program, style: Style, zoom: Zoom) -> Self {
        Self::witnessed(running, program, style, zoom, Nobody)
    }
}

impl<W: Listener> Feed<W> {
    pub fn witnessed(running: Running, program: &Program, style: Style, zoom: Zoom, witness: W) -> Self {
        let style_is_lossless = style.mapping.is_lossless();
        let most = (!style_is_lossless).then_some(MOST_GESTURES);
        Self {
            running,
            witness,
            folder: Folder::new(zoom, most),
            whole: Some(Threads::new(zoom, most)),
            composer: Composer::Undecided,
            style,
            title: program.name.clone(),
            is_blank: program.is_blank(),
            bars: VecDeque::new(),
            cut: 0,
            last: None,
            outcome: None,
            codes: Vec::new(),
            remark: None,
            outline: None,
            said: VecDeque::new(),
            pull: Pull::new(style_is_lossless),
            released: None,
            parting: Parting::Stops,
            merging: None,
        }
    }

    /// With what a second run of the program told.
    pub fn warmed(self, merging: Option<Merging>) -> Self {
        Self { merging, ..self }
    }

    /// How well the second run agrees with this one, once this one has ended.
    pub fn second_run(&self) -> Option<String> {
        Some(self.merging.as_ref()?.remark(self.outcome.as_ref()?))
    }

    /// The first music: the whole piece if the program has ended by `deadline`, its first bars if not.
    pub fn open(&mut self, deadline: Instant) -> Result<Performance, InterpreterError> {
        // Until the first instruction nothing is known of the program, not even its key: a library may load.
        let is_early = |feed: &Self| Instant::now() < if feed.folder.steps() == 0 { deadline + SILENT_START } else { deadline };
        while self.outcome.is_none() && self.released.is_none() && is_early(self) && !self.has_enough() {
            if let Some(steps) = self.pull.ahead(self.running.credit_left()) {
                self.running.grant(steps);
            }
            self.listen(deadline.saturating_duration_since(Instant::now()).clamp(Duration::from_millis(1), PATIENCE))?;
        }
        let first_bars = self.first_bars(deadline)?;
        self.codes = self.folder.codes().to_vec();
        if let (Some(outcome), Some(whole)) = (&self.outcome, self.whole.take()) {
            let outline = whole.finish(outcome.clone());
            self.remark = outline.remark();
            let outline = if self.is_blank { outline.silent() } else { outline };
            self.composer = Composer::Done;
            let performance = perform(&compose(&self.title, &outline, &self.codes, &self.style));
            self.outline = Some(outline);
            return Ok(performance);
        }
        let bars = first_bars.unwrap_or_else(|| vec![self.folder.take()]);
        let mut plan = plan_live(&bars.concat(), &self.codes, self.folder.tells_memory(), &self.style);
        plan.steps_per_bar = self.released.as_ref().map_or(plan.steps_per_bar, Released::steps_per_bar);
        self.composer = match self.style.mapping.arrangement() {
            Some(arrangement) => Composer::Band(Box::new(Conductor::new(&self.title, plan, &self.style, arrangement))),
            None => Composer::Faithful(Box::new(Faithful::new(&self.title, &self.style, &plan))),
        };
        // A program that is silent from the start (it waits for input) has no bar yet.
        bars.into_iter().for_each(|gestures| self.cut(gestures));
        Ok(self.compose_next().unwrap_or_else(|| perform(&self.nothing())))
    }

    /// Listens to the program for `wait` at most and gives the music that came of it. If it is `urgent`
    /// and nothing came, the bar before is held.
    pub fn more(&mut self, wait: Duration, urgent: bool) -> Result<Option<Performance>, InterpreterError> {
        if self.released.is_some() {
            self.gather(wait)?;
        } else if self.bars.is_empty() && self.outcome.is_none() {
            let deadline = Instant::now() + wait;
            while self.outcome.is_none() && !self.is_served() && Instant::now() < deadline {
                self.pull_on(deadline)?;
            }
            self.codes.extend_from_slice(&self.folder.codes()[self.codes.len()..]);
            if self.has_enough() || self.outcome.is_some() || (urgent && self.folder.pending_steps() > 0) {
                let gestures = self.folder.take();
                self.cut(gestures);
                self.pull.begin_bar();
            } else if urgent
                && !self.style.mapping.is_lossless()
                && let Some(last) = self.last
            {
                // The faithful style stands still instead: what it plays are instructions, and none came.
                self.bars.push_back(Bar { gestures: vec![Gesture { steps: 0, ..last }], is_held: true });
            }
        }
        if self.reached_length() {
            let deadline = Instant::now() + LAST_WORDS;
            while self.outcome.is_none() && self.parting == Parting::Stops && Instant::now() < deadline {
                self.pull_on(deadline)?;
            }
            if self.outcome.is_none() {
                self.part();
            }
            // The head start alone can be minutes of music.
            self.bars.clear();
        }
        Ok(self.compose_next())
    }

    /// Lets the program run a little more if it has told all that it was granted, and listens.
    fn pull_on(&mut self, deadline: Instant) -> Result<(), InterpreterError> {
        // One that is driven has its last grant.
        if self.released.is_none()
            && let Some(steps) = self.pull.more(self.running.credit_left())
        {
            self.running.grant(steps);
        }
        self.listen(deadline.saturating_duration_since(Instant::now()))
    }

    fn listen(&mut self, wait: Duration) -> Result<(), InterpreterError> {
        let mut all = All(&mut self.folder, self.whole.as_mut(), &mut self.witness);
        let state = match &mut self.merging {
            Some(merging) => self.running.listen_for(&mut merging.over(&mut all), wait)?,
            None => self.running.listen_for(&mut all, wait)?,
        };
        if let State::Ended(outcome) = state {
            if let Some(merging) = &mut self.merging {
                merging.finish(&outcome, &mut all);
            }
            self.outcome = Some(outcome);
        }
        self.hear_out();
        Ok(())
    }

    /// Takes what the program printed: one that is not listened to would wait for us.
    fn hear_out(&mut self) {
        if let Some(output) = self.running.output() {
            self.said.extend(output.try_iter());
        }
    }

    /// Whether there is music for a bar, and all was heard that was granted for it: what comes together then does
    /// not depend on when it was read.
    fn is_served(&self) -> bool {
        self.has_enough() && (self.running.credit_left() == 0 || !self.running.is_paced())
    }

    /// Whether there is music for a bar; before the beginning, as much as may be folded at once.
    fn has_enough(&self) -> bool {
        match (&self.composer, self.style.mapping.is_lossless()) {
            (_, true) => self.folder.pending_steps() >= GESTURES_AT_LEAST as u64,
            (Composer::Undecided, false) => false,
            (_, false) => self.folder.pending_weight() >= live_weight(self.cut) || self.folder.pending_steps() >= MOST_STEPS_PER_BAR,
        }
    }

    /// No more music will come.
    pub fn is_over(&self) -> bool {
        matches!(self.composer, Composer::Done)
    }

    pub fn state(&self, is_starved: bool) -> String {
        match &self.outcome {
            _ if self.parting == Parting::RunsOn => "the program runs on without music".to_owned(),
            Some(outcome) => outcome.to_string(),
            None if is_starved || self.is_behind() => "the program waits".to_owned(),
            None => "running".to_owned(),
        }
    }

    /// Something the program printed.
    pub fn said(&mut self) -> Option<Output> {
        self.hear_out();
        self.said.pop_front()
    }

    /// What the listener must know of how the music was made.
    pub fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
    }

    pub fn steps(&self) -> u64 {
        self.running.steps()
    }

    /// What the interpreter could not do that it was asked to. More may come while the program runs.
    pub fn warnings(&self) -> &[String] {
        self.running.warnings()
    }

    pub fn dialect(&self) -> &Dialect {
        self.running.dialect()
    }

    pub fn codes(&self) -> &[Arc<Code>] {
        &self.codes
    }

    pub fn witness(&mut self) -> &mut W {
        &mut self.witness
    }

    /// The program's end, once it is known.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// What a whole piece was made of.
    pub fn outline(&self) -> Option<&Outline> {
        self.outline.as_ref()
    }
}
