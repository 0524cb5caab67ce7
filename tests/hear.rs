//! The way back: what the interpreter did, out of the notes of a MIDI file and nothing else, also after
//! other programs had it.

#[path = "support/files.rs"]
mod files;
#[path = "support/interpreters.rs"]
mod interpreters;
#[allow(dead_code, reason = "shared with other tests")]
#[path = "support/python_tools.rs"]
mod python_tools;
#[path = "support/runs.rs"]
mod runs;

use std::sync::Arc;

use assert_cmd::Command;
use evalody::compose::{Mapping, Role, Style, StyleName, compose};
use evalody::fold::{Folder, Zoom};
use evalody::hear::{HearError, Struck, instructions, song, song_of, style_of};
use evalody::music::{Key, Mode, Pitch, TICKS_PER_QUARTER, Tick, Ticks};
use evalody::perform::{Channel, Cue, CueKind, Performance, perform};
use evalody::songs;
use evalody::trace::{Code, CodeId, Entry, Family, Header, Instruction, Origin, Outcome, Span, Step, Trace};
use files::{file, stripped};
use proptest::prelude::*;

/// Family, depth of the value stack, depth of the frames.
type Told = (Family, u16, u16);

fn told(trace: &Trace) -> Vec<Told> {
    let unit = |step: &Step| trace.codes[step.code.index()].unit(step.offset);
    trace.steps().map(|step| (unit(step).family, unit(step).depth, step.frame_depth)).collect()
}

fn played(trace: &Trace, key: Option<Key>) -> Performance {
    let mut folder = Folder::new(Zoom::Opcode, None);
    trace.tell(&mut folder);
    let style = Style { key, ..Style::of(StyleName::Faithful) };
    perform(&compose("made up", &folder.finish(trace.outcome.clone()), &trace.codes, &style))
}

fn heard(bytes: &[u8]) -> Vec<Told> {
    let heard = match song(bytes) {
        Err(HearError::NoNotes) => return Vec::new(),
        song => instructions(&song.unwrap(), &Mapping::shipped(StyleName::Faithful)).expect("the style is recognised"),
    };
    assert_eq!(heard.strangers, 0);
    heard.instructions.into_iter().map(|heard| (heard.family, heard.depth, heard.frame_depth)).collect()
}

/// A program which does just this.
fn doing(told: &[Told]) -> Trace {
    let instruction = |(offset, &(family, depth, _)): (u32, &Told)| Instruction {
        offset,
        opcode: "OP".into(),
        family,
        argument: None,
        meaning: "".into(),
        // A new line after every third, so that visits differ in length.
        span: Span { line: Some(1 + offset / 6), ..Span::default() },
        depth_before: Some(depth),
        depth_after: Some(depth),
        target: None,
    };
    let header = Header {
        id: CodeId(0),
        name: "f".into(),
        qualname: "f".into(),
        file: "made_up.py".into(),
        first_line: 1,
        flags: 0,
        stack_size: u32::from(u16::MAX),
        origin: Origin::User,
    };
    let code = Code::new(header, (0..).step_by(2).zip(told).map(instruction).collect());
    let step =
        |(offset, &(_, _, frame_depth)): (u32, &Told)| Entry::Step(Step { code: CodeId(0), offset, frame_depth, thread: 0, blocks: 0 });
    Trace {
        codes: vec![Arc::new(code)],
        entries: (0..).step_by(2).zip(told).map(step).collect(),
        outcome: Outcome::Finished,
        ..Trace::default()
    }
}

fn keys() -> impl Iterator<Item = Key> {
    [Mode::Major, Mode::Minor].into_iter().flat_map(|mode| (0..12).map(move |tonic| Key::new(tonic, mode).unwrap()))
}

