//! Progress as a map: opcodes by family, topics with what is recalled of them, the schedule, PEPs, lessons and reading
//! paths. What is done is filled, what is not is an empty box, and a number or a word says it, too.

use svg::Document;

use super::super::drawing::{CHARACTER, LEADING, MARGIN, Sheet, look};
use super::super::table::short;
use super::text::percent;
use super::{Shown, onward};
use crate::study::{OfOpcode, Progress, Share};
use crate::trace::Family;

const WIDTH: f64 = 1240.0;
const RIGHT: f64 = WIDTH - MARGIN;
/// Columns of opcodes, as many as have room for the longest name.
const COLUMNS: usize = 4;
const COLUMN: f64 = (RIGHT - MARGIN) / COLUMNS as f64;
/// From a mark to its words.
const INDENT: f64 = 16.0;
/// Where the columns of the topics are.
const FRAME: f64 = MARGIN + 210.0;
const FRAME_WIDTH: f64 = 150.0;
const RECALL: f64 = FRAME + FRAME_WIDTH + 48.0;
const MET: f64 = RECALL + 100.0;
const DUE: f64 = MET + 66.0;
const NEXT: f64 = DUE + 20.0;
/// Where the schedule is.
const DAYS: f64 = 760.0;
const DAYS_BAR: f64 = DAYS + 120.0;
/// A PEP's cell.
const CELL: (f64, f64) = (54.0, 22.0);
/// A step's box.
const BOX: f64 = 12.0;

pub fn draw(shown: &Shown) -> Document {
    let map = &shown.map;
    let mut sheet = Sheet::new(WIDTH);
    let title = "Progress";
    sheet.words(MARGIN, MARGIN + 16.0, "text title", title);
    let (what, command) = onward::told(&map.onward);
    let command = command.map(|command| format!(": {command}")).unwrap_or_default();
    let about = format!("{}; studied on {} days, {} of the last {}", map.today, map.days.len(), map.days_lately(), map.schedule.len());
    sheet.words(MARGIN, MARGIN + 38.0, "faint", &about);
    sheet.words(MARGIN, MARGIN + 38.0 + LEADING, "text", &format!("Next: {what}{command}"));
    let top = MARGIN + 38.0 + LEADING * 3.5;
    let left = goals(&mut sheet, map, top);
    let right = schedule(&mut sheet, map, top);
    let y = opcodes(&mut sheet, shown, left.max(right) + LEADING * 2.5);
    let y = peps(&mut sheet, map, y + LEADING * 2.5);
    let y = ticks(&mut sheet, map, y + LEADING * 2.5);
    sheet.finish(y + MARGIN, title, &format!("{about}. Next: {what}"))
}

fn goals(sheet: &mut Sheet, map: &Progress, top: f64) -> f64 {
    sheet.words(MARGIN, top, "text head", "Recall by topic");
    sheet.words(FRAME, top, "faint small", "the chance that what was met is recalled tomorrow");
    let mut y = top + 10.0;
    for goal in &map.goals {
        y += LEADING * 1.2;
        let recall = goal.recall.map_or("not met yet".to_owned(), percent);
        let title = format!("{}: {recall}, {} of {} cards met, {} due", goal.goal, goal.met.count, goal.met.of, goal.due);
        sheet.words(MARGIN, y, "text", goal.goal.title());
        if let Some(chance) = goal.recall {
            sheet.bar((FRAME, y - 11.0, FRAME_WIDTH * chance, 13.0), "deep", 1.0, &title);
        }
        sheet.frame((FRAME, y - 11.0, FRAME_WIDTH, 13.0), &title);
        sheet.words(RECALL, y, "text end", &goal.recall.map_or("-".to_owned(), percent));
        sheet.words(MET, y, "faint end", &format!("{} of {} met", goal.met.count, goal.met.of));
        sheet.words(DUE, y, "text end", &format!("{} due", goal.due));
        if let Some(next) = goal.next.filter(|next| *next != map.today) {
            sheet.words(NEXT, y, "faint", &format!("next {next}"));
        }
    }
    y
}

fn schedule(sheet: &mut Sheet, map: &Progress, top: f64) -> f64 {
    sheet.words(DAYS, top, "text head", "Cards due");
    let mut y = top + 10.0;
    let most = map.schedule.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    for (day, count) in &map.schedule {
        y += LEADING;
        let name = if *day == map.today { "today".to_owned() } else { day.format("%a %d %b").to_string() };
        sheet.words(DAYS, y, "text", &name);
        sheet.words(DAYS_BAR - 10.0, y, "text end", &count.to_string());
        if *count > 0 {
            let width = (RIGHT - DAYS_BAR) * *count as f64 / most as f64;
            sheet.bar((DAYS_BAR, y - 10.5, width.max(1.0), 12.0), "orange", 1.0, &format!("{day}: {count} due"));
        }
    }
    y
}

