//! What was seen of a line, as a page to read: each way in numbered steps, each with the C function that takes it.

use super::{Access, Anchor, Callable, CallableKind, Load, Probed, ProbedPlace, Way, steps};
use crate::atlas::{Block, Function, Page, Place, Version, Versions};
use crate::trace::{Limit, Outcome};

/// The page of a line of a file, `text` being what stands there.
pub fn page(probed: &Probed, file: &str, line: u32, text: &str) -> Page {
    let mut blocks = vec![
        Block::Text(format!("{line:>5} | {text}")),
        Block::Text(format!(
            "{} ran the program for this, with all its effects; what it printed was thrown away.",
            probed.dialect.interpreter
        )),
    ];
    let ended = match &probed.outcome {
        Outcome::Finished => None,
        Outcome::CutShort { limit: Limit::Time(time) } => Some(format!("It was stopped after {} s.", time.as_secs_f64())),
        outcome => Some(format!("How it ended: {outcome}.")),
    };
    let seen = if !probed.is_loaded {
        Some(format!("It did not load {file} from its source: not at all, or before it began."))
    } else if !probed.has_run() {
        Some("The line never ran.".to_owned())
    } else if !probed.is_whole {
        Some("It did not come to say how often at the end: counts are at least so many.".to_owned())
    } else {
        None
    };
    blocks.extend(ended.into_iter().chain(seen).map(Block::Text));
    blocks.extend(probed.places.iter().flat_map(|place| told(place, probed.dialect.version)));
    Page { title: format!("How the attributes on line {line} of {file} are found"), blocks }
}

fn told(place: &ProbedPlace, of: (u8, u8)) -> Vec<Block> {
    let version = Version::of(of);
    let versions: Versions = version.into_iter().collect();
    let site = &place.site;
    let what = match site.access {
        Access::Load if site.is_called => "an attribute, called at once",
        Access::Load => "an attribute",
        Access::Store => "an attribute that is set",
        Access::Delete => "an attribute that is deleted",
        Access::Augmented => "an attribute that is loaded and set",
        Access::Call => "a call",
    };
    let mut blocks = vec![Block::Heading(format!("{}: {what}", site.text))];
    if place.ways.is_empty() {
        blocks.push(Block::Text("It never ran.".to_owned()));
    }
    for (number, seen) in (1..).zip(&place.ways) {
        let times = if seen.visits == 1 { "once".to_owned() } else { format!("{} times", seen.visits) };
        let way = match place.ways.len() {
            1 => format!("This way, {times}."),
            ways => format!("Way {number} of {ways}, {times}."),
        };
        let kind =
            seen.way.load.as_ref().map(|Load { mro, kind, .. }| format!(" The type is {kind}; order of its types: {}.", mro.join(", ")));
        blocks.push(Block::Text(way + &kind.unwrap_or_default()));
        for (number, step) in (1..).zip(steps(site, &seen.way, of)) {
            let Anchor { file, function } = step.anchor;
            let place = Place { file, anchor: function };
            blocks.push(Block::Place { label: format!("{number}. {}", step.text), versions, place, note: String::new() });
        }
        let is_called = site.is_called || site.access == Access::Call;
        if let Some(function) = in_c(&seen.way).filter(|_| is_called).and_then(|name| Function::in_version(name, version?)) {
            let label = format!("{} in C", function.name);
            blocks.push(Block::Place { label, versions, place: function.place(), note: String::new() });
        }
    }
    if place.others > 0 {
        blocks.push(Block::Text(format!("And {} times in further ways.", place.others)));
    }
    blocks
}

/// The name of the function that is called in the end, under which the atlas may know it.
fn in_c(way: &Way) -> Option<&str> {
    let found = || way.load.as_ref().and_then(|load| load.result.as_ref());
    let mut callable: &Callable = way.call.as_ref().or_else(found)?;
    while let Some(inner) = &callable.inner {
        callable = inner;
    }
    // An instance goes by the name of its type, which is not what is called.
    (!matches!(callable.kind, CallableKind::Instance | CallableKind::NotCallable)).then_some(&*callable.name)
}
