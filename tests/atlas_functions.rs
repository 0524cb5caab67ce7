//! What the atlas says of functions in C and of operators, compared with the CPythons of this machine: every name that one of
//! them has is there, what was measured is measured again, and what an operator is said to do is what it does.

#[path = "support/interpreters.rs"]
mod interpreters;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};

use evalody::atlas::{Answer, Function, Operation, Place, Version, operation};
use evalody::interpreter;
use interpreters::pythons;

fn version(minor: u8) -> Version {
    Version::new(minor).unwrap()
}

/// What a program prints, and its status.
fn printed(python: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let arguments = ["-I", "-S", "-W", "ignore"].iter().chain(arguments);
    let output = Command::new(python).args(arguments).stdin(Stdio::null()).output().expect("the Python runs");
    let is_well = output.status.code() == Some(3) || output.status.success();
    assert!(is_well, "{}: {}", python.display(), String::from_utf8_lossy(&output.stderr));
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

/// Runs a check for every Python of which the atlas speaks.
fn with_each(check: impl Fn(&Path, Version)) {
    for (python, (_, minor)) in pythons() {
        if let Some(version) = Version::new(minor) {
            check(&python, version);
        }
    }
}

#[test]
fn the_table_is_whole_and_in_order() {
    let all = Function::all();
    let lines = include_str!("../assets/atlas/functions.tsv").lines().count() - 1;
    assert_eq!(all.len(), lines, "each line is a row that can be read");
    assert!(all.is_sorted_by(|one, next| (one.name, one.versions.first()) < (next.name, next.versions.first())));
    for pair in all.windows(2).filter(|pair| pair[0].name == pair[1].name) {
        assert!(pair[0].versions.intersection(pair[1].versions).is_empty(), "{pair:?}");
    }
    for row in all {
        let tops = ["Objects/", "Python/", "Modules/", "Lib/"];
        assert!(tops.iter().any(|top| row.file.starts_with(top)), "{row:?}");
        assert!(!row.file.contains("clinic/"), "a wrapper that Argument Clinic wrote has the file of what it calls: {row:?}");
        assert!(row.implementation.is_none_or(|name| name == format!("{}_impl", row.function)), "{row:?}");
        for version in row.versions.iter() {
            let is_measured = version < Version::LAST;
            assert_eq!(row.checked.covers(version), is_measured, "{version}: {row:?}");
        }
        let found: Vec<_> = Function::of(row.name).filter(|found| found.versions == row.versions).collect();
        assert_eq!(found, [row]);
    }
}

#[test]
fn known_functions_are_found() {
    // Name, version, file, function, implementation, slot.
    let known = [
        ("list.append", 8, "Objects/listobject.c", "list_append", None, None),
        ("list.append", 13, "Objects/listobject.c", "list_append", Some("list_append_impl"), None),
        ("int.__add__", 12, "Objects/longobject.c", "long_add", None, Some("nb_add")),
        ("str.__add__", 12, "Objects/unicodeobject.c", "PyUnicode_Concat", None, Some("sq_concat")),
        ("list_iterator.__next__", 10, "Objects/listobject.c", "listiter_next", None, Some("tp_iternext")),
        ("len", 11, "Python/bltinmodule.c", "builtin_len", None, None),
        ("int", 12, "Objects/longobject.c", "long_new", Some("long_new_impl"), Some("tp_new")),
        ("list", 9, "Objects/listobject.c", "list_vectorcall", None, Some("tp_vectorcall")),
        ("function.__code__", 12, "Objects/funcobject.c", "func_get_code", None, Some("tp_getset")),
        ("dict.fromkeys", 11, "Objects/dictobject.c", "dict_fromkeys", Some("dict_fromkeys_impl"), None),
        ("open", 11, "Modules/_io/_iomodule.c", "_io_open", Some("_io_open_impl"), None),
        ("functools.wraps", 9, "Lib/functools.py", "wraps", None, None),
        ("collections.Counter.update", 9, "Lib/collections/__init__.py", "update", None, None),
        // As the module names it that shows it, as a method is named that is asked of its class, and inherited.
        ("operator.add", 12, "Modules/_operator.c", "_operator_add", Some("_operator_add_impl"), None),
        ("deque.append", 12, "Modules/_collectionsmodule.c", "deque_append", None, None),
        ("partial.__call__", 12, "Modules/_functoolsmodule.c", "partial_call", None, Some("tp_call")),
        ("bool.bit_length", 12, "Objects/longobject.c", "int_bit_length", Some("int_bit_length_impl"), None),
        ("KeyError.with_traceback", 9, "Objects/exceptions.c", "BaseException_with_traceback", None, None),
        ("int.mro", 9, "Objects/typeobject.c", "type_mro", Some("type_mro_impl"), None),
    ];
    for (name, minor, file, function, implementation, slot) in known {
        let found = Function::in_version(name, version(minor)).unwrap_or_else(|| panic!("{name} in 3.{minor}"));
        assert_eq!((found.file, found.function, found.implementation, found.slot), (file, function, implementation, slot), "{name}");
    }
    for unknown in ["", "len ", "list.", "list.apend", "math.append", "no.such.thing"] {
        assert_eq!(Function::in_version(unknown, Version::LAST), None, "{unknown:?}");
    }
    let place = Function::in_version("list.append", Version::LAST).unwrap().place();
    assert_eq!(place, Place { file: "Objects/listobject.c", anchor: "list_append_impl" });
}

/// Prints every name as the recorder tells it, and methods also as their class tells them.
const NAMES: &str = r#"
import importlib, types
BUILTIN, GETSET = type(len), type(types.FunctionType.__code__)
DESCRIPTORS = type(str.join), type(str.__add__), type(dict.__dict__["fromkeys"])
CORE = set("""int float complex bool str bytes bytearray list tuple dict dict_keys dict_values dict_items dict_keyiterator
 dict_valueiterator dict_itemiterator dict_reversekeyiterator set frozenset range slice generator coroutine async_generator function
 method builtin_function_or_method code frame cell module property classmethod staticmethod super type object enumerate zip map filter
 reversed memoryview NoneType ellipsis NotImplementedType list_iterator list_reverseiterator tuple_iterator range_iterator
 longrange_iterator str_iterator str_ascii_iterator bytes_iterator bytearray_iterator set_iterator callable_iterator iterator traceback
 getset_descriptor member_descriptor method_descriptor wrapper_descriptor mappingproxy""".split())
def placed(name, module):
    return name if type(module) is not str or module == "builtins" else module + "." + name
def of_type(kind):
    name = placed(kind.__qualname__, kind.__module__)
    if "__new__" in kind.__dict__:
        print(name)
    for own, value in kind.__dict__.items():
        inner = getattr(value, "__func__", value)
        if own in ("__doc__", "__subclasshook__", "__init_subclass__", "__class_getitem__", "__module__"):
            continue
        if isinstance(inner, DESCRIPTORS + (BUILTIN,)):
            print(name + "." + own)
            if isinstance(value, DESCRIPTORS) and value.__objclass__ is kind:
                print(value.__qualname__)
        elif isinstance(inner, (types.FunctionType, property)) or isinstance(value, GETSET) and own not in ("__dict__", "__weakref__"):
            print(name + "." + own)
def below(kind):
    for each in type.__subclasses__(kind):
        yield each
        yield from below(each)
for kind in set(below(object)) | {object, bool}:
    if kind.__module__ == "builtins" and (kind.__name__ in CORE or issubclass(kind, BaseException)):
        of_type(kind)
for name in "builtins gc sys itertools functools collections math _thread time operator weakref _weakref _asyncio".split():
    module = importlib.import_module(name)
    for attribute, value in vars(module).items():
        home = getattr(value, "__module__", None)
        if home not in (name, "_" + name):
            continue
        if isinstance(value, (BUILTIN, types.FunctionType)):
            print(placed(value.__qualname__, home))
            if isinstance(value, BUILTIN) and attribute == value.__name__:
                print(name + "." + attribute if name != "builtins" else attribute)
        elif isinstance(value, type):
            of_type(value)
print("open")
"#;

/// Names that Python has and the table has not, each with its reason.
const LEFT_OUT: &[(&str, &str)] = &[
    ("functools.CacheInfo", "a named tuple, which was compiled from a text and stands in no file"),
    ("functools.CacheInfo.__new__", "a named tuple's"),
    ("collections.UserString.maketrans", "str.maketrans under another name"),
    ("weakref.WeakMethod.__hash__", "the one of weakref.ref under another name"),
];

#[test]
fn every_name_of_each_python_is_known() {
    with_each(|python, version| {
        let (names, _) = printed(python, &["-c", NAMES]);
        let names: BTreeSet<_> = names.lines().collect();
        assert!(names.len() > 1500, "{version}: {}", names.len());
        let is_known = |name: &str| Function::of(name).any(|function| function.versions.contains(version));
        let unknown: Vec<_> =
            names.iter().filter(|name| !is_known(name) && !LEFT_OUT.iter().any(|(left_out, _)| left_out == *name)).collect();
        assert!(unknown.is_empty(), "{version} of {}: {unknown:?}", python.display());
    });
}

#[test]
fn a_method_less_its_module_is_one_method() {
    for version in Version::all() {
        let mut full = BTreeMap::new();
        for function in Function::all().iter().filter(|function| !function.is_python() && function.versions.contains(version)) {
            if let Some((_, short)) = function.name.split_once('.').filter(|(_, short)| short.contains('.')) {
                let first = *full.entry(short).or_insert(function.name);
                assert_eq!(first, function.name, "both are {short} in {version}");
            }
        }
    }
}

#[test]
fn measured_again_the_facts_are_the_same() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/atlas/make/functions.py");
    let mut measured = BTreeSet::new();
    for found in interpreter::found() {
        let Some(version) = Version::new(found.version.1).filter(|_| cfg!(all(target_os = "linux", target_pointer_width = "64"))) else {
            continue;
        };
        let (facts, status) = printed(&found.path, &[script]);
        let Some(release) = facts.lines().next().and_then(|line| line.strip_prefix("release\t")) else {
            eprintln!("skipped: {} ({version}) ended with {status:?}: no symbols, or no tools to read them", found.path.display());
            continue;
        };
        if !Function::all().iter().any(|function| was_measured_in(function, release)) {
            eprintln!("skipped: {} is of {release}, which the table was not made from", found.path.display());
            continue;
        }
        if !measured.insert(release.to_owned()) {
            continue;
        }
        let said: BTreeSet<_> = facts.lines().filter_map(|line| line.strip_prefix("function\t")).map(str::to_owned).collect();
        let told: BTreeSet<_> = Function::all()
            .iter()
            .filter(|function| function.versions.contains(version))
            .map(|row| {
                let [implementation, slot] = [row.implementation, row.slot].map(|entry| entry.unwrap_or("-"));
                [row.name, row.file, row.function, implementation, slot].join("\t")
            })
            .collect();
        let differing: Vec<_> = said.symmetric_difference(&told).collect();
        assert!(differing.is_empty(), "{release}: {differing:#?}");
    }
}

