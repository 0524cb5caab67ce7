//! What a confined program cannot do, tried; and that it can when it is set free.

use std::path::Path;

use evalody::interpreter::options::ChildOptions;

use super::child::{Run, options, run, run_file};

/// Tries one thing a line and says "ok" or the class of the exception.
const ATTEMPTS: &str = r#"
import os, socket, subprocess, sys

here = os.path.dirname(__file__)
data = os.path.join(here, "data.txt")

def attempt(name, action):
    try:
        action()
    except OSError as error:
        print(name, type(error).__name__)
    else:
        print(name, "ok")

def system():
    if os.system("exit 0") != 0:
        raise PermissionError

def fork():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)

attempt("read-own", lambda: open(data).read())
attempt("list-own", lambda: os.listdir(here))
attempt("write-own", lambda: open(os.path.join(here, "new.txt"), "w").close())
attempt("append-own", lambda: open(data, "a").close())
attempt("chmod-own", lambda: os.chmod(data, 0o600))
attempt("touch-own", lambda: os.utime(data))
attempt("rename-own", lambda: os.rename(data, data + "x") or os.rename(data + "x", data))
attempt("mkdir-own", lambda: os.mkdir(os.path.join(here, "folder")))
attempt("symlink-own", lambda: os.symlink("data.txt", os.path.join(here, "link")))
attempt("truncate-own", lambda: os.truncate(data, 5))
attempt("read-passwd", lambda: open("/etc/passwd").read())
attempt("read-environ", lambda: open("/proc/self/environ").read())
attempt("list-root", lambda: os.listdir("/"))
attempt("system", system)
attempt("fork", fork)
attempt("subprocess", lambda: subprocess.run(["true"], check=True))
attempt("tcp", lambda: socket.socket().close())
attempt("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close())
attempt("unix", lambda: socket.socket(socket.AF_UNIX).close())
attempt("signal-parent", lambda: os.kill(os.getppid(), 0))
attempt("signal-self", lambda: os.kill(os.getpid(), 0))
attempt("pair", lambda: [end.close() for end in socket.socketpair()])
attempt("random", lambda: os.urandom(4))
attempt("null", lambda: open(os.devnull, "w").write("x"))
"#;

const ALLOWED: [&str; 6] = ["read-own", "list-own", "signal-self", "pair", "random", "null"];

fn attempts(options: ChildOptions) -> (Vec<(String, bool)>, Run, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("data.txt"), "data\n").unwrap();
    let program = folder.path().join("program.py");
    std::fs::write(&program, ATTEMPTS).unwrap();
    let run = run_file(&program, options);
    let results = run.stdout.lines().map(|line| line.split_once(' ').unwrap()).map(|(name, result)| (name.to_owned(), result == "ok"));
    (results.collect(), run, folder)
}

#[test]
#[cfg(target_os = "linux")]
fn a_confined_program_reads_its_own_folder_and_does_nothing_else() {
    let (results, run, folder) = attempts(options());
    if !run.hello.warnings.is_empty() {
        assert!(std::env::var_os("CI").is_none(), "{:?}", run.hello.warnings);
        eprintln!("skipped: {:?}", run.hello.warnings);
        return;
    }
    assert_eq!(results.len(), 24, "{}{}", run.stdout, run.stderr);
    for (name, is_allowed) in results {
        assert_eq!(is_allowed, ALLOWED.contains(&name.as_str()), "{name}: {}", run.stdout);
    }
    assert_eq!(names(folder.path()), ["data.txt", "program.py"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("data.txt")).unwrap(), "data\n");
}

#[test]
fn a_program_set_free_can_do_it_all() {
    let mut free = options();
    free.confine = false;
    let (results, run, folder) = attempts(free);
    assert_eq!(results.len(), 24, "{}{}", run.stdout, run.stderr);
    assert!(results.iter().all(|(_, is_allowed)| *is_allowed), "{}", run.stdout);
    assert_eq!(names(folder.path()), ["data.txt", "folder", "link", "new.txt", "program.py"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_program_without_a_folder_reads_nothing() {
    let run = run("import os\ntry:\n    os.listdir('.')\nexcept OSError as error:\n    print(type(error).__name__)\n", options());
    if run.hello.warnings.is_empty() {
        assert_eq!(run.stdout, "PermissionError\n");
    }
}

#[test]
fn confined_programs_still_have_threads_and_event_loops() {
    let source = "import asyncio, threading\n\
        thread = threading.Thread(target=print, args=('thread',))\nthread.start()\nthread.join()\n\
        asyncio.run(asyncio.sleep(0.001))\nprint('loop')\n";
    let run = run(source, options());
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("thread\nloop\n", ""));
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
