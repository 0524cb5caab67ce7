//! The atlas's handlers, forms and families: against one another, against the CPythons of this machine, and against
//! CPython's source, where the variable `EVALODY_CPYTHON_SRC` names trees of it.

#[path = "support/interpreters.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use evalody::atlas::{FamilyEntry, Form, FormKind, Handler, Version, Versions};
use evalody::trace::Family;

/// Forms without C code, and why.
const WITHOUT_CODE: &[(FormKind, &str, &str)] =
    &[(FormKind::Pseudo, "3.12", "Python/bytecodes.c defines pseudo instructions from 3.13 on; before, Lib/opcode.py alone names them")];

/// Ideas that a family may point to.
const TOPICS: &[&str] = &["loop", "gil", "gc", "refcount", "object", "frame", "specialise", "attribute", "memory", "threads"];

/// The table of opcodes, by name, whether or not a text tells what each does.
fn opcodes() -> BTreeMap<&'static str, Versions> {
    let rows = include_str!("../assets/atlas/opcodes.tsv").lines().skip(1);
    rows.map(|row| {
        let columns: Vec<&str> = row.split('\t').collect();
        (columns[0], columns[2].parse().expect("versions"))
    })
    .collect()
}

/// Every name that is implemented, with the versions in which it is.
fn names() -> BTreeMap<&'static str, BTreeSet<Version>> {
    let mut names = BTreeMap::<_, BTreeSet<Version>>::new();
    let forms = Form::all().iter().map(|form| (form.name, form.versions));
    for (name, versions) in opcodes().into_iter().chain(forms) {
        for version in versions.iter() {
            assert!(names.entry(name).or_default().insert(version), "{name} is both an opcode and a form in {version}");
        }
    }
    names
}

fn has_no_code(form: &Form, version: Version) -> bool {
    WITHOUT_CODE.iter().any(|(kind, versions, _)| form.kind == *kind && versions.parse::<Versions>().is_ok_and(|set| set.contains(version)))
}

#[test]
fn every_row_is_read() {
    let rows = |table: &str| table.lines().filter(|line| !line.starts_with('#')).count() - 1;
    assert_eq!(Handler::all().len(), rows(include_str!("../assets/atlas/handlers.tsv")));
    assert_eq!(Form::all().len(), rows(include_str!("../assets/atlas/forms.tsv")));
}

#[test]
fn every_opcode_and_every_form_has_a_handler_in_each_of_its_versions() {
    let missing = |name: &str, versions: Versions| {
        versions.iter().filter(|&version| Handler::in_version(name, version).is_none()).collect::<Vec<_>>()
    };
    for (name, versions) in opcodes() {
        assert_eq!(missing(name, versions), [], "{name}");
    }
    for form in Form::all() {
        let missing: Vec<_> = missing(form.name, form.versions).into_iter().filter(|&version| !has_no_code(form, version)).collect();
        assert_eq!(missing, [], "{}", form.name);
    }
}

#[test]
fn no_handler_is_of_a_name_or_a_version_that_is_not_there() {
    let names = names();
    let mut told = BTreeSet::new();
    for handler in Handler::all() {
        let Handler { opcode, versions, place, parts, .. } = handler;
        let there = names.get(opcode).unwrap_or_else(|| panic!("{opcode} is neither an opcode nor a form"));
        for version in versions.iter() {
            assert!(there.contains(&version), "{opcode} is not there in {version}");
            assert!(told.insert((*opcode, version)), "{opcode} is told twice for {version}");
            assert!(place.file == "Python/ceval.c" || version >= "3.12".parse().unwrap() && place.file == "Python/bytecodes.c", "{opcode}");
        }
        assert!(place.anchor.contains(opcode), "{opcode}: {}", place.anchor);
        assert!(parts.iter().all(|part| part.contains('(') && part.ends_with([',', '=', ')'])), "{opcode}: {parts:?}");
        assert_eq!(parts.is_empty(), !place.anchor.starts_with("macro(") && !place.anchor.starts_with("super("), "{opcode}");
    }
}

#[test]
fn every_form_is_one_of_an_opcode_that_is_there_and_says_what_it_does() {
    let opcodes = opcodes();
    for form in Form::all() {
        let Form { name, kind, base, versions, does } = *form;
        if let Some(base) = base {
            let there = opcodes.get(base).unwrap_or_else(|| panic!("{name}: {base} is no opcode"));
            assert_eq!(versions.intersection(*there), versions, "{name}: versions of {base}");
        } else {
            assert!(matches!(kind, FormKind::Pseudo | FormKind::Instrumented), "{name} is a form of nothing");
        }
        assert!(does.ends_with('.') && does.len() > 30, "{name}: {does}");
        assert_eq!(kind == FormKind::Instrumented, name.starts_with("INSTRUMENTED_"), "{name}");
        assert_eq!(kind == FormKind::Super, name.contains("__"), "{name}");
    }
    assert!(Form::all().is_sorted_by(|one, other| one.name < other.name));
    assert_eq!(Form::of("FOR_ITER").filter(|form| form.kind == FormKind::Specialised).count(), 4);
}

