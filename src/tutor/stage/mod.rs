//! The stage: runs songs and the learner's program when a card asks for them, once each, and draws questions from what
//! they did. Knows no schedule and no learner.

mod lines;
mod run;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::TutorError;
use super::order::{First, Manner, Own};
use crate::atlas::Version;
use crate::interpreter::Choice;
use crate::quiz::{self, Card, Ground, Need, Question, Run};
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
    notices: Vec<String>,
    /// The program that a question was drawn from last.
    last: Option<Arc<Run>>,
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
            notices: Vec::new(),
            last: None,
        };
        let ran = match first {
            First::Own(own) => stage.run_own(own)?,
            First::Song(song) => stage.song(song)?,
            First::Songs => stage.song(&songs::all()[0])?,
        };
        stage.version = ran.run.version.unwrap_or(Version::LAST);
        if !ran.run.is_cpython && stage.manner.choice == Choice::Auto {
            stage.notices.push(format!("there is no CPython on the search path: {} runs the programs", ran.run.interpreter));
        }
        if !matches!(first, First::Songs) {
            stage.first = Some(ran).filter(|ran| ran.run.trace.steps().next().is_some());
        }
        Ok(stage)
    }

    fn run_own(&mut self, own: &Own) -> Result<Ran, TutorError> {
        let ran = run::own(own, &self.manner)?;
        if ran.run.trace.steps().next().is_none() {
            let name = own.program.name.clone();
            if !ran.run.program.is_blank() {
                return Err(TutorError::NeverRan { name, outcome: ran.run.trace.outcome.clone() });
            }
            self.notices.push(format!("{name} is empty: all questions are about songs"));
        }
        Ok(ran)
    }

    /// The CPython of which facts are told.
    pub fn version(&self) -> Version {
        self.version
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

    /// The run that was asked about last, or that anything else is made from.
    pub fn last(&self) -> Option<&Arc<Run>> {
        self.last.as_ref().or(self.first.as_ref().map(|ran| &ran.run)).or_else(|| self.songs.values().next().map(|ran| &ran.run))
    }

    /// Draws a question about a card, and tells what it is about: from one of the programs that will do, in an order
    /// that the seed decides. `None` where none of them gives one.
    pub fn question(&mut self, card: &Card, seed: u64) -> Result<Option<(Question, Option<String>)>, TutorError> {
        let song = None;
        self.question_of(card, song, seed)
    }

    /// The same, from this song before all others.
    pub fn question_of(&mut self, card: &Card, song: Option<&'static Song>, seed: u64) -> Result<Option<(Question, Option<String>)>, TutorError> {
        let ground = |version, runs| Ground { runs, version };
        match quiz::need(card) {
            None => Ok(None),
            Some(Need::Nothing) => Ok(quiz::ask(card, &ground(self.version, Vec::new()), seed).map(|question| (question, None))),
            Some(Need::Songs(names)) => {
                let mut runs = Vec::new();
                for name in names {
                    let Ok(song) = songs::named(name) else { return Ok(None) };
                    runs.push(self.song(song)?.run);
                }
                let version = runs.iter().find_map(|run| run.version).unwrap_or(self.version);
                self.last = runs.first().cloned().or(self.last.take());
                // By name it would tell what is to be heard.
                Ok(quiz::ask(card, &ground(version, runs), seed).map(|question| (question, None)))
            }
            Some(Need::Any(best)) => self.of_any(card, &self.candidates(song, best, seed), false, seed),
            Some(Need::Probed(best)) => self.of_any(card, &self.candidates(song, best, seed), true, seed),
        }
    }

    fn of_any(
        &mut self,
        card: &Card,
        candidates: &[Candidate],
        is_probed: bool,
        seed: u64,
    ) -> Result<Option<(Question, Option<String>)>, TutorError> {
        let mut new = 0;
        for &candidate in candidates {
            let ran = match candidate {
                Candidate::First => self.first.clone(),
                Candidate::Song(song) => {
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
                let about = format!("{} by {}", run.program.name, run.interpreter);
                self.last = Some(run);
                return Ok(Some((question, Some(about))));
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
        let run = if ran.run.is_cpython && ran.has_lines() { run::probed(ran, &lines::with_attributes(&ran.run, self.seed), &self.manner)? } else { None };
        self.probed.insert(name.clone(), run.clone());
        Ok(run)
    }

    /// Programs to draw a question from: a lesson's song, what was named, those that are best for it, all others.
    fn candidates(&self, song: Option<&'static Song>, best: &[&str], seed: u64) -> Vec<Candidate> {
        let mut chance = fastrand::Rng::with_seed(seed);
        let mut best: Vec<&'static Song> = best.iter().filter_map(|name| songs::named(name).ok()).collect();
        chance.shuffle(&mut best);
        let mut others: Vec<&'static Song> = songs::all().iter().filter(|song| !best.contains(song)).collect();
        chance.shuffle(&mut others);
        let first = self.first.as_ref().map(|_| Candidate::First);
        let songs = best.into_iter().chain(others).map(Candidate::Song);
        song.map(Candidate::Song).into_iter().chain(first).chain(songs).collect()
    }
}

#[derive(Debug, Clone, Copy)]
enum Candidate {
    First,
    Song(&'static Song),
}
