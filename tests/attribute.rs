//! How attributes are found, as the probe tells it, against what the program itself says of them.

#[path = "support/interpreters.rs"]
mod support;

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use evalody::atlas::{Place, Version};
use evalody::checkout::{Checkout, SOURCE_VARIABLE};
use evalody::interpreter::options::Launch;
use evalody::interpreter::{Limits, ProbedLine, Request, probe};
use evalody::lookup::{CallableKind, DictState, Load, Outcome as Rule, Probed, SearchOf, Subject, What, steps};
use evalody::trace::{Limit, Outcome};
use support::{file, pythons, request, request_of, with_each_python};

/// What is seen of the line of a program that ends in `#!`.
fn seen(python: &Path, source: &str) -> Probed {
    let line = source.lines().position(|line| line.ends_with("#!")).expect("a line is marked") as u32 + 1;
    let probed = probe(&request(python, source), &ProbedLine { file: None, line }, || true);
    let probed = probed.unwrap_or_else(|error| panic!("{source}\n{error}")).unwrap();
    stands(&probed);
    probed
}

/// Source trees of CPython, where a variable names them.
static TREES: LazyLock<Vec<Checkout>> = LazyLock::new(|| {
    let trees = std::env::var_os(SOURCE_VARIABLE).unwrap_or_default();
    std::env::split_paths(&trees).filter_map(|folder| Checkout::open(&folder).ok()).collect()
});

/// Every step is taken by a function that is in the source of this version, if it is here.
fn stands(probed: &Probed) {
    let version = Version::of(probed.dialect.version);
    for tree in TREES.iter().filter(|tree| Some(tree.version()) == version) {
        for (place, seen) in probed.places.iter().flat_map(|place| place.ways.iter().map(move |seen| (place, seen))) {
            for step in steps(&place.site, &seen.way, probed.dialect.version) {
                let place = Place { file: step.anchor.file, anchor: step.anchor.function };
                assert!(tree.line_of(&place).is_some(), "{}: {place}: {}", tree.release(), step.text);
            }
        }
    }
}

/// All of it in words.
fn told(probed: &Probed) -> String {
    let mut text = String::new();
    for place in &probed.places {
        text += &format!("{}\n", place.site.text);
        for seen in &place.ways {
            text += &format!("  {} visits\n", seen.visits);
            for (index, step) in steps(&place.site, &seen.way, probed.dialect.version).iter().enumerate() {
                text += &format!("  {}. {} [{}]\n", index + 1, step.text, step.anchor.function);
            }
        }
    }
    text
}

/// The lookup that was seen first at a place.
fn load(probed: &Probed, place: usize) -> &Load {
    probed.places[place].ways[0].way.load.as_ref().unwrap_or_else(|| panic!("no load: {probed:?}"))
}

fn owner(load: &Load) -> Option<&str> {
    load.searches.iter().rev().find_map(|search| search.found.as_ref()).map(|found| found.owner.as_str())
}

