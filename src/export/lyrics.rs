//! Words under the notes of a MIDI file: what the notes stand for, for people who read along.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::midi_file::printable_ascii;
use crate::music::Tick;
use crate::perform::{Channel, CueKind, Performance};
use crate::score::Cause;
use crate::trace::Code;

/// Most bytes of a lyric: what karaoke players show of one.
pub const LONGEST_LYRIC: usize = 120;
/// Behind words that were cut.
const CUT: &str = "...";

/// Which words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// The first instruction that a note stands for.
    Opcodes,
    /// The source line, where it changes.
    Lines,
    /// The function, where it changes.
    Functions,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("choose opcodes, lines or functions")]
pub struct UnknownWords;

impl FromStr for Words {
    type Err = UnknownWords;

    fn from_str(text: &str) -> Result<Self, UnknownWords> {
        match text {
            "opcodes" => Ok(Self::Opcodes),
            "lines" => Ok(Self::Lines),
            "functions" => Ok(Self::Functions),
            _ => Err(UnknownWords),
        }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Opcodes => "opcodes",
            Self::Lines => "lines",
            Self::Functions => "functions",
        })
    }
}

/// Words at the notes of a moment, in printable ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lyric {
    pub at: Tick,
    pub channel: Channel,
    pub text: String,
}

/// The words of a performance, one a moment and channel, at notes which stand for instructions of their own; notes
/// which show the state of a bar have none. `line` knows the text of a source line of a code object; where it does
/// not, the function is named with the line's number.
pub fn lyrics<'a>(
    performance: &Performance,
    codes: &[Arc<Code>],
    words: Words,
    line: impl Fn(&Code, u32) -> Option<&'a str>,
) -> Vec<Lyric> {
    let mut said: BTreeMap<Channel, (Tick, String)> = BTreeMap::new();
    let mut lyrics = Vec::new();
    for cue in &performance.cues {
        let CueKind::On { note, .. } = cue.kind else { continue };
        let Some(cause) = performance.causes.get(note as usize).filter(|cause| !cause.is_state) else { continue };
        let Some(text) = codes.get(cause.code.index()).and_then(|code| text(code, cause, words, &line)) else { continue };
        let text = cut(printable_ascii(&text));
        let last = said.get(&cue.channel);
        let is_told = last.is_some_and(|(at, last)| *at == cue.at || (words != Words::Opcodes && *last == text));
        if !is_told && !text.is_empty() {
            said.insert(cue.channel, (cue.at, text.clone()));
            lyrics.push(Lyric { at: cue.at, channel: cue.channel, text });
        }
    }
    lyrics
}

fn text<'a>(code: &Code, cause: &Cause, words: Words, line: impl Fn(&Code, u32) -> Option<&'a str>) -> Option<String> {
    match words {
        Words::Opcodes => code.at(cause.first).map(|instruction| instruction.opcode.to_string()),
        Words::Lines if cause.line == 0 => None,
        Words::Lines => Some(match line(code, cause.line) {
            Some(text) => text.trim().to_owned(),
            None => format!("{}:{}", code.qualname, cause.line),
        }),
        Words::Functions => Some(code.qualname.clone()),
    }
}

/// What fits of a text of ASCII.
fn cut(mut text: String) -> String {
    if text.len() > LONGEST_LYRIC {
        text.truncate(LONGEST_LYRIC - CUT.len());
        text.push_str(CUT);
    }
    text
}
