//! `evalody hear`: from a MIDI file back to what the interpreter did.

use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Arc;

use super::error::Failure;
use super::style::Chosen;
use crate::compose::Mapping;
use crate::hear::{HearError, Heard, Song, Told, bars, instructions, song, style_of};
use crate::music::{TICKS_PER_BAR, TICKS_PER_SIXTEENTH};
use crate::score::{self, State, Work};

/// Hear in a MIDI file what the interpreter did, from its notes alone
///
/// A piece in the style faithful gives back the family, value-stack depth and frame depth of every
/// instruction; one in another style gives back what each bar tells. Also after another program has saved
/// it again without names, texts and sounds.
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  evalody export fib.py -o fib.mid --style faithful
  evalody hear fib.mid | less
  evalody hear fib.mid --format json | jq .family
  evalody hear - < fib.mid
  evalody hear fib.mid --style mine.toml

Columns of faithful: number from 0, bar and sixteenth, family, depth of the value stack before the
instruction, frames above the first. All but the second are as in: evalody show trace fib.py

Columns of other styles, for each bar: how much loops turn (0 to 3), frames above the first (0 to 3 and
more), how often frames are entered (0 to 4), how often functions in C are called (0 to 4, 0 also where the
recorder did not tell), how much memory is allocated (0 to 4), a cascade of releases, the generation
collected, exceptions (6 at most), what runs specialised (0 to 4) and what falls back (4 at most), both only
if exported with --specialise, instructions against the average (0 to 4, 2 is the average), the kind of
work"
)]
pub struct Hear {
    /// MIDI file, or - for standard input
    #[arg(value_name = "FILE.mid")]
    file: String,

    /// The style it was written in, by its name or its file [default: the shipped style that its notes tell]
    #[arg(long, value_name = "NAME|FILE.toml")]
    style: Option<Chosen>,

    /// Text for people, or JSON with one object a line
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

/// One instruction as a line of JSON.
#[derive(serde::Serialize)]
struct Line {
    index: usize,
    bar: u32,
    sixteenth: u32,
    family: &'static str,
    depth: u16,
    frame_depth: u16,
}

impl Hear {
    pub fn run(self) -> Result<u8, Failure> {
        let name = if self.file == "-" { "standard input" } else { &self.file };
        let unheard = |reason: String| Failure::Unheard { path: name.into(), reason };
        let song = song(&self.bytes()?).map_err(|error| unheard(format!("{error}; {}", remedy(&error))))?;
        let mut out = BufWriter::new(io::stdout().lock());
        let style = match &self.style {
            Some(style) => Some(Arc::clone(&style.mapping)),
            None => style_of(&song).map(Mapping::shipped),
        };
        if let Some((style, states)) = style.as_ref().and_then(|style| Some((style, bars(&song, style)?))) {
            match self.format {
                Format::Text => text_of_bars(&mut out, name, style, &song, &states)?,
                Format::Json => json_of_bars(&mut out, &states)?,
            }
            out.flush()?;
            return Ok(0);
        }
        let told = style.as_ref().and_then(|style| instructions(&song, style)).ok_or_else(|| match &self.style {
            Some(style) => unheard(format!("was not written in the style {}, as far as its notes tell", style.name())),
            None => unheard("was not written by evalody, as far as its notes tell; write one with: evalody export FILE.py -o FILE.mid; a style of your own is named with --style FILE.toml".to_owned()),
        })?;
        match self.format {
            Format::Text => text(&mut out, name, style.as_ref().map_or("faithful", |style| style.name()), &song, &told)?,
            Format::Json => json(&mut out, &told)?,
        }
        out.flush()?;
        if told.strangers > 0 {
            eprintln!("evalody: {name}: {} notes are not of the style faithful and are passed over", told.strangers);
        }
        Ok(0)
    }

