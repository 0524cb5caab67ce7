//! Memory for other programs: one object a line. The first has the key `memory`, all others `table`, which names
//! theirs.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::super::about::{About, line};
use super::super::counted::Counted;
use super::super::heat::whose;
use crate::picture::Blocks;

/// Raised when a reader of the version before could misread a line.
const VERSION: u32 = 1;

pub fn write(out: &mut impl Write, counted: &Counted, top: Option<u64>) -> io::Result<()> {
    let tally = &counted.tally;
    let (all, apart, peak) = (tally.all_blocks(), tally.apart(), tally.peak());
    let blocks = json!({
            "is_told_by_instruction": tally.counts_each_step(),
            "allocated": all.allocated,
            "released": all.released,
            "net": all.net(),
            "apart": of_blocks(apart),
            "peak": peak.blocks,
            "peak_at": peak.at.map(|ran| ran.step),
            "collections": tally.collections().all().runs,
            "collected": tally.collections().all().collected,
    });
    line(out, &Head { memory: VERSION, run: About::of(counted), blocks })?;
    let most = top.map_or(usize::MAX, |top| usize::try_from(top).unwrap_or(usize::MAX));
    let moved = |blocks: Blocks| std::cmp::Reverse(blocks.allocated + blocks.released);
    let mut lines = tally.lines();
    lines.retain(|row| !row.blocks.is_nothing());
    lines.sort_by_key(|row| moved(row.blocks));
    lines.truncate(most);
    for (row, text) in lines.iter().zip(counted.texts(&lines)) {
        let (file, number, whose) = (&row.line.file, row.line.line, whose(row.is_program, row.line.origin));
        let blocks = of_blocks(row.blocks);
        line(out, &json!({ "table": "line", "file": file, "line": number, "whose": whose, "text": text, "blocks": blocks }))?;
    }
    let mut opcodes = tally.opcodes();
    opcodes.retain(|row| !row.blocks.is_nothing());
    opcodes.sort_by_key(|row| moved(row.blocks));
    for row in opcodes.iter().take(most) {
        let blocks = of_blocks(row.blocks);
        line(out, &json!({ "table": "opcode", "name": &*row.opcode, "family": row.family.name(), "blocks": blocks }))?;
    }
    for (generation, count) in tally.collections().by_generation() {
        line(out, &json!({ "table": "generation", "generation": generation, "runs": count.runs, "collected": count.collected }))?;
    }
    for run in tally.collections().first().iter().take(most) {
        let place = run.at.and_then(|ran| tally.line(ran.code, ran.offset));
        let (file, number) = (place.as_ref().map(|place| &place.file), place.as_ref().and_then(|place| place.line));
        let (generation, collected, step) = (run.generation, run.collected, run.at.map(|ran| ran.step));
        let told = json!({
            "table": "collection", "generation": generation, "collected": collected, "instruction": step, "file": file, "line": number,
        });
        line(out, &told)?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Head<'a> {
    memory: u32,
    #[serde(flatten)]
    run: About<'a>,
    #[serde(flatten)]
    blocks: Value,
}

fn of_blocks(blocks: Blocks) -> Value {
    json!({ "allocated": blocks.allocated, "released": blocks.released, "net": blocks.net() })
}
