//! What a MIDI file of ours holds, read back by a library which did not write it and by our own lint.

mod support;

use std::collections::BTreeMap;

use evalody::export::lint::{Defect, Fault, lint};
use evalody::export::midi_file::{About, printable_ascii, write_midi};
use evalody::music::{Instrument, Tick};
use evalody::perform::{CueKind, Performance, perform};
use midly::{Format, MetaMessage, MidiMessage, Smf, Timing, TrackEventKind};
use proptest::prelude::*;
use support::scores::{any_score, melodic, note, part, score, text};

fn about() -> About {
    About { evalody: "0.1.0".into(), style: "groove".into(), interpreter: "CPython 3.14.0".into(), steps: 42 }
}

fn file(performance: &Performance) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_midi(performance, &about(), &mut bytes).unwrap();
    bytes
}

/// Strokes and releases of a file, per channel in the order of the file: tick, pitch, velocity (0 to release).
fn messages(bytes: &[u8]) -> BTreeMap<u8, Vec<(u64, u8, u8)>> {
    let smf = Smf::parse(bytes).unwrap();
    let mut found: BTreeMap<u8, Vec<(u64, u8, u8)>> = BTreeMap::new();
    for track in &smf.tracks {
        let mut now = 0;
        for event in track {
            now += u64::from(event.delta.as_int());
            if let TrackEventKind::Midi { channel, message } = event.kind {
                let heard = match message {
                    MidiMessage::NoteOn { key, vel } => (now, key.as_int(), vel.as_int()),
                    MidiMessage::NoteOff { key, .. } => (now, key.as_int(), 0),
                    _ => continue,
                };
                found.entry(channel.as_int()).or_default().push(heard);
            }
        }
    }
    found
}

fn cues(performance: &Performance) -> BTreeMap<u8, Vec<(u64, u8, u8)>> {
    let mut found: BTreeMap<u8, Vec<(u64, u8, u8)>> = BTreeMap::new();
    for cue in &performance.cues {
        let (pitch, velocity) = match cue.kind {
            CueKind::On { pitch, velocity, .. } => (pitch, velocity.value()),
            CueKind::Off { pitch } => (pitch, 0),
        };
        found.entry(cue.channel.index()).or_default().push((u64::from(cue.at.0), pitch.number(), velocity));
    }
    found
}

/// A piece without notes is legal, but players have nothing to play: the one thing the lint may say.
fn faults_besides_silence(performance: &Performance, bytes: &[u8]) -> Vec<Fault> {
    let is_silent = performance.cues.is_empty();
    lint(bytes).into_iter().filter(|fault| !(is_silent && fault.defect == Defect::NoNotes)).collect()
}

