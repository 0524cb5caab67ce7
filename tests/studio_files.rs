//! Files for the studio as a user asks for them, read by programs of others: flac, sox, mido, pretty_midi, midi2abc,
//! timidity; and what is refused, with nothing written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Foreign;

use assert_cmd::Command;
use evalody::export::lint::lint;
use evalody::interpreter;
use predicates::str::{contains, is_empty};
use tempfile::TempDir;

#[path = "support/python_tools.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod python_tools;
use python_tools::{is_on_path, output_of, python_with, spoken};
#[path = "support/sound_fonts.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod sound_fonts;

const PROGRAM: &str = "\
def größe(n):
    return n if n < 2 else größe(n - 1) + größe(n - 2)

seen = []
for i in range(12):
    seen.append(str(größe(i % 7)))
print(len(seen))
";

/// A folder with a program in it; `None` (told) where there is no CPython to run it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Option<Self> {
        if interpreter::found().is_empty() {
            assert!(std::env::var("CI").is_err(), "on CI nothing is skipped: there is no CPython here");
            eprintln!("skipped: there is no CPython here");
            return None;
        }
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("song.py"), PROGRAM).unwrap();
        Some(Self { folder })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn export(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evalody"));
        command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
        command.current_dir(self.folder.path()).args(["export", "song.py", "--interpreter", "cpython", "--length", "12"]);
        command.args(arguments.split(' '));
        command
    }

    /// Names in a folder, hidden ones too.
    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn foreign(&self, name: &str, arguments: &str) -> String {
        spoken(Foreign::new(name).current_dir(self.folder.path()).args(arguments.split(' ')).output().unwrap())
    }
}

fn numbers(path: &Path) -> Vec<i32> {
    hound::WavReader::open(path).unwrap().into_samples().map(Result::unwrap).collect()
}

#[test]
fn stems_of_every_style_add_up_to_the_mix_number_by_number() {
    let Some(desk) = Desk::new() else { return };
    for style in ["groove", "faithful", "ambient", "chip"] {
        desk.export(&format!("-o {style}.wav --style {style} --bits 24 --stems {style}")).assert().success();
        let mix = numbers(&desk.path(&format!("{style}.wav")));
        let mut sum = vec![0; mix.len()];
        let names = desk.names(style);
        assert!(names.len() >= 5, "{style}: {names:?}");
        for name in &names {
            assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.'), "{name}");
            let stem = numbers(&desk.path(style).join(name));
            assert!(stem.len() == mix.len() && stem.iter().any(|number| *number != 0), "{style}: {name}");
            sum.iter_mut().zip(&stem).for_each(|(sum, number)| *sum += number);
        }
        assert!(sum == mix, "{style}");
    }
    assert!(desk.names("faithful").iter().any(|name| name.starts_with("02-load-")), "{:?}", desk.names("faithful"));
    assert!(desk.names("groove").iter().any(|name| name == "05-call-flute.wav"), "{:?}", desk.names("groove"));
}

#[test]
fn flac_is_the_wav_sample_by_sample_by_the_reference_decoder() {
    let Some(desk) = Desk::new() else { return };
    if !is_on_path("flac") {
        return;
    }
    for (bits, rate) in [(16, 44_100), (24, 48_000), (16, 88_200), (24, 96_000)] {
        let asked = format!("--bits {bits} --rate {rate} --bars 2..3");
        desk.export(&format!("-o a.wav {asked}")).assert().success();
        desk.export(&format!("-o a.flac {asked}")).assert().success();
        // `-t` checks every frame, and the checksum of all samples.
        desk.foreign("flac", "--test --silent --warnings-as-errors a.flac");
        desk.foreign("flac", "--decode --silent --force a.flac -o back.wav");
        let (ours, back) = (numbers(&desk.path("a.wav")), numbers(&desk.path("back.wav")));
        assert!(!ours.is_empty() && ours == back, "{asked}");
        // And it takes our WAV, whose header of 24 bits is that of WAVE_FORMAT_EXTENSIBLE.
        desk.foreign("flac", "--silent --force --verify a.wav -o theirs.flac");
    }
}

