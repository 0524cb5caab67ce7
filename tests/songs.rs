//! The songs as programs: they are all in the list, and every Python runs them alike.
// Not again where the musical half is tested alone.
#![cfg(feature = "embedded")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use evalody::songs;

/// The versions that evalody traces.
const PYTHONS: [&str; 8] = ["python3", "python3.8", "python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14"];

#[test]
fn the_folder_and_the_list_hold_the_same_songs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("songs");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> = files.filter(|name| name != "__pycache__").collect();
    let listed: BTreeSet<String> = songs::all().iter().map(|song| format!("{}.py", song.name)).collect();
    assert_eq!(files, listed);
}

/// The versions of those interpreters which are there and start, by their commands.
fn pythons() -> Vec<(&'static str, String)> {
    let version = |command: &'static str| {
        let asked = Command::new(command).arg("--version").stderr(Stdio::null()).output().ok()?;
        asked.status.success().then(|| (command, String::from_utf8_lossy(&asked.stdout).trim().to_owned()))
    };
    let mut found: Vec<(&str, String)> = PYTHONS.into_iter().filter_map(version).collect();
    found.sort_by(|one, other| one.1.cmp(&other.1));
    found.dedup_by(|one, other| one.1 == other.1);
    found
}

#[test]
fn every_python_prints_the_same_for_every_song() {
    let pythons = pythons();
    if pythons.is_empty() {
        assert!(std::env::var_os("CI").is_none_or(|value| value != "true"), "no Python to run the songs with");
        eprintln!("skipped: no Python to run the songs with");
        return;
    }
    for song in songs::all() {
        let mut said: Option<String> = None;
        for (command, version) in &pythons {
            // Warnings are errors: a song must not use what Python is about to drop.
            let ran = Command::new(command).args(["-I", "-W", "error", "-c", song.source]).output().unwrap();
            let printed = String::from_utf8_lossy(&ran.stdout).into_owned();
            assert!(ran.status.success(), "{} in {version}: {}", song.name, String::from_utf8_lossy(&ran.stderr));
            assert!(ran.stderr.is_empty() && printed.lines().count() >= 3, "{} in {version}: {printed}", song.name);
            let first = said.get_or_insert_with(|| printed.clone());
            assert_eq!(*first, printed, "{} in {version}", song.name);
        }
    }
}
