//! `evalody progress` and the diary, as a learner meets them: what other commands note by the way, and what is shown of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chrono::{Days, NaiveDate};
use evalody::atlas::{Opcode, Version};
use evalody::quiz::{self, Card, Goal};
use evalody::study::{Day, Lesson, Memory, Note, Onward, Progress, Record, text, version_of};
use serde_json::Value;
use tempfile::TempDir;

#[path = "support/interpreters.rs"]
mod interpreters;

/// A learner's desk: a program, and a folder for what is noted.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn evalody(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evalody"));
        command.args(arguments).current_dir(self.folder.path()).env("EVALODY_DATA", self.path("data"));
        command.env("XDG_STATE_HOME", self.path("state")).env_remove("EVALODY_DIARY").env_remove("EVALODY_CPYTHON_SRC");
        command
    }

    /// What the record says; `None` where none was made.
    fn record(&self) -> Option<Record> {
        let kept = fs::read_to_string(self.path("data/record.toml")).ok()?;
        Some(text::read(&kept).unwrap())
    }

    fn keep(&self, record: &Record) {
        fs::create_dir_all(self.path("data")).unwrap();
        fs::write(self.path("data/record.toml"), text::write(record)).unwrap();
    }

    /// Objects of `progress`, by the name of their table; the head is `head`.
    fn progress(&self, options: &[&str]) -> BTreeMap<String, Vec<Value>> {
        let output = self.evalody(&[&["progress", "--format", "json"], options].concat());
        assert!(output.status.success(), "{}", words(&output.stderr));
        let mut tables: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for line in words(&output.stdout).lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            let name = value["table"].as_str().unwrap_or("head").to_owned();
            tables.entry(name).or_default().push(value);
        }
        tables
    }
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn today() -> NaiveDate {
    chrono::Local::now().date_naive()
}

fn ago(days: u64) -> NaiveDate {
    today().checked_sub_days(Days::new(days)).unwrap()
}

fn ahead(days: u64) -> NaiveDate {
    today().checked_add_days(Days::new(days)).unwrap()
}

/// A card that was met, with its last day, its stability, and its next day.
fn memory(last: NaiveDate, stability: f64, due: NaiveDate) -> Memory {
    Memory { difficulty: 5.0, stability, last, due, asked: 2, lapses: 1 }
}

/// Somebody who has been at it for a while.
fn learner() -> Record {
    let mut record = Record::default();
    let of = |goal| quiz::deck().into_iter().filter(move |card| quiz::goal(card) == Some(goal));
    for card in of(Goal::Memory).take(3) {
        record.cards.insert(card, memory(ago(4), 2.0, ago(2)));
    }
    for card in of(Goal::Peps).take(2) {
        record.cards.insert(card, memory(ago(1), 6.0, ahead(5)));
    }
    record.cards.insert("recall/gil".parse().unwrap(), memory(ago(20), 40.0, ahead(20)));
    record.cards.insert(Card::new("bygone", "card"), memory(ago(4), 2.0, ago(2)));
    record.days.insert(ago(20), Day { asked: 5, right: 4, new: 5 });
    record.days.insert(ago(4), Day { asked: 3, right: 3, new: 3 });
    record.days.insert(ago(1), Day { asked: 2, right: 1, new: 2 });
    record.notes.push(Note { topic: "gil".into(), day: ago(20), text: "one thread at a time,\n*asked* by a flag".into() });
    record.notes.push(Note { topic: "gil".into(), day: ago(4), text: "take_gil waits 5 ms".into() });
    for number in 1..=3 {
        record.lessons.insert(number, ago(4));
    }
    record.ticks.insert("eval-loop/specialising".into(), ago(4));
    record.ticks.insert("gone/step".into(), ago(4));
    for opcode in ["LOAD_FAST", "PRECALL", "POP_JUMP_FORWARD_IF_TRUE", "CALL", "LOAD_FAST_LOAD_FAST"] {
        record.hear(opcode, ago(4));
    }
    for page in ["LOAD_FAST", "LOAD_ATTR_INSTANCE_VALUE", "list.append", "PEP 703", "@gil"] {
        record.visit(page, ago(1));
    }
    record
}

#[test]
fn where_nothing_was_noted_one_line_says_how_to_begin() {
    let desk = Desk::new();
    let output = desk.evalody(&["progress"]);
    assert!(output.status.success() && output.stderr.is_empty());
    let said = words(&output.stdout);
    assert!(said.lines().count() == 1 && said.contains("evalody study @lessons/1"), "{said}");
    assert!(!desk.path("data").exists(), "looking makes no folder");
}

