//! `evalody play` as a user runs it: what is heard is what `export` writes, an endless program plays on
//! until it is stopped, and nothing that it started outlives it.
#![cfg(all(unix, feature = "speaker", feature = "embedded"))]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

#[allow(dead_code, reason = "shared with other tests")]
#[path = "support/sound_server.rs"]
mod sound_server;
use sound_server::{RATE_HZ, SoundServer, punctual};

/// Longest wait for anything. Only reached where something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder of its own for a program, where no sound is found unless a server is led to.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn with(source: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("song.py"), source).unwrap();
        fs::write(folder.path().join("asound.conf"), "pcm.!default { type hw card 99 }\n").unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// evalody in the folder, heard by nobody.
    fn evalody(&self, arguments: &[&str]) -> Command {
        self.seated(Command::new(env!("CARGO_BIN_EXE_evalody")), arguments)
    }

    /// The same, before all others where the system allows it. Not for programs without an end.
    fn punctual_evalody(&self, arguments: &[&str]) -> Command {
        self.seated(punctual(env!("CARGO_BIN_EXE_evalody")), arguments)
    }

    fn seated(&self, mut command: Command, arguments: &[&str]) -> Command {
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
        command.env("ALSA_CONFIG_PATH", self.path("asound.conf")).env("PULSE_SERVER", "unix:/nonexistent");
        command.env("XDG_RUNTIME_DIR", self.folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Samples of what `export` writes as WAV with these arguments, in the environment in which it is played:
    /// that is a part of what CPython keeps in memory.
    fn exported(&self, server: &SoundServer, arguments: &[&str]) -> Vec<i16> {
        let mut all = vec!["export"];
        all.extend(arguments);
        all.extend(["-o", "out.wav"]);
        let output = server.lead(&mut self.evalody(&all)).output().unwrap();
        assert!(self.path("out.wav").exists(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut reader = hound::WavReader::open(self.path("out.wav")).unwrap();
        assert_eq!((reader.spec().sample_rate, reader.spec().channels), (RATE_HZ, 2));
        reader.samples().map(Result::unwrap).collect()
    }
}

/// The CPython that a shell would start, past stand-ins which are slow to start.
fn cpython() -> Option<String> {
    let found = evalody::interpreter::found().into_iter().map(|found| found.path.display().to_string()).find(|path| {
        let started = Command::new(path).args(["-c", "import textwrap"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        started.is_ok_and(|status| status.success())
    });
    if found.is_none() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "there is no CPython here");
        eprintln!("skipped: there is no CPython here");
    }
    found
}

fn interpreters() -> Vec<String> {
    ["embedded".to_owned()].into_iter().chain(cpython()).collect()
}

/// How much of `wanted` is in `heard`, in order, counted in tenths of a second that sound. The dither of 16
/// bits is one and a half of their steps.
fn part_heard(wanted: &[i16], heard: &[f32]) -> f64 {
    let tenth = RATE_HZ as usize / 10 * 2;
    let heard: Vec<f32> = heard.iter().map(|sample| sample * 32_767.0).collect();
    let is_same = |wanted: &i16, heard: &f32| (f32::from(*wanted) - heard).abs() <= 2.0;
    let (mut found, mut sounding, mut from) = (0, 0, 0);
    for part in wanted.chunks_exact(tenth).filter(|part| part.iter().any(|sample| sample.unsigned_abs() > 100)) {
        sounding += 1;
        let here = |&at: &usize| part.iter().zip(&heard[at..at + tenth]).all(|(wanted, heard)| is_same(wanted, heard));
        if let Some(place) = (from..heard.len().saturating_sub(tenth - 1)).step_by(2).find(here) {
            (found, from) = (found + 1, place + tenth);
        }
    }
    assert!(sounding > 20, "the piece sounds for {sounding} tenths of a second");
    f64::from(found) / f64::from(sounding)
}

/// What is heard of `play` is what `export` writes. A program that a busy machine does not end within the
/// head start is heard live, which is other music: then once more.
fn is_heard_as_exported(desk: &Desk, arguments: &[&str]) {
    let Some(server) = SoundServer::start() else { return };
    let wanted = desk.exported(&server, arguments);
    let mut parts = Vec::new();
    for _ in 0..3 {
        let recording = server.record();
        let mut all = vec!["play"];
        all.extend(arguments);
        let output = server.lead(&mut desk.punctual_evalody(&all)).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let part = part_heard(&wanted, &recording.until_silence());
        eprintln!("{arguments:?}: {:.1} % of the exported piece was heard", part * 100.0);
        if part >= 0.8 {
            return;
        }
        parts.push(part);
    }
    panic!("{arguments:?}: heard only {parts:?} of what is exported");
}

#[test]
fn a_song_is_heard_as_it_is_exported() {
    is_heard_as_exported(&Desk::with(""), &["@recursion", "--length", "6", "--quiet"]);
}

#[test]
fn a_program_of_the_standard_library_is_heard_as_it_is_exported() {
    let Some(python) = cpython() else { return };
    let desk = Desk::with("import textwrap\nprint(textwrap.fill('the quick brown fox jumps over the lazy dog ' * 4, 20))\n");
    is_heard_as_exported(&desk, &["song.py", "--only", "all", "--interpreter", &python, "--length", "6", "--quiet"]);
}

/// Says its number every thousand turns.
const ENDLESS: &str = "n = 0\nwhile True:\n    n += 1\n    if n % 1000 == 0:\n        print(n, flush=True)\n";

/// Instructions of a turn of it, at least, whatever the version.
const STEPS_A_TURN: u64 = 7;

fn number(line: &str) -> u64 {
    line.trim().parse().unwrap_or_else(|_| panic!("not a number: {line:?}"))
}

/// The interpreter that evalody has started.
fn child_of(pid: u32) -> u32 {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    children.split_whitespace().next().expect("the interpreter runs").parse().unwrap()
}

fn memory_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn an_endless_program_is_heard_live_until_its_length_is_reached() {
    std::thread::scope(|scope| {
        for interpreter in interpreters() {
            for style in ["groove", "faithful"] {
                let interpreter = interpreter.clone();
                scope.spawn(move || endless_for_eight_seconds(&interpreter, style));
            }
        }
    });
}

fn endless_for_eight_seconds(interpreter: &str, style: &str) {
    let Some(server) = SoundServer::start() else { return };
    let desk = Desk::with(ENDLESS);
    let recording = server.record();
    let arguments = ["play", "song.py", "--interpreter", interpreter, "--style", style, "--length", "8"];
    let mut play = server.lead(&mut desk.evalody(&arguments)).spawn().unwrap();
    let stdout = BufReader::new(play.stdout.take().unwrap());
    let counter = std::thread::spawn(move || stdout.lines().map(|line| number(&line.unwrap())).last());
    recording.wait_for_sound(4 * RATE_HZ as usize);
    let memory = memory_kib(play.id());
    assert!(memory < 150 * 1024, "{memory} KiB after four seconds of music");
    let output = play.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("cut short by the listener"), "{told}");
    let heard = recording.until_silence();
    let first = heard.iter().position(|sample| *sample != 0.0).unwrap();
    let last = heard.iter().rposition(|sample| *sample != 0.0).unwrap();
    let seconds = (last - first) as f64 / 2.0 / f64::from(RATE_HZ);
    let turns = counter.join().unwrap();
    eprintln!("{interpreter}, {style}: {seconds:.1} s of music, {turns:?} turns, {memory} KiB");
    // To the bar, and the last sound rings; a machine that stutters adds gaps.
    assert!((6.0..16.0).contains(&seconds), "{interpreter}, {style}: {seconds} s of music");
}

/// Waits until a process is in a state: `S`, it waits for something, and here that is us; `T`, it is stopped.
fn wait_until_state(pid: u32, state: char) {
    let began = Instant::now();
    loop {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        if stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with(state)) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "never {state}: {stat}");
        std::thread::yield_now();
    }
}

