//! Lead sheets: the melody read back note by note, the official schema, and MuseScore, which draws them and plays
//! them.

#[path = "support/golden.rs"]
#[expect(dead_code, reason = "the recorded traces are read, no text is compared")]
mod golden;
#[path = "support/runs.rs"]
mod runs;
#[path = "support/sheets.rs"]
mod sheets;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use evalody::compose::{Style, StyleName, compose};
use evalody::export::musicxml::melody;
use evalody::fold::{Folder, MOST_GESTURES, Zoom, fold};
use evalody::music::{Chord, Kind, TICKS_PER_BAR, Tick};
use evalody::perform::{Performance, perform};
use evalody::score::{Cause, Harmony, Score};
use evalody::trace::{Trace, read};
use proptest::prelude::*;
use sheets::{BAR, Played, Sheet, written};
use support::python_tools::{is_on_path, output_of, python_with, starts_with};
use support::scores::{any_score, melodic, note, part, score, text};

/// That the sheet has the melody, and as many bars as the piece.
fn check(performance: &Performance, sheet: &Sheet) {
    let sung: Vec<(u32, u32, u8)> = melody(performance).iter().map(|tone| (tone.at, tone.lasts, tone.pitch.number())).collect();
    let played: Vec<(u32, u32, u8)> = sheet.notes.iter().map(|note| (note.at, note.lasts, note.pitch)).collect();
    assert_eq!(played, sung);
    assert_eq!(sheet.bars, performance.end.0.div_ceil(TICKS_PER_BAR).max(1));
    assert!(sung.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0), "one voice");
    let chords: Vec<u32> = performance.harmony.iter().map(|harmony| harmony.at.0 / (TICKS_PER_BAR / BAR)).collect();
    assert_eq!(sheet.chords.iter().map(|chord| chord.0).collect::<Vec<_>>(), chords);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_notes_at_all_fill_every_bar_and_are_read_back(score in any_score()) {
        let performance = perform(&score);
        check(&performance, &sheets::read(&written(&performance, &[], &[])));
    }

    #[test]
    fn the_melody_of_any_program_is_read_back(trace in runs::trace(400), which in 0usize..4) {
        let style = StyleName::ALL[which];
        let zoom = if style == StyleName::Faithful { Zoom::Opcode } else { Zoom::Auto };
        let performance = perform(&compose("made up", &fold(&trace, zoom), &trace.codes, &Style::of(style)));
        check(&performance, &sheets::read(&written(&performance, &trace.codes, &["x = 1", "y < 2"])));
    }
}

fn recorded(name: &str) -> Trace {
    read(&fs::read_to_string(golden::path(&format!("{name}.trace"))).unwrap()).unwrap()
}

fn played(trace: &Trace, style: StyleName) -> Performance {
    let is_lossless = style == StyleName::Faithful;
    let mut folder = Folder::new(if is_lossless { Zoom::Opcode } else { Zoom::Line }, (!is_lossless).then_some(MOST_GESTURES));
    trace.tell(&mut folder);
    perform(&compose("recorded", &folder.finish(trace.outcome.clone()), &trace.codes, &Style::of(style)))
}

/// Four notes over a chord each half bar, the second half in another key; held over beats and the bar line.
fn tune() -> Score {
    let caused = |line: u32, note: evalody::score::Note| evalody::score::Note { cause: Cause { line, ..note.cause }, ..note };
    // The lengths sound for fifteen sixteenths.
    let notes = vec![
        caused(1, note(0, 225, 68, 80)),
        caused(1, note(240, 113, 69, 80)),
        caused(2, note(1200, 1350, 75, 80)),
        caused(1, note(2880, 450, 72, 80)),
        // Another thread at the same moment, louder: the first thread is sung.
        evalody::score::Note { cause: Cause { thread: 1, ..Cause::default() }, ..note(2880, 450, 60, 120) },
    ];
    let mut piece = score("<tune> & \u{1}co.py", vec![part("call", melodic(73), notes)], 2 * TICKS_PER_BAR);
    let (home, away) = ("Am".parse().unwrap(), "Em".parse().unwrap());
    let chord = |root, kind| Chord { root, kind };
    piece.harmony = vec![
        Harmony { at: Tick(0), key: home, chord: chord(7, Kind::Dominant) },
        Harmony { at: Tick(960), key: home, chord: chord(2, Kind::Dominant) },
        Harmony { at: Tick(1920), key: away, chord: chord(0, Kind::Minor) },
    ];
    piece.markers = vec![text(0, "outer.<locals>.f()"), text(1920, "finished")];
    piece.remarks = vec![text(960, "1 note = 12 instructions")];
    piece.states = vec![Default::default(); 2];
    piece
}