#[test]
fn what_is_in_a_record_is_counted_out_of_all_there_is() {
    let desk = Desk::new();
    desk.keep(&learner());
    let tables = desk.progress(&["--for", "3.11"]);
    let head = &tables["head"][0];
    assert_eq!(head["version"], "3.11");
    assert_eq!((&head["days_studied"], &head["days_studied_lately"]), (&3.into(), &2.into()));
    let of_version = |version: Version| Opcode::all().iter().filter(|opcode| opcode.versions.contains(version)).count();
    let opcodes = of_version("3.11".parse().unwrap());
    assert_eq!((&head["opcodes"]["count"], &head["opcodes"]["of"]), (&4.into(), &opcodes.into()));
    assert_eq!(tables["opcode"].len(), opcodes);
    assert_eq!(tables["opcode_of_another_version"][0]["name"], "LOAD_FAST_LOAD_FAST");
    // LOAD_FAST has a handler, and so has the form; the topic and the function count for themselves.
    for (what, count) in [("handlers", 2), ("functions", 1), ("topics", 1)] {
        assert_eq!(head[what]["count"], count, "{what}");
        assert!(head[what]["of"].as_u64() > Some(count), "{what}");
    }
    assert_eq!((&head["peps"]["visited"], &head["peps"]["read"]), (&1.into(), &1.into()));
    assert_eq!((&head["lessons"]["count"], &head["lessons"]["of"]), (&3.into(), &12.into()));
    assert_eq!(head["ticks"]["count"], 1, "the one of a path that is no more is left out");
    assert_eq!((&head["notes"], &head["cards"]["met"]), (&2.into(), &6.into()));
    assert_eq!(head["next"]["what"], "recall");
    assert_eq!(head["next"]["command"], "evalody study");

    // FSRS-5's curve, written out again: (1 + 19/81 * days / stability)^-0.5.
    let recall = |days: f64, stability: f64| (1.0 + 19.0 / 81.0 * days / stability).powf(-0.5);
    let expected = [("memory", 3, 3, recall(5.0, 2.0)), ("peps", 2, 0, recall(2.0, 6.0)), ("recall", 1, 0, recall(21.0, 40.0))];
    for goal in &tables["goal"] {
        let name = goal["name"].as_str().unwrap();
        let of = quiz::deck().iter().filter(|card| quiz::goal(card).is_some_and(|goal| goal.name() == name)).count();
        assert_eq!(goal["of"], of, "{name}");
        let (met, due, recall) =
            expected.iter().find(|known| known.0 == name).map_or((0, 0, None), |known| (known.1, known.2, Some(known.3)));
        assert_eq!((&goal["met"], &goal["due"]), (&met.into(), &due.into()), "{name}");
        match (goal["recall"].as_f64(), recall) {
            (Some(told), Some(expected)) => assert!((told - expected).abs() < 1e-9, "{name}: {told}, not {expected}"),
            (told, expected) => assert_eq!(told, expected, "{name}"),
        }
    }
    let schedule: Vec<(&str, u64)> =
        tables["schedule"].iter().map(|day| (day["day"].as_str().unwrap(), day["due"].as_u64().unwrap())).collect();
    assert_eq!(schedule.len(), 14);
    for (day, due) in schedule {
        let expected = if day == today().to_string() { 3 } else { 2 * u64::from(day == ahead(5).to_string()) };
        assert_eq!(due, expected, "{day}");
    }
}

#[test]
fn the_version_is_that_of_most_that_was_heard_unless_another_is_asked_for() {
    assert_eq!(version_of(&Record::default()), None);
    // Two of them are of 3.11 alone, and one of 3.13 on.
    assert_eq!(version_of(&learner()).unwrap().to_string(), "3.11");
    let mut everywhere = Record::default();
    everywhere.hear("LOAD_FAST", today());
    assert_eq!(version_of(&everywhere), Some(Version::LAST), "the newest of several");
    let desk = Desk::new();
    desk.keep(&learner());
    let output = words(&desk.evalody(&["progress"]).stdout);
    assert!(output.contains("opcodes of CPython 3.11, which has most of what you heard"), "{output}");
    let output = words(&desk.evalody(&["progress", "--for", "3.13"]).stdout);
    assert!(output.contains("opcodes of CPython 3.13\n") && output.contains("2 that it does not have"), "{output}");
}

