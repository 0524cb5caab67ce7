//! Where the atlas says that functions and operators stand, looked up in CPython's source, where the variable
//! `EVALODY_CPYTHON_SRC` names trees of it.

use std::collections::{BTreeMap, BTreeSet};

use evalody::atlas::{Function, Place, operation};
use evalody::checkout::{Checkout, SOURCE_VARIABLE};

/// Functions that are there in the release that was measured and not, or not by that name, in another one of that version.
/// Minor version, file, name in C, and what is different.
const OTHER_RELEASES: &[(u8, &str, &str, &str)] = &[
    (9, "Objects/floatobject.c", "float___setformat___impl", "named float___set_format___impl before"),
    (9, "Python/sysmodule.c", "sys_get_int_max_str_digits_impl", "came with a security release"),
    (9, "Python/sysmodule.c", "sys_set_int_max_str_digits_impl", "came with a security release"),
    (11, "Modules/_threadmodule.c", "rlock_recursion_count", "came with a later release"),
    (11, "Python/traceback.c", "tb_lineno_get", "a field was read without a function before"),
    (13, "Objects/funcobject.c", "func_get_annotations", "named function___annotations___get_impl in later ones"),
    (13, "Objects/funcobject.c", "func_get_type_params", "named function___type_params___get_impl in later ones"),
];

/// The trees that are named, each of a version that the atlas knows.
fn trees() -> Vec<Checkout> {
    let Some(trees) = std::env::var_os(SOURCE_VARIABLE) else {
        eprintln!("skipped: {SOURCE_VARIABLE} names no source tree of CPython");
        return Vec::new();
    };
    std::env::split_paths(&trees).map(|folder| Checkout::open(&folder).unwrap_or_else(|error| panic!("{error}"))).collect()
}

/// Whether a definition begins on the line of a place: where a function is only declared or called is not its place.
fn is_defined(tree: &Checkout, place: &Place) -> bool {
    let Some(number) = tree.line_of(place) else { return false };
    let text = std::fs::read(tree.path_of(place)).expect("it was read for its lines");
    let text = String::from_utf8_lossy(&text);
    let line = text.lines().nth(number as usize - 1).expect("it has that line");
    place.file.starts_with("Lib/") || !line.starts_with([' ', '\t']) && !line.trim_end().ends_with(';')
}

fn is_of_other_release(tree: &Checkout, place: &Place) -> bool {
    OTHER_RELEASES.iter().any(|&(minor, file, name, _)| (minor, file, name) == (tree.version().minor(), place.file, place.anchor))
}

#[test]
fn every_function_is_found_in_the_source_trees_that_are_named() {
    for tree in trees() {
        let version = tree.version();
        let mut missing = BTreeMap::<_, BTreeSet<_>>::new();
        let mut count = 0;
        for function in Function::all().iter().filter(|function| function.versions.contains(version)) {
            let place = function.place();
            if is_defined(&tree, &place) {
                count += 1;
            } else if !is_of_other_release(&tree, &place) {
                missing.entry((place.file, place.anchor)).or_default().insert(function.name);
            }
        }
        assert!(missing.is_empty(), "{}: {missing:#?}", tree.release());
        assert!(count > 1500, "{}: {count}", tree.release());
        eprintln!("{count} functions found in the source of {}", tree.release());
    }
}

const OPERATORS: &[&str] = &[
    "+", "-", "*", "@", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "+=", "-=", "*=", "@=", "/=", "//=", "%=", "**=", "<<=", ">>=",
    "&=", "|=", "^=", "==", "!=", "<", "<=", ">", ">=", "in", "[]",
];

#[test]
fn every_operator_is_found_in_the_source_trees_that_are_named() {
    for tree in trees() {
        let version = tree.version();
        let binary = OPERATORS.iter().map(|&symbol| (symbol, &["str", "str"][..]));
        for (symbol, types) in binary.chain(["+", "-", "~", "not"].map(|symbol| (symbol, &["int"][..]))) {
            let found = operation(symbol, types, version).unwrap_or_else(|| panic!("{symbol} in {version}"));
            for place in std::iter::once(found.api).chain(found.shortcut) {
                let line = tree.line_of(&place);
                assert!(line.is_some(), "{}: {symbol}: {place}", tree.release());
            }
        }
    }
}
