//! MIDI to real programs through a real JACK: on the very frame, the same notes as a file has, and nothing that hangs.
#![cfg(all(target_os = "linux", feature = "midi"))]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use evalody::live::{Output, Player, PortName};
use evalody::music::{Instrument, Level, Pan, Patch, Pitch, Tempo, Tick, Velocity};
use evalody::perform::{Channel, ChannelSetup, Cue, CueKind, Performance, perform};
use evalody::score::Score;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

#[path = "support/jack_server.rs"]
mod jack_server;
use jack_server::{Guarded, Heard, JackServer, PATIENCE, RATE_HZ, are_there, wait_until};

const PROGRAM: &str = "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nprint(f(9))\n";
/// One that plays until it is stopped.
const ENDLESS: &str = "total = 0\nwhile True:\n    total += 1\n";

/// Three lines of notes at uneven distances, 300 in six seconds.
fn lines() -> Performance {
    let mut cues = Vec::new();
    for line in 0..3u8 {
        for number in 0..100u32 {
            let (channel, pitch) = (Channel::new(line).unwrap(), Pitch::new(40 + 12 * line + (number % 11) as u8).unwrap());
            let at = number * 120 + number * u32::from(line) % 13;
            let velocity = Velocity::nearest(f64::from(30 + number % 90));
            cues.push(Cue { at: Tick(at), channel, kind: CueKind::On { pitch, velocity, note: 0 } });
            cues.push(Cue { at: Tick(at + 90), channel, kind: CueKind::Off { pitch } });
        }
    }
    cues.sort_by_key(|cue| cue.at);
    piece(cues, 100 * 120, 240)
}

/// Long notes of a flute, one after the other, each half a second; none is an overtone of another.
const SCALE: [u8; 4] = [60, 64, 67, 71];

fn scale() -> Performance {
    let (channel, velocity) = (Channel::new(0).unwrap(), Velocity::nearest(110.0));
    let cues = SCALE.iter().zip(0..).flat_map(|(&number, index)| {
        let pitch = Pitch::new(number).unwrap();
        let on = CueKind::On { pitch, velocity, note: 0 };
        [Cue { at: Tick(index * 480), channel, kind: on }, Cue { at: Tick(index * 480 + 440), channel, kind: CueKind::Off { pitch } }]
    });
    piece(cues.collect(), 4 * 480, 120)
}

fn piece(cues: Vec<Cue>, end: u32, tempo: u16) -> Performance {
    let setups = (0..3).map(|index| ChannelSetup {
        channel: Channel::new(index).unwrap(),
        name: "line",
        instrument: Instrument::Melodic(Patch::FLUTE),
        pan: Pan::CENTRE,
        level: Level::USUAL,
    });
    Performance { setups: setups.collect(), cues, end: Tick(end), tempo: Tempo::new(tempo).unwrap(), ..perform(&Score::silence("lines")) }
}

/// Not a test: who listens, in a process of its own.
#[test]
#[ignore = "started by the other tests"]
fn a_program_that_listens() {
    jack_server::listen_for_ever();
}

/// Not a test either: a player, to the port named in its environment; it tells what is to be told.
#[test]
#[ignore = "started by the other tests"]
fn a_program_that_plays() {
    let port: PortName = std::env::var("PLAY_TO").unwrap().parse().unwrap();
    let performance = if std::env::var("PIECE").is_ok_and(|piece| piece == "scale") { scale() } else { lines() };
    let (mut player, _) = Player::open(Output::Silent).unwrap();
    // Far ahead, so that a busy machine makes nothing late.
    let line = player.connect_midi_within(&port, Duration::from_millis(500)).unwrap();
    println!("{line}");
    player.set_repeat(std::env::var_os("FOR_EVER").is_some());
    player.play(&performance);
    let began = Instant::now();
    let mut told = None;
    while !player.position().is_over {
        player.advance();
        let loss = player.health().midi_loss;
        if loss != told {
            println!("loss: {loss:?}");
            told = loss;
        }
        std::thread::sleep(Duration::from_millis(2));
        assert!(began.elapsed() < PATIENCE * 2);
    }
    // What was rendered last is still to be sent.
    let over = Instant::now();
    while over.elapsed() < Duration::from_millis(700) {
        player.advance();
        std::thread::sleep(Duration::from_millis(2));
    }
    println!("over: {:?}", player.health());
}