#[test]
fn families_stand_in_the_order_of_the_lanes_and_point_to_topics() {
    let names: Vec<&str> = FamilyEntry::all().iter().map(|family| family.name.as_str()).collect();
    assert_eq!(names, Family::ALL.map(Family::name));
    for FamilyEntry { name, does, listen, topics } in FamilyEntry::all() {
        assert!(does.ends_with('.') && listen.ends_with('.'), "{name}");
        assert!(!topics.is_empty() && topics.iter().all(|topic| TOPICS.contains(&topic.as_str())), "{name}: {topics:?}");
    }
}

/// What an interpreter knows beyond its opcodes: a kind and a name a line.
const FORMS_OF_AN_INTERPRETER: &str = r#"
import opcode
try:
    from _opcode_metadata import _specialized_opmap as specialised
except ImportError:
    specialised = getattr(opcode, "_specialized_instructions", ())
for name in specialised:
    print("specialised", name)
for name, number in opcode.opmap.items():
    if name.startswith("INSTRUMENTED_"):
        print("instrumented", name)
    elif number > 255:
        print("pseudo", name)
"#;

#[test]
fn the_forms_are_those_of_the_interpreters_here() {
    support::with_each_python(|python, (_, minor)| {
        let Some(version) = Version::new(minor) else { return };
        let output = Command::new(python).args(["-S", "-E", "-c", FORMS_OF_AN_INTERPRETER]).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("names");
        let theirs: BTreeSet<(&str, &str)> = text.lines().filter_map(|line| line.split_once(' ')).collect();
        let ours: BTreeSet<(&str, &str)> = Form::all()
            .iter()
            .filter(|form| form.versions.contains(version))
            .map(|form| match form.kind {
                // Python keeps them in one list.
                FormKind::Adaptive | FormKind::Super => (FormKind::Specialised.name(), form.name),
                kind => (kind.name(), form.name),
            })
            .collect();
        let missing: Vec<_> = theirs.difference(&ours).collect();
        let too_many: Vec<_> = ours.difference(&theirs).collect();
        assert!(missing.is_empty() && too_many.is_empty(), "{version}: missing {missing:?}, too many {too_many:?}");
    });
}

/// Definitions of Python/bytecodes.c, before which words may stand.
const DEFINITIONS: [&str; 7] = ["inst(", "op(", "macro(", "super(", "family(", "pseudo(", "label("];

fn with_single_blanks(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a line, blanks told as one, is the one that an anchor means.
fn is_meant(line: &str, anchor: &str) -> bool {
    let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_()".contains(&byte));
    let is_definition = DEFINITIONS.iter().any(|definition| anchor.starts_with(definition));
    let after_words = || line.split_once(&format!(" {anchor}")).is_some_and(|(words, _)| words.split(' ').all(is_word));
    line.starts_with(anchor) || is_definition && after_words()
}

#[test]
fn words_before_a_definition_are_no_part_of_its_anchor() {
    assert!(is_meant("replicate(8) pure inst(LOAD_FAST, (-- value)) {", "inst(LOAD_FAST,"));
    assert!(is_meant("case TARGET(NOP): {", "case TARGET(NOP)"));
    assert!(!is_meant("// inst(LOAD_FAST, in a remark", "inst(LOAD_FAST,"));
    assert!(!is_meant("goto TARGET(NOP);", "TARGET(NOP)"));
}

/// The minor version of a source tree.
fn version_of(tree: &Path) -> Option<Version> {
    let patchlevel = std::fs::read_to_string(tree.join("Include/patchlevel.h")).ok()?;
    let line = patchlevel.lines().find(|line| line.starts_with("#define PY_MINOR_VERSION"))?;
    Version::new(line.split_whitespace().nth(2)?.parse().ok()?)
}

#[test]
fn every_anchor_is_found_in_the_source_trees_that_are_named() {
    let Some(trees) = std::env::var_os("EVALODY_CPYTHON_SRC") else {
        eprintln!("skipped: EVALODY_CPYTHON_SRC names no source tree of CPython");
        return;
    };
    for tree in std::env::split_paths(&trees) {
        let version = version_of(&tree).unwrap_or_else(|| panic!("{} is no CPython of 3.8 to 3.14", tree.display()));
        let mut files = BTreeMap::<&str, Vec<String>>::new();
        let mut count = 0;
        for handler in Handler::all().iter().filter(|handler| handler.versions.contains(version)) {
            let lines = files.entry(handler.place.file).or_insert_with(|| {
                let text = std::fs::read_to_string(tree.join(handler.place.file)).expect("it is text and there");
                text.lines().map(with_single_blanks).collect()
            });
            for anchor in std::iter::once(&handler.place.anchor).chain(&handler.parts) {
                assert!(lines.iter().any(|line| is_meant(line, anchor)), "{version}: {} has no {anchor}", handler.place.file);
                count += 1;
            }
        }
        eprintln!("{count} anchors found in {}", tree.display());
    }
}
