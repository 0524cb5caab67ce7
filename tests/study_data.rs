//! What is kept of a learner: as text and back, and in a folder that may be full, read-only, killed over or shared.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use chrono::NaiveDate;
use evalody::kept::{Data, DataError};
use evalody::quiz::Card;
use evalody::study::text::{self, Unread};
use evalody::study::{Day, Memory, Note, Rating, Record};
use proptest::prelude::*;

const NAME: &str = "study.toml";

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
}

fn learnt() -> Record {
    let mut record = Record::default();
    for (maker, rating) in [("loops", Rating::Good), ("stack", Rating::Again), ("gil", Rating::Easy)] {
        record.answer(&Card::new(maker, "a subject/with a slash"), rating, today());
    }
    record.hear("LOAD_FAST", today());
    record.visit("PEP 659", today());
    record.lessons.insert(1, today());
    record.ticks.insert("gil/PEP 703".into(), today());
    record.notes.push(Note {
        topic: "gil".into(),
        day: today(),
        text: "One thread\nat a time: \"the GIL\" \\ \u{1b}[31m # end of record".into(),
    });
    record
}

/// Adds an answer to the record in a folder, as a sitting does.
fn add(data: &Data, card: &Card) -> Result<(), DataError> {
    data.change(NAME, |old| {
        let mut record = match old {
            Some(old) => text::read(old).map_err(|error| data.misread(NAME, error))?,
            None => Record::default(),
        };
        record.answer(card, Rating::Good, today());
        Ok(text::write(&record))
    })
}

fn kept(data: &Data) -> Record {
    text::read(&data.read(NAME).unwrap().expect("something is kept")).expect("and it is whole")
}

fn files(folder: &Path) -> Vec<String> {
    let mut files: Vec<String> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    files
}

/// Starts this very program as somebody else who studies: it does what [`a_child_does_as_it_is_told`].
fn somebody(folder: &Path, does: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "a_child_does_as_it_is_told", "--nocapture", "--test-threads=1"]).env("EVALODY_TEST_CHILD", does);
    command.env("EVALODY_DATA", folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The lines that a child tells, without those of the test harness around it.
fn told(child: &mut Child) -> impl Iterator<Item = String> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    lines.filter_map(|line| line.rsplit_once("TOLD ").map(|(_, told)| told.to_owned()))
}

#[test]
fn a_child_does_as_it_is_told() {
    let Ok(does) = std::env::var("EVALODY_TEST_CHILD") else { return };
    let words: Vec<&str> = does.split(' ').collect();
    let data = Data::open(None).unwrap();
    match words[..] {
        ["add", who, count] => {
            for nth in 0..count.parse().unwrap() {
                add(&data, &Card::new(who, &format!("{nth}"))).unwrap();
                println!("\nTOLD {nth}");
            }
        }
        // A long text after a short one, with room for so many bytes in a file.
        #[cfg(unix)]
        ["write", room, count] => {
            use nix::sys::resource::{Resource, setrlimit};
            let room = room.parse().unwrap();
            setrlimit(Resource::RLIMIT_CORE, 0, 0).unwrap();
            setrlimit(Resource::RLIMIT_FSIZE, room, room).unwrap();
            let changed = data.change::<DataError>(NAME, |_| Ok("x".repeat(count.parse().unwrap())));
            match changed {
                Ok(()) => println!("\nTOLD changed"),
                Err(error) => println!("\nTOLD {error}"),
            }
        }
        _ => panic!("{does}?"),
    }
}

// ── Text ────────────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_record_is_written_for_people() {
    let mut record = learnt();
    record.days.insert(NaiveDate::from_ymd_opt(2026, 2, 28).unwrap(), Day { asked: 9, right: 8, new: 2 });
    record.ticks.clear();
    let golden = r##"# What evalody remembers of a learner. It is read again and written anew after each answer: edit it only while nothing
# studies. Days are written year-month-day; difficulty (1 to 10) and stability (in days) are FSRS's.

version = 1

