//! The piece of a run, bar by bar: what sounds in each bar, and which instructions it stands for. Knows no question.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::compose::{self, Mapping, Style, StyleName, Tally, compose};
use crate::fold::{Gesture, Threads, Zoom, fold};
use crate::music::{Pitch, TICKS_PER_BAR, TICKS_PER_QUARTER, TICKS_PER_SIXTEENTH, Tick, Ticks};
use crate::perform::{Bars, Channel, Cue, CueKind, Performance, excerpt, perform};
use crate::quiz::Run;
use crate::score::{Cause, State};
use crate::trace::{CodeId, Entry, Listener, Trace};

/// Instructions from the start of a run that are heard one by one: about twenty minutes. More would cost seconds; most
/// songs are shorter.
const FAITHFUL_STEPS: usize = 12_000;

/// Seconds that a piece to compare lasts, to the nearest bar: long enough for a pattern, and two are soon heard.
const SECONDS: f64 = 5.5;

/// Longest from one stroke to the next where only some of the band sounds: more, and one wonders whether it goes on.
const LONGEST_REST: Ticks = Ticks(3 * TICKS_PER_QUARTER);

/// Bars that are left out at the beginning of a long piece, where the band gathers.
const GATHERING: u32 = 2;

/// What a bar stands for.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Everything in it, counted.
    pub whole: Gesture,
    /// Threads that ran, in the order of their numbers.
    pub threads: Vec<u16>,
    /// Frames above the first, at most.
    pub deepest: u16,
    /// Memory blocks that one gesture released beyond what it allocated, at most.
    pub released: u32,
    /// Instructions by code and line.
    pub lines: BTreeMap<(CodeId, u32), u64>,
    /// Nothing new begins in it, or nothing at all.
    pub is_held: bool,
}

impl Default for Bar {
    fn default() -> Self {
        Self { whole: Gesture::EMPTY, threads: Vec::new(), deepest: 0, released: 0, lines: BTreeMap::new(), is_held: false }
    }
}

/// A run as music.
pub struct Piece<'a> {
    pub run: &'a Run,
    pub style: Style,
    pub performance: Performance,
    /// By number; those of the ending are none.
    pub bars: Vec<Bar>,
    pub tells_memory: bool,
    /// Whether the order of threads is inferred.
    pub is_inferred: bool,
}

/// Some bars of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub first: u32,
    pub bars: u32,
}

impl Window {
    pub fn numbers(self) -> Range<usize> {
        self.first as usize..(self.first + self.bars) as usize
    }

    pub fn overlaps(self, other: Self) -> bool {
        self.first < other.first + other.bars && other.first < self.first + self.bars
    }

    /// What it holds of figures by bar.
    pub fn of<T>(self, bars: &[T]) -> &[T] {
        bars.get(self.numbers()).unwrap_or_default()
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..{}", self.first + 1, self.first + self.bars)
    }
}

impl<'a> Piece<'a> {
    /// By the band, as the program is played unless somebody wishes otherwise.
    pub fn groove(run: &'a Run) -> Option<Self> {
        let style = Style::of(StyleName::Groove);
        let outline = fold(&run.trace, style.mapping.zoom());
        if outline.gestures.is_empty() {
            return None;
        }
        let performance = perform(&compose(&run.program.name, &outline, &run.trace.codes, &style));
        let count = performance.states.len() as u32;
        let bars = compose::bars(&outline, count).map(|bar| Bar { is_held: bar.is_held, ..Bar::of(&bar.gestures) }).collect();
        let is_inferred = outline.threads > 1 && !outline.is_measured;
        Some(Self { run, style, performance, bars, tells_memory: outline.tells_memory, is_inferred })
    }

