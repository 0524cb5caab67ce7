//! The words of a text by the parser's tokens, which it makes of broken texts too.

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use super::{Kind, Told};

/// Longest text that has colours, in bytes. Each of them may cost [`STACK_OF_BYTE`]; the longest module of
/// Python's library has half of it.
const LONGEST: usize = 1 << 19;

/// Stack to have at hand for each byte of a text, in bytes: `[[[[` nests with each, and a syntax tree is
/// dropped by recursion. Less may overflow; more is asked for and not used. Measured: a level takes between
/// 80 and 150 in the profile of tests.
const STACK_OF_BYTE: usize = 1 << 9;

/// The words of `text` in order; none if it is too long.
pub(super) fn tokens(text: &str) -> Vec<Told> {
    if text.len() > LONGEST {
        return Vec::new();
    }
    let stack = text.len() * STACK_OF_BYTE + (1 << 16);
    let tokens: Vec<Token> = stacker::maybe_grow(stack, stack, || {
        let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
        // Dedents and the text's end are words of no letters.
        parsed.tokens().iter().copied().filter(|token| !token.range().is_empty()).collect()
    });
    let mut reader = Reader::default();
    (0..tokens.len())
        .map(|index| {
            let token = &tokens[index];
            let range = token.start().to_usize()..token.end().to_usize();
            let gap_before = if reader.is_in_field() { Kind::Interpolation } else { Kind::Plain };
            let kind = reader.kind(text, &tokens, index);
            Told { range, kind, gap_before }
        })
        .collect()
}

/// What braces are open: those of formatted strings and of all else look the same.
#[derive(PartialEq, Eq)]
enum Open {
    FormattedString,
    Field,
    Brace,
}

/// What the words so far say of the next.
#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    parentheses: usize,
    is_decorator: bool,
}

impl Reader {
    fn kind(&mut self, text: &str, tokens: &[Token], index: usize) -> Kind {
        let token = &tokens[index];
        let before = index.checked_sub(1).map(|before| tokens[before].kind());
        let after = tokens.get(index + 1).map(Token::kind);
        let was_in_field = self.is_in_field();
        self.follow(token.kind());
        let is_first = before.is_none_or(|before| before.is_any_newline() || matches!(before, TokenKind::Comment | TokenKind::Indent));
        self.is_decorator = match token.kind() {
            TokenKind::At => is_first && self.parentheses == 0,
            TokenKind::Name | TokenKind::Dot => self.is_decorator,
            _ => false,
        };
        if self.is_decorator {
            return Kind::Decorator;
        }
        let kind = match token.kind() {
            TokenKind::Name => {
                let is_keyword_argument = self.parentheses > 0 && after == Some(TokenKind::Equal);
                let name = text.get(token.start().to_usize()..token.end().to_usize()).unwrap_or_default();
                match before {
                    Some(TokenKind::Def | TokenKind::Class) => Kind::Definition,
                    Some(TokenKind::Dot) => Kind::Name,
                    _ if !is_keyword_argument && BUILTINS.binary_search(&name).is_ok() => Kind::Builtin,
                    _ => Kind::Name,
                }
            }
            kind => of_token(kind),
        };
        let is_of_field = was_in_field || self.is_in_field();
        if is_of_field && matches!(kind, Kind::Name | Kind::Operator | Kind::Bracket | Kind::Plain) { Kind::Interpolation } else { kind }
    }

    /// Opens and closes what `kind` opens and closes.
    fn follow(&mut self, kind: TokenKind) {
        use TokenKind::{
            FStringEnd, FStringMiddle, FStringStart, Lbrace, Lpar, Newline, Rbrace, Rpar, TStringEnd, TStringMiddle, TStringStart,
        };
        let is_of_string = matches!(kind, Lbrace | Rbrace | FStringMiddle | FStringEnd | TStringMiddle | TStringEnd);
        // Left open: the string ended with its line.
        if !is_of_string && self.open.last() == Some(&Open::FormattedString) {
            self.open.pop();
        }
        match kind {
            FStringStart | TStringStart => self.open.push(Open::FormattedString),
            FStringEnd | TStringEnd => {
                let string = self.open.iter().rposition(|open| *open == Open::FormattedString);
                self.open.truncate(string.unwrap_or(0));
            }
            Lbrace if self.open.last() == Some(&Open::FormattedString) => self.open.push(Open::Field),
            Lbrace => self.open.push(Open::Brace),
            Rbrace if self.open.last() != Some(&Open::FormattedString) => drop(self.open.pop()),
            Lpar => self.parentheses += 1,
            Rpar => self.parentheses = self.parentheses.saturating_sub(1),
            // A statement's end: what is still open was forgotten.
            Newline => *self = Self::default(),
            _ => {}
        }
    }

    fn is_in_field(&self) -> bool {
        self.open.iter().rev().find(|open| **open != Open::Brace) == Some(&Open::Field)
    }
}

/// The kind of a token that is no name.
fn of_token(kind: TokenKind) -> Kind {
    use TokenKind as T;
    match kind {
        T::True | T::False | T::None | T::Ellipsis => Kind::Constant,
        kind if kind.is_soft_keyword() => Kind::SoftKeyword,
        kind if kind.is_keyword() => Kind::Keyword,
        T::Int | T::Float | T::Complex => Kind::Number,
        T::String | T::FStringStart | T::FStringMiddle | T::FStringEnd | T::TStringStart | T::TStringMiddle | T::TStringEnd => Kind::String,
        T::Comment => Kind::Comment,
        T::Lpar | T::Rpar | T::Lsqb | T::Rsqb | T::Lbrace | T::Rbrace => Kind::Bracket,
        T::Comma | T::Colon | T::Semi | T::Dot => Kind::Plain,
        T::Exclamation => Kind::Operator,
        kind if kind.is_operator() => Kind::Operator,
        _ => Kind::Plain,
    }
}

/// The names of Python 3.14's `builtins`, sorted; those that only the interactive Python has are left out.
const BUILTINS: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "BaseExceptionGroup",
    "BlockingIOError",
    "BrokenPipeError",
    "BufferError",
    "BytesWarning",
    "ChildProcessError",
    "ConnectionAbortedError",
    "ConnectionError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "DeprecationWarning",
    "EOFError",
    "Ellipsis",
    "EncodingWarning",
    "EnvironmentError",
    "Exception",
    "ExceptionGroup",
    "FileExistsError",
    "FileNotFoundError",
    "FloatingPointError",
    "FutureWarning",
    "GeneratorExit",
    "IOError",
    "ImportError",
    "ImportWarning",
    "IndentationError",
    "IndexError",
    "InterruptedError",
    "IsADirectoryError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "ModuleNotFoundError",
    "NameError",
    "NotADirectoryError",
    "NotImplemented",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PendingDeprecationWarning",
    "PermissionError",
    "ProcessLookupError",
    "PythonFinalizationError",
    "RecursionError",
    "ReferenceError",
    "ResourceWarning",
    "RuntimeError",
    "RuntimeWarning",
    "StopAsyncIteration",
    "StopIteration",
    "SyntaxError",
    "SyntaxWarning",
    "SystemError",
    "SystemExit",
    "TabError",
    "TimeoutError",
    "TypeError",
    "UnboundLocalError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "UnicodeTranslateError",
    "UnicodeWarning",
    "UserWarning",
    "ValueError",
    "Warning",
    "ZeroDivisionError",
    "__debug__",
    "__import__",
    "__name__",
    "abs",
    "aiter",
    "all",
    "anext",
    "any",
    "ascii",
    "bin",
    "bool",
    "breakpoint",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "exit",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "quit",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
];
