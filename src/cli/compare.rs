//! `--compare`: two programs, or one on two interpreters, heard left and right or in alternate bars, and
//! counted against each other. The two are run to their ends one after the other, then composed alike.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::args::{Control, Music, Shared};
use super::diary;
use super::ending;
use super::error::Failure;
use super::record;
use super::sound_font::Sound;
use super::source::{self, Source};
use super::studio::Studio;
use crate::compare::{Difference, Run, alike, sides, turns};
use crate::compose::Style;
use crate::feed::RECORDS;
use crate::fold::Outline;
use crate::interpreter::options::Task;
use crate::interpreter::{Choice, State, Streams};
use crate::live::Player;
use crate::perform::Performance;
use crate::picture::Noted;
use crate::trace::{Code, Outcome, Trace};

/// What a program that is compared may do unless `--steps` or `--time` says otherwise: the piece is made when both
/// have ended, so one that never ends would never be heard. Plenty for a sort in a lesson; and no listener waits
/// longer than this, twice, for the first sound.
const MOST_STEPS: u64 = 2_000_000;
const LONGEST: Duration = Duration::from_secs(20);

/// Time between two looks at the player: a title is not read quicker.
const BEAT: Duration = Duration::from_millis(16);

/// The second program, and how the two are heard.
#[derive(Debug, Clone, clap::Args)]
pub struct Compare {
    /// With --compare: the second program; the arguments behind -- are for both
    #[arg(value_name = "OTHER")]
    other: Option<String>,

    /// Hear two programs against each other, FILE on the left and OTHER on the right, and count the difference
    #[arg(long)]
    compare: bool,

    /// With --compare: the interpreter of the second; without OTHER, FILE itself is heard again on this one
    #[arg(long, value_name = "WHICH", requires = "compare")]
    against: Option<Choice>,

    /// With --compare: left and right together, or by turns, in alternate bars
    #[arg(long, value_name = "HOW", default_value = "sides", requires = "compare")]
    compare_as: Way,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Way {
    /// Left and right, at the same time
    Sides,
    /// A bar of the one, a bar of the other
    Turns,
}

/// Two programs that ran, as one piece.
pub struct Pair {
    pub performance: Performance,
    /// Of both, the left's first.
    pub codes: Vec<Arc<Code>>,
    pub steps: u64,
    /// Of both, for people.
    pub interpreters: String,
    pub status: u8,
}

/// One of the two, when it has run.
struct Side {
    program: String,
    title: String,
    interpreter: String,
    outline: Outline,
    codes: Vec<Arc<Code>>,
    is_blank: bool,
}

impl Compare {
    /// Whether two programs were asked for; refuses halves of it.
    pub fn is_asked(&self) -> Result<bool, Failure> {
        let refused = |words: String| Err(Failure::Usage(words));
        match (&self.other, self.compare, &self.against) {
            (Some(other), false, _) => refused(format!(
                "{other}: one program is heard at a time; add --compare to hear it against the first, or, if it is meant for the program, put it behind --"
            )),
            (None, true, None) => {
                refused("--compare takes two programs; name a second one, or the other interpreter with --against WHICH".to_owned())
            }
            _ => Ok(self.compare),
        }
    }

    /// Runs both, tells the difference on standard output, and makes one piece of them. `None` if it was interrupted.
    pub fn pair(&self, shared: &Shared, music: &Music, control: Option<&Control>) -> Result<Option<Pair>, Failure> {
        let interrupted = record::interruption();
        let mut first = source::load(shared)?;
        let mut second = match self.other.as_deref() {
            Some("-") if shared.file.as_deref() == Some("-") => {
                return Err(Failure::Usage("both programs cannot be standard input; name a file for one of them".to_owned()));
            }
            Some(other) => source::load_named(other)?,
            None => first.clone(),
        };
        let limited = limited(shared, music);
        let against = Shared { interpreter: self.against.clone().unwrap_or_else(|| shared.interpreter.clone()), ..limited.clone() };
        self.check(&mut second, &against)?;
        let Some(mut left) = listen(&mut first, &limited, music, control)? else { return Ok(None) };
        if interrupted.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let Some(mut right) = listen(&mut second, &against, music, control)? else { return Ok(None) };
        if left.title == right.title {
            left.title = format!("{} ({})", left.program, left.interpreter);
            right.title = format!("{} ({})", right.program, right.interpreter);
        }
        tell(&left, &right, shared, music)?;

        let [ours, theirs] = composed(&left, &right, &music.style(), shared.quiet);
        let left_codes = left.codes.len() as u32;
        let performance = match self.compare_as {
            Way::Sides => sides(&ours, &theirs, left_codes),
            Way::Turns => turns(&ours, &theirs, left_codes),
        };
        // One style, one tempo: they are alike.
        let performance = performance.map_err(|unlike| Failure::Usage(unlike.to_string()))?;
        let statuses = [&left, &right].map(|side| ending::status(&side.outline.outcome));
        Ok(Some(Pair {
            performance,
            steps: left.outline.steps + right.outline.steps,
            interpreters: if left.interpreter == right.interpreter {
                left.interpreter
            } else {
                format!("{} | {}", left.interpreter, right.interpreter)
            },
            codes: left.codes.into_iter().chain(right.codes).collect(),
            status: statuses.into_iter().find(|&status| status != 0).unwrap_or(0),
        }))
    }

