//! Every defect that some reader stumbles over is found in a file made to have it, and nothing in the
//! file without it.

use evalody::export::lint::{Defect, Severity, lint};
use proptest::prelude::*;

const NAME: &[u8] = &[0, 0xff, 0x03, 1, b'x'];
const TEMPO: &[u8] = &[0, 0xff, 0x51, 3, 0x07, 0xa1, 0x20];
const METRE: &[u8] = &[0, 0xff, 0x58, 4, 4, 2, 24, 8];
const PROGRAM: &[u8] = &[0, 0xc0, 12];
const STRIKE: &[u8] = &[0, 0x90, 60, 90];
/// 480 ticks after the event before.
const RELEASE: &[u8] = &[0x83, 0x60, 0x80, 60, 64];
const END: &[u8] = &[0, 0xff, 0x2f, 0];
/// An end as late as one note's.
const END_AFTER_NOTE: &[u8] = &[0x83, 0x60, 0xff, 0x2f, 0];

fn chunk(tag: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u32).to_be_bytes();
    [tag.as_slice(), length.as_slice(), content].concat()
}

fn header(format: u16, tracks: u16, division: u16) -> Vec<u8> {
    chunk(b"MThd", &[format, tracks, division].map(u16::to_be_bytes).concat())
}

fn track(events: &[&[u8]]) -> Vec<u8> {
    chunk(b"MTrk", &events.concat())
}

fn conductor() -> Vec<u8> {
    track(&[NAME, TEMPO, METRE, END_AFTER_NOTE])
}

/// A sound file but for its second track.
fn with_notes(events: &[&[u8]]) -> Vec<u8> {
    [header(1, 2, 480), conductor(), track(events)].concat()
}

/// A sound file but for its first track.
fn with_conductor(events: &[&[u8]]) -> Vec<u8> {
    [header(1, 2, 480), track(events), track(&[NAME, PROGRAM, STRIKE, RELEASE, END])].concat()
}

fn sound() -> Vec<u8> {
    with_notes(&[NAME, PROGRAM, STRIKE, RELEASE, END])
}

fn defects(bytes: &[u8]) -> Vec<Defect> {
    lint(bytes).into_iter().map(|fault| fault.defect).collect()
}

#[track_caller]
fn finds(bytes: &[u8], expected: &[Defect]) {
    assert_eq!(defects(bytes), expected);
}

#[test]
fn a_sound_file_has_no_fault() {
    finds(&sound(), &[]);
    // Running status, a release as a stroke of velocity 0, and a whole sysex are all legal.
    let gm_on: &[u8] = &[0, 0xf0, 5, 0x7e, 0x7f, 0x09, 0x01, 0xf7];
    finds(&with_notes(&[NAME, gm_on, PROGRAM, STRIKE, &[0x83, 0x60, 60, 0], END]), &[]);
}

#[test]
fn a_fault_says_where_it_is() {
    let faults = lint(&with_notes(&[NAME, PROGRAM, STRIKE, RELEASE, &[0, 0x80, 61, 0], END]));
    let [fault] = faults.as_slice() else { panic!("{faults:?}") };
    assert_eq!(fault.place, Some((1, 480)));
    assert_eq!(fault.severity(), Severity::Reject);
    assert_eq!(fault.to_string(), "byte 76, track 1, tick 480: error: note 61 on channel 1 is released but was not struck");
}

#[test]
fn no_end_of_track() {
    finds(&with_notes(&[NAME, PROGRAM, STRIKE, RELEASE]), &[Defect::NoEndOfTrack]);
}

#[test]
fn a_track_length_that_is_too_long() {
    let mut bytes = sound();
    let length_at = bytes.len() - track(&[NAME, PROGRAM, STRIKE, RELEASE, END]).len() + 7;
    bytes[length_at] += 5;
    finds(&bytes, &[Defect::ChunkPastEnd { length: 26, there: 21 }]);
}

#[test]
fn a_track_length_that_is_too_short() {
    let mut bytes = sound();
    let length_at = bytes.len() - track(&[NAME, PROGRAM, STRIKE, RELEASE, END]).len() + 7;
    bytes[length_at] -= 1;
    finds(&bytes, &[Defect::BreaksOff, Defect::NoEndOfTrack, Defect::TrailingBytes { count: 1 }]);
}

#[test]
fn a_wrong_number_of_tracks() {
    let bytes = [header(1, 3, 480), sound().split_off(14)].concat();
    finds(&bytes, &[Defect::TrackCount { told: 3, found: 2 }]);
}

#[test]
fn a_note_that_hangs_and_a_release_without_a_stroke() {
    finds(&with_notes(&[NAME, PROGRAM, STRIKE, END_AFTER_NOTE]), &[Defect::Hanging { channel: 0, pitch: 60 }]);
    finds(&with_notes(&[NAME, PROGRAM, STRIKE, RELEASE, &[0, 0x80, 62, 64], END]), &[Defect::OrphanRelease { channel: 0, pitch: 62 }]);
}

