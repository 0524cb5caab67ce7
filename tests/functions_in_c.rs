//! Functions in C, as the recorder in Python tells them by `sys.monitoring`: each by its name, where it is called,
//! without running a line of the program for it.

#[path = "support/interpreters.rs"]
mod interpreters;

use std::collections::BTreeSet;
use std::path::Path;

use evalody::fold::{self, Zoom, fold};
use evalody::interpreter::options::Recorder;
use evalody::trace::{Entry, Family, MarkKind, Trace};
use interpreters::{Heard, file, hear, plain, pythons, request, request_of};

/// Runs a check for every Python that tells them.
fn with_each(check: impl Fn(&Path, (u8, u8))) {
    pythons().iter().filter(|(_, version)| *version >= (3, 12)).for_each(|(python, version)| check(python, *version));
}

fn heard(python: &Path, source: &str) -> Heard {
    let mut request = request(python, source);
    request.recorder = Recorder::Python;
    hear(&request).unwrap()
}

/// Names of the functions in C that were called, in order.
fn called(trace: &Trace) -> Vec<&str> {
    trace
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Mark(mark) => Some(&mark.kind),
            Entry::Step(_) => None,
        })
        .filter_map(|kind| match kind {
            MarkKind::CalledC(name) => Some(&*trace.names[name.index()]),
            _ => None,
        })
        .collect()
}

#[test]
fn each_function_in_c_is_told_by_its_name_after_the_instruction_that_calls_it() {
    let source = "\
import itertools, math
class Mine(list):
    pass
def python(x):
    return x
x = [3]
mine = Mine(x)
bound = mine.append
x.append(1)
bound(2)
len(x)
math.sqrt(4)
itertools.chain(x, x)
dict.fromkeys(x)
int('7')
'a'.__add__('b')
python(x)
sorted(x, key=python)
max(*x)
";
    with_each(|python, version| {
        let trace = heard(python, source).trace;
        let expected = [
            "__build_class__",
            "list.append",
            "list.append",
            "len",
            "math.sqrt",
            "itertools.chain",
            "dict.fromkeys",
            "int",
            "str.__add__",
            "sorted",
            "max",
        ];
        assert_eq!(called(&trace), expected, "{version:?}");
        assert_eq!(trace.names.iter().collect::<BTreeSet<_>>().len(), trace.names.len(), "{version:?}: each name once");
        for pair in trace.entries.windows(2) {
            if let [before, Entry::Mark(mark)] = pair
                && matches!(mark.kind, MarkKind::CalledC(_))
            {
                let Entry::Step(step) = before else { panic!("{version:?}: {before:?} before {mark:?}") };
                assert_eq!(trace.codes[step.code.index()].unit(step.offset).family, Family::Call, "{version:?}");
            }
        }
        let outline = fold(&trace, Zoom::Line);
        let counted: u32 = outline.gestures.iter().map(|gesture| gesture.c_calls).sum();
        assert_eq!(counted as usize, expected.len(), "{version:?}");
        assert!(fold::lines(&outline, &trace.codes).any(|line| line.contains("c_calls 1")), "{version:?}");
        assert!(fold::json_lines(&outline, &trace.codes).any(|line| line.contains("\"c_calls\":1")), "{version:?}");
    });
}

#[test]
fn nothing_of_the_program_runs_for_it() {
    let source = "\
class Meta(type):
    def __getattribute__(cls, name):
        print('getattribute', name)
        return super().__getattribute__(name)
    def __eq__(cls, other):
        print('eq')
        return False
    def __hash__(cls):
        print('hash')
        return 1
    def __subclasscheck__(cls, other):
        print('subclasscheck')
        return True
class Mine(list, metaclass=Meta):
    def __getattr__(self, name):
        print('getattr', name)
        raise AttributeError(name)
class Odd:
    __hash__ = None
    def __eq__(self, other):
        print('equal')
        return True
    def __call__(self):
        return 1
    @property
    def __class__(self):
        print('class')
        return int
mine = Mine()
for i in range(3):
    mine.append(i)
    bound = mine.append
    bound(i)
    Odd()()
    Mine()
    list.pop(mine)
print(len(mine))
";
    with_each(|python, version| {
        let (_directory, path) = file("program.py", source);
        let (stdout, stderr, status) = plain(python, &path, &[]);
        let mut request = request_of(python, &path, &[]);
        request.recorder = Recorder::Python;
        let heard = hear(&request).unwrap();
        assert_eq!((heard.stdout, heard.stderr, heard.status), (stdout, stderr, Some(status)), "{version:?}");
        let found: BTreeSet<&str> = called(&heard.trace).into_iter().collect();
        assert!(["list.append", "list.pop", "len", "print", "range"].iter().all(|name| found.contains(name)), "{version:?}: {found:?}");
    });
}

#[test]
fn learning_their_names_is_not_told_as_the_programs_memory() {
    let source = "\
import math
def first():
    math.sin(1), math.cos(1), math.tan(1), math.exp(1), math.log(1), math.sqrt(1), math.floor(1), math.ceil(1)
    math.fabs(1), math.atan(1), math.asin(1), math.acos(1), math.sinh(1), math.cosh(1), math.gcd(1), math.isnan(1)
def wait():
    for i in range(400):
        pass
first()
wait()
";
    with_each(|python, version| {
        let trace = heard(python, source).trace;
        assert!(called(&trace).len() >= 16, "{version:?}");
        let outline = fold(&trace, Zoom::Line);
        let of_functions = outline.gestures.iter().filter(|gesture| trace.codes[gesture.code.index()].qualname != "<module>");
        let (up, down) = of_functions.fold((0, 0), |(up, down), gesture| (up + gesture.blocks_up, down + gesture.blocks_down));
        // Two or three blocks for each of sixteen names would be forty or more.
        assert!(up < 20 && down < 20, "{version:?}: {up} up, {down} down");
    });
}

#[test]
fn older_versions_do_not_tell_them_to_the_recorder_in_python() {
    for (python, version) in pythons().iter().filter(|(_, version)| *version < (3, 12)) {
        let trace = heard(python, "x = []\nx.append(len(x))\n").trace;
        assert!(called(&trace).is_empty() && trace.names.is_empty(), "{version:?}");
    }
}
