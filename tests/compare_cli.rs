//! `--compare` as a user types it: which program is left, what is refused and with which remedy, and what is told.

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;
use evalody::interpreter;
use predicates::prelude::*;
use predicates::str::{contains, is_empty};
use tempfile::TempDir;

const LONG: &str = "total = 0\nfor i in range(400):\n    total += i * i\n";
const SHORT: &str = "names = []\nfor i in range(20):\n    names.append(str(i))\n";

/// A folder with two programs in it; `None` (told) where there is no CPython to run them.
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
        for (name, source) in
            [("long.py", LONG), ("short.py", SHORT), ("empty.py", "# nothing\n"), ("endless.py", "while True:\n    pass\n")]
        {
            fs::write(folder.path().join(name), source).unwrap();
        }
        Some(Self { folder })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn evalody(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evalody"));
        command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
        command.current_dir(self.folder.path()).args(arguments.split(' '));
        command
    }

    fn written(&self, arguments: &str, name: &str) -> Vec<u8> {
        self.evalody(arguments).assert().success();
        fs::read(self.path(name)).unwrap()
    }
}

#[test]
fn the_first_program_named_is_the_left_one_wherever_the_flag_stands() {
    let Some(desk) = Desk::new() else { return };
    let table = || contains("left:  long.py by CPython").and(contains("right: short.py by CPython")).and(contains("family"));
    for arguments in [
        "export --compare long.py short.py -o a.mid --interpreter cpython",
        "export long.py --compare short.py -o b.mid --interpreter cpython",
        "export long.py short.py --compare -o c.mid --interpreter cpython",
    ] {
        desk.evalody(arguments).assert().success().stdout(table());
    }
    let [a, b, c] = ["a.mid", "b.mid", "c.mid"].map(|name| fs::read(desk.path(name)).unwrap());
    assert!(a == b && b == c);
    let turned = desk.written("export --compare short.py long.py -o d.mid --interpreter cpython", "d.mid");
    assert!(turned != a);
}

#[test]
fn the_table_is_the_answer_and_is_told_to_the_quiet_too() {
    let Some(desk) = Desk::new() else { return };
    let command = "export --compare long.py short.py -o a.mid -q --interpreter cpython";
    desk.evalody(command).assert().success().stderr(is_empty()).stdout(contains("total").and(contains("arith")));
}

#[test]
fn a_second_program_without_the_flag_is_refused_with_the_remedy() {
    let Some(desk) = Desk::new() else { return };
    let refusal = || contains("short.py: one program is heard at a time; add --compare").and(contains("behind --"));
    desk.evalody("export long.py short.py -o a.mid").assert().code(2).stdout(is_empty()).stderr(refusal());
    desk.evalody("play long.py short.py").assert().code(2).stdout(is_empty()).stderr(refusal());
    assert!(!desk.path("a.mid").exists());
}

#[test]
fn halves_of_a_comparison_are_refused_with_the_remedy() {
    let Some(desk) = Desk::new() else { return };
    let refuses = |arguments: &str, words: &str| {
        desk.evalody(arguments).assert().code(2).stdout(is_empty()).stderr(contains(words));
        assert!(!desk.path("a.mid").exists());
    };
    refuses(
        "export --compare long.py -o a.mid",
        "--compare takes two programs; name a second one, or the other interpreter with --against",
    );
    refuses("export long.py --against cpython -o a.mid", "--compare");
    refuses("export long.py --compare-as turns -o a.mid", "--compare");
    refuses("export --compare - - -o a.mid", "both programs cannot be standard input");
    refuses("export --compare long.py nowhere.py -o a.mid", "nowhere.py: no such file");
    refuses("export --compare long.py @nowhere -o a.mid", "no song is called");
    refuses("play --legend --compare long.py short.py", "--legend");
}

#[test]
fn what_is_wrong_with_the_second_is_told_before_the_first_runs() {
    let Some(desk) = Desk::new() else { return };
    fs::write(desk.path("loud.py"), "print('ran')\n").unwrap();
    fs::write(desk.path("broken.py"), "for x in range(3)\n    pass\n").unwrap();
    let syntax = contains("broken.py").and(contains("line 1")).and(contains("SyntaxError"));
    desk.evalody("export --compare loud.py broken.py -o a.mid --interpreter cpython").assert().code(2).stdout(is_empty()).stderr(syntax);
    let nobody = contains("--against: there is no /nowhere/python to run");
    let command = "export --compare loud.py -o a.mid --interpreter cpython --against /nowhere/python";
    desk.evalody(command).assert().code(2).stdout(is_empty()).stderr(nobody);
    assert!(!desk.path("a.mid").exists());
}

