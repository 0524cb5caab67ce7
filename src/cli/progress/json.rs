//! Progress for other programs: one object a line. The first has the key `progress`, all others `table`, which names
//! theirs. Days are written year-month-day, chances are 0 to 1.

use std::io::{self, Write};

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::super::about::line;
use super::{Shown, onward};
use crate::study::{Onward, Share};

/// Raised when a reader of the version before could misread a line.
const VERSION: u32 = 1;

pub fn write(out: &mut impl Write, shown: &Shown) -> io::Result<()> {
    let map = &shown.map;
    let (met, recall, due) = map.all_goals();
    let (visited, read) = map.peps_known();
    let share = |Share { count, of }: Share| json!({ "count": count, "of": of });
    let ticked = map
        .paths
        .iter()
        .map(|path| path.ticked())
        .fold(Share::default(), |all, path| Share { count: all.count + path.count, of: all.of + path.of });
    let head = json!({
        "progress": VERSION,
        "day": map.today.to_string(),
        "version": map.version.to_string(),
        "version_is_inferred": shown.is_inferred,
        "days_studied": map.days.len(),
        "days_studied_lately": map.days_lately(),
        "cards": { "met": met.count, "of": met.of, "recall": recall, "due": due },
        "opcodes": share(map.heard()),
        "handlers": share(map.handlers),
        "functions": share(map.functions),
        "topics": share(map.topics),
        "peps": { "visited": visited, "read": read, "of": map.peps.len() },
        "lessons": share(Share { count: map.lessons.iter().filter(|(_, day)| day.is_some()).count(), of: map.lessons.len() }),
        "ticks": share(ticked),
        "notes": map.notes,
        "next": next(&map.onward),
    });
    line(out, &head)?;
    for goal in &map.goals {
        let (name, title) = (goal.goal.name(), goal.goal.title());
        line(
            out,
            &json!({
                "table": "goal", "name": name, "title": title, "met": goal.met.count, "of": goal.met.of,
                "recall": goal.recall, "due": goal.due, "next_due": written(goal.next),
            }),
        )?;
    }
    for (day, due) in &map.schedule {
        line(out, &json!({ "table": "schedule", "day": day.to_string(), "due": due }))?;
    }
    for day in &map.days {
        line(out, &json!({ "table": "studied", "day": day.to_string() }))?;
    }
    for opcode in &map.opcodes {
        line(out, &json!({ "table": "opcode", "name": opcode.name, "family": opcode.family, "heard": written(opcode.heard) }))?;
    }
    for (name, day) in &map.heard_elsewhere {
        line(out, &json!({ "table": "opcode_of_another_version", "name": name, "heard": day.to_string() }))?;
    }
    for pep in &map.peps {
        let (number, title) = (pep.pep.number, &pep.pep.title);
        line(
            out,
            &json!({ "table": "pep", "number": number, "title": title, "visited": written(pep.visited), "read": written(pep.read) }),
        )?;
    }
    for (lesson, done) in &map.lessons {
        line(
            out,
            &json!({ "table": "lesson", "number": lesson.number, "title": lesson.title, "song": lesson.song, "done": written(*done) }),
        )?;
    }
    for path in &map.paths {
        for (step, ticked) in &path.steps {
            line(
                out,
                &json!({ "table": "step", "path": path.path.name, "step": step.name, "read": step.read, "ticked": written(*ticked) }),
            )?;
        }
    }
    Ok(())
}

fn written(day: Option<NaiveDate>) -> Option<String> {
    day.map(|day| day.to_string())
}

fn next(onward: &Onward) -> Value {
    let what = match onward {
        Onward::Recall(_) => "recall",
        Onward::Lesson(_) => "lesson",
        Onward::Read(..) => "read",
        Onward::Hear(_) => "hear",
        Onward::Wait(_) => "wait",
        Onward::Nothing => "nothing",
    };
    let (words, command) = onward::told(onward);
    json!({ "what": what, "words": words, "command": command })
}
