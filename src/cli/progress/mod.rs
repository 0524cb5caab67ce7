//! `evalody progress`: what was heard, visited, read and recalled, when what is due, and what comes next.

mod json;
mod notes;
mod onward;
mod picture;
mod text;

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::counted::{Counted, Format};
use super::error::Failure;
use super::{diary, paragraph};
use crate::atlas::Version;
use crate::kept::Data;
use crate::output::Output;
use crate::quiz;
use crate::study::{Progress as Map, version_of};
use crate::tutor::RECORD;

/// Show what you have heard, visited, read and recalled, and what is due when
///
/// Opcodes count as heard when they ran in a program of your own that you played or exported; pages of the atlas count
/// as visited when they were opened by explain, open, or a key while something plays.
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  evalody progress
  evalody progress --for 3.13
  evalody progress --picture map.svg
  evalody progress --export notes.md       your notes from memory, beside what the atlas says
  evalody progress --format json | jq 'select(.table == \"goal\") | [.name, .recall]'"
)]
pub struct Progress {
    /// Where what you have learnt is kept [default: EVALODY_DATA, or the platform's folder for data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Count the opcodes and handlers of this version, 3.8 to 3.14 [default: that of most opcodes you heard]
    #[arg(long = "for", value_name = "VERSION")]
    version: Option<Version>,

    /// Text for people, or JSON with one object a line
    #[arg(long, default_value = "text")]
    format: Format,

    /// Also draw it, as a map
    #[arg(long, value_name = "OUT.svg")]
    picture: Option<PathBuf>,

    /// Also write your notes from memory, each beside what the atlas says, with the schedule and the ticks
    #[arg(long, value_name = "OUT.md")]
    export: Option<PathBuf>,
}

/// What there is to show.
struct Shown {
    map: Map,
    /// Whether the version was worked out from what was heard.
    is_inferred: bool,
}

impl Progress {
    pub fn run(self) -> Result<u8, Failure> {
        let data = Data::open(self.data.as_deref())?;
        let picture = begin(self.picture.as_deref(), "svg", "a picture is an .svg file; end its name in .svg")?;
        let export = begin(self.export.as_deref(), "md", "notes are Markdown; end the file's name in .md")?;
        let kept = data.read(RECORD)?;
        let record = diary::read(&data, kept.as_deref())?;
        let inferred = version_of(&record);
        let version = self.version.or(inferred).unwrap_or(Version::LAST);
        let map = Map::of(&record, &quiz::deck(), diary::today(), version);
        let shown = Shown { map, is_inferred: self.version.is_none() && inferred.is_some() };
        let mut out = BufWriter::new(std::io::stdout().lock());
        match self.format {
            Format::Json => json::write(&mut out, &shown)?,
            Format::Text if kept.is_none() => {
                writeln!(out, "Nothing was noted yet in {}; begin with: {}", data.folder().display(), onward::BEGINNING)?;
            }
            Format::Text => text::write(&mut out, &shown, paragraph::width())?,
        }
        out.flush()?;
        Counted::keep_picture(picture, || picture::draw(&shown))?;
        if let Some(mut export) = export {
            let written = notes::write(&mut export, &record, &shown.map);
            written.map_err(|source| Failure::from(export.failed(source)))?;
            export.keep()?;
        }
        Ok(0)
    }
}

/// Begins a file, before anything is shown: what cannot be written is refused at once.
fn begin(path: Option<&Path>, ending: &str, reason: &'static str) -> Result<Option<Output>, Failure> {
    let Some(path) = path else { return Ok(None) };
    if path.extension().is_none_or(|other| !other.eq_ignore_ascii_case(ending)) {
        return Err(Failure::Output { path: path.to_owned(), reason });
    }
    Ok(Some(Output::create(path)?))
}