    /// Compiles the second program where it is to run: what is wrong with it, or with its interpreter, is told before
    /// the first one runs.
    fn check(&self, second: &mut Source, shared: &Shared) -> Result<(), Failure> {
        let failed = |failure| match failure {
            Failure::Interpreter(error) if error.is_bad_input() && self.against.is_some() => Failure::Usage(format!("--against: {error}")),
            other => other,
        };
        let mut running = record::start(second, shared, Task::Compile, Streams::Inherit, RECORDS, false).map_err(failed)?;
        let mut compiled = Trace::default();
        while running.listen(&mut compiled).map_err(|error| failed(record::refused(second, error)))? == State::More {}
        Ok(())
    }

    /// `evalody play --compare`.
    pub fn play(&self, shared: &Shared, music: &Music, sound: &Sound, studio: &Studio) -> Result<u8, Failure> {
        let font = sound.load()?;
        let interrupted = record::interruption();
        let Some(pair) = self.pair(shared, music, None)? else { return Ok(ending::INTERRUPTED) };
        let (mut player, mut told) = studio.player()?;
        sound.check_rate(player.sample_rate_hz())?;
        player.set_font(font);
        let tell = |line: &str| {
            if !shared.quiet {
                eprintln!("evalody: {line}");
            }
        };
        told.iter().for_each(|notice| tell(notice));
        let Performance { title, tempo, key, .. } = &pair.performance;
        tell(&format!("{title}: {}, {key} at {} bpm", music.style.name(), tempo.quarters_per_minute()));
        player.begin(&pair.performance);
        player.close();
        let was_interrupted = sound_out(&mut player, &interrupted, &mut told, tell);
        player.stop();
        Ok(if was_interrupted { ending::INTERRUPTED } else { pair.status })
    }
}

/// Plays to the end; gives whether it was interrupted. `told` is what was said of the sound before.
fn sound_out(player: &mut Player, interrupted: &AtomicBool, told: &mut Vec<String>, tell: impl Fn(&str)) -> bool {
    loop {
        if interrupted.load(Ordering::Relaxed) {
            return true;
        }
        player.advance();
        if player.position().is_over {
            return false;
        }
        for loss in player.health().losses() {
            if !told.contains(loss) {
                tell(loss);
                told.push(loss.clone());
            }
        }
        std::thread::sleep(BEAT);
    }
}

/// With limits, unless one was set.
fn limited(shared: &Shared, music: &Music) -> Shared {
    let limited = record::limited(shared, &music.style);
    if shared.steps.is_some() || shared.time.is_some() {
        return limited;
    }
    Shared { steps: limited.steps.or(Some(MOST_STEPS)), time: Some(LONGEST), ..limited }
}

/// Runs one of them to its end or limit. `None` if it was interrupted.
fn listen(source: &mut Source, shared: &Shared, music: &Music, control: Option<&Control>) -> Result<Option<Side>, Failure> {
    let plain = Control::default();
    let control = control.unwrap_or(&plain);
    let mut noted = Noted::new(control.folder(music));
    let Some(recorded) = record::record(source, shared, Streams::Inherit, &mut noted)? else { return Ok(None) };
    let Noted { listener: folder, repertoire } = noted;
    diary::heard(source, &repertoire, shared.verbose);
    let codes = folder.codes().to_vec();
    let outline = control.arranged(folder.finish(recorded.outcome));
    let program = source.program.name.clone();
    let is_blank = source.program.is_blank();
    Ok(Some(Side { title: program.clone(), program, interpreter: recorded.dialect.interpreter, outline, codes, is_blank }))
}

/// The difference on standard output, for it is what was asked; how they ended and what must be known on standard error.
fn tell(left: &Side, right: &Side, shared: &Shared, music: &Music) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    for (name, side) in [("left: ", left), ("right:", right)] {
        writeln!(out, "{name} {} by {}", side.program, side.interpreter)?;
    }
    for line in Difference::between(&left.outline, &right.outline).lines() {
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    for side in [left, right] {
        if !shared.quiet {
            ending::tell(&side.title, &side.outline.outcome, side.outline.steps);
            if side.is_blank {
                eprintln!("evalody: {} is empty: silence", side.title);
            }
            if let Some(remark) = side.outline.remark() {
                eprintln!("evalody: {}: {remark}", side.title);
            }
        }
    }
    let is_cut = [left, right].iter().any(|side| matches!(side.outline.outcome, Outcome::CutShort { .. }));
    // In the faithful style nobody is surprised by the end of the notes.
    let is_ours = shared.steps.is_none() && shared.time.is_none() && !music.style.is_lossless();
    if is_cut && is_ours && !shared.quiet {
        eprintln!("evalody: programs must end to be compared, so each is stopped there; --steps and --time set other limits for both");
    }
    Ok(())
}

/// Both pieces, composed alike; tells whose is drawn out.
fn composed(left: &Side, right: &Side, style: &Style, quiet: bool) -> [Performance; 2] {
    let run = |side| {
        let Side { title, outline, codes, is_blank, .. }: &Side = side;
        Run { title, outline, codes, is_blank: *is_blank }
    };
    let (pieces, is_drawn_out) = alike(run(left), run(right), style);
    for (side, _) in [left, right].into_iter().zip(is_drawn_out).filter(|(_, is_drawn_out)| *is_drawn_out && !quiet) {
        eprintln!(
            "evalody: {} does less than an eighth of the other's instructions, and is drawn out to an eighth of its bars",
            side.title
        );
    }
    pieces
}
