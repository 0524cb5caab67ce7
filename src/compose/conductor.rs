//! Leads a band through a program bar by bar: which section it is in, in which key and over which chord,
//! how full and how loud. What a bar sounds like is the arrangement's.
//!
//! A section is a run of bars of one function, and every function has its theme. Sections of functions
//! that were called from deeper down lie fifths higher; who comes back to the function that began comes
//! home, by a cadence. An exception borrows its chords from elsewhere; the bar after it is at home again.

use std::collections::VecDeque;
use std::sync::Arc;

use super::character::Character;
use super::figures::Figures;
use super::form::{Dynamics, fullness};
use super::harmony::Chord;
use super::mapping::Mapping;
use super::plan::{Bar, ENDING_BARS, Plan};
use super::sheet::Sheet;
use super::style::Style;
use super::theme::{Taste, Theme, Variation};
use super::work;
use crate::music::{Key, TICKS_PER_BAR, Tempo, Tick, Ticks};
use crate::score::{Cause, Harmony, Score, State, Text, Work};
use crate::trace::{Code, CodeId, Outcome};

/// Bars that must be known behind the one that is written.
const LOOK_AHEAD: usize = 2;

/// Bars after which a theme that stays is varied: two phrases of four. A loop that runs for a minute would be a
/// minute of the same bar otherwise.
const PHRASES: u32 = 8;

/// Said at the start of a piece where the interpreter does not tell of memory.
const INFERRED: &str = "allocation: inferred from what is built, the interpreter does not tell";

/// How a style plays. It is sent with its conductor from the thread that opens a program to the one that plays it.
pub trait Arrangement: Send {
    fn bar(&mut self, sheet: &mut Sheet, now: &Now) -> Written;

    /// Writes the ending into the last bars.
    fn ending(&mut self, sheet: &mut Sheet, last: &Last, outcome: &Outcome);
}

/// What came of a bar.
pub struct Written {
    /// Notes which carry the bar's instructions.
    pub notes: u32,
    /// Whether the kind of work can be told from it.
    pub leads: bool,
}

/// All that is known of the bar being written.
pub struct Now<'a> {
    pub mapping: &'a Mapping,
    pub bar: u32,
    pub figures: &'a Figures,
    pub material: &'a Bar,
    pub codes: &'a [Arc<Code>],
    pub character: &'a Character,
    pub key: Key,
    /// Chords of the first and of the second half.
    pub chords: [Chord; 2],
    pub theme: Theme,
    pub variation: Variation,
    /// What the bar has to say; its kind of work is in `work`.
    pub state: State,
    pub work: Work,
    /// How full the music is, 0 to 1.
    pub fullness: f64,
    pub dynamics: Dynamics,
    /// The section ends with this bar.
    pub closes: bool,
    /// Bars since the section began.
    pub in_section: u32,
}

impl Now<'_> {
    pub fn chord_at(&self, slot: u32) -> Chord {
        self.chords[usize::from(slot >= super::rhythm::SLOTS / 2)]
    }
}

/// Where and on what a piece ends.
pub struct Last<'a> {
    pub mapping: &'a Mapping,
    /// The first bar of the ending.
    pub bar: u32,
    /// The kind of work which led last.
    pub work: Work,
    pub key: Key,
    pub cause: Cause,
    pub dynamics: Dynamics,
}

/// A bar that is known but not written yet, since its end depends on what follows.
struct Waiting {
    bar: Bar,
    figures: Figures,
}

#[derive(Debug, Clone, Copy)]
struct Section {
    function: CodeId,
    /// Number of the function in the order of first sections.
    number: usize,
    /// How often the function had a section before.
    statement: u32,
    since: u32,
    key: Key,
}

/// Writes a piece bar by bar; music of a running program is drained as it comes.
pub struct Conductor {
    title: String,
    plan: Plan,
    taste: Taste,
    mapping: Arc<Mapping>,
    arrangement: Box<dyn Arrangement>,
    sheet: Sheet,
    /// Bars written.
    written: u32,
    waiting: VecDeque<Waiting>,
    /// Functions in the order in which they had a section, and how many each had.
    functions: Vec<(CodeId, u32)>,
    section: Option<Section>,
    /// Mean frame depth where the first section began.
    home_depth: f64,
    /// The bar before was broken by an exception.
    is_recovering: bool,
    /// Instructions in the usual bar.
    usual_steps: f64,
    harmony: Vec<Harmony>,
    markers: Vec<Text>,
    remarks: Vec<Text>,
    states: Vec<State>,
    work: Option<Work>,
    last_remark: String,
    last_harmony: Option<(Key, Chord)>,
    end: Tick,
}

