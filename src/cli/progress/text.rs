//! Progress as tables for people: numbers first, words behind them. It fits terminals from 40 columns on.

use std::io::{self, Write};

use chrono::NaiveDate;

use super::super::paragraph::hanging;
use super::super::table::{Column, Table};
use super::{Shown, onward};
use crate::compare::grouped;
use crate::study::{OfGoal, Progress, Share};

/// From so many columns on there is room for what a topic is called at length, and for the next step of a path.
const WIDE: usize = 84;
/// From so many columns on there is room for days, and for names of opcodes.
const MIDDLING: usize = 56;

pub fn write(out: &mut impl Write, shown: &Shown, width: usize) -> io::Result<()> {
    let map = &shown.map;
    head(out, map, width)?;
    goals(out, map, width)?;
    schedule(out, map)?;
    heard(out, shown, width)?;
    visited(out, map, width)?;
    paths(out, map, width)
}

fn paragraph(out: &mut impl Write, text: &str, width: usize) -> io::Result<()> {
    writeln!(out, "{}", hanging("", text, width))
}

fn days(count: usize) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

fn head(out: &mut impl Write, map: &Progress, width: usize) -> io::Result<()> {
    let studied = match map.days.last() {
        None => "nothing was studied yet".to_owned(),
        Some(last) if map.days.len() == 1 => format!("studied on 1 day, {last}"),
        Some(last) => {
            format!("studied on {}, {} of the last {}, last on {last}", days(map.days.len()), map.days_lately(), days(map.schedule.len()))
        }
    };
    paragraph(out, &format!("{}: {studied}", map.today.format("%A, %Y-%m-%d")), width)?;
    let (what, command) = onward::told(&map.onward);
    let command = command.map(|command| format!(": {command}")).unwrap_or_default();
    paragraph(out, &format!("Next: {what}{command}"), width)
}

fn goals(out: &mut impl Write, map: &Progress, width: usize) -> io::Result<()> {
    writeln!(out)?;
    paragraph(out, "Recall by topic: cards met of all there are, the chance to recall those tomorrow, and how many are due", width)?;
    let mut columns = vec![Column::Number("met"), Column::Number("of"), Column::Number("recall"), Column::Number("due")];
    if width >= MIDDLING {
        columns.push(Column::Word("next due"));
    }
    columns.push(Column::Word("topic"));
    if width >= WIDE {
        columns.push(Column::Word(""));
    }
    let mut table = Table::new(&columns);
    let row = |met: Share, recall: Option<f64>, due: usize, next: Option<String>, name: &str, title: String| {
        let mut cells = vec![met.count.to_string(), met.of.to_string(), recall.map_or("-".to_owned(), percent), due.to_string()];
        cells.extend((width >= MIDDLING).then(|| next.unwrap_or_default()));
        cells.push(name.to_owned());
        cells.extend((width >= WIDE).then_some(title));
        cells
    };
    for OfGoal { goal, met, recall, due, next } in &map.goals {
        let next = next.map_or("-".to_owned(), |next| day(next, map.today));
        table.bare(row(*met, *recall, *due, Some(next), goal.name(), goal.title().to_owned()));
    }
    let (met, recall, due) = map.all_goals();
    table.bare(row(met, recall, due, None, "all", String::new()));
    table.write(out)
}

/// A chance, in whole percent.
pub fn percent(chance: f64) -> String {
    format!("{:.0} %", chance * 100.0)
}

fn day(day: NaiveDate, today: NaiveDate) -> String {
    if day == today { "today".to_owned() } else { day.to_string() }
}

fn schedule(out: &mut impl Write, map: &Progress) -> io::Result<()> {
    writeln!(out)?;
    writeln!(out, "Due in the next {}", days(map.schedule.len()))?;
    let mut table = Table::new(&[Column::Number("cards"), Column::Word("day")]);
    for (day, count) in &map.schedule {
        let name = if *day == map.today { "today".to_owned() } else { day.format("%a %d %b").to_string() };
        table.row(vec![count.to_string(), name], *count as u64);
    }
    table.write(out)
}

fn heard(out: &mut impl Write, shown: &Shown, width: usize) -> io::Result<()> {
    let map = &shown.map;
    let Share { count, of } = map.heard();
    writeln!(out)?;
    let why = if shown.is_inferred { ", which has most of what you heard" } else { "" };
    paragraph(out, &format!("Heard in your own programs: {count} of {of} opcodes of CPython {}{why}", map.version), width)?;
    let mut columns = vec![Column::Number("heard"), Column::Number("of"), Column::Word("family")];
    if width >= MIDDLING {
        columns.push(Column::Word("still to hear"));
    }
    let mut table = Table::new(&columns);
    // Before the last column: three columns with their gaps.
    let room = width.saturating_sub(2 + 5 + 2 + 2 + 2 + 6 + 2);
    for (family, Share { count, of }) in map.families() {
        let mut cells = vec![count.to_string(), of.to_string(), family.to_owned()];
        if width >= MIDDLING {
            let open = map.opcodes.iter().filter(|opcode| opcode.family == family && opcode.heard.is_none());
            cells.push(fitted(&open.map(|opcode| opcode.name).collect::<Vec<_>>(), room));
        }
        table.bare(cells);
    }
    table.write(out)?;
    if !map.heard_elsewhere.is_empty() {
        let names: Vec<&str> = map.heard_elsewhere.iter().map(|(name, _)| &**name).collect();
        paragraph(out, &format!("and {} that it does not have: {}", names.len(), names.join(" ")), width)?;
    }
    Ok(())
}

