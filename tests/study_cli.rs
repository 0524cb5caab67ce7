//! `evalody study`, as somebody uses it: by lines piped in, in a terminal of forty columns, with Ctrl-C, and with a
//! record that is none.

#[path = "support/interpreters.rs"]
mod interpreters;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use assert_cmd::Command;
use chrono::NaiveDate;
use evalody::study::{Lesson, Path, Record, text};
use evalody::tutor::RECORD;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use predicates::prelude::*;
use predicates::str::{contains, is_empty};
use tempfile::TempDir;

/// A learner's folder, and a Python to run things by.
struct Desk {
    folder: TempDir,
    python: PathBuf,
}

impl Desk {
    /// `None` where there is no CPython, which is told.
    fn new() -> Option<Self> {
        Some(Self { folder: TempDir::new().unwrap(), python: interpreters::pythons().into_iter().next()?.0 })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Without a folder for data but the desk's own.
    fn plain(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_evalody"));
        command.current_dir(self.folder.path()).env("EVALODY_DATA", self.path("data")).env_remove("XDG_DATA_HOME");
        command.arg("study").args(arguments);
        command
    }

    fn study(&self, arguments: &[&str]) -> Command {
        Command::from_std(self.plain(arguments))
    }

    /// The same, and programs run by the desk's Python.
    fn sit(&self, arguments: &[&str], answers: &str) -> Command {
        let interpreter = format!("--interpreter={}", self.python.display());
        let mut command = self.study(&[&[interpreter.as_str()], arguments].concat());
        command.write_stdin(answers);
        command
    }

    fn record(&self, folder: &str) -> Record {
        text::read(&fs::read_to_string(self.path(folder).join(RECORD)).unwrap()).unwrap()
    }
}

fn stdout(command: &mut Command) -> String {
    String::from_utf8(command.assert().code(0).get_output().stdout.clone()).unwrap()
}

#[test]
fn answers_are_piped_in_one_a_line_and_an_empty_line_is_i_do_not_know() {
    let Some(desk) = Desk::new() else { return };
    // Commands are no answers: twelve replies, whatever is asked.
    let shown = stdout(&mut desk.sit(&["--seed", "5"], &format!(":h\n:nonsense\n{}", "\n".repeat(12))));
    assert!(shown.contains("Enter alone if you do not know") && shown.contains("There is no command :nonsense"), "{shown}");
    assert!(shown.contains("\nIt is ") && shown.contains("Again tomorrow."), "{shown}");
    let record = desk.record("data");
    let day = record.days.values().next().unwrap();
    assert_eq!((day.asked, day.right, record.days.len()), (12, 0, 1));
    assert!(shown.contains("\n12 asked, 0 right\n") && shown.contains("Due: "), "{shown}");
}

#[test]
fn a_second_sitting_of_a_day_has_nothing_new_unless_something_is_named() {
    let Some(desk) = Desk::new() else { return };
    let all = "\n".repeat(60);
    desk.sit(&["--length", "200"], &all).assert().code(0);
    let second = stdout(&mut desk.sit(&[], &all));
    assert!(second.contains("Nothing is due, and today's share of what is new was asked."), "{second}");
    let named = stdout(&mut desk.sit(&["@recursion"], "\n\n"));
    assert!(named.contains("\n2 asked, 0 right\n"), "{named}");
}

#[test]
fn the_end_of_answers_ends_the_sitting_with_all_saved() {
    let Some(desk) = Desk::new() else { return };
    let shown = stdout(&mut desk.sit(&[], "\n\n"));
    assert!(shown.contains("\n2 asked, 0 right\n"), "{shown}");
    assert_eq!(desk.record("data").cards.len(), 2);
    let nothing = stdout(&mut desk.sit(&[], ""));
    assert!(nothing.contains("Nothing was asked.") && nothing.contains("Due: "), "{nothing}");
    let stopped = stdout(&mut desk.sit(&[], "\n:q\n\n\n"));
    assert!(stopped.contains("\n1 asked, 0 right\n"), "{stopped}");
}

#[test]
fn what_is_learnt_is_kept_where_it_is_told_to_be() {
    let Some(desk) = Desk::new() else { return };
    desk.sit(&[], "\n").assert().code(0);
    desk.sit(&["--data", "elsewhere"], "\n\n").assert().code(0);
    assert_eq!((desk.record("data").cards.len(), desk.record("elsewhere").cards.len()), (1, 2));
    fs::write(desk.path("file"), "").unwrap();
    desk.sit(&["--data", "file"], "\n").assert().code(2).stdout(is_empty()).stderr(contains("file: is no folder"));
}

#[test]
fn without_sound_music_is_shown_as_signs() {
    let Some(desk) = Desk::new() else { return };
    let shown = stdout(&mut desk.sit(&["--no-sound", "--topic", "listening", "--quiet"], "\n"));
    assert!(shown.contains("x: a stroke") && shown.contains("|1   2   3   4   |"), "{shown}");
    assert!(!shown.contains("plays again"), "quiet says no keys: {shown}");
}

#[test]
fn nothing_hangs_on_a_colour() {
    let Some(desk) = Desk::new() else { return };
    for (name, value) in [("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")] {
        let shown = stdout(desk.sit(&["--data", name], "\n\n\n").env(name, value));
        assert!(!shown.contains('\u{1b}') && shown.contains("3 asked"), "{shown}");
    }
}

#[test]
fn a_file_of_the_standard_library_is_asked_about() {
    let Some(desk) = Desk::new() else { return };
    let where_is = "import bisect; print(bisect.__file__)";
    let output = std::process::Command::new(&desk.python).args(["-c", where_is]).output().unwrap();
    let library = String::from_utf8(output.stdout).unwrap();
    let source = fs::read_to_string(library.trim()).unwrap();
    let calls = "\n\nfound = []\nfor number in range(60):\n    insort(found, number * 37 % 61)\nprint(found[:3], bisect_left(found, 30))\n";
    // Without the swift ones in C, which have no bytecode.
    let source = source.split("# Overwrite above definitions").next().unwrap().to_owned() + calls;
    fs::write(desk.path("mine.py"), source).unwrap();
    let shown = stdout(&mut desk.sit(&["mine.py"], &"\n".repeat(12)));
    assert!(shown.matches("(mine.py by CPython").count() >= 2, "{shown}");
    assert!(!shown.contains("[0, 1, 2]"), "what it prints is not shown: {shown}");
    let module = stdout(&mut desk.sit(&["-m", "this", "--data", "other"], &"\n".repeat(8)));
    assert!(!module.contains("Beautiful is better"), "{module}");
}

#[test]
fn a_program_that_cannot_be_asked_about_is_refused_before_anything_is_asked() {
    let Some(desk) = Desk::new() else { return };
    fs::write(desk.path("bad.py"), "x = 1\nfor i in range(3)\n    pass\n").unwrap();
    let refused = |arguments: &[&str], words: &[&str]| {
        let mut assert = desk.sit(arguments, "\n\n").assert().code(2).stdout(is_empty());
        for word in words {
            assert = assert.stderr(contains(*word));
        }
        assert!(!desk.path("data").exists());
    };
    refused(&["bad.py"], &["does not compile", "bad.py", "line 2", "SyntaxError"]);
    refused(&["nowhere.py"], &["nowhere.py: no such file"]);
    refused(&["-m", "no_such_module"], &["no_such_module: not an instruction of it ran", "by itself"]);
    refused(&["-"], &["standard input is for answers"]);
}

#[test]
fn unknown_names_are_answered_with_what_was_meant() {
    let Some(desk) = Desk::new() else { return };
    for (arguments, words) in [
        (&["@recurson"][..], "did you mean @recursion?"),
        (&["@lessns"], "did you mean @lessons?"),
        (&["@zzzzzzzz"], "there are @lessons, @paths, songs"),
        (&["@lessons/13"], "write @lessons/1 to @lessons/12"),
        (&["@lessons/one"], "there is no lesson \"one\""),
        (&["@paths/memori"], "did you mean @paths/memory?"),
        (&["--topic", "lissening"], "did you mean listening?"),
        (&["@lessons", "--topic", "gil"], "--topic goes with a program or a song"),
        (&["--tick", "counts"], "name it: evalody study @paths/NAME --tick STEP"),
        (&["@paths/memory", "--tick", "count"], "did you mean counts?"),
        (&["--length", "0"], "write minutes from 1 to 240"),
    ] {
        desk.study(arguments).assert().code(2).stdout(is_empty()).stderr(contains(words));
    }
}

#[test]
fn lessons_are_listed_with_those_that_are_finished() {
    let Some(desk) = Desk::new() else { return };
    let listed = stdout(&mut desk.study(&["@lessons"]));
    assert_eq!(listed.matches("[ ]").count(), Lesson::all().len());
    assert!(listed.contains("Next: evalody study @lessons/1"), "{listed}");
    let day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    let record = Record { lessons: [(1, day), (2, day)].into(), ..Record::default() };
    fs::create_dir(desk.path("data")).unwrap();
    fs::write(desk.path("data").join(RECORD), text::write(&record)).unwrap();
    let listed = stdout(&mut desk.study(&["@lessons"]));
    assert!(listed.matches("[x]").count() == 2 && listed.contains("2026-03-02"), "{listed}");
    assert!(listed.contains("Next: evalody study @lessons/3"), "{listed}");
}

#[test]
fn a_lesson_is_gone_through_by_answers_alone() {
    let Some(desk) = Desk::new() else { return };
    let shown = stdout(&mut desk.sit(&["@lessons/1"], "\n\n\n\n"));
    let at = |words: &str| shown.find(words).unwrap_or_else(|| panic!("no {words:?} in {shown}"));
    assert!(at("Lesson 1: ") < at("Before you listen, guess"));
    assert!(at("Before you listen, guess") < at("Listen to @loops."));
    assert!(at("Listen to @loops.") < at("Your guess:"));
    assert!(at("Your guess:") < at("Lesson 1 is not finished"));
    assert!(shown.contains("\n3 asked, 0 right\n"), "{shown}");
}

#[test]
fn steps_of_a_path_are_ticked_by_hand() {
    let Some(desk) = Desk::new() else { return };
    let path = &Path::all()[0];
    let name = format!("@paths/{}", path.name);
    let step = &path.steps[0];
    let shown = stdout(&mut desk.study(&["@paths"]));
    assert!(Path::all().iter().all(|path| shown.contains(&format!("@paths/{}", path.name))), "{shown}");
    assert!(shown.contains(&format!("(0 of {} read)", path.steps.len())), "{shown}");
    assert!(!desk.path("data").exists(), "looking changes nothing");
    let ticked = stdout(&mut desk.study(&[&name, "--tick", &step.name]));
    assert!(ticked.contains(&format!("[x] {}: {}", step.name, step.read)), "{ticked}");
    assert!(ticked.contains(&format!("Next: evalody explain {}", path.steps[1].read)), "{ticked}");
    assert!(desk.record("data").ticks.contains_key(&path.tick(step)));
    assert!(stdout(&mut desk.study(&["@paths"])).contains(&format!("(1 of {} read)", path.steps.len())));
    let unticked = stdout(&mut desk.study(&[&name, "--untick", &step.name]));
    assert!(!unticked.contains("[x]") && desk.record("data").ticks.is_empty(), "{unticked}");
}

#[test]
fn a_record_that_is_none_is_named_with_its_line_and_stays_as_it_is() {
    let Some(desk) = Desk::new() else { return };
    fs::create_dir(desk.path("data")).unwrap();
    let path = desk.path("data").join(RECORD);
    let whole = text::write(&Record::default());
    for (broken, words) in [
        (whole.replace("cards = []", "cards = [\n  { card = 5 },\n]"), "line "),
        (whole.replace("version = 1", "version = 99"), "version 99"),
        (whole.trim_end().strip_suffix("# end of record").unwrap().to_owned(), "the end is missing"),
    ] {
        assert_ne!(broken, whole);
        fs::write(&path, &broken).unwrap();
        for arguments in [&[][..], &["@lessons"], &["@paths/memory", "--tick", "counts"]] {
            let told = contains("record.toml").and(contains(words)).and(contains("left as it is"));
            desk.sit(arguments, "\n\n").assert().code(3).stdout(is_empty()).stderr(told);
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), broken);
    }
}