/// evalody which may be halted; it does not stay so when the test fails.
struct Halted(Child);

impl Drop for Halted {
    fn drop(&mut self) {
        if self.0.try_wait().is_ok_and(|status| status.is_none()) {
            let pid = Pid::from_raw(self.0.id() as i32);
            let _ = kill(pid, Signal::SIGTERM);
            let _ = kill(pid, Signal::SIGCONT);
            let _ = self.0.wait();
        }
    }
}

#[test]
fn a_program_to_which_nobody_listens_stands_still() {
    for interpreter in interpreters() {
        let desk = Desk::with(&ENDLESS.replace("print(n, flush=True)", "open('turns', 'a').write('.')"));
        let mut play =
            Halted(desk.evalody(&["play", "song.py", "--interpreter", &interpreter, "--allow-host", "--quiet"]).spawn().unwrap());
        // One byte every thousand turns: whole whenever it is looked at, also while the program is held back.
        let turns = || fs::metadata(desk.path("turns")).map_or(0, |file| file.len() * 1000);
        let began = Instant::now();
        while turns() < 20_000 {
            assert!(began.elapsed() < PATIENCE, "the program does not run");
            std::thread::yield_now();
        }
        let pid = Pid::from_raw(play.0.id() as i32);
        let program = child_of(play.0.id());
        kill(pid, Signal::SIGSTOP).unwrap();
        wait_until_state(play.0.id(), 'T');
        let before = turns();
        wait_until_state(program, 'S');
        let after = turns();
        // A pipe of 256 KiB holds 32768 instructions; the rest is the child's own buffer and a thousand turns.
        let ahead = after.saturating_sub(before) * STEPS_A_TURN;
        eprintln!("{interpreter}: {ahead} instructions after evalody stood still");
        assert!(ahead < 100_000, "{interpreter}: ran {ahead} instructions ahead");
        kill(pid, Signal::SIGCONT).unwrap();
        kill(pid, Signal::SIGTERM).unwrap();
        assert_eq!(play.0.wait().unwrap().code(), Some(130));
    }
}

