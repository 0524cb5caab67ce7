//! Any program does under evalody what it does under Python alone: what it prints, on which stream, and how it ends.
// Not again where the musical half is tested alone.
#![cfg(feature = "embedded")]

#[path = "support/scenes.rs"]
mod scenes;
#[path = "support/interpreters.rs"]
mod support;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use evalody::interpreter::options::{Launch, Recorder};
use evalody::interpreter::{self, Choice, InterpreterError, Request, State};
use evalody::program::Program;
use evalody::trace::Trace;
use scenes::{SCENES, Scene};
use support::{RECORDERS, hear, printed, request, status_number, wait_until_asleep, with_each_python, without_numbers};

/// What came of a run.
#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Ending {
    stdout: String,
    stderr: String,
    /// The number of a signal as a negative status; none if it did not compile.
    status: Option<i32>,
}

impl Ending {
    fn of(output: std::process::Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { stdout: text(output.stdout), stderr: text(output.stderr), status: Some(status_number(output.status)) }
    }

    /// Without what differs between any two runs, and where it ran.
    fn comparable(self, folder: &Path) -> Self {
        let text = |text: String| without_numbers(&text.replace(&folder.display().to_string(), "FOLDER"));
        Self { stdout: text(self.stdout), stderr: text(self.stderr), ..self }
    }
}

/// A folder with the files of a scene.
fn folder(scene: &Scene, python: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = if scene.is_zipped { folder.path().join("inner") } else { folder.path().to_owned() };
    for (name, text) in scene.files {
        let path = inner.join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).and_then(|()| std::fs::write(path, text)).expect("a file");
    }
    if scene.is_zipped {
        let made = Command::new(python).args(["-m", "zipapp", "inner", "-o", scene.named[0]]).current_dir(folder.path()).status();
        assert!(made.expect("the Python runs").success());
    }
    folder
}

