//! The stage: runs songs and the learner's program when a card asks for them, once each, and draws questions from what
//! they did. Knows no schedule and no learner.

mod lines;
mod run;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::TutorError;
use super::order::{First, Manner, Own};
use super::prompt::About;
use crate::atlas::Version;
use crate::interpreter::Choice;
use crate::quiz::{self, Card, Ground, Need, Question, Run, Sense};
use crate::songs::{self, Song};

use run::Ran;

/// Instructions of a run. More is slower to record and to ask about; fewer and loops of real programs are cut in the
/// middle of their first turns. All songs but the longest end before it.
pub const STEPS: u64 = 60_000;

/// Longest run, on the wall clock: an own program may wait for what never comes.
pub const TIME: Duration = Duration::from_secs(10);

/// Songs that are run for one card at most. More finds a question for rare subjects, and lets somebody wait for it.
const MOST_NEW: usize = 4;

/// Runs programs, and remembers what they did.
pub struct Stage {
    manner: Manner,
    seed: u64,
    first: Option<Ran>,
    songs: BTreeMap<&'static str, Ran>,
    probed: BTreeMap<String, Option<Arc<Run>>>,
    version: Version,
    interpreter: String,
    notices: Vec<String>,
    /// Runs that questions were drawn from, the last one last.
    studied: Vec<Arc<Run>>,
}

impl Stage {
    /// Runs what is to be asked about first, so that what is wrong with it is told before anything is asked.
    pub fn open(first: &First, manner: Manner, seed: u64) -> Result<Self, TutorError> {
        let mut stage = Self {
            manner,
            seed,
            first: None,
            songs: BTreeMap::new(),
            probed: BTreeMap::new(),
            version: Version::LAST,
            interpreter: String::new(),
            notices: Vec::new(),
            studied: Vec::new(),
        };
        let ran = match first {
            First::Own(own) => stage.run_own(own)?,
            First::Song(song) => stage.song(song)?,
            First::Songs => stage.song(&songs::all()[0])?,
        };
        stage.interpreter.clone_from(&ran.run.interpreter);
        stage.version = ran.run.version.unwrap_or(Version::LAST);
        if !ran.run.is_cpython && stage.manner.choice == Choice::Auto {
            stage.notices.push(format!("there is no CPython on the search path: {} runs the programs", ran.run.interpreter));
        }
        if !matches!(first, First::Songs) {
            stage.first = Some(ran).filter(|ran| !ran.run.program.is_blank());
        }
        Ok(stage)
    }

    fn run_own(&mut self, own: &Own) -> Result<Ran, TutorError> {
        let ran = run::own(own, &self.manner)?;
        let name = own.program.name.clone();
        if ran.run.program.is_blank() {
            self.notices.push(format!("{name} is empty: all questions are about songs"));
        } else if ran.run.trace.steps().next().is_none() {
            return Err(TutorError::NeverRan { name, outcome: ran.run.trace.outcome.clone() });
        }
        Ok(ran)
    }

    /// Who ran the first program.
    pub fn interpreter(&self) -> &str {
        &self.interpreter
    }

    /// What there is to say since this was asked last, a line each.
    pub fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// What a song did.
    pub fn song(&mut self, song: &'static Song) -> Result<Ran, TutorError> {
        if let Some(ran) = self.songs.get(song.name) {
            return Ok(ran.clone());
        }
        let ran = run::song(song, &self.manner)?;
        self.songs.insert(song.name, ran.clone());
        Ok(ran)
    }

    /// Runs that questions were drawn from so far, the last one last.
    pub fn studied(&self) -> &[Arc<Run>] {
        &self.studied
    }

    /// Draws a question about a card, and tells what it is about: from one of the programs that will do, in an order
    /// that the seed decides. `None` where none of them gives one.
    pub fn question(&mut self, card: &Card, from: From, seed: u64) -> Result<Option<Drawn>, TutorError> {
        let ground = |version, runs| Ground { runs, version };
        match quiz::need(card) {
            None => Ok(None),
            Some(Need::Nothing) => Ok(quiz::ask(card, &ground(self.version, Vec::new()), seed).map(Drawn::of_nothing)),
            Some(Need::Songs(names)) => {
                let mut runs = Vec::new();
                for name in names {
                    let Ok(song) = songs::named(name) else { return Ok(None) };
                    runs.push(self.song(song)?.run);
                }
                let version = runs.iter().find_map(|run| run.version).unwrap_or(self.version);
                let question = quiz::ask(card, &ground(version, runs.clone()), seed);
                self.studied.extend(question.iter().flat_map(|_| runs.iter().cloned()));
                // Which songs these are belongs to the question.
                Ok(question.map(Drawn::of_nothing))
            }
            Some(need @ (Need::Any(best) | Need::Probed(best))) => {
                let is_probed = matches!(need, Need::Probed(_));
                self.of_any(card, &self.candidates(from, best, seed), is_probed, seed)
            }
        }
    }

