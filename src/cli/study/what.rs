//! What a name behind `study` stands for: a song, a lesson, a path, a topic, or a file.

use super::super::error::Failure;
use crate::atlas::Topic;
use crate::quiz::Goal;
use crate::songs;
use crate::study::{Lesson, Path};
use crate::tutor::{First, Plan};

/// What is to be done.
#[derive(Debug)]
pub enum What {
    Lessons,
    Paths,
    Path(&'static Path),
    /// What is asked, and from which programs first; `None` where the command line names the program.
    Sitting(Option<First>, Plan),
}

/// Edits by which a name may differ from one of ours and still mean it.
const MOST_EDITS: usize = 3;

/// Reads `@NAME` and `--topic`; what is no `@NAME` is a file's name.
pub fn read(name: Option<&str>, topic: Option<&str>) -> Result<What, Failure> {
    let plan = topic.map(|topic| of_topic(topic.strip_prefix('@').unwrap_or(topic)).ok_or_else(|| unknown_topic(topic))).transpose()?;
    let Some(name) = name.and_then(|name| name.strip_prefix('@')) else {
        return Ok(What::Sitting(None, plan.unwrap_or_default()));
    };
    let named = match name.split_once('/') {
        Some(("lessons", number)) => What::Sitting(Some(First::Songs), Plan::Lesson(lesson(number)?)),
        Some(("paths", path)) => What::Path(self::path(path)?),
        _ if name == "lessons" => What::Lessons,
        _ if name == "paths" => What::Paths,
        _ => match (songs::named(name), of_topic(name)) {
            // As everywhere else; where a topic has its name there is --topic.
            (Ok(song), _) => return Ok(What::Sitting(Some(First::Song(song)), plan.unwrap_or_default())),
            (Err(_), Some(of_topic)) => What::Sitting(Some(First::Songs), of_topic),
            (Err(_), None) => return Err(unknown(name)),
        },
    };
    match plan {
        Some(_) => Err(Failure::Usage(format!("--topic goes with a program or a song, and not with @{name}"))),
        None => Ok(named),
    }
}

fn of_topic(name: &str) -> Option<Plan> {
    let goal = Goal::named(name).map(Plan::Goal);
    goal.or_else(|| Topic::named(name).map(|topic| Plan::Topic(topic.name.clone())))
}

fn lesson(number: &str) -> Result<u8, Failure> {
    let there = Lesson::all().len();
    let found = number.parse().ok().and_then(Lesson::numbered).map(|lesson| lesson.number);
    found.ok_or_else(|| Failure::Usage(format!("there is no lesson {number:?}; write @lessons/1 to @lessons/{there}")))
}

fn path(name: &str) -> Result<&'static Path, Failure> {
    let names = || Path::all().iter().map(|path| path.name.as_str());
    Path::named(name).ok_or_else(|| {
        let meant = nearest(name, names()).map(|near| format!("; did you mean @paths/{near}?")).unwrap_or_default();
        Failure::Usage(format!("there is no reading path {name:?}{meant}; list them with: evalody study @paths"))
    })
}

fn unknown_topic(name: &str) -> Failure {
    let goals: Vec<&str> = Goal::ALL.iter().map(|goal| goal.name()).collect();
    let names = goals.iter().copied().chain(Topic::all().iter().map(|topic| topic.name.as_str()));
    let meant = nearest(name, names).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    Failure::Usage(format!("there is no topic {name:?}{meant}; there are {}, and those of: evalody explain", goals.join(", ")))
}

fn unknown(name: &str) -> Failure {
    let ours = ["lessons", "paths"].into_iter().chain(songs::all().iter().map(|song| song.name));
    let topics = Goal::ALL.iter().map(|goal| goal.name()).chain(Topic::all().iter().map(|topic| topic.name.as_str()));
    let meant = nearest(name, ours.chain(topics)).map(|near| format!("; did you mean @{near}?")).unwrap_or_default();
    Failure::Usage(format!(
        "nothing to study is called @{name}{meant}; there are @lessons, @paths, songs (evalody songs) and topics (evalody explain)"
    ))
}

/// The name that is the fewest edits away, or that has this one in it; of several the first.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let most = MOST_EDITS.min(name.chars().count() / 2);
    let distance = |known: &str| if name.len() > 1 && known.contains(&name) { 1 } else { strsim::osa_distance(&name, known) };
    let near = names.into_iter().map(|known| (distance(known), known)).min_by_key(|near| near.0)?;
    (near.0 <= most).then_some(near.1)
}
