//! Our files as others read them: mido, pretty_midi and midi2abc, of which the first two are the
//! strictest readers there are, and none of which knows evalody.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use evalody::export::midi_file::{About, write_midi};
use evalody::music::{Instrument, Tempo};
use evalody::perform::{CueKind, Performance, perform};
use evalody::score::Score;
use serde_json::Value;
use support::python_tools::{is_on_path, output_of, python_with, spoken};
use support::scores::{melodic, note, part, score, text};

/// A note as a reader tells it: start and end in ticks, channel from 0, pitch, velocity.
type Heard = (u32, u32, u8, u8, u8);

fn file(performance: &Performance) -> Vec<u8> {
    let about = About { evalody: "0.1.0".into(), style: "groove".into(), interpreter: "CPython 3.14.0".into(), steps: 42 };
    let mut bytes = Vec::new();
    write_midi(performance, &about, &mut bytes).unwrap();
    bytes
}

fn played(performance: &Performance) -> Vec<Heard> {
    let (mut sounding, mut notes) = (BTreeMap::new(), Vec::new());
    for cue in &performance.cues {
        match cue.kind {
            CueKind::On { pitch, velocity, .. } => {
                sounding.insert((cue.channel, pitch), (cue.at.0, velocity.value()));
            }
            CueKind::Off { pitch } => {
                let (start, velocity) = sounding.remove(&(cue.channel, pitch)).unwrap();
                notes.push((start, cue.at.0, cue.channel.index(), pitch.number(), velocity));
            }
        }
    }
    notes.sort_unstable();
    notes
}

/// Drums and two melodies, of which one strikes its notes again while they sound.
fn band() -> Score {
    let lead = (0..16).map(|index| note(index * 240, 480, 60 + (index % 3) as u8, 40 + 5 * index as u8)).collect();
    let bass = (0..4).map(|bar| note(bar * 960, 960, 36, 100)).collect();
    let drums = (0..32).map(|index| note(index * 120, 30, [36, 42, 38, 42][index as usize % 4], 90)).collect();
    let parts = vec![part("lead", melodic(12), lead), part("drums", Instrument::Drums, drums), part("bass", melodic(33), bass)];
    Score { tempo: Tempo::new(116).unwrap(), ..score("band.py", parts, 4320) }
}

/// All 16 channels at once, to the highest and lowest pitch and velocity.
fn orchestra() -> Score {
    let mut parts: Vec<_> = (0..15u8)
        .map(|index| {
            part("voice", melodic(index * 9), vec![note(0, 480, index * 9, 1), note(480, 1, 127, 127), note(600, 1320, index, 64)])
        })
        .collect();
    parts.push(part("drums", Instrument::Drums, vec![note(0, 1920, 35, 127), note(60, 60, 81, 1)]));
    score("orchestra.py", parts, 1920)
}

/// Names outside ASCII wherever a name can stand.
fn poem() -> Score {
    let mut piece = score("gedicht_für_π.py", vec![part("Flöte", melodic(73), vec![note(0, 1920, 74, 80)])], 3840);
    piece.markers = vec![text(0, "<module>"), text(960, "größe(π)"), text(1920, "🐍\nsecond line")];
    piece.remarks = vec![text(480, "1 note = 12 instructions — ½")];
    piece
}

fn silence() -> Score {
    score("empty.py", Vec::new(), 1920)
}

const MIDO: &str = r#"
import io, json, sys, mido
midi = mido.MidiFile(file=io.BytesIO(sys.stdin.buffer.read()))
notes, texts, ends = [], [], []
for track in midi.tracks:
    now, sounding = 0, {}
    for m in track:
        now += m.time
        if m.type == "note_on" and m.velocity > 0:
            sounding[m.channel, m.note] = now, m.velocity
        elif m.type in ("note_on", "note_off"):
            start, velocity = sounding.pop((m.channel, m.note))
            notes.append([start, now, m.channel, m.note, velocity])
        elif m.type in ("marker", "text", "track_name"):
            texts.append([now, m.type, m.text if m.type != "track_name" else m.name])
    ends.append(now)
print(json.dumps({"notes": sorted(notes), "texts": texts, "ends": ends, "type": midi.type,
                  "ticks": midi.ticks_per_beat, "seconds": midi.length}))
"#;

/// Times in seconds; notes by their pitch, velocity and whether they are drums.
const PRETTY_MIDI: &str = r#"
import io, json, sys, pretty_midi
midi = pretty_midi.PrettyMIDI(io.BytesIO(sys.stdin.buffer.read()))
notes = [[n.start, n.end, i.is_drum, n.pitch, n.velocity] for i in midi.instruments for n in i.notes]
print(json.dumps({"notes": notes, "programs": [[i.program, i.is_drum, i.name] for i in midi.instruments],
                  "tempo": midi.get_tempo_changes()[1].tolist(), "end": midi.get_end_time(),
                  "key": [k.key_number for k in midi.key_signature_changes]}, default=int))
"#;

fn heard_by(python: &str, program: &str, performance: &Performance) -> Value {
    serde_json::from_str(&output_of(python, program, &file(performance))).unwrap()
}