#[test]
fn a_tune_is_written_as_a_lead_sheet() {
    let performance = perform(&tune());
    let sheet = sheets::read(&written(&performance, &recorded("fib").codes, &["if a < b:", "    return   a"]));
    assert_eq!(sheet.title, "<tune> & \u{fffd}co.py");
    assert_eq!(sheet.keys, [(0, 0), (1, 1)]);
    let chords: Vec<(u32, &str)> = sheet.chords.iter().map(|(at, chord)| (*at, chord.as_str())).collect();
    assert_eq!(chords, [(0, "E dominant"), (8, "B dominant"), (16, "E minor")]);
    assert_eq!(sheet.marks, [(0, "f()".to_owned()), (16, "finished".to_owned())]);
    assert_eq!(sheet.remarks, [(8, "1 note = 12 instructions".to_owned())]);
    let sung = |at, lasts, pitch, lyric: Option<&str>| Played { at, lasts, pitch, lyric: lyric.map(str::to_owned) };
    let (first, second) = (Some("if a < b: ·"), Some("return a ·"));
    assert_eq!(sheet.notes, [sung(0, 2, 68, first), sung(2, 1, 69, None), sung(10, 12, 75, second), sung(24, 4, 72, first)]);
}

#[test]
fn accidentals_are_written_where_the_key_and_the_bar_do_not_give_them() {
    let sheet = written(&perform(&tune()), &[], &[]);
    // G sharp over E7 and D sharp over B7; tied over the bar line it needs no second one.
    assert_eq!(sheet.matches("<accidental>sharp</accidental>").count(), 2, "{sheet}");
    assert_eq!(sheet.matches("<accidental>").count(), 2);
}

#[test]
fn a_program_without_a_melody_is_a_bar_of_rest() {
    let sheet = sheets::read(&written(&perform(&Score::silence("empty.py")), &[], &[]));
    assert_eq!((sheet.bars, sheet.notes.len()), (1, 0));
}

/// Sheets of all kinds, with their names: recorded programs in each style, a tune, silence.
fn collection() -> Vec<(String, Performance, Trace)> {
    let styled = ["fib", "caught"].into_iter().flat_map(|name| StyleName::ALL.map(|style| (name, style)));
    let mut all: Vec<_> = styled.map(|(name, style)| (format!("{name}.{style}"), played(&recorded(name), style), recorded(name))).collect();
    all.push(("tune".into(), perform(&tune()), recorded("fib")));
    all.push(("silence".into(), perform(&Score::silence("empty.py")), recorded("fib")));
    all
}

fn all_written(folder: &Path) -> Vec<PathBuf> {
    let lines = ["def fib(n):", "    if n < 2 and \"&\":", "        return n", "    return fib(n - 1) + fib(n - 2)"];
    collection()
        .into_iter()
        .map(|(name, performance, trace)| {
            let path = folder.join(format!("{name}.musicxml"));
            fs::write(&path, written(&performance, &trace.codes, &lines)).unwrap();
            path
        })
        .collect()
}

/// Attributes of other namespaces that the schema refers to; their own schemas lie on the network.
const XML_XSD: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/XML/1998/namespace">
<xs:attribute name="lang"/><xs:attribute name="space"/></xs:schema>"#;
const XLINK_XSD: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/1999/xlink">
<xs:attribute name="href"/><xs:attribute name="type"/><xs:attribute name="role"/><xs:attribute name="title"/>
<xs:attribute name="show"/><xs:attribute name="actuate"/></xs:schema>"#;

#[test]
fn sheets_follow_the_schema_of_musicxml_4() {
    // The package brings the schema of the standard along.
    let (Some(python), true) = (python_with(&["musicxml"]), is_on_path("xmllint")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let asked = "import musicxml, os\nprint(os.path.join(os.path.dirname(musicxml.__file__), 'generate_classes', 'musicxml_4_0.xsd'))";
    let schema = fs::read_to_string(output_of(&python, asked, b"").trim()).unwrap();
    let local = folder.path().join("musicxml.xsd");
    fs::write(&local, schema.replace("http://www.musicxml.org/xsd/", "")).unwrap();
    fs::write(folder.path().join("xml.xsd"), XML_XSD).unwrap();
    fs::write(folder.path().join("xlink.xsd"), XLINK_XSD).unwrap();
    let paths = all_written(folder.path());
    let checked = Command::new("xmllint").args(["--noout", "--nonet", "--schema"]).arg(&local).args(&paths).output().unwrap();
    let told = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success() && told.matches(" validates").count() == paths.len(), "{told}");
}

/// Seconds MuseScore may take for a sheet: a hundred times what one takes.
const PATIENCE_SECONDS: &str = "300";

