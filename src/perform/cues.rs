//! Cues out of notes: who strikes when, and who has to let go first.

use std::collections::BTreeMap;

use super::{Channel, ChannelSetup, Cue, CueKind, Performance};
use crate::music::{Instrument, Pitch, Tick};
use crate::score::{Note, Score};

/// Gives every part a channel, and every note its stroke and release.
///
/// A score has at most 15 parts that are no drums. Where a note is struck again on the same channel while it
/// still sounds, the first is released at that moment; of two strokes at the same moment the louder and
/// longer remains.
pub fn perform(score: &Score) -> Performance {
    let channels = channels(score.parts.iter().map(|part| (part.instrument, part.channel)));
    let setups = score
        .parts
        .iter()
        .zip(&channels)
        .map(|(part, &channel)| ChannelSetup { channel, name: part.name, instrument: part.instrument, pan: part.pan, level: part.level })
        .collect();

    // For each channel and pitch, the notes in order; none overlaps the next.
    let mut strings: BTreeMap<(Channel, Pitch), Vec<(Tick, Note)>> = BTreeMap::new();
    for (part, note) in score.notes() {
        let release = (note.at + note.lasts).min(score.end);
        if release <= note.at {
            continue;
        }
        let string = strings.entry((channels[part], note.pitch)).or_default();
        match string.last_mut() {
            Some((end, last)) if last.at == note.at => {
                *end = (*end).max(release);
                last.velocity = last.velocity.max(note.velocity);
            }
            Some((end, _)) => {
                *end = (*end).min(note.at);
                string.push((release, note));
            }
            None => string.push((release, note)),
        }
    }

    let mut struck: Vec<(Channel, Tick, Note)> =
        strings.into_iter().flat_map(|((channel, _), notes)| notes.into_iter().map(move |(end, note)| (channel, end, note))).collect();
    struck.sort_by_key(|(channel, _, note)| (note.at, *channel, note.pitch));

    let mut cues = Vec::with_capacity(struck.len() * 2);
    let mut causes = Vec::with_capacity(struck.len());
    for (number, (channel, end, note)) in struck.into_iter().enumerate() {
        causes.push(note.cause);
        cues.push(Cue { at: note.at, channel, kind: CueKind::On { pitch: note.pitch, velocity: note.velocity, note: number as u32 } });
        cues.push(Cue { at: end, channel, kind: CueKind::Off { pitch: note.pitch } });
    }
    cues.sort_by_key(|cue| match cue.kind {
        CueKind::Off { pitch } => (cue.at, 0, cue.channel, pitch),
        CueKind::On { pitch, .. } => (cue.at, 1, cue.channel, pitch),
    });
    Performance {
        title: score.title.clone(),
        tempo: score.tempo,
        key: score.key,
        setups,
        cues,
        causes,
        harmony: score.harmony.clone(),
        markers: score.markers.clone(),
        remarks: score.remarks.clone(),
        states: score.states.clone(),
        end: score.end,
    }
}

/// A channel for each part, told from their instruments and the channels that were asked for, 1 to 16: drums sound on
/// channel 10, the others where they were asked to or else on the free ones as they come.
pub fn channels(parts: impl IntoIterator<Item = (Instrument, Option<u8>)>) -> Vec<Channel> {
    let parts: Vec<(Instrument, Option<u8>)> = parts.into_iter().collect();
    let asked = |&(instrument, channel): &(Instrument, Option<u8>)| match channel {
        _ if instrument.is_drums() => Some(Channel::DRUMS),
        channel => channel.and_then(|number| Channel::new(number.checked_sub(1)?)),
    };
    let taken: Vec<Channel> = parts.iter().filter_map(asked).chain([Channel::DRUMS]).collect();
    let mut free = (0..16).filter_map(Channel::new).filter(|channel| !taken.contains(channel));
    parts.iter().map(|part| asked(part).unwrap_or_else(|| free.next().expect("a style casts at most 15 melodic parts"))).collect()
}