/// Whether a process runs no more. Nobody may be there to reap an orphan: then it stays as a zombie.
fn is_gone(pid: u32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return true };
    stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with(['Z', 'X']))
}

fn wait_until_gone(pid: u32, what: &str) {
    let began = Instant::now();
    while !is_gone(pid) {
        assert!(began.elapsed() < PATIENCE, "{what} runs on");
        std::thread::yield_now();
    }
}

/// Starts another program, says both numbers, and goes on for ever.
const PARENT: &str = "import os, subprocess\nother = subprocess.Popen(['sleep', '1000'])\nprint(os.getpid(), other.pid, flush=True)\nwhile True:\n    pass\n";

/// A program that plays, and the numbers of it and of what it has started.
fn play_parent(desk: &Desk, arguments: &[&str]) -> Option<(Child, [u32; 2])> {
    let python = cpython()?;
    let mut all = vec!["play", "song.py", "--interpreter", &python];
    all.extend(arguments);
    let mut play = desk.evalody(&all).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(play.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let pids: Vec<u32> = line.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let pids = [pids[0], pids[1]];
    assert!(pids.iter().all(|&pid| !is_gone(pid)), "both run");
    Some((play, pids))
}

fn all_are_gone(pids: [u32; 2]) {
    wait_until_gone(pids[0], "the program");
    wait_until_gone(pids[1], "what the program started");
}

#[test]
fn a_signal_ends_the_program_and_all_that_it_started() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let desk = Desk::with(PARENT);
        let Some((mut play, pids)) = play_parent(&desk, &[]) else { return };
        kill(Pid::from_raw(play.id() as i32), signal).unwrap();
        assert_eq!(play.wait().unwrap().code(), Some(130), "{signal}");
        all_are_gone(pids);
    }
}

#[test]
fn a_length_that_is_reached_ends_the_program_and_all_that_it_started() {
    let desk = Desk::with(PARENT);
    let Some((mut play, pids)) = play_parent(&desk, &["--length", "4"]) else { return };
    assert_eq!(play.wait().unwrap().code(), Some(0));
    all_are_gone(pids);
}

/// Plays a program to its end: status, standard output, standard error.
fn played(source: &str, interpreter: &str, input: &str) -> (ExitStatus, String, String) {
    let desk = Desk::with(source);
    let mut command = desk.evalody(&["play", "song.py", "--interpreter", interpreter, "--length", "12"]);
    let mut play = command.stdin(Stdio::piped()).spawn().unwrap();
    play.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = play.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status, text(output.stdout), text(output.stderr))
}

