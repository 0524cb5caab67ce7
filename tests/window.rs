//! The real window, on a display without a screen and a sound server without hardware: typed at, clicked at,
//! looked at and listened to. What is shown is judged coarsely; `target/screenshots` is for people.
#![cfg(feature = "window")]

#[path = "support/display.rs"]
#[allow(dead_code, reason = "the bench takes the rest of it")]
mod display;
#[path = "support/sound_server.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod sound_server;

use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use display::{Display, Open, Picture, command, state};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sound_server::{RATE_HZ, SoundServer};

/// Where the panels are in a window of 1280 by 720: left, top, width, height.
const EDITOR: (usize, usize, usize, usize) = (4, 50, 530, 410);
const ROLL: (usize, usize, usize, usize) = (170, 480, 880, 160);
const SIDE: (usize, usize, usize, usize) = (1058, 85, 212, 370);

/// Pixels that differ at least where a page of text comes over the panels, or goes.
const ATLAS_PIXELS: usize = 20_000;

/// A tenth of a second, in samples.
const TENTH: usize = RATE_HZ as usize / 10 * 2;

/// One window at a time: where the processor draws, several would leave nothing for the sound.
static ONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

const TUNE: &str = "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nprint(f(9))\n";

fn is_drawn(picture: &Picture) -> bool {
    picture.colours() > 40
}

/// The bar that tells of trouble, and the mark in the margin.
fn reds(picture: &Picture) -> usize {
    let (left, top, width, height) = EDITOR;
    let rows = top..top + height;
    rows.flat_map(|y| (left..left + width).map(move |x| y * picture.width + x))
        .filter(|at| {
            let [red, green, blue] = picture.pixels[*at].map(i32::from);
            red > green + 25 && red > blue + 25
        })
        .count()
}

/// The longest stretch of silence, in seconds.
fn longest_gap_s(samples: &[f32]) -> f64 {
    let mut longest = 0;
    let mut silent = 0;
    for frame in samples.chunks_exact(2) {
        silent = if frame.iter().all(|sample| sample.abs() < 1e-5) { silent + 1 } else { 0 };
        longest = longest.max(silent);
    }
    f64::from(longest) / f64::from(RATE_HZ)
}

#[test]
fn a_wrong_program_in_the_window_stops_no_music_and_panic_does() {
    let _alone = alone();
    let (Some(display), Some(server)) = (Display::start(), SoundServer::start()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tune.py");
    std::fs::write(&file, TUNE).unwrap();
    let recording = server.record();
    let window = Open::new(&display, &[&file.to_string_lossy(), "--interpreter", "embedded"], &server.environment());
    let first = display.until("the window to be drawn", is_drawn);
    display.keep("1-open");
    recording.wait_for_sound(RATE_HZ as usize);
    let later = display.until("the roll to move", |picture| picture.differs(&first, ROLL) > 500);
    assert!(display.has_window());
    let calm = reds(&later);

    // Typed at its end: no Python.
    display.focus();
    display.clicks(300, 200);
    display.keys(&["ctrl+End"]);
    display.types("for x in\n");
    let typed = display.until("what was typed", |picture| picture.differs(&later, EDITOR) > 100);
    display.keys(&["ctrl+Return"]);
    display.until("the trouble to be told", |picture| reds(picture) > calm + 400);
    display.keep("2-trouble");
    let frames = recording.frames();
    recording.wait_for_frames(frames + RATE_HZ as usize * 2);

    // Mended: the end of the text is deleted again.
    display.keys(&["BackSpace"; 9]);
    display.types("x = 1\n");
    display.keys(&["ctrl+Return"]);
    display.until("the trouble to be gone", |picture| reds(picture) < calm + 200);
    display.keep("3-mended");
    let _ = typed;

    // An endless program, typed in place of it.
    display.keys(&["ctrl+a", "Delete"]);
    display.types("while True:\nx = 1\n");
    display.keys(&["ctrl+Return"]);
    let frames = recording.frames();
    recording.wait_for_frames(frames + RATE_HZ as usize * 4);
    display.keep("4-endless");
    assert!(!window.children().is_empty(), "it runs");

    // An instruction that is clicked is told of beside it, where the legend was; then a note.
    let before = display.picture();
    display.clicks(700, 110);
    let told = display.until("the inspector", |picture| picture.differs(&before, SIDE) > 3000);
    display.keep("5-clicked");
    // The atlas is one key away from it, and goes as it came.
    const ATLAS: (usize, usize, usize, usize) = (750, 70, 470, 380);
    display.keys(&["F1"]);
    let atlas = display.until("the atlas", |picture| picture.differs(&told, ATLAS) > ATLAS_PIXELS);
    display.keep("5-atlas");
    display.keys(&["F1"]);
    display.until("the atlas to be closed", |picture| picture.differs(&atlas, ATLAS) > ATLAS_PIXELS);
    for x in (500..900).step_by(40) {
        display.clicks(x, 540);
    }
    display.until("the picture to go on", |picture| picture.differs(&told, ROLL) > 200);

    let before_panic = recording.frames();
    display.keys(&["Escape", "Escape"]);
    let heard = recording.until_silence();
    display.keep("6-panic");
    let begins = heard.iter().position(|sample| *sample != 0.0).unwrap();
    let gap = longest_gap_s(&heard[begins..before_panic * 2]);
    println!("longest gap in {:.1} s of music with trouble: {:.0} ms", (before_panic * 2 - begins) as f64 / 96_000.0, gap * 1000.0);
    assert!(gap < 0.1, "a gap of {gap} s");
    let last = heard.iter().rposition(|sample| *sample != 0.0).unwrap();
    assert!(last < before_panic * 2 + 20 * TENTH, "silent within two seconds of the keys");
    wait("the child to be gone", || window.children().is_empty());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), TUNE, "unsaved");

    terminate(&window);
    let (status, out, err) = window.ended();
    assert!(status.success() && out.is_empty() && err.is_empty(), "{status}: {out:?}, {err:?}");
}