#[test]
fn through_jack_each_note_is_on_its_very_frame() {
    let Some(server) = JackServer::start() else { return };
    let listener = server.listen();
    let played = server.program("a_program_that_plays").env("PLAY_TO", "jack:ear:in").output().unwrap();
    let told = String::from_utf8_lossy(&played.stdout);
    assert!(played.status.success(), "{told}{}", String::from_utf8_lossy(&played.stderr));
    assert!(told.contains("MIDI goes to ear:in through JACK"), "{told}");
    let wanted: Vec<(u64, Vec<u8>)> = lines()
        .cues
        .iter()
        .map(|cue| {
            let frame = cue.at.sample(lines().tempo, RATE_HZ);
            let channel = cue.channel.in_port();
            match cue.kind {
                CueKind::On { pitch, velocity, .. } => (frame, vec![0x90 | channel, pitch.number(), velocity.value()]),
                CueKind::Off { pitch } => (frame, vec![0x80 | channel, pitch.number(), 64]),
            }
        })
        .collect();
    let notes = || listener.heard().into_iter().filter(|heard| [0x80, 0x90].contains(&(heard.bytes[0] & 0xf0))).collect::<Vec<Heard>>();
    wait_until("all has been told to be silent", || listener.heard().last().is_some_and(|last| last.bytes[1..] == [120, 0]));
    let notes = notes();
    let first = notes[0].frame;
    let heard: Vec<(u64, Vec<u8>)> = notes.into_iter().map(|note| (u64::from(note.frame.wrapping_sub(first)), note.bytes)).collect();
    let jitter = heard.iter().zip(&wanted).map(|((heard, _), (wanted, _))| heard.abs_diff(*wanted)).max().unwrap();
    eprintln!("{} messages, {jitter} frames of jitter, {told}", heard.len());
    assert_eq!(heard, wanted, "{told}");
}

#[test]
fn a_listener_that_goes_is_told_once_and_played_to_again_and_so_is_a_server() {
    let Some(mut server) = JackServer::start() else { return };
    let mut listener = server.listen();
    let mut player = server.program("a_program_that_plays");
    player.env("PLAY_TO", "jack:ear").env("FOR_EVER", "1").stdout(Stdio::piped()).stderr(Stdio::null());
    let mut player = Guarded(player.spawn().unwrap());
    let told = lines_of(player.0.stdout.take().unwrap());
    wait_until("notes", || listener.strokes() > 5);
    for round in 1..=2 {
        if round == 2 {
            server.kill();
        }
        drop(listener);
        wait_until("the loss", || told.lock().unwrap().iter().filter(|line| line.contains("is gone; the music goes on")).count() == round);
        if round == 2 {
            server.again();
        }
        listener = server.listen();
        wait_until("notes again", || listener.strokes() > 5);
        let heard = listener.heard();
        let first = |status: u8| heard.iter().position(|heard| heard.bytes[0] & 0xf0 == status);
        assert!(first(0xc0) < first(0x90), "the channels are set first: {:?}", &heard[..heard.len().min(20)]);
    }
    assert_eq!(told.lock().unwrap().iter().filter(|line| line.as_str() == "loss: None").count(), 2);
}

fn lines_of(pipe: impl Read + Send + 'static) -> Arc<Mutex<Vec<String>>> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let theirs = Arc::clone(&lines);
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            theirs.lock().unwrap().push(line);
        }
    });
    lines
}

