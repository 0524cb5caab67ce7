//! What has been played and what sounds at a moment, for the view.

use std::ops::Range;
use std::sync::Arc;

use crate::compose::{Entry, Lanes, Mapping};
use crate::music::{Key, Pitch, TICKS_PER_BAR, Tick};
use crate::perform::{ChannelSetup, CueKind, Performance};
use crate::score::{Cause, Text};
use crate::trace::Family;

/// Longest note there is, in ticks: the ring of an ending.
const LONGEST: u32 = 2 * TICKS_PER_BAR;

struct Struck {
    at: Tick,
    end: Tick,
    setup: usize,
    cause: Cause,
    /// Instructions that had been heard when it was struck, its own included.
    steps_until: u64,
}

pub struct Stage {
    style: Arc<Mapping>,
    /// Entries of the legend in the order in which they were first struck.
    entered: Vec<(Tick, usize)>,
    setups: Vec<ChannelSetup>,
    /// Whether each part plays at all.
    plays: Vec<bool>,
    /// For each part its place among those that play, if it plays at all.
    places: Vec<Option<usize>>,
    /// The parts that play, in the order of the score.
    band: Vec<ChannelSetup>,
    struck: Vec<Struck>,
    markers: Vec<Text>,
    remarks: Vec<Text>,
    key: Option<Key>,
    end: Tick,
}

impl Stage {
    /// For music in this style.
    pub fn new(style: Arc<Mapping>) -> Self {
        Self {
            style,
            entered: Vec::new(),
            setups: Vec::new(),
            plays: Vec::new(),
            places: Vec::new(),
            band: Vec::new(),
            struck: Vec::new(),
            markers: Vec::new(),
            remarks: Vec::new(),
            key: None,
            end: Tick::default(),
        }
    }

    /// Takes in music that follows what is there.
    pub fn add(&mut self, performance: &Performance) {
        if self.setups.is_empty() {
            self.setups.clone_from(&performance.setups);
            self.plays = vec![false; self.setups.len()];
            self.key = Some(performance.key);
        }
        let mut steps_until = self.struck.last().map_or(0, |last| last.steps_until);
        let mut open: Vec<usize> = Vec::new();
        for cue in &performance.cues {
            let setup = self.setups.iter().position(|setup| setup.channel == cue.channel).unwrap_or(0);
            match cue.kind {
                CueKind::On { note, pitch, .. } => {
                    self.enter(cue.at, setup, pitch);
                    self.plays[setup] = true;
                    let cause = performance.causes[note as usize];
                    if !cause.is_state {
                        steps_until += cause.steps;
                    }
                    open.push(self.struck.len());
                    self.struck.push(Struck { at: cue.at, end: performance.end, setup, cause, steps_until });
                }
                // Which of a part's notes ends does not matter to what is shown of it: the oldest.
                CueKind::Off { .. } => {
                    if let Some(index) = open.iter().position(|&index| self.struck[index].setup == setup) {
                        self.struck[open.remove(index)].end = cue.at;
                    }
                }
            }
        }
        let mut place = 0..;
        self.places = self.plays.iter().map(|plays| plays.then(|| place.next()).flatten()).collect();
        self.band = self.setups.iter().zip(&self.plays).filter(|(_, plays)| **plays).map(|(setup, _)| setup.clone()).collect();
        self.markers.extend(performance.markers.iter().cloned());
        self.remarks.extend(performance.remarks.iter().cloned());
        self.end = performance.end;
    }

    /// Notes the entry that a stroke is the first of. Music comes in its order, so entries do, too.
    fn enter(&mut self, at: Tick, part: usize, pitch: Pitch) {
        let is_meant = |entry: &Entry| entry.part == part && (entry.drums.is_empty() || entry.drums.contains(&pitch));
        if let Some(index) = self.style.legend().iter().position(is_meant)
            && !self.entered.iter().any(|(_, entered)| *entered == index)
        {
            self.entered.push((at, index));
        }
    }

    /// What has been heard of the legend, in the order in which it came in, and when.
    pub fn entered(&self, now: Tick) -> impl Iterator<Item = (Tick, &Entry)> {
        self.entered.iter().take_while(move |(at, _)| *at <= now).map(|&(at, index)| (at, &self.style.legend()[index]))
    }

