//! Knobs in the comments of a program: found where Python has a comment behind a number that is assigned,
//! turned without moving anything else, and mistakes told in a line.

use std::process::{Command, Stdio};

use evalody::edit::{Knob, Knobs, Turn};
use proptest::prelude::*;

fn only(text: &str) -> Knob {
    let Knobs { knobs, mistakes } = Knobs::of(text);
    assert_eq!(mistakes, [], "{text}");
    assert_eq!(knobs.len(), 1, "{text}");
    knobs.into_iter().next().unwrap()
}

fn mistake(text: &str) -> String {
    let Knobs { knobs, mistakes } = Knobs::of(text);
    assert_eq!((knobs.len(), mistakes.len()), (0, 1), "{text}: {mistakes:?}");
    let told = mistakes[0].to_string();
    assert!(told.starts_with("line ") && !told.contains('\n'), "{told}");
    told
}

fn turn(controller: u8, channel: u8, value: u8) -> Turn {
    Turn { channel, controller, value }
}

#[test]
fn a_knob_is_a_number_that_is_assigned_and_a_comment_that_says_how_far() {
    let knob = only("n = 8  # knob: n 1..64 cc 20\n");
    assert_eq!((knob.name.as_str(), knob.line, knob.value, knob.low, knob.high, knob.is_whole), ("n", 1, 8.0, 1.0, 64.0, true));
    assert_eq!((knob.controller, knob.channel, knob.step()), (Some(20), None, 1.0));
    assert_eq!((knob.told(), knob.bounds(), knob.controller_words()), ("n = 8".into(), "1..64".into(), "cc 20".into()));
    for (text, name, value, is_whole) in [
        ("n = 8  # knob: 1..64 cc 20", "n", 8.0, true),
        ("n=8#knob:1..64 cc 20", "n", 8.0, true),
        ("n: int = 8  # knob: 1..64 cc 20", "n", 8.0, true),
        ("n: dict[str, int] = 8 \t # knob: 1..64 cc 20", "n", 8.0, true),
        ("self.speed = 8  # knob: self.speed 1..64 cc 20", "self.speed", 8.0, true),
        ("def f():\n\tn = -8  # knob: n -10..64 cc 20", "n", -8.0, true),
        ("n = 0x10  # how many  # knob: 1..64 cc 20  # and why", "n", 16.0, true),
        ("n = 8.  # knob: 1..64 cc 20", "n", 8.0, false),
        ("n = 8  # knob: 0.5..64 cc 20", "n", 8.0, false),
        ("n = 8  # knob: 1..64 cc 20 step 0.5", "n", 8.0, false),
        ("größe = 8  # knob: größe 1..64 cc 20", "größe", 8.0, true),
        ("x = '#;'; n = 8; s = 3  # knob: n 1..64 cc 20", "n", 8.0, true),
        ("x = {'a': 1}; n = 8  # knob: 1..64 cc 20", "n", 8.0, true),
        ("n = 8  # knob: n 1..64 channel 2 cc 20 step 3", "n", 8.0, true),
    ] {
        let knob = only(text);
        assert_eq!((knob.name.as_str(), knob.value, knob.is_whole, knob.controller), (name, value, is_whole, Some(20)), "{text}");
    }
    assert_eq!(only("x = 1\r\n\r\nn = 8  # knob: 1..9\r\n").line, 3);
    assert_eq!(only("x = 1\rn = 8  # knob: 1..9\r").line, 2, "of an old Macintosh");
    assert_eq!(only("n = 8  # knob: 1..9").controller, None, "the mouse alone turns it");
}

#[test]
fn what_is_no_comment_is_no_knob() {
    for text in [
        "s = 'n = 8  # knob: n 1..64 cc 20'\n",
        "'''\nn = 8  # knob: n 1..64 cc 20\n'''\n",
        "f'''{\n  n\n}  # knob: n 1..64'''\n",
        "# knobs are nice\nknob: int = 3\n",
        "",
        "# the knob: a remark\n",
    ] {
        assert_eq!(Knobs::of(text), Knobs::default(), "{text}");
    }
}

