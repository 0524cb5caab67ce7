//! `evalody export`: music into a file, without a device and without real time.

use std::path::PathBuf;

use super::args::{Control, Music, Shared};
use super::ending;
use super::error::Failure;
use super::record;
use super::sound_font::Sound;
use super::source;
use crate::compose::compose;
use crate::export::{About, write_map, write_midi, write_wav_with};
use crate::interpreter::Streams;
use crate::output::Output;
use crate::perform::perform;

/// Samples a second of an exported WAV: what players and DAWs take as it is.
const SAMPLE_RATE_HZ: u32 = 48_000;

/// Run a Python program and write its music to a .mid or .wav file
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  evalody export fib.py -o fib.mid
  evalody export @sort_quick -o quick.wav --length 60
  evalody export fib.py -o fib.mid --map fib.json     which note stands for what
  evalody export fib.py -o f.mid --style faithful --steps 500
  evalody export fib.py -o fib.wav --style chip
  evalody export fib.py -o fib.wav --soundfont GeneralUser.sf2
  evalody export fib.py -o fib.mid -- 30              with arguments for fib.py"
)]
pub struct Export {
    #[command(flatten)]
    shared: Shared,

    #[command(flatten)]
    music: Music,

    #[command(flatten)]
    control: Control,

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

impl Export {
    pub fn run(self) -> Result<u8, Failure> {
        let format = self.format()?;
        if matches!(format, Format::Midi) {
            self.sound.refuse("a .mid file holds no sound; write a .wav, or leave --soundfont out")?;
        }
        let font = self.sound.load()?;
        let source = source::load(&self.shared.file)?;
        let mut output = Output::create(&self.output)?;
        let mut map = self.map.as_deref().map(Output::create).transpose()?;
        let shared = record::limited(&self.shared, self.music.style);

        let mut folder = self.control.folder(&self.music);
        let Some(recorded) = record::record(&source, &shared, Streams::Inherit, &mut folder)? else { return Ok(ending::INTERRUPTED) };
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

        match format {
            Format::Midi => {
                let about = About {
                    evalody: env!("CARGO_PKG_VERSION").to_owned(),
                    style: self.music.style.to_string(),
                    interpreter: recorded.dialect.interpreter.clone(),
                    steps: recorded.steps,
                };
                write_midi(&performance, &about, output.writer()).map_err(|error| output.failed(error))?;
            }
            Format::Wav => {
                let progress = record::bar(0, "rendering", shared.quiet);
                let mut tell = |done, total| {
                    progress.set_length(total);
                    progress.set_position(done);
                };
                write_wav_with(&performance, SAMPLE_RATE_HZ, font.as_ref(), output.writer(), &mut tell)
                    .map_err(|error| output.failed(std::io::Error::other(error)))?;
                progress.finish_and_clear();
            }
        }
        if let Some(map) = &mut map {
            write_map(&performance, &codes, map.writer()).map_err(|error| map.failed(error))?;
        }
        output.keep()?;
        map.map(Output::keep).transpose()?;

        ending::tell(&source.program.name, &outline.outcome, recorded.steps);
        if !shared.quiet {
            if let Some(remark) = outline.remark() {
                eprintln!("evalody: {remark}");
            }
            let seconds = performance.end.seconds(performance.tempo);
            eprintln!(
                "evalody: {} of {} instructions of {} in {:.0}:{:02.0}, {} at {} bpm -> {}",
                self.music.style,
                recorded.steps,
                recorded.dialect.interpreter,
                (seconds / 60.0).floor(),
                (seconds % 60.0).floor(),
                performance.key,
                performance.tempo.quarters_per_minute(),
                self.output.display()
            );
        }
        Ok(ending::status(&outline.outcome))
    }

    fn format(&self) -> Result<Format, Failure> {
        match self.output.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("mid" | "midi") => Ok(Format::Midi),
            Some("wav") => Ok(Format::Wav),
            _ => Err(Failure::Output { path: self.output.clone(), reason: "end the name in .mid or .wav, which says what to write" }),
        }
    }
}