#[test]
fn what_cannot_be_saved_is_said_and_told_by_the_status() {
    let Some(desk) = Desk::new() else { return };
    // A folder where the lock should be: it can be read who learnt what, and nothing can be added.
    fs::create_dir_all(desk.path("data").join(format!("{RECORD}.lock"))).unwrap();
    let told = contains("kept in memory").and(contains("could not be saved"));
    desk.sit(&["--topic", "listening"], "\n\n").assert().code(3).stdout(contains("2 asked, 0 right")).stderr(told);
}

#[test]
fn help_has_examples_and_tells_keys_and_statuses() {
    let Some(desk) = Desk::new() else { return };
    let shown = stdout(&mut desk.study(&["--help"]));
    for words in ["Examples:", "evalody study @lessons", "printf 'b\\n3\\n\\n' | evalody study", "EVALODY_DATA", ":q stops", "Exit status:"]
    {
        assert!(shown.contains(words), "no {words:?} in {shown}");
    }
    assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
}

/// A sitting under way.
struct Sitting {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    shown: String,
}

impl Sitting {
    fn begin(mut command: std::process::Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, stdin, stdout, shown: String::new() }
    }

    /// Reads until something is asked.
    fn read_to_prompt(&mut self) {
        self.read_to(b"\n> ");
    }

    fn read_to(&mut self, end: &[u8]) {
        let mut asked = Vec::new();
        while !asked.ends_with(end) {
            let read = self.stdout.read_until(b' ', &mut asked).unwrap();
            assert!(read > 0, "it ended: {}{}", self.shown, String::from_utf8_lossy(&asked));
        }
        self.shown += &String::from_utf8_lossy(&asked);
    }

    fn answer(&mut self, answer: &[u8]) {
        self.stdin.write_all(answer).unwrap();
        self.stdin.flush().unwrap();
    }

    /// Reads to the end; all that was shown, and the status.
    fn end(mut self) -> (String, i32) {
        let mut rest = Vec::new();
        // A terminal that is gone ends by an error.
        let _ = self.stdout.read_to_end(&mut rest);
        drop(self.stdin);
        let status = self.child.wait().unwrap();
        (self.shown + &String::from_utf8_lossy(&rest), status.code().unwrap_or(-1))
    }
}

