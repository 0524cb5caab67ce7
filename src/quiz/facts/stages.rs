//! Questions on what happens within CPython, stage by stage: how often the eval loop comes to a stage, and which comes next.

use super::{sample, sheet};
use crate::atlas::{Stage, Topic, Version, When};
use crate::quiz::maker::{Draft, Maker, Sense, choice};
use crate::quiz::{Evidence, Goal, Ground, Need};

pub const WHEN: Maker = Maker {
    name: "stage-when",
    sense: Sense::Knowledge,
    goal: |_| Goal::EvalLoop,
    subjects: || sample(&["fetch", "dispatch", "eval-breaker", "tracing", "error"]),
    need: |_| Need::Nothing,
    make: when,
};

pub const NEXT: Maker = Maker {
    name: "stage-next",
    sense: Sense::Knowledge,
    goal: next_goal,
    subjects: || {
        sample(&[
            "loop:fetch",
            "loop:decode",
            "gil:wait",
            "gil:ask",
            "gc:copy-the-counts",
            "gc:part",
            "attribute:along-the-mro",
            "refcount:let-go",
            "memory:size-class",
            "threads:start",
        ])
    },
    need: |_| Need::Nothing,
    make: next,
};

fn next_goal(subject: &str) -> Goal {
    match subject.split(':').next() {
        Some("loop") => Goal::EvalLoop,
        Some("gil" | "threads") => Goal::Execution,
        Some("attribute") => Goal::ObjectModel,
        _ => Goal::Memory,
    }
}

/// What a stage is called, less where or when: `Eval breaker, now and then` is the eval breaker.
fn head(stage: &Stage) -> &str {
    stage.title.split(',').next().unwrap_or(&stage.title)
}

/// As subjects write it: `copy-the-counts`.
fn slug(stage: &Stage) -> String {
    head(stage).to_ascii_lowercase().replace(' ', "-")
}

fn stages_of(topic: &'static Topic, version: Version) -> Vec<&'static Stage> {
    topic.stages.iter().filter(|stage| stage.is_in(version)).collect()
}

/// Where a stage stands in a version.
fn place(stage: &Stage, version: Version) -> Option<String> {
    stage.places.iter().find(|(versions, _)| versions.contains(version)).map(|(_, place)| sheet::told(*place))
}

fn when(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let version = ground.version;
    let stages = stages_of(Topic::named("loop")?, version);
    let stage = stages.iter().find(|stage| slug(stage) == subject)?;
    let right = stage.when?;
    let others = When::ALL.into_iter().filter(|&other| other != right).map(|other| other.words().to_owned());
    let lines = stages.iter().filter_map(|other| Some(format!("{:<13} {}", head(other), other.when?.words()))).collect();
    let mut evidence = Evidence::new(format!("{}: {}. {}", head(stage), right.words(), stage.does), lines);
    evidence.explain = Some("@loop".to_owned());
    evidence.inferred = unread(version);
    Some(Draft {
        ask: format!("When does the eval loop of CPython {version} come to the stage that is shown here?"),
        shown: std::iter::once(head(stage).to_owned()).chain(place(stage, version)).collect(),
        heard: Vec::new(),
        answer: choice(right.words().to_owned(), others, 4, chance)?,
        evidence,
        basis: vec![("version", version.to_string()), ("stage", stage.title.clone()), ("when", right.words().to_owned())],
    })
}

/// What is inferred of the newest version: nobody had its whole source at hand.
fn unread(version: Version) -> Option<String> {
    (version == Version::LAST).then(|| format!("that {version} does it in the same order as the version before"))
}

/// Longest that a choice is, columns: two lines of a terminal are read at a glance.
const LONGEST: usize = 130;

/// Whether all parentheses are closed.
fn is_whole(text: &str) -> bool {
    text.matches('(').count() == text.matches(')').count()
}

/// A stage as a choice: its name, and what happens as far as there is room.
fn told(stage: &Stage) -> String {
    let does = sheet::first_sentence(&stage.does).trim_end_matches('.');
    // Words that say that something came before say too much.
    let does = does.strip_prefix("Then ").unwrap_or(does).trim_start_matches("On a miss ");
    let told = format!("{}: {does}", stage.title);
    if told.len() <= LONGEST {
        return told;
    }
    let end = ["; ", ": ", ", "]
        .iter()
        .flat_map(|stop| told[..LONGEST].match_indices(stop).map(|(end, _)| end))
        .filter(|&end| end > stage.title.len())
        .filter(|&end| is_whole(&told[..end]))
        .max();
    told[..end.unwrap_or(LONGEST)].to_owned()
}

fn next(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let version = ground.version;
    let (name, asked) = subject.split_once(':')?;
    let topic = Topic::named(name)?;
    let stages = stages_of(topic, version);
    let at = stages.iter().position(|stage| slug(stage) == asked)?;
    let (stage, right) = (stages[at], stages.get(at + 1).filter(|next| next.follows)?);
    let others: Vec<&Stage> =
        stages.iter().enumerate().filter(|(other, _)| *other != at && *other != at + 1).map(|(_, other)| *other).collect();
    let lines = stages.iter().enumerate().map(|(other, stage)| {
        let sign = if other == at + 1 { '>' } else { ' ' };
        format!("{sign} {}{}", if stage.follows { "then " } else { "" }, stage.title)
    });
    let place = place(right, version).map(|place| format!(" It is in {place}.")).unwrap_or_default();
    let mut evidence = Evidence::new(format!("{}: {}{place}", right.title, right.does), lines.collect());
    evidence.explain = Some(format!("@{name}"));
    evidence.inferred = unread(version);
    let shown = sheet::wrapped(&format!("{}: {}", stage.title, stage.does));
    let answer = choice(told(right), others.into_iter().map(told), 4, chance)?;
    Some(Draft {
        ask: format!("{}. In CPython {version} this happens; what comes next?", topic.title),
        shown,
        heard: Vec::new(),
        answer,
        evidence,
        basis: vec![
            ("version", version.to_string()),
            ("topic", name.to_owned()),
            ("stage", stage.title.clone()),
            ("next", right.title.clone()),
        ],
    })
}