/// Runs a command in the company that a scene asks for.
fn run_in(mut command: Command, scene: &Scene, folder: &Path) -> std::process::Output {
    command.current_dir(folder).envs(scene.environment.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.stdin(if scene.input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.spawn().expect("it starts");
    if let Some(input) = scene.input {
        // A program need not read all of it.
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    }
    child.wait_with_output().expect("it ends")
}

fn without_us(scene: &Scene, python: &Path) -> Ending {
    let folder = folder(scene, python);
    let mut command = Command::new(python);
    command.args(scene.named).args(scene.arguments);
    Ending::of(run_in(command, scene, folder.path())).comparable(folder.path())
}

/// Environment, folder and standard input are a process's own, so this very program runs again for a scene.
const AGAIN: &str = "EVALODY_TEST_SCENE";

fn with_us(index: usize, python: &Path, recorder: Recorder) -> Ending {
    let scene = &SCENES[index];
    let folder = folder(scene, python);
    let told = tempfile::NamedTempFile::new().expect("a file");
    let order = (index, python, recorder == Recorder::Python, told.path());
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", "a_scene_is_run_in_a_process_of_its_own", "--nocapture"]);
    command.env(AGAIN, serde_json::to_string(&order).expect("JSON"));
    let output = run_in(command, scene, folder.path());
    let text = std::fs::read_to_string(told.path()).expect("what it told");
    let ending: Ending = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{}: {output:?}", scene.name));
    ending.comparable(folder.path())
}

#[test]
fn a_scene_is_run_in_a_process_of_its_own() {
    let Ok(order) = std::env::var(AGAIN) else { return };
    let (index, python, is_python, told): (usize, PathBuf, bool, PathBuf) = serde_json::from_str(&order).expect("an order");
    // SAFETY: only one test runs in this process, and it has started no thread.
    unsafe { std::env::remove_var(AGAIN) };
    let scene = &SCENES[index];
    let recorder = if is_python { Recorder::Python } else { Recorder::Auto };
    let ending = match hear(&Request { recorder, ..asked(scene, &python) }) {
        Ok(heard) => {
            assert!(scene.is_wrong || heard.trace.steps().count() > 0 || heard.status != Some(0), "nothing was heard");
            Ending { stdout: heard.stdout, stderr: heard.stderr, status: heard.status }
        }
        Err(InterpreterError::Syntax { .. }) => Ending { stdout: String::new(), stderr: String::new(), status: None },
        Err(error) => panic!("{error}"),
    };
    std::fs::write(told, serde_json::to_string(&ending).expect("JSON")).expect("a file");
}

/// The request that the command line would make.
fn asked(scene: &Scene, python: &Path) -> Request {
    let (name, text, launch) = match scene.named {
        ["-m", module] => (*module, "...".to_owned(), Launch::Module((*module).to_owned())),
        ["-c", text] => ("-c", (*text).to_owned(), Launch::Command),
        [name] if name.ends_with(".py") => (*name, std::fs::read_to_string(name).expect("the program"), Launch::Script),
        [name] => (*name, "...".to_owned(), Launch::Archive),
        named => panic!("{named:?}"),
    };
    let path = matches!(launch, Launch::Script | Launch::Archive).then(|| name.into());
    let arguments = scene.arguments.iter().map(Into::into).collect();
    Request { program: Program { name: name.into(), text }, path, launch, arguments, ..request(python, "") }
}

/// Of how many versions one runs a scene, in turn, so that the suite stays quick. [`ALL_VERSIONS`] asks for all.
const VERSIONS_A_SCENE: usize = 3;
const ALL_VERSIONS: &str = "EVALODY_TEST_ALL";

fn is_due(index: usize, version: (u8, u8)) -> bool {
    std::env::var_os(ALL_VERSIONS).is_some() || (index + usize::from(version.1)).is_multiple_of(VERSIONS_A_SCENE)
}

#[test]
fn programs_of_every_shape_print_and_end_as_without_us() {
    with_each_python(|python, version| {
        let mut differences = Vec::new();
        for (index, scene) in SCENES.iter().enumerate().filter(|(_, scene)| scene.since <= version) {
            if !is_due(index, version) {
                continue;
            }
            let plain = without_us(scene, python);
            for &recorder in RECORDERS {
                let heard = with_us(index, python, recorder);
                let is_refused =
                    scene.is_wrong && heard.status.is_none() && plain.status == Some(1) && plain.stderr.contains("SyntaxError");
                if heard != plain && !is_refused {
                    differences.push(format!("{version:?} {recorder:?} {}\n--- plain\n{plain:#?}\n--- heard\n{heard:#?}", scene.name));
                }
            }
        }
        assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n\n"));
    });
}

/// Each says when it is ready to be interrupted; the loops are in functions, because CPython 3.11 and 3.12 let an
/// interruption of a loop escape the `try` around it now and then.
const INTERRUPTED: &[(&str, &str)] = &[
    ("in a loop", "def wait():\n    print('ready', flush=True)\n    while True: pass\nwait()\n"),
    ("asleep", "import time\ndef wait():\n    print('ready', flush=True)\n    time.sleep(600)\nwait()\n"),
    ("with a last word", "def wait():\n    print('ready', flush=True)\n    while True: pass\ntry: wait()\nfinally: print('finally')\n"),
    (
        "and takes it",
        "def wait():\n    print('ready', flush=True)\n    while True: pass\ntry: wait()\nexcept KeyboardInterrupt: raise SystemExit(3)\n",
    ),
    (
        "twice",
        "def wait():\n    print('ready', flush=True)\n    while True: pass\ntry: wait()\nexcept KeyboardInterrupt: print('once')\nwait()\n",
    ),
    (
        "beside a thread",
        "import threading\nstop = threading.Event()\nthreading.Thread(target=stop.wait).start()\ndef wait():\n    print('ready', flush=True)\n    while True: pass\ntry: wait()\nfinally: stop.set()\n",
    ),
];

/// Interruptions are ignored from the outset in what a shell has started in the background.
const LISTENS: &str = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n";

fn interrupt(pid: u32) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid as i32), nix::sys::signal::Signal::SIGINT).expect("it lives");
}

