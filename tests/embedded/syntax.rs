//! Wrong programs: where the embedded interpreter, its parser, and the CPython of this machine see the error.

use std::process::{Command, Stdio};

use evalody::interpreter::explain;
use evalody::interpreter::syntax::check;
use evalody::interpreter::wire::End;
use evalody::program::Program;

use super::child::{STARTING, options, run};

/// What is wrong with each is known to every version of Python since 3.8; the last three only to a compiler.
const WRONG: [&str; 12] = [
    "x = (1,\ny = 2\n",
    "x = 1\nif x\n    y = 2\n",
    "def f():\nreturn 1\n",
    "x = 1\n    y = 2\n",
    "for i in range(3):\n    print(i\n",
    "x = 'abc\n",
    "a = 1\nb = = 2\n",
    "class A:\n    def f(self):\n        pass\n      x = 1\n",
    "x = 5 +\n",
    "x = 1\nreturn x\n",
    "def f():\n    nonlocal q\n",
    "for i in (1, 2):\n    pass\nbreak\n",
];
const ONLY_COMPILED: usize = 3;

fn program(text: &str) -> Program {
    Program { name: "wrong.py".into(), text: text.into() }
}

#[test]
fn the_line_of_an_error_is_cpythons() {
    for source in WRONG {
        let Some(End::Syntax(error)) = run(source, options()).end else { panic!("{source:?} compiled") };
        match cpython_line(source) {
            Some(line) => assert_eq!(error.line, line, "{source:?}: {error:?}"),
            None => {
                assert!(std::env::var_os("CI").is_none(), "there is no python3");
                eprintln!("skipped: there is no python3");
                return;
            }
        }
    }
}

#[test]
fn the_parser_sees_errors_on_the_same_lines() {
    for source in &WRONG[..WRONG.len() - ONLY_COMPILED] {
        let Some(End::Syntax(theirs)) = run(source, options()).end else { panic!("{source:?} compiled") };
        let error = check(&program(source), None).unwrap_err();
        assert_eq!(error.line, theirs.line, "{source:?}: {error:?} and {theirs:?}");
    }
}

#[test]
fn a_wrong_program_runs_nothing_and_is_explained_as_python_explains_it() {
    let source = "print('never')\nx = 1\nreturn x\n";
    let run = run(source, options());
    let Some(End::Syntax(error)) = run.end else { panic!("it compiled") };
    assert_eq!((run.stdout.as_str(), run.trace.entries.len()), ("", 0));
    assert_eq!(
        explain("wrong.py", &program(source), &error),
        "  File \"wrong.py\", line 3\n    return x\n    ^^^^^^^^\nSyntaxError: 'return' outside function\n"
    );
}

fn cpython_line(source: &str) -> Option<u32> {
    let script = "import sys\ntry:\n    compile(sys.argv[1], 'wrong.py', 'exec')\nexcept SyntaxError as error:\n    print(error.lineno)\n";
    let child = {
        let _guard = STARTING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        Command::new("python3").args(["-c", script, source]).stdout(Stdio::piped()).spawn().ok()?
    };
    String::from_utf8(child.wait_with_output().ok()?.stdout).ok()?.trim().parse().ok()
}
