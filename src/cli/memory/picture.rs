//! Memory as a picture: the blocks that are held over the run, with the collector's runs, and by line who takes and who
//! gives back.

use std::fmt::Write as _;

use svg::Document;

use super::super::counted::Counted;
use super::super::drawing::{CHARACTER, LEADING, MARGIN, Sheet, rounded};
use super::super::table::short;
use super::{remarks, signed};
use crate::compare::grouped;
use crate::picture::OfLine;

const WIDTH: f64 = 1240.0;
/// Where the curve is, from left to right, and its height.
const LEFT: f64 = MARGIN + 72.0;
const RIGHT: f64 = WIDTH - MARGIN;
const HEIGHT: f64 = 240.0;
/// From the foot of what is written over the curve to its top: the triangle of the oldest generation lies between.
const OVER_RUNS: f64 = 24.0;
/// Where the columns of the lines are: released to the left of the middle, allocated to its right.
const MIDDLE: f64 = 300.0;
const REACH: f64 = 150.0;
const NET: f64 = MIDDLE + REACH + 128.0;
const NAME: f64 = NET + 18.0;
const TEXT: f64 = NAME + 150.0;
const MOST_LINES: usize = 24;

pub fn draw(counted: &Counted) -> Document {
    let mut sheet = Sheet::new(WIDTH);
    let title = format!("Memory of {}", counted.name());
    sheet.words(MARGIN, MARGIN + 16.0, "text title", &title);
    let all = counted.tally.all_blocks();
    let about = format!(
        "{} instructions, by {}; {} blocks allocated, {} released",
        grouped(counted.tally.steps()),
        counted.dialect,
        grouped(all.allocated),
        grouped(all.released)
    );
    let mut y = MARGIN + 38.0;
    sheet.words(MARGIN, y, "faint", &about);
    for remark in remarks(counted) {
        y += LEADING;
        sheet.words(MARGIN, y, "faint", remark);
    }
    y += LEADING * 2.0;
    sheet.words(MARGIN, y, "text head", "Blocks held");
    sheet.words(
        LEFT + 60.0,
        y,
        "faint small",
        "more than at the start, by the number of the instruction; triangles are runs of the collector",
    );
    y = curve(&mut sheet, counted, y + 58.0);
    if counted.tally.counts_each_step() {
        y = lines(&mut sheet, counted, y + LEADING * 2.5);
    }
    sheet.finish(y + MARGIN, &title, &about)
}

/// The curve, down to the end of it.
fn curve(sheet: &mut Sheet, counted: &Counted, top: f64) -> f64 {
    let curve = counted.tally.curve();
    let steps = counted.tally.steps().max(1);
    let columns = curve.columns();
    let low = columns.iter().map(|column| column.low).min().unwrap_or(0).min(0);
    let high = columns.iter().map(|column| column.high).max().unwrap_or(0).max(low + 1);
    let bottom = top + HEIGHT;
    let x = |step: f64| LEFT + (RIGHT - LEFT) * (step / steps as f64).min(1.0);
    let y = |blocks: i64| bottom - HEIGHT * (blocks - low) as f64 / (high - low) as f64;
    sheet.bar((LEFT, top, RIGHT - LEFT, HEIGHT), "panel", 1.0, "");
    for blocks in ticks(low, high) {
        sheet.rule((LEFT, y(blocks)), (RIGHT, y(blocks)));
        sheet.words(LEFT - 8.0, y(blocks) + 4.0, "faint end", &signed(blocks));
    }
    for step in ticks(0, i64::try_from(steps).unwrap_or(i64::MAX)) {
        sheet.words(x(step as f64), bottom + LEADING, "faint middle", &grouped(step.unsigned_abs()));
    }
    let (mut over, mut under) = (String::new(), Vec::new());
    for (index, column) in (0u64..).zip(columns) {
        let from = x((index * curve.width()) as f64);
        let to = x(((index + 1) * curve.width()) as f64);
        let verb = if index == 0 { 'M' } else { 'L' };
        // Writing to a string cannot fail.
        let _ = write!(over, "{verb}{} {}H{}", rounded(from), rounded(y(column.high)), rounded(to));
        under.push((to, from, y(column.low)));
    }
    let mut area = over.clone();
    for (to, from, height) in under.iter().rev() {
        let _ = write!(area, "L{} {}H{}", rounded(*to), rounded(*height), rounded(*from));
    }
    let base = format!("{over}L{} {}L{} {}Z", rounded(RIGHT), rounded(y(0)), rounded(LEFT), rounded(y(0)));
    if !columns.is_empty() {
        let peak = counted.tally.peak();
        let title = format!("blocks held: from {} to {}, {} at the peak", signed(low), signed(high), signed(peak.blocks));
        sheet.path(&base, "area", 0.14, &title);
        sheet.path(&format!("{area}Z"), "area", 0.55, "");
        sheet.path(&over, "curve", 0.0, "");
        peak_mark(sheet, counted, top, (x, y(peak.blocks)));
    }
    runs(sheet, counted, (top, bottom), x);
    bottom + LEADING
}

