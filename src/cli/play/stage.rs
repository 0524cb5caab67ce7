//! What has been played and what sounds at a moment, for the view.

use crate::music::{Key, TICKS_PER_BAR, Tick};
use crate::perform::{ChannelSetup, CueKind, Performance};
use crate::score::{Cause, Text};

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

#[derive(Default)]
pub struct Stage {
    setups: Vec<ChannelSetup>,
    struck: Vec<Struck>,
    markers: Vec<Text>,
    remarks: Vec<Text>,
    key: Option<Key>,
    end: Tick,
}

impl Stage {
    /// Takes in music that follows what is there.
    pub fn add(&mut self, performance: &Performance) {
        if self.setups.is_empty() {
            self.setups.clone_from(&performance.setups);
            self.key = Some(performance.key);
        }
        let mut steps_until = self.struck.last().map_or(0, |last| last.steps_until);
        let mut open: Vec<usize> = Vec::new();
        for cue in &performance.cues {
            let setup = self.setups.iter().position(|setup| setup.channel == cue.channel).unwrap_or(0);
            match cue.kind {
                CueKind::On { note, .. } => {
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
        self.markers.extend(performance.markers.iter().cloned());
        self.remarks.extend(performance.remarks.iter().cloned());
        self.end = performance.end;
    }

    pub fn setups(&self) -> &[ChannelSetup] {
        &self.setups
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

    /// Notes that sound, newest first.
    pub fn sounding(&self, now: Tick) -> Vec<(usize, Cause)> {
        let recent = self.until(now).iter().rev().take_while(|note| note.at.0 + LONGEST >= now.0);
        recent.filter(|note| note.end > now).map(|note| (note.setup, note.cause)).collect()
    }

    /// The newest note that carries instructions.
    pub fn lead(&self, now: Tick) -> Option<Cause> {
        self.until(now).iter().rev().map(|note| note.cause).find(|cause| !cause.is_state)
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
