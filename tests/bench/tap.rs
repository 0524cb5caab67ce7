//! CPU time that recording adds to an instruction, for each CPython here, in one run: by the native tap, by the
//! best callbacks of `sys.monitoring` that can be written in Python (`tap/record.py`, 3.12 on), and by our own recorder in
//! Python. Then the whole way from the running program into an outline. Says at the end which demands are met.
//!
//! Each program runs alone and under each recorder, in turn, and each recorder runs an empty program, too: the time
//! it adds to that is its start, and is subtracted. Times are user and system time of the child, medians of several
//! rounds; a version's is the median of its programs. `-- 3.13` measures that version alone.

use std::env;
use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use evalody::feed::Nobody;
use evalody::fold::{Folder, MOST_GESTURES, Zoom};
use evalody::interpreter::options::{Launch, Only, Recorder, Task};
use evalody::interpreter::{Choice, Limits, Request, State, Streams, found, start};
use evalody::program::Program;
use evalody::trace::{Listener, Outcome};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

const ROUNDS: usize = 5;
/// Words that a child gathers, as `evalody export` asks it to.
const RECORDS: u32 = 8192;

/// Versions that the demands are about; the tap stands on `sys.monitoring` in them.
const DEMANDED: [(u8, u8); 2] = [(3, 12), (3, 13)];
/// An instruction may take this much longer under the tap.
const MOST_NS: f64 = 40.0;
/// A callback in Python is to take so many times as long as the tap.
const LEAST_GAIN: f64 = 5.0;
/// Instructions in a second of CPU time, child and parent together, in the newest of those versions.
const LEAST_RATE: f64 = 10.0e6;

/// One to two million instructions each.
const PROGRAMS: [(&str, &str); 6] = [
    ("fib", include_str!("tap/fib.py")),
    ("nbody", include_str!("tap/nbody.py")),
    ("encode", include_str!("tap/encode.py")),
    ("heapsort", include_str!("tap/heapsort.py")),
    ("generators", include_str!("tap/generators.py")),
    ("attributes", include_str!("tap/attributes.py")),
];
const RECORD: &str = include_str!("tap/record.py");

/// How a program is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Plain,
    Tap,
    /// Under the tap, and folded as it is heard.
    Folded,
    /// `record.py`: instructions alone, and the same record as the tap's.
    Steps,
    Same,
    /// Our own recorder in Python.
    Python,
}

impl Way {
    const ALL: [Self; 6] = [Self::Plain, Self::Tap, Self::Folded, Self::Steps, Self::Same, Self::Python];

    fn is_of(self, version: (u8, u8)) -> bool {
        version >= (3, 12) || !matches!(self, Self::Steps | Self::Same)
    }
}

/// One run: CPU seconds of the child, and of us while we listened; instructions heard, where we can tell.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    child: f64,
    ours: f64,
    steps: u64,
}

/// What was measured of one program: nanoseconds an instruction, more than without recording.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    steps: u64,
    plain: f64,
    tap: f64,
    by_steps: Option<f64>,
    same: Option<f64>,
    python: f64,
    /// Nanoseconds an instruction into the outline: of the child, running the program included, and ours.
    child: f64,
    ours: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let written = |name: &str, text: &str| -> io::Result<PathBuf> {
        let path = folder.path().join(name);
        fs::write(&path, text)?;
        Ok(path)
    };
    let record = written("record.py", RECORD)?;
    let empty = written("empty.py", "")?;
    let programs: Vec<PathBuf> = PROGRAMS.iter().map(|(name, text)| written(&format!("{name}.py"), text)).collect::<Result<_, _>>()?;
    let wished: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();

    println!("CPU time, ns an instruction, medians of {ROUNDS} rounds. plain: alone; the next four: what recording adds to it.");
    println!("child, we: into the outline, the program itself included; M/s: instructions of both together in a second.");
    println!("steps: a callback in Python which records instructions alone; same: all that the tap tells but memory.\n");
    println!("version program     instructions  plain    tap  steps   same recorder.py  child     we    M/s  tap/40  steps/tap  same/tap");
    let mut medians = Vec::new();
    for python in found() {
        let (major, minor) = python.version;
        let version = format!("{major}.{minor}");
        if !wished.is_empty() && !wished.contains(&version) {
            continue;
        }
        let rows = measured(&python.path, python.version, &empty, &programs, &record)?;
        for ((name, _), row) in PROGRAMS.iter().zip(&rows) {
            row.print(&version, name);
        }
        let median = Row::median(&rows);
        median.print(&version, "median");
        medians.push((python.version, median));
    }
    println!();
    judge(&medians);
    Ok(())
}

