//! The text with its file: what of it is unsaved, and what the file's bytes are to be.

use std::path::PathBuf;

use crate::program::{Program, ProgramError};

/// A text and the file that it is of, which others may change too. The text's lines end with `\n`; the
/// ends, byte-order mark and encoding of the file come back in [`Document::bytes`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What people call it.
    pub name: String,
    pub text: String,
    /// `None` until it is first saved.
    pub path: Option<PathBuf>,
    /// The text that the file holds.
    on_disk: String,
    line_end: &'static str,
    has_mark: bool,
}

/// What became of news from the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    /// Nothing new: the file holds what was last read or written, or the very text that is here.
    Same,
    /// Nothing was unsaved here: the text is the file's now.
    Taken,
    /// Both changed. The text stays as it is until [`Document::take_disk`], or a save over the file; each
    /// further change of the file is a conflict of its own.
    Conflict,
}

const MARK: &[u8] = b"\xef\xbb\xbf";

impl Document {
    /// A text that counts as saved: an empty one, or a song that comes with evalody.
    pub fn new(name: &str, text: &str, path: Option<PathBuf>) -> Self {
        let (text, line_end) = unified(text);
        Self { name: name.into(), on_disk: text.clone(), text, path, line_end, has_mark: false }
    }

    /// The text of a file, decoded as Python would decode it.
    pub fn from_bytes(name: &str, bytes: &[u8], path: Option<PathBuf>) -> Result<Self, ProgramError> {
        let program = Program::from_bytes(name, bytes)?;
        Ok(Self { has_mark: bytes.starts_with(MARK), ..Self::new(name, &program.text, path) })
    }

    /// What is to be run: the text as it is now.
    pub fn program(&self) -> Program {
        Program { name: self.name.clone(), text: self.text.clone() }
    }

    /// Whether anything here is not in the file.
    pub fn is_changed(&self) -> bool {
        self.text != self.on_disk
    }

    /// [`Document::bytes`] have been written.
    pub fn saved(&mut self) {
        self.on_disk.clone_from(&self.text);
    }

    /// The file as it is to be written: line ends and byte-order mark as they were, the encoding that
    /// the text's own coding line names. Refused if Python would not read this very text from them.
    pub fn bytes(&self) -> Result<Vec<u8>, ProgramError> {
        let text = if self.line_end == "\n" { self.text.clone() } else { self.text.replace('\n', self.line_end) };
        if self.has_mark {
            let bytes = [MARK, text.as_bytes()].concat();
            return Program::from_bytes(&self.name, &bytes).map(|_| bytes);
        }
        Program { name: self.name.clone(), text }.to_bytes()
    }

    /// The file on disk changed to this.
    pub fn disk_changed(&mut self, text: &str) -> Disk {
        let is_changed = self.is_changed();
        let (text, line_end) = unified(text);
        if text == self.on_disk {
            return Disk::Same;
        }
        self.line_end = line_end;
        self.on_disk = text;
        if self.on_disk == self.text {
            Disk::Same
        } else if is_changed {
            Disk::Conflict
        } else {
            self.take_disk();
            Disk::Taken
        }
    }

    /// Forgets what is unsaved: the text is what the file holds.
    pub fn take_disk(&mut self) {
        self.text.clone_from(&self.on_disk);
    }
}

/// `text` with `\n` for every line end, and the end that most of its lines had.
fn unified(text: &str) -> (String, &'static str) {
    let long = text.matches("\r\n").count();
    let line_end = if long * 2 > text.matches('\n').count() { "\r\n" } else { "\n" };
    // Python takes a lone '\r' for a line end too.
    (if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.into() }, line_end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Document {
        Document::from_bytes("a.py", bytes, None).unwrap()
    }

    #[test]
    fn a_file_is_written_as_it_was_read() {
        for bytes in [b"".as_slice(), b"a\nb\n", b"a\r\nb\r\n", b"\xef\xbb\xbfa\r\nb", b"# coding: latin-1\r\n'\xe9'\r\n"] {
            let document = read(bytes);
            assert!(!document.text.contains(['\r', '\u{feff}']));
            assert_eq!(document.bytes().unwrap(), bytes);
        }
    }

    #[test]
    fn new_lines_end_as_the_others_do() {
        let mut document = read(b"a\r\nb\nc\r\n");
        document.text.push_str("d\n");
        assert_eq!(document.bytes().unwrap(), b"a\r\nb\r\nc\r\nd\r\n");
    }

    #[test]
    fn a_text_that_its_coding_line_cannot_write_is_not_saved() {
        let mut document = read(b"# coding: latin-1\nx = 1\n");
        document.text.push_str("y = '♪'\n");
        let error = document.bytes().unwrap_err();
        assert!(error.to_string().starts_with("a.py, line 3: '♪' cannot be written in latin-1"), "{error}");
    }

    #[test]
    fn what_is_typed_is_unsaved_until_it_is_saved_or_taken_back() {
        let mut document = read(b"a\n");
        document.text.push('b');
        assert!(document.is_changed());
        document.saved();
        assert!(!document.is_changed());
        document.text.push('c');
        document.text.pop();
        assert!(!document.is_changed());
    }

    #[test]
    fn the_files_changes_are_taken_over_where_nothing_is_unsaved() {
        let mut document = read(b"a\n");
        assert_eq!(document.disk_changed("a\n"), Disk::Same);
        assert_eq!(document.disk_changed("b\r\n"), Disk::Taken);
        assert_eq!((document.text.as_str(), document.is_changed()), ("b\n", false));
        assert_eq!(document.bytes().unwrap(), b"b\r\n");
    }

    #[test]
    fn two_changes_are_a_conflict_once_and_for_the_user_to_decide() {
        let mut document = read(b"a\n");
        document.text = "mine\n".into();
        assert_eq!(document.disk_changed("theirs\n"), Disk::Conflict);
        assert_eq!(document.disk_changed("theirs\n"), Disk::Same);
        assert_eq!((document.text.as_str(), document.is_changed()), ("mine\n", true));
        assert_eq!(document.disk_changed("theirs again\n"), Disk::Conflict);
        let mut taken = document.clone();
        taken.take_disk();
        assert_eq!((taken.text.as_str(), taken.is_changed()), ("theirs again\n", false));
        assert_eq!(document.disk_changed("mine\n"), Disk::Same, "both say the same now");
        assert!(!document.is_changed());
    }

    proptest! {
        #[test]
        fn bytes_read_again_are_the_text(text in "(\\PC|\n|\r\n|# coding: latin-1){0,30}", has_mark: bool) {
            let mut document = Document::new("a.py", &text, None);
            document.has_mark = has_mark;
            if let Ok(bytes) = document.bytes() {
                prop_assert_eq!(read(&bytes).text, document.text);
            }
        }
    }
}