/// The peak, and over the curve which line it is.
fn peak_mark(sheet: &mut Sheet, counted: &Counted, top: f64, (x, y): (impl Fn(f64) -> f64, f64)) {
    let peak = counted.tally.peak();
    let Some(ran) = peak.at else { return };
    let line = counted.tally.line(ran.code, ran.offset).map_or(String::new(), |line| format!(" at {}", counted.place_name(&line)));
    let x = x(ran.step as f64);
    let words = format!("peak {}{line}", signed(peak.blocks));
    sheet.path(&format!("M{} {}m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", rounded(x), rounded(y)), "rise", 1.0, &words);
    let is_right = x > (LEFT + RIGHT) / 2.0;
    sheet.words(if is_right { x - 9.0 } else { x + 9.0 }, top - OVER_RUNS, if is_right { "text end" } else { "text" }, &words);
}

/// Runs of the collector, as triangles over the curve: the higher the generation the larger.
fn runs(sheet: &mut Sheet, counted: &Counted, (top, bottom): (f64, f64), x: impl Fn(f64) -> f64) {
    let curve = counted.tally.curve();
    for (index, column) in (0u64..).zip(curve.columns()) {
        for (generation, count) in (0u32..).zip(column.collections).filter(|(_, count)| *count > 0) {
            let at = x((index * curve.width()) as f64);
            let size = 5.0 + 2.5 * f64::from(generation);
            let title = format!(
                "generation {generation}: {count} {}, from instruction {} on",
                if count == 1 { "run" } else { "runs" },
                grouped(index * curve.width())
            );
            let data = format!("M{} {}l{size} {}h-{}z", rounded(at), rounded(top - 4.0), -1.6 * size, 2.0 * size);
            sheet.path(&data, "fall", 0.9, &title);
            if generation > 0 {
                sheet.rule((at, top), (at, bottom));
            }
        }
    }
    let told: Vec<String> = counted
        .tally
        .collections()
        .by_generation()
        .map(|(generation, count)| {
            format!(
                "generation {generation}: {} {}, {} collected",
                grouped(count.runs),
                if count.runs == 1 { "run" } else { "runs" },
                grouped(count.collected)
            )
        })
        .collect();
    let words = if told.is_empty() { "the collector did not run".to_owned() } else { told.join("; ") };
    sheet.words(RIGHT, top - OVER_RUNS - LEADING, "faint end", &words);
}

/// Three to six round numbers from one to another.
fn ticks(low: i64, high: i64) -> Vec<i64> {
    let rough = ((high - low) / 5).max(1);
    let power = 10i64.pow(rough.ilog10());
    let stride = [1, 2, 5, 10].into_iter().map(|step| step * power).find(|stride| *stride >= rough).unwrap_or(rough);
    (low.div_euclid(stride)..=high.div_euclid(stride)).map(|index| index * stride).filter(|tick| (low..=high).contains(tick)).collect()
}

/// Who takes and who gives back, down to the end of it.
fn lines(sheet: &mut Sheet, counted: &Counted, top: f64) -> f64 {
    let mut rows: Vec<OfLine> = counted.tally.lines();
    rows.retain(|row| !row.blocks.is_nothing());
    rows.sort_by_key(|row| std::cmp::Reverse(row.blocks.allocated + row.blocks.released));
    let all = rows.len();
    rows.truncate(MOST_LINES);
    let texts = counted.texts(&rows);
    let most = rows.iter().map(|row| row.blocks.allocated.max(row.blocks.released)).max().unwrap_or(1).max(1);
    sheet.words(MARGIN, top, "text head", "By line");
    sheet.words(MIDDLE - 8.0, top, "faint end", "released");
    sheet.words(MIDDLE + 8.0, top, "faint", "allocated");
    sheet.words(NET, top, "faint end", "net");
    let mut y = top + 8.0;
    for (row, text) in rows.iter().zip(texts) {
        y += LEADING;
        let name = counted.line_name(row);
        let length = |blocks: u64| REACH * blocks as f64 / most as f64;
        let (taken, given) = (row.blocks.allocated, row.blocks.released);
        if given > 0 {
            let width = length(given).max(1.0);
            sheet.bar((MIDDLE - 1.0 - width, y - 10.5, width, 12.0), "fall", 1.0, &format!("{name}: {} released", grouped(given)));
            sheet.words(MIDDLE - 8.0 - width, y, "text end", &grouped(given));
        }
        if taken > 0 {
            let width = length(taken).max(1.0);
            sheet.bar((MIDDLE + 1.0, y - 10.5, width, 12.0), "rise", 1.0, &format!("{name}: {} allocated", grouped(taken)));
            sheet.words(MIDDLE + 8.0 + width, y, "text", &grouped(taken));
        }
        sheet.words(NET, y, "text end", &signed(row.blocks.net()));
        let fits = ((TEXT - NAME) / CHARACTER) as usize - 1;
        sheet.words(NAME, y, "faint mono", &short(&name, fits));
        let fits = ((RIGHT - TEXT) / CHARACTER) as usize;
        let text = text.map_or(String::new(), |text| short(text.trim(), fits));
        sheet.words(TEXT, y, "text mono", &text);
    }
    if all > rows.len() {
        y += LEADING;
        sheet.words(MARGIN, y, "faint", &format!("lines that are left out: {}", all - rows.len()));
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(ticks(0, 100), [0, 20, 40, 60, 80, 100]);
        assert_eq!(ticks(-7, 12), [-5, 0, 5, 10]);
        assert_eq!(ticks(0, 1), [0, 1]);
        for (low, high) in [(0, 3), (-1000, 17), (5, 1_234_567), (0, 21_891)] {
            let ticks = ticks(low, high);
            assert!((2..=7).contains(&ticks.len()), "{low} to {high}: {ticks:?}");
        }
    }
}