    /// Instruction by instruction, from the start of the run.
    pub fn faithful(run: &'a Run) -> Option<Self> {
        let style = Style::of(StyleName::Faithful);
        let mut folder = Threads::new(Zoom::Opcode, None);
        tell(&run.trace, FAITHFUL_STEPS, &mut folder);
        let outline = folder.finish(run.trace.outcome.clone());
        if outline.gestures.is_empty() {
            return None;
        }
        let performance = perform(&compose(&run.program.name, &outline, &run.trace.codes, &style));
        // A note for each instruction, in their order.
        let mut begins = performance.cues.iter().filter_map(|cue| match cue.kind {
            CueKind::On { note, .. } => Some((cue.at.bar(), performance.causes[note as usize])).filter(|(_, cause)| !cause.is_state),
            CueKind::Off { .. } => None,
        });
        let mut bars: Vec<Vec<Gesture>> = vec![Vec::new(); performance.end.bar() as usize];
        for gesture in &outline.gestures {
            let Some((bar, _)) = begins.next() else { break };
            if let Some(bar) = bars.get_mut(bar as usize) {
                bar.push(*gesture);
            }
        }
        let bars = bars.iter().map(|gestures| Bar::of(gestures)).collect();
        let is_inferred = outline.threads > 1 && !outline.is_measured;
        Some(Self { run, style, performance, bars, tells_memory: outline.tells_memory, is_inferred })
    }

    pub fn mapping(&self) -> &Mapping {
        &self.style.mapping
    }

    /// Seconds of a bar.
    pub fn bar_s(&self) -> f64 {
        Tick::of_bar(1).seconds(self.performance.tempo)
    }

    /// Bars of about [`SECONDS`], four at most: a phrase.
    pub fn usual(&self) -> u32 {
        ((SECONDS / self.bar_s()).round() as u32).clamp(2, 4)
    }

    /// All stretches of so many bars, each with something new in every bar.
    pub fn windows(&self, bars: u32) -> Vec<Window> {
        let there = self.bars.len() as u32;
        let first = if there > 4 * GATHERING { GATHERING } else { 0 };
        (first..(there + 1).saturating_sub(bars))
            .map(|first| Window { first, bars })
            .filter(|window| self.bars[window.numbers()].iter().all(|bar| !bar.is_held))
            .collect()
    }

    /// Whether what is meant, by part of the score, pitch and cause, begins within half a bar of a window's beginning and is
    /// never silent for long.
    pub fn goes_on(&self, window: Window, is_meant: impl Fn(usize, Pitch, &Cause) -> bool) -> bool {
        let [from, to] = [Tick::of_bar(window.first), Tick::of_bar(window.first + window.bars)];
        let begins = self.performance.cues.partition_point(|cue| cue.at < from);
        // As if something had been struck so long before.
        let mut before = Tick((from + Ticks(TICKS_PER_BAR / 2)).0.saturating_sub(LONGEST_REST.0 + 1));
        for cue in self.performance.cues[begins..].iter().take_while(|cue| cue.at < to) {
            if let Some((part, at, pitch, cause)) = self.stroke(cue)
                && is_meant(part, pitch, &cause)
            {
                if at - before > LONGEST_REST {
                    return false;
                }
                before = at;
            }
        }
        to - before <= LONGEST_REST
    }

    pub fn excerpt(&self, window: Window) -> Option<Performance> {
        excerpt(&self.performance, window.to_string().parse::<Bars>().ok()?).ok()
    }

    /// What the bars of a window stand for, as one.
    pub fn whole(&self, window: Window) -> Bar {
        let mut whole = Bar::default();
        for bar in window.of(&self.bars) {
            whole.absorb(bar);
        }
        whole
    }

    /// The instructions of the run that a window stands for, counted from 0: of a run of several threads only if their order
    /// was measured.
    pub fn steps(&self, window: Window) -> Range<u64> {
        let bars = window.of(&self.bars).iter().filter(|bar| bar.whole.steps > 0);
        let since = bars.map(|bar| bar.whole.since).min().unwrap_or_default();
        since..since + self.whole(window).whole.steps
    }

    /// What each bar says; empty where every instruction is a note.
    pub fn states(&self, window: Window) -> &[State] {
        window.of(&self.performance.states)
    }

    /// Strokes of a tally in each bar.
    pub fn strokes(&self, tally: &Tally) -> Vec<u32> {
        self.counted(|part, slot, pitch| {
            part == tally.part && slot < tally.before && (tally.drums.is_empty() || tally.drums.contains(&pitch))
        })
    }