fn judge(medians: &[((u8, u8), Row)]) {
    let verdict = |what: String, ratio: f64| {
        println!("{}: {what}: {ratio:.2}", if ratio >= 1.0 { "met    " } else { "NOT MET" });
    };
    for (version, row) in medians.iter().filter(|(version, _)| DEMANDED.contains(version)) {
        let (major, minor) = version;
        verdict(format!("{major}.{minor}, {MOST_NS} ns to {:.1} ns of the tap, at least 1", row.tap), MOST_NS / row.tap);
        if let (Some(steps), Some(same)) = (row.by_steps, row.same) {
            verdict(
                format!("{major}.{minor}, the same record in Python {:.1} times the tap, over {LEAST_GAIN}", same / row.tap),
                same / row.tap / LEAST_GAIN,
            );
            println!("         {major}.{minor}, instructions alone in Python {:.1} times the tap, which tells all", steps / row.tap);
        }
        if Some(version) == DEMANDED.last() {
            let rate = row.rate();
            verdict(
                format!("{major}.{minor}, {:.1} million instructions a second into the outline, over 10", rate / 1.0e6),
                rate / LEAST_RATE,
            );
        }
    }
}

impl Row {
    fn rate(&self) -> f64 {
        1.0e9 / (self.child + self.ours)
    }

    fn print(&self, version: &str, name: &str) {
        let optional = |number: Option<f64>, width: usize| match number {
            Some(number) => format!("{number:width$.1}"),
            None => format!("{:>width$}", "-"),
        };
        let gain = |by: Option<f64>| by.map(|by| by / self.tap);
        println!(
            "{version:7} {name:11} {:12} {:6.1} {:6.1} {} {} {:11.1} {:6.1} {:6.1} {:6.1} {:7.2} {} {}",
            self.steps,
            self.plain,
            self.tap,
            optional(self.by_steps, 6),
            optional(self.same, 6),
            self.python,
            self.child,
            self.ours,
            self.rate() / 1.0e6,
            MOST_NS / self.tap,
            optional(gain(self.by_steps), 10),
            optional(gain(self.same), 9),
        );
    }