/// Programs, what decides at the first place of the marked line, and the type in which it is found.
const CASES: &[(&str, Subject, Rule, Option<&str>)] = &[
    ("class A:\n    def __init__(self): self.x = 1\nA().x #!\n", Subject::Instance, Rule::InstanceDict, None),
    ("class A:\n    x = 1\na = A()\na.x = 2\na.x #!\n", Subject::Instance, Rule::InstanceDict, Some("A")),
    ("class A:\n    def f(self): pass\nclass B(A): pass\nB().f() #!\n", Subject::Instance, Rule::Descriptor, Some("A")),
    (
        "class A:\n    @property\n    def p(self): return 1\na = A()\na.__dict__['p'] = 2\na.p #!\n",
        Subject::Instance,
        Rule::DataDescriptor,
        Some("A"),
    ),
    ("class A:\n    __slots__ = ('s',)\na = A()\na.s = 1\na.s #!\n", Subject::Instance, Rule::DataDescriptor, Some("A")),
    ("class A:\n    __slots__ = ('s',)\nA().s #!\n", Subject::Instance, Rule::Missing, Some("A")),
    ("class A:\n    c = 1\nA().c #!\n", Subject::Instance, Rule::Plain, Some("A")),
    ("class A:\n    c = 1\nclass B(A): pass\nB.c #!\n", Subject::Class, Rule::ClassDict, Some("A")),
    ("class M(type):\n    m = 1\nclass A(metaclass=M): pass\nA.m #!\n", Subject::Class, Rule::MetatypePlain, Some("M")),
    ("class A: pass\nA.mro() #!\n", Subject::Class, Rule::MetatypeDescriptor, Some("type")),
    ("class A: pass\nA.__name__ #!\n", Subject::Class, Rule::MetatypeDataDescriptor, Some("type")),
    ("import sys\nsys.path #!\n", Subject::Module, Rule::InstanceDict, None),
    ("import sys\nsys.__getattr__ = lambda name: 1\nsys.nothing #!\n", Subject::Module, Rule::ModuleFallback, None),
    (
        "class A:\n    def f(self): return 1\nclass B(A):\n    def f(self):\n        return super().f() #!\nB().f()\n",
        Subject::Super,
        Rule::Super,
        Some("A"),
    ),
    ("class A:\n    def __getattr__(self, name): return 1\nA().x #!\n", Subject::Instance, Rule::Fallback, None),
    ("class A:\n    def __getattribute__(self, name): return 1\nA().x #!\n", Subject::Instance, Rule::Own, None),
    ("class A: pass\nA().x #!\n", Subject::Instance, Rule::Missing, None),
    ("[].append(1) #!\n", Subject::Instance, Rule::Descriptor, Some("list")),
    ("class A:\n    @classmethod\n    def c(cls): pass\nA().c() #!\n", Subject::Instance, Rule::Descriptor, Some("A")),
    ("class A:\n    __p = 1\n    def f(self): return self.__p #!\nA().f()\n", Subject::Instance, Rule::Plain, Some("A")),
];

#[test]
fn every_rule_is_told_where_it_decides() {
    with_each_python(|python, version| {
        for (source, subject, rule, found_in) in CASES {
            let probed = seen(python, source);
            let place = probed.places.iter().position(|place| place.site.name.is_some()).expect("an attribute");
            let load = load(&probed, place);
            assert_eq!((load.subject, load.rule, owner(load)), (*subject, *rule, *found_in), "{version:?}\n{source}{}", told(&probed));
            let raises = *rule == Rule::Missing;
            assert_eq!(
                matches!(&probed.outcome, Outcome::Raised { kind, .. } if kind == "AttributeError"),
                raises,
                "{version:?}\n{source}"
            );
            assert!(probed.is_whole && told(&probed).lines().count() >= 4, "{version:?}\n{}", told(&probed));
        }
    });
}

/// Tells what Python itself has to say of a lookup: the type's names in order, where the name is, and what is there.
const ITSELF: &str = "
def itself(o, name):
    order = [t.__qualname__ if t.__module__ == '__main__' else t.__module__ + '.' + t.__qualname__ for t in type(o).__mro__]
    order = [t.replace('builtins.', '') for t in order]
    at = next((i for i, t in enumerate(type(o).__mro__) if name in t.__dict__), None)
    value = None if at is None else type(o).__mro__[at].__dict__[name]
    gets, sets = (any(m in t.__dict__ for t in type(value).__mro__ for m in names) for names in (('__get__',), ('__set__', '__delete__')))
    raise SystemExit('%s|%s|%s|%s' % (','.join(order), None if at is None else order[at], at is not None and gets, at is not None and sets))
";

