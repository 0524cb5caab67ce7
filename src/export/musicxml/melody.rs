//! What is sung of a performance: one line of notes on sixteenths, out of all that lead.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::music::{Pitch, TICKS_PER_SIXTEENTH, Tick, Ticks};
use crate::perform::{Channel, CueKind, Performance};
use crate::score::{Cause, Work};

/// A note of the melody; moments and lengths in sixteenths.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tone {
    pub at: u32,
    pub lasts: u32,
    pub pitch: Pitch,
    pub cause: Cause,
}

impl Tone {
    pub const fn end(&self) -> u32 {
        self.at + self.lasts
    }
}

/// A note of those that lead, as it was struck.
struct Struck {
    at: u32,
    lasts: Ticks,
    pitch: Pitch,
    velocity: u8,
    cause: Cause,
}

/// The melody: of notes at one moment that of the first thread, then the loudest, then the highest; each lasts no
/// longer than until the next.
pub fn melody(performance: &Performance) -> Vec<Tone> {
    let mut struck = struck(performance);
    struck.sort_by_key(|note| (note.at, note.cause.thread, Reverse(note.velocity), Reverse(note.pitch)));
    struck.dedup_by_key(|note| note.at);
    let end = performance.end.0.div_ceil(TICKS_PER_SIXTEENTH);
    let nexts: Vec<u32> = struck.iter().skip(1).map(|next| next.at).chain([end]).collect();
    let sung = |(note, next): (Struck, u32)| Tone {
        at: note.at,
        lasts: written(note.lasts).min(next - note.at),
        pitch: note.pitch,
        cause: note.cause,
    };
    struck.into_iter().zip(nexts).map(sung).collect()
}

/// Sixteenths that a note is written with. It sounds for fifteen sixteenths of them, so that it is heard to end.
const fn written(sounds: Ticks) -> u32 {
    let whole = 15 * TICKS_PER_SIXTEENTH;
    let nearest = (sounds.0 * 16 + whole / 2) / whole;
    if nearest == 0 { 1 } else { nearest }
}

/// Notes of the leads that stand for instructions, and what rings when all is over.
fn struck(performance: &Performance) -> Vec<Struck> {
    let ending = Tick::of_bar(performance.states.len() as u32);
    let is_chordal = !performance.harmony.is_empty();
    // Where nothing is accompanied, every voice leads.
    let leads = |channel: Channel| {
        let name = performance.setups.iter().find(|setup| setup.channel == channel).map_or("", |setup| setup.name);
        !channel.is_drums() && (!is_chordal || name.starts_with("thread ") || Work::ALL.iter().any(|work| work.name() == name))
    };
    let mut sounding: BTreeMap<(Channel, Pitch), (Tick, u8, Cause)> = BTreeMap::new();
    let mut struck = Vec::new();
    let mut known: BTreeMap<Channel, bool> = BTreeMap::new();
    for cue in &performance.cues {
        if !*known.entry(cue.channel).or_insert_with(|| leads(cue.channel)) {
            continue;
        }
        match cue.kind {
            CueKind::On { pitch, velocity, note } => {
                let cause = performance.causes.get(note as usize).copied().unwrap_or_default();
                if !cause.is_state || (is_chordal && cue.at >= ending) {
                    sounding.insert((cue.channel, pitch), (cue.at, velocity.value(), cause));
                }
            }
            CueKind::Off { pitch } => {
                if let Some((at, velocity, cause)) = sounding.remove(&(cue.channel, pitch)) {
                    struck.push(Struck { at: at.0 / TICKS_PER_SIXTEENTH, lasts: cue.at - at, pitch, velocity, cause });
                }
            }
        }
    }
    struck
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_written_as_it_was_before_it_was_shortened() {
        for sixteenths in 1..=64 {
            let lasts = sixteenths * TICKS_PER_SIXTEENTH;
            assert_eq!(written(Ticks(lasts - lasts / 16)), sixteenths);
        }
        assert_eq!(written(Ticks(1)), 1);
    }
}
