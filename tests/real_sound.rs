//! The player on a real sound server: what reaches the speakers is what was rendered.
#![cfg(feature = "speaker")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use evalody::live::{Output, Player, devices};
use evalody::music::Tempo;
use evalody::perform::Performance;
use evalody::synth::Synth;

#[path = "support/offline.rs"]
mod offline;
#[path = "support/pieces.rs"]
mod pieces;
#[allow(dead_code, reason = "shared with other tests")]
#[path = "support/sound_server.rs"]
mod sound_server;
use sound_server::{RATE_HZ, SINK, SoundServer, part_heard, punctual};

fn scale() -> Performance {
    pieces::piece(&[vec![(0, 240); 8], vec![(480, 960), (0, 480)]], Tempo::nearest(140.0), 0)
}

/// Not a test: the program which the tests below start, since where it plays is in its environment.
#[test]
#[ignore = "started by the other tests"]
fn a_program_that_plays() {
    let output = std::env::var("PLAY_THROUGH").map_or(Output::Default, Output::Device);
    let began = Instant::now();
    let (mut player, notice) = match Player::open(output) {
        Ok(opened) => opened,
        Err(error) => return println!("refused: {error}"),
    };
    println!("opened after {} us, {} Hz, notice {notice:?}", began.elapsed().as_micros(), player.sample_rate_hz());
    player.play(&scale());
    let mut first_draught = None;
    let leaves_at = std::env::var("LEAVE_AT").map_or(u32::MAX, |tick| tick.parse().unwrap());
    let mut last = player.position().tick;
    while !player.position().is_over && last.0 < leaves_at {
        player.advance();
        let now = player.position().tick;
        assert!(now >= last || player.health().loss.is_some(), "from {last:?} back to {now:?}");
        last = now;
        let drawn_frames = player.position().drawn_frames;
        if drawn_frames > 0 && first_draught.is_none() {
            first_draught = Some((began.elapsed(), drawn_frames));
            println!("playing: first draught of {drawn_frames} frames after {} us", began.elapsed().as_micros());
        }
        // The loop of a program that plays; the test itself waits for what is heard.
        std::thread::sleep(Duration::from_millis(5));
        assert!(began.elapsed().as_secs() < 60, "never over: {:?}", player.position());
    }
    println!("over: {:?} {:?}", player.position(), player.health());
    let leaves = Instant::now();
    drop(player);
    println!("left within {} ms", leaves.elapsed().as_millis());
}

/// Not a test either.
#[test]
#[ignore = "started by the other tests"]
fn a_program_that_lists() {
    println!("{:#?}", devices());
}

/// The program that plays, started so that it plays on the server.
fn program(server: &SoundServer) -> Command {
    program_called("a_program_that_plays", server)
}

fn program_called(name: &str, server: &SoundServer) -> Command {
    let mut command = punctual(std::env::current_exe().unwrap().to_str().unwrap());
    command.args(["--exact", name, "--ignored", "--nocapture"]).stdin(Stdio::null());
    server.lead(&mut command);
    command
}

#[test]
fn what_reaches_the_speakers_is_what_was_rendered() {
    let Some(server) = SoundServer::start() else { return };
    let recording = server.record();
    let output = program(&server).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    eprintln!("{told}");
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("notice None"), "{told}");
    let heard = recording.until_silence();
    let part = part_heard(&offline::offline(&scale(), RATE_HZ), &heard);
    eprintln!("{:.1} % of the piece came out equal to the bit", part * 100.0);
    assert!(part >= 0.8, "only {part} of the piece was heard");
}

