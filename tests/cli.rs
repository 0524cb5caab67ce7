//! The command line, as a user drives it: bad input, outcomes and their exit statuses, output files
//! which are whole or not there.
// Needs both halves.
#![cfg(all(feature = "embedded", feature = "speaker"))]

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::{contains, is_empty};
use tempfile::TempDir;

fn evalody() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalody"));
    command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
    command
}

/// A folder with one Python file in it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn with(source: impl AsRef<[u8]>) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("song.py"), source).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Export of the file by the embedded interpreter, from within the folder.
    fn export(&self, output: &str) -> Command {
        let mut command = evalody();
        command.current_dir(self.folder.path()).args(["export", "song.py", "--interpreter", "embedded", "-o", output]);
        command
    }

    /// Names in the folder, hidden ones too.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Exporting is refused with status 2 and a line which says `words`; nothing is written.
    fn refuses(&self, words: &str) {
        self.export("out.mid").assert().code(2).stdout(is_empty()).stderr(contains(words));
        assert_eq!(self.names(), ["song.py"]);
    }
}

const LOOP: &str = "total = 0\nfor i in range(300):\n    total += i * i\nprint(total)\n";

#[test]
fn a_file_that_is_not_there_is_named_with_a_remedy() {
    evalody().args(["play", "nowhere.py"]).assert().code(2).stderr(contains("nowhere.py: no such file").and(contains("@SONG")));
}