impl Conductor {
    pub fn new(title: &str, plan: Plan, style: &Style, arrangement: Box<dyn Arrangement>) -> Self {
        let remarks = if plan.tells_memory { Vec::new() } else { vec![Text { at: Tick::default(), text: INFERRED.to_owned() }] };
        Self {
            title: title.to_owned(),
            usual_steps: plan.steps_per_bar.max(1.0),
            plan,
            taste: style.taste(),
            mapping: Arc::clone(&style.mapping),
            sheet: Sheet::new(style.mapping.seats()),
            arrangement,
            written: 0,
            waiting: VecDeque::new(),
            functions: Vec::new(),
            section: None,
            home_depth: 0.0,
            is_recovering: false,
            harmony: Vec::new(),
            markers: Vec::new(),
            remarks,
            states: Vec::new(),
            work: None,
            last_remark: String::new(),
            last_harmony: None,
            end: Tick::default(),
        }
    }

    pub fn tempo(&self) -> Tempo {
        self.plan.tempo
    }

    /// Bars written so far; two more may wait.
    pub fn written(&self) -> u32 {
        self.written
    }

    /// Adds a bar. It is written when the two behind it are known.
    pub fn bar(&mut self, bar: Bar, codes: &[Arc<Code>]) {
        let Some(figures) = Figures::of(&bar) else { return };
        self.waiting.push_back(Waiting { bar, figures });
        if self.waiting.len() > LOOK_AHEAD {
            self.write_next(codes);
        }
    }

    /// Bars written so far, as music that goes on; drains them.
    pub fn drain(&mut self) -> Score {
        Score {
            title: self.title.clone(),
            tempo: self.plan.tempo,
            key: self.plan.key,
            parts: self.sheet.take(),
            harmony: std::mem::take(&mut self.harmony),
            markers: std::mem::take(&mut self.markers),
            remarks: std::mem::take(&mut self.remarks),
            states: std::mem::take(&mut self.states),
            end: self.end,
        }
    }

    /// Writes what waits, and the ending that the program's own asks for.
    pub fn finish(mut self, outcome: &Outcome, codes: &[Arc<Code>]) -> Score {
        let mut last_cause = None;
        while let Some(next) = self.waiting.front() {
            last_cause = Some(next.figures.cause);
            self.write_next(codes);
        }
        let bar = self.written;
        if bar > 0 {
            let dynamics = Dynamics::new(self.plan.character.force(), fullness(bar, Some(bar)), 0);
            let cause = Cause { steps: 0, is_state: true, ..last_cause.unwrap_or_default() };
            self.arrangement.ending(
                &mut self.sheet,
                &Last { mapping: &self.mapping, bar, work: self.work.unwrap_or(Work::Call), key: self.plan.key, cause, dynamics },
                outcome,
            );
            self.markers.push(Text { at: Tick::of_bar(bar), text: outcome.to_string() });
            if let Some(chord) = Chord::of_ending(self.plan.key, outcome) {
                self.hold(Tick::of_bar(bar), self.plan.key, chord);
            }
            self.end = Tick::of_bar(bar + ENDING_BARS);
        } else {
            self.remarks.clear();
            self.end = Tick::of_bar(1);
        }
        self.drain()
    }

    fn write_next(&mut self, codes: &[Arc<Code>]) {
        let Some(Waiting { bar: material, figures }) = self.waiting.pop_front() else { return };
        let bar = self.written;
        let ahead = |distance: usize| self.waiting.get(distance).map(|waiting| (waiting.figures.function, waiting.figures.frame_depth));
        let (next, after_next) = (ahead(0), ahead(1).map(|(function, _)| function));
        let section = self.enter_section(&figures, next.map(|(function, _)| function), codes);
        // As `enter_section` will decide when the next bar is written.
        let turns_to = next.filter(|&(function, _)| function != section.function && after_next.is_none_or(|after| after == function));
        let closes = next.is_none() || (bar >= section.since + 3 && turns_to.is_some());
        let theme = self.theme(section.number);
        let chords = self.chords(&figures, &section, &theme, if closes { turns_to } else { None }, next.is_none());
        let halves = [Tick::of_bar(bar), Tick::of_bar(bar) + Ticks(TICKS_PER_BAR / 2)];
        for (at, chord) in halves.into_iter().zip(chords) {
            self.hold(at, section.key, chord);
        }
        self.is_recovering = figures.raised > 0;
        let state = figures.state(self.usual_steps, self.plan.tells_memory);
        let work = work::of_bar(&figures, self.work, &self.mapping.works);
        self.work = Some(work);
        let fullness = fullness(bar, self.plan.bars);
        let now = Now {
            mapping: &self.mapping,
            bar,
            figures: &figures,
            material: &material,
            codes,
            character: &self.plan.character,
            key: section.key,
            chords,
            theme,
            variation: Variation::of_statement(section.statement + (bar - section.since) / PHRASES),
            state,
            work,
            fullness,
            dynamics: Dynamics::new(self.plan.character.force(), fullness, bar),
            closes,
            in_section: bar - section.since,
        };
        let Written { notes, leads } = self.arrangement.bar(&mut self.sheet, &now);
        self.states.push(State { work: leads.then_some(work), ..state });
        self.remark(&figures, notes);
        if self.plan.bars.is_none() && !material.is_held {
            self.usual_steps += (figures.steps as f64 - self.usual_steps) / 8.0;
        }
        self.written += 1;
        self.end = Tick::of_bar(self.written);
    }

