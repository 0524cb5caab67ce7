//! `evalody study`: a sitting of micro-questions in the terminal, or answered through a pipe.

mod asking;
mod input;
mod lists;
mod printing;
mod sound;
mod told;
mod what;

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use chrono::{Datelike, NaiveDate};
use indicatif::ProgressStyle;

use super::args::Shared;
use super::error::Failure;
use super::record;
use super::sound_font::Sound;
use super::source;
use crate::interpreter::InterpreterError;
use crate::kept::Data;
use crate::tutor::{First, Ledger, Manner, Order, Own, Plan, Tutor, TutorError};

use sound::Ears;
use what::What;

/// Time between two pictures of a spinner.
const TURN: Duration = Duration::from_millis(100);

/// Learn how CPython works: ten to fifteen minutes of small questions, made from programs that run
///
/// What was forgotten comes again soon, and what is known after days, by FSRS. Without FILE the songs are asked about;
/// with it your own program, which is run a few times for it.
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    mut_arg("file", |_| {
        clap::Arg::new("file")
            .value_name("FILE|@NAME")
            .help("Ask about this Python file first, or @SONG; or @lessons, @lessons/N, @paths, @paths/NAME, @TOPIC")
            .conflicts_with_all(["module", "command"])
            .index(1)
    }),
    mut_arg("arguments", |arg| arg.index(2)),
    mut_arg("interpreter", |arg| arg.help("auto, embedded, cpython, or a Python by path or name (auto: python3, for @songs too)")),
    mut_arg("verbose", |arg| arg.help("Also tell which interpreter runs the programs")),
    mut_arg("steps", |arg| arg.help("Instructions of a run that are asked about [default: 60000]")),
    mut_arg("time", |arg| arg.help("Longest run in seconds [default: 10]")),
    after_help = "\
Examples:
  evalody study                            what is due today, and some that is new
  evalody study shop.py -- --orders 3      the same, from your own program first
  evalody study -m json.tool -- data.json
  evalody study --topic object-model       one of the topics that evalody progress shows
  evalody study @gc                        what belongs to a topic of: evalody explain
  evalody study @lessons                   twelve lessons for listeners, and which are done
  evalody study @lessons/1
  evalody study @paths                     what to read: PEPs, and CPython's source
  evalody study @paths/eval-loop --tick stages
  evalody study --no-sound --captions      music as signs
  printf 'b\\n3\\n\\n' | evalody study       an answer a line; an empty line is: I do not know

Answers are letters, numbers or words. An empty line means that you do not know. What begins with
a colon is a command: :r plays again, :s skips, :h helps, :q stops. Each answer is kept before it is
judged, in record.toml in --data, in EVALODY_DATA, or in evalody in the platform's folder for data.

Exit status: 0, also where it was stopped or the answers ended; 2 bad input; 3 something could not
be kept; 130 Ctrl-C"
)]
pub struct Study {
    #[command(flatten)]
    program: Shared,

    /// Only what serves a topic: eval-loop, core-packages, memory, execution, source, object-model, peps, recall,
    /// listening; or a topic of evalody explain, such as gil
    #[arg(long, value_name = "NAME", conflicts_with_all = ["tick", "untick"])]
    topic: Option<String>,

    /// Minutes that the sitting takes at most
    #[arg(long, value_name = "MINUTES", default_value = "15", value_parser = minutes)]
    length: f64,

    /// Where what you have learnt is kept [default: EVALODY_DATA, or the platform's folder for data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Play nothing, and show music as signs
    #[arg(long)]
    no_sound: bool,

    /// Show music as signs, also where it sounds
    #[arg(long)]
    captions: bool,

    /// Decides what is left to chance [default: by the day]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// With @paths/NAME: this step is read
    #[arg(long, value_name = "STEP")]
    tick: Option<String>,

    /// With @paths/NAME: this step is not read yet
    #[arg(long, value_name = "STEP", conflicts_with = "tick")]
    untick: Option<String>,

    #[command(flatten)]
    sound: Sound,
}