#[test]
fn a_folder_is_no_program() {
    let desk = Desk::with("");
    evalody().arg("export").arg(desk.folder.path()).args(["-o", "x.mid"]).assert().code(2).stderr(contains("is a folder"));
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line() {
    Desk::with(b"x = 1\ny = '\xff'\n").refuses("song.py, line 2: byte 0xff is not utf-8");
    Desk::with(b"x = 1\n\0\n").refuses("song.py, line 2: source code cannot contain NUL bytes");
    Desk::with("# coding: klingon\n").refuses("song.py, line 1: unknown encoding");
}

#[test]
fn a_coding_line_is_honoured() {
    let desk = Desk::with(b"# -*- coding: latin-1 -*-\nprint(len('\xe9'))\n");
    desk.export("out.mid").assert().success().stdout("1\n");
}

#[test]
fn a_syntax_error_is_shown_as_python_shows_it_before_anything_runs() {
    let desk = Desk::with("print('never')\nfor x in range(3)\n    print(x)\n");
    for interpreter in ["embedded", "auto"] {
        let shown =
            contains("song.py").and(contains("line 2")).and(contains("for x in range(3)")).and(contains("^")).and(contains("SyntaxError"));
        let mut command = desk.export("out.mid");
        command.args(["--interpreter", interpreter]).assert().code(2).stdout(is_empty()).stderr(shown);
    }
}

#[test]
fn what_only_the_compiler_finds_is_shown_the_same_way() {
    Desk::with("x = 1\nreturn x\n").refuses("SyntaxError: 'return' outside function");
}

#[test]
fn an_empty_file_is_silence_and_says_so() {
    let desk = Desk::with("# nothing yet\n");
    desk.export("out.mid").assert().success().stderr(contains("song.py is empty: silence"));
    assert!(desk.path("out.mid").exists());
}

#[test]
fn what_never_ran_takes_nobodys_place() {
    let Some(found) = evalody::interpreter::found().into_iter().next() else { return };
    let desk = Desk::with(LOOP);
    desk.export("out.mid").assert().success();
    let before = std::fs::read(desk.path("out.mid")).unwrap();
    let mut command = evalody();
    command.args(["export", "-m", "no_such_module", "-o"]).arg(desk.path("out.mid")).arg("--interpreter").arg(found.path);
    command.assert().code(11).stderr(contains("No module named no_such_module")).stderr(contains("nothing is written"));
    assert_eq!(std::fs::read(desk.path("out.mid")).unwrap(), before);
}

#[test]
fn unknown_names_are_refused_with_what_there_is() {
    evalody().args(["play", "@recursio"]).assert().code(2).stderr(contains("did you mean recursion"));
    evalody().args(["play", "@zzzzzzzzzz"]).assert().code(2).stderr(contains("evalody songs"));
    let desk = Desk::with(LOOP);
    for (option, value, words) in [
        ("--style", "polka", "groove, faithful, ambient or chip"),
        ("--key", "H", "F#m"),
        ("--tempo", "9000", "20 to 400"),
        ("--zoom", "atom", "opcode, line, turn, call or auto"),
        ("--steps", "0", "0 is not in 1.."),
        ("--time", "-1", "seconds"),
    ] {
        desk.export("out.mid").arg(format!("{option}={value}")).assert().code(2).stderr(contains(words));
    }
    assert_eq!(desk.names(), ["song.py"]);
}

#[test]
fn an_output_that_cannot_be_is_found_out_before_the_program_runs() {
    let desk = Desk::with("open('ran', 'w')\n");
    for (output, words) in [("missing/out.mid", "folder does not exist"), ("out.mp3", ".flac or .musicxml"), (".", "is a folder")] {
        let mut command = evalody();
        command.current_dir(desk.folder.path()).args(["export", "song.py", "--allow-host", "-o", output]);
        let words = if output == "." { ".flac or .musicxml" } else { words };
        command.assert().code(2).stderr(contains(words));
    }
    assert_eq!(desk.names(), ["song.py"]);
}

#[test]
fn an_old_file_stays_when_the_run_fails() {
    let desk = Desk::with("x = (\n");
    fs::write(desk.path("out.mid"), "precious").unwrap();
    desk.export("out.mid").assert().code(2);
    assert_eq!(fs::read_to_string(desk.path("out.mid")).unwrap(), "precious");
    assert_eq!(desk.names(), ["out.mid", "song.py"]);
}

#[test]
fn an_interpreter_that_is_none_is_named() {
    let desk = Desk::with(LOOP);
    for interpreter in ["/bin/true", "/nowhere/python3"] {
        desk.export("out.mid").args(["--interpreter", interpreter]).assert().code(2).stderr(contains(interpreter));
    }
    assert_eq!(desk.names(), ["song.py"]);
}

#[test]
fn how_the_program_ended_is_heard_printed_and_in_the_exit_status() {
    for (source, status, words) in [
        ("import sys\nsys.exit(3)\n", 11, "exited with status 3"),
        ("def f(n):\n    return 1 // n\nf(0)\n", 10, "raised ZeroDivisionError"),
        ("while True:\n    pass\n", 12, "after 2000 instructions"),
    ] {
        let desk = Desk::with(source);
        desk.export("out.mid").args(["--steps", "2000"]).assert().code(status).stderr(contains(words));
        assert_eq!(desk.names(), ["out.mid", "song.py"], "the music is written all the same");
    }
}

#[test]
fn the_traceback_is_the_programs_own() {
    let desk = Desk::with("def f(n):\n    return 1 // n\nf(0)\n");
    desk.export("out.mid").assert().code(10).stderr(contains("Traceback (most recent call last)").and(contains("line 2, in f")));
}

#[test]
fn the_programs_own_streams_are_its_own() {
    let desk = Desk::with("import sys\nname = input()\nprint('hello', name, sys.argv[1:])\nprint('err', file=sys.stderr)\n");
    desk.export("out.mid")
        .args(["--quiet", "--", "a", "b"])
        .write_stdin("Ada\n")
        .assert()
        .success()
        .stdout("hello Ada ['a', 'b']\n")
        .stderr("err\n");
}

#[test]
fn a_program_comes_from_standard_input_too() {
    let desk = Desk::with("");
    let mut command = evalody();
    command.current_dir(desk.folder.path()).args(["export", "-", "-o", "out.mid", "--interpreter", "embedded"]);
    command.write_stdin("print(6 * 7)\n").assert().success().stdout("42\n");
    assert!(desk.path("out.mid").exists());
}

/// Exports a file twice and compares.
#[test]
fn a_command_needs_no_file_in_either_interpreter() {
    let code = "import sys; print(sys.argv, __name__, '__file__' in globals())";
    for interpreter in ["embedded", "cpython"] {
        let mut command = evalody();
        command.args(["show", "outline", "-c", code, "--interpreter", interpreter, "--", "more"]);
        // What is shown has standard output for itself.
        command.assert().success().stderr(contains("['-c', 'more'] __main__ False"));
    }
}

#[test]
fn what_only_cpython_can_find_is_refused_by_the_embedded_interpreter_with_a_remedy() {
    let desk = Desk::with(LOOP);
    // The end of an archive with nothing in it.
    fs::write(desk.path("app.pyz"), b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0").unwrap();
    for program in [vec!["-m", "json.tool"], vec!["app.pyz"]] {
        let mut command = evalody();
        command.current_dir(desk.folder.path()).arg("export").args(&program).args(["--interpreter", "embedded", "-o", "out.mid"]);
        let words = contains(*program.last().unwrap()).and(contains("--interpreter python3")).and(contains("\n").count(1));
        command.assert().code(2).stdout(is_empty()).stderr(words);
    }
    assert!(!desk.path("out.mid").exists());
}

#[test]
fn who_runs_the_program_and_who_records_it_is_told_when_asked() {
    let desk = Desk::with(LOOP);
    let told = |arguments: &[&str]| -> Vec<String> {
        let mut command = evalody();
        without_sound(&mut command, desk.folder.path());
        let assert = command.current_dir(desk.folder.path()).args(arguments).assert().success();
        let stderr = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        stderr.lines().filter(|line| line.contains("recorded by")).map(str::to_owned).collect()
    };
    let show = ["show", "trace", "song.py", "--interpreter"];
    assert!(told(&[&show[..], &["cpython"]].concat()).is_empty());
    for (arguments, interpreter, recorder) in [
        (&[&show[..], &["cpython", "--verbose"]].concat()[..], "CPython 3.", ", recorded by the native tap on "),
        (&[&show[..], &["cpython", "--recorder", "python", "-v"]].concat(), "CPython 3.", ", recorded by sys."),
        (&[&show[..], &["embedded", "-v"]].concat(), "RustPython ", ", recorded by vm.trace_func"),
        (&["export", "song.py", "-o", "out.mid", "-v"], "CPython 3.", "the native tap"),
        (&["play", "song.py", "--length", "1", "-v"], "CPython 3.", "the native tap"),
    ] {
        let [line] = &told(arguments)[..] else { panic!("not one line: {arguments:?}") };
        assert!(line.starts_with(&format!("evalody: {interpreter}")) && line.contains(recorder), "{arguments:?}: {line}");
    }
    desk.export("out.mid").args(["--verbose", "--quiet"]).assert().code(2).stderr(contains("cannot be used with"));
}

fn assert_repeatable(desk: &Desk, ending: &str, more: &[&str]) {
    let bytes = ["a", "b"].map(|name| {
        let output = format!("{name}.{ending}");
        desk.export(&output).args(more).assert().success();
        fs::read(desk.path(&output)).unwrap()
    });
    assert!(bytes[0] == bytes[1], "{ending} {more:?}");
}

#[test]
fn the_same_program_is_the_same_bytes() {
    let desk = Desk::with(
        "words = {'a', 'b', 'c', 'dd'}\nfor w in sorted(words):\n    print(w, hash(w) == hash(w))\nfor w in words:\n    len(w)\n",
    );
    assert_repeatable(&desk, "mid", &[]);
    assert_repeatable(&desk, "mid", &["--style", "faithful"]);
    assert_repeatable(&desk, "wav", &["--length", "8"]);
}

#[test]
fn every_note_in_the_map_has_a_cause_and_the_steps_add_up() {
    let desk = Desk::with(LOOP);
    desk.export("out.mid").args(["--map", "map.json"]).assert().success();
    let map: serde_json::Value = serde_json::from_slice(&fs::read(desk.path("map.json")).unwrap()).unwrap();
    let notes = map["notes"].as_array().unwrap();
    let carried: u64 = notes.iter().filter(|note| note["is_state"] == false).map(|note| note["steps"].as_u64().unwrap()).sum();
    let trace = evalody()
        .current_dir(desk.folder.path())
        .args(["show", "trace", "song.py", "--interpreter", "embedded", "--format", "json"])
        .output()
        .unwrap();
    let steps = String::from_utf8(trace.stdout).unwrap().lines().filter(|line| line.starts_with("{\"i\":")).count() as u64;
    assert!(steps > 300);
    assert_eq!(carried, steps);
}

#[test]
fn every_stage_shows_itself_as_text_and_as_json() {
    let desk = Desk::with(LOOP);
    for stage in ["trace", "outline", "score", "cues"] {
        for format in ["text", "json"] {
            let mut command = evalody();
            command.current_dir(desk.folder.path()).args(["show", stage, "song.py", "--interpreter", "embedded", "--format", format]);
            let output = command.assert().success().get_output().stdout.clone();
            let text = String::from_utf8(output).unwrap();
            assert!(text.lines().count() > 10, "{stage} {format}: {text}");
            if format == "json" {
                for line in text.lines() {
                    serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{stage}: {line}: {error}"));
                }
            }
        }
    }
}

#[test]
fn bytecode_is_shown_beside_its_source_with_families_and_depths() {
    let desk = Desk::with(LOOP);
    let mut command = evalody();
    command.current_dir(desk.folder.path()).args(["dis", "song.py", "--interpreter", "embedded"]);
    command.assert().success().stdout(
        contains("total += i * i").and(contains("BINARY_OP")).and(contains("arith")).and(contains("marimba")).and(contains("2 -> 1")),
    );
}

#[test]
fn a_reader_that_goes_away_ends_even_an_endless_trace_and_is_no_failure() {
    let desk = Desk::with("while True:\n    pass\n");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_evalody"))
        .env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"))
        .current_dir(desk.folder.path())
        .args(["show", "trace", "song.py"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_command_explains_itself_with_an_example() {
    for command in ["play", "export", "show", "dis", "songs", "devices", "completions"] {
        evalody().args([command, "--help"]).assert().success().stdout(contains("Example").and(contains(format!("evalody {command}"))));
    }
    evalody().arg("--help").assert().success().stdout(contains("Exit status"));
}

#[test]
fn styles_are_listed_and_their_legends_told() {
    let listed = contains("groove").and(contains("faithful")).and(contains("ambient")).and(contains("chip"));
    evalody().arg("styles").assert().success().stdout(listed).stderr("");
    // Into a pipe the lines alone.
    let rows = contains("marimba").and(contains("arithmetic and comparison [arith, test]")).and(contains("a cascade of releases"));
    evalody().args(["styles", "groove"]).assert().success().stdout(rows).stderr("");
    evalody().args(["styles", "polka"]).assert().code(2).stderr(contains("choose groove, faithful, ambient or chip"));
}

#[test]
fn a_soundfont_that_is_none_is_refused_before_anything_runs() {
    let desk = Desk::with("print('ran')\n");
    for (font, words) in [("song.py", "not a SoundFont that can be played"), ("nowhere.sf2", "cannot be read")] {
        let mut command = desk.export("out.wav");
        command.args(["--soundfont", font]).assert().code(2).stdout("").stderr(contains(font).and(contains(words)));
        assert!(!desk.path("out.wav").exists());
    }
    let mut command = desk.export("out.mid");
    command.args(["--soundfont", "song.py"]).assert().code(2).stderr(contains("a .mid file holds no sound"));
}

#[test]
fn songs_are_listed_and_shown() {
    evalody().arg("songs").assert().success().stdout(contains("@recursion").and(contains("@threads")));
    evalody().args(["songs", "--show", "recursion"]).assert().success().stdout(contains("def "));
}

#[test]
fn play_without_a_device_goes_on_silently_and_says_so_in_one_line() {
    let desk = Desk::with(LOOP);
    let mut command = evalody();
    command.current_dir(desk.folder.path()).args(["play", "song.py", "--interpreter", "embedded", "--length", "2"]);
    without_sound(&mut command, desk.folder.path());
    command.assert().success().stdout("8955050\n").stderr(contains("no sound").count(1));
}

#[test]
fn a_device_that_was_named_must_be_there() {
    let desk = Desk::with(LOOP);
    let mut command = evalody();
    command.current_dir(desk.folder.path()).args(["play", "song.py", "--interpreter", "embedded", "--device", "no such device"]);
    without_sound(&mut command, desk.folder.path());
    command.assert().code(3).stderr(contains("no such device"));
}

/// Hides every sound server and every device from a command.
fn without_sound(command: &mut Command, folder: &Path) {
    let config = folder.join("asound.conf");
    fs::write(&config, "pcm.!default { type hw card 99 }\n").unwrap();
    command.env("ALSA_CONFIG_PATH", config).env("PULSE_SERVER", "unix:/nonexistent").env("XDG_RUNTIME_DIR", folder);
}

#[test]
fn completions_whose_reader_goes_away_are_no_failure() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_evalody"))
        .env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"))
        .args(["completions", "bash"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
