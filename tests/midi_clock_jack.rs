//! MIDI clock through a real JACK, in and out: another program's is followed, and ours goes with it.
#![cfg(all(target_os = "linux", feature = "midi"))]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

#[allow(dead_code, reason = "the tests of notes ask it for more")]
#[path = "support/jack_server.rs"]
mod jack_server;
use jack_server::{Guarded, JackServer, RATE_HZ, wait_until};

/// Plays until it is stopped.
const ENDLESS: &str = "total = 0\nwhile True:\n    total += 1\n";

const QUARTERS_PER_MINUTE: u64 = 133;

/// Frames from the first clock to this one.
fn frames(clock: u64) -> u64 {
    clock * 60 * u64::from(RATE_HZ) / (24 * QUARTERS_PER_MINUTE)
}

/// Not a test: who listens, in a process of its own.
#[test]
#[ignore = "started by the other tests"]
fn a_program_that_listens() {
    jack_server::listen_for_ever();
}

/// Sends a start and clocks, each on its very frame, once it is let.
struct Beat {
    port: jack::Port<jack::MidiOut>,
    is_wanted: Arc<AtomicBool>,
    /// The frame of the first clock, and one.
    began: Arc<AtomicU64>,
    first: Option<u32>,
    clock: u64,
}

impl jack::ProcessHandler for Beat {
    fn process(&mut self, _: &jack::Client, scope: &jack::ProcessScope) -> jack::Control {
        let begins = scope.last_frame_time();
        let mut writer = self.port.writer(scope);
        if self.first.is_none() && self.is_wanted.load(Ordering::Acquire) {
            self.first = Some(begins);
            self.began.store(u64::from(begins) + 1, Ordering::Release);
            writer.write(&jack::RawMidi { time: 0, bytes: &[0xfa] }).unwrap();
        }
        let Some(first) = self.first else { return jack::Control::Continue };
        loop {
            let time = u64::from(first) + frames(self.clock) - u64::from(begins);
            if time >= u64::from(scope.n_frames()) {
                return jack::Control::Continue;
            }
            writer.write(&jack::RawMidi { time: time as u32, bytes: &[0xf8] }).unwrap();
            self.clock += 1;
        }
    }
}

/// Not a test either: sends a clock to whoever connects to it, until it is killed.
#[test]
#[ignore = "started by the other tests"]
fn a_program_that_sends_a_clock() {
    let (client, _) = jack::Client::new("beat", jack::ClientOptions::NO_START_SERVER).unwrap();
    let port = client.register_port("out", jack::MidiOut::default()).unwrap();
    let own = port.clone_unowned();
    let (is_wanted, began) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let beat = Beat { port, is_wanted: Arc::clone(&is_wanted), began: Arc::clone(&began), first: None, clock: 0 };
    let _client = client.activate_async((), beat).unwrap();
    let mut out = std::io::stdout();
    let mut is_told = false;
    loop {
        is_wanted.fetch_or(own.connected_count().unwrap() > 0, Ordering::AcqRel);
        let began = began.load(Ordering::Acquire);
        if began > 0 && !std::mem::replace(&mut is_told, true) {
            writeln!(out, "\nbegan {}", began - 1).and_then(|()| out.flush()).unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_clock_that_comes_in_goes_out_in_the_same_tempo_and_place() {
    let Some(server) = JackServer::start() else { return };
    let listener = server.listen();
    let mut beat = server.program("a_program_that_sends_a_clock");
    let mut beat = Guarded(beat.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let told = beat.0.stdout.take().unwrap();
    server.wait_for_port("beat:out");

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("song.py"), ENDLESS).unwrap();
    let mut evalody = Command::new(env!("CARGO_BIN_EXE_evalody"));
    evalody.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
    evalody.args(["play", "song.py", "--interpreter", "/usr/bin/python3", "--silent", "--no-view", "--clock-in", "jack:beat"]);
    evalody.args(["--midi-out", "jack:ear", "--clock-out"]).current_dir(folder.path());
    let evalody = server.lead(&mut evalody).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut evalody = Guarded(evalody);
    let began = BufReader::new(told).lines().map_while(Result::ok).find_map(|line| line.strip_prefix("began ")?.parse::<u32>().ok());
    let began = began.unwrap();

    /// From four quarters on, when it is locked in, as many as take twelve seconds.
    const MEASURED: std::ops::Range<usize> = 96..736;
    // Clocks as who follows them counts them, since it was told last where to go on, with their frames.
    let clocks = || {
        let (mut clocks, mut next, mut runs) = (Vec::new(), 0, false);
        for heard in listener.heard() {
            match heard.bytes[..] {
                [0xfa] => (next, runs) = (0, true),
                [0xfb] => runs = true,
                [0xfc] => {
                    runs = false;
                    clocks.clear();
                }
                [0xf2, low, high] => next = (u64::from(high) << 7 | u64::from(low)) * 6,
                [0xf8] if runs => {
                    clocks.push((next, heard.frame.wrapping_sub(began)));
                    next += 1;
                }
                _ => {}
            }
        }
        clocks
    };
    wait_until("clocks", || {
        assert!(evalody.0.try_wait().unwrap().is_none(), "it has ended");
        clocks().len() >= MEASURED.end
    });
    let clocks = clocks();
    let apart: Vec<f64> = clocks[MEASURED].iter().map(|&(clock, frame)| f64::from(frame) - frames(clock) as f64).collect();
    let one = frames(1) as f64;
    let together = apart.iter().filter(|apart| apart.abs() < one).count();
    let most = apart.iter().fold(0.0, |most: f64, apart| most.max(apart.abs()));
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    // Between the means of the first and the last quarter of them, so that one that was late says little.
    let (first, last) = (mean(&apart[..160]), mean(&apart[480..]));
    let tempo = QUARTERS_PER_MINUTE as f64 / (1.0 + (last - first) / frames(480) as f64);
    eprintln!("{tempo:.3} bpm, at most {:.3} of a clock apart, on average {:.3}", most / one, mean(&apart) / one);
    assert!((tempo - 133.0).abs() < 0.133, "{tempo}");
    // On a busy machine one or the other may have been sent late.
    assert!(together * 20 >= apart.len() * 19, "{together} of {} within a clock", apart.len());
}