fn opcodes(sheet: &mut Sheet, shown: &Shown, top: f64) -> f64 {
    let map = &shown.map;
    let Share { count, of } = map.heard();
    let heading = format!("Heard in your own programs: {count} of {of} opcodes of CPython {}", map.version);
    sheet.words(MARGIN, top, "text head", &heading);
    let mut words = "filled: heard; empty: not yet".to_owned();
    if shown.is_inferred {
        words += "; it is the version that has most of what you heard";
    }
    if !map.heard_elsewhere.is_empty() {
        words += &format!("; {} more were heard that it does not have", map.heard_elsewhere.len());
    }
    sheet.words(MARGIN, top + LEADING, "faint small", &words);
    let first = top + LEADING * 1.5;
    // A family has a line of its own, with room above it, and is not parted from its first opcode.
    let families = map.families();
    let lines = map.opcodes.len() as f64 + families.len() as f64 * 1.5;
    let most = (lines / COLUMNS as f64).ceil() + 1.0;
    let (mut column, mut line, mut lowest) = (0, 0.0, 0.0_f64);
    for (family, Share { count, of }) in families {
        if line + 2.5 > most && column + 1 < COLUMNS {
            (column, line) = (column + 1, 0.0);
        }
        line += if line > 0.0 { 1.5 } else { 1.0 };
        let x = |column: usize| MARGIN + column as f64 * COLUMN;
        sheet.words(x(column), first + line * LEADING, "text", &format!("{family}, {count} of {of}"));
        for opcode in map.opcodes.iter().filter(|opcode| opcode.family == family) {
            if line + 1.0 > most && column + 1 < COLUMNS {
                (column, line) = (column + 1, 0.0);
            }
            line += 1.0;
            cell(sheet, opcode, x(column), first + line * LEADING);
            lowest = lowest.max(line);
        }
    }
    first + lowest * LEADING
}

fn cell(sheet: &mut Sheet, opcode: &OfOpcode, x: f64, y: f64) {
    let fits = ((COLUMN - INDENT - 6.0) / CHARACTER) as usize;
    match opcode.heard {
        Some(day) => {
            if let Some(family) = Family::named(opcode.family) {
                let title = format!("{}, heard first on {day}", opcode.name);
                sheet.bar((x, y - 10.0, 10.0, 10.0), look(family).0, 1.0, &title);
            }
            sheet.words(x + INDENT, y, "text mono", &short(opcode.name, fits));
        }
        None => {
            sheet.frame((x + 0.5, y - 9.5, 9.0, 9.0), &format!("{}, not heard yet", opcode.name));
            sheet.words(x + INDENT, y, "faint mono", &short(opcode.name, fits));
        }
    }
}

fn peps(sheet: &mut Sheet, map: &Progress, top: f64) -> f64 {
    let (visited, read) = map.peps_known();
    sheet.words(MARGIN, top, "text head", &format!("PEPs: {visited} visited and {read} ticked as read, of {}", map.peps.len()));
    sheet.words(MARGIN, top + LEADING, "faint small", "a line under the number: visited; a tick before it: read");
    let first = top + LEADING * 1.7;
    let across = ((RIGHT - MARGIN) / (CELL.0 + 4.0)) as usize;
    let mut y = first;
    for (index, pep) in map.peps.iter().enumerate() {
        let x = MARGIN + (index % across) as f64 * (CELL.0 + 4.0);
        y = first + (index / across) as f64 * (CELL.1 + 4.0);
        let visited = pep.visited.map_or("not visited yet".to_owned(), |day| format!("visited on {day}"));
        let read = pep.read.map(|day| format!(", read on {day}")).unwrap_or_default();
        let title = format!("PEP {}, {}: {visited}{read}", pep.pep.number, pep.pep.title);
        sheet.frame((x, y, CELL.0, CELL.1), &title);
        if pep.visited.is_some() {
            sheet.bar((x + 8.0, y + CELL.1 - 5.0, CELL.0 - 16.0, 3.0), "green", 1.0, &title);
        }
        let is_known = pep.visited.is_some() || pep.read.is_some();
        let tick = if pep.read.is_some() { "\u{2713}" } else { "" };
        let class = if is_known { "text middle" } else { "faint middle" };
        sheet.words(x + CELL.0 / 2.0, y + 14.5, class, &format!("{tick}{}", pep.pep.number));
    }
    y + CELL.1
}

fn ticks(sheet: &mut Sheet, map: &Progress, top: f64) -> f64 {
    sheet.words(MARGIN, top, "text head", "Lessons and reading paths");
    sheet.words(MARGIN + 230.0, top, "faint small", "filled: done or ticked");
    let done: Vec<(String, bool)> =
        map.lessons.iter().map(|(lesson, day)| (format!("lesson {}, {}", lesson.number, lesson.title), day.is_some())).collect();
    let mut y = top + 8.0;
    let mut row = |name: &str, boxes: &[(String, bool)], next: String| {
        y += LEADING * 1.2;
        let count = boxes.iter().filter(|(_, is_done)| *is_done).count();
        sheet.words(MARGIN, y, "text", name);
        sheet.words(MARGIN + 190.0, y, "text end", &format!("{count} of {}", boxes.len()));
        for (index, (title, is_done)) in boxes.iter().enumerate() {
            let x = MARGIN + 210.0 + index as f64 * (BOX + 6.0);
            if *is_done {
                sheet.bar((x, y - BOX + 1.0, BOX, BOX), "purple", 1.0, title);
            }
            sheet.frame((x, y - BOX + 1.0, BOX, BOX), title);
        }
        sheet.words(MARGIN + 500.0, y, "faint", &next);
    };
    let next = map.lessons.iter().find(|(_, day)| day.is_none());
    row("lessons", &done, next.map(|(lesson, _)| format!("next: {}, {}", lesson.number, lesson.title)).unwrap_or_default());
    for path in &map.paths {
        let boxes: Vec<(String, bool)> =
            path.steps.iter().map(|(step, ticked)| (format!("{}: {}", step.name, step.read), ticked.is_some())).collect();
        row(&path.path.name, &boxes, path.next().map(|step| format!("next: {} ({})", step.read, step.name)).unwrap_or_default());
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::Opcode;

    #[test]
    fn every_opcode_has_room_for_its_name() {
        let longest = Opcode::all().iter().map(|opcode| opcode.name.len()).max().unwrap_or(0);
        assert!((COLUMN - INDENT - 6.0) / CHARACTER >= longest as f64, "{longest}");
    }
}