#[test]
fn what_is_told_of_an_object_is_what_python_says_of_it() {
    let objects = [
        ("class S(list): pass", "S()", "append"),
        ("import collections", "collections.OrderedDict()", "move_to_end"),
        ("import io", "io.StringIO()", "closed"),
        ("import fractions", "fractions.Fraction(1)", "numerator"),
        ("import enum\nclass E(enum.Enum):\n    a = 1", "E.a", "value"),
        ("import threading", "threading.Lock()", "acquire"),
        ("import datetime", "datetime.datetime(2000, 1, 1)", "year"),
        ("", "(1).bit_length", "__self__"),
        ("", "len", "__name__"),
        ("", "3", "real"),
        ("", "ValueError('x')", "args"),
        ("import pathlib", "pathlib.PurePosixPath('/a')", "name"),
    ];
    with_each_python(|python, version| {
        for (before, object, name) in objects {
            let source = format!("{before}\no = {object}\no.{name} #!\n{ITSELF}\nitself(o, {name:?})\n");
            let probed = seen(python, &source);
            let load = load(&probed, 0);
            let found = load.searches.first().and_then(|search| search.found.as_ref());
            let truth = |is_true: Option<bool>| if is_true == Some(true) { "True" } else { "False" };
            let ours = format!(
                "{}|{}|{}|{}\n",
                load.mro.join(","),
                found.map_or("None", |found| &found.owner),
                truth(found.map(|found| found.gets)),
                truth(found.map(|found| found.sets))
            );
            let (_directory, path) = file("program.py", &source);
            let (_, python_says, _) = support::plain(python, &path, &[]);
            assert_eq!(ours, python_says, "{version:?} {object}.{name}: {}", told(&probed));
        }
    });
}

#[test]
fn calls_are_told_by_what_they_call() {
    let cases = [
        ("class C:\n    def __new__(cls): return object.__new__(cls)\nC() #!\n", CallableKind::Class, "C"),
        ("class C:\n    def __call__(self): pass\nc = C()\nc() #!\n", CallableKind::Instance, "C"),
        ("def f(): yield\nf() #!\n", CallableKind::Function, "f"),
        ("f = [].append\nf(1) #!\n", CallableKind::CFunction, "list.append"),
        ("import math\nf = math.sqrt\nf(4) #!\n", CallableKind::CFunction, "math.sqrt"),
        ("class C:\n    def m(self): pass\nf = C().m\nf() #!\n", CallableKind::Method, "C.m"),
        ("import functools\np = functools.partial(len, 'x')\np() #!\n", CallableKind::Instance, "functools.partial"),
        ("f = str.upper\nf('x') #!\n", CallableKind::CMethod, "str.upper"),
        ("f = 3\nf() #!\n", CallableKind::NotCallable, "int"),
    ];
    with_each_python(|python, version| {
        for (source, kind, name) in cases {
            let probed = seen(python, source);
            let call = probed.places[0].ways[0].way.call.as_ref().expect("a call");
            assert_eq!((call.kind, call.name.as_str()), (kind, name), "{version:?} {source}");
        }
        let probed = seen(python, cases[0].0);
        let class = probed.places[0].ways[0].way.call.as_ref().unwrap();
        let owners = (&class.new.as_ref().unwrap().owner[..], &class.init.as_ref().unwrap().owner[..]);
        assert_eq!((owners, class.is_type_call), (("C", "object"), true), "{version:?}");
    });
}

#[test]
fn a_call_that_needs_no_bound_method_is_told_without_one() {
    let class = "class A:\n    def f(self): pass\n    c = classmethod(f)\n";
    with_each_python(|python, version| {
        let binds = |line: &str| told(&seen(python, &format!("{class}{line}"))).contains("[method_vectorcall]");
        assert!(!binds("A().f() #!\n"), "{version:?}");
        assert!(binds("A().c() #!\n"), "{version:?}");
        let of_super = "class B(A):\n    def f(self):\n        super().f() #!\nB().f()\n";
        assert_eq!(binds(of_super), version < (3, 12), "{version:?}");
    });
}

#[test]
fn a_descriptor_of_a_type_in_c_is_not_told_to_be_in_python() {
    let cases = [
        ("import functools\nclass A:\n    f = functools.lru_cache(None)(lambda self: 1)\nA().f() #!\n", false),
        ("import collections\ncollections.namedtuple('N', 'u')(1).u #!\n", false),
        ("class D:\n    def __get__(self, o, t): return 1\nclass A:\n    d = D()\nA().d #!\n", true),
    ];
    with_each_python(|python, version| {
        for (source, is_in_python) in cases {
            let told = told(&seen(python, source));
            assert_eq!(told.contains("[slot_tp_descr_get]"), is_in_python, "{version:?} {told}");
        }
    });
}

