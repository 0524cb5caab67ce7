//! Source lines as lyrics: under the first note of each run of notes of one line.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::melody::Tone;
use super::words::shortened;
use crate::score::Cause;
use crate::trace::{Code, CodeId, Origin};

/// Longest lyric, in characters. Shorter, and lines are alike; longer, and a bar of short lines is as wide as the page.
const LONGEST: usize = 24;

/// Stands behind a lyric. Readers set lyrics of neighbouring notes as near as the letters of a word: "return 1" and
/// "return n" would be "return 1return n" (seen in MuseScore, which gives no room to spaces of any kind).
const END: &str = " ·";

pub struct Lyrics<'a> {
    codes: &'a [Arc<Code>],
    /// The lines of the program's own file.
    lines: &'a [&'a str],
    /// The file whose lines they are: that of the user's code which runs first.
    file: Option<&'a str>,
    /// Cut once each: a loop sings them again and again.
    known: BTreeMap<(CodeId, u32), String>,
    last: Option<(CodeId, u32)>,
}

impl<'a> Lyrics<'a> {
    pub fn new(codes: &'a [Arc<Code>], lines: &'a [&'a str]) -> Self {
        let file = codes.iter().find(|code| code.origin == Origin::User).map(|code| &*code.file);
        Self { codes, lines, file, known: BTreeMap::new(), last: None }
    }

    /// What is sung under a note, if its line is another than that of the note before.
    pub fn under(&mut self, tone: &Tone) -> Option<String> {
        let Cause { code, line, .. } = tone.cause;
        if self.last.replace((code, line)) == Some((code, line)) || line == 0 {
            return None;
        }
        if let Some(known) = self.known.get(&(code, line)) {
            return Some(known.clone()).filter(|text| !text.is_empty());
        }
        let mut text = shortened(&self.text(code, line)?, LONGEST);
        if !text.is_empty() && !text.ends_with('…') {
            text.push_str(END);
        }
        self.known.insert((code, line), text.clone());
        Some(text).filter(|text| !text.is_empty())
    }

    /// A line of the program; of other files, whose text nobody has read, the function and the number.
    fn text(&self, code: CodeId, line: u32) -> Option<String> {
        let code = self.codes.get(code.index())?;
        let own = if self.file == Some(&*code.file) { self.lines.get(line as usize - 1) } else { None };
        Some(own.map_or_else(|| format!("{}:{line}", code.qualname), |line| (*line).to_owned()))
    }
}
