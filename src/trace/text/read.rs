//! The way back from text to a trace. Refuses whatever the writer would not have written.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use super::{FIRST_LINE, UNKNOWN};
use crate::trace::{
    Code, CodeId, Dialect, Entry, Family, Handover, Header, Instruction, Limit, Mark, MarkKind, NameId, Origin, Outcome, Span, Step, Trace,
};

/// Code units that a trace can name (the trace protocol gives them 20 bits); an offset beyond would
/// ask for memory that no code object needs.
const OFFSETS: u32 = 1 << 21;

/// A line which is no part of a trace. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the trace: {reason}")]
pub struct TextError {
    pub line: usize,
    pub reason: String,
}

/// The trace which a [`TextWriter`](super::TextWriter) wrote.
pub fn read(text: &str) -> Result<Trace, TextError> {
    let mut reading = Reading::default();
    let mut line = 0;
    for (index, content) in text.lines().enumerate() {
        line = index + 1;
        let at_line = |reason| TextError { line, reason };
        if index == 0 {
            if content != FIRST_LINE {
                return Err(at_line(format!("a trace begins with {FIRST_LINE:?}")));
            }
            continue;
        }
        let words = words(content).map_err(at_line)?;
        if !words.is_empty() {
            reading.line(&mut Words { words: words.into_iter() }).map_err(at_line)?;
        }
    }
    reading.finish().map_err(|reason| TextError { line: line + 1, reason })
}

#[derive(Default)]
struct Reading {
    trace: Trace,
    /// The code object whose instructions are being read.
    open: Option<(Header, Vec<Instruction>)>,
    steps: u64,
    outcome: Option<Outcome>,
}

type Reason = String;

impl Reading {
    fn line(&mut self, words: &mut Words) -> Result<(), Reason> {
        if self.outcome.is_some() {
            return Err("the outcome is the last line".into());
        }
        let first = words.next()?;
        if let Some(offset) = first.strip_prefix('@') {
            self.instruction(number(offset)?, words)?;
        } else {
            self.close_code();
            match first.as_str() {
                "dialect" => self.trace.dialect = dialect(words)?,
                "code" => self.open = Some((header(words, self.trace.codes.len())?, Vec::new())),
                "name" => self.name(words)?,
                "mark" => self.trace.entries.push(Entry::Mark(mark(words)?)),
                "outcome" => self.outcome = Some(outcome(words)?),
                _ => self.step(number(&first)?, words)?,
            }
        }
        words.end()
    }

    fn instruction(&mut self, offset: u32, words: &mut Words) -> Result<(), Reason> {
        let Some((_, instructions)) = &mut self.open else { return Err("an instruction outside a code object".into()) };
        if instructions.last().is_some_and(|before| before.offset >= offset) || !offset.is_multiple_of(2) || offset >= OFFSETS {
            return Err(format!("offset {offset} is odd, too large, or not above the one before"));
        }
        let opcode = words.next()?;
        let family = words.next()?;
        let family = Family::named(&family).ok_or_else(|| format!("{family:?} is no family"))?;
        let argument = known(&words.next()?)?;
        let [depth_before, depth_after] = split(&words.next()?, '>')?;
        let target = words.next()?;
        let target = if target == "-" { None } else { Some(number(target.strip_prefix('@').ok_or("a target is an offset: @12")?)?) };
        let [start, end] = split(&words.next()?, '-')?;
        let [line, column] = split(&start, ':')?;
        let [end_line, end_column] = split(&end, ':')?;
        instructions.push(Instruction {
            offset,
            opcode: opcode.into(),
            family,
            argument,
            span: Span { line: known(&line)?, column: known(&column)?, end_line: known(&end_line)?, end_column: known(&end_column)? },
            depth_before: known(&depth_before)?,
            depth_after: known(&depth_after)?,
            target,
            meaning: words.next()?.into(),
        });
        Ok(())
    }

    fn step(&mut self, i: u64, words: &mut Words) -> Result<(), Reason> {
        if i != self.steps {
            return Err(format!("step {i} where {} was due", self.steps));
        }
        self.steps += 1;
        let (thread, frame_depth, opcode) = (number(&words.next()?)?, number(&words.next()?)?, words.next()?);
        let (_family, _depth) = (words.next()?, words.next()?);
        let code = code_id(&words.next()?)?;
        let offset = words.next()?;
        let offset = number(offset.strip_prefix('@').ok_or_else(|| format!("{offset:?} is no offset"))?)?;
        let _line = words.next()?;
        let blocks = words.words.next().map_or(Ok(0), |blocks| number(&blocks))?;
        let told = self.trace.codes.get(code.index()).and_then(|code| code.at(offset)).map_or(UNKNOWN, |told| &told.opcode);
        if told != opcode {
            return Err(format!("code c{} has {told} at @{offset}, not {opcode}", code.0));
        }
        self.trace.entries.push(Entry::Step(Step { code, offset, frame_depth, thread, blocks }));
        Ok(())
    }