/// evalody as a user starts it, heard by JACK alone.
fn evalody(server: &JackServer, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalody"));
    command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
    command.args(arguments).args(["--interpreter", "/usr/bin/python3"]).current_dir(folder);
    server.lead(&mut command).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn who_is_ended_by_a_signal_leaves_no_note_sounding() {
    let Some(server) = JackServer::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("song.py"), ENDLESS).unwrap();
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let listener = server.listen();
        let playing = evalody(&server, folder.path(), &["play", "song.py", "--midi-out", "jack:ear", "--silent", "--no-view"]).spawn();
        let mut playing = Guarded(playing.unwrap());
        wait_until("a chord", || listener.strokes() > 10 && !listener.sounding().is_empty());
        kill(Pid::from_raw(playing.0.id() as i32), signal).unwrap();
        wait_until("the end", || playing.0.try_wait().unwrap().is_some());
        assert_eq!(playing.0.wait().unwrap().code(), Some(130));
        wait_until("silence", || listener.sounding().is_empty());
        let heard = listener.heard();
        for channel in heard.iter().filter(|heard| heard.is_stroke()).map(|heard| heard.bytes[0] & 15) {
            let last = heard.iter().rev().find(|heard| heard.bytes[0] & 15 == channel).unwrap();
            assert_eq!(last.bytes, [0xb0 | channel, 120, 0]);
        }
    }
}

/// Notes as a reader tells them: channel, pitch and velocity, in order, those of one moment sorted by the file.
type Counted = BTreeMap<(u8, u8, u8), usize>;

#[test]
fn jack_midi_dump_reads_the_notes_that_a_file_has() {
    let Some(server) = JackServer::start() else { return };
    if !are_there(&["jack_midi_dump", "stdbuf"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("song.py"), PROGRAM).unwrap();
    let mut dump = Command::new("stdbuf");
    dump.args(["-oL", "jack_midi_dump", "dump"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut dump = Guarded(server.lead(&mut dump).spawn().unwrap());
    let told = lines_of(dump.0.stdout.take().unwrap());
    server.wait_for_port("dump:input");

    let song = ["song.py", "--seed", "1", "--length", "6", "--tempo", "200"];
    let played =
        evalody(&server, folder.path(), &["play", "--midi-out", "jack:dump", "--silent", "--no-view"]).args(song).output().unwrap();
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stderr));
    let written = evalody(&server, folder.path(), &["export", "-o", "song.mid"]).args(song).output().unwrap();
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));

    let bytes = fs::read(folder.path().join("song.mid")).unwrap();
    let file = midly::Smf::parse(&bytes).unwrap();
    let mut wanted = Counted::new();
    for event in file.tracks.iter().flatten() {
        if let midly::TrackEventKind::Midi { channel, message: midly::MidiMessage::NoteOn { key, vel } } = event.kind {
            *wanted.entry((channel.as_int(), key.as_int(), vel.as_int())).or_default() += 1;
        }
    }
    let heard = || {
        let mut heard = Counted::new();
        for line in told.lock().unwrap().iter() {
            // "   0: 90 3c 64 note on  (channel  0): pitch  60, velocity 100"
            let bytes: Vec<u8> = line
                .split(':')
                .nth(1)
                .unwrap_or_default()
                .split_whitespace()
                .map_while(|byte| u8::from_str_radix(byte, 16).ok())
                .take(3)
                .collect();
            if let [on @ 0x90..=0x9f, pitch, velocity] = bytes[..] {
                *heard.entry((on & 15, pitch, velocity)).or_default() += 1;
            }
        }
        heard
    };
    wait_until("all notes", || heard().values().sum::<usize>() >= wanted.values().sum::<usize>());
    assert_eq!(heard(), wanted);
}