    /// Strokes in each bar of what is meant, by part of the score and pitch.
    pub fn strokes_where(&self, is_meant: impl Fn(usize, Pitch) -> bool) -> Vec<u32> {
        self.counted(|part, _, pitch| is_meant(part, pitch))
    }

    fn counted(&self, is_meant: impl Fn(usize, u32, Pitch) -> bool) -> Vec<u32> {
        let mut counts = vec![0; self.bars.len()];
        for cue in &self.performance.cues {
            let slot = cue.at.0 % TICKS_PER_BAR / TICKS_PER_SIXTEENTH;
            if let CueKind::On { pitch, .. } = cue.kind
                && let Some(part) = self.part(cue.channel)
                && is_meant(part, slot, pitch)
                && let Some(count) = counts.get_mut(cue.at.bar() as usize)
            {
                *count += 1;
            }
        }
        counts
    }

    /// The part of the score that plays on a channel.
    pub fn part(&self, channel: Channel) -> Option<usize> {
        self.performance.setups.iter().position(|setup| setup.channel == channel)
    }

    /// The notes that stand for instructions in a window, with their part, in their order.
    pub fn notes(&self, window: Window) -> Vec<(usize, Tick, Cause)> {
        let [from, to] = [Tick::of_bar(window.first), Tick::of_bar(window.first + window.bars)];
        let begins = self.performance.cues.partition_point(|cue| cue.at < from);
        let cues = self.performance.cues[begins..].iter().take_while(|cue| cue.at < to);
        let strokes = cues.filter_map(|cue| self.stroke(cue)).filter(|(_, _, _, cause)| !cause.is_state);
        strokes.map(|(part, at, _, cause)| (part, at, cause)).collect()
    }

    /// Every stroke: its part, moment, pitch, and why it is there; at one moment what is a state first.
    pub fn strokes_all(&self) -> Vec<(usize, Tick, Pitch, Cause)> {
        let mut strokes: Vec<_> = self.performance.cues.iter().filter_map(|cue| self.stroke(cue)).collect();
        strokes.sort_by_key(|(_, at, _, cause)| (*at, !cause.is_state));
        strokes
    }

    fn stroke(&self, cue: &Cue) -> Option<(usize, Tick, Pitch, Cause)> {
        match cue.kind {
            CueKind::On { pitch, note, .. } => Some((self.part(cue.channel)?, cue.at, pitch, self.performance.causes[note as usize])),
            CueKind::Off { .. } => None,
        }
    }
}

impl Bar {
    fn of(gestures: &[Gesture]) -> Self {
        let mut bar = Self { is_held: gestures.is_empty(), ..Self::default() };
        for (index, gesture) in gestures.iter().enumerate() {
            match index {
                0 => bar.whole = *gesture,
                _ => bar.whole.absorb(gesture),
            }
            bar.threads.push(gesture.thread);
            bar.deepest = bar.deepest.max(gesture.frame_depth);
            bar.released = bar.released.max(gesture.blocks_down.saturating_sub(gesture.blocks_up));
            *bar.lines.entry((gesture.code, gesture.line)).or_default() += gesture.steps;
        }
        bar.threads.sort_unstable();
        bar.threads.dedup();
        bar
    }

    fn absorb(&mut self, next: &Self) {
        match self.whole.steps {
            0 => self.whole = next.whole,
            _ => self.whole.absorb(&next.whole),
        }
        self.threads.extend(&next.threads);
        self.threads.sort_unstable();
        self.threads.dedup();
        self.deepest = self.deepest.max(next.deepest);
        self.released = self.released.max(next.released);
        for (&line, steps) in &next.lines {
            *self.lines.entry(line).or_default() += steps;
        }
        self.is_held |= next.is_held;
    }
}

/// Tells the beginning of a trace: so many steps, and what was marked among them.
fn tell(trace: &Trace, steps: usize, listener: &mut impl Listener) {
    for code in &trace.codes {
        listener.code(std::sync::Arc::clone(code));
    }
    let mut told = 0;
    for entry in &trace.entries {
        match entry {
            Entry::Step(_) if told == steps => break,
            Entry::Step(step) => {
                told += 1;
                listener.step(*step);
            }
            Entry::Mark(mark) => listener.mark(mark.clone()),
        }
    }
}
