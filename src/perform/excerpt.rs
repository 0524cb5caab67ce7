//! Some bars of a performance, as a piece of its own that begins at its first tick.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::{Cue, CueKind, Performance};
use crate::music::{TICKS_PER_BAR, Tick};
use crate::score::{Harmony, Text};

/// Bars from one to another, both included, counted from 0; people count from 1: `5..8` are four bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bars {
    first: u32,
    last: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadBars {
    #[error("{0:?} are no bars; write the first and the last, counted from 1, such as 5..8 for four bars")]
    Unread(String),
    #[error("bars are counted from 1")]
    Zero,
    #[error("bar {last} comes before bar {first}; write the earlier one first")]
    Backwards { first: u32, last: u32 },
    #[error("bars {bars}: the piece has {there}; choose from 1..{there}")]
    BeyondEnd { bars: Bars, there: u32 },
}

impl FromStr for Bars {
    type Err = BadBars;

    fn from_str(text: &str) -> Result<Self, BadBars> {
        let unread = || BadBars::Unread(text.to_owned());
        let (first, last) = text.split_once("..").ok_or_else(unread)?;
        let [first, last]: [u32; 2] = [first.trim().parse().map_err(|_| unread())?, last.trim().parse().map_err(|_| unread())?];
        match (first, last) {
            (0, _) | (_, 0) => Err(BadBars::Zero),
            _ if last < first => Err(BadBars::Backwards { first, last }),
            _ => Ok(Self { first: first - 1, last: last - 1 }),
        }
    }
}

impl fmt::Display for Bars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.first + 1, self.last + 1)
    }
}

/// The bars as a piece: of a note only what begins in them is struck, and what sounds on behind them is released
/// with their end. Words and keys that hold from before stand at the beginning.
pub fn excerpt(performance: &Performance, bars: Bars) -> Result<Performance, BadBars> {
    let there = performance.end.0.div_ceil(TICKS_PER_BAR);
    if bars.last >= there {
        return Err(BadBars::BeyondEnd { bars, there });
    }
    let (from, to) = (Tick::of_bar(bars.first), Tick::of_bar(bars.last + 1));
    let moved = |at: Tick| Tick((at - from).0);
    let (mut cues, mut causes, mut sounding) = (Vec::new(), Vec::new(), BTreeSet::new());
    for cue in performance.cues.iter().filter(|cue| cue.at >= from && cue.at < to) {
        let at = moved(cue.at);
        match cue.kind {
            CueKind::On { pitch, velocity, note } => {
                sounding.insert((cue.channel, pitch));
                cues.push(Cue { at, channel: cue.channel, kind: CueKind::On { pitch, velocity, note: causes.len() as u32 } });
                causes.push(performance.causes.get(note as usize).copied().unwrap_or_default());
            }
            CueKind::Off { pitch } => {
                if sounding.remove(&(cue.channel, pitch)) {
                    cues.push(Cue { at, ..*cue });
                }
            }
        }
    }
    cues.extend(sounding.into_iter().map(|(channel, pitch)| Cue { at: moved(to), channel, kind: CueKind::Off { pitch } }));
    let harmony: Vec<Harmony> =
        held(&performance.harmony, |harmony| harmony.at, from, to).map(|harmony| Harmony { at: moved(harmony.at), ..*harmony }).collect();
    let words = |texts: &[Text]| -> Vec<Text> {
        held(texts, |text| text.at, from, to).map(|text| Text { at: moved(text.at), text: text.text.clone() }).collect()
    };
    let states = performance.states.iter().skip(bars.first as usize).take((bars.last - bars.first) as usize + 1);
    Ok(Performance {
        title: performance.title.clone(),
        tempo: performance.tempo,
        key: harmony.first().map_or(performance.key, |harmony| harmony.key),
        setups: performance.setups.clone(),
        cues,
        causes,
        harmony,
        markers: words(&performance.markers),
        remarks: words(&performance.remarks),
        states: states.copied().collect(),
        end: moved(to),
    })
}

/// What begins within a stretch, and what began last before it, unless something takes its place at the very beginning.
fn held<T>(all: &[T], at: impl Fn(&T) -> Tick + Copy, from: Tick, to: Tick) -> impl Iterator<Item = &T> {
    let begins = all.partition_point(|one| at(one) < from);
    let is_replaced = all.get(begins).is_some_and(|one| at(one) == from);
    let begins = if is_replaced { begins } else { begins.saturating_sub(1) };
    all[begins..].iter().take_while(move |one| at(one) < to)
}
