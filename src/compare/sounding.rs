//! Notes with their lengths, out of a performance and back into one.

use std::collections::BTreeMap;

use crate::music::{Pitch, Tick, Velocity};
use crate::perform::{Channel, Cue, CueKind, Performance};
use crate::score::Cause;
use crate::trace::CodeId;

/// A note from its stroke to its release.
#[derive(Debug, Clone, Copy)]
pub struct Sounding {
    pub at: Tick,
    pub end: Tick,
    pub channel: Channel,
    pub pitch: Pitch,
    pub velocity: Velocity,
    pub cause: Cause,
}

/// The notes of a performance, in the order in which they are struck.
pub fn soundings(performance: &Performance) -> Vec<Sounding> {
    let mut notes: Vec<Sounding> = Vec::with_capacity(performance.causes.len());
    let mut open: BTreeMap<(Channel, Pitch), usize> = BTreeMap::new();
    for &Cue { at, channel, kind } in &performance.cues {
        match kind {
            CueKind::On { pitch, velocity, note } => {
                let cause = performance.causes.get(note as usize).copied().unwrap_or_default();
                open.insert((channel, pitch), notes.len());
                notes.push(Sounding { at, end: performance.end, channel, pitch, velocity, cause });
            }
            CueKind::Off { pitch } => {
                if let Some(note) = open.remove(&(channel, pitch)) {
                    notes[note].end = at;
                }
            }
        }
    }
    notes
}

/// Those of the right, whose code comes behind `left_codes` code objects of the left.
pub fn behind(notes: Vec<Sounding>, left_codes: u32) -> impl Iterator<Item = Sounding> {
    notes.into_iter().map(move |note| {
        let code = CodeId(note.cause.code.0.saturating_add(left_codes));
        Sounding { cause: Cause { code, ..note.cause }, ..note }
    })
}

/// Cues and causes of notes of which no two sound at once on one channel and pitch.
pub fn cues(mut notes: Vec<Sounding>) -> (Vec<Cue>, Vec<Cause>) {
    notes.sort_by_key(|note| (note.at, note.channel, note.pitch));
    let mut cues = Vec::with_capacity(notes.len() * 2);
    for (number, &Sounding { at, end, channel, pitch, velocity, .. }) in notes.iter().enumerate() {
        cues.push(Cue { at, channel, kind: CueKind::On { pitch, velocity, note: number as u32 } });
        cues.push(Cue { at: end, channel, kind: CueKind::Off { pitch } });
    }
    cues.sort_by_key(|cue| match cue.kind {
        CueKind::Off { pitch } => (cue.at, 0, cue.channel, pitch),
        CueKind::On { pitch, .. } => (cue.at, 1, cue.channel, pitch),
    });
    (cues, notes.into_iter().map(|note| note.cause).collect())
}