# Cards: how well each is remembered, when it was asked last, when it is due.
cards = [
  { card = "gil/a subject/with a slash", difficulty = 3.2828565, stability = 15.4722, last = 2026-03-01, due = 2026-03-16, asked = 1, lapses = 0 },
  { card = "loops/a subject/with a slash", difficulty = 5.31457783, stability = 3.1262, last = 2026-03-01, due = 2026-03-04, asked = 1, lapses = 0 },
  { card = "stack/a subject/with a slash", difficulty = 7.2102, stability = 0.4072, last = 2026-03-01, due = 2026-03-02, asked = 1, lapses = 0 },
]

# Days: questions asked, answered right, and asked for the first time.
days = [
  { day = 2026-02-28, asked = 9, right = 8, new = 2 },
  { day = 2026-03-01, asked = 3, right = 2, new = 3 },
]

# Notes from memory, the oldest first.
notes = [
  { day = 2026-03-01, topic = "gil", text = "One thread\nat a time: \"the GIL\" \\ \u001B[31m # end of record" },
]

# Lessons finished.
lessons = [
  { lesson = 1, day = 2026-03-01 },
]

# Steps of reading paths, ticked.
ticks = []

# Opcodes heard in programs of one's own.
heard = [
  { opcode = "LOAD_FAST", day = 2026-03-01 },
]

# Pages visited.
visited = [
  { page = "PEP 659", day = 2026-03-01 },
]

# end of record
"##;
    assert_eq!(text::write(&record), golden);
}

#[test]
fn an_empty_record_and_a_full_one_come_back_as_they_were() {
    for record in [Record::default(), learnt()] {
        assert_eq!(text::read(&text::write(&record)), Ok(record));
    }
}

#[test]
fn a_text_saved_by_another_editor_is_the_same() {
    let written = text::write(&learnt());
    for edited in [written.replace('\n', "\r\n"), format!("{written}\n\n"), written.trim_end().to_owned()] {
        assert_eq!(text::read(&edited), Ok(learnt()));
    }
}

#[test]
fn a_text_cut_off_anywhere_is_refused() {
    let written = text::write(&learnt());
    let end = written.trim_end().len();
    for cut in (0..end).filter(|cut| written.is_char_boundary(*cut)) {
        assert_eq!(text::read(&written[..cut]), Err(Unread::CutOff), "cut off at byte {cut}");
    }
    assert_eq!(Unread::CutOff.to_string(), "the end is missing: the last line is not \"# end of record\"");
}

#[test]
fn an_older_version_is_read() {
    let mut record = learnt();
    let written = text::write(&record);
    let (before, _) = written.split_once("\n# Opcodes heard").unwrap();
    let old = format!("{}\n# end of record\n", before.replace("version = 1", "version = 0"));
    record.heard.clear();
    record.visited.clear();
    assert_eq!(text::read(&old), Ok(record));
}

#[test]
fn a_newer_version_is_refused_whatever_is_in_it() {
    let error = text::read("version = 2\nwhatever = { a = 1 }\n").unwrap_err();
    assert_eq!(error, Unread::Newer(2));
    assert_eq!(error.to_string(), "it is of version 2, and this evalody reads up to version 1: a newer evalody wrote it");
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let written = text::write(&learnt());
    let with = |old: &str, new: &str| {
        assert!(written.contains(old), "{old}");
        text::read(&written.replacen(old, new, 1)).unwrap_err().to_string()
    };
    let cases = [
        (with("difficulty = 3.2828565", "difficulty = 11.0"), "line 8: a difficulty of 11 is not 1 to 10"),
        (with("difficulty = 3.2828565", "difficulty = nan"), "line 8: a difficulty of NaN is not 1 to 10"),
        (with("stability = 3.1262", "stability = 0.0"), "line 9: a stability of 0 is not above 0 and at most 3650000"),
        (with("due = 2026-03-04", "due = 2026-03-01"), "line 9: due on 2026-03-01, which is not after 2026-03-01"),
        (with("due = 2026-03-04", "due = 2026-02-30"), "line 9: "),
        (with("due = 2026-03-04", "due = 1066-10-14"), "line 9: 1066-10-14 is no day since 1970"),
        (with("due = 2026-03-04", "due = 2026-03-04T10:00:00Z"), "line 9: 2026-03-04T10:00:00Z is no day since 1970"),
        (with("asked = 1", "asked = 0"), "line 8: asked 0 times, it cannot have lapsed 0 times"),
        (with("asked = 1", "asked = -1"), "line 8: "),
        (with("gil/a subject/with a slash", "gil"), "line 8: \"gil\" is no card; one is written MAKER/SUBJECT"),
        (with("gil/a", "loops/a"), "line 9: it is there twice"),
        (with(", lapses = 0", ""), "line 8: missing field `lapses`"),
        (with(", lapses = 0", ", lapses = 0, ease = 2"), "line 8: unknown field `ease`"),
        (with("right = 2", "right = 4"), "line 15: of 3 asked, 4 right and 3 new are too many"),
        (with("topic = \"gil\"", "topic = \"\""), "line 20: topic is empty"),
        (with("lesson = 1", "lesson = 256"), "line 25: "),
        (with("version = 1", "version = -1"), "line 4: there was never a version -1"),
        (with("version = 1", "version = \"1\""), "line 4: invalid type"),
        (with("version = 1", ""), "line 1: missing field `version`"),
        (with("visited = ", "visitde = "), "line 39: unknown field `visitde`"),
        (with("heard = [\n  { opcode = \"LOAD_FAST\", day = 2026-03-01 },\n]", ""), "line 4: `heard` is missing"),
        (with("version = 1", "version = 0"), "line 34: version 0 had no `heard`"),
        (with("cards = [", "cards = [["), "line "),
        (with("{ opcode", "<<<<<<< HEAD\n{ opcode"), "line 36: "),
    ];
    for (told, expected) in cases {
        assert!(told.starts_with(expected), "told {told:?}, not {expected:?}");
    }
}