#[test]
fn one_program_is_compared_with_itself_on_another_interpreter() {
    let Some(desk) = Desk::new() else { return };
    let python = interpreter::found().into_iter().next_back().unwrap().path;
    let mut command = desk.evalody("export --compare long.py -o a.mid --map a.json --interpreter cpython --against");
    command.arg(python).assert().success().stdout(contains("left:  long.py by CPython").and(contains("right: long.py by CPython")));
    let map: serde_json::Value = serde_json::from_slice(&fs::read(desk.path("a.json")).unwrap()).unwrap();
    let ports: std::collections::BTreeSet<bool> =
        map["notes"].as_array().unwrap().iter().map(|note| note["channel"].as_u64().unwrap() > 16).collect();
    assert_eq!(ports.len(), 2);
    assert!(map["notes"].as_array().unwrap().iter().all(|note| note["code"] == "<module>"));
}

#[test]
fn arguments_behind_two_dashes_are_for_both_programs() {
    let Some(desk) = Desk::new() else { return };
    for name in ["x.py", "y.py"] {
        fs::write(desk.path(name), "import sys\nprint(sys.argv[1:])\n").unwrap();
    }
    let told = contains("['7', 'short.py']\n").count(2);
    desk.evalody("export --compare x.py y.py -o a.mid --interpreter cpython -- 7 short.py").assert().success().stdout(told);
    desk.evalody("export x.py -o a.mid --interpreter cpython -- 7 short.py").assert().success().stdout("['7', 'short.py']\n");
}

#[test]
fn a_program_without_an_end_is_stopped_and_the_limit_is_told() {
    let Some(desk) = Desk::new() else { return };
    let command = "export --compare endless.py short.py -o a.mid --interpreter cpython --steps 5000";
    let limit = contains("endless.py: cut short after 5000 instructions (--steps)");
    desk.evalody(command).assert().code(12).stdout(contains("5,000")).stderr(limit);
    let by_default = contains("programs must end to be compared").and(contains("cut short"));
    desk.evalody("export --compare endless.py short.py -o a.mid --interpreter cpython").assert().code(12).stderr(by_default);
}

#[test]
fn who_does_less_is_silent_sooner_and_an_empty_program_throughout() {
    let Some(desk) = Desk::new() else { return };
    let powers = |arguments: &str| {
        let bytes = desk.written(arguments, "a.wav");
        let samples: Vec<f64> =
            hound::WavReader::new(&bytes[..]).unwrap().samples::<i16>().map(|sample| f64::from(sample.unwrap())).collect();
        let half = samples.len() / 4 * 2;
        let power = |side: usize, span: &[f64]| span.iter().skip(side).step_by(2).map(|sample| sample * sample).sum::<f64>();
        [[power(0, &samples[..half]), power(1, &samples[..half])], [power(0, &samples[half..]), power(1, &samples[half..])]]
    };
    let [[left, right], [left_later, right_later]] = powers("export --compare long.py short.py -o a.wav --length 24 --interpreter cpython");
    assert!(left_later / right_later > 2.0 * left / right, "the shorter one plays on");
    let [[left, right], [left_later, right_later]] = powers("export --compare long.py empty.py -o a.wav --length 16 --interpreter cpython");
    assert!(left + left_later > 4.0 * (right + right_later));
    let [[left, right], [left_later, right_later]] = powers("export --compare empty.py long.py -o a.wav --length 16 --interpreter cpython");
    assert!(right + right_later > 4.0 * (left + left_later));
}

#[test]
fn it_is_played_to_the_end_without_a_sound_card() {
    let Some(desk) = Desk::new() else { return };
    fs::write(desk.path("asound.conf"), "pcm.!default { type hw card 99 }\n").unwrap();
    // Four bars at the quickest tempo.
    let mut command = desk.evalody("play --compare long.py short.py --tempo 400 --length 1 --interpreter cpython");
    command
        .env("ALSA_CONFIG_PATH", desk.path("asound.conf"))
        .env("PULSE_SERVER", "unix:/nonexistent")
        .env("XDG_RUNTIME_DIR", desk.folder.path());
    command
        .assert()
        .success()
        .stdout(contains("right: short.py"))
        .stderr(contains("long.py | short.py: groove").and(contains("no sound").count(1)));
}
