//! The rooms of the house and who may name whom. To add an arrow, edit [`ROOMS`], and say in the commit
//! why the value could not simply be handed over.
//!
//! Read from the text of `src`, without a compiler: comments and strings are taken out, and every path
//! from the crate's root counts (`crate::room`, `evalody::room`, `super::super::room`, groups in braces).

mod reading;

use std::fs;
use std::path::{Path, PathBuf};

use reading::{Named, Token, paths, tokens};

/// What a room may name: rooms above it, told one by one.
struct Room {
    name: &'static str,
    may_name: &'static [&'static str],
    /// Arithmetic only: no clock, file, process, thread, or printing.
    is_pure: bool,
}

const fn pure_room(name: &'static str, may_name: &'static [&'static str]) -> Room {
    Room { name, may_name, is_pure: true }
}

const fn door(name: &'static str, may_name: &'static [&'static str]) -> Room {
    Room { name, may_name, is_pure: false }
}

const ROOMS: &[Room] = &[
    pure_room("program", &[]),
    pure_room("songs", &["program"]),
    pure_room("edit", &["program"]),
    // Facts about CPython; that a program was traced is nothing to it.
    pure_room("atlas", &[]),
    pure_room("music", &[]),
    pure_room("trace", &[]),
    // How attributes are found; families are what its steps sound as, and the atlas knows the functions in C.
    pure_room("lookup", &["atlas", "trace"]),
    pure_room("fold", &["trace"]),
    pure_room("score", &["music", "trace"]),
    pure_room("compose", &["fold", "score", "music", "trace"]),
    pure_room("perform", &["music", "score"]),
    // What two programs did, counted, and their pieces made one.
    pure_room("compare", &["compose", "perform", "score", "fold", "music", "trace"]),
    // The way back reads the faithful style by the tables it is written from: a copy would drift.
    pure_room("hear", &["compose", "perform", "music", "score", "trace"]),
    pure_room("synth", &["perform", "music"]),
    pure_room("export", &["perform", "synth", "music", "score", "trace"]),
    // What the views show of the music is named by the legends of the styles.
    pure_room("picture", &["compose", "perform", "score", "fold", "music", "trace", "program"]),
    // Questions are made from what ran and what it sounds like; who is asked is nothing to it.
    pure_room("quiz", &["program", "songs", "atlas", "music", "trace", "lookup", "fold", "score", "compose", "perform", "picture"]),
    // A schedule is of cards; questions it never sees.
    pure_room("study", &["quiz", "atlas", "songs"]),
    door("output", &[]),
    // What is remembered from one run to the next.
    door("kept", &["output"]),
    // A source tree of CPython, and the editor that opens it.
    door("checkout", &["atlas", "kept"]),
    // What a probe tells is a lookup; a second set of types would only be copied.
    door("interpreter", &["program", "trace", "lookup"]),
    // A source tree of CPython, and the editor that opens it.
    door("checkout", &["atlas", "kept"]),
    // What a probe tells is a lookup; a second set of types would only be copied.
    door("interpreter", &["program", "trace", "lookup"]),
    // Runs what questions are made from, and asks them; it keeps what was answered before it tells the verdict.
    door(
        "tutor",
        &["program", "songs", "atlas", "lookup", "trace", "fold", "score", "compose", "perform", "quiz", "study", "kept", "interpreter"],
    ),
    // Music is made while the program runs: it asks the one for more as the other gives.
    door("feed", &["interpreter", "perform", "compose", "score", "fold", "music", "trace", "program"]),
    // The mix asks why a note is there.
    door("live", &["perform", "score", "music", "synth"]),
    door("terminal", &["atlas", "program", "music", "trace", "score", "perform"]),
    door(
        "workbench",
        &[
            "program",
            "songs",
            "music",
            "trace",
            "fold",
            "score",
            "compose",
            "perform",
            "synth",
            "export",
            "picture",
            "compare",
            "edit",
            "output",
            "interpreter",
            "live",
            "feed",
            "lookup",
        ],
    ),
    door(
        "window",
        &[
            "songs",
            "atlas",
            "lookup",
            "music",
            "trace",
            "fold",
            "score",
            "compose",
            "perform",
            "picture",
            "edit",
            "checkout",
            "interpreter",
            "live",
            "kept",
            "synth",
            "quiz",
            "study",
            "tutor",
            "workbench",
        ],
    ),
    door(
        "cli",
        &[
            "program",
            "songs",
            "music",
            "trace",
            "fold",
            "score",
            "compose",
            "perform",
            "hear",
            "synth",
            "export",
            "interpreter",
            "live",
            "feed",
            "picture",
            "compare",
            "terminal",
            "output",
            "workbench",
            "window",
            "edit",
            "atlas",
            "lookup",
            "kept",
            "quiz",
            "study",
            "tutor",
            "checkout",
        ],
    ),
    // An executable's allocator is named at its root.
    door("main", &["cli", "interpreter"]),
];

/// Paths into `std` which no pure room takes.
const DOORS_OF_STD: &[&str] = &["fs", "process", "net", "thread", "env"];
/// Names which no pure room takes, wherever they come from.
const CLOCKS: &[&str] = &["Instant", "SystemTime"];
const PRINTERS: &[&str] = &["println", "eprintln", "print", "eprint", "dbg"];

/// Longest a file may be, in lines: past it there is a second reason hiding in it.
const LONGEST_FILE: usize = 400;

fn room(name: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.name == name)
}

/// A source file, and how it is called within `src`: `trace/step.rs`.
struct Source {
    name: String,
    text: String,
}

impl Source {
    fn room_name(&self) -> &str {
        let first = self.name.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// How many modules lie between the crate's root and the file's contents: 1 for `trace/mod.rs`.
    fn depth(&self) -> usize {
        let without_mod = self.name.strip_suffix("/mod.rs").unwrap_or(&self.name);
        if matches!(self.name.as_str(), "lib.rs" | "main.rs") { 0 } else { without_mod.split('/').count() }
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                found.push(Source { name, text: fs::read_to_string(&path).unwrap() });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(found.len() > 10, "only {} files: is this the right folder?", found.len());
    found
}

/// Arrows of one file which the table does not permit, one line each.
fn broken_arrows(source: &Source) -> Vec<String> {
    // The root only lists the rooms.
    if source.name == "lib.rs" {
        return Vec::new();
    }
    let here = source.room_name();
    let Some(house_room) = room(here) else {
        return vec![format!("src/{}: {here} is no room of the table in tests/house.rs", source.name)];
    };
    let tokens = tokens(&source.text);
    paths(&tokens, source.depth())
        .into_iter()
        .filter(|named| named.root != "std")
        .filter(|Named { name, .. }| name != here && !house_room.may_name.contains(&name.as_str()))
        .map(|Named { line, name, .. }| format!("src/{}:{line}: {here} -> {name} is not permitted", source.name))
        .collect()
}

/// Uses in a pure room of what only doors may use, one line each.
fn impurities(source: &Source) -> Vec<String> {
    if !room(source.room_name()).is_some_and(|room| room.is_pure) {
        return Vec::new();
    }
    let tokens = tokens(&source.text);
    let through_std = paths(&tokens, source.depth())
        .into_iter()
        .filter(|named| named.root == "std" && DOORS_OF_STD.contains(&named.name.as_str()))
        .map(|named| (named.line, format!("std::{}", named.name)));
    let clocks = tokens.iter().filter(|token| CLOCKS.contains(&token.text.as_str())).map(|token| (token.line, token.text.clone()));
    let printing = tokens
        .windows(2)
        .filter(|pair| PRINTERS.contains(&pair[0].text.as_str()) && pair[1].text == "!")
        .map(|pair| (pair[0].line, format!("{}!", pair[0].text)));
    through_std
        .chain(clocks)
        .chain(printing)
        .map(|(line, what)| format!("src/{}:{line}: {} is a pure room and may not use {what}", source.name, source.room_name()))
        .collect()
}

#[track_caller]
fn nothing_in(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn every_arrow_between_rooms_is_permitted() {
    nothing_in(sources().iter().flat_map(broken_arrows).collect());
}

#[test]
fn permitted_arrows_point_to_rooms_above() {
    for (index, room) in ROOMS.iter().enumerate() {
        for named in room.may_name {
            assert!(ROOMS[..index].iter().any(|above| above.name == *named), "{} -> {named} does not point upwards", room.name);
        }
    }
}

#[test]
fn pure_rooms_own_no_clock_file_process_thread_or_printing() {
    nothing_in(sources().iter().flat_map(impurities).collect());
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    nothing_in(
        sources()
            .iter()
            .filter(|source| !source.text.starts_with("//! "))
            .map(|source| format!("src/{} does not open with //!", source.name))
            .collect(),
    );
}

#[test]
fn no_file_is_long_enough_to_hide_a_second_reason() {
    nothing_in(
        sources()
            .iter()
            .map(|source| (source, source.text.lines().count()))
            .filter(|(_, lines)| *lines > LONGEST_FILE)
            .map(|(source, lines)| format!("src/{} has {lines} lines, {LONGEST_FILE} are allowed", source.name))
            .collect(),
    );
}

#[test]
fn nothing_is_called_util() {
    nothing_in(
        sources()
            .iter()
            .filter(|source| source.name.split(['/', '.']).any(|word| matches!(word, "util" | "utils" | "helpers")))
            .map(|source| format!("src/{}: give it a noun of its own", source.name))
            .collect(),
    );
}

fn made_up(name: &str, text: &str) -> Source {
    Source { name: name.into(), text: text.into() }
}

#[test]
fn a_forbidden_arrow_is_found_however_it_is_written() {
    for text in [
        "use crate::synth::Synth;",
        "use crate::{music::Pitch, synth};",
        "use crate::{\n    music::{Pitch, Tick},\n    synth::{self},\n};",
        "fn f() { crate :: synth::play() }",
        "use super::synth;",
        "mod tests { use super::super::synth; }",
        "macro_rules! m { () => { $crate::synth::x() } }",
    ] {
        let complaints = broken_arrows(&made_up("score/mod.rs", text));
        assert_eq!(complaints.len(), 1, "{text}: {complaints:?}");
        assert!(complaints[0].starts_with("src/score/mod.rs:") && complaints[0].contains("score -> synth"), "{complaints:?}");
    }
    assert_eq!(
        broken_arrows(&made_up("score/mod.rs", "\n\nuse crate::{\n  cli};"))[0],
        "src/score/mod.rs:4: score -> cli is not permitted"
    );
    assert_eq!(broken_arrows(&made_up("main.rs", "use evalody::synth;")).len(), 1);
    assert_eq!(broken_arrows(&made_up("score/deep/er.rs", "use super::super::super::synth;")).len(), 1);
    assert_eq!(broken_arrows(&made_up("attic.rs", "")).len(), 1, "a room the table lacks");
    assert_eq!(broken_arrows(&made_up("score/mod.rs", "use crate::*;")).len(), 1, "everything at once");
}

#[test]
fn permitted_arrows_comments_and_strings_are_left_alone() {
    for text in [
        "use crate::{music::{Pitch, Tick}, trace::CodeId};",
        "// use crate::synth;",
        "/* crate::synth /* nested */ crate::cli */ fn f<'a>(x: &'a str) {}",
        "const X: &str = \"crate::synth \\\" crate::synth\"; const Y: char = '\"'; const Z: &str = r#\"crate::cli \"#;",
        "mod text { use super::Score; }",
        "use self::text::lines;",
    ] {
        assert_eq!(broken_arrows(&made_up("score/mod.rs", text)), [""; 0], "{text}");
    }
}

#[test]
fn impure_words_are_found_in_pure_rooms_only() {
    for text in [
        "use std::fs::File;",
        "use std::{io, fs};",
        "use ::std::process;",
        "fn f() { std::thread::spawn(g); }",
        "fn f() { println!(\"x\") }",
        "use std::time::{Duration, Instant};",
    ] {
        assert_eq!(impurities(&made_up("fold/mod.rs", text)).len(), 1, "{text}");
        assert_eq!(impurities(&made_up("live/mod.rs", text)), [""; 0], "{text}");
    }
    assert_eq!(impurities(&made_up("fold/mod.rs", "use std::io::Write; // std::fs\nuse std::time::Duration;")), [""; 0]);
}

#[test]
fn tokens_know_their_lines() {
    let lines: Vec<(String, u32)> =
        tokens("a\n\"two\nlines\" b\n/* x\n */ c").into_iter().map(|Token { text, line }| (text, line)).collect();
    assert_eq!(lines, [("a".to_owned(), 1), ("b".to_owned(), 3), ("c".to_owned(), 5)]);
}