/// Lets MuseScore turn a sheet into another file. It must succeed, write something, and complain of nothing.
fn convert(sheet: &Path, ending: &str) -> PathBuf {
    let home = tempfile::tempdir().unwrap();
    let to = sheet.with_extension(ending);
    // Of its own group: `timeout` ends what it starts as well.
    let Output { status, stdout, stderr } = Command::new("timeout")
        .args(["--kill-after=5", PATIENCE_SECONDS, "musescore3", "-o"])
        .args([&to, sheet])
        .env("QT_QPA_PLATFORM", "offscreen")
        .envs(["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"].map(|name| (name, home.path())))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    let complaints = ["error", "corrupt", "incomplete", "warning", "no instrument", "invalid"];
    let lower = told.to_lowercase();
    assert!(status.success() && !complaints.iter().any(|word| lower.contains(word)), "{}: {status}\n{told}", sheet.display());
    assert!(fs::metadata(&to).is_ok_and(|made| made.len() > 0), "{}\n{told}", to.display());
    to
}

/// Onsets in ticks of a quarter of 480, and pitches.
const MIDO: &str = r#"
import io, json, sys, mido
midi = mido.MidiFile(file=io.BytesIO(sys.stdin.buffer.read()))
notes = []
for track in midi.tracks:
    now = 0
    for m in track:
        now += m.time
        if m.type == "note_on" and m.velocity > 0:
            notes.append([now * 480 // midi.ticks_per_beat, m.note])
print(json.dumps(sorted(notes)))
"#;

/// That MuseScore plays the notes which are written, and draws and saves them again.
fn check_by_musescore(python: &str, path: &Path) {
    let sheet = sheets::read(&fs::read_to_string(path).unwrap());
    let heard = output_of(python, MIDO, &fs::read(convert(path, "mid")).unwrap());
    let heard: Vec<(u32, u8)> = serde_json::from_str(&heard).unwrap();
    let ours: Vec<(u32, u8)> = sheet.notes.iter().map(|note| (note.at * 120, note.pitch)).collect();
    assert_eq!(heard, ours, "{}", path.display());
    convert(path, "pdf");
}

fn musescore() -> Option<String> {
    let is_there = starts_with("musescore3", &["-platform", "offscreen", "--version"]);
    python_with(&["mido"]).filter(|_| is_there)
}

#[test]
fn musescore_plays_what_is_written_and_draws_it() {
    let Some(python) = musescore() else { return };
    let folder = tempfile::tempdir().unwrap();
    for path in all_written(folder.path()) {
        check_by_musescore(&python, &path);
    }
}

#[test]
fn musescore_saves_a_sheet_with_its_chords_and_lyrics_as_they_are() {
    if musescore().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for path in all_written(folder.path()) {
        let sheet = sheets::read(&fs::read_to_string(&path).unwrap());
        let again = folder.path().join("again.musicxml");
        fs::copy(&path, &again).unwrap();
        // An uncompressed file of its own, under the name it knows for it.
        let saved = fs::read_to_string(convert(&again, "xml")).unwrap();
        assert_eq!(saved.matches("<harmony").count(), sheet.chords.len(), "{}", path.display());
        assert_eq!(saved.matches("<rehearsal").count(), sheet.marks.len(), "{}", path.display());
        let lyrics = sheet.notes.iter().filter(|note| note.lyric.is_some()).count();
        assert_eq!(saved.matches("<lyric ").count(), lyrics, "{}", path.display());
    }
}

/// What the benchmarks import to be measured; here they are only run, once.
const PYPERF: &str = include_str!("support/pyperf.py");

#[test]
fn musescore_opens_the_sheets_of_programs_that_nobody_here_wrote() {
    let (Some(python), Some(_)) = (musescore(), python_with(&["pyperformance"])) else { return };
    let asked = "import os, pyperformance\nprint(os.path.join(os.path.dirname(pyperformance.__file__), 'data-files', 'benchmarks'))";
    let benchmarks = PathBuf::from(output_of(&python, asked, b"").trim());
    let jobs =
        [("nqueens", "groove"), ("richards", "chip"), ("deltablue", "ambient"), ("json_dumps", "faithful"), ("generators", "groove")];
    for (name, style) in jobs {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(benchmarks.join(format!("bm_{name}")).join("run_benchmark.py"), folder.path().join("run_benchmark.py")).unwrap();
        fs::write(folder.path().join("pyperf.py"), PYPERF).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_evalody"));
        command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
        command.current_dir(folder.path()).args([
            "export",
            "run_benchmark.py",
            "-o",
            "out.musicxml",
            "--steps",
            "100000",
            "--style",
            style,
        ]);
        let ran = command.args(["--interpreter", &python]).stdin(Stdio::null()).output().unwrap();
        assert!(matches!(ran.status.code(), Some(0 | 12)), "{name}: {}", String::from_utf8_lossy(&ran.stderr));
        let path = folder.path().join("out.musicxml");
        let sheet = sheets::read(&fs::read_to_string(&path).unwrap());
        assert!(sheet.notes.len() > 20 && sheet.notes.iter().any(|note| note.lyric.is_some()), "{name}");
        check_by_musescore(&python, &path);
    }
}
