//! A performance as lines, for people and as JSON for other programs: the head, the channels, the
//! words, then the cues in their order, one fact a line.

use serde::Serialize;

use super::{Cue, CueKind, Performance};
use crate::music::Instrument;
use crate::score::text::{CauseWords, cause_words, json};

/// The performance as aligned text, one fact a line. Moments are ticks, and bar, sixteenth and rest of
/// ticks; channels count from 1.
pub fn lines(performance: &Performance) -> impl Iterator<Item = String> {
    let head = format!(
        "performance {:?} tempo {} key {} end {}",
        performance.title,
        performance.tempo.quarters_per_minute(),
        performance.key,
        performance.end
    );
    let setups = performance.setups.iter().map(|setup| {
        let sound = match setup.instrument {
            Instrument::Melodic(patch) => format!("{} {}", patch.number(), patch.name()),
            Instrument::Drums | Instrument::NoiseDrums => setup.instrument.name().into(),
        };
        format!("channel {} {:?} {sound} pan {} level {}", setup.channel, setup.name, setup.pan.value(), setup.level.value())
    });
    let markers = performance.markers.iter().map(|marker| format!("marker {} {:?}", marker.at, marker.text));
    let remarks = performance.remarks.iter().map(|remark| format!("remark {} {:?}", remark.at, remark.text));
    let columns = format!("#{:>9} {:>10}  {:>2}  cue  {:<5} {:>3}  cause", "tick", "at", "ch", "pitch", "vel");
    let cues = performance.cues.iter().map(|cue| {
        let Cue { at, channel, kind } = cue;
        let (tick, at, channel) = (at.0, at.to_string(), channel.to_string());
        match kind {
            CueKind::On { pitch, velocity, note } => {
                let (pitch, velocity) = (pitch.to_string(), velocity.value());
                let cause = performance.causes.get(*note as usize).map(cause_words).unwrap_or_default();
                format!("{tick:>10} {at:>10}  {channel:>2}  on   {pitch:<5} {velocity:>3}  note {note} {cause}")
            }
            CueKind::Off { pitch } => format!("{tick:>10} {at:>10}  {channel:>2}  off  {pitch}"),
        }
    });
    [head].into_iter().chain(setups).chain(markers).chain(remarks).chain([columns]).chain(cues)
}

/// The performance as JSON, one object a line, known by its first key: `performance`, `channel`,
/// `marker`, `remark`, `cue` (`on` or `off`). Channels count from 1; from 17 on they are port B's.
pub fn json_lines(performance: &Performance) -> impl Iterator<Item = String> {
    let head = json(&HeadLine {
        performance: &performance.title,
        tempo: performance.tempo.quarters_per_minute(),
        key: performance.key.to_string(),
        end: performance.end.0,
    });
    let setups = performance.setups.iter().map(|setup| {
        let program = match setup.instrument {
            Instrument::Melodic(patch) => Some(patch.number()),
            Instrument::Drums | Instrument::NoiseDrums => None,
        };
        let (channel, pan, level) = (setup.channel.index() + 1, setup.pan.value(), setup.level.value());
        json(&ChannelLine { channel, part: setup.name, program, pan, level })
    });
    let markers = performance.markers.iter().map(|marker| json(&MarkerLine { marker: &marker.text, at: marker.at.0 }));
    let remarks = performance.remarks.iter().map(|remark| json(&RemarkLine { remark: &remark.text, at: remark.at.0 }));
    let cues = performance.cues.iter().map(|cue| {
        let (at, channel) = (cue.at.0, cue.channel.index() + 1);
        match cue.kind {
            CueKind::On { pitch, velocity, note } => {
                let cause = performance.causes.get(note as usize).map(CauseWords::of);
                json(&StrokeLine { cue: "on", at, channel, pitch: pitch.number(), velocity: velocity.value(), note, cause })
            }
            CueKind::Off { pitch } => json(&ReleaseLine { cue: "off", at, channel, pitch: pitch.number() }),
        }
    });
    [head].into_iter().chain(setups).chain(markers).chain(remarks).chain(cues)
}

#[derive(Serialize)]
struct HeadLine<'a> {
    performance: &'a str,
    tempo: u16,
    key: String,
    end: u32,
}

#[derive(Serialize)]
struct ChannelLine<'a> {
    channel: u8,
    part: &'a str,
    /// General MIDI number from 0; `null` for drums.
    program: Option<u8>,
    pan: u8,
    level: u8,
}

#[derive(Serialize)]
struct MarkerLine<'a> {
    marker: &'a str,
    at: u32,
}

#[derive(Serialize)]
struct RemarkLine<'a> {
    remark: &'a str,
    at: u32,
}

#[derive(Serialize)]
struct StrokeLine {
    cue: &'static str,
    at: u32,
    channel: u8,
    pitch: u8,
    velocity: u8,
    note: u32,
    #[serde(flatten)]
    cause: Option<CauseWords>,
}

#[derive(Serialize)]
struct ReleaseLine {
    cue: &'static str,
    at: u32,
    channel: u8,
    pitch: u8,
}