#[test]
fn others_read_floats_as_they_were_rendered() {
    let Some(desk) = Desk::new() else { return };
    if !is_on_path("sox") {
        return;
    }
    desk.export("-o a.wav --bits float --rate 96000 --bars 1..1").assert().success();
    // Of floats under WAVE_FORMAT_EXTENSIBLE sox 14.4 warns whoever wrote them; -V1 keeps it to errors.
    let info = desk.foreign("sox", "--info -V1 a.wav");
    assert!(info.contains("96000") && info.contains("Floating Point PCM") && info.contains("Channels       : 2"), "{info}");
    desk.foreign("sox", "-V1 a.wav back.f32");
    let read = fs::read(desk.path("back.f32")).unwrap();
    let theirs = read.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
    let ours: Vec<f32> = hound::WavReader::open(desk.path("a.wav")).unwrap().into_samples::<f32>().map(Result::unwrap).collect();
    assert_eq!(read.len(), ours.len() * 4);
    // sox reckons in whole numbers of 32 bits, and rounds back to floats.
    assert!(theirs.zip(&ours).all(|(theirs, ours)| (theirs - ours).abs() <= f32::EPSILON / 2.0));
}

const MIDO: &str = r#"
import io, json, sys, mido
midi = mido.MidiFile(file=io.BytesIO(sys.stdin.buffer.read()))
print(json.dumps([[t.name, m.text] for t in midi.tracks for m in t if m.type == "lyrics"]))
"#;

const PRETTY_MIDI: &str = r#"
import io, sys, pretty_midi
midi = pretty_midi.PrettyMIDI(io.BytesIO(sys.stdin.buffer.read()))
print(len(midi.lyrics), len(midi.key_signature_changes))
"#;

#[test]
fn every_reader_takes_words_under_the_notes() {
    let Some(desk) = Desk::new() else { return };
    for words in ["opcodes", "lines", "functions"] {
        for style in ["groove", "faithful"] {
            desk.export(&format!("-o a.mid --style {style} --lyrics {words}")).assert().success();
            let file = fs::read(desk.path("a.mid")).unwrap();
            assert_eq!(lint(&file), [], "{words}");
            if let Some(python) = python_with(&["mido", "pretty_midi"]) {
                let lyrics: Vec<(String, String)> = serde_json::from_str(&output_of(&python, MIDO, &file)).unwrap();
                let said = |text: &str| lyrics.iter().any(|(_, said)| said == text);
                assert!(lyrics.iter().all(|(track, said)| track != "drums" && said.len() <= 120 && said.is_ascii()));
                match words {
                    "opcodes" => assert!(lyrics.iter().any(|(_, said)| said.starts_with("LOAD_")), "{lyrics:?}"),
                    "lines" => assert!(said("return n if n < 2 else gr\\xf6\\xdfe(n - 1) + gr\\xf6\\xdfe(n - 2)"), "{lyrics:?}"),
                    _ => assert!(said("gr\\xf6\\xdfe"), "{lyrics:?}"),
                }
                let counted = output_of(&python, PRETTY_MIDI, &file);
                assert!(counted.starts_with(&format!("{} ", lyrics.len())), "{counted}");
            }
            if is_on_path("midi2abc") {
                let abc = desk.foreign("midi2abc", "a.mid").to_lowercase();
                assert!(!abc.contains("error") && !abc.contains("warning"), "{abc}");
            }
            if is_on_path("timidity") && is_on_path("timeout") && sound_fonts::bytes().is_some() {
                fs::write(desk.path("timidity.cfg"), format!("soundfont {}\n", sound_fonts::FILE)).unwrap();
                // What it says on stderr is of the configuration that Debian gives it, which names a font that is not there.
                let output = Foreign::new("timeout")
                    .current_dir(desk.folder.path())
                    .args(["--kill-after=1", "120", "timidity", "-c", "timidity.cfg", "-Ow", "-o", "t.wav", "a.mid"])
                    .output()
                    .unwrap();
                let told = String::from_utf8_lossy(&output.stdout);
                assert!(output.status.success() && told.contains("Notes lost totally: 0") && !told.contains("Warning"), "{told}");
            }
        }
    }
}

