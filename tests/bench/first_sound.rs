//! Time from the command `evalody play` to the first frame that is not silent, captured from a private
//! sound server as it would reach the speakers, against one second. Prints ratios; below 1 it is sooner.
//! Without PulseAudio there is nothing to measure, which is said.
//!
//! The capture comes up to 20 ms after the sound, and counts in.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

#[path = "../support/sound_server.rs"]
#[allow(dead_code, reason = "the tests take more of it")]
mod sound_server;
use sound_server::SoundServer;

const RUNS: usize = 5;

/// What is waited for without a thought of something else.
const PEER_S: f64 = 1.0;

fn main() -> Result<(), Box<dyn Error>> {
    let Some(server) = SoundServer::start() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    // The same music by another interpreter, and a program that does not end.
    let (file, endless) = (folder.path().join("recursion.py"), folder.path().join("endless.py"));
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("songs/recursion.py"), &file)?;
    fs::write(&endless, "total = 0\nwhile True:\n    for number in range(10):\n        total += number * number\n")?;
    let (file, endless) = (file.to_string_lossy(), endless.to_string_lossy());
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("seconds from the command to the first sound, {RUNS} times; load of the machine {}", load.trim());
    println!("{:40} {:>6} {:>6} {:>6} {:>20}", "command", "least", "median", "most", "median to a second");
    for arguments in [
        vec!["@recursion"],
        vec![&file, "--interpreter", "cpython"],
        vec![&endless, "--interpreter", "embedded"],
        vec![&endless, "--interpreter", "cpython"],
    ] {
        let mut seconds = Vec::new();
        for _ in 0..RUNS {
            seconds.push(first_sound_s(&server, &arguments)?);
        }
        seconds.sort_by(f64::total_cmp);
        let name = arguments.iter().map(|argument| argument.rsplit('/').next().unwrap_or(argument)).collect::<Vec<_>>().join(" ");
        let median = seconds[RUNS / 2];
        println!("{:40} {:6.3} {median:6.3} {:6.3} {:20.3}", format!("play {name}"), seconds[0], seconds[RUNS - 1], median / PEER_S);
    }
    Ok(())
}

fn first_sound_s(server: &SoundServer, arguments: &[&str]) -> Result<f64, Box<dyn Error>> {
    let recording = server.record();
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalody"));
    command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
    command.arg("play").args(arguments).arg("--quiet").stdin(Stdio::null()).stdout(Stdio::null());
    server.lead(&mut command);
    let began = Instant::now();
    let mut playing = command.spawn()?;
    recording.wait_for_sound(1);
    let seconds = began.elapsed().as_secs_f64();
    // Asked to stop, it takes the program with it.
    kill(Pid::from_raw(playing.id() as i32), Signal::SIGTERM)?;
    playing.wait()?;
    Ok(seconds)
}
