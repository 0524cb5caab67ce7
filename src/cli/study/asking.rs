//! A sitting: prompt after prompt, with music beside, until it is over, nobody answers any more, or somebody stops it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use chrono::NaiveDate;

use super::super::ending;
use super::super::error::{FAILED, Failure};
use super::failed;
use super::input::{Input, Line};
use super::printing::Printing;
use super::sound::Ears;
use super::told;
use crate::perform::Performance;
use crate::quiz::Heard;
use crate::tutor::{Asked, Judged, Prompt, Recall, Reply, Rest, Summary, Tell, Tutor, TutorError};

/// What a line of the learner's leads to.
enum Said {
    Words(String),
    /// Ctrl-C, which ends it at once.
    Interrupted,
    /// :q, or no more lines.
    Stop,
}

struct Sitting {
    tutor: Tutor,
    ears: Ears,
    input: Input,
    page: Printing,
    today: NaiveDate,
    is_quiet: bool,
    /// What :r plays.
    pieces: Vec<Arc<Performance>>,
}

/// Asks until it is over. The status tells whether all was kept.
pub fn sit(tutor: Tutor, ears: Ears, interrupted: Arc<AtomicBool>, is_quiet: bool) -> Result<u8, Failure> {
    let input = Input::new(interrupted);
    let today = tutor.today();
    let mut sitting = Sitting { tutor, ears, input, page: Printing::new(), today, is_quiet, pieces: Vec::new() };
    let ended = sitting.ask();
    sitting.ears.stop();
    // Whatever became of the terminal, what is not saved yet is tried once more.
    let summary = sitting.tutor.close();
    let said = ended?;
    sitting.end(&said, &summary)
}

impl Sitting {
    fn ask(&mut self) -> Result<Said, Failure> {
        let began = Instant::now();
        if !self.is_quiet {
            self.page.text(told::KEYS)?;
        }
        // What is wrong with the speaker is said before anything is asked.
        self.ears.hear()?;
        loop {
            let prompt = match self.tutor.next(began.elapsed().as_secs_f64() / 60.0) {
                Ok(prompt) => prompt,
                Err(TutorError::Interrupted) => return Ok(Said::Interrupted),
                Err(error) => return Err(failed(error)),
            };
            self.tell_notices();
            if self.input.is_interrupted() {
                return Ok(Said::Interrupted);
            }
            let said = match prompt {
                Prompt::Ask(asked) => self.question(&asked)?,
                Prompt::Recall(recall) => self.recall(recall)?,
                Prompt::Compare(compare) => {
                    told::compare(&self.page, &compare)?;
                    self.reply()?
                }
                Prompt::Rest(rest) => self.rest(&rest)?,
                Prompt::Tell(tell) => self.tell(tell)?,
                Prompt::Over(_) => return Ok(Said::Words(String::new())),
            };
            if !matches!(said, Said::Words(_)) {
                return Ok(said);
            }
        }
    }

    fn question(&mut self, asked: &Asked) -> Result<Said, Failure> {
        let question = &asked.question;
        told::question(&self.page, asked)?;
        self.sound(&question.heard)?;
        told::choices(&self.page, &question.answer)?;
        self.reply()
    }

    /// Takes lines until one of them is a reply; says what came of it.
    fn reply(&mut self) -> Result<Said, Failure> {
        loop {
            let text = match self.line("> ")? {
                Said::Words(text) => text,
                other => return Ok(other),
            };
            self.ears.stop();
            let reply = self.tutor.reply(&text);
            self.tell_notices();
            match reply {
                Reply::Unclear(hint) => {
                    let command = matches!(text.trim(), "r" | "q" | "h" | "?" | "s");
                    let command = if command { format!(" (a command begins with a colon: :{})", text.trim()) } else { String::new() };
                    self.page.text(&format!("Not an answer: {hint}{command}"))?;
                    continue;
                }
                Reply::Judged(judged) => return self.judged(&judged),
                Reply::Graded { due } => {
                    self.page.text(&due.map(|due| format!("Again {}.", told::day(due, self.today))).unwrap_or_default())?;
                }
                Reply::Noted => {}
            }
            return Ok(Said::Words(text));
        }
    }

    /// Tells a verdict; of a wrong answer the evidence is read, and heard, before it goes on.
    fn judged(&mut self, judged: &Judged) -> Result<Said, Failure> {
        told::judged(&self.page, judged, self.today)?;
        if judged.is_right {
            return Ok(Said::Words(String::new()));
        }
        if !judged.evidence.heard.is_empty() {
            self.sound(&judged.evidence.heard)?;
        }
        self.go_on()
    }

    /// Waits until who types has read enough. Piped lines are answers, and none of them is spent on this.
    fn go_on(&mut self) -> Result<Said, Failure> {
        if !self.input.is_typed {
            return Ok(Said::Words(String::new()));
        }
        let said = self.line("(Enter goes on) ")?;
        self.ears.stop();
        Ok(said)
    }

