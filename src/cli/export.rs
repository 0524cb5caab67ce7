//! `evalody export`: music into a file, without a device and without real time.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use super::args::{Control, Music, Shared};
use super::compare::Compare;
use super::diary;
use super::ending;
use super::error::Failure;
use super::record;
use super::second_run::{self, SecondRun};
use super::sound_file::{Music as Sounding, SoundFile};
use super::sound_font::Sound;
use super::source;
use crate::compose::compose;
use crate::export::{About, Container, Form, write_map, write_midi_with, write_sheet};
use crate::interpreter::Streams;
use crate::output::{Folder, Output};
use crate::perform::{Performance, perform};
use crate::picture::Noted;
use crate::program::Program;
use crate::synth::SoundFont;
use crate::trace::{Code, Outcome};

/// Run a Python program and write its music to a .mid, .wav, .flac or .musicxml file
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    // Behind FILE and OTHER.
    mut_arg("arguments", |arguments| arguments.index(3)),
    after_help = "\
Examples:
  evalody export fib.py -o fib.mid
  evalody export @sort_quick -o quick.wav --length 60
  evalody export fib.py -o fib.mid --map fib.json     which note stands for what
  evalody export fib.py -o f.mid --style faithful --steps 500
  evalody export fib.py -o fib.wav --style chip
  evalody export fib.py -o fib.musicxml               a lead sheet, for MuseScore and its like
  evalody export fib.py -o fib.wav --soundfont GeneralUser.sf2
  evalody export --compare bubble.py merge.py -o sorts.wav --compare-as turns
  evalody export fib.py -o fib.mid -- 30              with arguments for fib.py
  evalody export -m json.tool -o tool.mid -- data.json
  evalody export -c 'print(sum(range(100)))' -o sum.wav
For the studio:
  evalody export fib.py -o fib.flac --bits 24 --rate 96000
  evalody export fib.py -o fib.wav --bits 24 --stems fib-stems
  evalody export fib.py -o loop.wav --bars 5..8       four bars that loop without a seam
  evalody export fib.py -o fib.mid --lyrics opcodes   words under the notes"
)]
pub struct Export {
    #[command(flatten)]
    shared: Shared,

    #[command(flatten)]
    compare: Compare,

    #[command(flatten)]
    music: Music,

    #[command(flatten)]
    control: Control,

    #[command(flatten)]
    second: SecondRun,

    #[command(flatten)]
    sound: Sound,

    #[command(flatten)]
    file: SoundFile,

    /// File to write; its ending says what: .mid, .wav, .flac or .musicxml
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,

    /// Also write which note stands for which instructions, as JSON
    #[arg(long, value_name = "MAP.json")]
    map: Option<PathBuf>,
}

#[derive(Clone, Copy)]
enum Format {
    Midi,
    Sound(Form),
    Sheet,
}

/// What is written, and what is said of it.
struct Piece<'a> {
    performance: &'a Performance,
    codes: &'a [Arc<Code>],
    /// The one program, if it is one.
    program: Option<&'a Program>,
    interpreter: &'a str,
    steps: u64,
}

/// Files that are begun before anything runs: what cannot be written is refused at once.
struct Files {
    output: Output,
    map: Option<Output>,
    stems: Option<Folder>,
}

impl Export {
    pub fn run(self) -> Result<u8, Failure> {
        let is_pair = self.compare.is_asked()?;
        if is_pair {
            self.second.refuse()?;
            self.file.refuse_lines_of_a_pair()?;
        }
        let format = self.format()?;
        match format {
            Format::Midi => {
                self.sound.refuse("a .mid file holds no sound; write a .wav, or leave --soundfont out")?;
                self.file.refuse_sound(".mid")?;
            }
            Format::Sheet => {
                self.sound.refuse("a .musicxml file holds no sound; write a .wav, or leave --soundfont out")?;
                self.file.refuse_sound(".musicxml")?;
                self.file.refuse_lyrics()?;
            }
            Format::Sound(_) => {}
        }
        let font = self.sound.load()?;
        if is_pair {
            return self.pair(format, font.as_ref());
        }
        let mut source = source::load(&self.shared)?;
        let files = self.files()?;
        let shared = record::limited(&self.shared, &self.music.style);

        let mut merging = match self.second.merging(&source, &shared)? {
            ControlFlow::Break(status) => return Ok(status),
            ControlFlow::Continue(merging) => merging,
        };
        let mut noted = Noted::new(self.control.folder(&self.music));
        let running = record::begin(&mut source, &shared, Streams::Inherit)?;
        let recorded = second_run::follow(running, &source, &shared, merging.as_mut(), &mut noted)?;
        let Some(recorded) = recorded else { return Ok(ending::INTERRUPTED) };
        if recorded.steps == 0 && matches!(recorded.outcome, Outcome::Exited { .. } | Outcome::Raised { .. } | Outcome::Died { .. }) {
            // As a module that is not there: a piece of silence would only take the place of what was written before.
            eprintln!("evalody: {}: {}; nothing of it ran, so nothing is written", source.program.name, recorded.outcome);
            return Ok(ending::status(&recorded.outcome));
        }
        let Noted { listener: folder, repertoire } = noted;
        let codes = folder.codes().to_vec();
        let outline = self.control.arranged(folder.finish(recorded.outcome));
        let performance = if source.program.is_blank() {
            if !shared.quiet {
                eprintln!("evalody: {} is empty: silence", source.program.name);
            }
            perform(&compose(&source.program.name, &outline.silent(), &codes, &self.music.style()))
        } else {
            perform(&compose(&source.program.name, &outline, &codes, &self.music.style()))
        };

        let excerpt = self.file.excerpt(&performance)?;
        let piece = Piece {
            performance: excerpt.as_ref().unwrap_or(&performance),
            codes: &codes,
            program: Some(&source.program),
            interpreter: &recorded.dialect.interpreter,
            steps: recorded.steps,
        };
        self.write(&piece, format, font.as_ref(), files)?;
        diary::heard(&source, &repertoire, shared.verbose);
        ending::tell(&source.program.name, &outline.outcome, recorded.steps);
        second_run::tell(merging.as_ref(), &outline.outcome, shared.quiet);
        if !shared.quiet {
            if let Some(remark) = outline.remark() {
                eprintln!("evalody: {remark}");
            }
            self.tell(&piece);
        }
        Ok(ending::status(&outline.outcome))
    }