    /// Each family with its instrument, those first that came in first.
    pub fn lanes<'a>(&'a self, now: Tick, lanes: &Lanes<'a>) -> Vec<(Family, &'a str)> {
        let mut sorted: Vec<(Family, &str)> =
            self.entered(now).flat_map(|(_, entry)| entry.families.iter().map(|&family| (family, entry.instrument.as_str()))).collect();
        let entered = sorted.len();
        sorted.extend(
            lanes.iter().filter(|(family, _)| !sorted[..entered].iter().any(|(known, _)| known == family)).copied().collect::<Vec<_>>(),
        );
        sorted
    }

    /// The parts that play: an instrument that never comes in has no place in the view.
    pub fn band(&self) -> &[ChannelSetup] {
        &self.band
    }

    /// Channels of all parts, in the order of the score.
    pub fn setups(&self) -> &[ChannelSetup] {
        &self.setups
    }

    /// Names of sections, in the order of their moments.
    pub fn markers(&self) -> &[Text] {
        &self.markers
    }

    pub fn key(&self) -> Key {
        self.key.unwrap_or(Key::A_MINOR)
    }

    pub fn end(&self) -> Tick {
        self.end
    }

    fn until(&self, now: Tick) -> &[Struck] {
        &self.struck[..self.struck.partition_point(|note| note.at <= now)]
    }

    /// Notes that sound, newest first, with their part's place in the band.
    pub fn sounding(&self, now: Tick) -> Vec<(usize, Cause)> {
        let recent = self.until(now).iter().rev().take_while(|note| note.at.0 + LONGEST >= now.0);
        recent.filter(|note| note.end > now).filter_map(|note| Some((self.places[note.setup]?, note.cause))).collect()
    }

    /// The newest note that carries instructions.
    pub fn lead(&self, now: Tick) -> Option<Cause> {
        self.until(now).iter().rev().map(|note| note.cause).find(|cause| !cause.is_state)
    }

    /// The steps that the newest note which carries any stands for, with their thread: its own and those of others that
    /// show the same gesture.
    pub fn stretch(&self, now: Tick) -> Option<(Range<u64>, u16)> {
        let cause = self.lead(now)?;
        let is_shared = |note: &&Struck| !note.cause.is_state && note.cause.since == cause.since && note.cause.thread == cause.thread;
        // All of them lie within a bar or two.
        let near = |note: &&Struck| note.at.0 + LONGEST >= now.0 && note.at.0 <= now.0 + LONGEST;
        let from = self.struck.partition_point(|note| note.at.0 + LONGEST < now.0);
        let steps: u64 = self.struck[from..].iter().take_while(near).filter(is_shared).map(|note| note.cause.steps).sum();
        Some((cause.since..cause.since + steps.max(1), cause.thread))
    }

    pub fn steps_until(&self, now: Tick) -> u64 {
        self.until(now).last().map_or(0, |note| note.steps_until)
    }

    pub fn section(&self, now: Tick) -> &str {
        latest(&self.markers, now)
    }

    pub fn remark(&self, now: Tick) -> &str {
        latest(&self.remarks, now)
    }
}

fn latest(texts: &[Text], now: Tick) -> &str {
    texts[..texts.partition_point(|text| text.at <= now)].last().map_or("", |text| &text.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{Style, compose};
    use crate::fold::{Zoom, fold};
    use crate::perform::perform;
    use crate::trace;

    #[test]
    fn instruments_are_told_in_the_order_in_which_they_come_in() {
        let text = include_str!("../../tests/golden/fib.trace");
        let trace = trace::read(text).unwrap();
        let score = compose("fib", &fold(&trace, Zoom::Auto), &trace.codes, &Style::default());
        let groove = Arc::<Mapping>::default();
        let mut stage = Stage::new(Arc::clone(&groove));
        stage.add(&perform(&score));

        assert_eq!(stage.lanes(Tick(0), &groove.lanes()).len(), Family::COUNT, "who has not come in yet stands behind");
        let entered: Vec<(Tick, &Entry)> = stage.entered(score.end).collect();
        assert!(entered.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        for (at, entry) in &entered {
            let is_meant = |pitch: Pitch| entry.drums.is_empty() || entry.drums.contains(&pitch);
            let first = score.parts[entry.part].notes.iter().filter(|note| is_meant(note.pitch)).map(|note| note.at).min();
            assert_eq!(first, Some(*at), "{}", entry.instrument);
        }
        let silent = groove.legend().len() - entered.len();
        assert!(entered.len() > 6 && silent > 3, "{} have come in", entered.len());
        assert_eq!(stage.entered(Tick(0)).count(), entered.iter().filter(|(at, _)| *at == Tick(0)).count());
    }
}
