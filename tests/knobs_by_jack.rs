//! Knobs turned by MIDI that really comes in: a JACK server without hardware, another program that moves a controller,
//! and `evalody play`, which hears it.
#![cfg(all(feature = "midi", target_os = "linux"))]

#[path = "support/jack_server.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod jack_server;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use jack_server::{Guarded, JackServer};

const TUNE: &str = "n = 9  # knob: n 3..13 cc 20 channel 2
def f(n):
    return n if n < 2 else f(n - 1) + f(n - 2)
print('f', n, 'is', f(n), flush=True)
";

/// Sends what it is given, a message a period.
struct Hand {
    port: jack::Port<jack::MidiOut>,
    moves: rtrb::Consumer<[u8; 3]>,
}

impl jack::ProcessHandler for Hand {
    fn process(&mut self, _: &jack::Client, scope: &jack::ProcessScope) -> jack::Control {
        let mut writer = self.port.writer(scope);
        if let Ok(bytes) = self.moves.pop() {
            let _ = writer.write(&jack::RawMidi { time: 0, bytes: &bytes });
        }
        jack::Control::Continue
    }
}

/// Not a test: moves controllers of the port in its environment, there and back, and then to the end.
#[test]
#[ignore = "started by the other test"]
fn a_program_that_moves_controllers() {
    let to = std::env::var("MOVES").unwrap();
    let (client, _) = jack::Client::new("hand", jack::ClientOptions::NO_START_SERVER).unwrap();
    let port = client.register_port("out", jack::MidiOut::default()).unwrap();
    let (mut given, moves) = rtrb::RingBuffer::new(1024);
    let client = client.activate_async((), Hand { port, moves }).unwrap();
    client.as_client().connect_ports_by_name("hand:out", &to).unwrap();
    for number in 0..200u8 {
        given.push([0xb1, 20, number % 128]).unwrap();
        // Of another channel, and another controller.
        given.push([0xb0, 20, 0]).unwrap();
        given.push([0xb1, 21, 0]).unwrap();
    }
    given.push([0xb1, 20, 127]).unwrap();
    loop {
        std::thread::park();
    }
}

#[test]
fn a_controller_that_is_moved_is_heard_as_the_last_value_of_its_knob() {
    let Some(server) = JackServer::start() else { return };
    let Some(python) = evalody::interpreter::found().into_iter().max_by_key(|python| python.version) else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "there is no CPython here");
        return eprintln!("skipped: there is no CPython here");
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tune.py"), TUNE).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalody"));
    command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
    command.args(["play", "tune.py", "--silent", "--no-view", "--midi-in", "jack:virtual:knobs", "--interpreter"]).arg(&python.path);
    command.current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut player = Guarded(server.lead(&mut command).spawn().unwrap());
    let mut lines = BufReader::new(player.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert_eq!(lines.next().as_deref(), Some("f 9 is 34"));
    server.wait_for_port("evalody-in:knobs");
    let _hand = Guarded(server.program("a_program_that_moves_controllers").env("MOVES", "evalody-in:knobs").spawn().unwrap());
    let heard: Vec<String> = lines.by_ref().take_while(|line| line != "f 13 is 233").collect();
    assert!(heard.len() < 20, "few of 201 were worth a run: {heard:?}");
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(player.0.id() as i32), nix::sys::signal::Signal::SIGTERM).unwrap();
    let told: Vec<String> = BufReader::new(player.0.stderr.take().unwrap()).lines().map_while(Result::ok).collect();
    assert!(told.iter().any(|line| line == "evalody: n = 13"), "{told:?}");
    assert_eq!(std::fs::read_to_string(folder.path().join("tune.py")).unwrap(), TUNE);
}