proptest! {
    #[test]
    fn every_performance_becomes_a_file_without_a_fault(score in any_score()) {
        let performance = perform(&score);
        prop_assert_eq!(faults_besides_silence(&performance, &file(&performance)), []);
    }

    #[test]
    fn another_library_reads_back_the_very_same_notes(score in any_score()) {
        let performance = perform(&score);
        prop_assert_eq!(messages(&file(&performance)), cues(&performance));
    }

    #[test]
    fn every_text_becomes_printable_ascii(text: String) {
        prop_assert!(printable_ascii(&text).bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    }
}

#[test]
fn text_is_escaped_as_python_escapes_it() {
    assert_eq!(printable_ascii("naïve(π, 🐍)\n"), "na\\xefve(\\u03c0, \\U0001f40d)\\n");
    assert_eq!(printable_ascii("fib(n) ~ \"x\""), "fib(n) ~ \"x\"");
}

#[test]
fn the_conductor_tells_title_tempo_metre_key_words_and_end() {
    let mut piece = score("fib.py", vec![part("lead", melodic(12), vec![note(0, 240, 60, 90)])], 3840);
    piece.markers = vec![text(0, "<module>()"), text(1920, "fib()")];
    piece.remarks = vec![text(960, "1 note = 12 instructions")];
    let bytes = file(&perform(&piece));
    let smf = Smf::parse(&bytes).unwrap();
    assert_eq!(smf.header.format, Format::Parallel);
    assert_eq!(smf.header.timing, Timing::Metrical(480.into()));
    let mut now = 0;
    let told: Vec<(u32, MetaMessage)> = smf.tracks[0]
        .iter()
        .map(|event| {
            now += event.delta.as_int();
            match event.kind {
                TrackEventKind::Meta(meta) => (now, meta),
                other => panic!("{other:?} in the conductor track"),
            }
        })
        .collect();
    assert_eq!(
        told,
        [
            (0, MetaMessage::TrackName(b"fib.py")),
            (0, MetaMessage::Tempo(500_000.into())),
            (0, MetaMessage::TimeSignature(4, 2, 24, 8)),
            (0, MetaMessage::KeySignature(0, true)),
            (0, MetaMessage::Text(b"made by evalody 0.1.0")),
            (0, MetaMessage::Text(b"style: groove")),
            (0, MetaMessage::Text(b"interpreter: CPython 3.14.0")),
            (0, MetaMessage::Text(b"42 instructions")),
            (0, MetaMessage::Marker(b"<module>()")),
            (960, MetaMessage::Text(b"1 note = 12 instructions")),
            (1920, MetaMessage::Marker(b"fib()")),
            (3840, MetaMessage::EndOfTrack),
        ]
    );
}

#[test]
fn every_channel_is_set_before_it_plays() {
    let parts = vec![part("lead", melodic(73), vec![note(0, 240, 60, 90)]), part("drums", Instrument::Drums, vec![note(0, 30, 36, 90)])];
    let bytes = file(&perform(&score("t", parts, 960)));
    let smf = Smf::parse(&bytes).unwrap();
    let settings: Vec<Vec<(u8, u8, u8)>> = smf.tracks[1..]
        .iter()
        .map(|track| {
            track
                .iter()
                .take_while(|event| !matches!(event.kind, TrackEventKind::Midi { message: MidiMessage::NoteOn { .. }, .. }))
                .filter_map(|event| match event.kind {
                    TrackEventKind::Midi { channel, message: MidiMessage::ProgramChange { program } } => {
                        Some((channel.as_int(), 128, program.as_int()))
                    }
                    TrackEventKind::Midi { channel, message: MidiMessage::Controller { controller, value } } => {
                        Some((channel.as_int(), controller.as_int(), value.as_int()))
                    }
                    _ => None,
                })
                .collect()
        })
        .collect();
    assert_eq!(settings, [[(0, 128, 73), (0, 7, 100), (0, 10, 64), (0, 91, 40)], [(9, 128, 0), (9, 7, 100), (9, 10, 64), (9, 91, 40)]]);
}

#[test]
fn two_parts_of_drums_share_one_track() {
    let parts =
        vec![part("kick", Instrument::Drums, vec![note(0, 30, 36, 90)]), part("hats", Instrument::Drums, vec![note(0, 30, 42, 60)])];
    let performance = perform(&score("t", parts, 960));
    let bytes = file(&performance);
    assert_eq!(lint(&bytes), []);
    let smf = Smf::parse(&bytes).unwrap();
    assert_eq!(smf.tracks.len(), 2);
    assert_eq!(smf.tracks[1][0].kind, TrackEventKind::Meta(MetaMessage::TrackName(b"kick + hats")));
}

#[test]
fn a_piece_without_a_note_is_a_legal_file_of_its_length() {
    let bytes = file(&perform(&score("empty.py", Vec::new(), 1920)));
    assert_eq!(lint(&bytes).into_iter().map(|fault| fault.defect).collect::<Vec<_>>(), [Defect::NoNotes]);
    assert_eq!(Smf::parse(&bytes).unwrap().tracks[0].iter().map(|event| event.delta.as_int()).sum::<u32>(), 1920);
}

#[test]
fn a_wait_of_days_is_cut_into_numbers_that_fit_the_file() {
    let late = u32::MAX - 480;
    let performance =
        perform(&score("long", vec![part("lead", melodic(0), vec![note(0, 480, 60, 90), note(late, 240, 62, 90)])], u32::MAX));
    let bytes = file(&performance);
    assert_eq!(lint(&bytes), []);
    assert_eq!(messages(&bytes), cues(&performance));
    assert_eq!(performance.end, Tick(u32::MAX));
}

#[test]
fn notes_of_a_channel_without_a_setup_are_refused_not_dropped() {
    let mut performance = perform(&score("t", vec![part("lead", melodic(0), vec![note(0, 480, 60, 90)])], 960));
    performance.setups.clear();
    assert_eq!(write_midi(&performance, &about(), Vec::new()).unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
}
