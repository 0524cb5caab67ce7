//! The standard library of a CPython, as the tracer would tell its code.

use std::path::Path;
use std::process::{Command, Stdio};

use evalody::interpreter::TRACER;
use evalody::interpreter::wire::{End, Heard, Reader};
use evalody::trace::{Listener, Outcome};

use super::support;

/// Tells every code object of every module of the library on standard output, as the tracer would.
const TELL_ALL: &str = r#"
import os, sys, warnings
warnings.simplefilter("ignore")
tracer = {"__name__": "evalody", "FOUND_MODULES": set(), "BOOT_FILE": "", "OPTIONS": "{}"}
with open(sys.argv[1]) as file:
    exec(compile(file.read(), "<evalody>", "exec"), tracer)
stream = tracer["Stream"](1, 4096, None, None, None)
stream.blob(1, '{"protocol":1,"interpreter":"CPython","version":[%d,%d],"recorder":"none"}' % sys.version_info[:2])
number = 0
library = os.path.dirname(os.__file__)
for directory, inner, names in os.walk(library):
    inner[:] = sorted(set(inner) - {"site-packages", "dist-packages", "test", "tests", "idle_test"})
    for name in sorted(names):
        path = os.path.join(directory, name)
        if not name.endswith(".py"):
            continue
        try:
            with open(path, "rb") as file:
                code = compile(file.read(), path, "exec")
        except (SyntaxError, ValueError):
            continue  # some are templates of code
        for code in tracer["nested"](code):
            stream.blob(2, tracer["described"](code, number, "library", path))
            number += 1
        stream.write()
stream.end('{"kind":"finished"}')
"#;

/// Tells all code of the library, to the end.
pub fn tell_library(python: &Path, listener: &mut impl Listener) {
    let (_directory, tracer) = support::file("tracer.py", TRACER);
    let mut child = Command::new(python)
        .args(["-c", TELL_ALL])
        .arg(&tracer)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python runs");
    let mut reader = Reader::new(child.stdout.take().expect("its output"));
    let end = loop {
        if let Heard::End(end) = reader.read(listener).expect("the protocol") {
            break end;
        }
    };
    assert!(child.wait().expect("its end").success());
    assert_eq!(end, Some(End::Outcome(Outcome::Finished)));
}
