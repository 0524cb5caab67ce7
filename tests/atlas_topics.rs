//! The ideas of the atlas and the PEPs behind it: all are there, short enough for a screen, and what they name exists.
//!
//! `EVALODY_CPYTHON_SRC` may name source trees of CPython, separated as in `PATH`; then every place of their versions
//! is looked for in them.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use evalody::atlas::{Opcode, Pep, Place, Stage, Topic, Version, Versions};
use evalody::trace::Family;

/// Those that `evalody explain` promises.
const PROMISED: &[&str] = &["loop", "gil", "gc", "refcount", "object", "frame", "specialise", "attribute", "memory"];
/// Those of the atlas which it has beyond that.
const FURTHER: &[&str] = &["call", "exception", "generator", "threads"];
/// Characters of a topic's text: a screen of 25 lines of 100.
const SCREEN: usize = 2500;
/// Deepest that a phrase goes: the depths that `faithful` tells apart without its velocity.
const DEEPEST: u8 = 12;

/// The opcodes of the atlas with the PEPs behind them, as the table has them: their texts may be behind.
static OPCODES: LazyLock<Vec<(&str, Vec<u16>)>> = LazyLock::new(|| {
    let table = include_str!("../assets/atlas/opcodes.tsv");
    let rows = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.map(|row| {
        let columns: Vec<&str> = row.split('\t').collect();
        let peps = columns[3].split(',').filter_map(|pep| pep.strip_prefix("PEP ")).map(|pep| pep.parse().unwrap());
        (columns[0], peps.collect())
    })
    .collect()
});

fn stages() -> impl Iterator<Item = (&'static Topic, &'static Stage)> {
    Topic::all().iter().flat_map(|topic| topic.stages.iter().map(move |stage| (topic, stage)))
}

fn is_sentences(text: &str) -> bool {
    text.ends_with('.') && text.trim() == text && !text.contains("  ") && text.is_ascii()
}

#[test]
fn every_topic_is_there_once() {
    let names: Vec<&str> = Topic::all().iter().map(|topic| topic.name.as_str()).collect();
    for name in PROMISED.iter().chain(FURTHER) {
        assert_eq!(names.iter().filter(|&has| has == name).count(), 1, "{name}");
    }
    assert_eq!(names.len(), PROMISED.len() + FURTHER.len(), "{names:?}");
}

#[test]
fn every_topic_fits_on_a_screen() {
    for topic in Topic::all() {
        let told = topic.stages.iter().map(|stage| stage.title.len() + stage.does.len());
        let length = topic.title.len() + topic.about.len() + topic.listen.len() + told.sum::<usize>();
        assert!(length <= SCREEN, "{}: {length} characters", topic.name);
        assert!(is_sentences(&topic.about) && is_sentences(&topic.listen), "{}", topic.name);
        assert!(!topic.title.is_empty() && !topic.title.ends_with('.'), "{}", topic.name);
        for version in Version::all() {
            let stages = topic.stages.iter().filter(|stage| stage.is_in(version)).count();
            // Before 3.11 nothing specialises.
            assert!((5..=9).contains(&stages) || stages == 0 && topic.name == "specialise", "{} in {version}: {stages}", topic.name);
        }
    }
    for (topic, stage) in stages() {
        assert!(is_sentences(&stage.does), "{}: {}", topic.name, stage.title);
        assert!(!stage.title.is_empty() && !stage.title.ends_with('.'), "{}: {}", topic.name, stage.title);
    }
}

#[test]
fn every_stage_is_somewhere_and_in_one_place_for_each_version() {
    for (topic, stage) in stages() {
        assert!(!stage.places.is_empty(), "{}: {}", topic.name, stage.title);
        for version in Version::all() {
            let places = stage.places.iter().filter(|(versions, _)| versions.contains(version)).count();
            assert!(places <= 1, "{}: {} stands in {places} places in {version}", topic.name, stage.title);
        }
        let firsts: Vec<_> = stage.places.iter().map(|(versions, _)| versions.first()).collect();
        assert!(firsts.is_sorted(), "{}: {}: the oldest first", topic.name, stage.title);
    }
    // What a place says of its versions is dropped where it cannot be read.
    let written = include_str!("../assets/atlas/topics.toml").matches("anchor = ").count();
    assert_eq!(stages().map(|(_, stage)| stage.places.len()).sum::<usize>(), written);
}

#[test]
fn the_loop_is_told_from_end_to_end_in_every_version() {
    let way = Topic::named("loop").unwrap();
    for version in Version::all() {
        for step in ["Fetch", "Decode", "Dispatch", "Eval breaker", "Error", "Exit"] {
            let count = way.stages.iter().filter(|stage| stage.is_in(version) && stage.title.starts_with(step)).count();
            assert_eq!(count, 1, "{step} in {version}");
        }
    }
}

#[test]
fn a_stage_follows_another_and_only_the_loop_says_how_often() {
    for topic in Topic::all() {
        for version in Version::all() {
            let first = topic.stages.iter().find(|stage| stage.is_in(version));
            assert!(first.is_none_or(|first| !first.follows), "{} in {version}: nothing is before its first stage", topic.name);
        }
        let told = topic.stages.iter().filter(|stage| stage.when.is_some()).count();
        assert_eq!(told, if topic.name == "loop" { topic.stages.len() } else { 0 }, "{}", topic.name);
    }
}