    fn name(&mut self, words: &mut Words) -> Result<(), Reason> {
        let id = name_id(&words.next()?)?;
        if id.index() != self.trace.names.len() {
            return Err(format!("name n{} where n{} was due", id.0, self.trace.names.len()));
        }
        self.trace.names.push(words.next()?.into());
        Ok(())
    }

    fn close_code(&mut self) {
        if let Some((header, instructions)) = self.open.take() {
            self.trace.codes.push(Arc::new(Code::new(header, instructions)));
        }
    }

    fn finish(mut self) -> Result<Trace, Reason> {
        self.close_code();
        self.trace.outcome = self.outcome.ok_or("the trace breaks off: it has no outcome")?;
        Ok(self.trace)
    }
}

fn dialect(words: &mut Words) -> Result<Dialect, Reason> {
    let [major, minor] = split(&words.next()?, '.')?;
    let interpreter = words.next()?;
    words.keyword("by")?;
    Ok(Dialect { interpreter, version: (number(&major)?, number(&minor)?), recorder: words.next()? })
}

fn header(words: &mut Words, due: usize) -> Result<Header, Reason> {
    let id = code_id(&words.next()?)?;
    if id.index() != due {
        return Err(format!("code c{} where c{due} was due", id.0));
    }
    let qualname = words.next()?;
    let name = words.named("name")?;
    let file = words.named("file")?;
    let first_line = number(&words.named("line")?)?;
    let flags = words.named("flags")?;
    let flags = flags.strip_prefix("0x").and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or("flags are written 0x1f")?;
    let stack_size = number(&words.named("stack")?)?;
    let origin = match words.named("origin")?.as_str() {
        "user" => Origin::User,
        "library" => Origin::Library,
        "generated" => Origin::Generated,
        other => return Err(format!("{other:?} is no origin")),
    };
    Ok(Header { id, name, qualname, file, first_line, flags, stack_size, origin })
}

fn mark(words: &mut Words) -> Result<Mark, Reason> {
    let thread = number(&words.next()?)?;
    let name = words.next()?;
    let mut code = || code_id(&words.next()?);
    let kind = match name.as_str() {
        "called" => MarkKind::Called(code()?),
        "resumed" => MarkKind::Resumed(code()?),
        "returned" => MarkKind::Returned(code()?),
        "yielded" => MarkKind::Yielded(code()?),
        "unwound" => MarkKind::Unwound(code()?),
        "raised" => MarkKind::Raised(code()?),
        "handled" => MarkKind::Handled(code()?),
        "collection_started" => MarkKind::CollectionStarted { generation: number(&words.next()?)? },
        "collection_ended" => MarkKind::CollectionEnded { generation: number(&words.next()?)?, collected: number(&words.next()?)? },
        "thread_started" => MarkKind::ThreadStarted { thread: number(&words.next()?)? },
        "thread_ended" => MarkKind::ThreadEnded,
        "blocks_changed" => MarkKind::BlocksChanged { by: number(&words.next()?)? },
        "called_c" => MarkKind::CalledC(name_id(&words.next()?)?),
        "task_entered" => MarkKind::TaskEntered(name_id(&words.next()?)?),
        "handed_over" => MarkKind::HandedOver { cause: handover(&words.next()?)? },
        "specialised" => MarkKind::Specialised {
            code: code()?,
            offset: number(words.next()?.strip_prefix('@').ok_or("an offset is written @12")?)?,
            form: Some(words.next()?).filter(|form| form != "-").map(|form| name_id(&form)).transpose()?,
        },
        other => return Err(format!("{other:?} is no mark")),
    };
    Ok(Mark { thread, kind })
}

fn handover(word: &str) -> Result<Handover, Reason> {
    match word {
        "interval" => Ok(Handover::Interval),
        "call" => Ok(Handover::Call),
        "end" => Ok(Handover::End),
        other => Err(format!("{other:?} is no cause of a hand-over")),
    }
}