#[test]
fn a_line_in_a_loop_tells_each_way_and_how_often() {
    let source = "
class A: x = 1
class B(A): pass
class C:
    def __init__(self): self.x = 2
for i in range(30):
    for o in (A(), B(), C(), C()):
        o.x #!
";
    with_each_python(|python, version| {
        let probed = seen(python, source);
        let ways: Vec<_> = probed.places[0].ways.iter().map(|seen| (seen.way.load.as_ref().unwrap().kind.clone(), seen.visits)).collect();
        assert_eq!(ways, [("A".to_owned(), 30), ("B".to_owned(), 30), ("C".to_owned(), 60)], "{version:?}");
        let many = "for i in range(20):\n    type('T%d' % i, (), {'x': 1})().x #!\n";
        let probed = seen(python, many);
        let place = probed.places.iter().find(|place| place.site.name.as_deref() == Some("x")).unwrap();
        assert_eq!((place.ways.len(), place.others), (16, 4), "{version:?}");
    });
}

#[test]
fn stores_and_deletions_are_told_as_such() {
    let source = "class A:\n    __slots__ = ('s', '__dict__')\na = A()\na.s = a.d = 1; a.s += 1; del a.d; A.c = 3 #!\n";
    with_each_python(|python, version| {
        let probed = seen(python, source);
        let rules: Vec<_> = probed.places.iter().map(|place| place.ways[0].way.store.as_ref().unwrap().rule).collect();
        let expected = [Rule::DataDescriptor, Rule::InstanceDict, Rule::DataDescriptor, Rule::InstanceDict, Rule::ClassDict];
        assert_eq!(rules, expected, "{version:?} {}", told(&probed));
        assert_eq!(probed.outcome, Outcome::Finished, "{version:?}");
    });
}

#[test]
fn nothing_of_the_program_runs_for_it() {
    let source = "
import sys
class Meta(type):
    def __getattribute__(cls, name):
        sys.stderr.write('meta %s\\n' % name)
        return super().__getattribute__(name)
    def __eq__(cls, other): sys.stderr.write('eq\\n'); return False
    def __hash__(cls): sys.stderr.write('hash\\n'); return 1
class Odd(metaclass=Meta):
    @property
    def __class__(self): sys.stderr.write('class\\n'); return int
    def __getattr__(self, name): sys.stderr.write('getattr %s\\n' % name); return len
    @property
    def p(self): sys.stderr.write('property\\n'); return lambda: 0
    def __call__(self): pass
o = Odd()
o.p(), o.nothing(''), o(), Odd(), Odd.p, o.q #!
raise SystemExit(7)
";
    with_each_python(|python, version| {
        let (_directory, path) = file("program.py", source);
        let (_, plain, _) = support::plain(python, &path, &[]);
        // The same through the probe, with what is printed sent where it can be read.
        let said = path.with_extension("said");
        let told_aside = source.replace("import sys", &format!("import sys\nsys.stderr = open({:?}, 'w')", said.to_str().unwrap()));
        let probed = seen(python, &told_aside);
        assert_eq!(probed.outcome, Outcome::Exited { status: 7 }, "{version:?}");
        assert!(probed.is_whole && probed.places.len() == 6, "{version:?}");
        assert_eq!(std::fs::read_to_string(&said).unwrap(), plain, "{version:?}");
    });
}

#[test]
fn however_a_program_ends_what_was_seen_is_kept() {
    type Is = fn(&Outcome) -> bool;
    let ends: [(&str, Is); 5] = [
        ("raise SystemExit(3)", |outcome| *outcome == Outcome::Exited { status: 3 }),
        ("1 / 0", |outcome| matches!(outcome, Outcome::Raised { kind, .. } if kind == "ZeroDivisionError")),
        ("import os\nos._exit(4)", |outcome| *outcome == Outcome::Exited { status: 4 }),
        ("import os\nos.kill(os.getpid(), 9)", |outcome| matches!(outcome, Outcome::Died { .. })),
        ("while True: pass", |outcome| matches!(outcome, Outcome::CutShort { limit: Limit::Time(_) })),
    ];
    for (python, version) in pythons() {
        for (end, is_expected) in ends {
            let source = format!("x = []\nfor i in range(5):\n    x.append(i) #!\n{end}\n");
            let limits = Limits { time: Some(Duration::from_millis(1000)), ..Limits::default() };
            let request = Request { limits, ..request(&python, &source) };
            let probed = probe(&request, &ProbedLine { file: None, line: 3 }, || true).unwrap().unwrap();
            assert!(is_expected(&probed.outcome), "{version:?} {end}: {:?}", probed.outcome);
            let visits = probed.places[0].ways[0].visits;
            assert_eq!(visits, if probed.is_whole { 5 } else { 4 }, "{version:?} {end}");
        }
    }
}

