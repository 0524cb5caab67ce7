//! Options of `export` for the studio: how sound is written, its stems, some bars as a loop, words under the notes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::error::Failure;
use super::record;
use super::stems::Stems;
use crate::compose::Mapping;
use crate::export::{Container, Depth, Form, Lyric, SoundError, Words, lyrics, write_sound};
use crate::output::{Folder, Output};
use crate::perform::{Bars, Performance, excerpt};
use crate::program::Program;
use crate::synth::{SoundFont, Split, looping, rendering_split};
use crate::trace::Code;

/// Samples a second of a file unless told otherwise: what players and DAWs take as it is.
const USUAL_RATE_HZ: u32 = 48_000;

#[derive(Debug, Clone, clap::Args)]
pub struct SoundFile {
    /// Samples a second of a .wav or .flac [default: 48000]
    #[arg(long, value_name = "HZ", value_parser = PossibleValuesParser::new(["44100", "48000", "88200", "96000"]).map(|rate| rate.parse::<u32>().unwrap_or(USUAL_RATE_HZ)))]
    rate: Option<u32>,

    /// Depth of its samples; float is for .wav alone [default: 16]
    #[arg(long, value_name = "BITS", value_parser = PossibleValuesParser::new(["16", "24", "float"]).map(|bits| match bits.as_str() { "24" => Depth::TwentyFour, "float" => Depth::Float, _ => Depth::Sixteen }))]
    bits: Option<Depth>,

    /// Also write what each family is heard on into a file of its own in this folder; together they are OUT
    #[arg(long, value_name = "DIR")]
    stems: Option<PathBuf>,

    /// Only these bars, the last included; sound is a loop, its tail at its beginning
    #[arg(long, value_name = "A..B")]
    bars: Option<Bars>,

    /// Words under the notes of a .mid: opcodes, lines or functions
    #[arg(long, value_name = "WORDS", value_parser = PossibleValuesParser::new(["opcodes", "lines", "functions"]).try_map(|words| words.parse::<Words>()))]
    lyrics: Option<Words>,
}

/// What sound is made of.
pub struct Music<'a> {
    pub performance: &'a Performance,
    pub style: &'a Mapping,
    pub font: Option<&'a SoundFont>,
}

impl SoundFile {
    /// How sound is written to a file of this kind; refuses what such a file cannot be.
    pub fn form(&self, container: Container) -> Result<Form, Failure> {
        if let Some(words) = self.lyrics {
            return Err(Failure::Usage(format!("--lyrics {words}: sound has no words; write a .mid, or leave --lyrics out")));
        }
        let depth = self.bits.unwrap_or_default();
        if container == Container::Flac && depth == Depth::Float {
            return Err(Failure::Usage("--bits float: a .flac file holds whole numbers; take --bits 24, or write a .wav".to_owned()));
        }
        Ok(Form { container, depth, rate_hz: self.rate.unwrap_or(USUAL_RATE_HZ) })
    }

    /// Refuses words under notes where they are always there.
    pub fn refuse_lyrics(&self) -> Result<(), Failure> {
        match self.lyrics {
            Some(words) => {
                Err(Failure::Usage(format!("--lyrics {words}: a .musicxml file has the source lines; write a .mid, or leave --lyrics out")))
            }
            None => Ok(()),
        }
    }

    /// Refuses what is for sound only, in a file of another kind.
    pub fn refuse_sound(&self, kind: &str) -> Result<(), Failure> {
        let asked = [("--rate", self.rate.is_some()), ("--bits", self.bits.is_some()), ("--stems", self.stems.is_some())];
        match asked.into_iter().find(|(_, is_asked)| *is_asked) {
            Some((option, _)) => {
                Err(Failure::Usage(format!("{option}: a {kind} file holds no sound; write a .wav or .flac, or leave {option} out")))
            }
            None => Ok(()),
        }
    }

    /// Refuses words where lines of more than one program would be meant.
    pub fn refuse_lines_of_a_pair(&self) -> Result<(), Failure> {
        if self.lyrics == Some(Words::Lines) {
            return Err(Failure::Usage("--lyrics lines: two programs have different lines; take opcodes or functions".to_owned()));
        }
        Ok(())
    }

