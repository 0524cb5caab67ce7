//! Study in the real window, on a display without a screen: a sitting by keyboard alone, and what is kept of it.
#![cfg(feature = "window")]

#[path = "support/display.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod display;

use std::cell::RefCell;
use std::path::Path;
use std::time::{Duration, Instant};

use display::{Display, Open, Picture};

/// Where the pages of study are in a window of 1280 by 720: left, top, width, height.
const PAGE: (usize, usize, usize, usize) = (320, 60, 660, 560);

/// What the atlas covers of the rest.
const ATLAS: (usize, usize, usize, usize) = (985, 60, 240, 300);

/// Points that differ at least where a page of text is another.
const PAGE_POINTS: usize = 3_000;

/// Only reached where something is broken.
const PATIENCE: Duration = Duration::from_secs(90);

fn is_drawn(picture: &Picture) -> bool {
    picture.colours() > 40
}

/// Waits until what is kept is so; gives it.
#[track_caller]
fn kept(folder: &Path, what: &str, is_so: impl Fn(&str) -> bool) -> String {
    let began = Instant::now();
    loop {
        let text = std::fs::read_to_string(folder.join("record.toml")).unwrap_or_default();
        if is_so(&text) {
            return text;
        }
        assert!(began.elapsed() < PATIENCE, "waited for {what}: {text}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn cards(record: &str) -> usize {
    record.lines().filter(|line| line.contains("stability = ")).count()
}

#[test]
fn a_sitting_goes_by_keyboard_and_what_was_answered_is_kept() {
    let Some(display) = Display::start() else { return };
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("learnt");
    let named = folder.to_string_lossy().into_owned();
    let window = Open::new(&display, &["@loops", "--data", &named], &[]);
    display.until("the window to be drawn", is_drawn);
    display.focus();
    let bare = display.picture();
    display.keys(&["F3"]);
    let first = display.until("study to open", |picture| picture.differs(&bare, PAGE) > PAGE_POINTS);
    display.keep("study-1-open");
    display.keys(&["Return"]);
    display.until("the first question", |picture| picture.differs(&first, PAGE) > PAGE_POINTS);
    // A name or a number is typed, a choice is a letter, a note ends with Ctrl+Return: whatever it is, one of these is an answer.
    let mut answered = 0;
    let began = Instant::now();
    while answered < 3 {
        assert!(began.elapsed() < PATIENCE, "three questions are not answered");
        let before = display.picture();
        display.keys(&["a", "BackSpace"]);
        display.keys(&["1", "Return"]);
        display.keys(&["ctrl+Return"]);
        display.until("something to come of it", |picture| picture.differs(&before, PAGE) > PAGE_POINTS / 10);
        display.keep("study-2-answered");
        answered = cards(&std::fs::read_to_string(folder.join("record.toml")).unwrap_or_default());
    }
    let record = kept(&folder, "three cards", |text| cards(text) >= 3);
    assert!(record.ends_with("# end of record\n"), "{record}");
    let open = display.picture();
    // Escape closes the atlas over it, and study stands.
    display.keys(&["F1"]);
    let both = display.until("the atlas", |picture| picture.differs(&open, ATLAS) > PAGE_POINTS);
    display.keys(&["Escape"]);
    display.until("the atlas to be closed", |picture| picture.differs(&both, ATLAS) > PAGE_POINTS);
    let open = display.until("study to stand", |picture| picture.differs(&bare, PAGE) > PAGE_POINTS);
    // Escape twice in short order is panic.
    display.keys(&["F3"]);
    display.until("study to be closed", |picture| picture.differs(&open, PAGE) > PAGE_POINTS);
    display.keys(&["ctrl+q"]);
    let (status, _, err) = window.ended();
    assert!(status.success(), "{err}");
}

/// Waits until the page stands still over several looks: while a program runs something turns on it.
fn settled(display: &Display) -> Picture {
    const LOOKS: u32 = 6;
    let before = RefCell::new((display.picture(), 0));
    display.until("the page to stand still", |picture| {
        let (last, equal) = &mut *before.borrow_mut();
        *equal = if picture.differs(last, PAGE) == 0 { *equal + 1 } else { 0 };
        *last = picture.clone();
        *equal == LOOKS
    })
}

#[test]
fn a_lesson_is_chosen_by_letter_its_signs_are_shown_and_scrolled_by_key_and_its_words_looked_up() {
    let Some(display) = Display::start() else { return };
    let data = tempfile::tempdir().unwrap();
    let named = data.path().to_string_lossy().into_owned();
    let window = Open::new(&display, &["@loops", "--data", &named], &[]);
    display.until("the window to be drawn", is_drawn);
    display.focus();
    let bare = display.picture();
    let press = |key: &str, before: &Picture, what: &str| {
        display.keys(&[key]);
        display.until(what, |picture| picture.differs(before, PAGE) > PAGE_POINTS / 10);
        settled(&display)
    };
    let lessons = press("F3", &bare, "study to open");
    let idea = press("e", &lessons, "the idea of lesson 5");
    let guess = press("Return", &idea, "its prediction");
    let listen = press("0", &guess, "what to listen for");
    // Without a sound card the signs are there already, and only the box is ticked.
    display.keys(&["s"]);
    display.until("the box to be ticked", |picture| picture.differs(&listen, PAGE) > 10);
    let signs = settled(&display);
    display.keep("study-3-signs");
    let below = press("Next", &signs, "the page to scroll");
    let above = press("Prior", &below, "the page to scroll back");
    assert!(above.differs(&signs, PAGE) < PAGE_POINTS / 10);
    let foretold = press("Return", &above, "what was foretold");
    display.keys(&["l"]);
    display.until("the atlas", |picture| picture.differs(&foretold, ATLAS) > PAGE_POINTS);
    display.keys(&["ctrl+q"]);
    let (status, _, err) = window.ended();
    assert!(status.success(), "{err}");
}