fn was_measured_in(function: &Function, release: &str) -> bool {
    matches!(function.checked, evalody::atlas::Checked::Against(releases) if releases.split(',').any(|named| named == release))
}

/// Slots and functions that are tried, in order, with what they say.
fn tried(operation: &Operation) -> Vec<(&str, &str, Option<Answer>)> {
    operation.tries.iter().map(|each| (each.slot, each.filled.function, each.answer)).collect()
}

#[test]
fn operators_try_slots_in_their_order() {
    use Answer::{Answers, NotImplemented, Raises};
    type Known<'a> = (&'a str, &'a [&'a str], u8, &'a str, &'a str, &'a [(&'a str, &'a str, Answer)], Option<&'a str>);
    let known: &[Known] = &[
        ("+", &["int", "int"], 8, "BINARY_ADD", "PyNumber_Add", &[("nb_add", "long_add", Answers)], None),
        ("+", &["int", "int"], 12, "BINARY_OP", "PyNumber_Add", &[("nb_add", "long_add", Answers)], Some("BINARY_OP_ADD_INT")),
        (
            "+",
            &["int", "float"],
            12,
            "BINARY_OP",
            "PyNumber_Add",
            &[("nb_add", "long_add", NotImplemented), ("nb_add", "float_add", Answers)],
            None,
        ),
        (
            "+",
            &["str", "str"],
            11,
            "BINARY_OP",
            "PyNumber_Add",
            &[("sq_concat", "PyUnicode_Concat", Answers)],
            Some("BINARY_OP_ADD_UNICODE"),
        ),
        ("+", &["list", "list"], 9, "BINARY_ADD", "PyNumber_Add", &[("sq_concat", "list_concat", Answers)], None),
        (
            "+",
            &["list", "int"],
            13,
            "BINARY_OP",
            "PyNumber_Add",
            &[("nb_add", "long_add", NotImplemented), ("sq_concat", "list_concat", Raises)],
            None,
        ),
        ("+=", &["list", "list"], 10, "INPLACE_ADD", "PyNumber_InPlaceAdd", &[("sq_inplace_concat", "list_inplace_concat", Answers)], None),
        ("+=", &["tuple", "tuple"], 12, "BINARY_OP", "PyNumber_InPlaceAdd", &[("sq_concat", "tupleconcat", Answers)], None),
        (
            "*",
            &["int", "list"],
            12,
            "BINARY_OP",
            "PyNumber_Multiply",
            &[("nb_multiply", "long_mul", NotImplemented), ("sq_repeat", "list_repeat", Answers)],
            None,
        ),
        // A narrower type on the right is asked first; what it inherits is not asked twice.
        ("&", &["int", "bool"], 12, "BINARY_OP", "PyNumber_And", &[("nb_and", "bool_and", Answers)], None),
        ("+", &["int", "bool"], 12, "BINARY_OP", "PyNumber_Add", &[("nb_add", "long_add", Answers)], None),
        (
            "[]",
            &["list", "int"],
            14,
            "BINARY_OP",
            "PyObject_GetItem",
            &[("mp_subscript", "list_subscript", Answers)],
            Some("BINARY_OP_SUBSCR_LIST_INT"),
        ),
        ("in", &["int", "dict"], 9, "CONTAINS_OP", "PySequence_Contains", &[("sq_contains", "PyDict_Contains", Answers)], None),
        (
            "<",
            &["float", "float"],
            11,
            "COMPARE_OP",
            "PyObject_RichCompare",
            &[("tp_richcompare", "float_richcompare", Answers)],
            Some("COMPARE_OP_FLOAT_JUMP"),
        ),
        ("-", &["bool"], 12, "UNARY_NEGATIVE", "PyNumber_Negative", &[("nb_negative", "long_neg", Answers)], None),
        ("not", &["list"], 13, "TO_BOOL", "PyObject_IsTrue", &[("mp_length", "list_length", Answers)], Some("TO_BOOL_LIST")),
    ];
    for &(symbol, types, minor, opcode, function, tries, form) in known {
        let found = operation(symbol, types, version(minor)).unwrap_or_else(|| panic!("{symbol} {types:?} in 3.{minor}"));
        assert_eq!((found.opcode, found.function, found.form), (opcode, function, form), "{symbol} {types:?} in 3.{minor}");
        let tries: Vec<_> = tries.iter().map(|&(slot, function, answer)| (slot, function, Some(answer))).collect();
        assert_eq!(tried(&found), tries, "{symbol} {types:?} in 3.{minor}");
    }
    let strings = operation("+", &["str", "str"], version(9)).unwrap();
    assert_eq!(strings.shortcut, Some(Place { file: "Python/ceval.c", anchor: "unicode_concatenate" }));
    let reflected = operation("<", &["int", "float"], version(12)).unwrap();
    let names: Vec<_> = reflected.tries.iter().map(|each| each.filled.name).collect();
    assert_eq!(names, ["int.__lt__", "float.__gt__"]);
    for (symbol, types) in [("+", &["int", "Money"][..]), ("<=>", &["int", "int"]), ("+", &["int"; 3]), ("[]", &["itertools", "int"])] {
        assert_eq!(operation(symbol, types, Version::LAST), None, "{symbol} {types:?}");
    }
}