fn days() -> impl Strategy<Value = NaiveDate> {
    (0i64..30_000).prop_map(|day| NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + chrono::TimeDelta::days(day))
}

fn named<K: Ord + std::fmt::Debug>(key: impl Strategy<Value = K>) -> impl Strategy<Value = std::collections::BTreeMap<K, NaiveDate>> {
    proptest::collection::btree_map(key, days(), 0..4)
}

prop_compose! {
    fn cards()(maker in "[^/]+", subject in any::<String>().prop_filter("filled", |name| !name.is_empty())) -> Card {
        Card::new(&maker, &subject)
    }
}

prop_compose! {
    fn memories()(
        difficulty in 1.0..=10.0,
        stability in prop_oneof![1e-9..1.0, 1.0..40_000.0],
        last in days(),
        later in 1i64..40_000,
        asked in 1u32..,
        lapses in 0.0..1.0,
    ) -> Memory {
        let lapses = (f64::from(asked) * lapses) as u32;
        Memory { difficulty, stability, last, due: last + chrono::TimeDelta::days(later), asked, lapses: lapses.min(asked - 1) }
    }
}

prop_compose! {
    fn records()(
        cards in proptest::collection::btree_map(cards(), memories(), 0..6),
        counts in proptest::collection::btree_map(days(), (any::<u32>(), any::<u32>(), any::<u32>()), 0..4),
        notes in proptest::collection::vec(("(?s).+", days(), any::<String>()), 0..4),
        lessons in named(any::<u8>()),
        ticks in named("(?s).+"),
        heard in named("(?s).+"),
        visited in named("(?s).+"),
    ) -> Record {
        let days = counts.into_iter().map(|(day, (asked, right, new))| (day, Day { asked, right: right.min(asked), new: new.min(asked) }));
        let notes = notes.into_iter().map(|(topic, day, text)| Note { topic, day, text });
        Record { cards, days: days.collect(), notes: notes.collect(), lessons, ticks, heard, visited }
    }
}

proptest! {
    #[test]
    fn any_record_comes_back_as_it_was(record in records()) {
        let written = text::write(&record);
        prop_assert_eq!(text::read(&written), Ok(record));
        prop_assert!(written.lines().all(|line| !line.chars().any(char::is_control)), "a line is a line to every editor");
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), at in any::<prop::sample::Index>()) {
        let _ = text::read(&text);
        let mut written = text::write(&learnt());
        let at = (0..=at.index(written.len())).rev().find(|at| written.is_char_boundary(*at)).unwrap();
        written.insert_str(at, &text);
        let _ = text::read(&written);
    }
}

