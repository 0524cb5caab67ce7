//! What there is to go through, and how far somebody has come: lessons, and paths with their ticks.

use chrono::NaiveDate;

use super::super::error::Failure;
use super::printing::Printing;
use super::what::nearest;
use crate::study::{Lesson, Path, Step};
use crate::tutor::{Entry, Ledger};

/// Ahead of what is done, and of what is not; the same width.
const DONE: &str = "[x]";
const OPEN: &str = "[ ]";

pub fn lessons(ledger: &Ledger) -> Result<u8, Failure> {
    let page = Printing::new();
    let done = &ledger.record().lessons;
    for lesson in Lesson::all() {
        let when = done.get(&lesson.number).map(|day| format!(", {day}")).unwrap_or_default();
        let mark = if when.is_empty() { OPEN } else { DONE };
        page.hanging(&format!("{mark} {:>2}  ", lesson.number), &format!("{} (@{}{when})", lesson.title, lesson.song))?;
    }
    page.gap()?;
    match Lesson::all().iter().find(|lesson| !done.contains_key(&lesson.number)) {
        Some(next) => page.text(&format!("Next: evalody study @lessons/{}", next.number))?,
        None => page.text("All are finished. Go on with: evalody study @paths")?,
    }
    Ok(0)
}

pub fn paths(ledger: &Ledger) -> Result<u8, Failure> {
    let page = Printing::new();
    for path in Path::all() {
        let ticked = path.steps.iter().filter(|step| is_ticked(ledger, path, step)).count();
        let mark = if ticked == path.steps.len() { DONE } else { OPEN };
        page.hanging(&format!("{mark} @paths/{}  ", path.name), &format!("{} ({ticked} of {} read)", path.title, path.steps.len()))?;
    }
    page.gap()?;
    page.text("Look at one: evalody study @paths/NAME; tick what is read: evalody study @paths/NAME --tick STEP")?;
    Ok(0)
}

/// The steps of a path; first a step is ticked, or not any more, where that was asked.
pub fn path(path: &'static Path, mut ledger: Ledger, tick: Option<&str>, untick: Option<&str>, today: NaiveDate) -> Result<u8, Failure> {
    let entry = match (tick, untick) {
        (Some(step), _) => Some(Entry::Ticked(key(path, step)?)),
        (None, Some(step)) => Some(Entry::Unticked(key(path, step)?)),
        (None, None) => None,
    };
    if let Some(entry) = entry {
        ledger.enter(entry, today).map_err(Failure::Data)?;
    }
    let page = Printing::new();
    page.text(&path.title)?;
    page.text(&path.about)?;
    page.gap()?;
    for step in &path.steps {
        let mark = if is_ticked(&ledger, path, step) { DONE } else { OPEN };
        page.hanging(&format!("{mark} {}: ", step.name), &format!("{}. {}", step.read, step.look_for))?;
    }
    page.gap()?;
    if let Some(next) = path.steps.iter().find(|step| !is_ticked(&ledger, path, step)) {
        page.text(&format!("Next: evalody explain {}, then evalody open {}", next.read, next.read))?;
    }
    Ok(0)
}

fn is_ticked(ledger: &Ledger, path: &Path, step: &Step) -> bool {
    ledger.record().ticks.contains_key(&path.tick(step))
}

/// A step as records name it.
fn key(path: &Path, step: &str) -> Result<String, Failure> {
    let names = || path.steps.iter().map(|step| step.name.as_str());
    if let Some(step) = path.steps.iter().find(|known| known.name == step) {
        return Ok(path.tick(step));
    }
    let meant = nearest(step, names()).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    let there: Vec<&str> = names().collect();
    Err(Failure::Usage(format!("@paths/{} has no step {step:?}{meant}; it has {}", path.name, there.join(", "))))
}
