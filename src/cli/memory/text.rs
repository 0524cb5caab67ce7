//! Memory as tables, for people.

use std::io::{self, Write};

use super::super::counted::{Counted, Shown};
use super::super::table::Column::{Number, Word};
use super::super::table::{Table, percent, short};
use super::{remarks, signed};
use crate::compare::grouped;
use crate::picture::{Blocks, Collection, OfLine};

/// Longest source text in a table, in characters.
const LONGEST_TEXT: usize = 48;
/// Runs of the collector that are told one by one, unless --top says otherwise.
const MOST_RUNS: usize = 12;

pub fn write(out: &mut impl Write, counted: &Counted, shown: &Shown) -> io::Result<()> {
    let tally = &counted.tally;
    writeln!(out, "{}", counted.heading())?;
    for remark in remarks(counted) {
        writeln!(out, "{remark}")?;
    }
    let all = tally.all_blocks();
    writeln!(out)?;
    let mut totals = Table::new(&[Number("blocks"), Word("")]);
    totals.bare(vec![grouped(all.allocated), "allocated".into()]);
    totals.bare(vec![grouped(all.released), "released".into()]);
    totals.bare(vec![signed(all.net()), "net: held in the end, less what was held at the start".into()]);
    let peak = tally.peak();
    let at = peak.at.and_then(|ran| Some((ran.step, tally.line(ran.code, ran.offset)?)));
    let at = at.map_or(String::new(), |(step, line)| format!(", during instruction {} at {}", grouped(step), counted.place_name(&line)));
    totals.bare(vec![signed(peak.blocks), format!("at the peak, more than at the start{at}")]);
    let apart = tally.apart();
    if !apart.is_nothing() && tally.counts_each_step() {
        let words = format!("of them allocated before a thread's first instruction, {} released", grouped(apart.released));
        totals.bare(vec![grouped(apart.allocated), words]);
    }
    totals.write(out)?;
    if tally.counts_each_step() {
        by_line(out, counted, shown)?;
        by_opcode(out, counted, shown)?;
    }
    collector(out, counted, shown)
}

/// Who allocates and who releases: the same columns, once in the order of the one and once of the other.
fn by_line(out: &mut impl Write, counted: &Counted, shown: &Shown) -> io::Result<()> {
    let lines: Vec<OfLine> = counted.tally.lines().into_iter().filter(|row| !row.blocks.is_nothing()).collect();
    let texts = counted.texts(&lines);
    let allocated: fn(Blocks) -> u64 = |blocks| blocks.allocated;
    let released: fn(Blocks) -> u64 = |blocks| blocks.released;
    for (who, name, amount) in [("Who allocates", "allocated", allocated), ("Who releases", "released", released)] {
        let mut rows: Vec<(&OfLine, &Option<String>)> = lines.iter().zip(&texts).filter(|(row, _)| amount(row.blocks) > 0).collect();
        rows.sort_by_key(|(row, _)| std::cmp::Reverse(amount(row.blocks)));
        let total = rows.iter().map(|(row, _)| amount(row.blocks)).sum();
        let most = shown.rows(rows.iter().map(|(row, _)| amount(row.blocks)), total).min(rows.len());
        let part: u64 = rows[..most].iter().map(|(row, _)| amount(row.blocks)).sum();
        let make = if most == 1 { "makes" } else { "make" };
        writeln!(out, "\n{who}: {most} of {} {make} up {}", count(rows.len(), "line"), percent(part, total))?;
        if rows.is_empty() {
            continue;
        }
        let mut table = Table::new(&[Number(name), Number("share"), Number("net"), Word("line"), Word("source")]);
        for (row, text) in rows.into_iter().take(most) {
            let text = text.as_deref().map_or(String::new(), |text| short(text.trim(), LONGEST_TEXT));
            let numbers = [grouped(amount(row.blocks)), percent(amount(row.blocks), total), signed(row.blocks.net())];
            table.row(numbers.into_iter().chain([counted.line_name(row), text]).collect(), amount(row.blocks));
        }
        table.write(out)?;
    }
    Ok(())
}

fn by_opcode(out: &mut impl Write, counted: &Counted, shown: &Shown) -> io::Result<()> {
    let mut rows = counted.tally.opcodes();
    rows.retain(|row| !row.blocks.is_nothing());
    let moved = |blocks: Blocks| blocks.allocated + blocks.released;
    rows.sort_by_key(|row| std::cmp::Reverse(moved(row.blocks)));
    let total = rows.iter().map(|row| moved(row.blocks)).sum();
    let most = shown.rows(rows.iter().map(|row| moved(row.blocks)), total).min(rows.len());
    let part: u64 = rows[..most].iter().map(|row| moved(row.blocks)).sum();
    let verb = if most == 1 { "allocates or releases" } else { "allocate or release" };
    writeln!(out, "\nBy opcode: {most} of {} {verb} {}", count(rows.len(), "opcode"), percent(part, total))?;
    if rows.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&[Number("allocated"), Number("released"), Number("net"), Word("opcode"), Word("family")]);
    for row in rows.into_iter().take(most) {
        let Blocks { allocated, released } = row.blocks;
        let cells = vec![grouped(allocated), grouped(released), signed(row.blocks.net()), row.opcode.to_string(), row.family.to_string()];
        table.row(cells, moved(row.blocks));
    }
    table.write(out)
}

fn collector(out: &mut impl Write, counted: &Counted, shown: &Shown) -> io::Result<()> {
    let collections = counted.tally.collections();
    let all = collections.all();
    if all.runs == 0 {
        return writeln!(out, "\nThe collector did not run");
    }
    writeln!(out, "\nThe collector ran {}, and collected {}", count_of(all.runs, "time"), count_of(all.collected, "object"))?;
    let mut table = Table::new(&[Number("runs"), Number("collected"), Word("generation")]);
    for (generation, of_generation) in collections.by_generation() {
        table.row(vec![grouped(of_generation.runs), grouped(of_generation.collected), generation.to_string()], of_generation.runs);
    }
    table.write(out)?;
    writeln!(out)?;
    let most = shown.top.map_or(MOST_RUNS, |top| usize::try_from(top).unwrap_or(usize::MAX));
    let mut table = Table::new(&[Number("generation"), Number("collected"), Number("instruction"), Word("line")]);
    for Collection { generation, collected, at } in collections.first().iter().take(most) {
        let line = at.and_then(|ran| counted.tally.line(ran.code, ran.offset));
        let step = at.map_or("-".to_owned(), |ran| grouped(ran.step));
        let line = line.map_or("before a thread's first".to_owned(), |line| counted.place_name(&line));
        table.bare(vec![generation.to_string(), grouped(u64::from(*collected)), step, line]);
    }
    table.write(out)?;
    match all.runs.saturating_sub(most as u64) {
        0 => Ok(()),
        more => writeln!(out, "  and {} more", count_of(more, "run")),
    }
}

fn count(number: usize, what: &str) -> String {
    count_of(number as u64, what)
}

fn count_of(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}
