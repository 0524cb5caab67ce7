//! Knobs that are turned by the keys of the view while `evalody play` plays, in a real terminal: the program runs anew
//! from memory as its file would run, and the file stays as it is.
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Stdio};

/// Plays the rest of its arguments in a terminal of 30 rows and types: each of the first argument's pairs is what to wait
/// for (blanks may never be written, as the screen has them already) and what to type then. Hands on what came last.
const TYPIST: &str = r#"
import fcntl, json, os, pty, select, struct, sys, termios, time
script, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm"
    os.execv(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 110, 0, 0))
shown, deadline = b"", time.monotonic() + 60
while time.monotonic() < deadline:
    ready, _, _ = select.select([terminal], [], [], 1)
    if not ready:
        continue
    try:
        new = os.read(terminal, 65536)
    except OSError:
        break
    if not new:
        break
    shown += new
    while script and script[0][0].encode() in shown:
        wanted, keys = script.pop(0)
        shown = shown[shown.index(wanted.encode()) + len(wanted):]
        os.write(terminal, keys.encode())
else:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
sys.stdout.write(shown.decode(errors="replace").replace("\r", "")[-3000:])
sys.exit(0 if status == 0 and not script else f"status {status}, still to type: {script}")
"#;

const TUNE: &str = "import os, sys
n = 9  # knob: n 3..13 cc 20
def f(n):
    return n if n < 2 else f(n - 1) + f(n - 2)
here = os.path.dirname(os.path.abspath(__file__)) == sys.path[0]
print('f', n, 'is', f(n), __name__, os.path.basename(__file__), *sys.argv[1:], here, sep='-')
";

/// What is left on the terminal behind the view.
fn typed(python: &Path, folder: &Path, script: &[(&str, &str)], arguments: &[&str]) -> String {
    let output = Command::new(python)
        .args(["-c", TYPIST, &serde_json::to_string(script).unwrap(), env!("CARGO_BIN_EXE_evalody"), "play"])
        .args(arguments)
        .current_dir(folder)
        .env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}\n{shown}", String::from_utf8_lossy(&output.stderr));
    shown
}

fn python() -> Option<std::path::PathBuf> {
    let found = evalody::interpreter::found().into_iter().max_by_key(|python| python.version);
    if found.is_none() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "there is no CPython here");
        eprintln!("skipped: there is no CPython here");
    }
    found.map(|found| found.path)
}

#[test]
fn the_keys_turn_a_knob_and_the_program_runs_anew_as_its_file_would() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tune.py"), TUNE).unwrap();
    let python_name = python.to_string_lossy().into_owned();
    let script = [("f-9-is-34", "]]]"), ("f-12-is-144", "q")];
    let arguments = ["tune.py", "--silent", "--interpreter", &python_name, "--", "one", "two"];
    let shown = typed(&python, folder.path(), &script, &arguments);
    let printed: Vec<&str> = shown.lines().filter_map(|line| Some(&line[line.find("f-")?..])).collect();
    assert_eq!(printed.first(), Some(&"f-9-is-34-__main__-tune.py-one-two-True"), "{shown:?}");
    assert_eq!(printed.last(), Some(&"f-12-is-144-__main__-tune.py-one-two-True"), "{shown:?}");
    assert_eq!(std::fs::read_to_string(folder.path().join("tune.py")).unwrap(), TUNE);
}

#[test]
fn what_goes_wrong_when_it_is_turned_is_told_and_what_plays_goes_on() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tune.py"), "n = 1  # knob: n 0..9\nfor i in range(40):\n    x = i // n\nprint('all-well')\n")
        .unwrap();
    let python_name = python.to_string_lossy().into_owned();
    let script = [("all-well", "["), ("ZeroDivisionError", "]]"), ("all-well", "q")];
    let shown = typed(&python, folder.path(), &script, &["tune.py", "--silent", "--interpreter", &python_name]);
    assert!(!shown.contains("Traceback"), "nobody heard it: {shown:?}");
}
