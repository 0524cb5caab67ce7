//! A Python source and its name. Knows nothing of files or interpreters: bytes come in, text goes out.

use std::borrow::Cow;

/// The text of a Python program, decoded as Python itself would decode it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// What people call it: a file name, `@recursion`, `<stdin>`.
    pub name: String,
    pub text: String,
}

/// Why bytes are no Python source. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    #[error(
        "{name}, line {line}: byte {byte:#04x} is not {encoding}; save the file as UTF-8 or name its encoding in line 1 or 2: # -*- coding: latin-1 -*-"
    )]
    NotDecodable { name: String, line: usize, byte: u8, encoding: String },
    #[error("{name}, line {line}: unknown encoding {encoding:?} in the coding line; name one that Python knows, such as utf-8 or latin-1")]
    UnknownEncoding { name: String, line: usize, encoding: String },
    #[error("{name}, line {line}: source code cannot contain NUL bytes; is this really a text file?")]
    NulByte { name: String, line: usize },
    #[error("{name}, line {line}: {character:?} cannot be written in {encoding}, which the coding line names; name utf-8 there")]
    NotEncodable { name: String, line: usize, character: char, encoding: String },
    #[error("{name}: evalody reads {encoding}, which the coding line names, but cannot write it; name utf-8 there")]
    NotWritable { name: String, encoding: String },
}

impl Program {
    /// A program from the bytes of its file, after PEP 263: a UTF-8 byte-order mark or a coding line
    /// in line 1 or 2 names the encoding, otherwise it is UTF-8.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, ProgramError> {
        let (bytes, has_bom) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => (rest, true),
            None => (bytes, false),
        };
        if let Some(at) = bytes.iter().position(|&b| b == 0) {
            return Err(ProgramError::NulByte { name: name.into(), line: line_at(bytes, at) });
        }
        let declared = if has_bom { None } else { coding_line(bytes) };
        let (encoding, declared_on) = declared.unwrap_or_else(|| ("utf-8".into(), 1));
        let text = decode(name, bytes, &encoding, declared_on)?;
        Ok(Self { name: name.into(), text: text.into_owned() })
    }

    /// The bytes of a file that reads as this program: the way back of [`Program::from_bytes`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, ProgramError> {
        let text = &self.text;
        let (encoding, declared_on) = coding_line(text.as_bytes()).unwrap_or_else(|| ("utf-8".into(), 1));
        let bytes = encode(&self.name, text, &encoding, declared_on)?;
        // Read once more as Python will: a word in the text that the bytes deny must not reach a disk.
        match Self::from_bytes(&self.name, &bytes) {
            Ok(read) if read.text == *text => Ok(bytes),
            Ok(_) => Err(ProgramError::NotWritable { name: self.name.clone(), encoding }),
            Err(error) => Err(error),
        }
    }

    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.text.lines()
    }

    /// Line `number`, counted from 1.
    pub fn line(&self, number: u32) -> Option<&str> {
        self.text.lines().nth(number.checked_sub(1)? as usize)
    }

    /// Whether there is nothing to run: only white space and comments.
    pub fn is_blank(&self) -> bool {
        self.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
    }
}

fn line_at(bytes: &[u8], at: usize) -> usize {
    bytes[..at].iter().filter(|&&b| b == b'\n').count() + 1
}

/// The encoding named by a comment in line 1 or 2 (line 2 only if line 1 is blank or a comment), and its line.
fn coding_line(bytes: &[u8]) -> Option<(String, usize)> {
    for (index, line) in bytes.split(|&b| b == b'\n').take(2).enumerate() {
        let line = String::from_utf8_lossy(line);
        let trimmed = line.trim_start_matches([' ', '\t', '\x0c']);
        let Some(comment) = trimmed.strip_prefix('#') else {
            if trimmed.trim().is_empty() {
                continue;
            }
            return None;
        };
        if let Some(name) = coding_name(comment) {
            return Some((name, index + 1));
        }
    }
    None
}

/// PEP 263: `^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)`.
fn coding_name(comment: &str) -> Option<String> {
    let mut rest = comment;
    while let Some(at) = rest.find("coding") {
        rest = &rest[at + "coding".len()..];
        if let Some(named) = rest.strip_prefix([':', '=']) {
            let named = named.trim_start_matches([' ', '\t']);
            let end = named.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(named.len());
            if end > 0 {
                return Some(named[..end].to_owned());
            }
        }
    }
    None
}

fn decode<'a>(name: &str, bytes: &'a [u8], encoding: &str, declared_on: usize) -> Result<Cow<'a, str>, ProgramError> {
    let label = encoding.to_ascii_lowercase().replace('_', "-");
    let undecodable =
        |at: usize| ProgramError::NotDecodable { name: name.into(), line: line_at(bytes, at), byte: bytes[at], encoding: encoding.into() };
    match label.as_str() {
        "utf-8" | "utf8" | "utf-8-sig" => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => Err(undecodable(error.valid_up_to())),
        },
        "ascii" | "us-ascii" => match bytes.iter().position(|b| !b.is_ascii()) {
            None => Ok(String::from_utf8_lossy(bytes)),
            Some(at) => Err(undecodable(at)),
        },
        // The web's "latin1" is windows-1252; Python's is not.
        "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "l1" => Ok(bytes.iter().map(|&b| char::from(b)).collect::<String>().into()),
        _ => known(name, encoding, &label, declared_on)?.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(|| {
            let at = bytes.iter().position(|b| !b.is_ascii()).unwrap_or(0);
            undecodable(at)
        }),
    }
}