fn outcome(words: &mut Words) -> Result<Outcome, Reason> {
    Ok(match words.next()?.as_str() {
        "finished" => Outcome::Finished,
        "raised" => Outcome::Raised {
            line: known(&words.named("line")?)?,
            kind: words.named("kind")?,
            message: words.named("message")?,
            traceback: words.named("traceback")?,
        },
        "exited" => Outcome::Exited { status: number(&words.next()?)? },
        "cut_short" => Outcome::CutShort { limit: limit(words)? },
        "died" => Outcome::Died { how: words.next()? },
        other => return Err(format!("{other:?} is no outcome")),
    })
}

fn limit(words: &mut Words) -> Result<Limit, Reason> {
    Ok(match words.next()?.as_str() {
        "steps" => Limit::Steps(number(&words.next()?)?),
        "time" => {
            let [seconds, nanoseconds] = split(&words.next()?, '.')?;
            let nanoseconds: u32 = number(&nanoseconds)?;
            if nanoseconds >= 1_000_000_000 {
                return Err("a second has a thousand million nanoseconds".into());
            }
            Limit::Time(Duration::new(number(&seconds)?, nanoseconds))
        }
        "memory" => Limit::Memory(number(&words.next()?)?),
        "listener" => Limit::Listener,
        other => return Err(format!("{other:?} is no limit")),
    })
}

fn code_id(word: &str) -> Result<CodeId, Reason> {
    let digits = word.strip_prefix('c').ok_or_else(|| format!("{word:?} is no code object: they are written c0"))?;
    number(digits).map(CodeId)
}

fn name_id(word: &str) -> Result<NameId, Reason> {
    let digits = word.strip_prefix('n').ok_or_else(|| format!("{word:?} is no name: they are written n0"))?;
    number(digits).map(NameId)
}

fn number<T: FromStr>(word: &str) -> Result<T, Reason> {
    word.parse().map_err(|_| format!("{word:?} is no number, or too large a one"))
}

/// A number, or a sign for what is not known.
fn known<T: FromStr>(word: &str) -> Result<Option<T>, Reason> {
    if matches!(word, "-" | "?") { Ok(None) } else { number(word).map(Some) }
}

fn split(word: &str, at: char) -> Result<[String; 2], Reason> {
    word.split_once(at).map(|(before, behind)| [before.into(), behind.into()]).ok_or_else(|| format!("{word:?} lacks a {at:?}"))
}

struct Words {
    words: std::vec::IntoIter<String>,
}

impl Words {
    fn next(&mut self) -> Result<String, Reason> {
        self.words.next().ok_or_else(|| "the line breaks off".into())
    }

    fn keyword(&mut self, due: &str) -> Result<(), Reason> {
        let word = self.next()?;
        if word == due { Ok(()) } else { Err(format!("{word:?} where {due} was due")) }
    }

    fn named(&mut self, name: &str) -> Result<String, Reason> {
        self.keyword(name)?;
        self.next()
    }

    fn end(&mut self) -> Result<(), Reason> {
        match self.words.next() {
            Some(word) => Err(format!("{word:?} is one word too many")),
            None => Ok(()),
        }
    }
}

/// The words of a line: apart by spaces, or in quotes with escapes; up to a `#`.
fn words(line: &str) -> Result<Vec<String>, Reason> {
    let mut found = Vec::new();
    let mut rest = line.trim_start_matches(' ');
    while !rest.is_empty() && !rest.starts_with('#') {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (word, behind) = unquoted(quoted)?;
            found.push(word);
            rest = behind;
        } else {
            let end = rest.find(' ').unwrap_or(rest.len());
            found.push(rest[..end].into());
            rest = &rest[end..];
        }
        rest = rest.trim_start_matches(' ');
    }
    Ok(found)
}

/// What stood in quotes, and what follows them; escapes as Rust writes them.
fn unquoted(text: &str) -> Result<(String, &str), Reason> {
    let mut word = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Ok((word, &text[at + 1..])),
            '\\' => {
                let escape = letters.next().map(|(_, escape)| escape);
                word.push(match escape {
                    Some('n') => '\n',
                    Some('r') => '\r',
                    Some('t') => '\t',
                    Some('0') => '\0',
                    Some(sign @ ('"' | '\'' | '\\')) => sign,
                    Some('u') => {
                        let digits: String = letters.by_ref().map(|(_, digit)| digit).skip(1).take_while(|&digit| digit != '}').collect();
                        u32::from_str_radix(&digits, 16)
                            .ok()
                            .and_then(char::from_u32)
                            .ok_or_else(|| format!("\\u{{{digits}}} is no character"))?
                    }
                    _ => return Err("an escape that is none".into()),
                });
            }
            _ => word.push(letter),
        }
    }
    Err("a quote is not closed".into())
}
