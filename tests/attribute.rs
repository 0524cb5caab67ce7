//! How attributes are found, as the probe tells it, against what the program itself says of them.

#[path = "support/interpreters.rs"]
mod support;

use std::path::Path;
use std::time::Duration;

use evalody::interpreter::options::Launch;
use evalody::interpreter::{Limits, Probed, ProbedLine, Request, probe};
use evalody::lookup::{CallableKind, DictState, Load, Outcome as Rule, SearchOf, Subject, What, steps};
use evalody::trace::{Limit, Outcome};
use support::{file, pythons, request, request_of, with_each_python};

/// What is seen of the line of a program that ends in `#!`.
fn seen(python: &Path, source: &str) -> Probed {
    let line = source.lines().position(|line| line.ends_with("#!")).expect("a line is marked") as u32 + 1;
    probe(&request(python, source), &ProbedLine { file: None, line }, || true).unwrap_or_else(|error| panic!("{source}\n{error}")).unwrap()
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

#[test]
fn scratch() {
    for source in [
        "class Stack(list):\n    def push(self, x):\n        self.append(x) #!\ns = Stack()\nfor i in range(5): s.push(i)\n",
        "import sys\nclass M(type):\n    meta = 1\n    @property\n    def mp(cls): return 2\nclass A(metaclass=M):\n    a = 1\nA.meta, A.mp, A.a, A.__name__, A.mro(), sys.path, sys.nothing if 0 else 1 #!\n",
        "class A:\n    def f(self): return 1\nclass B(A):\n    def f(self):\n        return super().f() + super(B, self).f() #!\nB().f()\n",
        "import functools\nclass C:\n    def __new__(cls, *a): return object.__new__(cls)\n    def __call__(self): pass\nc = C()\nC(1), c(), functools.partial(len, 'x')(), print('x'), [].append(1), (lambda: 1)(), type(c), dict(), c.x #!\n",
        "class A:\n    __slots__ = ('x', 'y')\na = A()\na.x = a.x = 1; a.x += 1; del a.x; a.x #!\n",
    ] {
        with_each_python(|python, version| {
            if version == (3, 11) || version == (3, 13) {
                let p = seen(python, source);
                eprintln!("{version:?} {:?}\n{}", p.outcome, told(&p))
            }
        });
    }
}