fn wait(what: &str, is_so: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(30), "waited for {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

fn terminate(window: &Open) {
    kill(Pid::from_raw(window.process.id() as i32), Signal::SIGTERM).unwrap();
}

#[test]
fn sigterm_closes_the_window_and_its_program() {
    let _alone = alone();
    let (Some(display), Some(server)) = (Display::start(), SoundServer::start()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("endless.py");
    std::fs::write(&file, "while True:\n    x = 1\n").unwrap();
    let window = Open::new(&display, &[&file.to_string_lossy(), "--interpreter", "embedded"], &server.environment());
    display.until("the window to be drawn", is_drawn);
    wait("its program to run", || !window.children().is_empty());
    let children = window.children();
    terminate(&window);
    let (status, out, err) = window.ended();
    assert!(status.success() && out.is_empty() && err.is_empty(), "{status}: {out:?}, {err:?}");
    for child in children {
        assert!(!std::path::Path::new(&format!("/proc/{child}")).exists(), "{child} is left");
    }
    assert!(!display.has_window());
}

#[test]
fn pictures_are_counted() {
    let _alone = alone();
    let (Some(display), Some(server)) = (Display::start(), SoundServer::start()) else { return };
    let (status, out, err) = Open::new(&display, &["@recursion", "--measure", "2"], &server.environment()).ended();
    assert!(status.success() && err.is_empty(), "{status}: {err}");
    let rate: f64 = out.split_whitespace().next().unwrap().parse().unwrap();
    assert!(rate > 1.0 && out.contains(" pictures a second") && out.lines().count() == 1, "{out}");
    println!("{}", out.trim());
}

#[test]
fn the_tour_is_shown_once() {
    let _alone = alone();
    let (Some(display), Some(server)) = (Display::start(), SoundServer::start()) else { return };
    let window = Open::new(&display, &["@recursion"], &server.environment());
    std::fs::remove_file(window.folder().join("evalody/toured")).unwrap();
    // It is looked for when the window opens, which takes longer than this.
    display.until("the window to be drawn", is_drawn);
    let toured = window.folder().join("evalody/toured");
    display.keep("7-tour");
    // The button that closes the tour for good.
    display.focus();
    wait("the tour to be closed for good", || {
        display.clicks(762, 441);
        toured.exists()
    });
    terminate(&window);
    assert!(window.ended().0.success());
}

#[test]
fn without_a_display_there_is_one_line() {
    for display in [None, Some(":4711"), Some(""), Some("nonsense")] {
        let state = state();
        let mut command = command(state.path(), &["@recursion"]);
        command.envs(display.map(|name| ("DISPLAY", name))).stdin(Stdio::null());
        // Silent: no sound server is asked for anything.
        command.env("PULSE_SERVER", "unix:/nowhere").env("ALSA_CONFIG_PATH", "/nowhere").arg("--quiet");
        let output = command.output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{display:?}: {err}");
        assert!(err.lines().count() == 1 && err.starts_with("evalody: "), "{display:?}: {err}");
        assert!(output.stdout.is_empty());
        println!("{display:?}: {}", err.trim());
    }
}