fn encode(name: &str, text: &str, encoding: &str, declared_on: usize) -> Result<Vec<u8>, ProgramError> {
    let label = encoding.to_ascii_lowercase().replace('_', "-");
    let unencodable = |(at, character): (usize, char)| ProgramError::NotEncodable {
        name: name.into(),
        line: line_at(text.as_bytes(), at),
        character,
        encoding: encoding.into(),
    };
    let all_below = |limit: char| match text.char_indices().find(|(_, character)| *character >= limit) {
        None => Ok(text.chars().map(|character| character as u8).collect()),
        Some(place) => Err(unencodable(place)),
    };
    match label.as_str() {
        "utf-8" | "utf8" | "utf-8-sig" => Ok(text.as_bytes().to_vec()),
        "ascii" | "us-ascii" => all_below('\u{80}'),
        "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "l1" => all_below('\u{100}'),
        _ => {
            let known = known(name, encoding, &label, declared_on)?;
            let (bytes, _, has_lost) = known.encode(text);
            if !has_lost {
                return Ok(bytes.into_owned());
            }
            let lost = text.char_indices().find(|(at, character)| known.encode(&text[*at..at + character.len_utf8()]).2);
            Err(lost.map_or_else(|| ProgramError::NotWritable { name: name.into(), encoding: encoding.into() }, unencodable))
        }
    }
}

/// The encoding that Python calls `encoding`, other than UTF-8 and Latin-1.
fn known(name: &str, encoding: &str, label: &str, declared_on: usize) -> Result<&'static encoding_rs::Encoding, ProgramError> {
    encoding_rs::Encoding::for_label(label.as_bytes())
        .or_else(|| encoding_rs::Encoding::for_label(label.replace("cp", "windows-").as_bytes()))
        .ok_or_else(|| ProgramError::UnknownEncoding { name: name.into(), line: declared_on, encoding: encoding.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_is_the_default_and_a_mark_at_the_start_is_no_text() {
        let program = Program::from_bytes("a.py", b"\xef\xbb\xbfx = '\xc3\xa9'\n").unwrap();
        assert_eq!(program.text, "x = 'é'\n");
    }

    #[test]
    fn a_coding_line_is_honoured_in_line_two_after_a_comment() {
        let program = Program::from_bytes("a.py", b"#!/usr/bin/env python\n# -*- coding: latin-1 -*-\nx = '\xe9'\n").unwrap();
        assert_eq!(program.line(3), Some("x = 'é'"));
    }

    #[test]
    fn a_coding_line_after_code_is_only_a_comment() {
        let error = Program::from_bytes("a.py", b"x = 1\n# coding: latin-1\ny = '\xe9'\n").unwrap_err();
        assert_eq!(error, ProgramError::NotDecodable { name: "a.py".into(), line: 3, byte: 0xe9, encoding: "utf-8".into() });
    }

    #[test]
    fn other_encodings_are_decoded_and_unknown_ones_refused() {
        let program = Program::from_bytes("a.py", b"# coding=cp1251\nx = '\xcf'\n").unwrap();
        assert_eq!(program.line(2), Some("x = 'П'"));
        assert!(matches!(Program::from_bytes("a.py", b"# coding=klingon\n"), Err(ProgramError::UnknownEncoding { line: 1, .. })));
    }

    #[test]
    fn what_was_read_is_written_as_it_was() {
        for bytes in
            [b"x = 1\n".as_slice(), b"# coding: latin-1\r\nx = '\xe9'", b"# coding=cp1251\nx = '\xcf'\n", b"\n# coding: ascii\n", b""]
        {
            assert_eq!(Program::from_bytes("a.py", bytes).unwrap().to_bytes().unwrap(), bytes);
        }
    }

    #[test]
    fn what_would_read_otherwise_is_not_written() {
        let told = |text: &str| Program { name: "a.py".into(), text: text.into() }.to_bytes().unwrap_err().to_string();
        assert!(told("# coding: latin-1\nx = '€'\n").starts_with("a.py, line 2: '€' cannot be written in latin-1"));
        assert!(told("# coding: cp1251\n\nx = '漢'\n").starts_with("a.py, line 3: '漢' cannot be written in cp1251"));
        assert!(told("# coding: utf-16\nx\n").contains("utf-16"), "Python knows no such source");
        assert!(told("# coding: klingon\n").contains("unknown encoding"));
        assert!(told("x\0").contains("NUL"));
    }

    #[test]
    fn a_nul_byte_is_named_with_its_line() {
        assert_eq!(Program::from_bytes("a.py", b"x\ny\0").unwrap_err(), ProgramError::NulByte { name: "a.py".into(), line: 2 });
    }

    #[test]
    fn only_comments_and_white_space_are_blank() {
        assert!(Program::from_bytes("a.py", b"# hi\n\n   \n").unwrap().is_blank());
        assert!(!Program::from_bytes("a.py", b"pass\n").unwrap().is_blank());
    }
}