#[test]
fn a_line_of_the_librarys_is_looked_at_through_a_program_that_imports_it() {
    with_each_python(|python, version| {
        let find = "import json.decoder as m, sys; sys.stderr.write(m.__file__)";
        let (_directory, path) = file("find.py", find);
        let module = support::plain(python, &path, &[]).1;
        let text = std::fs::read_to_string(&module).unwrap();
        let line = text.lines().position(|line| line.contains("self.raw_decode(s")).expect("json decodes so") as u32 + 1;
        let source = "import json\njson.loads('[1]'), json.loads('2')\n";
        let request = Request { launch: Launch::Command, ..request(python, source) };
        let probed = probe(&request, &ProbedLine { file: Some(module.into()), line }, || true).unwrap().unwrap();
        let place = probed.places.iter().find(|place| place.site.name.as_deref() == Some("raw_decode")).unwrap();
        assert!(probed.is_loaded && place.ways[0].visits == 2, "{version:?} {probed:?}");
        let load = place.ways[0].way.load.as_ref().unwrap();
        assert_eq!(
            (load.kind.as_str(), load.dict, load.rule),
            ("json.decoder.JSONDecoder", DictState::Missing, Rule::Descriptor),
            "{version:?}"
        );
        assert_eq!(load.searches[0].found.as_ref().unwrap().what, What::Function, "{version:?}");
        assert_eq!(load.searches[0].of, SearchOf::Type, "{version:?}");
    });
}

#[test]
fn arguments_and_names_of_the_program_are_as_ever() {
    let source = "import sys, os\nsys.exit(0 if (__name__, sys.argv[1:], os.path.isabs(__file__) or sys.version_info < (3, 9)) == ('__main__', ['a'], True) else 9) #!\n";
    with_each_python(|python, version| {
        let (_directory, path) = file("program.py", source);
        let request = request_of(python, &path, &["a"]);
        let probed = probe(&request, &ProbedLine { file: None, line: 2 }, || true).unwrap().unwrap();
        assert_eq!(probed.outcome, Outcome::Finished, "{version:?}");
        let nothing = probe(&request, &ProbedLine { file: None, line: 1 }, || true).unwrap().unwrap();
        assert_eq!((nothing.places.len(), nothing.nearest), (0, vec![2]), "{version:?}");
    });
}

#[test]
fn the_command_tells_it_and_says_what_is_wrong() {
    let Some((python, _)) = pythons().pop() else { return };
    let (_directory, path) = file("program.py", "x = []\n\nif not x:\n    x.append(1)\nelse:\n    x.pop()\nprint('heard')\n");
    let ask = |line: &str| {
        let place = format!("{}:{line}", path.display());
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_evalody"));
        command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
        command.args(["explain", "@attribute", &place, "--interpreter"]).arg(&python);
        let output = command.output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap(), output.status.code())
    };
    let (stdout, stderr, status) = ask("4");
    assert_eq!((stderr.as_str(), status), ("", Some(0)));
    for words in ["ran the program for this", "x.append: an attribute, called at once", "list, object", "_PyType_Lookup", "This way, once"]
    {
        assert!(stdout.contains(words), "{words}: {stdout}");
    }
    assert!(!stdout.contains("heard"), "{stdout}");
    assert!(stdout.lines().all(|line| line.chars().count() <= 100), "{stdout}");
    let (stdout, ..) = ask("7");
    assert!(stdout.contains("print in C: Python/bltinmodule.c") && stdout.contains("builtin_print"), "{stdout}");
    let (stdout, _, status) = ask("6");
    assert!(status == Some(0) && stdout.contains("The line never ran."), "{stdout}");
    for (line, words) in [("2", "the nearest that do: line 4"), ("99", "has 7 lines"), ("none", "FILE.py:LINE")] {
        let (_, stderr, status) = ask(line);
        assert!(status == Some(2) && stderr.contains(words), "{line}: {stderr}");
    }
}
