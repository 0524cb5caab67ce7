//! The style `groove`: a band plays the states of the program, bar by bar.
//!
//! | part | carries |
//! |---|---|
//! | drums | turns of loops (kick, snare), activity (hats), allocation (maracas), frames entered (wood block), exceptions (crash, toms), collections (floor toms) |
//! | bass | depth of the call stack |
//! | keys | which function: each has its progression; recursion walks down in thirds and home again |
//! | strings | how deep the call stack is, as a drone |
//! | leads | the kind of work, one instrument each; their pitch is the height of the value stack |
//! | harp | the value stack within a line |

mod accompaniment;
mod drums;
mod ending;
mod lead;

use std::collections::VecDeque;
use std::sync::Arc;

use super::figures::Figures;
use super::harmony::Chord;
use super::plan::Bar;
use super::sheet::{Seat, Sheet};
use super::work::{self, Work};
use crate::music::{Instrument, Key, Patch, Pitch, Tempo, Tick};
use crate::score::{Score, Text};
use crate::trace::{Code, CodeId, Family, Outcome};

const DRUMS: usize = 0;
const BASS: usize = 1;
const KEYS: usize = 2;
const STRINGS: usize = 3;
const HARP: usize = 4;
const FIRST_LEAD: usize = 5;

/// The band. Foreground near the middle, decoration at the sides, the low end in the centre.
const SEATS: [Seat; 12] = [
    Seat { name: "drums", instrument: Instrument::Drums, pan: 64, level: 100 },
    Seat { name: "bass", instrument: Instrument::Melodic(Patch::FINGERED_BASS), pan: 64, level: 104 },
    Seat { name: "keys", instrument: Instrument::Melodic(Patch::ELECTRIC_PIANO), pan: 44, level: 88 },
    Seat { name: "strings", instrument: Instrument::Melodic(Patch::STRINGS), pan: 78, level: 70 },
    Seat { name: "harp", instrument: Instrument::Melodic(Patch::HARP), pan: 98, level: 84 },
    Seat { name: "reckon", instrument: Instrument::Melodic(Patch::MARIMBA), pan: 58, level: 106 },
    Seat { name: "index", instrument: Instrument::Melodic(Patch::NYLON_GUITAR), pan: 70, level: 104 },
    Seat { name: "look", instrument: Instrument::Melodic(Patch::KALIMBA), pan: 54, level: 104 },
    Seat { name: "build", instrument: Instrument::Melodic(Patch::VIBRAPHONE), pan: 74, level: 100 },
    Seat { name: "call", instrument: Instrument::Melodic(Patch::FLUTE), pan: 60, level: 98 },
    Seat { name: "suspend", instrument: Instrument::Melodic(Patch::CLARINET), pan: 68, level: 98 },
    Seat { name: "fail", instrument: Instrument::Melodic(Patch::BRASS), pan: 64, level: 94 },
];

/// The seat of the instrument which leads for a kind of work.
fn seat_of(work: Work) -> usize {
    FIRST_LEAD + work as usize
}

/// What is heard of a family.
pub(super) fn instrument_of(family: Family) -> &'static str {
    match (family, Work::of(family)) {
        (Family::Loop, _) => "kick and snare",
        (_, Some(work)) => SEATS[seat_of(work)].instrument.name(),
        (Family::Load | Family::Store | Family::Stack, _) => "harp",
        (Family::Scope, _) => "electric piano",
        (Family::Jump, _) => "hi-hat",
        _ => "silent",
    }
}

/// Said at the start of every piece, since no recorder tells of every allocation.
const ALLOCATION: &str = "maracas: allocation, inferred from what is built where the interpreter does not tell";

/// Bars that must be known behind the one that is written.
const LOOK_AHEAD: usize = 2;

/// A bar that is known but not written yet, since its end depends on what follows.
struct Waiting {
    bar: Bar,
    figures: Figures,
}

/// Writes the style bar by bar; music of a running program is drained as it comes.
pub struct Groove {
    title: String,
    tempo: Tempo,
    key: Key,
    sheet: Sheet,
    /// Bars written.
    written: u32,
    /// Bars not written yet: whether a section ends with one is only known two bars later.
    waiting: VecDeque<Waiting>,
    /// Functions in the order in which they had a section.
    functions: Vec<CodeId>,
    section: Option<(CodeId, u32)>,
    voicing: Vec<Pitch>,
    work: Option<Work>,
    /// Instructions in a bar on average, to tell busy bars from quiet ones.
    usual_steps: f64,
    /// The average is not known beforehand: it follows what is heard.
    is_live: bool,
    markers: Vec<Text>,
    remarks: Vec<Text>,
    last_remark: String,
    end: Tick,
}