#[test]
fn several_knobs_stand_beside_each_other() {
    let text = "a = 1; b = 2.5  # knob: a 0..9 cc 1  # knob: b 0..5 cc 2\nc = 3  # knob: 0..5 cc 1 channel 3\n";
    let Knobs { knobs, mistakes } = Knobs::of(text);
    assert_eq!(mistakes.len(), 1, "cc 1 of any channel is a's");
    assert!(mistakes[0].to_string().starts_with("line 2: cc 1 channel 3 turns a in line 1 already; give c another"), "{mistakes:?}");
    let names: Vec<_> = knobs.iter().map(|knob| (knob.name.as_str(), knob.line)).collect();
    assert_eq!(names, [("a", 1), ("b", 1)]);
    let apart = Knobs::of("a = 1  # knob: 0..9 cc 1 channel 1\nb = 1  # knob: 0..9 cc 1 channel 2\n");
    assert_eq!(apart.mistakes, []);
    assert_eq!(apart.turned_by(turn(1, 2, 127)), Some((1, 9.0)));
    assert_eq!(apart.turned_by(turn(1, 1, 0)), Some((0, 0.0)));
    assert_eq!((apart.turned_by(turn(1, 3, 5)), apart.turned_by(turn(2, 1, 5))), (None, None));
}

#[test]
fn a_mistake_says_its_line_and_its_remedy() {
    for (text, told) in [
        (
            "# knob: n 1..64 cc 20",
            "line 1: a knob turns a number that is assigned on its own line; write it behind one: n = 8  # knob: n 1..64 cc 20",
        ),
        ("\nn = 8 + 1  # knob: n 1..64", "line 2: a knob turns a number"),
        ("f(\n    n = 8  # knob: n 1..64\n)", "line 2: a knob turns a number"),
        ("n = 8j  # knob: n 1..64", "line 1: a knob turns a number"),
        ("n == 8  # knob: n 1..64", "line 1: a knob turns a number"),
        ("n += 8  # knob: n 1..64", "line 1: a knob turns a number"),
        ("if n: m = 8  # knob: m 1..64", "line 1: a knob turns a number"),
        ("n = 8  # knob: m 1..64 cc 20", "line 1: \"m\" gets no number here, n does; write # knob: n 1..64 cc 20"),
        ("a = 1; b = 2  # knob: 1..64", "line 1: a and b get numbers here; name the one that is meant: write # knob: a 1..64 cc 20"),
        ("n = 8  # knob: n cc 20", "line 1: the knob of n has no range; write # knob: n 1..64 cc 20"),
        ("n = 8  # knob:", "line 1: the knob of n has no range"),
        ("n = 8  # knob: n 1..x", "line 1: \"x\" is no number that a knob could end at"),
        ("n = 8  # knob: n 64..1", "line 1: 64..1 leaves nothing to turn; write the lower bound first: 1..64"),
        ("n = 8  # knob: n 5..5", "line 1: 5..5 leaves nothing to turn; write the lower bound first: 5..6"),
        ("n = 8  # knob: n 1..64 cc 120", "line 1: cc 120 is no controller; write cc 0 to cc 119 (120 to 127 are channel mode messages)"),
        ("n = 8  # knob: n 1..64 cc", "line 1: cc alone is no controller"),
        ("n = 8  # knob: n 1..64 cc 20 channel 17", "line 1: channel 17 is none of MIDI's; write channel 1 to channel 16"),
        ("n = 8  # knob: n 1..64 channel 3", "line 1: a channel without a controller turns nothing"),
        ("n = 8  # knob: n 1..64 cc 20 step 0", "line 1: step 0 leads nowhere; write one above 0 and up to 63"),
        (
            "n = 8  # knob: n 1..64 cc 20 softly",
            "line 1: \"softly\" means nothing to a knob; behind the range may stand cc N, channel N and step S",
        ),
        ("n = 8  # knob: n 1..64 cc 20 cc 21", "line 1: cc is said twice; keep one"),
    ] {
        let said = mistake(text);
        assert!(said.starts_with(told), "{text}\n{said}\n{told}");
    }
    let twice = Knobs::of("n = 8  # knob: n 1..64 cc 20  # knob: n 1..9 cc 21");
    assert_eq!((twice.knobs.len(), twice.mistakes[0].to_string().as_str()), (1, "line 1: n has a knob already; keep one"));
}

