//! The picture of `evalody heat`: the program's lines in a band the warmer the more ran on them, beside them bars by
//! opcode and by family.

use svg::Document;

use super::super::counted::Counted;
use super::super::drawing::{CHARACTER, LEADING, MARGIN, Sheet, look};
use super::super::table::{percent, short};
use super::text::place_name;
use crate::atlas::Handler;
use crate::compare::grouped;
use crate::trace::Family;

/// Width of the sheet, and where its columns are.
const WIDTH: f64 = 1240.0;
const COUNT: f64 = MARGIN + 62.0;
const SHARE: f64 = COUNT + 56.0;
const BAR: f64 = SHARE + 10.0;
const BAR_WIDTH: f64 = 48.0;
const NUMBER: f64 = BAR + BAR_WIDTH + 40.0;
const TEXT: f64 = NUMBER + 12.0;
const TEXT_END: f64 = 720.0;
const SIDE: f64 = TEXT_END + 40.0;
/// Behind the longest name of an opcode.
const SIDE_BAR: f64 = SIDE + 262.0;
const SIDE_NUMBERS: f64 = 60.0;
const SIDE_END: f64 = WIDTH - MARGIN;

/// Lines of source at most: of a longer program those that ran most, still in their order.
const MOST_LINES: usize = 140;
/// Lines that did not run and stand between two that did are shown if they are at most so many.
const LONGEST_GAP: u32 = 2;
const MOST_OPCODES: usize = 22;
const MOST_FUNCTIONS: usize = 8;

pub fn draw(counted: &Counted) -> Document {
    let mut sheet = Sheet::new(WIDTH);
    let steps = counted.tally.steps();
    sheet.words(MARGIN, MARGIN + 16.0, "text title", &format!("Heat of {}", counted.name()));
    let about = format!("{} instructions, by {}; {}", grouped(steps), counted.dialect, counted.outcome);
    sheet.words(MARGIN, MARGIN + 38.0, "faint", &about);
    let top = MARGIN + 72.0;
    let left = source(&mut sheet, counted, top);
    let right = side(&mut sheet, counted, top);
    sheet.finish(left.max(right) + MARGIN, &format!("Heat of {}", counted.name()), &about)
}

/// The source, down to the end of it.
fn source(sheet: &mut Sheet, counted: &Counted, top: f64) -> f64 {
    let total = counted.tally.steps();
    let rows = counted.tally.lines();
    let mut counts: Vec<(u32, u64)> =
        rows.iter().filter(|row| row.is_program).filter_map(|row| Some((row.line.line?, row.count))).take(MOST_LINES).collect();
    counts.sort_unstable();
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    sheet.words(MARGIN, top, "text head", "Lines");
    sheet.words(TEXT, top, "faint small", "the warmer the band and the longer the bar, the more instructions ran on the line");
    let mut y = top + 10.0;
    let ran_on = |number: u32| counts.binary_search_by_key(&number, |(line, _)| *line).ok().map(|index| counts[index].1);
    let mut last = 0;
    // Python tells what comes before the first line of a module as line 0.
    let before = ran_on(0).map(|_| (0, ""));
    for (number, text) in before.into_iter().chain(counted.program_lines()) {
        let count = ran_on(number);
        if count.is_none() {
            continue;
        }
        let gap = number - last;
        let between = counted.program_lines().skip(last as usize).take((gap.max(1) - 1) as usize);
        if gap > LONGEST_GAP + 1 {
            y += LEADING;
            sheet.words(NUMBER, y, "faint mono end", "\u{22ee}");
        } else {
            for (number, text) in between {
                y += LEADING;
                line(sheet, (number, text, None), y, (most, total));
            }
        }
        y += LEADING;
        line(sheet, (number, text, count), y, (most, total));
        last = number;
    }
    let elsewhere: u64 = total - counts.iter().map(|(_, count)| count).sum::<u64>();
    if elsewhere > 0 {
        y += LEADING * 1.5;
        let words = format!("{} instructions ({}) ran on other lines and in other files", grouped(elsewhere), percent(elsewhere, total));
        sheet.words(MARGIN, y, "faint", &words);
    }
    y
}

