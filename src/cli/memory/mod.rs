//! `evalody explain @memory FILE.py`: who takes memory blocks and who gives them back, and when the collector runs.

mod json;
mod picture;
mod text;

use std::io::{BufWriter, Write};

use super::args::Shared;
use super::counted::{Counted, Format, Shown};
use super::ending;
use super::error::Failure;
use super::source;

/// Runs a program and tells of its memory.
pub fn run(shared: &Shared, shown: &Shown) -> Result<u8, Failure> {
    let source = source::load(shared)?;
    let picture = shown.begin_picture()?;
    let Some(counted) = Counted::of(source, shared)? else { return Ok(ending::INTERRUPTED) };
    let mut out = BufWriter::new(std::io::stdout().lock());
    match shown.format {
        Format::Text => text::write(&mut out, &counted, shown)?,
        Format::Json => json::write(&mut out, &counted, shown.top)?,
    }
    out.flush()?;
    Counted::keep_picture(picture, || picture::draw(&counted))?;
    Ok(counted.end())
}

/// What a count of memory blocks is, and is not, by the recorder that told it: one line each.
fn remarks(counted: &Counted) -> Vec<&'static str> {
    let mut remarks = vec!["Memory blocks, not objects: one allocation is one block, and what comes from a free list is not seen."];
    if !counted.tally.counts_each_step() {
        remarks.push("This recorder, in Python, reads now and then how many there are, for all threads together: not told by line.");
        remarks.push("The native tap tells each instruction's: leave --recorder python out, or take a Python that can load it.");
        return remarks;
    }
    remarks.push("An instruction's count is what changed until the next one in its thread, by C code and unheard library code too.");
    if !counted.dialect.is_cpython() {
        remarks.push("This interpreter is written in Rust: these are blocks of Rust's heap, frames included; CPython's differ.");
    }
    remarks
}

/// A number with its sign, and its thousands set apart.
fn signed(number: i64) -> String {
    let sign = match number {
        0 => "",
        1.. => "+",
        ..0 => "-",
    };
    format!("{sign}{}", crate::compare::grouped(number.unsigned_abs()))
}