/// Interrupted whenever it says that it is ready.
fn interrupted_without_us(python: &Path, source: &str) -> Ending {
    use std::io::BufRead;
    let mut command = Command::new(python);
    command.args(["-c", source]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdout = String::new();
    for line in std::io::BufReader::new(child.stdout.take().expect("a pipe")).lines() {
        let line = line.expect("a line") + "\n";
        if line == "ready\n" {
            interrupt(child.id());
        }
        stdout += &line;
    }
    Ending { stdout, ..Ending::of(child.wait_with_output().expect("it ends")) }
}

fn interrupted_with_us(python: &Path, source: &str, recorder: Recorder, waits_for_us: bool) -> Ending {
    let program = Program { name: "-c".into(), text: source.into() };
    let records = if waits_for_us { 16 } else { 4096 };
    let mut running =
        interpreter::start(&Request { program, records, recorder, launch: Launch::Command, ..request(python, "") }).expect("it starts");
    let mut trace = Trace::default();
    let (mut stdout, mut stderr) = (String::new(), String::new());
    let mut interruptions = 0;
    while !matches!(running.listen_for(&mut trace, std::time::Duration::from_millis(5)).expect("a trace"), State::Ended(_)) {
        for said in running.output().expect("captured").try_iter() {
            let text = if said.stream == interpreter::OutputStream::Stdout { &mut stdout } else { &mut stderr };
            *text += &String::from_utf8_lossy(&said.bytes);
        }
        if stdout.matches("ready\n").count() > interruptions {
            interruptions += 1;
            // Until 3.11 Python takes off a trace function that was interrupted, and nothing is written any more.
            if waits_for_us && interruptions == 1 {
                wait_until_asleep(running.id());
            }
            interrupt(running.id());
        }
    }
    let (rest, more) = printed(&mut running);
    Ending { stdout: stdout + &rest, stderr: stderr + &more, status: running.status().map(status_number) }
}

#[test]
fn who_is_interrupted_ends_as_without_us() {
    with_each_python(|python, version| {
        if version < (3, 10) {
            return; // an interruption may get lost there: README tells of it
        }
        for (name, source) in INTERRUPTED {
            let source = format!("{LISTENS}{source}");
            // In which line it was interrupted is chance.
            let without_places = |ending: Ending| {
                let stderr = ending.stderr.lines().filter(|line| !line.starts_with(' ')).collect();
                Ending { stderr, ..ending }
            };
            let plain = without_places(interrupted_without_us(python, &source));
            for &recorder in RECORDERS {
                for waits_for_us in [false, true] {
                    let heard = without_places(interrupted_with_us(python, &source, recorder, waits_for_us));
                    assert_eq!(heard, plain, "{version:?} {recorder:?} {name}, waits for us: {waits_for_us}");
                }
            }
        }
    });
}

#[test]
fn a_virtual_environment_is_the_one_it_is_without_us() {
    let source = "import sys, installed\nprint(sys.prefix, sys.base_prefix, sys.path[1:], sys.executable, sys.marked)\ninstalled.f()\n";
    with_each_python(|python, version| {
        let folder = tempfile::tempdir().expect("a folder");
        let venv = folder.path().join("venv");
        let made = Command::new(python).args(["-m", "venv", "--without-pip"]).arg(&venv).status().expect("the Python runs");
        assert!(made.success(), "{version:?}");
        let packages = venv.join(format!("lib/python{}.{}/site-packages", version.0, version.1));
        std::fs::write(packages.join("mark.pth"), "import sys; sys.marked = 'by a path file'\n").expect("a file");
        std::fs::write(packages.join("installed.py"), "def f(): print('installed')\nif __name__ == '__main__': f()\n").expect("a file");
        let path = folder.path().join("program.py");
        std::fs::write(&path, source).expect("a file");
        let python = venv.join("bin/python");
        let plain = support::plain(&python, &path, &[]);
        for &recorder in RECORDERS {
            let heard = hear(&Request { recorder, ..support::request_of(&python, &path, &[]) }).expect("it runs");
            assert_eq!((&heard.stdout, &heard.stderr, heard.status), (&plain.0, &plain.1, Some(plain.2)), "{version:?}");
            let is_library = |file: &str| heard.trace.codes.iter().any(|code| code.file.ends_with(file));
            assert!(!is_library("installed.py"), "{version:?}: what is installed is the library's");

            let program = Program { name: "installed".into(), text: "...".into() };
            let launch = Launch::Module("installed".into());
            let heard = hear(&Request { recorder, program, launch, ..request(&python, "") }).expect("it runs");
            let named: Vec<_> = heard.trace.codes.iter().map(|code| (code.name.as_str(), code.file.as_str())).collect();
            assert_eq!(named, [("<module>", "installed"), ("f", "installed")], "{version:?}: unless it is what is to run");
        }
    });
}

#[test]
fn the_text_of_a_module_is_found_by_its_interpreter() {
    with_each_python(|python, version| {
        let program = Program { name: "json.tool".into(), text: "...".into() };
        let launch = Launch::Module("json.tool".into());
        let running = interpreter::start(&Request { program, launch, ..request(python, "") }).expect("it starts");
        let text = String::from_utf8_lossy(running.program_bytes().expect("a text")).into_owned();
        assert!(text.contains("argparse"), "{version:?}: {text}");
    });
}

#[test]
fn what_needs_a_search_is_refused_by_the_embedded_interpreter() {
    if cfg!(feature = "embedded") {
        let program = Program { name: "json.tool".into(), text: "...".into() };
        let launch = Launch::Module("json.tool".into());
        let error = hear(&Request { program, launch, choice: Choice::Embedded, ..request(Path::new(""), "") }).expect_err("a refusal");
        assert!(error.is_bad_input() && error.to_string().contains("--interpreter python3"), "{error}");
    }
}