fn line(sheet: &mut Sheet, (number, text, count): (u32, &str, Option<u64>), y: f64, (most, total): (u64, u64)) {
    let fits = ((TEXT_END - TEXT) / CHARACTER) as usize - 1;
    let text = text.replace('\t', "    ");
    if let Some(count) = count {
        let part = count as f64 / most.max(1) as f64;
        let title = format!("line {number}: {} instructions, {}", grouped(count), percent(count, total));
        // By the root, so that what is lukewarm is told from what is cold.
        sheet.bar((TEXT - 6.0, y - 13.0, TEXT_END - TEXT + 6.0, LEADING), "heat", 0.08 + 0.57 * part.sqrt(), &title);
        sheet.bar((BAR, y - 10.0, (BAR_WIDTH * part).max(1.0), 11.0), "heat-bar", 1.0, &title);
        sheet.words(COUNT, y, "text end", &grouped(count));
        sheet.words(SHARE, y, "faint end", &percent(count, total));
    }
    sheet.words(NUMBER, y, "faint mono end", &number.to_string());
    sheet.words(TEXT, y, if count.is_some() { "text mono" } else { "faint mono" }, short(&text, fits).trim_end());
}

/// The bars, down to the end of them.
fn side(sheet: &mut Sheet, counted: &Counted, top: f64) -> f64 {
    let tally = &counted.tally;
    let total = tally.steps();
    let version = counted.version();
    let opcodes = tally.opcodes();
    let mut y = top;
    sheet.words(SIDE, y, "text head", "Opcodes");
    y += 10.0;
    let most = opcodes.first().map_or(0, |row| row.count);
    for row in opcodes.iter().take(MOST_OPCODES) {
        y += LEADING;
        let place = place_name(version.and_then(|version| Handler::in_version(&row.opcode, version)).map(|handler| handler.place));
        let title =
            format!("{}, family {}: {}, {}; C handler {place}", row.opcode, row.family, grouped(row.count), percent(row.count, total));
        measure(sheet, (&row.opcode, Some(row.family)), y, (row.count, most, total), &title);
    }
    let rest: u64 = opcodes.iter().skip(MOST_OPCODES).map(|row| row.count).sum();
    if rest > 0 {
        y += LEADING;
        measure(sheet, (&format!("{} more", opcodes.len() - MOST_OPCODES), None), y, (rest, most, total), "");
    }
    y += LEADING * 2.0;
    sheet.words(SIDE, y, "text head", "Families");
    y += 10.0;
    let families = tally.families();
    let most = families.first().map_or(0, |row| row.count);
    for row in &families {
        y += LEADING;
        let title = format!("family {}: {}, {}", row.family, grouped(row.count), percent(row.count, total));
        measure(sheet, (row.family.name(), Some(row.family)), y, (row.count, most, total), &title);
    }
    let functions = tally.functions();
    let calls: u64 = functions.iter().map(|row| row.calls).sum();
    if let Some(first) = functions.first() {
        y += LEADING * 2.0;
        sheet.words(SIDE, y, "text head", &format!("Functions in C, {} calls", grouped(calls)));
        y += 10.0;
        for row in functions.iter().take(MOST_FUNCTIONS) {
            y += LEADING;
            let title = format!("{}: {} calls, {}", row.name, grouped(row.calls), percent(row.calls, calls));
            measure(sheet, (&row.name, None), y, (row.calls, first.calls, calls), &title);
        }
        if functions.len() > MOST_FUNCTIONS {
            y += LEADING;
            let rest = functions.iter().skip(MOST_FUNCTIONS).map(|row| row.calls).sum();
            measure(sheet, (&format!("{} more", functions.len() - MOST_FUNCTIONS), None), y, (rest, first.calls, calls), "");
        }
    }
    y
}

/// A name, a bar and its numbers.
fn measure(sheet: &mut Sheet, (name, family): (&str, Option<Family>), y: f64, (count, most, total): (u64, u64, u64), title: &str) {
    if let Some(family) = family {
        sheet.mark(family, SIDE + 6.0, y - 4.5);
    }
    let fits = ((SIDE_BAR - SIDE - 22.0) / CHARACTER) as usize;
    sheet.words(SIDE + 20.0, y, "text mono", &short(name, fits));
    let hue = family.map_or("grey", |family| look(family).0);
    // Millions are as wide as their column.
    let room = SIDE_END - SIDE_BAR - 2.0 * SIDE_NUMBERS - 10.0;
    let part = (count as f64 / most.max(1) as f64).min(1.0);
    sheet.bar((SIDE_BAR, y - 10.5, (room * part).max(1.0), 12.0), hue, 1.0, title);
    sheet.words(SIDE_END - SIDE_NUMBERS, y, "text end", &grouped(count));
    sheet.words(SIDE_END, y, "faint end", &percent(count, total));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::Opcode;

    #[test]
    fn every_opcode_has_room_for_its_name() {
        let longest = Opcode::all().iter().map(|opcode| opcode.name.len()).max().unwrap_or(0);
        assert!((SIDE_BAR - SIDE - 22.0) / CHARACTER >= longest as f64, "{longest}");
    }
}