// ── Folder ──────────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn what_is_kept_is_there_and_the_version_before_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::open(Some(&folder.path().join("not/yet"))).unwrap();
    assert_eq!(data.read(NAME).unwrap(), None);
    assert!(!data.folder().exists(), "reading makes no folder");
    add(&data, &Card::new("a", "1")).unwrap();
    let first = data.read(NAME).unwrap().unwrap();
    assert_eq!(files(data.folder()), [NAME, "study.toml.lock"]);
    add(&data, &Card::new("a", "2")).unwrap();
    assert_eq!(fs::read_to_string(data.place_before(NAME)).unwrap(), first);
    // What changes nothing keeps the version before.
    data.change::<DataError>(NAME, |old| Ok(old.unwrap().to_owned())).unwrap();
    assert_eq!(fs::read_to_string(data.place_before(NAME)).unwrap(), first);
    assert_eq!(kept(&data).cards.len(), 2);
    assert_eq!(files(data.folder()), [NAME, "study.toml.before", "study.toml.lock"]);
}

#[test]
fn what_cannot_be_understood_is_left_as_it_is_and_the_way_back_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::open(Some(folder.path())).unwrap();
    let garbled: [(&[u8], &str); 5] = [
        (b"", "the end is missing: the last line is not \"# end of record\""),
        (b"version = 1\ncards = []\n", "the end is missing: the last line is not \"# end of record\""),
        (b"version = 7\n", "it is of version 7, and this evalody reads up to version 1: a newer evalody wrote it"),
        (b"version = 1\n\ncards = 3\n# end of record\n", "line 3: invalid type: integer `3`, expected a sequence"),
        (b"version = 1\n\xff\xfe", "it is no text: byte 12 is not UTF-8"),
    ];
    for (bytes, why) in garbled {
        fs::write(data.place(NAME), bytes).unwrap();
        let told = add(&data, &Card::new("a", "1")).unwrap_err().to_string();
        assert_eq!(told, format!("{}: {why}. It was left as it is. Mend it, or move it away to begin anew.", data.place(NAME).display()));
        assert_eq!(fs::read(data.place(NAME)).unwrap(), bytes);
        assert_eq!(files(data.folder()), [NAME, "study.toml.lock"]);
    }
    // With a version before, that is the way back; and it is not overwritten either.
    fs::remove_file(data.place(NAME)).unwrap();
    add(&data, &Card::new("a", "1")).unwrap();
    add(&data, &Card::new("a", "2")).unwrap();
    fs::write(data.place(NAME), "version = 1\n").unwrap();
    let told = add(&data, &Card::new("a", "3")).unwrap_err().to_string();
    let before = data.place_before(NAME);
    assert!(told.ends_with(&format!("The version before it is {}: copy that over it, or mend it.", before.display())), "{told}");
    fs::copy(&before, data.place(NAME)).unwrap();
    add(&data, &Card::new("a", "3")).unwrap();
    assert_eq!(kept(&data).cards.len(), 2);
}

#[test]
fn a_folder_in_the_place_of_the_file_and_a_file_in_the_place_of_the_folder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::open(Some(folder.path())).unwrap();
    fs::create_dir(data.place(NAME)).unwrap();
    let told = add(&data, &Card::new("a", "1")).unwrap_err().to_string();
    assert_eq!(told, format!("{}: is a folder where a file should be; move it away", data.place(NAME).display()));
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let told = Data::open(Some(&file)).unwrap_err().to_string();
    assert_eq!(told, format!("{}: is no folder; name one to keep what is learnt in", file.display()));
    assert!(Data::open(Some(&file.join("deeper"))).is_err());
    assert_eq!(fs::read_to_string(&file).unwrap(), "x");
}

#[cfg(unix)]
mod unix {
    use super::*;