#[test]
fn who_leaves_in_the_middle_of_a_note_hears_it_fade() {
    let Some(server) = SoundServer::start() else { return };
    let recording = server.record();
    let output = program(&server).env("LEAVE_AT", "900").output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    eprintln!("{told}");
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    let heard = recording.until_silence();
    let last = heard.iter().rposition(|sample| *sample != 0.0).unwrap();
    // The tenth of a second before the end is sound which fades to nothing, not sound which is cut.
    let loudest = |samples: &[f32]| samples.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
    let (before, at_the_end) = (loudest(&heard[last - RATE_HZ as usize / 5..last]), loudest(&heard[last - 32..=last]));
    assert!(before > 0.01 && at_the_end < before / 100.0, "{at_the_end} after {before}");
}

#[test]
fn a_device_is_opened_by_its_name_and_no_other_in_its_place() {
    let Some(server) = SoundServer::start() else { return };
    let recording = server.record();
    assert!(program(&server).env("PLAY_THROUGH", SINK).status().unwrap().success());
    let part = part_heard(&offline::offline(&scale(), RATE_HZ), &recording.until_silence());
    assert!(part >= 0.8, "only {part} of the piece was heard");

    let output = program(&server).env("PLAY_THROUGH", "gramophone").output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("there is no audio device \"gramophone\"; there are: ") && told.contains(SINK), "{told}");
}

#[test]
fn the_list_names_the_devices_and_says_why_there_is_no_midi_port() {
    let Some(server) = SoundServer::start() else { return };
    let output = program_called("a_program_that_lists", &server).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    eprintln!("{told}");
    assert!(told.contains(&format!("name: {SINK:?}")) && told.contains("host: \"PulseAudio\""), "{told}");
    assert!(told.contains("is_default: true"), "{told}");
    if !std::path::Path::new("/dev/snd/seq").exists() && cfg!(feature = "midi") {
        assert!(told.contains("the MIDI sequencer of the system is not there"), "{told}");
    }
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "the sound libraries print nothing");
}

#[test]
fn when_the_device_vanishes_the_music_goes_on_unheard_and_says_so() {
    let Some(mut server) = SoundServer::start() else { return };
    let recording = server.record();
    let mut command = program(&server);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A quarter of a second of it is heard, then the server is gone.
    recording.wait_for_sound(RATE_HZ as usize / 4);
    server.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("loss: Some(\"the audio device is gone; the music goes on unheard\")"), "{told}");
}

#[test]
fn without_a_device_a_silent_clock_plays_and_says_why_in_one_line() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "a_program_that_plays", "--ignored", "--nocapture"]);
    // Neither a server nor a card.
    let nowhere = tempfile::tempdir().unwrap();
    std::fs::write(nowhere.path().join("asound.conf"), "pcm.!default { type hw card 31 }\nctl.!default { type hw card 31 }\n").unwrap();
    let output = command
        .env("PULSE_SERVER", format!("unix:{}", nowhere.path().join("none").display()))
        .env("ALSA_CONFIG_PATH", nowhere.path().join("asound.conf"))
        .env("HOME", nowhere.path())
        .env("XDG_RUNTIME_DIR", nowhere.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("notice Some(\"no sound: "), "{told}");
    assert!(told.contains("over: "), "{told}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "the sound libraries print nothing");
}

#[test]
fn through_rodio_every_sample_is_that_of_the_offline_rendering() {
    use rodio::Source;
    let (mut player, stream) = Player::<Synth>::unplugged(RATE_HZ);
    assert_eq!((stream.channels().get(), stream.sample_rate().get(), stream.current_span_len()), (2, RATE_HZ, None));
    let (mixer, mut device) = rodio::mixer::mixer(stream.channels(), stream.sample_rate());
    mixer.add(stream);
    player.play(&scale());
    let mut heard = Vec::new();
    while !player.position().is_over {
        player.advance();
        heard.extend(device.by_ref().take(2048 * 2));
    }
    let wanted = offline::offline(&scale(), RATE_HZ);
    let begins = Synth::LATENCY_FRAMES * 2;
    let common = wanted.len().min(heard.len() - begins);
    assert!(common > RATE_HZ as usize * 2);
    assert!(heard[begins..begins + common] == wanted[..common]);
}