#[test]
fn running_status_after_a_meta_event() {
    let faults = defects(&with_notes(&[NAME, PROGRAM, STRIKE, &[0, 0xff, 0x01, 0], &[0x83, 0x60, 60, 0], END]));
    assert_eq!(faults[0], Defect::NoStatus);
}

#[test]
fn a_data_byte_above_127() {
    assert_eq!(defects(&with_notes(&[NAME, PROGRAM, &[0, 0x90, 60, 200], RELEASE, END]))[0], Defect::DataByte { byte: 200 });
    assert_eq!(defects(&with_notes(&[NAME, &[0, 0xc0, 0x80], STRIKE, RELEASE, END]))[0], Defect::DataByte { byte: 0x80 });
}

#[test]
fn a_file_that_breaks_off_anywhere() {
    let bytes = sound();
    for length in 0..bytes.len() {
        let is_rejected = lint(&bytes[..length]).iter().any(|fault| fault.severity() == Severity::Reject);
        assert!(is_rejected, "the first {length} bytes pass");
    }
}

#[test]
fn format_0_with_two_tracks_and_a_format_unknown() {
    let body = sound().split_off(14);
    assert_eq!(defects(&[header(0, 2, 480), body.clone()].concat())[0], Defect::TracksInFormatZero { tracks: 2 });
    assert_eq!(defects(&[header(2, 2, 480), body].concat())[0], Defect::Format { format: 2 });
}

#[test]
fn divisions_that_no_grid_fits() {
    let body = sound().split_off(14);
    let with_division = |division| [header(1, 2, division), body.clone()].concat();
    finds(&with_division(0), &[Defect::DivisionZero]);
    finds(&with_division(100), &[Defect::CoarseDivision { division: 100 }]);
    finds(&with_division(0xe728), &[Defect::TimecodeDivision]);
    finds(&with_division(960), &[]);
}

#[test]
fn meta_events_of_a_wrong_length() {
    let short_tempo: &[u8] = &[0, 0xff, 0x51, 2, 0x07, 0xa1];
    finds(&with_conductor(&[NAME, short_tempo, METRE, END_AFTER_NOTE]), &[Defect::MetaLength { kind: 0x51, length: 2, due: 3 }]);
    let short_key: &[u8] = &[0, 0xff, 0x59, 1, 0];
    finds(&with_conductor(&[NAME, TEMPO, METRE, short_key, END_AFTER_NOTE]), &[Defect::MetaLength { kind: 0x59, length: 1, due: 2 }]);
}

#[test]
fn keys_and_metres_which_music_lacks() {
    let bad_key: &[u8] = &[0, 0xff, 0x59, 2, 8, 0];
    finds(&with_conductor(&[NAME, TEMPO, METRE, bad_key, END_AFTER_NOTE]), &[Defect::KeySignature { sharps: 8, mode: 0 }]);
    let bad_mode: &[u8] = &[0, 0xff, 0x59, 2, 0xf9, 2];
    finds(&with_conductor(&[NAME, TEMPO, METRE, bad_mode, END_AFTER_NOTE]), &[Defect::KeySignature { sharps: -7, mode: 2 }]);
    let bad_metre: &[u8] = &[0, 0xff, 0x58, 4, 0, 2, 24, 8];
    finds(&with_conductor(&[NAME, TEMPO, bad_metre, END_AFTER_NOTE]), &[Defect::TimeSignature { numerator: 0, denominator_power: 2 }]);
}

#[test]
fn tempi_which_nobody_plays() {
    let tempo = |microseconds: u32| [&[0, 0xff, 0x51, 3], &microseconds.to_be_bytes()[1..]].concat();
    finds(&with_conductor(&[NAME, &tempo(0), METRE, END_AFTER_NOTE]), &[Defect::TempoZero]);
    finds(&with_conductor(&[NAME, &tempo(60_000), METRE, END_AFTER_NOTE]), &[Defect::OddTempo { microseconds: 60_000 }]);
    finds(&with_conductor(&[NAME, METRE, END_AFTER_NOTE]), &[Defect::NoTempo]);
    finds(&with_conductor(&[NAME, TEMPO, END_AFTER_NOTE]), &[Defect::NoTimeSignature]);
}

#[test]
fn notes_without_length_and_notes_which_overlap() {
    finds(&with_notes(&[NAME, PROGRAM, STRIKE, &[0, 0x80, 60, 0], END]), &[Defect::ZeroLength { channel: 0, pitch: 60 }]);
    // The same two notes with the stroke of the second before the release of the first.
    let second: &[u8] = &[10, 0x90, 60, 90];
    let releases: &[u8] = &[10, 0x80, 60, 0, 10, 0x80, 60, 0];
    finds(&with_notes(&[NAME, PROGRAM, STRIKE, second, releases, END]), &[Defect::Overlap { channel: 0, pitch: 60 }]);
}