    /// Two programs in one file.
    fn pair(&self, format: Format, font: Option<&SoundFont>) -> Result<u8, Failure> {
        if matches!(format, Format::Sheet) {
            // Two melodies over each other's chords are nothing to play from.
            return Err(Failure::Usage("a sheet has one melody; write one for each program, without --compare".to_owned()));
        }
        let files = self.files()?;
        let Some(pair) = self.compare.pair(&self.shared, &self.music, Some(&self.control))? else { return Ok(ending::INTERRUPTED) };
        let excerpt = self.file.excerpt(&pair.performance)?;
        let performance = excerpt.as_ref().unwrap_or(&pair.performance);
        let piece = Piece { performance, codes: &pair.codes, program: None, interpreter: &pair.interpreters, steps: pair.steps };
        self.write(&piece, format, font, files)?;
        if !self.shared.quiet {
            self.tell(&piece);
        }
        Ok(pair.status)
    }

    fn files(&self) -> Result<Files, Failure> {
        // The folder first: the output may lie in it.
        let stems = self.file.folder()?;
        Ok(Files { output: Output::create(&self.output)?, map: self.map.as_deref().map(Output::create).transpose()?, stems })
    }

    fn write(&self, piece: &Piece, format: Format, font: Option<&SoundFont>, files: Files) -> Result<(), Failure> {
        let Files { mut output, mut map, mut stems } = files;
        let about = About {
            evalody: env!("CARGO_PKG_VERSION").to_owned(),
            style: self.music.style.name().to_owned(),
            interpreter: piece.interpreter.to_owned(),
            steps: piece.steps,
        };
        match format {
            Format::Midi => {
                let lyrics = self.file.lyrics(piece.performance, piece.codes, piece.program);
                write_midi_with(piece.performance, &about, &lyrics, output.writer()).map_err(|error| output.failed(error))?;
            }
            Format::Sheet => {
                let lines: Vec<&str> = piece.program.map_or(Vec::new(), |program| program.lines().collect());
                write_sheet(piece.performance, piece.codes, &lines, &about, output.writer()).map_err(|error| output.failed(error))?;
                if self.music.style.is_lossless() && !self.shared.quiet {
                    eprintln!("evalody: the style faithful has one key and no chords: the sheet is its notes alone");
                }
            }
            Format::Sound(form) => {
                let music = Sounding { performance: piece.performance, style: &self.music.style.mapping, font };
                self.file.write(&music, &form, &mut output, stems.as_mut(), self.shared.quiet)?;
            }
        }
        if let Some(map) = &mut map {
            write_map(piece.performance, piece.codes, map.writer()).map_err(|error| map.failed(error))?;
        }
        output.keep()?;
        map.map(Output::keep).transpose()?;
        if let Some(stems) = stems {
            self.file.keep(stems, &self.output, self.shared.quiet)?;
        }
        Ok(())
    }

    /// What was written, in a line.
    fn tell(&self, piece: &Piece) {
        let Performance { tempo, key, end, .. } = piece.performance;
        let seconds = end.seconds(*tempo);
        eprintln!(
            "evalody: {} of {} instructions of {} in {:.0}:{:02.0}, {key} at {} bpm -> {}",
            self.music.style.name(),
            piece.steps,
            piece.interpreter,
            (seconds / 60.0).floor(),
            (seconds % 60.0).floor(),
            tempo.quarters_per_minute(),
            self.output.display()
        );
    }

    fn format(&self) -> Result<Format, Failure> {
        match self.output.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("mid" | "midi") => Ok(Format::Midi),
            Some("wav") => Ok(Format::Sound(self.file.form(Container::Wav)?)),
            Some("flac") => Ok(Format::Sound(self.file.form(Container::Flac)?)),
            Some("musicxml") => Ok(Format::Sheet),
            _ => Err(Failure::Output {
                path: self.output.clone(),
                reason: "end the name in .mid, .wav, .flac or .musicxml, which says what to write",
            }),
        }
    }
}
