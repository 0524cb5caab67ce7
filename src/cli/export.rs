//! `evalody export`: music into a file, without a device and without real time.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use super::args::{Control, Music, Shared};
use super::compare::Compare;
use super::ending;
use super::error::Failure;
use super::record;
use super::second_run::{self, SecondRun};
use super::sound_font::Sound;
use super::source;
use crate::compose::compose;
use crate::export::{About, write_map, write_midi, write_wav_with};
use crate::interpreter::Streams;
use crate::output::Output;
use crate::perform::{Performance, perform};
use crate::synth::SoundFont;
use crate::trace::{Code, Outcome};

/// Samples a second of an exported WAV: what players and DAWs take as it is.
const SAMPLE_RATE_HZ: u32 = 48_000;

/// Run a Python program and write its music to a .mid or .wav file
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
  evalody export fib.py -o fib.wav --soundfont GeneralUser.sf2
  evalody export --compare bubble.py merge.py -o sorts.wav --compare-as turns
  evalody export fib.py -o fib.mid -- 30              with arguments for fib.py
  evalody export -m json.tool -o tool.mid -- data.json
  evalody export -c 'print(sum(range(100)))' -o sum.wav"
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

    /// File to write; its ending says what: .mid or .wav
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,

    /// Also write which note stands for which instructions, as JSON
    #[arg(long, value_name = "MAP.json")]
    map: Option<PathBuf>,
}

#[derive(Clone, Copy)]
enum Format {
    Midi,
    Wav,
}

/// What is written, and what is said of it.
struct Piece<'a> {
    performance: &'a Performance,
    codes: &'a [Arc<Code>],
    interpreter: &'a str,
    steps: u64,
}

/// Files that are begun before anything runs: what cannot be written is refused at once.
struct Files {
    output: Output,
    map: Option<Output>,
}

impl Export {
    pub fn run(self) -> Result<u8, Failure> {
        let is_pair = self.compare.is_asked()?;
        if is_pair {
            self.second.refuse()?;
        }
        let format = self.format()?;
        if matches!(format, Format::Midi) {
            self.sound.refuse("a .mid file holds no sound; write a .wav, or leave --soundfont out")?;
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
        let mut folder = self.control.folder(&self.music);
        let running = record::begin(&mut source, &shared, Streams::Inherit)?;
        let recorded = second_run::follow(running, &source, &shared, merging.as_mut(), &mut folder)?;
        let Some(recorded) = recorded else { return Ok(ending::INTERRUPTED) };
        if recorded.steps == 0 && matches!(recorded.outcome, Outcome::Exited { .. } | Outcome::Raised { .. } | Outcome::Died { .. }) {
            // As a module that is not there: a piece of silence would only take the place of what was written before.
            eprintln!("evalody: {}: {}; nothing of it ran, so nothing is written", source.program.name, recorded.outcome);
            return Ok(ending::status(&recorded.outcome));
        }
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

        let piece = Piece { performance: &performance, codes: &codes, interpreter: &recorded.dialect.interpreter, steps: recorded.steps };
        self.write(&piece, format, font.as_ref(), files)?;
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
        let files = self.files()?;
        let Some(pair) = self.compare.pair(&self.shared, &self.music, Some(&self.control))? else { return Ok(ending::INTERRUPTED) };
        let piece = Piece { performance: &pair.performance, codes: &pair.codes, interpreter: &pair.interpreters, steps: pair.steps };
        self.write(&piece, format, font, files)?;
        if !self.shared.quiet {
            self.tell(&piece);
        }
        Ok(pair.status)
    }

    fn files(&self) -> Result<Files, Failure> {
        Ok(Files { output: Output::create(&self.output)?, map: self.map.as_deref().map(Output::create).transpose()? })
    }

    fn write(&self, piece: &Piece, format: Format, font: Option<&SoundFont>, files: Files) -> Result<(), Failure> {
        let Files { mut output, mut map } = files;
        match format {
            Format::Midi => {
                let about = About {
                    evalody: env!("CARGO_PKG_VERSION").to_owned(),
                    style: self.music.style.name().to_owned(),
                    interpreter: piece.interpreter.to_owned(),
                    steps: piece.steps,
                };
                write_midi(piece.performance, &about, output.writer()).map_err(|error| output.failed(error))?;
            }
            Format::Wav => {
                let progress = record::bar(0, "rendering", self.shared.quiet);
                let mut tell = |done, total| {
                    progress.set_length(total);
                    progress.set_position(done);
                };
                write_wav_with(piece.performance, SAMPLE_RATE_HZ, font, output.writer(), &mut tell)
                    .map_err(|error| output.failed(std::io::Error::other(error)))?;
                progress.finish_and_clear();
            }
        }
        if let Some(map) = &mut map {
            write_map(piece.performance, piece.codes, map.writer()).map_err(|error| map.failed(error))?;
        }
        output.keep()?;
        map.map(Output::keep).transpose()?;
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
            Some("wav") => Ok(Format::Wav),
            _ => Err(Failure::Output { path: self.output.clone(), reason: "end the name in .mid or .wav, which says what to write" }),
        }
    }
}