#[test]
fn some_bars_are_as_long_as_they_are_in_every_format() {
    let Some(desk) = Desk::new() else { return };
    desk.export("-o a.wav --bars 2..3 --tempo 120").assert().success();
    // Two bars at 120 are four seconds.
    assert_eq!(numbers(&desk.path("a.wav")).len(), 2 * 4 * 48_000);
    desk.export("-o a.mid --bars 2..3 --tempo 120").assert().success();
    let file = fs::read(desk.path("a.mid")).unwrap();
    assert_eq!(lint(&file), []);
    if let Some(python) = python_with(&["mido"]) {
        let length = "import io, sys, mido\nprint(mido.MidiFile(file=io.BytesIO(sys.stdin.buffer.read())).length)";
        assert_eq!(output_of(&python, length, &file).trim().parse::<f64>().unwrap().round(), 4.0);
    }
}

#[test]
fn what_cannot_be_is_refused_in_a_line_and_nothing_is_written() {
    let Some(desk) = Desk::new() else { return };
    fs::write(desk.path("file"), "x").unwrap();
    for (arguments, words) in [
        ("-o a.wav --rate 22050", "[possible values: 44100, 48000, 88200, 96000]"),
        ("-o a.wav --bits 8", "[possible values: 16, 24, float]"),
        ("-o a.flac --bits float", "a .flac file holds whole numbers; take --bits 24, or write a .wav"),
        ("-o a.mid --stems s", "--stems: a .mid file holds no sound; write a .wav or .flac, or leave --stems out"),
        ("-o a.mid --rate 96000", "--rate: a .mid file holds no sound"),
        ("-o a.musicxml --bits 24", "--bits: a .musicxml file holds no sound"),
        ("-o a.musicxml --lyrics lines", "a .musicxml file has the source lines"),
        ("-o a.wav --lyrics lines", "sound has no words; write a .mid"),
        ("-o a.wav --bars 8..5", "bar 5 comes before bar 8"),
        ("-o a.wav --bars 0..5", "bars are counted from 1"),
        ("-o a.wav --bars 2..900 --stems s", "--bars bars 2..900: the piece has "),
        ("-o a.wav --stems file", "file: is a file; name a folder"),
        ("-o a.wav --stems no/where", "the folder it is in does not exist; make that first"),
        ("-o a.mid --lyrics words", "[possible values: opcodes, lines, functions]"),
    ] {
        desk.export(arguments).assert().code(2).stderr(contains(words));
        assert_eq!(desk.names("."), ["file", "song.py"], "{arguments}");
    }
    desk.export("-o a.mid --lyrics lines --compare song.py").assert().code(2).stdout(is_empty());
}

#[test]
fn a_run_that_fails_leaves_the_stems_of_before_and_one_that_does_not_says_what_else_lies_there() {
    let Some(desk) = Desk::new() else { return };
    fs::create_dir(desk.path("s")).unwrap();
    fs::write(desk.path("s/08-load-store-stack-harp.wav"), "of before").unwrap();
    fs::write(desk.path("s/other.wav"), "another").unwrap();
    desk.export("-o a.wav --stems s --bars 1..900").assert().code(2);
    assert_eq!(desk.names("s"), ["08-load-store-stack-harp.wav", "other.wav"]);
    assert_eq!(fs::read_to_string(desk.path("s/08-load-store-stack-harp.wav")).unwrap(), "of before");
    // What stands there of before and is not of these bars, and what never was a stem; not the mix.
    desk.export("-o s/a.wav --stems s --bars 1..1").assert().success().stderr(contains("stems -> s; 2 more sound files"));
    assert_eq!(fs::read_to_string(desk.path("s/other.wav")).unwrap(), "another");
}
