//! Which step is seen at which moment: joins notes to the tape. Knows nothing of how notes are drawn.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Tape;
use super::join::Join;
use crate::music::{Pitch, Tick, Ticks, Velocity};
use crate::perform::{Channel, CueKind, Performance};
use crate::score::Cause;
use crate::trace::Family;

/// A note, and what is shown for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Struck {
    pub at: Tick,
    pub end: Tick,
    pub channel: Channel,
    pub pitch: Pitch,
    pub velocity: Velocity,
    pub cause: Cause,
    /// The family that is most often in what is shown, loads and stores left out unless there is nothing else.
    pub family: Family,
    /// Steps of the tape that are shown for it, one at least. Of a note that shows the state of its bar: the bar's.
    pub shown: Range<u64>,
}

/// A note that moves the head.
#[derive(Debug, Clone)]
struct Lead {
    at: Tick,
    /// Where the head has arrived: the end of the note, or the next lead.
    until: Tick,
    /// Its index among all notes.
    note: usize,
    shown: Range<u64>,
}

/// The head that moves over the tape as the music plays. One for each piece; grows with live music.
///
/// Notes give it their instructions one after another; those which show the state of a bar (drums, bass,
/// chords) leave it alone. Of several notes struck at once the one with most instructions leads, the first
/// among equals. A note that stands for no instruction, as when the program waits, holds it where it is.
#[derive(Default)]
pub struct Playhead {
    notes: Vec<Struck>,
    leads: Vec<Lead>,
    /// For each step with which a note's share begins, the first lead that has it.
    shares: BTreeMap<u64, usize>,
    /// Steps for which there are notes.
    sounded: u64,
    /// Longest note so far.
    longest: Ticks,
}

impl Playhead {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in music that follows what is there. The tape must have heard what the music was made of.
    pub fn add(&mut self, performance: &Performance, tape: &Tape) {
        let first = self.notes.len();
        let mut open: Vec<usize> = Vec::new();
        for cue in &performance.cues {
            match cue.kind {
                CueKind::On { pitch, velocity, note } => {
                    let Some(&cause) = performance.causes.get(note as usize) else { continue };
                    open.push(self.notes.len());
                    let (channel, at, end) = (cue.channel, cue.at, performance.end);
                    let shown = cause.since..cause.since + cause.steps.max(1);
                    self.notes.push(Struck { at, end, channel, pitch, velocity, cause, family: Family::Rest, shown });
                }
                CueKind::Off { pitch } => {
                    let is_it = |index: &usize| self.notes[*index].channel == cue.channel && self.notes[*index].pitch == pitch;
                    if let Some(place) = open.iter().position(is_it) {
                        self.notes[open.swap_remove(place)].end = cue.at;
                    }
                }
            }
        }
        self.join(first, tape);
        for index in first..self.notes.len() {
            let note = &mut self.notes[index];
            note.family = family(note, tape);
            self.longest = self.longest.max(note.end - note.at);
        }
        self.lead(first);
    }

    /// Finds on the tape what the notes from `first` on show.
    fn join(&mut self, first: usize, tape: &Tape) {
        let shown = |note: &Struck| !note.cause.is_state;
        let causes: Vec<Cause> = self.notes[first..].iter().filter(|note| shown(note)).map(|note| note.cause).collect();
        let before = self.leads.last().map(|lead| lead.shown.end - 1);
        let stretches = Join::new(tape, &causes).stretches(before);
        for (note, stretch) in self.notes[first..].iter_mut().filter(|note| shown(note)).zip(stretches) {
            note.shown = stretch;
        }
    }

    /// Lets the notes from `first` on lead.
    fn lead(&mut self, first: usize) {
        for (index, note) in self.notes.iter().enumerate().skip(first).filter(|(_, note)| !note.cause.is_state) {
            let lead = Lead { at: note.at, until: note.end, note: index, shown: note.shown.clone() };
            self.sounded = self.sounded.max(note.shown.end).max(note.cause.since + note.cause.steps);
            match self.leads.last_mut() {
                Some(last) if last.at == note.at => {
                    if self.notes[last.note].cause.steps < note.cause.steps {
                        *last = lead;
                    }
                }
                last => {
                    if let Some(last) = last {
                        last.until = last.until.min(note.at);
                    }
                    self.leads.push(lead);
                }
            }
        }
        // What was led over by another at the same moment sounds with it.
        let mut lead = 0;
        for note in self.notes[first..].iter().filter(|note| !note.cause.is_state && note.cause.steps > 0) {
            lead += self.leads[lead..].partition_point(|lead| lead.at < note.at);
            self.shares.entry(note.cause.since.min(note.shown.start)).or_insert(lead);
            self.shares.entry(note.shown.start).or_insert(lead);
        }
    }

    /// The lead at a moment.
    fn lead_at(&self, now: Tick) -> Option<&Lead> {
        self.leads[..self.leads.partition_point(|lead| lead.at <= now)].last()
    }

