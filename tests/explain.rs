//! `explain` and `open`, as a user drives them: pages, unknown names, source trees that are none, and the editor.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::{contains, is_empty};
use tempfile::TempDir;

/// A folder of one's own: a home, and room for source trees.
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

    fn evalody(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evalody"));
        command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
        command.current_dir(self.folder.path()).env("XDG_STATE_HOME", self.path("state")).args(arguments);
        for variable in ["EVALODY_CPYTHON_SRC", "VISUAL", "EDITOR"] {
            command.env_remove(variable);
        }
        command
    }

    /// A made-up source tree of CPython 3.`minor`, where LOAD_FAST is on line 3.
    fn tree(&self, minor: u8) -> String {
        let name = format!("cpython-3.{minor}");
        let folder = self.path(&name);
        fs::create_dir_all(folder.join("Include")).unwrap();
        fs::create_dir_all(folder.join("Python")).unwrap();
        let patchlevel = format!("#define PY_MAJOR_VERSION\t3\n#define PY_MINOR_VERSION\t{minor}\n#define PY_VERSION\t\"3.{minor}.7\"\n");
        fs::write(folder.join("Include/patchlevel.h"), patchlevel).unwrap();
        let bytecodes = "// inst(LOAD_FAST, is below\n\n        replicate(8) pure inst(LOAD_FAST, (-- value)) {\n        }\n";
        fs::write(folder.join("Python/bytecodes.c"), bytecodes).unwrap();
        name
    }

    /// An editor that writes its arguments to the file `opened`, one a line, and ends with `status`.
    #[cfg(unix)]
    fn editor(&self, name: &str, status: u8) -> String {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path(name);
        let opened = self.path("opened");
        fs::write(&path, format!("#!/bin/sh\nfor word; do echo \"$word\"; done > '{}'\nexit {status}\n", opened.display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn opened(&self) -> Vec<String> {
        fs::read_to_string(self.path("opened")).unwrap().lines().map(str::to_owned).collect()
    }
}

fn whole(folder: &Path, name: &str) -> String {
    fs::canonicalize(folder.join(name)).unwrap().to_str().unwrap().to_owned()
}

#[test]
fn a_page_is_told_in_plain_text_on_one_screen() {
    let desk = Desk::new();
    for name in ["LOAD_FAST", "load_fast", "load", "list.append", "PEP 659", "@loop"] {
        let words: Vec<&str> = ["explain"].into_iter().chain(name.split(' ')).collect();
        let output = desk.evalody(&words).assert().code(0).stderr(is_empty());
        let page = String::from_utf8(output.get_output().stdout.clone()).unwrap();
        assert!(page.lines().count() > 3 && page.lines().all(|line| line.chars().count() <= 100), "{page}");
        assert!(!page.contains('\u{1b}'), "{page}");
    }
    desk.evalody(&["explain", "LOAD_FAST", "--for", "3.13"]).assert().code(0).stdout(contains("inst(LOAD_FAST,"));
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    let desk = Desk::new();
    desk.evalody(&["explain", "LOAD_FSAT"])
        .assert()
        .code(2)
        .stdout(is_empty())
        .stderr(contains("LOAD_FSAT is nothing the atlas knows; did you mean LOAD_FAST"));
    desk.evalody(&["explain", "xyzzyplughquux"]).assert().code(2).stderr(contains("list what can be asked for with: evalody explain"));
    desk.evalody(&["open", "LOAD_FSAT"]).assert().code(2).stderr(contains("LOAD_FAST"));
    desk.evalody(&["explain", "LOAD_FAST", "--for", "3.7"]).assert().code(2).stderr(contains("3.8 to 3.14"));
    desk.evalody(&["explain", "@gil", "fib.py"]).assert().code(2);
}

#[test]
fn what_can_be_asked_for_is_listed() {
    let desk = Desk::new();
    for arguments in [&["explain"][..], &["explain", "--list"]] {
        desk.evalody(arguments).assert().code(0).stdout(contains("@loop").and(contains("opcodes")).and(contains("PEP 659")));
    }
    desk.evalody(&["explain", "peps"])
        .assert()
        .code(0)
        .stdout(contains("PEP 659  Specializing Adaptive Interpreter (").and(contains(", Python 3.11)")));
}

#[test]
fn a_tree_given_once_is_remembered_until_it_is_forgotten_or_gone() {
    let desk = Desk::new();
    let (older, newer) = (desk.tree(12), desk.tree(13));
    let place = |name: &str| format!("{}:3\n", PathBuf::from(whole(desk.folder.path(), name)).join("Python/bytecodes.c").display());
    desk.evalody(&["open", "LOAD_FAST", "--print", "--cpython-src", &older]).assert().code(0).stdout(place(&older));
    desk.evalody(&["open", "LOAD_FAST", "--print"]).assert().code(0).stdout(place(&older)).stderr(is_empty());
    desk.evalody(&["open", "LOAD_FAST", "--print", "--cpython-src", &newer]).assert().code(0).stdout(place(&newer));
    desk.evalody(&["open", "LOAD_FAST", "--print"]).assert().code(0).stdout(place(&newer));
    desk.evalody(&["open", "LOAD_FAST", "--print", "--for", "3.12"]).assert().code(0).stdout(place(&older)).stderr(is_empty());
    desk.evalody(&["explain", "LOAD_FAST"])
        .assert()
        .code(0)
        .stdout(contains("Python/bytecodes.c line 3").and(contains("Lines are those of CPython 3.13.7.")));
    // Of a version that is not there, another is opened, and said.
    desk.evalody(&["open", "LOAD_FAST", "--print", "--for", "3.14"])
        .assert()
        .code(0)
        .stdout(place(&newer))
        .stderr(contains("no source tree of CPython 3.14; this is where it stands in 3.13.7"));

    fs::remove_dir_all(desk.path(&newer)).unwrap();
    desk.evalody(&["open", "LOAD_FAST", "--print"])
        .assert()
        .code(0)
        .stdout(place(&older))
        .stderr(contains("is there no more").and(contains("--cpython-src none")));
    desk.evalody(&["open", "LOAD_FAST", "--cpython-src", "none"]).assert().code(0).stderr(contains("forgotten"));
    desk.evalody(&["open", "LOAD_FAST"])
        .assert()
        .code(0)
        .stdout(contains("Python/bytecodes.c: inst(LOAD_FAST,"))
        .stderr(contains("--cpython-src DIR"));
}

#[test]
fn the_variable_names_trees_which_are_not_remembered() {
    let desk = Desk::new();
    let trees = std::env::join_paths([desk.path(&desk.tree(12)), desk.path(&desk.tree(13))]).unwrap();
    let open = ["open", "LOAD_FAST", "--print"];
    desk.evalody(&open).env("EVALODY_CPYTHON_SRC", &trees).assert().code(0).stdout(contains("cpython-3.13"));
    desk.evalody(&open).assert().code(0).stdout(contains("Python/bytecodes.c: inst(LOAD_FAST,"));
}

#[test]
fn a_folder_that_is_no_tree_is_told_as_such() {
    let desk = Desk::new();
    fs::create_dir(desk.path("empty")).unwrap();
    for (folder, words) in [
        ("nowhere".to_owned(), "nowhere: no such folder"),
        ("empty".to_owned(), "is no source tree of CPython: it has no Include/patchlevel.h"),
        (desk.tree(7), "is the source of CPython 3.7.7; the atlas knows 3.8 to 3.14"),
        (desk.tree(15), "is the source of CPython 3.15.7; the atlas knows 3.8 to 3.14"),
    ] {
        desk.evalody(&["explain", "LOAD_FAST", "--cpython-src", &folder]).assert().code(2).stdout(is_empty()).stderr(contains(words));
    }
    assert!(!desk.path("state/evalody/cpython-src").exists(), "what was refused is not remembered");
}

#[test]
fn a_line_that_a_tree_lacks_is_told() {
    let desk = Desk::new();
    let tree = desk.tree(13);
    fs::write(desk.path(&tree).join("Python/bytecodes.c"), "\n").unwrap();
    desk.evalody(&["open", "LOAD_FAST", "--print", "--cpython-src", &tree])
        .assert()
        .code(2)
        .stdout(is_empty())
        .stderr(contains("no line begins with \"inst(LOAD_FAST,\""));
}

#[cfg(unix)]
#[test]
fn the_editor_is_opened_at_the_line() {
    let desk = Desk::new();
    let tree = desk.tree(13);
    let file = format!("{}/Python/bytecodes.c", whole(desk.folder.path(), &tree));
    let editor = desk.editor("an editor", 0);
    desk.evalody(&["open", "LOAD_FAST", "--cpython-src", &tree])
        .env("VISUAL", format!("'{editor}' --wait"))
        .env("EDITOR", "false")
        .assert()
        .code(0)
        .stdout(is_empty());
    assert_eq!(desk.opened(), ["--wait", "+3", &file]);

    fs::write(desk.path("song.py"), "a = 1\nb = 2\n").unwrap();
    desk.evalody(&["open", "song.py:2"]).env("EDITOR", desk.editor("hx", 0)).assert().code(0);
    assert_eq!(desk.opened(), ["song.py:2"]);
    desk.evalody(&["open", "song.py:2"]).env("EDITOR", desk.editor("nano", 4)).assert().code(3).stderr(contains("the editor failed"));
    desk.evalody(&["open", "song.py:2"]).env("EDITOR", "/no/such/editor").assert().code(3).stderr(contains("could not be started"));
    desk.evalody(&["open", "song.py:2"]).assert().code(0).stdout("song.py:2\n").stderr(contains("set EDITOR"));
}

#[test]
fn a_line_of_a_file_that_is_not_there_is_told() {
    let desk = Desk::new();
    fs::write(desk.path("song.py"), "a = 1\nb = 2\n").unwrap();
    for (name, words) in [
        ("song.py:3", "has the lines 1 to 2, and no 3"),
        ("song.py:0", "has the lines 1 to 2, and no 0"),
        ("song.py:two", "\"two\" is no line"),
        ("nowhere.py:1", "nowhere.py: no such file"),
    ] {
        desk.evalody(&["open", name]).assert().code(2).stdout(is_empty()).stderr(contains(words));
    }
    desk.evalody(&["open", "song.py", "--print"]).assert().code(0).stdout("song.py:1\n");
}

#[test]
fn a_stage_of_a_topic_is_opened_by_its_number() {
    let desk = Desk::new();
    desk.evalody(&["open", "@loop", "--stage", "1"]).assert().code(0).stdout(contains("Python/"));
    desk.evalody(&["open", "@loop", "--stage", "99"]).assert().code(2).stderr(contains("has the stages 1 to"));
    desk.evalody(&["open", "LOAD_FAST", "--stage", "1"]).assert().code(2).stderr(contains("has no stages"));
    desk.evalody(&["open", "PEP", "659"]).assert().code(2).stderr(contains("evalody explain PEP 659"));
}