#[test]
fn fluidsynth_plays_what_comes_through_jack() {
    const FONT: &str = "/usr/share/sounds/sf2/TimGM6mb.sf2";
    let Some(server) = JackServer::start() else { return };
    if !are_there(&["fluidsynth"]) || !Path::new(FONT).exists() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let wave = folder.path().join("fluid.raw");
    let mut fluidsynth = Command::new("fluidsynth");
    fluidsynth
        .args(["-i", "-s", "-d", "-m", "jack", "-a", "file", "-r", "44100", "-R", "0", "-C", "0"])
        .args(["-o", "audio.file.type=raw", "-o", "audio.file.format=s16", "-o", "audio.file.endian=little"])
        .args(["-o", &format!("audio.file.name={}", wave.display())])
        // A server on a port of TCP is part of -s; this one is of nobody else.
        .args([
            "-o",
            "midi.jack.id=fluid",
            "-o",
            "midi.autoconnect=0",
            "-o",
            &format!("shell.port={}", 20_000 + std::process::id() % 10_000),
        ])
        .arg(FONT)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let playing = Guarded(server.lead(&mut fluidsynth).spawn().unwrap());
    server.wait_for_port("fluid:midi_00");
    let played = server.program("a_program_that_plays").env("PLAY_TO", "jack:fluid:midi_00").env("PIECE", "scale").output().unwrap();
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stdout));
    drop(playing);
    let bytes = fs::read(&wave).unwrap();
    let samples: Vec<f64> = bytes.chunks_exact(4).map(|frame| f64::from(i16::from_le_bytes([frame[0], frame[1]])) / 32_768.0).collect();
    let begins = samples.iter().position(|sample| sample.abs() > 0.002).expect("it is silent");
    for (index, &number) in SCALE.iter().enumerate() {
        // A quarter of a second in the middle of the note.
        let from = begins + index * 22_050 + 5_500;
        let note = &samples[from..from + 11_025];
        let strength = |number: u8| power(note, Pitch::new(number).unwrap().hertz(), 44_100.0);
        let strongest = SCALE.iter().copied().max_by(|&a, &b| strength(a).total_cmp(&strength(b))).unwrap();
        assert_eq!(strongest, number, "note {index}");
        assert!([number - 1, number + 1].into_iter().all(|beside| strength(beside) < strength(number) / 4.0), "note {index}");
    }
}

/// How strong a frequency is in a stretch, by Goertzel's way, through a Hann window.
fn power(samples: &[f64], hertz: f64, rate: f64) -> f64 {
    let turn = std::f64::consts::TAU * hertz / rate;
    let (mut before, mut last) = (0.0, 0.0);
    for (index, sample) in samples.iter().enumerate() {
        let window = 0.5 - 0.5 * (std::f64::consts::TAU * index as f64 / samples.len() as f64).cos();
        (before, last) = (last, sample * window + 2.0 * turn.cos() * last - before);
    }
    last * last + before * before - 2.0 * turn.cos() * last * before
}

#[test]
fn devices_lists_jacks_ports_as_they_are_named_and_measures_one() {
    let Some(server) = JackServer::start() else { return };
    let _listener = server.listen();
    let devices = |arguments: &[&str]| {
        let output = server.lead(Command::new(env!("CARGO_BIN_EXE_evalody")).arg("devices").args(arguments)).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, listed, _) = devices(&[]);
    assert!(status == Some(0) && listed.contains("\n  jack:ear:in\n"), "{listed}");
    let (status, measured, refused) = devices(&["--test", "jack:ear"]);
    assert_eq!(status, Some(0), "{refused}");
    assert!(measured.contains(": 0 frames of jitter") && measured.contains("a period is 256 frames, 5.33 ms at 48000 Hz"), "{measured}");
    assert!(measured.contains("ms at the median"), "{measured}");
    let (status, _, refused) = devices(&["--test", "jack:organ"]);
    assert_eq!(status, Some(3));
    assert!(refused.contains("there is no MIDI port \"organ\"; there are: ear:in"), "{refused}");
}