    /// The step seen at a moment: from the first instruction of the leading note to its last as time goes,
    /// and there until the next note. `None` before the first.
    pub fn step_at(&self, now: Tick) -> Option<u64> {
        let lead = self.lead_at(now)?;
        let length = lead.shown.end - lead.shown.start;
        let (gone, lasts) = (u64::from((now - lead.at).0), u64::from((lead.until - lead.at).0));
        let place = if gone >= lasts { length - 1 } else { (u128::from(gone) * u128::from(length) / u128::from(lasts)) as u64 };
        Some(lead.shown.start + place)
    }

    /// The moment at which a step, or the stretch it was folded into, sounds; `None` if it does not yet.
    pub fn tick_of(&self, step: u64) -> Option<Tick> {
        if step >= self.sounded {
            return None;
        }
        let (_, &index) = self.shares.range(..=step).next_back()?;
        let lead = &self.leads[index];
        let (length, lasts) = (lead.shown.end - lead.shown.start, (lead.until - lead.at).0);
        let place = step.saturating_sub(lead.shown.start).min(length - 1);
        // The first moment at which the head has come so far, of those before the note ends.
        let gone = (u128::from(place) * u128::from(lasts)).div_ceil(u128::from(length)) as u32;
        Some(lead.at + Ticks(gone.min(lasts.saturating_sub(1))))
    }

    /// The next moment after `now`, the start coming after the end, at which a line of the program sounds:
    /// where a note shows it, or else where a stretch begins that it was folded into.
    pub fn next_on_line(&self, now: Tick, line: u32, tape: &Tape) -> Option<Tick> {
        let is_there = |lead: &Lead| {
            let cause = self.notes[lead.note].cause;
            cause.line == line && cause.steps > 0 && tape.heat().is_program(cause.code)
        };
        // Several notes of one visit are one.
        let begins = |index: usize| {
            is_there(&self.leads[index])
                && (index == 0 || !is_there(&self.leads[index - 1]) || tape.begins_visit(self.leads[index].shown.start))
        };
        let after = self.leads.partition_point(|lead| lead.at <= now);
        let shown = (after..self.leads.len()).chain(0..after).find(|&index| begins(index));
        shown.map(|index| self.leads[index].at).or_else(|| {
            let from = self.step_at(now).map_or(0, |step| step + 1);
            self.tick_of(tape.next_on_line(from, line)?)
        })
    }

    /// Notes that may sound between two moments, in the order in which they are struck: all that do, and
    /// some that were struck shortly before and have ended.
    pub fn notes(&self, from: Tick, to: Tick) -> &[Struck] {
        let begins = self.notes.partition_point(|note| note.at + self.longest <= from);
        let ends = self.notes.partition_point(|note| note.at < to);
        self.notes.get(begins..ends).unwrap_or(&[])
    }

    /// All notes so far, in the order in which they are struck.
    pub fn struck(&self) -> &[Struck] {
        &self.notes
    }

    /// The note that leads at a moment, by its index in [`struck`](Self::struck).
    pub fn note_at(&self, now: Tick) -> Option<usize> {
        self.lead_at(now).map(|lead| lead.note)
    }

    /// The notes whose share a step is in, by their indices in [`struck`](Self::struck); those left out
    /// which show the state of a bar. Shares may overlap: what a bar does not show is shared out evenly.
    pub fn causes_of_step(&self, step: u64) -> Vec<usize> {
        let has_it = |note: &Struck| {
            let Cause { since, steps, is_state, .. } = note.cause;
            !is_state && ((since..since + steps).contains(&step) || steps > 0 && note.shown.contains(&step))
        };
        self.notes.iter().enumerate().filter(|(_, note)| has_it(note)).map(|(index, _)| index).collect()
    }
}

/// Steps looked at to find a note's family at most: far more than a line has.
const LOOKED_AT: u64 = 4096;

fn family(note: &Struck, tape: &Tape) -> Family {
    let Some(code) = tape.code(note.cause.code) else { return Family::Rest };
    let mut counts = [0u32; Family::COUNT];
    if note.cause.is_state {
        let (first, last) = (note.cause.first, note.cause.last);
        code.instructions()
            .iter()
            .filter(|instruction| (first..=last.max(first)).contains(&instruction.offset))
            .for_each(|instruction| counts[instruction.family.index()] += 1);
    } else {
        (note.shown.start..note.shown.end.min(note.shown.start + LOOKED_AT))
            .filter_map(|n| tape.step(n))
            .filter_map(|step| tape.code(step.code).map(|code| code.unit(step.offset).family))
            .for_each(|family| counts[family.index()] += 1);
    }
    let is_plain = |family: &Family| matches!(family, Family::Load | Family::Store | Family::Rest);
    let most = |families: &mut dyn Iterator<Item = Family>| {
        families
            .filter(|family| counts[family.index()] > 0)
            .reduce(|best, other| if counts[other.index()] > counts[best.index()] { other } else { best })
    };
    most(&mut Family::ALL.into_iter().filter(|family| !is_plain(family)))
        .or_else(|| most(&mut Family::ALL.into_iter()))
        .unwrap_or(code.unit(note.cause.first).family)
}