const BINARY: &[&str] = &[
    "+", "-", "*", "@", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "+=", "-=", "*=", "@=", "/=", "//=", "%=", "**=", "<<=", ">>=",
    "&=", "|=", "^=", "==", "!=", "<", "<=", ">", ">=", "in", "[]",
];

/// Prints for each operator and the types of its operands whether it is a `TypeError`.
const OPERATORS: &str = r#"
import sys
VALUES = [3, True, 2.5, 1j, "ab", b"ab", bytearray(b"ab"), [1], (1,), {"a": 1}, {1}, frozenset({1}), range(3), None, slice(0, 1)]
def tell(symbol, source, **values):
    types = [type(value).__name__ for value in values.values()]
    try:
        exec(source, values)
    except TypeError:
        said = "raises"
    except Exception:
        said = "answers"
    else:
        said = "answers"
    print(symbol, said, *types)
import copy
for symbol in sys.argv[1:]:
    for x in VALUES:
        for y in VALUES:
            source = "x[y]" if symbol == "[]" else "x %s y" % symbol
            tell(symbol, source, x=copy.deepcopy(x), y=copy.deepcopy(y))
for symbol in "+", "-", "~", "not":
    for x in VALUES:
        tell(symbol, symbol + " x", x=x)
"#;

#[test]
fn operators_do_what_is_said_of_them() {
    with_each(|python, version| {
        let (done, _) = printed(python, &[&["-c", OPERATORS], BINARY].concat());
        let mut compared = 0;
        for line in done.lines() {
            let words: Vec<_> = line.split(' ').collect();
            let [symbol, does, types @ ..] = &words[..] else { panic!("{line:?}") };
            let said = operation(symbol, types, version).unwrap_or_else(|| panic!("{version}: {line}"));
            // Whether a text takes what is formatted into it is for its value to say.
            let is_format = symbol.starts_with('%') && ["str", "bytes", "bytearray"].contains(&types[0]);
            if is_format || said.tries.iter().any(|each| each.answer.is_none()) {
                continue;
            }
            let answers = match said.tries.last().and_then(|last| last.answer) {
                Some(Answer::Answers) => true,
                Some(Answer::Raises) => false,
                _ => ["==", "!=", "not"].contains(symbol),
            };
            assert_eq!(answers, *does == "answers", "{version}: {line}; {:?}", tried(&said));
            compared += 1;
        }
        assert!(compared > 7000, "{version}: {compared}");
    });
}
