//! What has been heard, visited, read and recalled, out of all: a map of a learner's way. Knows no page and no picture.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::{Lesson, Path, Record, Step, recall};
use crate::atlas::{self, Entry, Form, Function, Handler, Opcode, Pep, Topic, Version};
use crate::quiz::{self, Card, Goal};

/// Days of the schedule that are told ahead, today among them: two weeks, as far as anybody plans.
pub const AHEAD: usize = 14;

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    pub count: usize,
    pub of: usize,
}

/// An opcode of the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfOpcode {
    pub name: &'static str,
    pub family: &'static str,
    /// When it was first heard in a program of one's own.
    pub heard: Option<NaiveDate>,
}

/// A PEP, whichever version it came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfPep {
    pub pep: &'static Pep,
    /// When its page was first visited.
    pub visited: Option<NaiveDate>,
    /// When it was first ticked as read, in whichever path.
    pub read: Option<NaiveDate>,
}

/// What is recalled of a goal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OfGoal {
    pub goal: Goal,
    /// Cards that were asked, of all there are.
    pub met: Share,
    /// The chance, 0 to 1, that a card which was met is recalled tomorrow: FSRS's, the mean of all. `None` if none was met.
    pub recall: Option<f64>,
    /// Cards that are due today or were before.
    pub due: usize,
    /// When the next one is due, today at the earliest.
    pub next: Option<NaiveDate>,
}

/// A reading path, with the ticks of its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfPath {
    pub path: &'static Path,
    pub steps: Vec<(&'static Step, Option<NaiveDate>)>,
}

impl OfPath {
    pub fn ticked(&self) -> Share {
        Share { count: self.steps.iter().filter(|(_, ticked)| ticked.is_some()).count(), of: self.steps.len() }
    }

