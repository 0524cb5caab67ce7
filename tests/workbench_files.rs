//! Files at a workbench without a window: opened, saved, followed on disk; and what is typed, evaluated by
//! itself.
#![cfg(all(feature = "window", target_os = "linux", target_env = "gnu"))]

#[path = "support/bench.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod bench;
#[path = "support/scribe.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod scribe;

use std::path::Path;
use std::process::Command;

use bench::{Live, OTHER, RATE, TUNE};
use evalody::interpreter::Choice;
use evalody::workbench::{Message, Wishes, load};
use scribe::Scribe;

fn following(path: &Path) -> Live<Scribe> {
    let wishes = Wishes { watches: true, ..bench::wishes() };
    let mut live = Live::<Scribe>::new(load(&path.to_string_lossy()).unwrap(), wishes, RATE);
    live.hear();
    live
}

/// Another process writes the file: over it, or another one put in its place, as editors do.
fn written_elsewhere(path: &Path, text: &str, replaces: bool) {
    let script = if replaces { "printf %s \"$2\" > \"$1.new\" && mv \"$1.new\" \"$1\"" } else { "printf %s \"$2\" > \"$1\"" };
    let status = Command::new("sh").args(["-c", script, "sh"]).arg(path).arg(text).status().unwrap();
    assert!(status.success());
}

#[test]
fn what_another_editor_writes_is_taken_over_and_heard() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tune.py");
    std::fs::write(&path, TUNE).unwrap();
    let mut live = following(&path);
    for (number, replaces) in [false, true, false, true].into_iter().enumerate() {
        let text = format!("{OTHER}print({number})\n");
        written_elsewhere(&path, &text, replaces);
        live.until("it to be read", |bench| bench.document.text == text);
        assert!(!live.bench.document.is_changed() && !live.bench.has_conflict());
        live.draw_until("it to be heard", |bench| bench.heard().unwrap().program.text == text);
    }
    // Another file in the folder is none of ours; a wrong one is told, and music goes on.
    written_elsewhere(&folder.path().join("other.py"), "x = 1\n", false);
    written_elsewhere(&path, "x = (\n", true);
    live.until("the trouble", |bench| bench.trouble.is_some());
    live.assert_goes_on("wrong on disk");
    // Gone, and there again.
    std::fs::remove_file(&path).unwrap();
    live.play_seconds(0.2);
    written_elsewhere(&path, TUNE, false);
    live.until("it to be there again", |bench| bench.document.text == TUNE);
    live.end();
}

