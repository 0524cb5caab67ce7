//! Rust source as words, as far as finding paths in it needs.

/// An identifier or a sign; of `::` both colons are one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: u32,
}

/// Something named from the root of a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// `crate` (also when reached by `super` or by the crate's own name) or `std`.
    pub root: &'static str,
    pub name: String,
    pub line: u32,
}

/// The words of a source; without comments, strings, numbers' insides and lifetimes.
pub fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let (mut at, mut line, mut found) = (0, 1, Vec::new());
    while at < bytes.len() {
        let rest = &bytes[at..];
        let length = match rest[0] {
            b'/' if rest.starts_with(b"//") => rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with(b"/*") => comment_length(rest),
            b'"' => string_length(rest),
            b'r' | b'b' | b'c' if raw_string_length(rest).is_some() => raw_string_length(rest).unwrap_or(1),
            b'\'' => quote_length(rest),
            byte if byte.is_ascii_alphanumeric() || byte == b'_' => {
                let length = rest.iter().position(|&byte| !(byte.is_ascii_alphanumeric() || byte == b'_')).unwrap_or(rest.len());
                found.push(Token { text: String::from_utf8_lossy(&rest[..length]).into_owned(), line });
                length
            }
            byte if byte.is_ascii_whitespace() => 1,
            _ => {
                let length = if rest.starts_with(b"::") { 2 } else { 1 };
                found.push(Token { text: String::from_utf8_lossy(&rest[..length]).into_owned(), line });
                length
            }
        };
        line += rest[..length].iter().filter(|&&byte| byte == b'\n').count() as u32;
        at += length;
    }
    found
}

fn comment_length(rest: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            (at, depth) = (at + 2, depth + 1);
        } else if rest[at..].starts_with(b"*/") {
            (at, depth) = (at + 2, depth - 1);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

fn string_length(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Length of `r"..."`, `br#"..."#` and the like, if one begins here.
fn raw_string_length(rest: &[u8]) -> Option<usize> {
    let letters = rest.iter().position(|&byte| !matches!(byte, b'r' | b'b' | b'c'))?;
    if letters > 2 || !rest[..letters].contains(&b'r') {
        return None;
    }
    let hashes = rest[letters..].iter().position(|&byte| byte != b'#')?;
    let start = letters + hashes;
    if rest.get(start) != Some(&b'"') {
        return None;
    }
    let close = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
    let length = rest[start + 1..].windows(close.len()).position(|window| window == close)?;
    Some(start + 1 + length + close.len())
}

/// Length of a character in quotes, or of the mark of a lifetime.
fn quote_length(rest: &[u8]) -> usize {
    match rest {
        [_, b'\\', _, more @ ..] => 3 + more.iter().position(|&byte| byte == b'\'').map_or(more.len(), |at| at + 1),
        _ => {
            let text = String::from_utf8_lossy(&rest[1..rest.len().min(8)]).into_owned();
            let mut letters = text.chars();
            match (letters.next(), letters.next()) {
                (Some(letter), Some('\'')) => letter.len_utf8() + 2,
                _ => 1,
            }
        }
    }
}

/// Everything that a source named from the root of this crate or of `std`, in a file `depth` modules
/// below the root.
pub fn paths(tokens: &[Token], depth: usize) -> Vec<Named> {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let mut found = Vec::new();
    // Heights of braces at which modules within the file opened.
    let (mut braces, mut inner): (usize, Vec<usize>) = (0, Vec::new());
    let mut at = 0;
    while at < tokens.len() {
        match text(at) {
            "{" => {
                braces += 1;
                if at >= 2 && text(at - 2) == "mod" {
                    inner.push(braces);
                }
            }
            "}" => {
                if inner.last() == Some(&braces) {
                    inner.pop();
                }
                braces = braces.saturating_sub(1);
            }
            head @ ("crate" | "evalody" | "std" | "super") => {
                let mut behind = at + 1;
                let mut climbs = usize::from(head == "super");
                while head == "super" && text(behind) == "::" && text(behind + 1) == "super" {
                    climbs += 1;
                    behind += 2;
                }
                let reaches_root = head != "super" || climbs >= depth + inner.len();
                if reaches_root && text(behind) == "::" {
                    let root = if head == "std" { "std" } else { "crate" };
                    found.extend(heads(tokens, behind + 1).into_iter().map(|token| Named { root, name: token.text, line: token.line }));
                }
                at = behind;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The first word of each path that begins at `at`: one, or all those of a group in braces.
fn heads(tokens: &[Token], at: usize) -> Vec<Token> {
    let Some(first) = tokens.get(at) else { return Vec::new() };
    if first.text != "{" {
        return vec![first.clone()];
    }
    let (mut depth, mut found, mut begins) = (1, Vec::new(), true);
    for token in &tokens[at + 1..] {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            "," if depth == 1 => {
                begins = true;
                continue;
            }
            _ if begins => found.push(token.clone()),
            _ => {}
        }
        begins = false;
    }
    found
}