#[test]
fn both_ends_are_reached_and_the_middle_is_rounded_to_the_step() {
    let values = |text: &str| [0, 1, 63, 64, 126, 127].map(|v| only(text).written(only(text).at(v)));
    assert_eq!(values("n = 8  # knob: 1..64"), ["1", "1", "32", "33", "64", "64"].map(str::to_owned));
    assert_eq!(values("n = 8  # knob: -5..5"), ["-5", "-5", "0", "0", "5", "5"].map(str::to_owned));
    assert_eq!(values("n = 8  # knob: 0..127"), ["0", "1", "63", "64", "126", "127"].map(str::to_owned));
    assert_eq!(values("n = 8  # knob: 0..1000"), ["0", "8", "496", "504", "992", "1000"].map(str::to_owned));
    assert_eq!(values("n = 8  # knob: 1..10 step 4"), ["1", "1", "5", "5", "10", "10"].map(str::to_owned), "the last step is short");
    assert_eq!(values("x = 0.5  # knob: 0.1..2.0"), ["0.1", "0.115", "1.043", "1.057", "1.985", "2.0"].map(str::to_owned));
    assert_eq!(values("x = 0.5  # knob: 0..1 step 0.25"), ["0.0", "0.0", "0.5", "0.5", "1.0", "1.0"].map(str::to_owned));
    assert_eq!(values("x = 0.5  # knob: -1..1 step 0.1"), ["-1.0", "-1.0", "0.0", "0.0", "1.0", "1.0"].map(str::to_owned));
    assert_eq!(values("x = 1e-7  # knob: 1e-9..1e-6")[5], "0.000001");
}

#[test]
fn a_knob_is_nudged_by_its_steps_and_stays_within_its_bounds() {
    let knob = |value: &str| only(&format!("n = {value}  # knob: 1..10 step 4"));
    assert_eq!(["1", "5", "9", "10", "99"].map(|value| knob(value).nudged(-1)), [1.0, 1.0, 5.0, 9.0, 9.0]);
    assert_eq!(["-3", "1", "5", "9", "10"].map(|value| knob(value).nudged(1)), [5.0, 5.0, 9.0, 10.0, 10.0]);
    let mut text = "x = 0.1  # knob: 0.1..2.0".to_owned();
    for _ in 0..127 {
        let knob = only(&text);
        text = knob.turned(&text, knob.nudged(1));
    }
    assert_eq!(text, "x = 2.0  # knob: 0.1..2.0");
}

#[test]
fn only_the_number_is_replaced() {
    let text = "# π\r\ndef f(n: int):\r\n\tn = - 8 ; s = 'n = 8'  # knob: n -9..64 cc 20\r\n\treturn 8\r\n";
    let knob = only(text);
    assert_eq!(knob.turned(text, 12.4), text.replace("- 8", "12"));
    assert_eq!(knob.turned(text, f64::NAN), text.replace("- 8", "-9"));
    assert_eq!(knob.turned("", 3.0), "", "of another text it is no knob");
    assert_eq!(knob.turned("eine ganz andere Zeile, und lang dazu", 3.0), "eine ganz andere Zeile, und lang dazu");
}

proptest! {
    #[test]
    fn turning_moves_nothing_else(
        before in "(\\PC|[;'\"({#\\\\]|\n|\r\n){0,12}",
        indent in "[ \t]{0,4}",
        literal in "-?[0-9]{1,4}(\\.[0-9]{0,3})?",
        low in -500i32..500,
        span in 1u32..3000,
        is_float: bool,
        end in "(\n|\r\n|\r)",
        after in "(\\PC|[;'\"({#\\\\]|\n|\r\n){0,12}",
        v in 0u8..=127,
    ) {
        let dot = if is_float { ".5" } else { "" };
        let bounds = format!("{low}{dot}..{}{dot}", i64::from(low) + i64::from(span));
        let line = format!("{indent}knob_n: int = {literal} # knob: knob_n {bounds} cc 7{end}");
        let text = format!("{before}\n{line}{after}");
        let Knobs { knobs, .. } = Knobs::of(&text);
        // What stands before may have opened a string.
        let Some(knob) = knobs.iter().find(|knob| knob.name == "knob_n") else { return Ok(()) };
        let turned = knob.turned(&text, knob.at(v));
        let written = knob.written(knob.at(v));
        prop_assert_eq!(&turned, &format!("{before}\n{}{after}", line.replacen(&format!("= {literal} "), &format!("= {written} "), 1)));
        let again = Knobs::of(&turned);
        let new = again.knobs.iter().find(|new| new.name == "knob_n").unwrap();
        prop_assert_eq!((new.value, new.line), (knob.at(v), knob.line));
        prop_assert!(knob.low <= new.value && new.value <= knob.high);
        prop_assert_eq!([knob.at(0), knob.at(127)], [knob.low, knob.high]);
        prop_assert!(knob.at(v) <= knob.at(v.saturating_add(1).min(127)));
    }

    #[test]
    fn any_text_is_read(text in "([\\[\\](){}'\"f:#;=\\\\\r\n .n0-9-]|# knob: |n = 1|cc |\\PC){0,60}") {
        for knob in Knobs::of(&text).knobs {
            knob.turned(&text, knob.high);
        }
    }
}