#[test]
fn what_comes_next_is_recall_then_lessons_then_reading_then_hearing() {
    let (deck, version) = (quiz::deck(), Version::LAST);
    let onward = |record: &Record| Progress::of(record, &deck, today(), version).onward;
    let mut record = learner();
    assert_eq!(onward(&record), Onward::Recall(3));
    record.cards.retain(|_, memory| memory.due > today());
    assert!(matches!(onward(&record), Onward::Lesson(lesson) if lesson.number == 4));
    record.lessons = Lesson::all().iter().map(|lesson| (lesson.number, today())).collect();
    assert!(
        matches!(onward(&record), Onward::Read(path, step) if path.name == "eval-loop" && step.name == "stages"),
        "the path walked last"
    );
    for path in evalody::study::Path::all() {
        record.ticks.extend(path.steps.iter().map(|step| (path.tick(step), today())));
    }
    assert!(matches!(onward(&record), Onward::Hear(_)));
    for opcode in Opcode::all() {
        record.hear(opcode.name, today());
    }
    assert_eq!(onward(&record), Onward::Wait(ahead(5)));
    record.cards.clear();
    assert_eq!(onward(&record), Onward::Nothing);
    assert!(matches!(onward(&Record::default()), Onward::Lesson(lesson) if lesson.number == 1));
}

#[test]
fn the_map_is_a_picture_that_says_in_words_what_it_shows() {
    let desk = Desk::new();
    desk.keep(&learner());
    let output = desk.evalody(&["progress", "--picture", "map.svg"]);
    assert!(output.status.success(), "{}", words(&output.stderr));
    let map = fs::read_to_string(desk.path("map.svg")).unwrap();
    let mut reader = quick_xml::Reader::from_str(&map);
    reader.config_mut().check_end_names = true;
    while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
    for said in [
        "Recall by topic",
        "Heard in your own programs: 4 of ",
        "LOAD_FAST",
        "LOAD_FAST, heard first on",
        "STORE_FAST, not heard yet",
        "\u{2713}659",
        "PEP 703, Making the Global Interpreter Lock Optional in CPython: visited on",
        "3 of 12",
        "1 of 13",
        "filled: heard; empty: not yet",
    ] {
        assert!(map.contains(said), "{said}");
    }
    let refused = desk.evalody(&["progress", "--picture", "map.png"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(words(&refused.stderr).contains("end its name in .svg") && !desk.path("map.png").exists());
}

#[test]
fn notes_are_exported_beside_what_the_atlas_says_and_replaced_as_a_whole() {
    let desk = Desk::new();
    desk.keep(&learner());
    fs::write(desk.path("notes.md"), "what stood there before").unwrap();
    assert!(desk.evalody(&["progress", "--export", "notes.md"]).status.success());
    let notes = fs::read_to_string(desk.path("notes.md")).unwrap();
    let places = [
        "## @gil: The GIL: one thread at a time",
        "> one thread at a time,\n> \\*asked\\* by a flag",
        "> take\\_gil waits 5 ms",
        "### What the atlas says",
        "2. Wait: take\\_gil sleeps until the lock is free",
        "## Schedule",
        "- [x] 3. ",
        "- [ ] 4. A call is a frame (@recursion)",
        "## Reading path eval-loop: 1 of 13 steps",
        "- [ ] stages, @loop: ",
        "- [x] specialising, PEP 659 (",
    ];
    let found: Vec<usize> =
        places.iter().map(|place| notes.find(place).unwrap_or_else(|| panic!("{place:?} is not in\n{notes}"))).collect();
    assert!(found.is_sorted(), "{found:?}");

    // A record that cannot be read leaves the notes as they were.
    fs::write(desk.path("data/record.toml"), "version = 1\ncards = [").unwrap();
    let refused = desk.evalody(&["progress", "--export", "notes.md"]);
    assert!(!refused.status.success());
    assert!(words(&refused.stderr).contains("It was left as it is"), "{}", words(&refused.stderr));
    assert_eq!(fs::read_to_string(desk.path("notes.md")).unwrap(), notes);
    assert_eq!(desk.evalody(&["progress", "--export", "nowhere/notes.md"]).status.code(), Some(2));
    assert_eq!(desk.evalody(&["progress", "--export", "notes.txt"]).status.code(), Some(2));
    let left: Vec<_> = fs::read_dir(desk.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".evalody")), "{left:?}");
}