    /// The first step without a tick.
    pub fn next(&self) -> Option<&'static Step> {
        self.steps.iter().find(|(_, ticked)| ticked.is_none()).map(|(step, _)| *step)
    }
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onward {
    /// So many cards are due.
    Recall(usize),
    Lesson(&'static Lesson),
    Read(&'static Path, &'static Step),
    /// An opcode that was not heard yet.
    Hear(&'static str),
    /// Nothing until then, as all is heard and read.
    Wait(NaiveDate),
    /// All is heard and read, and nothing is to come.
    Nothing,
}

/// A map of a learner's way.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub today: NaiveDate,
    /// The CPython whose opcodes and handlers are counted.
    pub version: Version,
    /// Opcodes of the version, by family in the order of the atlas, then by name.
    pub opcodes: Vec<OfOpcode>,
    /// Opcodes heard that the version does not have.
    pub heard_elsewhere: Vec<(String, NaiveDate)>,
    /// Handlers in C of opcodes and their forms, of which a page was visited that names them.
    pub handlers: Share,
    /// Builtins, methods and functions whose page was visited.
    pub functions: Share,
    /// Topics of the atlas whose page was visited.
    pub topics: Share,
    /// By number.
    pub peps: Vec<OfPep>,
    /// In the order of [`Goal::ALL`].
    pub goals: Vec<OfGoal>,
    /// Days on which something was asked, the oldest first.
    pub days: Vec<NaiveDate>,
    /// Cards that are due on each of the next `AHEAD` days; today's are those of days before, too.
    pub schedule: Vec<(NaiveDate, usize)>,
    /// When each was finished first.
    pub lessons: Vec<(&'static Lesson, Option<NaiveDate>)>,
    pub paths: Vec<OfPath>,
    /// Notes written from memory.
    pub notes: usize,
    pub onward: Onward,
}

impl Progress {
    /// The map of a record on a day. Cards that the deck has no more are left out, and so is what the atlas does not
    /// know; both stay in the record.
    pub fn of(record: &Record, deck: &[Card], today: NaiveDate, version: Version) -> Self {
        let goals = goals(record, deck, today);
        let lessons: Vec<_> = Lesson::all().iter().map(|lesson| (lesson, record.lessons.get(&lesson.number).copied())).collect();
        let paths = paths(record);
        let opcodes = opcodes(record, version);
        let onward = onward(&goals, &lessons, &paths, &opcodes);
        let is_known = |name: &str| opcodes.iter().any(|opcode| opcode.name == name);
        let elsewhere = record.heard.iter().filter(|(name, _)| !is_known(name) && Opcode::named(name).is_some());
        Self {
            today,
            version,
            heard_elsewhere: elsewhere.map(|(name, day)| (name.clone(), *day)).collect(),
            handlers: handlers(record, version),
            functions: functions(record, version),
            topics: Share {
                count: Topic::all().iter().filter(|topic| record.visited.contains_key(&format!("@{}", topic.name))).count(),
                of: Topic::all().len(),
            },
            peps: peps(record),
            days: record.days.iter().filter(|(_, day)| day.asked > 0).map(|(day, _)| *day).collect(),
            schedule: schedule(record, deck, today),
            opcodes,
            goals,
            lessons,
            paths,
            notes: record.notes.len(),
            onward,
        }
    }

    /// Opcodes of the version that were heard.
    pub fn heard(&self) -> Share {
        Share { count: self.opcodes.iter().filter(|opcode| opcode.heard.is_some()).count(), of: self.opcodes.len() }
    }

    /// Families of the version's opcodes, in order, with what was heard of each.
    pub fn families(&self) -> Vec<(&'static str, Share)> {
        let mut families: Vec<(&'static str, Share)> = Vec::new();
        for opcode in &self.opcodes {
            if families.last().is_none_or(|(family, _)| *family != opcode.family) {
                families.push((opcode.family, Share::default()));
            }
            if let Some((_, share)) = families.last_mut() {
                share.of += 1;
                share.count += usize::from(opcode.heard.is_some());
            }
        }
        families
    }

    /// All goals together.
    pub fn all_goals(&self) -> (Share, Option<f64>, usize) {
        let sum = |count: fn(&OfGoal) -> usize| self.goals.iter().map(count).sum::<usize>();
        let met = Share { count: sum(|goal| goal.met.count), of: sum(|goal| goal.met.of) };
        let recalled: f64 = self.goals.iter().filter_map(|goal| Some(goal.recall? * goal.met.count as f64)).sum();
        (met, (met.count > 0).then(|| recalled / met.count as f64), sum(|goal| goal.due))
    }

    /// Days studied within the last two weeks, today among them.
    pub fn days_lately(&self) -> usize {
        let first = self.today.checked_sub_days(Days::new(AHEAD as u64 - 1)).unwrap_or(self.today);
        self.days.iter().filter(|day| (first..=self.today).contains(day)).count()
    }

    /// PEPs visited, and PEPs ticked as read.
    pub fn peps_known(&self) -> (usize, usize) {
        let count = |known: fn(&OfPep) -> bool| self.peps.iter().filter(|pep| known(pep)).count();
        (count(|pep| pep.visited.is_some()), count(|pep| pep.read.is_some()))
    }
}

/// The version that most of what was heard belongs to, the newest of several: inferred, as a record does not tell what
/// ran it. `None` if nothing was heard.
pub fn version_of(record: &Record) -> Option<Version> {
    let heard =
        |version| record.heard.keys().filter(|name| Opcode::named(name).is_some_and(|known| known.versions.contains(version))).count();
    Version::all().map(|version| (heard(version), version)).max().filter(|(count, _)| *count > 0).map(|(_, version)| version)
}

/// What records call the page of an entry: the name that the atlas gives it.
pub fn page_name(entry: &Entry) -> String {
    match entry {
        Entry::Opcode(opcode) => opcode.name.to_owned(),
        Entry::Form(form) => form.name.to_owned(),
        Entry::Family(family) => family.name.clone(),
        Entry::Function(name) => (*name).to_owned(),
        Entry::Pep(pep) => format!("PEP {}", pep.number),
        Entry::Topic(topic) => format!("@{}", topic.name),
        Entry::Operation { symbol, left: None, .. } => (*symbol).to_owned(),
        Entry::Operation { symbol, left: Some(left), right: None } => format!("{symbol} {left}"),
        Entry::Operation { symbol, left: Some(left), right: Some(right) } => format!("{left} {symbol} {right}"),
    }
}

fn opcodes(record: &Record, version: Version) -> Vec<OfOpcode> {
    let families = atlas::FamilyEntry::all();
    let place = |family: &str| families.iter().position(|entry| entry.name == family);
    let mut opcodes: Vec<OfOpcode> = Opcode::all()
        .iter()
        .filter(|opcode| opcode.versions.contains(version))
        .map(|opcode| OfOpcode { name: opcode.name, family: opcode.family, heard: record.heard.get(opcode.name).copied() })
        .collect();
    opcodes.sort_by_key(|opcode| (place(opcode.family), opcode.name));
    opcodes
}

/// Places in C, each once: several opcodes may have one handler.
fn handlers(record: &Record, version: Version) -> Share {
    let names = Opcode::all().iter().map(|opcode| opcode.name).chain(Form::all().iter().map(|form| form.name));
    let mut all = BTreeSet::new();
    let mut visited = BTreeSet::new();
    for name in names {
        let Some(handler) = Handler::in_version(name, version) else { continue };
        let place = (handler.place.file, handler.place.anchor);
        all.insert(place);
        if record.visited.contains_key(name) {
            visited.insert(place);
        }
    }
    Share { count: visited.len(), of: all.len() }
}

fn functions(record: &Record, version: Version) -> Share {
    let known = |name: &&str| Function::of(name).any(|function| function.versions.contains(version));
    let mut share = Share::default();
    for function in atlas::functions().filter(known) {
        share.of += 1;
        share.count += usize::from(record.visited.contains_key(function));
    }
    share
}

fn peps(record: &Record) -> Vec<OfPep> {
    let read = |name: &str| {
        let ticked = record.ticks.iter().filter(|(tick, _)| Path::of_tick(tick).is_some_and(|(_, step)| step.read == name));
        ticked.map(|(_, day)| *day).min()
    };
    Pep::all()
        .iter()
        .map(|pep| {
            let name = format!("PEP {}", pep.number);
            OfPep { pep, visited: record.visited.get(&name).copied(), read: read(&name) }
        })
        .collect()
}

fn goals(record: &Record, deck: &[Card], today: NaiveDate) -> Vec<OfGoal> {
    // What was answered today is known today, wrong answers too: what lasts shows a night later.
    let tomorrow = today.succ_opt().unwrap_or(today);
    let of = |goal| {
        let mut of = OfGoal { goal, met: Share::default(), recall: None, due: 0, next: None };
        let mut recalled = 0.0;
        for card in deck.iter().filter(|card| quiz::goal(card) == Some(goal)) {
            of.met.of += 1;
            let Some(memory) = record.cards.get(card) else { continue };
            of.met.count += 1;
            recalled += recall(memory, tomorrow);
            let due = memory.due.max(today);
            of.due += usize::from(due == today);
            of.next = Some(of.next.map_or(due, |next| next.min(due)));
        }
        of.recall = (of.met.count > 0).then(|| recalled / of.met.count as f64);
        of
    };
    Goal::ALL.into_iter().map(of).collect()
}

fn schedule(record: &Record, deck: &[Card], today: NaiveDate) -> Vec<(NaiveDate, usize)> {
    let deck: BTreeSet<&Card> = deck.iter().collect();
    let mut schedule: Vec<(NaiveDate, usize)> = today.iter_days().take(AHEAD).map(|day| (day, 0)).collect();
    for (_, memory) in record.cards.iter().filter(|(card, _)| deck.contains(card)) {
        let ahead = (memory.due - today).num_days().max(0) as usize;
        if let Some((_, count)) = schedule.get_mut(ahead) {
            *count += 1;
        }
    }
    schedule
}

fn paths(record: &Record) -> Vec<OfPath> {
    let of = |path: &'static Path| OfPath {
        path,
        steps: path.steps.iter().map(|step| (step, record.ticks.get(&path.tick(step)).copied())).collect(),
    };
    Path::all().iter().map(of).collect()
}

/// Recall before all else; then the lessons; then the path that was walked last, or the first; then what is still to be
/// heard.
fn onward(goals: &[OfGoal], lessons: &[(&'static Lesson, Option<NaiveDate>)], paths: &[OfPath], opcodes: &[OfOpcode]) -> Onward {
    let due: usize = goals.iter().map(|goal| goal.due).sum();
    if due > 0 {
        return Onward::Recall(due);
    }
    if let Some((lesson, _)) = lessons.iter().find(|(_, finished)| finished.is_none()) {
        return Onward::Lesson(lesson);
    }
    let walked = |path: &&OfPath| path.steps.iter().filter_map(|(_, ticked)| *ticked).max();
    let open = || paths.iter().filter(|path| path.next().is_some());
    // Of several the first.
    let path = open().rev().max_by_key(walked);
    if let Some((path, step)) = path.and_then(|path| Some((path.path, path.next()?))) {
        return Onward::Read(path, step);
    }
    if let Some(opcode) = opcodes.iter().find(|opcode| opcode.heard.is_none() && is_ever_heard(opcode)) {
        return Onward::Hear(opcode.name);
    }
    goals.iter().filter_map(|goal| goal.next).min().map_or(Onward::Nothing, Onward::Wait)
}

/// Inline caches and what is reserved never run as instructions.
fn is_ever_heard(opcode: &OfOpcode) -> bool {
    opcode.family != "rest"
}