    fn of_any(&mut self, card: &Card, candidates: &[Candidate], is_probed: bool, seed: u64) -> Result<Option<Drawn>, TutorError> {
        let mut new = 0;
        for &candidate in candidates {
            let ran = match candidate {
                Candidate::First => self.first.clone(),
                Candidate::Song(song) | Candidate::Lesson(song) => {
                    let is_new = !self.songs.contains_key(song.name) || is_probed && !self.probed.contains_key(&format!("@{}", song.name));
                    new += usize::from(is_new);
                    if new > MOST_NEW {
                        continue;
                    }
                    Some(self.song(song)?)
                }
            };
            let run = match ran {
                Some(ran) if is_probed => self.probed(&ran)?,
                ran => ran.map(|ran| ran.run),
            };
            let Some(run) = run else { continue };
            let version = run.version.unwrap_or(self.version);
            if let Some(question) = quiz::ask(card, &Ground { runs: vec![Arc::clone(&run)], version }, seed) {
                // A question that names the song has told it already.
                let is_named = question.ask.contains(&run.program.name);
                let is_known = run.is_own || is_named || matches!(candidate, Candidate::Lesson(_));
                let gives_away = !is_known && quiz::maker(&card.maker).is_some_and(|maker| maker.sense == Sense::Ear);
                let about = About { words: format!("{} by {}", run.program.name, run.interpreter), gives_away };
                self.studied.push(run);
                return Ok(Some(Drawn { question, about: Some(about) }));
            }
        }
        Ok(None)
    }

    /// The run with some of its lines probed; `None` where there is no line to probe, or no CPython to probe it.
    fn probed(&mut self, ran: &Ran) -> Result<Option<Arc<Run>>, TutorError> {
        let name = &ran.run.program.name;
        if let Some(run) = self.probed.get(name) {
            return Ok(run.clone());
        }
        let run = if ran.run.is_cpython && ran.has_lines() {
            run::probed(ran, &lines::with_attributes(&ran.run, self.seed), &self.manner)?
        } else {
            None
        };
        self.probed.insert(name.clone(), run.clone());
        Ok(run)
    }

    /// Programs to draw a question from: of a lesson its song, and its next card where that gives none; else what was named,
    /// those that are best for it, all others.
    fn candidates(&self, from: From, best: &[&str], seed: u64) -> Vec<Candidate> {
        let mut chance = fastrand::Rng::with_seed(seed);
        let mut best: Vec<&'static Song> = best.iter().filter_map(|name| songs::named(name).ok()).collect();
        chance.shuffle(&mut best);
        let mut others: Vec<&'static Song> = songs::all().iter().filter(|song| !best.contains(song)).collect();
        chance.shuffle(&mut others);
        let first = self.first.as_ref().map(|_| Candidate::First);
        let songs = best.into_iter().chain(others).map(Candidate::Song);
        match from {
            From::Song(song) => vec![Candidate::Lesson(song)],
            From::FirstAlone if first.is_some() => first.into_iter().collect(),
            From::FirstAlone | From::Any => first.into_iter().chain(songs).collect(),
        }
    }
}

/// Which programs a question may be drawn from, where any will do.
#[derive(Debug, Clone, Copy)]
pub enum From {
    /// What was named before all songs.
    Any,
    /// Only what was named, if something was.
    FirstAlone,
    /// This song alone.
    Song(&'static Song),
}

/// A question, and what it is about.
pub struct Drawn {
    pub question: Question,
    pub about: Option<About>,
}

impl Drawn {
    fn of_nothing(question: Question) -> Self {
        Self { question, about: None }
    }
}

#[derive(Debug, Clone, Copy)]
enum Candidate {
    Lesson(&'static Song),
    First,
    Song(&'static Song),
}