/// Loops, classes, generators, exceptions and closures, in a few lines.
const PROGRAM: &str = "\
import sys

class Shelf:
    def __init__(self, *things):
        self.things = list(things)

    def __iter__(self):
        for thing in self.things:
            yield thing

def total(shelf):
    count = 0
    for thing in shelf:
        try:
            count += len(thing)
        except TypeError:
            count -= 1
    return lambda more: count + more

def never():
    return [x ** 2 for x in {1: 2}]

print(total(Shelf('a', [1, 2], 3))(4), f'{sys.argv[1:]!r:>5}', -1 in (1, 2))
";

/// Opcodes of a file that run, by Python alone: what its own trace function is told of, named by its own dis.
const TRACED: &str = "\
import dis, sys
path = sys.argv[1]
names, ran = {}, set()
def of(code):
    if code not in names:
        names[code] = {i.offset: i.opname for i in dis.get_instructions(code)}
    return names[code]
def trace(frame, kind, argument):
    if frame.f_code.co_filename != path:
        return None
    frame.f_trace_opcodes = True
    if kind == 'opcode':
        ran.add(of(frame.f_code)[frame.f_lasti])
    return trace
code = compile(open(path).read(), path, 'exec')
sys.argv = [path]
sys.stdout = open('/dev/null', 'w')
# 3.12 wants to know before that instructions will be asked for.
sys._getframe().f_trace_opcodes = True
sys.settrace(trace)
exec(code, {'__name__': '__main__'})
sys.settrace(None)
sys.__stdout__.write(' '.join(sorted(ran)))
";