#[test]
fn mido_hears_every_note_where_we_put_it() {
    let Some(python) = python_with(&["mido"]) else { return };
    for piece in [band(), orchestra(), poem(), silence()] {
        let performance = perform(&piece);
        let heard = heard_by(&python, MIDO, &performance);
        assert_eq!((&heard["type"], &heard["ticks"]), (&1.into(), &480.into()));
        let notes: Vec<Heard> = serde_json::from_value(heard["notes"].clone()).unwrap();
        assert_eq!(notes, played(&performance), "{}", piece.title);
        assert_eq!(heard["ends"][0], piece.end.0, "{}", piece.title);
        // A tempo is told in whole microseconds.
        let length = piece.end.seconds(piece.tempo);
        assert!((heard["seconds"].as_f64().unwrap() - length).abs() <= length * 2e-6, "{heard}");
    }
}

#[test]
fn mido_reads_words_outside_ascii_as_python_would_escape_them() {
    let Some(python) = python_with(&["mido"]) else { return };
    let heard = heard_by(&python, MIDO, &perform(&poem()));
    let texts: Vec<(u32, String, String)> = serde_json::from_value(heard["texts"].clone()).unwrap();
    for (at, kind, words) in [
        (0, "track_name", "gedicht_f\\xfcr_\\u03c0.py"),
        (0, "track_name", "Fl\\xf6te"),
        (0, "marker", "<module>"),
        (480, "text", "1 note = 12 instructions \\u2014 \\xbd"),
        (960, "marker", "gr\\xf6\\xdfe(\\u03c0)"),
        (1920, "marker", "\\U0001f40d\\nsecond line"),
    ] {
        assert!(texts.contains(&(at, kind.into(), words.into())), "no {words} in {texts:?}");
    }
}

#[test]
fn pretty_midi_hears_every_note_when_it_sounds_and_warns_of_nothing() {
    let Some(python) = python_with(&["pretty_midi"]) else { return };
    for piece in [band(), orchestra(), poem(), silence()] {
        let performance = perform(&piece);
        let heard = heard_by(&python, PRETTY_MIDI, &performance);
        let mut notes: Vec<(f64, f64, bool, u8, u8)> = serde_json::from_value(heard["notes"].clone()).unwrap();
        let seconds = |tick: u32| evalody::music::Tick(tick).seconds(piece.tempo);
        let mut ours: Vec<(f64, f64, bool, u8, u8)> = played(&performance)
            .into_iter()
            .map(|(start, end, channel, pitch, velocity)| (seconds(start), seconds(end), channel == 9, pitch, velocity))
            .collect();
        assert_eq!(notes.len(), ours.len(), "{}", piece.title);
        // The same moment differs in the last digits: order by what does not.
        let order =
            |note: &(f64, f64, bool, u8, u8)| ((note.0 * 1e4).round() as u64, (note.1 * 1e4).round() as u64, note.2, note.3, note.4);
        notes.sort_by_key(order);
        ours.sort_by_key(order);
        for (theirs, ours) in notes.iter().zip(&ours) {
            assert_eq!((theirs.2, theirs.3, theirs.4), (ours.2, ours.3, ours.4), "{}", piece.title);
            assert!((theirs.0 - ours.0).abs() < 1e-4 && (theirs.1 - ours.1).abs() < 1e-4, "{theirs:?} for {ours:?}");
        }
        let tempo = heard["tempo"][0].as_f64().unwrap();
        assert!((tempo - f64::from(piece.tempo.quarters_per_minute())).abs() < 1e-3, "{tempo}");
        // It counts major keys from 0 and minor keys from 12, C first; all our pieces are in A minor.
        assert_eq!(heard["key"], serde_json::json!([21]));
    }
}

#[test]
fn midi2abc_sees_every_note_and_complains_of_nothing() {
    if !is_on_path("midi2abc") {
        return;
    }
    let midi2abc = || Command::new("midi2abc");
    let folder = tempfile::tempdir().unwrap();
    // A piece without notes has nothing to notate: it refuses that one by design.
    for (index, piece) in [band(), orchestra(), poem()].into_iter().enumerate() {
        let performance = perform(&piece);
        let path = folder.path().join(format!("{index}.mid"));
        fs::write(&path, file(&performance)).unwrap();
        let roll = spoken(midi2abc().arg(&path).arg("-midigram").output().unwrap());
        // Start, end, track, channel from 1, pitch, velocity; the last line is the length alone.
        let mut notes: Vec<Heard> = roll
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .filter(|words| words.len() == 6)
            .map(|words| {
                let number = |at: usize| words[at].parse::<u32>().unwrap();
                (number(0), number(1), number(3) as u8 - 1, number(4) as u8, number(5) as u8)
            })
            .collect();
        notes.sort_unstable();
        assert_eq!(notes, played(&performance), "{}\n{roll}", piece.title);
        let abc = spoken(midi2abc().arg(&path).output().unwrap()).to_lowercase();
        assert!(abc.contains("% 0 sharps") && !abc.contains("error") && !abc.contains("warning"), "{abc}");
    }
}