#[test]
fn what_a_topic_names_exists() {
    for topic in Topic::all() {
        for opcode in &topic.opcodes {
            assert!(OPCODES.iter().any(|(name, _)| name == opcode), "{}: {opcode}", topic.name);
        }
        assert!(!topic.opcodes.is_empty() && !topic.peps.is_empty(), "{}", topic.name);
    }
    for opcode in Opcode::all() {
        assert!(OPCODES.iter().any(|(name, _)| *name == opcode.name), "{}", opcode.name);
    }
}

#[test]
fn every_phrase_can_be_played() {
    for topic in Topic::all() {
        let items: Vec<&str> = topic.sound.split(' ').collect();
        assert!((8..=16).contains(&items.len()), "{}: {} items", topic.name, items.len());
        for item in items.into_iter().filter(|&item| item != "-") {
            let (family, depth) = item.split_once(':').unwrap_or_else(|| panic!("{}: {item}", topic.name));
            assert!(Family::ALL.iter().any(|known| known.name() == family), "{}: {item}", topic.name);
            assert!(depth.parse::<u8>().is_ok_and(|depth| depth <= DEEPEST), "{}: {item}", topic.name);
        }
    }
}

#[test]
fn every_pep_that_is_named_is_told() {
    let named = OPCODES.iter().flat_map(|(_, peps)| peps).chain(Topic::all().iter().flat_map(|topic| &topic.peps));
    let missing: BTreeSet<u16> = named.copied().filter(|&number| Pep::numbered(number).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_peps_are_in_order_and_whole() {
    let numbers: Vec<u16> = Pep::all().iter().map(|pep| pep.number).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    let statuses = ["Accepted", "Active", "Deferred", "Draft", "Final", "Provisional", "Rejected", "Superseded", "Withdrawn"];
    for pep in Pep::all() {
        let number = pep.number;
        assert!(statuses.contains(&pep.status.as_str()), "PEP {number}: {}", pep.status);
        assert!(!pep.title.is_empty() && pep.title.trim() == pep.title, "PEP {number}");
        assert!(is_sentences(&pep.about) && pep.about.len() <= 240, "PEP {number}: {}", pep.about);
        assert!(pep.changed.is_empty() || is_sentences(&pep.changed) && pep.changed.len() <= 240, "PEP {number}: {}", pep.changed);
        // A version that it came with: `2.2` or `3.11`.
        let is_version =
            |text: &String| text.split_once('.').is_some_and(|(major, minor)| matches!(major, "2" | "3") && minor.parse::<u8>().is_ok());
        assert!(pep.version.as_ref().is_none_or(is_version), "PEP {number}: {:?}", pep.version);
    }
}

/// A source tree of CPython, and its version.
struct Tree {
    root: PathBuf,
    version: Version,
}

impl Tree {
    fn at(root: PathBuf) -> Self {
        let header = fs::read_to_string(root.join("Include/patchlevel.h")).unwrap_or_else(|error| panic!("{}: {error}", root.display()));
        let told = |name: &str| {
            let line = header.lines().find_map(|line| line.strip_prefix("#define ")?.strip_prefix(name));
            line.and_then(|number| number.trim().parse::<u8>().ok()).unwrap_or_else(|| panic!("{}: no {name}", root.display()))
        };
        assert_eq!(told("PY_MAJOR_VERSION"), 3, "{}", root.display());
        let minor = told("PY_MINOR_VERSION");
        let version = Version::new(minor).unwrap_or_else(|| panic!("{} is 3.{minor}", root.display()));
        Self { root, version }
    }

    /// What is wrong with a place; `None` if it is found, by the rule of `assets/atlas/README.md`.
    fn trouble_with(&self, place: Place) -> Option<String> {
        let text = match fs::read(self.root.join(Path::new(place.file))) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => return Some(error.to_string()),
        };
        let plain = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let anchor = plain(place.anchor);
        let Some(line) = text.lines().find(|line| plain(line).starts_with(&anchor)) else {
            return Some("not found".to_owned());
        };
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let goes_on = anchor.ends_with(is_word) && plain(line)[anchor.len()..].starts_with(is_word);
        // A function is called before it is defined where a bare name is found within another one.
        let is_call = anchor.chars().all(is_word) && line.starts_with(char::is_whitespace);
        (goes_on || is_call).then(|| format!("ambiguous, found: {line}"))
    }
}

#[test]
fn every_place_is_found_in_the_trees_at_hand() {
    let Some(trees) = env::var_os("EVALODY_CPYTHON_SRC") else { return };
    let mut troubles = Vec::new();
    for tree in env::split_paths(&trees).map(Tree::at) {
        for (topic, stage) in stages() {
            let here = |(versions, place): &(Versions, Place)| versions.contains(tree.version).then_some(*place);
            for place in stage.places.iter().filter_map(here) {
                if let Some(trouble) = tree.trouble_with(place) {
                    troubles.push(format!("{} {}: {}: {place}: {trouble}", tree.version, topic.name, stage.title));
                }
            }
        }
    }
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
}
