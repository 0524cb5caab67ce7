//! What is told of a topic, a family and a PEP.

use super::{Block, Page, absence, fact, peps, see};
use crate::atlas::{FamilyEntry, Opcode, Pep, Place, Stage, Topic, Version, Versions};

/// Most places that are told of all versions together: a page is one screen, and a stage takes three lines besides.
const TOLD_PLACES: usize = 16;

pub fn page(topic: &'static Topic, version: Option<Version>) -> Page {
    let mut blocks = vec![Block::Text(topic.about.clone())];
    let is_long = topic.stages.iter().map(|stage| stage.places.len()).sum::<usize>() > TOLD_PLACES;
    // A stage has the same number in all versions.
    let stages = (1..).zip(&topic.stages).filter(|(_, stage)| version.is_none_or(|version| stage.is_in(version)));
    for (number, stage) in stages {
        blocks.push(Block::Text(format!("{number}. {}. {}", stage.title, stage.does)));
        blocks.extend(told_places(stage, version, is_long).map(|&(versions, place)| Block::Place {
            label: versions.to_string(),
            versions,
            place,
            note: String::new(),
        }));
    }
    blocks.push(Block::Heading("To read and to listen for".to_owned()));
    if is_long && version.is_none() {
        blocks.push(Block::Text("The places are those of the newest version; ask for an older one to see its own.".to_owned()));
    }
    blocks.extend(peps(&topic.peps));
    blocks.push(fact("listen", topic.listen.clone()));
    blocks.extend(see("opcodes", &topic.opcodes));
    Page { title: format!("@{}: {}", topic.name, topic.title), blocks }
}

/// Of a version its own; of all, all, or the newest where there are too many for a screen.
fn told_places(stage: &'static Stage, version: Option<Version>, is_long: bool) -> impl Iterator<Item = &'static (Versions, Place)> {
    let newest = stage.places.iter().filter_map(|(versions, _)| versions.last()).max();
    let only = version.or(newest.filter(|_| is_long));
    stage.places.iter().filter(move |(versions, _)| only.is_none_or(|only| versions.contains(only)))
}

pub fn family_page(family: &'static FamilyEntry, version: Option<Version>) -> Page {
    let opcodes = Opcode::all().iter().filter(|opcode| opcode.family == family.name);
    let (here, gone): (Vec<&Opcode>, Vec<&Opcode>) = opcodes.partition(|opcode| opcode.versions.contains(version.unwrap_or(Version::LAST)));
    let mut blocks = vec![Block::Text(family.does.clone()), fact("listen", family.listen.clone())];
    match version {
        Some(version) => {
            blocks.push(Block::Heading(format!("Its opcodes in {version}")));
            blocks.extend(see("opcodes", here.iter().map(|opcode| opcode.name)));
        }
        None => {
            blocks.push(Block::Heading("Its opcodes".to_owned()));
            blocks.extend(see("in the newest version", here.iter().map(|opcode| opcode.name)));
            blocks.extend(see("before", gone.iter().map(|opcode| opcode.name)));
        }
    }
    blocks.extend(see("topics", family.topics.iter().map(|topic| format!("@{topic}"))));
    Page { title: format!("{}: a family of opcodes", family.name), blocks }
}

pub fn pep_page(pep: &'static Pep, version: Option<Version>) -> Page {
    let mut blocks = vec![Block::Text(pep.about.clone())];
    let since = pep.version.as_deref().and_then(|since| since.parse::<Version>().ok());
    blocks.extend(since.and_then(|since| absence(Versions::between(since, Version::LAST), version)));
    blocks.push(fact("status", pep.status.clone()));
    blocks.extend(pep.version.as_deref().map(|version| fact("came with", format!("Python {version}"))));
    let changed = if pep.changed.is_empty() { "nothing in the bytecode or the eval loop" } else { &pep.changed };
    blocks.push(fact("changed", changed));
    let opcodes = Opcode::all().iter().filter(|opcode| opcode.peps.contains(&pep.number) && super::is_asked(opcode.versions, version));
    blocks.extend(see("opcodes", opcodes.map(|opcode| opcode.name)));
    let topics = Topic::all().iter().filter(|topic| topic.peps.contains(&pep.number));
    blocks.extend(see("topics", topics.map(|topic| format!("@{}", topic.name))));
    blocks.push(fact("read it at", format!("https://peps.python.org/pep-{:04}/", pep.number)));
    Page { title: format!("PEP {}: {}", pep.number, pep.title), blocks }
}