/// As many names as fit, and how many more there are.
fn fitted(names: &[&str], room: usize) -> String {
    let all = names.join(" ");
    if all.chars().count() <= room {
        return all;
    }
    let told = |count: usize| format!("{} and {} more", names[..count].join(" "), names.len() - count);
    let most = (1..names.len()).rev().find(|count| told(*count).chars().count() <= room);
    most.map_or_else(|| format!("{} of them", names.len()), told)
}

fn visited(out: &mut impl Write, map: &Progress, width: usize) -> io::Result<()> {
    let of = |Share { count, of }: Share| format!("{} of {}", grouped(count as u64), grouped(of as u64));
    writeln!(out)?;
    let visited =
        format!("Visited: {} handlers in C, {} builtins and functions, {} topics", of(map.handlers), of(map.functions), of(map.topics));
    paragraph(out, &visited, width)?;
    let (visited, read) = map.peps_known();
    paragraph(out, &format!("PEPs: {visited} visited and {read} ticked as read, of {}", map.peps.len()), width)?;
    let done = map.lessons.iter().filter(|(_, day)| day.is_some()).count();
    let next = map.lessons.iter().find(|(_, day)| day.is_none());
    let next = next.map(|(lesson, _)| format!("; the next is {}, {}", lesson.number, lesson.title)).unwrap_or_default();
    paragraph(out, &format!("Lessons: {done} of {}{next}", map.lessons.len()), width)?;
    if map.notes > 0 {
        let notes = if map.notes == 1 { "1 note".to_owned() } else { format!("{} notes", map.notes) };
        paragraph(out, &format!("Written from memory: {notes}; beside the atlas: evalody progress --export notes.md"), width)?;
    }
    Ok(())
}

fn paths(out: &mut impl Write, map: &Progress, width: usize) -> io::Result<()> {
    writeln!(out)?;
    writeln!(out, "Reading paths")?;
    let mut columns = vec![Column::Number("ticked"), Column::Number("of"), Column::Word("path")];
    if width >= MIDDLING {
        columns.push(Column::Word("next"));
    }
    let mut table = Table::new(&columns);
    for path in &map.paths {
        let Share { count, of } = path.ticked();
        let mut cells = vec![count.to_string(), of.to_string(), path.path.name.clone()];
        if width >= MIDDLING {
            cells.push(path.next().map_or("-".to_owned(), |step| format!("{} ({})", step.read, step.name)));
        }
        table.bare(cells);
    }
    table.write(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::Version;
    use crate::quiz;
    use crate::study::{Memory, Record};

    /// All that widens a table: great numbers, long names, ticks and days.
    fn busy(today: NaiveDate) -> Record {
        let mut record = Record::default();
        for (index, card) in (0_u32..).zip(quiz::deck()) {
            let last = today - chrono::Days::new(9);
            let due = last + chrono::Days::new(u64::from(index % 30) + 1);
            record.cards.insert(card, Memory { difficulty: 5.0, stability: 9.0, last, due, asked: 3, lapses: 1 });
        }
        for opcode in ["LOAD_FAST", "PRECALL", "INPLACE_TRUE_DIVIDE"] {
            record.hear(opcode, today);
        }
        record.notes.push(crate::study::Note { topic: "gil".into(), day: today, text: "one".into() });
        record
    }

    #[test]
    fn every_line_is_as_wide_as_the_terminal_at_most_from_40_columns_on() {
        let today = NaiveDate::from_ymd_opt(2026, 9, 30).unwrap();
        for record in [Record::default(), busy(today)] {
            for version in [Version::FIRST, Version::LAST] {
                let map = Progress::of(&record, &quiz::deck(), today, version);
                let shown = Shown { map, is_inferred: true };
                for width in [40, 55, 56, 83, 84, 100] {
                    let mut text = Vec::new();
                    write(&mut text, &shown, width).unwrap();
                    for line in String::from_utf8(text).unwrap().lines() {
                        assert!(line.chars().count() <= width, "{width}: {line}");
                    }
                }
            }
        }
    }

    #[test]
    fn names_that_do_not_fit_are_counted() {
        assert_eq!(fitted(&["A", "B"], 20), "A B");
        assert_eq!(fitted(&["LOAD_FAST", "LOAD_CONST", "NOP"], 21), "LOAD_FAST and 2 more");
        assert_eq!(fitted(&["LOAD_FAST", "LOAD_CONST"], 5), "2 of them");
    }
}
