//! The tables of `evalody heat`, for people.

use std::io::{self, Write};

use super::super::counted::{Counted, ENOUGH_PERCENT, Shown};
use super::super::table::Column::{Number, Word};
use super::super::table::{Column, Table, percent, short};
use super::{By, OfHandler, handlers};
use crate::atlas::{Checked, Handler, Place};
use crate::compare::grouped;

/// Longest source text in a table, in characters: with the numbers before it a line of about a hundred.
const LONGEST_TEXT: usize = 52;

pub fn write(out: &mut impl Write, counted: &Counted, tables: &[By], shown: &Shown) -> io::Result<()> {
    writeln!(out, "{}", counted.heading())?;
    for by in tables {
        writeln!(out)?;
        match by {
            By::Opcode => opcodes(out, counted, shown)?,
            By::Family => families(out, counted, shown)?,
            By::Line => lines(out, counted, shown)?,
            By::Handler => of_handlers(out, counted, shown)?,
            By::Function => functions(out, counted, shown)?,
        }
    }
    Ok(())
}

/// A table of counts that fall, with shares, and what those that are left out come to.
struct Falling<'a> {
    /// What its rows are: one, and several.
    what: (&'a str, &'a str),
    words: &'a [Column],
    rows: Vec<(u64, Vec<String>)>,
    total: u64,
}

impl Falling<'_> {
    fn write(self, out: &mut impl Write, shown: &Shown) -> io::Result<()> {
        let all = self.rows.len();
        let most = shown.rows(self.rows.iter().map(|(count, _)| *count), self.total).min(all);
        let of_shown: u64 = self.rows[..most].iter().map(|(count, _)| count).sum();
        let name = |number: usize| if number == 1 { self.what.0 } else { self.what.1 };
        if shown.top.is_none() {
            let make = if most == 1 { "makes" } else { "make" };
            let reached = if most < all { format!(", the first to reach {ENOUGH_PERCENT} %") } else { String::new() };
            writeln!(out, "{most} of {all} {} {make} up {}{reached}", name(all), percent(of_shown, self.total))?;
        } else {
            writeln!(out, "{most} of {all} {}, {}", name(all), percent(of_shown, self.total))?;
        }
        let columns: Vec<Column> =
            [Number("count"), Number("share"), Number("in all")].into_iter().chain(self.words.iter().copied()).collect();
        let mut table = Table::new(&columns);
        let mut sum = 0;
        for (count, words) in self.rows.into_iter().take(most) {
            sum += count;
            let numbers = [grouped(count), percent(count, self.total), percent(sum, self.total)];
            table.row(numbers.into_iter().chain(words).collect(), count);
        }
        if most < all {
            let rest = self.total - of_shown;
            let numbers = [grouped(rest), percent(rest, self.total), percent(self.total, self.total)];
            let left = all - most;
            let name = if left == 1 { self.what.0 } else { self.what.1 };
            let words = (0..self.words.len()).map(|column| if column == 0 { format!("{left} more {name}") } else { String::new() });
            table.bare(numbers.into_iter().chain(words).collect());
        }
        table.write(out)
    }
}

fn opcodes(out: &mut impl Write, counted: &Counted, shown: &Shown) -> io::Result<()> {
    let version = counted.version();
    let rows = counted.tally.opcodes().into_iter().map(|row| {
        let place = version.and_then(|version| Handler::in_version(&row.opcode, version)).map(|handler| handler.place);
        (row.count, vec![row.opcode.to_string(), row.family.to_string(), place_name(place)])
    });
    let rows = rows.collect();
    let words = &[Word("opcode"), Word("family"), Word("C handler")];
    Falling { what: ("opcode", "opcodes"), words, rows, total: counted.tally.steps() }.write(out, shown)
}

fn families(out: &mut impl Write, counted: &Counted, shown: &Shown) -> io::Result<()> {
    let rows = counted.tally.families().into_iter().map(|row| (row.count, vec![row.family.to_string()])).collect();
    Falling { what: ("family", "families"), words: &[Word("family")], rows, total: counted.tally.steps() }.write(out, shown)
}

fn lines(out: &mut impl Write, counted: &Counted, shown: &Shown) -> io::Result<()> {
    let lines = counted.tally.lines();
    let texts = counted.texts(&lines);
    let rows = lines.iter().zip(texts).map(|(row, text)| {
        let text = text.map_or(String::new(), |text| short(text.trim(), LONGEST_TEXT));
        (row.count, vec![counted.line_name(row), text])
    });
    let rows = rows.collect();
    Falling { what: ("line", "lines"), words: &[Word("line"), Word("source")], rows, total: counted.tally.steps() }.write(out, shown)
}

fn of_handlers(out: &mut impl Write, counted: &Counted, shown: &Shown) -> io::Result<()> {
    let rows = handlers(&counted.tally, counted.version());
    let rows = rows.into_iter().map(|OfHandler { place, parts, checked, opcodes, count }| {
        let parts = match parts.len() {
            0 => String::new(),
            1 => ", of 1 part".to_owned(),
            parts => format!(", of {parts} parts"),
        };
        // What was looked up is the rule, and told in full by `explain`.
        let inferred = if matches!(checked, Some(Checked::Inferred)) { ", inferred" } else { "" };
        (count, vec![format!("{}{parts}{inferred}", place_name(place)), opcodes.join(", ")])
    });
    let rows = rows.collect();
    let words = &[Word("C handler"), Word("opcode")];
    Falling { what: ("C handler", "C handlers"), words, rows, total: counted.tally.steps() }.write(out, shown)?;
    for remark in remarks(counted) {
        writeln!(out, "{remark}")?;
    }
    Ok(())
}

/// What a reader of handlers must know of the run.
fn remarks(counted: &Counted) -> Vec<String> {
    let mut remarks = Vec::new();
    match counted.version() {
        None => remarks.push("The atlas does not speak of this version.".to_owned()),
        Some(version) if !counted.dialect.is_cpython() => {
            remarks.push(format!("These are CPython's for the bytecode of {version}; this interpreter has handlers of its own, in Rust."));
        }
        Some(version) if version.minor() >= 11 => {
            remarks.push("While each instruction is recorded nothing specialises (PEP 659): these are the general handlers.".to_owned());
        }
        Some(_) => {}
    }
    remarks
}

pub fn place_name(place: Option<Place>) -> String {
    place.map_or("not in the atlas".to_owned(), |Place { file, anchor }| format!("{file}: {anchor}"))
}

fn functions(out: &mut impl Write, counted: &Counted, shown: &Shown) -> io::Result<()> {
    let rows: Vec<_> = counted.tally.functions().into_iter().map(|row| (row.calls, vec![row.name.to_string()])).collect();
    let total = rows.iter().map(|(calls, _)| calls).sum();
    if rows.is_empty() {
        let (is_told, has_classes) = (counted.dialect.tells_calls_into_c(), counted.dialect.tells_calls_of_classes());
        let words = match (is_told, has_classes) {
            (false, _) => "functions in C are not told by this recorder",
            (true, true) => "no function in C was called",
            (true, false) => "no function in C was called; of classes such as range this recorder does not tell",
        };
        return writeln!(out, "{words}");
    }
    let what = ("function in C", "functions in C");
    Falling { what, words: &[Word("function in C, by its calls")], rows, total }.write(out, shown)
}