#[test]
fn how_the_program_ended_is_in_the_exit_status_and_the_music_plays_to_its_end() {
    let ends = [
        ("1 // 0", 10, "raised ZeroDivisionError"),
        ("import sys\nsys.exit(3)", 11, "exited with status 3"),
        ("import os\nos.kill(os.getpid(), 9)", 13, "SIGKILL"),
    ];
    std::thread::scope(|scope| {
        for interpreter in interpreters() {
            for (end, code, words) in ends {
                let interpreter = interpreter.clone();
                scope.spawn(move || ends_so(&interpreter, end, code, words));
            }
        }
    });
}

fn ends_so(interpreter: &str, end: &str, code: i32, words: &str) {
    let began = Instant::now();
    // Long enough that something of it is told before the interpreter dies with its buffer.
    let source = format!("for i in range(2000):\n    i * i\nfor i in range(3):\n    print('line', i, flush=True)\n{end}\n");
    let (status, stdout, stderr) = played(&source, interpreter, "");
    assert_eq!(status.code(), Some(code), "{interpreter}, {end}: {stderr}");
    assert_eq!(stdout, "line 0\nline 1\nline 2\n", "{interpreter}, {end}");
    assert!(stderr.contains(words), "{interpreter}, {end}: {stderr}");
    // The clock is real where nobody hears: a piece cannot be over sooner than it lasts.
    assert!(began.elapsed() >= Duration::from_secs(3), "{interpreter}, {end}: {:?}", began.elapsed());
}

#[test]
fn a_program_reads_its_input_while_it_plays() {
    let source = "name = input('who? ')\nimport sys\nprint('hello', name, 'and', sys.stdin.read().split())\n";
    std::thread::scope(|scope| {
        for interpreter in interpreters() {
            scope.spawn(move || {
                let (status, stdout, stderr) = played(source, &interpreter, "Ada\nGrace Alan\n");
                assert!(status.success(), "{interpreter}: {stderr}");
                assert_eq!(stdout, "who? hello Ada and ['Grace', 'Alan']\n", "{interpreter}");
            });
        }
    });
}

/// Runs evalody in a terminal of its own (`pty` of Python's library), presses q once the view stands, and
/// hands on every byte that came out.
const TERMINAL: &str = "\
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 120, 0, 0))
out, pressed = b'', False
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    out += piece
    if not pressed and b'the program prints' in out and b' bpm' in out:
        os.write(terminal, b'q')
        pressed = True
sys.stdout.buffer.write(out)
sys.exit(os.waitpid(pid, 0)[1] >> 8)
";

#[test]
fn the_view_comes_up_in_a_terminal_and_goes_when_it_is_told_to() {
    let Some(python) = cpython() else { return };
    let desk = Desk::with("");
    let mut command = Command::new(python);
    command.args(["-c", TERMINAL, env!("CARGO_BIN_EXE_evalody"), "play", "@loops", "--length", "60"]).env("TERM", "xterm-256color");
    command.env("ALSA_CONFIG_PATH", desk.path("asound.conf")).env("PULSE_SERVER", "unix:/nonexistent");
    command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
    command.env("XDG_RUNTIME_DIR", desk.folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let began = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut shown = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut shown).unwrap();
    let status = child.wait().unwrap();
    let shown = String::from_utf8_lossy(&shown).into_owned();
    assert_eq!(status.code(), Some(0), "{shown}");
    assert!(began.elapsed() < Duration::from_secs(40), "q was not obeyed");
    let (enter, leave) = ("\x1b[?1049h", "\x1b[?1049l");
    let view_at = shown.find(enter).expect("the view comes up");
    let left_at = shown.rfind(leave).expect("the view goes");
    let view = &shown[view_at..left_at];
    for words in ["@loops", "drums", "bass", "the program prints", " bpm"] {
        assert!(view.contains(words), "{words:?} is not in the view: {view:?}");
    }
    let after = shown[left_at..].replace("\r\n", "\n");
    assert!(after.contains("a steady beat: 19900\n") && after.contains("the beat again: 4950\n"), "{after:?}");
}
