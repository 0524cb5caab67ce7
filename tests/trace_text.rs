//! A trace as text and as JSON lines.

mod support;

use std::io::{self, Write};

use evalody::trace::text::read;
use evalody::trace::{CodeId, JsonWriter, Listener, Step, TextWriter, Trace};
use proptest::prelude::*;
use serde_json::Value;
use support::traces::{any_trace, small_trace};

fn as_text(trace: &Trace) -> String {
    let mut bytes = Vec::new();
    let mut writer = TextWriter::new(&mut bytes);
    writer.dialect(&trace.dialect);
    trace.tell(&mut writer);
    writer.outcome(&trace.outcome);
    writer.finish().unwrap();
    String::from_utf8(bytes).unwrap()
}

fn as_json(trace: &Trace) -> Vec<Value> {
    let mut bytes = Vec::new();
    let mut writer = JsonWriter::new(&mut bytes);
    writer.dialect(&trace.dialect);
    trace.tell(&mut writer);
    writer.outcome(&trace.outcome);
    writer.finish().unwrap();
    String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

proptest! {
    #[test]
    fn what_is_written_as_text_is_read_back_exactly(trace in any_trace()) {
        prop_assert_eq!(read(&as_text(&trace)), Ok(trace));
    }

    #[test]
    fn every_fact_of_the_text_has_one_line(trace in any_trace()) {
        let instructions: usize = trace.codes.iter().map(|code| code.instructions().len()).sum();
        let text = as_text(&trace);
        prop_assert_eq!(text.lines().count(), 4 + trace.codes.len() + trace.names.len() + instructions + trace.entries.len());
        let is_plain = |letter: char| letter == '\n' || !(letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}'));
        prop_assert!(text.chars().all(is_plain));
    }

    #[test]
    fn every_fact_of_the_json_is_an_object_on_a_line(trace in any_trace()) {
        let lines = as_json(&trace);
        prop_assert_eq!(lines.len(), 3 + trace.codes.len() + trace.names.len() + trace.entries.len());
        prop_assert!(lines.iter().all(Value::is_object));
    }

    #[test]
    fn no_text_is_too_strange_to_be_refused(text: String, at in 0usize..2000, with: char) {
        prop_assert!(read(&text).is_err());
        // A changed letter is refused or means another trace, but never a panic.
        let mut letters: Vec<char> = as_text(&small_trace()).chars().collect();
        let length = letters.len();
        letters[at % length] = with;
        let _ = read(&letters.into_iter().collect::<String>());
    }
}

#[test]
fn the_text_is_made_for_people() {
    let expected = "\
evalody trace 1
#      i thr  frm  op                       family   dep  code  offset   line  blocks
dialect 3.14 \"Test 1\" by \"hand\"
code c0 \"A.f\" name \"f\" file \"a.py\" line 1 flags 0x3 stack 2 origin user
    @0      LOAD_FAST                load        0  0>1    -      2:0-2:5  \"x\"
    @4      BINARY_OP                arith       0  1>2    -      3:0-3:5  \"x\"
mark   0  called c0 # A.f
       0   0    0  LOAD_FAST                load       0  c0    @0          2  +2
       1   0    0  BINARY_OP                arith      1  c0    @4          3
mark   0  collection_ended 2 7
       2   0    0  LOAD_FAST                load       0  c0    @0          2  -1
mark   0  returned c0 # A.f
outcome raised line 3 kind \"ValueError\" message \"no\\nway\" traceback \"\"
";
    assert_eq!(as_text(&small_trace()), expected);
}

#[test]
fn the_keys_of_a_step_are_these_nine() {
    let mut bytes = Vec::new();
    let mut writer = JsonWriter::new(&mut bytes);
    small_trace().tell(&mut writer);
    writer.step(Step { code: CodeId(9), offset: 2, frame_depth: 4, thread: 1, blocks: 0 });
    writer.finish().unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let steps: Vec<&str> = text.lines().filter(|line| line.starts_with("{\"i\":")).collect();
    assert_eq!(steps[1], r#"{"i":1,"thread":0,"frame_depth":0,"op":"BINARY_OP","family":"arith","depth":1,"code":0,"offset":4,"line":3}"#);
    assert_eq!(steps[3], r#"{"i":3,"thread":1,"frame_depth":4,"op":null,"family":null,"depth":null,"code":9,"offset":2,"line":null}"#);
}

#[test]
fn json_tells_code_marks_and_the_outcome_too() {
    let lines = as_json(&small_trace());
    assert_eq!(lines[0], serde_json::json!({"trace": 1}));
    assert_eq!(lines[2]["code_object"], 0);
    assert_eq!(lines[2]["instructions"][1]["op"], "BINARY_OP");
    assert_eq!(lines[3], serde_json::json!({"mark": "called", "thread": 0, "code": 0}));
    assert_eq!(lines[6], serde_json::json!({"mark": "collection_ended", "thread": 0, "generation": 2, "collected": 7}));
    assert_eq!(
        lines[9],
        serde_json::json!({"outcome": "raised", "line": 3, "exception": "ValueError", "message": "no\nway", "traceback": ""})
    );
}

#[test]
fn what_is_no_trace_is_refused_with_its_line() {
    let text = as_text(&small_trace());
    for (from, to, line, reason) in [
        ("evalody trace 1", "evalody trace 2", 1, "begins with"),
        ("outcome raised", "# raised", 14, "no outcome"),
        ("       1   0", "       7   0", 9, "step 7 where 1 was due"),
        (
            "BINARY_OP                arith      1",
            "BINARY_ADD               arith      1",
            9,
            "code c0 has BINARY_OP at @4, not BINARY_ADD",
        ),
        ("code c0 \"A.f\"", "code c1 \"A.f\"", 4, "c0 was due"),
        ("@4      BINARY_OP", "@0      BINARY_OP", 6, "not above"),
        ("@4      BINARY_OP", "@4000000 BINARY_OP", 6, "too large"),
        ("returned c0", "came_back c0", 12, "no mark"),
        ("collection_ended 2 7", "collection_ended 2", 10, "breaks off"),
        ("collection_ended 2 7", "collection_ended 2 7 1", 10, "too many"),
        ("traceback \"\"", "traceback \"", 13, "not closed"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let error = read(&changed).unwrap_err();
        assert!(error.reason.contains(reason), "{error}");
        assert_eq!(error.line, line, "{error}");
    }
}

/// An output whose reader leaves after some bytes.
struct Leaving {
    left: usize,
    tries_after: u32,
}

impl Write for &mut Leaving {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left == 0 {
            self.tries_after += 1;
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let taken = bytes.len().min(self.left);
        self.left -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_who_leaves_is_noticed_once_and_told_in_the_end() {
    let mut output = Leaving { left: 100_000, tries_after: 0 };
    let mut writer = TextWriter::new(&mut output);
    let trace = small_trace();
    trace.tell(&mut writer);
    let mut told = 0;
    while !writer.failed() {
        writer.step(Step { code: CodeId(0), offset: 0, frame_depth: 0, thread: 0, blocks: 0 });
        told += 1;
        assert!(told < 100_000, "nobody noticed");
    }
    for _ in 0..10_000 {
        writer.step(Step { code: CodeId(0), offset: 0, frame_depth: 0, thread: 0, blocks: 0 });
    }
    assert_eq!(writer.finish().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    assert_eq!(output.tries_after, 1);
}