/// All that is known of the bar being written.
struct Now<'a> {
    bar: u32,
    figures: &'a Figures,
    material: &'a Bar,
    chord: Chord,
    /// 0 quiet to 1 busy: instructions in this bar against the average.
    activity: f64,
    /// The section ends with this bar.
    closes: bool,
    /// Bars since the section began.
    in_section: u32,
    /// Number of the section's function in order of appearance.
    function: usize,
}

impl Groove {
    /// `usual_steps` are the instructions of an average bar.
    pub fn new(title: &str, tempo: Tempo, key: Key, usual_steps: f64) -> Self {
        Self {
            title: title.to_owned(),
            tempo,
            key,
            sheet: Sheet::new(&SEATS),
            written: 0,
            waiting: VecDeque::new(),
            functions: Vec::new(),
            section: None,
            voicing: Vec::new(),
            work: None,
            usual_steps: usual_steps.max(1.0),
            is_live: false,
            markers: Vec::new(),
            remarks: vec![Text { at: Tick::default(), text: ALLOCATION.to_owned() }],
            last_remark: String::new(),
            end: Tick::default(),
        }
    }

    /// For a program that still runs: the average of its bars follows what is heard.
    pub fn live(self) -> Self {
        Self { is_live: true, ..self }
    }

    pub fn tempo(&self) -> Tempo {
        self.tempo
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
            tempo: self.tempo,
            key: self.key,
            parts: self.sheet.take(),
            markers: std::mem::take(&mut self.markers),
            remarks: std::mem::take(&mut self.remarks),
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
            let cause = last_cause.unwrap_or_default();
            let last = ending::Last { bar, key: self.key, cause, lead: seat_of(self.work.unwrap_or(Work::Call)) };
            ending::write(&mut self.sheet, &last, &self.voicing, outcome);
            self.markers.push(Text { at: Tick::of_bar(bar), text: outcome.to_string() });
            self.end = Tick::of_bar(bar + super::plan::ENDING_BARS);
        } else {
            self.remarks.clear();
            self.end = Tick::of_bar(1);
        }
        self.drain()
    }

    fn write_next(&mut self, codes: &[Arc<Code>]) {
        let Some(Waiting { bar: material, figures }) = self.waiting.pop_front() else { return };
        let (material, figures) = (&material, &figures);
        let behind = |distance: usize| self.waiting.get(distance).map(|waiting| waiting.figures.function);
        let (next, after_next) = (behind(0), behind(1));
        let bar = self.written;
        self.enter_section(figures, next, codes);
        let (function, since) = self.section.unwrap_or((figures.function, bar));
        // As `enter_section` will decide when the next bar is written.
        let closes = bar >= since + 3 && next.is_none_or(|next| next != function && after_next.is_none_or(|after| after == next));
        let number = self.functions.iter().position(|&code| code == function).unwrap_or(0);
        let busy = figures.steps.max(1) as f64 / self.usual_steps;
        let now = Now {
            bar,
            figures,
            material,
            chord: chord(figures, number, bar - since),
            activity: (0.5 + 0.16 * libm::log2(busy)).clamp(0.0, 1.0),
            closes,
            in_section: bar - since,
            function: number,
        };
        drums::write(&mut self.sheet, &now);
        self.voicing = accompaniment::write(&mut self.sheet, &now, self.key, &self.voicing);
        let lead = if figures.raised > 0 { Work::Fail } else { work::leading(&figures.families, self.work) };
        let notes = lead::write(&mut self.sheet, &now, self.key, seat_of(lead));
        self.work = Some(lead);
        self.remark(figures, notes);
        if self.is_live && !material.is_held {
            self.usual_steps += (figures.steps as f64 - self.usual_steps) / 8.0;
        }
        self.written += 1;
        self.end = Tick::of_bar(self.written);
    }

    /// A section is a run of bars of one function. Another function begins one only if it stays for
    /// two bars, or the music would change its mind at every call.
    fn enter_section(&mut self, figures: &Figures, next: Option<CodeId>, codes: &[Arc<Code>]) {
        let stays = next.is_none_or(|next| next == figures.function);
        let changes = self.section.is_none_or(|(function, _)| function != figures.function && stays);
        if !changes {
            return;
        }
        let function = figures.function;
        self.section = Some((function, self.written));
        if !self.functions.contains(&function) {
            self.functions.push(function);
        }
        if let Some(code) = codes.get(function.index()) {
            let text = if code.name.starts_with('<') { code.name.clone() } else { format!("{}()", code.qualname) };
            self.markers.push(Text { at: Tick::of_bar(self.written), text });
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

fn chord(figures: &Figures, function: usize, in_section: u32) -> Chord {
    if figures.raised > 0 {
        Chord::borrowed(in_section)
    } else if figures.is_recursive {
        Chord::of_recursion(figures.frame_depth)
    } else {
        Chord::of_section(function, in_section)
    }
}