#[test]
fn a_conflict_is_told_and_either_side_may_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tune.py");
    std::fs::write(&path, TUNE).unwrap();
    let mut live = following(&path);
    let mine = format!("{TUNE}# mine\n");
    live.bench.document.text.clone_from(&mine);
    live.bench.update(Message::Edited);
    written_elsewhere(&path, OTHER, true);
    live.until("the conflict", |bench| bench.has_conflict());
    assert_eq!(live.bench.document.text, mine, "what is unsaved is not written over");
    live.bench.update(Message::KeepMine);
    assert!(!live.bench.has_conflict() && live.bench.document.is_changed());
    assert_eq!((live.bench.document.text.as_str(), std::fs::read_to_string(&path).unwrap().as_str()), (mine.as_str(), OTHER));
    let theirs = format!("{OTHER}# theirs\n");
    written_elsewhere(&path, &theirs, false);
    live.until("the next conflict", |bench| bench.has_conflict());
    live.bench.update(Message::TakeTheirs);
    assert!(!live.bench.has_conflict() && !live.bench.document.is_changed() && live.bench.document.text == theirs);
    live.draw_until("theirs", |bench| bench.heard().unwrap().program.text == theirs);
    // Saved, it is no news to itself.
    live.bench.document.text.push_str("# more\n");
    live.bench.update(Message::Save);
    live.bench.document.text.push_str("# typed on\n");
    live.bench.update(Message::Edited);
    written_elsewhere(&folder.path().join("other.py"), "", false);
    live.play_seconds(0.3);
    assert!(!live.bench.has_conflict() && live.bench.document.text.ends_with("# typed on\n"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{theirs}# more\n"));
    live.end();
}

#[test]
fn a_file_keeps_its_line_ends_its_mark_and_its_encoding() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.py");
    for (bytes, wanted) in [
        (b"x = 1\r\ny = 2\r\n".as_slice(), b"x = 1\r\ny = 2\r\nz = 3\r\n".as_slice()),
        (b"\xef\xbb\xbfx = 1\r\n", b"\xef\xbb\xbfx = 1\r\nz = 3\r\n"),
        (b"# coding: latin-1\nx = '\xe9'\n", b"# coding: latin-1\nx = '\xe9'\nz = 3\n"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let mut live = following(&path);
        assert!(!live.bench.document.text.contains('\r') && !live.bench.document.is_changed());
        live.bench.document.text.push_str("z = 3\n");
        live.bench.update(Message::Save);
        assert_eq!(std::fs::read(&path).unwrap(), wanted);
        assert!(!live.bench.document.is_changed());
        live.end();
    }
}

#[test]
fn what_cannot_be_saved_leaves_the_old_file_and_the_text() {
    let mut live = Live::<Scribe>::hearing(TUNE);
    live.bench.document.text.push_str("# unsaved\n");
    live.bench.update(Message::Save);
    assert!(live.bench.notices().last().unwrap().contains("Save as"));
    // No folder at all, and one in which nobody may write.
    for path in ["/nowhere/at/all.py", "/proc/version"] {
        live.bench.update(Message::SaveAs(path.into()));
        let notice = live.bench.notices().last().unwrap().to_owned();
        assert!(notice.starts_with("not saved: "), "{path}: {notice}");
        assert!(live.bench.document.is_changed() && live.bench.document.path.is_none());
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.py");
    std::fs::write(&path, "x = 1\n").unwrap();
    live.bench.update(Message::Open(path.to_string_lossy().into_owned()));
    live.bench.document.text = "# coding: latin-1\ny = '♪'\n".to_owned();
    live.bench.update(Message::Save);
    assert!(live.bench.notices().last().unwrap().contains("cannot be written in latin-1"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "x = 1\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing half-written");
    live.bench.update(Message::Open("/nowhere.py".to_owned()));
    assert!(live.bench.notices().last().unwrap().contains("cannot be read"));
    assert!(live.bench.document.text.contains('♪'), "the text is still there");
    live.end();
}

#[test]
fn a_song_is_saved_as_a_file_and_followed_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.py");
    let wishes = Wishes { watches: true, ..bench::wishes() };
    let mut live = Live::<Scribe>::new(load("@loops").unwrap(), wishes, RATE);
    live.hear();
    live.bench.update(Message::SaveAs(path.clone()));
    assert_eq!(live.bench.document.path.as_deref(), Some(path.as_path()));
    written_elsewhere(&path, OTHER, true);
    live.until("it to be read", |bench| bench.document.text == OTHER);
    live.bench.update(Message::Open("@recursion".to_owned()));
    assert!(live.bench.document.path.is_none() && live.bench.document.text.contains("def "));
    live.draw_until("the song", |bench| bench.heard().unwrap().program.name == "@recursion");
    live.end();
}

#[test]
fn what_is_typed_is_evaluated_by_itself_once_it_is_python() {
    let wishes = Wishes { is_auto: true, choice: Choice::Path("/nowhere/python".into()), ..bench::wishes() };
    let mut live = Live::<Scribe>::new(bench::document(TUNE), wishes, RATE);
    live.hear();
    // Half-typed: however long nobody types on, nothing is run and nothing is told.
    live.bench.document.text = format!("{TUNE}for i in range(\n");
    live.bench.update(Message::Edited);
    for _ in 0..9 {
        live.play_seconds(0.1);
        assert!(!live.bench.is_waiting() && live.bench.trouble.is_none());
    }
    // While somebody types, it waits.
    live.bench.document.text = OTHER.to_owned();
    for _ in 0..20 {
        live.bench.update(Message::Edited);
        live.play_seconds(0.03);
        assert!(!live.bench.is_waiting(), "while typing");
    }
    live.until("it to be evaluated", |bench| bench.is_waiting());
    live.draw_until("it to be heard", |bench| bench.heard().unwrap().program.text == OTHER);
    assert_eq!((live.bench.trouble.clone(), live.bench.notices().count()), (None, 0), "by the embedded interpreter");
    // The very text once more is no news.
    live.bench.update(Message::Edited);
    for _ in 0..6 {
        live.play_seconds(0.1);
        assert!(!live.bench.is_waiting(), "nothing new");
    }
    live.end();
}
