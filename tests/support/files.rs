//! MIDI files as we write them, and as other programs may leave them.

use evalody::export::{About, write_midi};
use evalody::perform::Performance;
use midly::num::{u15, u28};
use midly::{Format, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};

pub fn file(performance: &Performance) -> Vec<u8> {
    let about = About { evalody: "0.1.0".into(), style: "faithful".into(), interpreter: "CPython 3.14.0".into(), steps: 42 };
    let mut bytes = Vec::new();
    write_midi(performance, &about, &mut bytes).unwrap();
    bytes
}

/// What another program may leave of a file: one track, releases as strokes of velocity 0, messages of
/// one moment in the opposite order, moments times `numerator` by `denominator`.
pub fn stripped(bytes: &[u8], numerator: u32, denominator: u32) -> Vec<u8> {
    let file = Smf::parse(bytes).unwrap();
    let mut kept = Vec::new();
    for track in &file.tracks {
        let mut now = 0;
        for event in track {
            now += event.delta.as_int();
            let kind = match event.kind {
                TrackEventKind::Midi { channel, message: MidiMessage::NoteOff { key, .. } } => {
                    TrackEventKind::Midi { channel, message: MidiMessage::NoteOn { key, vel: 0.into() } }
                }
                kind @ TrackEventKind::Midi { message: MidiMessage::NoteOn { .. }, .. }
                | kind @ TrackEventKind::Meta(MetaMessage::Tempo(_) | MetaMessage::TimeSignature(..)) => kind,
                _ => continue,
            };
            kept.push((now, kind));
        }
    }
    kept.reverse();
    kept.sort_by_key(|(at, _)| *at);
    let Timing::Metrical(ticks) = file.header.timing else { panic!("in beats") };
    let scaled = |ticks: u32| (ticks * numerator + denominator / 2) / denominator;
    let mut track = Vec::new();
    let mut now = 0;
    for (at, kind) in kept {
        track.push(TrackEvent { delta: u28::from(scaled(at) - now), kind });
        now = scaled(at);
    }
    track.push(TrackEvent { delta: 0.into(), kind: TrackEventKind::Meta(MetaMessage::EndOfTrack) });
    let timing = Timing::Metrical(u15::from(scaled(u32::from(ticks.as_int())) as u16));
    let mut out = Vec::new();
    midly::write_std(&midly::Header::new(Format::SingleTrack, timing), [&track], &mut out).unwrap();
    out
}