fn ran_alone(python: &Path, file: &Path) -> BTreeSet<String> {
    let output = Command::new(python).args(["-c", TRACED]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", words(&output.stderr));
    words(&output.stdout).split_whitespace().map(str::to_owned).collect()
}

/// The module of a library, as a file.
fn library(python: &Path, module: &str) -> PathBuf {
    let code = format!("import importlib.util as u; print(u.find_spec({module:?}).origin)");
    PathBuf::from(words(&Command::new(python).args(["-c", &code]).output().unwrap().stdout).trim())
}

#[test]
fn opcodes_that_ran_in_a_program_of_ones_own_are_heard_just_as_python_alone_tells_them() {
    for (python, version) in interpreters::pythons() {
        let desk = Desk::new();
        fs::write(desk.path("own.py"), PROGRAM).unwrap();
        let mut expected = BTreeSet::new();
        for file in [desk.path("own.py"), library(&python, "this")] {
            let (file, python) = (file.to_str().unwrap(), python.to_str().unwrap());
            let output = desk.evalody(&["export", file, "-o", "own.mid", "--interpreter", python]);
            assert!(output.status.success(), "{}", words(&output.stderr));
            expected.extend(ran_alone(Path::new(python), Path::new(file)));
            let heard: BTreeSet<String> = desk.record().unwrap().heard.into_keys().collect();
            // Whether the first instruction of a frame is told is a matter of how it is recorded.
            let apart: Vec<&String> = heard.symmetric_difference(&expected).filter(|name| *name != "RESUME").collect();
            assert!(apart.is_empty(), "3.{}, {file}: {apart:?}", version.1);
        }
        let tables = desk.progress(&["--for", &format!("3.{}", version.1)]);
        let shown: BTreeSet<String> = tables["opcode"]
            .iter()
            .filter(|opcode| !opcode["heard"].is_null())
            .map(|opcode| opcode["name"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(shown, desk.record().unwrap().heard.into_keys().collect(), "3.{}", version.1);
        println!("3.{}: {} opcodes heard", version.1, shown.len());
    }
}

#[test]
fn what_is_played_is_noted_and_songs_are_not() {
    let Some((python, _)) = interpreters::pythons().into_iter().next() else { return };
    let python = python.to_str().unwrap();
    let desk = Desk::new();
    fs::write(desk.path("own.py"), "for i in range(3):\n    print(i)\n").unwrap();
    let output = desk.evalody(&["play", "@loops", "--length", "1", "--quiet", "--interpreter", python]);
    assert!(output.status.code().is_some());
    assert_eq!(desk.record(), None, "a song is not one's own");
    let output = desk.evalody(&["play", "own.py", "--length", "1", "--quiet", "--interpreter", python]);
    assert!(output.status.code().is_some());
    let heard = desk.record().unwrap().heard;
    assert!(heard.contains_key("FOR_ITER") && heard.values().all(|day| *day == today()), "{heard:?}");
    // Two programs against each other are both one's own.
    fs::write(desk.path("other.py"), "x = [1]\nx[0] = 2\n").unwrap();
    let output = desk.evalody(&["export", "--compare", "own.py", "other.py", "-o", "both.mid", "--quiet", "--interpreter", python]);
    assert!(output.status.success(), "{}", words(&output.stderr));
    assert!(desk.record().unwrap().heard.contains_key("STORE_SUBSCR"));
}

#[test]
fn pages_that_are_shown_or_opened_are_visited_by_the_atlas_names() {
    let desk = Desk::new();
    for arguments in [
        &["explain", "load_fast"][..],
        &["explain", "pep", "659"],
        &["explain", "@gil"],
        &["explain", "int", "+", "int"],
        &["open", "list.append"],
        &["open", "@loop", "--stage", "3"],
    ] {
        assert!(desk.evalody(arguments).status.success(), "{arguments:?}");
    }
    for arguments in [&["explain"][..], &["explain", "nothing_like_it"], &["open", "PEP 8"], &["explain", "peps"]] {
        desk.evalody(arguments);
    }
    let visited: Vec<String> = desk.record().unwrap().visited.into_keys().collect();
    assert_eq!(visited, ["@gil", "@loop", "LOAD_FAST", "PEP 659", "int + int", "list.append"]);
    let head = &desk.progress(&["--for", "3.13"])["head"][0];
    let counts = ["handlers", "functions", "topics"].map(|what| head[what]["count"].as_u64().unwrap());
    assert_eq!((counts, &head["peps"]["visited"]), ([1, 1, 2], &1.into()));
}

#[test]
fn the_diary_disturbs_nobody() {
    let Some((python, _)) = interpreters::pythons().into_iter().next() else { return };
    let python = python.to_str().unwrap();
    let desk = Desk::new();
    fs::write(desk.path("own.py"), "print(1)\n").unwrap();
    fs::write(desk.path("file"), "no folder").unwrap();
    let export =
        |desk: &Desk, more: &[&str]| desk.command(&[&["export", "own.py", "-o", "own.mid", "--interpreter", python], more].concat());
    let noted = |output: &Output| words(&output.stderr).lines().filter(|line| line.contains("not noted")).count();

    for place in ["file", "file/below"] {
        let place = desk.path(place);
        let quiet = export(&desk, &[]).env("EVALODY_DATA", &place).output().unwrap();
        assert!(quiet.status.success() && noted(&quiet) == 0, "{}", words(&quiet.stderr));
        let verbose = export(&desk, &["--verbose"]).env("EVALODY_DATA", &place).output().unwrap();
        assert!(verbose.status.success() && noted(&verbose) == 1, "{}", words(&verbose.stderr));
    }
    let off = export(&desk, &["--verbose"]).env("EVALODY_DIARY", "off").output().unwrap();
    assert!(off.status.success() && noted(&off) == 0 && !desk.path("data").exists());

    // A record that is not whole, or of a newer evalody, stays as it is.
    for kept in ["version = 1\nheard = [", "version = 99\n"] {
        fs::create_dir_all(desk.path("data")).unwrap();
        fs::write(desk.path("data/record.toml"), kept).unwrap();
        let output = export(&desk, &["--verbose"]).output().unwrap();
        assert!(output.status.success() && noted(&output) == 1, "{}", words(&output.stderr));
        assert_eq!(fs::read_to_string(desk.path("data/record.toml")).unwrap(), kept);
    }
    fs::remove_dir_all(desk.path("data")).unwrap();

    // Somebody else who holds the record for long is not waited for.
    fs::create_dir_all(desk.path("data")).unwrap();
    let lock = File::create(desk.path("data/record.toml.lock")).unwrap();
    lock.lock().unwrap();
    let output = export(&desk, &["--verbose"]).output().unwrap();
    assert!(output.status.success() && noted(&output) == 1, "{}", words(&output.stderr));
    assert_eq!(desk.record(), None);
    drop(lock);
    let output = export(&desk, &["--verbose"]).output().unwrap();
    assert!(output.status.success() && noted(&output) == 0, "{}", words(&output.stderr));
    assert!(desk.record().unwrap().heard.contains_key("LOAD_CONST"));
}
