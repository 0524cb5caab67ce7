//! Whether a program is Python at all, before anything runs it.
//!
//! The parser is the embedded interpreter's. What only a compiler finds ("'return' outside function")
//! comes from the children.

use ruff_python_ast::PythonVersion;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::wire::SyntaxError;
use crate::program::Program;

/// The newest version whose syntax the parser knows the limits of; the embedded interpreter's own.
const NEWEST: PythonVersion = PythonVersion::PY314;

/// Stack to have at hand for each byte of a program, in bytes: `[[[[` nests with each, and a syntax tree is
/// dropped by recursion. Measured: a level takes between 80 and 150 in the profile of tests.
const STACK_OF_BYTE: usize = 1 << 9;

/// The first thing that keeps `program` from being Python, of `version` if that is given: newer syntax
/// than that version's is refused too.
pub fn check(program: &Program, version: Option<(u8, u8)>) -> Result<(), SyntaxError> {
    let version = version.map_or(NEWEST, PythonVersion::from);
    let stack = program.text.len() * STACK_OF_BYTE + (1 << 16);
    stacker::maybe_grow(stack, stack, || check_as(program, version))
}

fn check_as(program: &Program, version: PythonVersion) -> Result<(), SyntaxError> {
    let parsed = parse_unchecked(&program.text, ParseOptions::from(Mode::Module).with_target_version(version));
    let found = match (parsed.errors().first(), parsed.unsupported_syntax_errors().first()) {
        (Some(error), Some(too_new)) if too_new.range().start() < error.location.start() => Some((too_new.range(), too_new.to_string())),
        (Some(error), _) => Some((error.location, error.error.to_string())),
        (None, Some(too_new)) => Some((too_new.range(), too_new.to_string())),
        (None, None) => None,
    };
    let Some((range, message)) = found else { return Ok(()) };
    // Like Python, blame the bracket that was left open for what follows it on later lines.
    if let Some((bracket, opened)) = left_open(parsed.tokens(), &program.text)
        && place(&program.text, opened).0 < place(&program.text, range.start()).0
    {
        return Err(error_at(&program.text, TextRange::at(opened, TextSize::from(1)), format!("'{bracket}' was never closed")));
    }
    Err(error_at(&program.text, range, message))
}

/// The innermost bracket that no other closes.
fn left_open(tokens: &Tokens, text: &str) -> Option<(char, TextSize)> {
    let mut open = Vec::new();
    for token in tokens.iter() {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => open.push(token.start()),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                open.pop();
            }
            _ => {}
        }
    }
    let at = open.pop()?;
    Some((text[at.to_usize()..].chars().next()?, at))
}

fn error_at(text: &str, range: TextRange, message: String) -> SyntaxError {
    let (line, column) = place(text, range.start());
    let (end_line, end_column) = place(text, range.end());
    SyntaxError { line, column, end_column: (end_line == line && end_column > column).then_some(end_column), message }
}

/// Line and column, both from 1, the column in characters.
fn place(text: &str, at: TextSize) -> (u32, u32) {
    let before = text.get(..at.to_usize()).unwrap_or(text);
    let line_start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let lines = before.matches('\n').count() + before.matches('\r').count() - before.matches("\r\n").count();
    (lines as u32 + 1, before[line_start..].chars().count() as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(text: &str) -> Program {
        Program { name: "x.py".into(), text: text.into() }
    }

    #[test]
    fn python_is_accepted_and_the_newest_of_it_only_where_it_is_known() {
        assert_eq!(check(&program("match x:\n    case 1: pass\n"), None), Ok(()));
        let error = check(&program("x = 1\nmatch x:\n    case 1: pass\n"), Some((3, 9))).unwrap_err();
        assert_eq!((error.line, error.column), (2, 1));
        assert!(error.message.contains("3.10"), "{}", error.message);
    }

    #[test]
    fn an_open_bracket_is_blamed_for_the_line_after_it() {
        let error = check(&program("x = (1,\ny = 2\n"), None).unwrap_err();
        assert_eq!((error.line, error.column, error.message.as_str()), (1, 5, "'(' was never closed"));
    }

    #[test]
    fn a_program_may_nest_as_deep_as_it_likes() {
        assert!(check(&program(&"[(".repeat(50_000)), None).is_err());
    }

    #[test]
    fn columns_count_characters() {
        let error = check(&program("ä = 'ö' +\n"), None).unwrap_err();
        assert_eq!((error.line, error.column), (1, 10));
    }
}
