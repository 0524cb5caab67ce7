//! A learner's notes as a file of Markdown: what was written from memory, beside what the atlas says of it; then the
//! schedule, the lessons and the ticks.

use std::io::{self, Write};

use super::onward;
use super::text::percent;
use crate::atlas::{Stage, Topic};
use crate::quiz::{Card, RECALL};
use crate::study::{Note, Progress, Record, Share, recall};

pub fn write(out: &mut impl Write, record: &Record, map: &Progress) -> io::Result<()> {
    writeln!(out, "# Notes from memory, as of {}", map.today)?;
    let noted: Vec<&Topic> = Topic::all().iter().filter(|topic| record.note(&topic.name).is_some()).collect();
    if record.notes.is_empty() {
        writeln!(out, "\nNone yet. `evalody study --topic recall` asks for one before it shows an explanation.")?;
    }
    for topic in noted {
        write_topic(out, topic, record, map)?;
    }
    // Of topics that the atlas has no more.
    for note in record.notes.iter().filter(|note| Topic::named(&note.topic).is_none()) {
        writeln!(out, "\n## {}", marked(&note.topic))?;
        write_note(out, note)?;
    }
    write_schedule(out, map)?;
    write_lessons(out, map)?;
    write_paths(out, map)?;
    out.flush()
}

fn write_topic(out: &mut impl Write, topic: &Topic, record: &Record, map: &Progress) -> io::Result<()> {
    writeln!(out, "\n## @{}: {}", topic.name, marked(&topic.title))?;
    if let Some(memory) = record.cards.get(&Card::new(RECALL, &topic.name)) {
        let chance = percent(recall(memory, map.today.succ_opt().unwrap_or(map.today)));
        let times = if memory.asked == 1 { "once".to_owned() } else { format!("{} times", memory.asked) };
        writeln!(out, "\nAsked {times}, due on {}; the chance to recall it tomorrow is {chance}.", memory.due)?;
    }
    for note in record.notes.iter().filter(|note| note.topic == topic.name) {
        write_note(out, note)?;
    }
    writeln!(out, "\n### What the atlas says\n\n{}\n", marked(&topic.about))?;
    let stages = topic.stages.iter().filter(|stage| stage.is_in(map.version));
    for (number, Stage { title, does, .. }) in (1..).zip(stages) {
        writeln!(out, "{number}. {}: {}", marked(title), marked(does))?;
    }
    writeln!(out, "\nThe stages are those of CPython {}. To listen for: {}", map.version, marked(&topic.listen))
}

fn write_note(out: &mut impl Write, note: &Note) -> io::Result<()> {
    writeln!(out, "\n### What you wrote on {}\n", note.day)?;
    for line in note.text.lines() {
        writeln!(out, "{}", format!("> {}", marked(line)).trim_end())?;
    }
    Ok(())
}

fn write_schedule(out: &mut impl Write, map: &Progress) -> io::Result<()> {
    let (what, command) = onward::told(&map.onward);
    let command = command.map(|command| format!(": `{command}`")).unwrap_or_default();
    writeln!(out, "\n## Schedule\n\nNext: {}{command}\n", marked(&what))?;
    writeln!(out, "| day | cards due |\n|---|---|")?;
    for (day, count) in &map.schedule {
        writeln!(out, "| {} | {count} |", day.format("%a %Y-%m-%d"))?;
    }
    writeln!(out, "\n| topic | cards met | of | recall tomorrow | due | next due |\n|---|---|---|---|---|---|")?;
    for goal in &map.goals {
        let recall = goal.recall.map_or("-".to_owned(), percent);
        let next = goal.next.map_or("-".to_owned(), |next| next.to_string());
        writeln!(out, "| {} | {} | {} | {recall} | {} | {next} |", goal.goal.title(), goal.met.count, goal.met.of, goal.due)?;
    }
    Ok(())
}

fn write_lessons(out: &mut impl Write, map: &Progress) -> io::Result<()> {
    writeln!(out, "\n## Lessons\n")?;
    for (lesson, done) in &map.lessons {
        let (mark, when) = done.map_or((' ', String::new()), |day| ('x', format!(", {day}")));
        writeln!(out, "- [{mark}] {}. {} (@{}){when}", lesson.number, marked(&lesson.title), lesson.song.replace('_', "\\_"))?;
    }
    Ok(())
}

fn write_paths(out: &mut impl Write, map: &Progress) -> io::Result<()> {
    for path in &map.paths {
        let Share { count, of } = path.ticked();
        writeln!(out, "\n## Reading path {}: {count} of {of} steps\n\n{}\n", path.path.name, marked(&path.path.about))?;
        for (step, ticked) in &path.steps {
            let (mark, when) = ticked.map_or((' ', String::new()), |day| ('x', format!(" ({day})")));
            writeln!(out, "- [{mark}] {}, {}{when}: {}", step.name, marked(&step.read), marked(&step.look_for))?;
        }
    }
    Ok(())
}

/// Text that Markdown shows as it is: what it would take for markup has a backslash before it (CommonMark 0.31, 2.4).
fn marked(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '&' | '~') {
            marked.push('\\');
        }
        marked.push(if character.is_control() { ' ' } else { character });
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::marked;

    #[test]
    fn names_are_no_markup() {
        assert_eq!(marked("tp_call and *args"), "tp\\_call and \\*args");
        assert_eq!(marked("a\tb"), "a b");
    }
}