    #[test]
    fn a_link_stays_a_link_and_one_that_leads_nowhere_is_no_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let data = Data::open(Some(folder.path())).unwrap();
        let target = elsewhere.path().join("mine.toml");
        std::os::unix::fs::symlink(&target, data.place(NAME)).unwrap();
        let told = add(&data, &Card::new("a", "1")).unwrap_err().to_string();
        assert!(told.contains("is a link that leads nowhere"), "{told}");
        fs::write(&target, text::write(&Record::default())).unwrap();
        add(&data, &Card::new("a", "1")).unwrap();
        assert!(fs::symlink_metadata(data.place(NAME)).unwrap().is_symlink());
        assert_eq!(text::read(&fs::read_to_string(&target).unwrap()).unwrap().cards.len(), 1);
    }

    #[test]
    fn what_was_private_stays_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let data = Data::open(Some(folder.path())).unwrap();
        let mode = || fs::metadata(data.place(NAME)).unwrap().permissions().mode() & 0o777;
        add(&data, &Card::new("a", "1")).unwrap();
        assert_eq!(mode(), 0o600, "notes are nobody else's");
        fs::set_permissions(data.place(NAME), fs::Permissions::from_mode(0o640)).unwrap();
        add(&data, &Card::new("a", "2")).unwrap();
        assert_eq!(mode(), 0o640);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told_and_read() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let data = Data::open(Some(folder.path())).unwrap();
        add(&data, &Card::new("a", "1")).unwrap();
        let before = data.read(NAME).unwrap();
        fs::remove_file(folder.path().join("study.toml.lock")).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
        let (data, name) = if fs::write(folder.path().join("x"), "").is_ok() {
            println!("permissions do not bind this user: a folder of the kernel's instead");
            (Data::open(Some(Path::new("/proc/self"))).unwrap(), "status")
        } else {
            (data, NAME)
        };
        let told = data.change::<DataError>(name, |_| panic!("not even asked")).unwrap_err().to_string();
        let lock = data.place(&format!("{name}.lock"));
        assert!(told.starts_with(&format!("{}: cannot be locked: ", lock.display())), "{told}");
        assert!(told.ends_with("; nothing was changed"), "{told}");
        assert!(data.read(name).unwrap().is_some());
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(Data::open(Some(folder.path())).unwrap().read(NAME).unwrap(), before);
    }

    /// A limit on the size of files stands for a full disk: writing fails in the middle.
    #[test]
    fn a_full_disk_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let data = Data::open(Some(folder.path())).unwrap();
        add(&data, &Card::new("a", "1")).unwrap();
        let old = data.read(NAME).unwrap().unwrap();
        let full = |room: usize| {
            // Whoever exceeds the limit gets a signal; ignored, it is an error as of a full disk.
            let child = somebody(folder.path(), &format!("write {room} 100000"));
            let mut shell = Command::new("sh");
            shell.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).arg(child.get_program()).args(child.get_args());
            shell.envs(child.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdin(Stdio::null()).stdout(Stdio::piped());
            let mut shell = shell.stderr(Stdio::piped()).spawn().unwrap();
            let told = told(&mut shell).last().unwrap();
            shell.wait().unwrap();
            told
        };
        // No room for the version before, room for that alone, and for most of the new.
        for (room, place) in [
            (0, data.place_before(NAME)),
            (old.len() - 1, data.place_before(NAME)),
            (old.len(), data.place(NAME)),
            (99_999, data.place(NAME)),
        ] {
            let told = full(room);
            assert!(told.starts_with(&format!("{}: cannot be written: ", place.display())), "{room}: {told}");
            assert!(told.ends_with("; what was kept before is still there"), "{room}: {told}");
            assert_eq!(data.read(NAME).unwrap().unwrap(), old, "{room}");
            assert!(files(folder.path()).iter().all(|file| file.starts_with(NAME)), "{room}: {:?}", files(folder.path()));
        }
        assert_eq!(full(100_000), "changed");
    }

    /// A disk of 64 KiB, where this user may make one.
    #[test]
    fn a_disk_that_is_really_full_loses_nothing() {
        let disk = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "none"]).arg(disk.path()).output();
        if !mounted.is_ok_and(|mounted| mounted.status.success()) {
            println!("this user may not mount a disk: the test of a limit on files must do");
            return;
        }
        let data = Data::open(Some(disk.path())).unwrap();
        let mut answers = 0;
        let error = loop {
            match add(&data, &Card::new("a", &format!("{answers}"))) {
                Ok(()) => answers += 1,
                Err(error) => break error.to_string(),
            }
        };
        let whole = kept(&data).cards.len();
        let left = files(disk.path());
        assert!(Command::new("umount").arg(disk.path()).status().unwrap().success());
        assert!(error.contains("No space left"), "{error}");
        println!("full after {answers} answers");
        assert!(answers > 50);
        assert_eq!(whole, answers);
        assert!(left.iter().all(|file| file.starts_with(NAME)), "{left:?}");
    }

    /// Killed at the very byte: the limit on the size of files kills whoever exceeds it.
    #[test]
    fn whoever_is_killed_in_the_middle_of_writing_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let data = Data::open(Some(folder.path())).unwrap();
        add(&data, &Card::new("a", "0")).unwrap();
        let mut chance = fastrand::Rng::with_seed(8);
        for round in 1..=12 {
            let old = data.read(NAME).unwrap().unwrap();
            // First while the version before is written, then while the new one is.
            for room in [chance.usize(..old.len()), chance.usize(old.len()..100_000)] {
                let ended = somebody(folder.path(), &format!("write {room} 100000")).output().unwrap();
                assert!(!ended.status.success() && !String::from_utf8_lossy(&ended.stdout).contains("TOLD"), "{ended:?}");
                assert_eq!(data.read(NAME).unwrap().unwrap(), old);
                assert!(files(folder.path()).iter().any(|file| file.starts_with(".study.toml-")), "it was in the middle of it");
                if let Ok(before) = fs::read_to_string(data.place_before(NAME)) {
                    text::read(&before).unwrap();
                }
            }
            add(&data, &Card::new("a", &format!("{round}"))).unwrap();
            assert_eq!(kept(&data).cards.len(), round + 1);
            assert_eq!(files(folder.path()), [NAME, "study.toml.before", "study.toml.lock"], "leftovers are swept");
        }
    }

    #[test]
    fn whoever_is_killed_at_any_moment_has_kept_what_was_told() {
        let folder = tempfile::tempdir().unwrap();
        let data = Data::open(Some(folder.path())).unwrap();
        let mut chance = fastrand::Rng::with_seed(9);
        let mut most_ahead = 0;
        for round in 0..15 {
            let mut child = somebody(folder.path(), &format!("add killed-{round} 100000")).spawn().unwrap();
            let last = told(&mut child).nth(chance.usize(..20)).unwrap();
            child.kill().unwrap();
            child.wait().unwrap();
            let of_round = kept(&data).cards.keys().filter(|card| card.maker == format!("killed-{round}")).count();
            let told = last.parse::<usize>().unwrap() + 1;
            assert!(of_round >= told, "{of_round} kept of {told} told");
            most_ahead = most_ahead.max(of_round - told);
        }
        println!("kept beyond what was read of what was told: at most {most_ahead}");
        add(&data, &Card::new("alive", "0")).unwrap();
        assert_eq!(files(folder.path()), [NAME, "study.toml.before", "study.toml.lock"]);
    }
}

