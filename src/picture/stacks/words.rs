//! Texts of labels: from the source, or put together from parts.

use std::sync::Arc;

use crate::program::Program;
use crate::trace::Span;

/// Longest text of a label, in characters: wider than the column of a stack.
const LONGEST: usize = 24;

/// Lines of an expression that are looked at: more than a label shows.
const LINES: u32 = 4;

/// A text on one line, cut to the length of a label.
pub fn clipped(text: &str) -> Arc<str> {
    let mut short = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        if count > 0 {
            short.push(' ');
            count += 1;
        }
        for character in word.chars() {
            short.push(character);
            count += 1;
        }
        if count > LONGEST {
            break;
        }
    }
    if count > LONGEST {
        short = short.chars().take(LONGEST - 1).chain(['…']).collect();
    }
    short.into()
}

/// The program's text by lines.
pub struct Source<'a>(Vec<&'a str>);

impl<'a> Source<'a> {
    pub fn of(program: &'a Program) -> Self {
        Self(program.lines().collect())
    }

    /// What a piece of bytecode comes from; `None` where the compiler gave no columns.
    pub fn text(&self, span: Span) -> Option<Arc<str>> {
        let Span { line: Some(first), column: Some(column), end_line: Some(last), end_column: Some(end_column) } = span else {
            return None;
        };
        let mut text = String::new();
        for number in first..=last.min(first.saturating_add(LINES)) {
            let line = self.0.get(number.checked_sub(1)? as usize)?;
            let begins = if number == first { column as usize } else { 0 };
            let ends = if number == last { end_column as usize } else { line.len() };
            text.push_str(line.get(begins..ends)?);
            text.push(' ');
        }
        let text = clipped(&text);
        (!text.is_empty()).then_some(text)
    }
}

/// The sign of an arithmetic opcode of its own (until 3.10).
fn sign(name: &str) -> &'static str {
    match name {
        "ADD" => "+",
        "SUBTRACT" => "-",
        "MULTIPLY" => "*",
        "MATRIX_MULTIPLY" => "@",
        "TRUE_DIVIDE" => "/",
        "FLOOR_DIVIDE" => "//",
        "MODULO" => "%",
        "POWER" => "**",
        "LSHIFT" => "<<",
        "RSHIFT" => ">>",
        "AND" => "&",
        "OR" => "|",
        "XOR" => "^",
        _ => "·",
    }
}

/// What comes of an instruction with these inputs, places without a value left out.
pub fn composed(opcode: &str, meaning: &str, argument: Option<u32>, inputs: &[Arc<str>]) -> String {
    let list = |inputs: &[Arc<str>]| inputs.join(", ");
    let called = |inputs: &[Arc<str>]| match inputs.split_first() {
        Some((function, arguments)) => format!("{function}({})", list(arguments)),
        None => "…()".to_owned(),
    };
    let between = |sign: &str| inputs.join(&format!(" {sign} "));
    let is_negated = argument == Some(1);
    match opcode {
        "BINARY_OP" if meaning == "[]" => subscript(inputs),
        "BINARY_OP" => between(meaning.trim_end_matches('=')),
        "COMPARE_OP" => between(meaning.trim_start_matches("bool(").trim_end_matches(')')),
        "IS_OP" => between(if is_negated { "is not" } else { "is" }),
        "CONTAINS_OP" => between(if is_negated { "not in" } else { "in" }),
        "BINARY_SUBSCR" => subscript(inputs),
        "BINARY_SLICE" => match inputs {
            [of, from, to] => format!("{of}[{from}:{to}]"),
            _ => "…[:]".to_owned(),
        },
        "UNARY_NEGATIVE" => format!("-{}", list(inputs)),
        "UNARY_POSITIVE" => format!("+{}", list(inputs)),
        "UNARY_INVERT" => format!("~{}", list(inputs)),
        "UNARY_NOT" => format!("not {}", list(inputs)),
        "TO_BOOL" => format!("bool({})", list(inputs)),
        "BUILD_LIST" | "BUILD_LIST_UNPACK" => format!("[{}]", list(inputs)),
        "BUILD_SET" | "BUILD_SET_UNPACK" => format!("{{{}}}", list(inputs)),
        "BUILD_TUPLE" if inputs.len() == 1 => format!("({},)", inputs[0]),
        "BUILD_TUPLE" | "BUILD_TUPLE_UNPACK" | "BUILD_TUPLE_UNPACK_WITH_CALL" | "LIST_TO_TUPLE" => format!("({})", list(inputs)),
        "BUILD_MAP" => {
            let pairs: Vec<String> = inputs.chunks(2).map(|pair| pair.join(": ")).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        "BUILD_CONST_KEY_MAP" | "BUILD_MAP_UNPACK" | "BUILD_MAP_UNPACK_WITH_CALL" => format!("{{{}}}", list(inputs)),
        "BUILD_SLICE" => inputs.join(":"),
        "BUILD_STRING" => "f\"…\"".to_owned(),
        "GET_AWAITABLE" => format!("await {}", list(inputs)),
        "MAKE_FUNCTION" => {
            let of = inputs.iter().find_map(|input| input.strip_prefix("<code object ")).map(|name| name.trim_end_matches('>'));
            format!("function {}", of.unwrap_or("…"))
        }
        _ if opcode.starts_with("CALL_INTRINSIC") => {
            format!("{}({})", meaning.trim_start_matches("INTRINSIC_").to_lowercase(), list(inputs))
        }
        "CALL_FUNCTION_EX" => match inputs.split_first() {
            Some((function, _)) => format!("{function}(*…)"),
            None => "…(*…)".to_owned(),
        },
        _ if opcode.starts_with("CALL") => called(inputs),
        _ if opcode.starts_with("FORMAT_") => format!("f\"{{{}}}\"", inputs.first().map_or("…", |input| input)),
        "CONVERT_VALUE" => format!("{}({})", if meaning.is_empty() { "str" } else { meaning }, list(inputs)),
        _ => match opcode.strip_prefix("BINARY_").or_else(|| opcode.strip_prefix("INPLACE_")) {
            Some(name) => between(sign(name)),
            None => format!("{}({})", opcode.to_lowercase(), list(inputs)),
        },
    }
}

fn subscript(inputs: &[Arc<str>]) -> String {
    match inputs {
        [of, at] => format!("{of}[{at}]"),
        _ => "…[…]".to_owned(),
    }
}
