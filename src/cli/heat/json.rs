//! The tables of `evalody heat`, for other programs: one object a line. The first has the key `heat`, all others
//! `table`, which names theirs.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::super::about::{About, line};
use super::super::counted::Counted;
use super::{By, handlers};
use crate::atlas::Handler;
use crate::trace::Origin;

/// Raised when a reader of the version before could misread a line.
const VERSION: u32 = 1;

pub fn write(out: &mut impl Write, counted: &Counted, tables: &[By], top: Option<u64>) -> io::Result<()> {
    line(out, &Head { heat: VERSION, run: About::of(counted) })?;
    for by in tables {
        let (name, rows, total) = table(counted, *by);
        let mut sum = 0;
        for (count, value) in rows.into_iter().take(top.map_or(usize::MAX, |top| usize::try_from(top).unwrap_or(usize::MAX))) {
            sum += count;
            let share = |count: u64| count as f64 / total.max(1) as f64;
            line(out, &Row { table: name, count, share: share(count), in_all: share(sum), value })?;
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Head<'a> {
    heat: u32,
    #[serde(flatten)]
    run: About<'a>,
}

#[derive(Serialize)]
struct Row {
    table: &'static str,
    count: u64,
    /// Of all instructions, or calls: a part of 1.
    share: f64,
    /// With all rows before.
    in_all: f64,
    #[serde(flatten)]
    value: Value,
}

fn table(counted: &Counted, by: By) -> (&'static str, Vec<(u64, Value)>, u64) {
    let (tally, version) = (&counted.tally, counted.version());
    let steps = tally.steps();
    match by {
        By::Opcode => {
            let handler = |opcode: &str| version.and_then(|version| Handler::in_version(opcode, version));
            let rows = tally.opcodes().into_iter().map(|row| {
                let handler = handler(&row.opcode).map(|handler| json!({ "file": handler.place.file, "anchor": handler.place.anchor }));
                (row.count, json!({ "name": &*row.opcode, "family": row.family.name(), "handler": handler }))
            });
            ("opcode", rows.collect(), steps)
        }
        By::Family => {
            let rows = tally.families().into_iter().map(|row| (row.count, json!({ "name": row.family.name() })));
            ("family", rows.collect(), steps)
        }
        By::Line => {
            let lines = tally.lines();
            let texts = counted.texts(&lines);
            let rows = lines.iter().zip(texts).map(|(row, text)| {
                let whose = whose(row.is_program, row.line.origin);
                (row.count, json!({ "file": row.line.file, "line": row.line.line, "whose": whose, "text": text }))
            });
            ("line", rows.collect(), steps)
        }
        By::Handler => {
            let rows = handlers(tally, version).into_iter().map(|row| {
                let (file, anchor) = (row.place.map(|place| place.file), row.place.map(|place| place.anchor));
                let opcodes: Vec<&str> = row.opcodes.iter().map(|opcode| &**opcode).collect();
                let checked = row.checked.map(|checked| checked.to_string());
                (row.count, json!({ "file": file, "anchor": anchor, "parts": row.parts, "opcodes": opcodes, "checked": checked }))
            });
            ("handler", rows.collect(), steps)
        }
        By::Function => {
            let functions = tally.functions();
            let calls = functions.iter().map(|row| row.calls).sum();
            ("function", functions.into_iter().map(|row| (row.calls, json!({ "name": &*row.name }))).collect(), calls)
        }
    }
}

/// Whose code a line is.
pub fn whose(is_program: bool, origin: Origin) -> &'static str {
    match origin {
        _ if is_program => "program",
        Origin::User => "user",
        Origin::Library => "library",
        Origin::Generated => "generated",
    }
}