    /// Each number's own median.
    fn median(rows: &[Self]) -> Self {
        let of = |number: fn(&Self) -> f64| median(rows.iter().map(number).collect());
        let maybe = |number: fn(&Self) -> Option<f64>| rows.iter().map(number).collect::<Option<Vec<_>>>().map(median);
        Self {
            steps: of(|row| row.steps as f64) as u64,
            plain: of(|row| row.plain),
            tap: of(|row| row.tap),
            by_steps: maybe(|row| row.by_steps),
            same: maybe(|row| row.same),
            python: of(|row| row.python),
            child: of(|row| row.child),
            ours: of(|row| row.ours),
        }
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    if numbers.len() % 2 == 1 { numbers[middle] } else { (numbers[middle - 1] + numbers[middle]) / 2.0 }
}

fn measured(python: &Path, version: (u8, u8), empty: &Path, programs: &[PathBuf], record: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let all: Vec<&Path> = [empty].into_iter().chain(programs.iter().map(PathBuf::as_path)).collect();
    // By program and way.
    let mut runs = vec![vec![Vec::new(); Way::ALL.len()]; all.len()];
    for _ in 0..ROUNDS {
        for (path, runs) in all.iter().zip(&mut runs) {
            for (way, runs) in Way::ALL.iter().zip(runs).filter(|(way, _)| way.is_of(version)) {
                runs.push(run(*way, python, path, record)?);
            }
        }
    }
    let middle = |program: usize, way: Way, number: fn(&Run) -> f64| median(runs[program][way as usize].iter().map(number).collect());
    let mut rows = Vec::new();
    for program in 1..all.len() {
        let steps = runs[program][Way::Tap as usize][0].steps;
        for way in [Way::Tap, Way::Folded, Way::Python, Way::Steps].into_iter().filter(|way| way.is_of(version)) {
            let told = runs[program][way as usize].iter().map(|run| run.steps);
            // `record.py` tells where instructions have an extended argument, which is none.
            if let Some(other) = told.into_iter().find(|other| steps.abs_diff(*other) > steps / 100) {
                return Err(format!("{} told {other} instructions by {way:?}, {steps} by the tap", all[program].display()).into());
            }
        }
        let ns = |way, number| (middle(program, way, number) - middle(0, way, number)) * 1.0e9 / steps as f64;
        let plain = ns(Way::Plain, |run| run.child);
        let added = |way| ns(way, |run| run.child) - plain;
        rows.push(Row {
            steps,
            plain,
            tap: added(Way::Tap),
            by_steps: Way::Steps.is_of(version).then(|| added(Way::Steps)),
            same: Way::Same.is_of(version).then(|| added(Way::Same)),
            python: added(Way::Python),
            child: ns(Way::Folded, |run| run.child),
            ours: ns(Way::Folded, |run| run.ours),
        });
    }
    Ok(rows)
}

fn run(way: Way, python: &Path, program: &Path, record: &Path) -> Result<Run, Box<dyn Error>> {
    let before = cpu_s(UsageWho::RUSAGE_CHILDREN)?;
    let (ours, steps) = match way {
        Way::Plain => (0.0, alone(Command::new(python).arg(program))? / 8),
        Way::Steps => (0.0, alone(Command::new(python).arg(record).arg("steps").arg(program))? / 8),
        Way::Same => (0.0, alone(Command::new(python).arg(record).arg("same").arg(program))? / 8),
        Way::Tap | Way::Python => {
            let recorder = if way == Way::Tap { Recorder::Auto } else { Recorder::Python };
            told(python, program, recorder, &mut Nobody)?
        }
        Way::Folded => {
            let mut folder = Folder::new(Zoom::Auto, Some(MOST_GESTURES));
            let (ours, _) = told(python, program, Recorder::Auto, &mut folder)?;
            (ours, folder.finish(Outcome::Finished).steps)
        }
    };
    Ok(Run { child: cpu_s(UsageWho::RUSAGE_CHILDREN)? - before, ours, steps })
}

/// Runs a Python to its end, and counts the bytes that it writes.
fn alone(command: &mut Command) -> Result<u64, Box<dyn Error>> {
    let mut child = command.env("PYTHONHASHSEED", "1").stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let bytes = io::copy(child.stdout.as_mut().ok_or("stdout is a pipe")?, &mut io::sink())?;
    let status = child.wait()?;
    if status.success() { Ok(bytes) } else { Err(format!("{command:?}: {status}").into()) }
}

/// Runs a program under a recorder to its end; CPU seconds of ours while it was listened to, and the
/// instructions that were told.
fn told(python: &Path, program: &Path, recorder: Recorder, listener: &mut impl Listener) -> Result<(f64, u64), Box<dyn Error>> {
    let request = Request {
        program: Program { name: program.display().to_string(), text: fs::read_to_string(program)? },
        path: Some(program.to_path_buf()),
        arguments: Vec::new(),
        choice: Choice::Path(python.to_path_buf()),
        only: Only::User,
        limits: Limits::default(),
        records: RECORDS,
        streams: Streams::Discarded,
        confine: true,
        task: Task::Run,
        own_executable: PathBuf::from(env!("CARGO_BIN_EXE_evalody")),
        prefers_embedded: false,
        is_edited: false,
        launch: Launch::Script,
        recorder,
        is_paced: false,
    };
    let mut running = start(&request)?;
    let dialect = running.dialect().clone();
    if (recorder == Recorder::Auto) != dialect.recorder.contains("tap") {
        return Err(format!("{} is recorded by {}", dialect.interpreter, dialect.recorder).into());
    }
    let before = cpu_s(UsageWho::RUSAGE_SELF)?;
    let outcome = loop {
        if let State::Ended(outcome) = running.listen(listener)? {
            break outcome;
        }
    };
    match outcome {
        Outcome::Finished => Ok((cpu_s(UsageWho::RUSAGE_SELF)? - before, running.steps())),
        other => Err(format!("{} {other}", program.display()).into()),
    }
}

fn cpu_s(who: UsageWho) -> nix::Result<f64> {
    let usage = getrusage(who)?;
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 * 1.0e-6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}