    /// The section of the bar being written. Another function begins one only if it stays for two bars,
    /// or the music would change its mind at every call.
    fn enter_section(&mut self, figures: &Figures, next: Option<CodeId>, codes: &[Arc<Code>]) -> Section {
        let function = figures.function;
        let stays = next.is_none_or(|next| next == function);
        match self.section {
            Some(section) if section.function == function || !stays => return section,
            Some(_) => {}
            None => self.home_depth = figures.frame_depth,
        }
        let number = self.number(function);
        let statement = self.functions.get(number).map_or(0, |(_, statements)| *statements);
        match self.functions.get_mut(number) {
            Some((_, statements)) => *statements += 1,
            None => self.functions.push((function, 1)),
        }
        let section = Section { function, number, statement, since: self.written, key: self.key_at(number, figures.frame_depth) };
        self.section = Some(section);
        if let Some(code) = codes.get(function.index()) {
            let text = if code.name.starts_with('<') { code.name.clone() } else { format!("{}()", code.qualname) };
            self.markers.push(Text { at: Tick::of_bar(self.written), text });
        }
        section
    }

    /// Number of a function's theme; one that has none yet gets the next.
    fn number(&self, function: CodeId) -> usize {
        self.functions.iter().position(|(known, _)| *known == function).unwrap_or(self.functions.len())
    }

    /// Home for the function that began, and for those as deep; a fifth higher for deeper ones, two for
    /// much deeper ones, a fifth lower for those that called it.
    fn key_at(&self, number: usize, frame_depth: f64) -> Key {
        let above = if number == 0 { 0.0 } else { (frame_depth - self.home_depth).round().clamp(-1.0, 2.0) };
        self.plan.key.transposed(7 * above as i32)
    }

    /// The theme of the `number`-th function.
    fn theme(&self, number: usize) -> Theme {
        let progressions = self.mapping.harmony.of(self.plan.key.mode).progressions.len();
        Theme::new(number, &self.plan.character, self.taste, progressions)
    }

    /// The chords of a bar. `turns_to` is the function (and its depth) whose section begins with the next.
    fn chords(&self, figures: &Figures, section: &Section, theme: &Theme, turns_to: Option<(CodeId, f64)>, is_last: bool) -> [Chord; 2] {
        let key = section.key;
        let book = self.mapping.harmony.of(key.mode);
        let place = self.written - section.since;
        let character = &self.plan.character;
        // Long lines take their time with a chord, short ones of many functions change it within the bar.
        let halves = match (character.breadth, character.variety) {
            (breadth, _) if breadth > 0.7 => [place / 2; 2],
            (breadth, variety) if breadth < 0.35 && variety > 0.4 => [place * 2, place * 2 + 1],
            _ => [place; 2],
        };
        let returns_home = section.number == 0 && section.statement > 0 && place == 0;
        let chords = if figures.raised > 0 {
            [book.borrowed(place); 2]
        } else if self.is_recovering || returns_home {
            [Chord::home(key); 2]
        } else if figures.is_recursive && character.calling > 0.5 {
            [book.walked(figures.frame_depth); 2]
        } else {
            halves.map(|half| book.chord(theme.progression, half))
        };
        let (goal_key, goal) = match turns_to {
            // The ending is at home, wherever the last section was.
            _ if is_last => (self.plan.key, Chord::home(self.plan.key)),
            None => return chords,
            Some((function, frame_depth)) => {
                let number = self.number(function);
                let (goal_key, goal) = (self.key_at(number, frame_depth), self.theme(number));
                (goal_key, if number == 0 { Chord::home(goal_key) } else { book.chord(goal.progression, 0) })
            }
        };
        let root = (goal.root_in(goal_key) - key.tonic() as i32).rem_euclid(12);
        [chords[0], Chord::dominant_of(Chord { root, ..goal })]
    }

    /// Writes a chord down, where it or its key changes.
    fn hold(&mut self, at: Tick, key: Key, chord: Chord) {
        if self.last_harmony.replace((key, chord)) != Some((key, chord)) {
            self.harmony.push(Harmony { at, key, chord });
        }
    }

    /// Says how much one note of the lead stands for, whenever that changes.
    fn remark(&mut self, figures: &Figures, notes: u32) {
        let remark = fold_remark(figures.steps, notes);
        if remark != self.last_remark {
            self.remarks.push(Text { at: Tick::of_bar(self.written), text: remark.clone() });
            self.last_remark = remark;
        }
    }
}

/// "1 note = N instructions", to the nearest whole number.
fn fold_remark(steps: u64, notes: u32) -> String {
    let notes = u64::from(notes.max(1));
    match steps {
        0 => "the instruction before is held".to_owned(),
        steps if steps < notes => format!("1 instruction = {} notes", (notes + steps / 2) / steps),
        steps => match (steps + notes / 2) / notes {
            1 => "1 note = 1 instruction".to_owned(),
            each => format!("1 note = {each} instructions"),
        },
    }
}