#[test]
fn three_at_once_lose_nothing_even_if_a_fourth_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::open(Some(folder.path())).unwrap();
    let mut killed = somebody(folder.path(), "add killed 100000").spawn().unwrap();
    let mut three: Vec<Child> = (0..3).map(|who| somebody(folder.path(), &format!("add one-{who} 40")).spawn().unwrap()).collect();
    let told_by_killed = told(&mut killed).take(10).count();
    killed.kill().unwrap();
    killed.wait().unwrap();
    // Meanwhile, whoever only reads finds it whole.
    let mut reads = 0;
    while three.iter_mut().any(|child| child.try_wait().unwrap().is_none()) {
        kept(&data);
        reads += 1;
    }
    println!("read {reads} times meanwhile");
    for child in &mut three {
        assert_eq!(told(child).count(), 40);
        assert!(child.wait().unwrap().success());
    }
    let record = kept(&data);
    for who in 0..3 {
        for nth in 0..40 {
            assert!(record.cards.contains_key(&Card::new(&format!("one-{who}"), &nth.to_string())), "{who}: {nth}");
        }
    }
    let of_killed = record.cards.keys().filter(|card| card.maker == "killed").count();
    assert!(of_killed >= told_by_killed);
    assert_eq!(record.days[&today()].asked as usize, 120 + of_killed, "and each is counted once");
    assert_eq!(files(folder.path()), [NAME, "study.toml.before", "study.toml.lock"]);
}