    fn recall(&mut self, recall: Recall) -> Result<Said, Failure> {
        told::recall(&self.page, recall, self.input.is_typed)?;
        self.pieces.clear();
        let mut text = String::new();
        let ended = loop {
            match self.line("> ")? {
                Said::Words(line) if line.trim().is_empty() => break None,
                Said::Words(line) => {
                    text += &line;
                    text.push('\n');
                    if !self.input.is_typed {
                        break None;
                    }
                }
                other => break Some(other),
            }
        };
        if let Some(ended) = ended {
            // What was written is kept, though nobody grades it.
            if !text.trim().is_empty() {
                self.tutor.reply(&text);
                self.tell_notices();
            }
            return Ok(ended);
        }
        let reply = self.tutor.reply(&text);
        self.tell_notices();
        match reply {
            Reply::Judged(judged) => self.judged(&judged),
            _ => Ok(Said::Words(text)),
        }
    }

    fn rest(&mut self, rest: &Rest) -> Result<Said, Failure> {
        if !self.input.is_typed {
            return Ok(Said::Words(String::new()));
        }
        self.page.gap()?;
        self.page.text(told::why(rest.why))?;
        self.pieces = rest.performance.iter().cloned().collect();
        if self.ears.hear()? {
            self.ears.play(self.pieces.clone());
        }
        self.go_on()
    }

    fn tell(&mut self, tell: Tell) -> Result<Said, Failure> {
        self.page.gap()?;
        match tell {
            Tell::Idea(lesson) => {
                told::idea(&self.page, lesson)?;
                Ok(Said::Words(String::new()))
            }
            Tell::Listen(lesson, heard) => {
                self.page.text(&format!("Listen to @{}. {}", lesson.song, lesson.listen))?;
                self.sound(&[heard])?;
                self.go_on()
            }
            Tell::Foretold(judged) => {
                self.page.text("Your guess:")?;
                self.judged(&judged)
            }
        }
    }

    /// Plays music, or shows it where it does not sound.
    fn sound(&mut self, heard: &[Heard]) -> Result<(), Failure> {
        self.pieces = heard.iter().map(|heard| Arc::new((*heard.performance).clone())).collect();
        if heard.is_empty() {
            return Ok(());
        }
        if self.ears.shows_captions()? {
            told::captions(&self.page, heard)?;
        }
        if self.ears.hear()? {
            told::playing(&self.page, heard)?;
            self.ears.play(self.pieces.clone());
        }
        Ok(())
    }

    /// The next line that is no command, or how it ends.
    fn line(&mut self, sign: &str) -> Result<Said, Failure> {
        loop {
            self.page.before_input(sign)?;
            let line = self.input.line(|| self.ears.beat());
            if !self.input.is_typed {
                // A terminal shows what is typed by itself.
                match &line {
                    Line::Text(text) => self.page.text_of_input(text)?,
                    Line::Command(command) => self.page.text_of_input(&format!(":{command}"))?,
                    Line::End | Line::Interrupted => {}
                }
            }
            match line {
                Line::Text(text) => return Ok(Said::Words(text)),
                Line::Interrupted => {
                    self.page.end_line()?;
                    return Ok(Said::Interrupted);
                }
                Line::End => {
                    self.page.end_line()?;
                    return Ok(Said::Stop);
                }
                Line::Command(command) => match command.as_str() {
                    "q" | "quit" => return Ok(Said::Stop),
                    "s" | "skip" => return Ok(Said::Words(String::new())),
                    "r" | "replay" if self.pieces.is_empty() => self.page.text("Nothing sounds here.")?,
                    "r" | "replay" if self.ears.hear()? => self.ears.play(self.pieces.clone()),
                    "r" | "replay" => self.page.text("There is no sound; the music stands above as signs.")?,
                    "h" | "help" | "?" => self.page.text(told::KEYS)?,
                    other => self.page.text(&format!("There is no command :{other}. {}", told::KEYS))?,
                },
            }
        }
    }

    fn tell_notices(&mut self) {
        let notices = self.tutor.take_notices();
        if !self.is_quiet {
            notices.iter().for_each(|notice| eprintln!("evalody: {notice}"));
        }
    }

    fn end(&mut self, said: &Said, summary: &Summary) -> Result<u8, Failure> {
        self.tell_notices();
        if let Said::Interrupted = said {
            self.page.text(&told::stopped(summary))?;
            return Ok(ending::INTERRUPTED);
        }
        told::summary(&self.page, summary, matches!(said, Said::Stop), self.today)?;
        if summary.unsaved > 0 {
            eprintln!("evalody: what was answered could not be saved ({} entries)", summary.unsaved);
            return Ok(FAILED);
        }
        Ok(0)
    }
}