#[test]
fn ctrl_c_keeps_what_was_answered_and_says_so_in_a_line() {
    let Some(desk) = Desk::new() else { return };
    let mut command = desk.plain(&["--topic", "listening", "--interpreter"]);
    command.arg(&desk.python);
    let mut sitting = Sitting::begin(command);
    sitting.read_to_prompt();
    sitting.answer(b"\n");
    sitting.read_to_prompt();
    kill(Pid::from_raw(sitting.child.id() as i32), Signal::SIGINT).unwrap();
    let (shown, status) = sitting.end();
    assert_eq!(status, 130);
    assert!(shown.trim_end().ends_with("Stopped: 1 asked, 0 right; all is saved"), "{shown}");
    assert_eq!(desk.record("data").cards.len(), 1);
}

#[test]
fn in_a_terminal_of_forty_columns_all_is_asked_by_keys_alone() {
    let Some(desk) = Desk::new() else { return };
    let is_there = std::process::Command::new("script").arg("--version").output();
    if !is_there.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("util-linux")) {
        eprintln!("skipped: there is no script of util-linux here, which makes a terminal");
        return;
    }
    let mut command = std::process::Command::new("script");
    let evalody = env!("CARGO_BIN_EXE_evalody");
    let line = format!("stty cols 40 rows 24; exec {evalody} study --no-sound --interpreter {}", desk.python.display());
    command.current_dir(desk.folder.path()).env("EVALODY_DATA", desk.path("data")).args(["-qec", &line, "/dev/null"]);
    let mut sitting = Sitting::begin(command);
    for _ in 0..2 {
        sitting.read_to_prompt();
        sitting.answer(b"\n");
        sitting.read_to(b"(Enter goes on) ");
        sitting.answer(b"\n");
    }
    sitting.read_to_prompt();
    sitting.answer(b"\x03");
    let (shown, status) = sitting.end();
    assert_eq!(status, 130, "{shown}");
    assert!(shown.contains("Stopped: 2 asked, 0 right; all is saved"), "{shown}");
    for line in shown.lines().filter(|line| !line.contains("evalody:")) {
        // What turns while a program runs is taken away by the terminal.
        let line = line.trim_end().rsplit("\u{1b}[2K").next().unwrap_or_default();
        assert!(line.chars().count() <= 40, "{line:?} in {shown}");
    }
}