    fn bytes(&self) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        if self.file == "-" {
            let unreadable = |source| Failure::Unreadable { path: "standard input".into(), source };
            io::stdin().lock().read_to_end(&mut bytes).map_err(unreadable)?;
            return Ok(bytes);
        }
        let path = Path::new(&self.file);
        let unheard = |reason: &str| Failure::Unheard { path: path.to_owned(), reason: reason.to_owned() };
        fs::read(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => unheard("no such file; name a MIDI file, or - for standard input"),
            _ if path.is_dir() => unheard("is a folder; name a MIDI file in it"),
            _ => Failure::Unreadable { path: path.to_owned(), source },
        })
    }
}

fn remedy(error: &HearError) -> &'static str {
    match error {
        HearError::NotMidi => "make one with: evalody export FILE.py --style faithful -o FILE.mid",
        HearError::Damaged(_) | HearError::CutOff | HearError::Endless => "export or copy it again",
        HearError::FilmFrames => "save it with ticks per beat",
        HearError::SeveralSongs => "save the one to hear as format 0 or 1",
        HearError::SeveralPorts => "export one program at a time, without --compare",
        HearError::NoNotes => "an empty program is silence, and so is an empty file",
    }
}

/// Bar and sixteenth, counted from 1.
fn place(heard: &Heard) -> (u32, u32) {
    (heard.at.bar() + 1, heard.at.0 % TICKS_PER_BAR / TICKS_PER_SIXTEENTH + 1)
}

fn text(out: &mut impl Write, name: &str, style: &str, song: &Song, told: &Told) -> Result<(), Failure> {
    let quarters = song.tempo.quarters_per_minute();
    writeln!(out, "{name}: {style}, {} at {quarters} bpm, {} instructions", told.key, told.instructions.len())?;
    writeln!(out, "#{:>7} {:>8}  {:<7} {:>5} {:>5}", "i", "at", "family", "dep", "frm")?;
    for (index, heard) in told.instructions.iter().enumerate() {
        let (bar, sixteenth) = place(heard);
        writeln!(
            out,
            "{index:>8} {:>8}  {:<7} {:>5} {:>5}",
            format!("{bar}:{sixteenth:02}"),
            heard.family,
            heard.depth,
            heard.frame_depth
        )?;
    }
    Ok(())
}

fn json(out: &mut impl Write, told: &Told) -> Result<(), Failure> {
    for (index, heard) in told.instructions.iter().enumerate() {
        let (bar, sixteenth) = place(heard);
        let (family, depth, frame_depth) = (heard.family.name(), heard.depth, heard.frame_depth);
        serde_json::to_writer(&mut *out, &Line { index, bar, sixteenth, family, depth, frame_depth }).map_err(io::Error::from)?;
        writeln!(out)?;
    }
    Ok(())
}

fn text_of_bars(out: &mut impl Write, name: &str, style: &Mapping, song: &Song, states: &[State]) -> Result<(), Failure> {
    let quarters = song.tempo.quarters_per_minute();
    writeln!(out, "{name}: {style} at {quarters} bpm, {} bars", states.len())?;
    writeln!(
        out,
        "#{:>4} {:>5} {:>5} {:>5} {:>5} {:>5} {:>8} {:>9} {:>6} {:>6} {:>5} {:>8}  work",
        "bar", "turns", "depth", "calls", "in C", "alloc", "releases", "collected", "raised", "warmth", "falls", "activity"
    )?;
    for (bar, state) in (1..).zip(states) {
        let State { turning, frame_depth, calling, calling_c, allocating, releases, collected, raised, warmth, falls, activity, work } =
            *state;
        let releases = if releases { "yes" } else { "-" };
        let collected = collected.map_or("-".to_owned(), |generation| generation.to_string());
        let work = work.map_or("-", Work::name);
        writeln!(
            out,
            "{bar:>5} {turning:>5} {frame_depth:>5} {calling:>5} {calling_c:>5} {allocating:>5} {releases:>8} {collected:>9} {raised:>6} {warmth:>6} {falls:>5} {activity:>8}  {work}"
        )?;
    }
    Ok(())
}

fn json_of_bars(out: &mut impl Write, states: &[State]) -> Result<(), Failure> {
    for (bar, state) in (1u32..).zip(states) {
        serde_json::to_writer(&mut *out, &score::state_json(bar, state)).map_err(io::Error::from)?;
        writeln!(out)?;
    }
    Ok(())
}