    /// The folder for the stems, begun before anything runs.
    pub fn folder(&self) -> Result<Option<Folder>, Failure> {
        Ok(self.stems.as_deref().map(Folder::create).transpose()?)
    }

    /// The bars that were asked for; `None` if it is the whole piece.
    pub fn excerpt(&self, performance: &Performance) -> Result<Option<Performance>, Failure> {
        self.bars.map(|bars| excerpt(performance, bars)).transpose().map_err(|error| Failure::Usage(format!("--bars {error}")))
    }

    /// The words under the notes; `program` is the text of the lines.
    pub fn lyrics(&self, performance: &Performance, codes: &[Arc<Code>], program: Option<&Program>) -> Vec<Lyric> {
        let Some(words) = self.lyrics else { return Vec::new() };
        let lines: Vec<&str> = program.map(|program| program.lines().collect()).unwrap_or_default();
        let line = |code: &Code, number: u32| {
            let is_of_program = program.is_some_and(|program| code.file == program.name);
            is_of_program.then(|| lines.get((number as usize).checked_sub(1)?).copied()).flatten()
        };
        lyrics(performance, codes, words, line)
    }

    /// Writes the mix, and the stems into their folder.
    pub fn write(&self, music: &Music, form: &Form, output: &mut Output, folder: Option<&mut Folder>, quiet: bool) -> Result<(), Failure> {
        let Music { performance, style, font } = *music;
        let Stems { split, names } = match folder {
            Some(_) => Stems::of(performance, style),
            None => Stems { split: Split::default(), names: Vec::new() },
        };
        let stems = match folder {
            Some(folder) => folder.files(names.iter().map(|name| format!("{name}.{}", form.container.ending())))?,
            None => &mut [],
        };
        let progress = record::bar(0, "rendering", quiet);
        let mut tell = |done, total| {
            progress.set_length(total);
            progress.set_position(done);
        };
        let files: Vec<_> = std::iter::once(output.writer()).chain(stems.iter_mut().map(Output::writer)).collect();
        let lines = files.len();
        let written = if self.bars.is_some() {
            write_sound(&mut looping(performance, form.rate_hz, font, &split), lines, form, files, &mut tell)
        } else {
            write_sound(&mut rendering_split(performance, form.rate_hz, font, &split), lines, form, files, &mut tell)
        };
        progress.finish_and_clear();
        match written {
            Ok(()) => Ok(()),
            Err(error @ SoundError::Apart { .. }) => Err(Failure::Usage(format!("--stems: {error}; leave --soundfont out"))),
            Err(SoundError::TooLoud { number }) => Err(Failure::Usage(format!(
                "--stems: {} alone is louder than whole numbers can tell; take --bits float",
                names.get(number - 1).map_or("a stem", String::as_str)
            ))),
            Err(error) => Err(output.failed(std::io::Error::other(error)).into()),
        }
    }

    /// Puts the stems in their places and says how many there are, and what else lies there that looks like one.
    pub fn keep(&self, folder: Folder, mix: &Path, quiet: bool) -> Result<(), Failure> {
        let path = folder.path().to_owned();
        let before = sounds(&path);
        let kept = folder.keep()?;
        if !quiet {
            let is_mix = |path: &Path| std::fs::canonicalize(path).ok() == std::fs::canonicalize(mix).ok();
            let others = before.iter().filter(|path| !kept.contains(path) && !is_mix(path)).count();
            let others = match others {
                0 => String::new(),
                1 => "; 1 more sound file there is of before".to_owned(),
                more => format!("; {more} more sound files there are of before"),
            };
            eprintln!("evalody: {} stems -> {}{others}", kept.len(), path.display());
        }
        Ok(())
    }
}

/// Files of sound in a folder.
fn sounds(folder: &Path) -> Vec<PathBuf> {
    let is_sound = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "wav" || ending == "flac");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().map(|entry| entry.path()).filter(is_sound).collect()
}