#[test]
fn what_belongs_to_the_first_track_only() {
    finds(&with_notes(&[NAME, TEMPO, PROGRAM, STRIKE, RELEASE, END]), &[Defect::OutsideFirstTrack { what: "a tempo" }]);
    finds(&with_notes(&[NAME, METRE, PROGRAM, STRIKE, RELEASE, END]), &[Defect::OutsideFirstTrack { what: "a time signature" }]);
    let marker: &[u8] = &[0, 0xff, 0x06, 1, b'A'];
    finds(&with_notes(&[NAME, marker, PROGRAM, STRIKE, RELEASE, END]), &[Defect::OutsideFirstTrack { what: "a marker" }]);
}

#[test]
fn text_that_is_not_printable_ascii() {
    let utf_8: &[u8] = &[0, 0xff, 0x01, 2, 0xc3, 0xa9];
    finds(&with_conductor(&[NAME, TEMPO, METRE, utf_8, END_AFTER_NOTE]), &[Defect::Text { byte: 0xc3 }]);
}

#[test]
fn bytes_behind_the_end() {
    finds(&[sound(), vec![0, 0]].concat(), &[Defect::TrailingBytes { count: 2 }]);
    finds(&[sound(), vec![0; 9]].concat(), &[Defect::Garbage]);
    finds(&with_notes(&[NAME, PROGRAM, STRIKE, RELEASE, END, &[0]]), &[Defect::BehindEndOfTrack]);
}

#[test]
fn programs_that_change_or_are_missing() {
    let other_program: &[u8] = &[0, 0xc0, 13];
    finds(&with_notes(&[NAME, PROGRAM, STRIKE, RELEASE, other_program, END]), &[Defect::ProgramChanged { channel: 0, from: 12, to: 13 }]);
    finds(&with_notes(&[NAME, STRIKE, RELEASE, END]), &[Defect::NoProgram { channel: 0 }]);
    // Drums need none.
    finds(&with_notes(&[NAME, &[0, 0x99, 36, 90], &[0x83, 0x60, 0x89, 36, 64], END]), &[]);
}

#[test]
fn numbers_of_five_bytes() {
    let wait: &[u8] = &[0x80, 0x80, 0x80, 0x83, 0x60, 0x80, 60, 64];
    finds(&with_notes(&[NAME, PROGRAM, STRIKE, wait, END]), &[Defect::LongNumber]);
}

#[test]
fn chunks_which_are_no_tracks() {
    finds(&[sound(), chunk(b"XFIH", &[1, 2, 3])].concat(), &[Defect::AlienChunk { tag: *b"XFIH" }]);
}

#[test]
fn a_file_without_notes() {
    finds(&[header(1, 1, 480), track(&[NAME, TEMPO, METRE, END])].concat(), &[Defect::NoNotes]);
}

#[test]
fn one_channel_on_two_tracks() {
    let notes = track(&[NAME, PROGRAM, STRIKE, RELEASE, END]);
    finds(&[header(1, 3, 480), conductor(), notes.clone(), notes].concat(), &[Defect::SharedChannel { channel: 0, tracks: 2 }]);
}

#[test]
fn a_first_track_that_ends_before_the_music() {
    finds(&with_conductor(&[NAME, TEMPO, METRE, END]), &[Defect::FirstTrackEndsEarly { first: 0, last: 480 }]);
}

#[test]
fn tracks_without_names_and_sysex_without_end() {
    finds(&with_notes(&[PROGRAM, STRIKE, RELEASE, END]), &[Defect::NoTrackName]);
    finds(&with_notes(&[NAME, &[0, 0xf0, 2, 1, 2], PROGRAM, STRIKE, RELEASE, END]), &[Defect::OpenSysex]);
}

#[test]
fn statuses_that_only_wires_know() {
    assert_eq!(defects(&with_notes(&[NAME, &[0, 0xf8], END]))[0], Defect::Status { status: 0xf8 });
}

#[test]
fn what_is_no_midi_file_is_said_to_be_none() {
    finds(b"", &[Defect::NoHeader]);
    finds(b"RIFF....WAVEfmt ....", &[Defect::NoHeader]);
    finds(&[chunk(b"MThd", &[0, 1, 0, 2, 1, 0xe0, 0, 0]), sound().split_off(14)].concat(), &[Defect::HeaderLength { length: 8 }]);
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange_to_be_judged(bytes: Vec<u8>) {
        prop_assert!(!lint(&bytes).is_empty());
    }

    #[test]
    fn no_changed_byte_brings_the_lint_down(at in 0usize..100, byte: u8, second_at in 0usize..100, second: u8) {
        let mut bytes = sound();
        let length = bytes.len();
        bytes[at % length] = byte;
        bytes[second_at % length] = second;
        lint(&bytes);
    }
}