/// Writes a knob behind every line of every module of the library, in strings too, and tells the text and which of
/// them stand behind a number that is assigned, by Python's own tokens and tree.
const LIBRARY: &str = r##"
import ast, io, json, os, sys, tokenize, warnings
warnings.simplefilter("ignore")
BOUND = 2 ** 53 - 1
MARK = f"  # knob: -{BOUND}..{BOUND}"

def number(node):
    sign = 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        sign = -1 if isinstance(node.op, ast.USub) else 1
        node = node.operand
    if isinstance(node, ast.Constant) and type(node.value) in (int, float) and abs(node.value) < 2 ** 53:
        return sign * node.value

def knobs(text):
    lines = text.split("\n")
    found = {}
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.AnnAssign) or isinstance(node, ast.Assign) and len(node.targets) == 1):
            continue
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        value = number(node.value)
        if value is None or node.lineno != node.end_lineno or not isinstance(target, (ast.Name, ast.Attribute)):
            continue
        name = ast.unparse(target)
        before = lines[node.lineno - 1].encode()[:node.col_offset].decode().strip()
        written = lines[node.lineno - 1].encode()[node.col_offset:node.value.col_offset].decode()
        whole = lines[node.lineno - 1].encode()[node.col_offset:node.end_col_offset].decode()
        if not lines[node.lineno - 1].endswith(MARK):
            continue  # it ends in a backslash
        begins = not before or before.endswith(";")
        if begins and written.startswith(name) and written.count("=") == 1 and "(" not in name + whole[len(written):]:
            found.setdefault(node.lineno, []).append((name, float(value), type(value) is int))
    return [[line, *of_line[0]] for line, of_line in sorted(found.items()) if len(of_line) == 1]

library = os.path.dirname(os.__file__)
for directory, inner, names in os.walk(library):
    inner[:] = sorted(set(inner) - {"site-packages", "dist-packages", "test", "tests", "idle_test", "lib2to3"})
    for name in sorted(names):
        if not name.endswith(".py"):
            continue
        path = os.path.join(directory, name)
        try:
            with tokenize.open(path) as file:
                plain = file.read()
        except (SyntaxError, UnicodeDecodeError):
            continue
        text = "\n".join(line if line.endswith("\\") else line + MARK for line in plain.split("\n"))
        try:
            found = knobs(text)
            tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        except (SyntaxError, tokenize.TokenError):
            continue
        comments = sum(token.string.count("# knob:") for token in tokens if token.type == tokenize.COMMENT)
        print(json.dumps({"path": path, "plain": plain, "text": text, "knobs": found, "comments": comments}))
"##;

#[derive(serde::Deserialize)]
struct Module {
    path: String,
    plain: String,
    text: String,
    knobs: Vec<(u32, String, f64, bool)>,
    comments: usize,
}

#[test]
fn in_the_library_knobs_are_where_python_has_comments_behind_numbers() {
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    let Some(python) = evalody::interpreter::found().into_iter().max_by_key(|python| python.version) else {
        assert!(!is_ci, "there is no CPython here");
        return eprintln!("skipped: there is no CPython here");
    };
    let told = Command::new(&python.path).args(["-c", LIBRARY]).stdin(Stdio::null()).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let (mut modules, mut numbers) = (0, 0);
    for line in String::from_utf8(told.stdout).unwrap().lines() {
        let module: Module = serde_json::from_str(line).unwrap();
        assert_eq!(Knobs::of(&module.plain), Knobs::default(), "{} has none by itself", module.path);
        let Knobs { knobs, mistakes } = Knobs::of(&module.text);
        let found: Vec<_> = knobs.iter().map(|knob| (knob.line, knob.name.clone(), knob.value, knob.is_whole)).collect();
        assert_eq!(found, module.knobs, "{}", module.path);
        assert_eq!(knobs.len() + mistakes.len(), module.comments, "{}", module.path);
        modules += 1;
        numbers += found.len();
    }
    println!("{numbers} numbers in {modules} modules of the library");
    assert!(modules > 300 && numbers > 1000, "{numbers} in {modules}");
}