fn any_key() -> impl Strategy<Value = Option<Key>> {
    prop::option::of(prop::sample::select(keys().collect::<Vec<_>>()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_instruction_is_heard_back_from_the_bare_notes(trace in runs::trace(400), key in any_key()) {
        let performance = played(&trace, key);
        let bytes = file(&performance);
        let told = told(&trace);
        prop_assert_eq!(&heard(&bytes), &told);
        prop_assert_eq!(&heard(&stripped(&bytes, 2, 1)), &told);
        // 96 ticks a beat, and 100, in which a sixteenth is whole but our moments are rounded.
        prop_assert_eq!(&heard(&stripped(&bytes, 1, 5)), &told);
        prop_assert_eq!(&heard(&stripped(&bytes, 5, 24)), &told);
        if !told.is_empty() {
            prop_assert_eq!(song_of(&performance).notes, song(&bytes).unwrap().notes);
        }
    }

    #[test]
    fn depths_of_any_size_are_heard_back(
        told in prop::collection::vec((prop::sample::select(&Family::ALL[..]), any::<u16>(), any::<u16>()), 0..60),
        key in any_key(),
    ) {
        prop_assert_eq!(heard(&stripped(&file(&played(&doing(&told), key)), 2, 1)), told);
    }
}

#[test]
fn every_family_is_heard_back_at_every_depth_that_a_note_tells_in_every_key() {
    let all: Vec<Told> = Family::ALL.into_iter().flat_map(|family| (0..200).map(move |depth| (family, depth, depth * 7 % 1000))).collect();
    let trace = doing(&all);
    for key in keys() {
        let performance = played(&trace, Some(key));
        let song = song_of(&performance);
        assert_eq!(
            (instructions(&song, &Mapping::shipped(StyleName::Faithful)).unwrap().key, style_of(&song)),
            (key, Some(StyleName::Faithful))
        );
        assert_eq!(heard(&file(&performance)), all, "{key}");
    }
}

/// Two meanings on one channel and pitch would be heard as one.
#[test]
fn no_two_families_and_no_two_drums_are_the_same() {
    let style = Mapping::shipped(StyleName::Faithful);
    assert!(Family::ALL.into_iter().all(|family| style.voices().filter(|(known, _)| *known == family).count() == 1));
    let mut drums: Vec<_> = style.strokes().map(|stroke| stroke.drum).chain(style.steady()).collect();
    let count = drums.len();
    drums.sort_unstable();
    drums.dedup();
    assert_eq!(drums.len(), count);
}

#[test]
fn real_programs_are_heard_back_from_the_bare_notes() {
    for (python, version) in interpreters::pythons() {
        for name in ["recursion", "exceptions", "pipeline", "closures", "sort_merge", "tasks"] {
            let trace = recorded(&python, songs::named(name).unwrap().source);
            let told = told(&trace);
            assert!(told.len() >= 200, "{version:?} {name}: {}", told.len());
            assert_eq!(heard(&stripped(&file(&played(&trace, None)), 2, 1)), told, "{version:?} {name}");
        }
    }
}

fn recorded(python: &std::path::Path, source: &str) -> Trace {
    let mut request = interpreters::request(python, source);
    request.limits.steps = Some(3_000);
    interpreters::hear(&request).unwrap().trace
}

#[test]
fn a_kick_is_struck_on_a_half_bar_for_each_turn_of_a_loop() {
    const HALF_BAR: u32 = 2 * TICKS_PER_QUARTER;
    let kick = Mapping::shipped(StyleName::Faithful).drums(Role::Kick)[0];
    for (python, version) in interpreters::pythons() {
        for (source, turns) in [
            ("for one in range(7):\n    two = one\n    three = two + one\n", 7),
            ("for one in range(3):\n    for two in range(4):\n        three = one\n", 3 * 4 + 3),
            ("for one in range(5): two = one\n", 5),
            ("one = 7\nif one > 3:\n    two = one\n", 0),
        ] {
            let performance = played(&recorded(&python, source), None);
            let struck = |cue: &&Cue| matches!(cue.kind, CueKind::On { pitch, .. } if cue.channel.is_drums() && pitch == kick);
            let kicks: Vec<Tick> = performance.cues.iter().filter(struck).map(|cue| cue.at).collect();
            assert_eq!(kicks.len(), turns, "{version:?}: {source}");
            assert!(kicks.iter().all(|at| at.0 % HALF_BAR == 0), "{version:?}: {source}: {kicks:?}");
        }
    }
}

/// Written after the README's text alone, by a reader that knows no evalody; it strips the file by mido.
const STRANGER: &str = include_str!("support/stranger.py");

#[test]
fn a_stranger_reads_the_style_by_its_description() {
    let Some(python) = python_tools::python_with(&["mido"]) else { return };
    let deep: Vec<Told> = (0..150u16).map(|i| (Family::ALL[usize::from(i) % Family::COUNT], i * 431, i.wrapping_mul(9973))).collect();
    let mut traces = vec![doing(&deep), Trace::default()];
    if let Some((python, _)) = interpreters::pythons().first() {
        traces.extend(["recursion", "pipeline", "exceptions"].map(|name| recorded(python, songs::named(name).unwrap().source)));
    }
    for trace in traces {
        for key in [None, Some("C".parse().unwrap()), Some("F#m".parse().unwrap())] {
            let output = python_tools::output_of(&python, STRANGER, &file(&played(&trace, key)));
            let answer: serde_json::Value = serde_json::from_str(&output).unwrap();
            let told = told(&trace);
            let by_stranger: Vec<(String, u16, u16)> = serde_json::from_value(answer["told"].clone()).unwrap();
            assert_eq!(by_stranger, told.iter().map(|(family, depth, frame)| (family.to_string(), *depth, *frame)).collect::<Vec<_>>());
            let saved_again: Vec<u8> = serde_json::from_value(answer["file"].clone()).unwrap();
            assert_eq!(heard(&saved_again), told);
        }
    }
}

#[test]
fn other_styles_are_not_taken_for_this_one() {
    let trace = doing(&[(Family::Arith, 2, 0); 40]);
    let mut folder = Folder::new(Zoom::Line, None);
    trace.tell(&mut folder);
    let groove = perform(&compose("made up", &folder.finish(Outcome::Finished), &trace.codes, &Style::default()));
    assert_eq!(
        (style_of(&song_of(&groove)), instructions(&song_of(&groove), &Mapping::shipped(StyleName::Faithful))),
        (Some(StyleName::Groove), None)
    );
    // Without its first note the figure is none.
    let mut song = song_of(&played(&trace, None));
    song.notes.remove(0);
    assert_eq!(style_of(&song), None);
}

#[test]
fn notes_that_the_style_cannot_write_are_counted_and_passed_over() {
    let all = [(Family::Load, 1, 0), (Family::Store, 0, 3)];
    let mut song = song_of(&played(&doing(&all), Some(Key::A_MINOR)));
    let last = *song.notes.iter().rfind(|note| note.channel != Channel::DRUMS).unwrap();
    let strange = Pitch::new(last.pitch.number() + 1).unwrap();
    song.notes.push(Struck { at: last.at + Ticks(480), pitch: strange, ..last });
    let heard = instructions(&song, &Mapping::shipped(StyleName::Faithful)).unwrap();
    assert_eq!((heard.instructions.len(), heard.strangers), (2, 1));
}

#[test]
fn what_is_no_music_is_refused_in_words() {
    let whole = file(&played(&doing(&[(Family::Load, 0, 0); 9]), None));
    assert_eq!(song(b"print(1)").unwrap_err(), HearError::NotMidi);
    assert_eq!(song(b"").unwrap_err(), HearError::NotMidi);
    assert!(matches!(song(b"MThd").unwrap_err(), HearError::Damaged(_)));
    // The very last byte says that the end of a track has no content.
    for length in 15..whole.len() - 1 {
        assert!(song(&whole[..length]).is_err(), "cut off after {length} of {} bytes", whole.len());
    }
    let header = |format: u8, division: [u8; 2]| {
        let mut bytes = whole.clone();
        bytes[9] = format;
        bytes[12..14].copy_from_slice(&division);
        song(&bytes).unwrap_err()
    };
    assert_eq!(header(1, [0xe7, 40]), HearError::FilmFrames);
    assert_eq!(header(2, [1, 0xe0]), HearError::SeveralSongs);
    assert!(matches!(header(1, [0, 0]), HearError::Damaged(_)));
    assert_eq!(song(&file(&played(&Trace::default(), None))).unwrap_err(), HearError::NoNotes);
}

#[test]
fn the_command_tells_instructions_in_columns_and_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let performance = played(&doing(&[(Family::Load, 0, 0), (Family::Call, 13, 1), (Family::Rest, 2, 0)]), Some("C".parse().unwrap()));
    std::fs::write(folder.path().join("piece.mid"), file(&performance)).unwrap();
    std::fs::write(folder.path().join("song.py"), "print(1)\n").unwrap();
    let hear = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evalody"));
        command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
        command.current_dir(folder.path()).arg("hear").args(arguments);
        command
    };
    let text = "\
piece.mid: faithful, C at 116 bpm, 3 instructions
#      i       at  family    dep   frm
       0     2:01  load        0     0
       1     2:05  call       13     1
       2     2:09  rest        2     0
";
    hear(&["piece.mid"]).assert().code(0).stdout(text).stderr("");
    let json = "{\"index\":1,\"bar\":2,\"sixteenth\":5,\"family\":\"call\",\"depth\":13,\"frame_depth\":1}\n";
    hear(&["-", "--format", "json"]).write_stdin(file(&performance)).assert().code(0).stdout(predicates::str::contains(json)).stderr("");
    for (name, words) in [
        ("song.py", "evalody: song.py: is not a MIDI file; make one with: evalody export"),
        ("nowhere.mid", "evalody: nowhere.mid: no such file; name a MIDI file"),
        (".", "evalody: .: is a folder; name a MIDI file in it"),
    ] {
        hear(&[name]).assert().code(2).stdout("").stderr(predicates::str::starts_with(words));
    }
}