impl Study {
    pub fn run(self) -> Result<u8, Failure> {
        let what = what::read(self.program.file.as_deref(), self.topic.as_deref())?;
        if !matches!(what, What::Path(_)) && (self.tick.is_some() || self.untick.is_some()) {
            return Err(Failure::Usage("steps are ticked on a path; name it: evalody study @paths/NAME --tick STEP".to_owned()));
        }
        let data = Data::open(self.data.as_deref()).map_err(|error| failed(error.into()))?;
        let today = chrono::Local::now().date_naive();
        match what {
            What::Lessons => lists::lessons(&Ledger::open(data).map_err(failed)?),
            What::Paths => lists::paths(&Ledger::open(data).map_err(failed)?),
            What::Path(path) => lists::path(path, Ledger::open(data).map_err(failed)?, self.tick.as_deref(), self.untick.as_deref(), today),
            What::Sitting(first, plan) => self.sit(first, plan, data, today),
        }
    }

    fn sit(&self, first: Option<First>, plan: Plan, data: Data, today: NaiveDate) -> Result<u8, Failure> {
        let first = match first {
            Some(first) => first,
            None if self.program.file.is_none() && self.program.module.is_none() && self.program.command.is_none() => First::Songs,
            None => First::Own(own(&self.program)?),
        };
        let font = self.sound.load()?;
        let interrupted = record::interruption();
        let order = Order {
            first,
            plan,
            manner: self.manner(Arc::clone(&interrupted))?,
            today,
            seed: self.seed.unwrap_or_else(|| u64::from(today.num_days_from_ce().unsigned_abs())),
            minutes: self.length,
        };
        // A program may take its ten seconds.
        let progress = record::spinner("the first program runs", self.program.quiet).with_style(ProgressStyle::default_spinner());
        progress.enable_steady_tick(TURN);
        let opened = Tutor::open(order, data);
        progress.finish_and_clear();
        let tutor = match opened {
            Err(TutorError::Interrupted) => return Ok(super::ending::INTERRUPTED),
            tutor => tutor.map_err(failed)?,
        };
        if self.program.verbose {
            eprintln!("evalody: {}", tutor.interpreter());
        }
        let is_heard = !self.no_sound && io::stdin().is_terminal() && io::stdout().is_terminal();
        let ears = Ears::new(is_heard.then_some((&self.sound, font)), self.captions, self.program.quiet);
        asking::sit(tutor, ears, interrupted, self.program.quiet)
    }

    fn manner(&self, interrupted: Arc<AtomicBool>) -> Result<Manner, Failure> {
        Ok(Manner {
            choice: self.program.interpreter.clone(),
            recorder: self.program.recorder,
            only: self.program.only,
            limits: self.program.limits(),
            confines_own: !self.program.allow_host,
            own_executable: std::env::current_exe().map_err(|error| Failure::Interpreter(InterpreterError::Io(error)))?,
            interrupted,
        })
    }
}

/// The learner's program.
fn own(shared: &Shared) -> Result<Own, Failure> {
    if shared.file.as_deref() == Some("-") {
        return Err(Failure::Usage("standard input is for answers; name a Python file, -m MODULE, or -c CODE".to_owned()));
    }
    let source = source::load(shared)?;
    Ok(Own { program: source.program, path: source.path, launch: source.launch, arguments: shared.arguments.clone() })
}

/// A tutor's error in the user's words.
fn failed(error: TutorError) -> Failure {
    match error {
        TutorError::Syntax { program, error } => source::syntax(&program, &error),
        TutorError::Interpreter(error) => Failure::Interpreter(error),
        TutorError::Data(error) => Failure::Data(error),
        error @ TutorError::NeverRan { .. } => Failure::Usage(format!("{error}; see whether Python runs it by itself")),
        other => Failure::Usage(other.to_string()),
    }
}

fn minutes(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(minutes) if (1.0..=240.0).contains(&minutes) => Ok(minutes),
        _ => Err("write minutes from 1 to 240".to_owned()),
    }
}
