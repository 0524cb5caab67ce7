//! CPU time that an interpreter spends on a step it sends, against what we spend on making music of it,
//! for every interpreter here, in one run. Prints ratios; above 1 we are the faster.
//!
//! Each program is run under trace twice: whole, and nearly empty, which is the cost of the start and
//! is subtracted. What the whole run told is then told again through a pipe, and read, folded, composed,
//! performed and written as a MIDI file. Times are user and system time, the least of several runs.

use std::error::Error;
use std::io::{PipeReader, Write, pipe};
use std::path::PathBuf;
use std::thread;

use evalody::compose::{Style, compose};
use evalody::export::{About, write_midi};
use evalody::feed::Nobody;
use evalody::fold::{Folder, MOST_GESTURES, Zoom};
use evalody::interpreter::options::{Launch, Only, Recorder, Task};
use evalody::interpreter::wire::{CodeBlob, EndBlob, HandlerBlob, Heard, Hello, InstructionBlob, PROTOCOL, Reader, Writer};
use evalody::interpreter::{Choice, Limits, Request, State, Streams, found, start};
use evalody::perform::perform;
use evalody::program::Program;
use evalody::trace::{Code, CodeId, Dialect, Entry, Listener, Origin, Outcome, Trace};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

const STEPS: u64 = 2_000_000;
const RUNS: usize = 3;
/// Words that a child gathers, as `evalody export` asks it to.
const RECORDS: u32 = 8192;

/// Programs that never end, with what they are made of.
const PROGRAMS: [(&str, &str); 3] = [
    // Loops, calls, attributes, lists, dictionaries, strings, exceptions and generators.
    ("mixed", MIXED),
    // Nothing but turns: many short gestures, and what interpreters are fastest at.
    ("turns", "turn = 0\nwhile True:\n    turn += 1\n"),
    // Nothing but calls: many marks.
    ("calls", "def f():\n    pass\n\n\nwhile True:\n    f()\n"),
];

const MIXED: &str = "
class Account:
    def __init__(self, name):
        self.name = name
        self.balance = 0
        self.history = []

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError(self.name)
        self.balance += amount
        self.history.append(amount)
        return self.balance


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def evens(numbers):
    for number in numbers:
        if number % 2 == 0:
            yield number


def words(text):
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return sorted(counts.items())


def sorted_by_hand(items):
    items = list(items)
    for i in range(len(items)):
        for j in range(len(items) - 1 - i):
            if items[j] > items[j + 1]:
                items[j], items[j + 1] = items[j + 1], items[j]
    return items


def main():
    turn = 0
    while True:
        turn += 1
        account = Account('a%d' % turn)
        for amount in range(-3, 40):
            try:
                account.deposit(amount)
            except ValueError:
                account.balance -= 1
        total = 0
        for i in range(400):
            total += i * i % 7
        fibonacci(9)
        sum(evens(account.history))
        words('the quick brown fox jumps over the lazy dog and the cat')
        sorted_by_hand([(i * 7919 + turn) % 101 for i in range(24)])


main()
";

fn main() -> Result<(), Box<dyn Error>> {
    let mut choices = if cfg!(feature = "embedded") { vec![Choice::Embedded] } else { Vec::new() };
    choices.extend(found().into_iter().map(|found| Choice::Path(found.path)));
    println!("ns of CPU time an instruction, over {STEPS} of them, least of {RUNS}");
    println!("{:8} {:56} {:>7} {:>6} {:>17} {:>6}", "program", "interpreter", "it", "we", "reading, folding", "ratio");
    let mut smallest = f64::INFINITY;
    for (name, text) in PROGRAMS {
        for choice in &choices {
            let (its, trace) = interpreters_ns(choice, text)?;
            let ours = ours_ns(&trace)?;
            let ratio = its / ours.all;
            smallest = smallest.min(ratio);
            let who = format!("{}, {}", trace.dialect.interpreter, trace.dialect.recorder);
            println!("{name:8} {who:56} {its:7.1} {:6.1} {:17.1} {ratio:6.2}", ours.all, ours.folding);
        }
    }
    println!("smallest ratio {smallest:.2}");
    Ok(())
}

/// Nanoseconds of the child for a step, and all that it told.
fn interpreters_ns(choice: &Choice, text: &str) -> Result<(f64, Trace), Box<dyn Error>> {
    let mut trace = Trace::default();
    trace.dialect = told(choice, text, STEPS, &mut trace)?.1;
    if trace.steps().count() as u64 != STEPS {
        return Err(format!("{choice:?} told {} instructions of {STEPS}", trace.steps().count()).into());
    }
    let least = |steps| -> Result<f64, Box<dyn Error>> {
        let mut least = f64::INFINITY;
        for _ in 0..RUNS {
            least = least.min(told(choice, text, steps, &mut Nobody)?.0);
        }
        Ok(least)
    };
    let (whole, empty) = (least(STEPS)?, least(1)?);
    Ok(((whole - empty) * 1.0e9 / (STEPS - 1) as f64, trace))
}

/// CPU seconds of a child that runs a program to a limit, start and end included.
fn told(choice: &Choice, text: &str, steps: u64, listener: &mut impl Listener) -> Result<(f64, Dialect), Box<dyn Error>> {
    let request = Request {
        program: Program { name: "<bench>".to_owned(), text: text.to_owned() },
        path: None,
        arguments: Vec::new(),
        choice: choice.clone(),
        only: Only::User,
        limits: Limits { steps: Some(steps), ..Limits::default() },
        records: RECORDS,
        streams: Streams::Inherit,
        confine: true,
        task: Task::Run,
        own_executable: PathBuf::from(env!("CARGO_BIN_EXE_evalody")),
        prefers_embedded: false,
        is_edited: false,
        launch: Launch::Script,
        recorder: Recorder::Auto,
        is_paced: false,
    };
    let before = cpu_s(UsageWho::RUSAGE_CHILDREN)?;
    let mut running = start(&request)?;
    while !matches!(running.listen(listener)?, State::Ended(_)) {}
    Ok((cpu_s(UsageWho::RUSAGE_CHILDREN)? - before, running.dialect().clone()))
}

/// Nanoseconds for a step: all, and the part that grows with the trace.
struct Ours {
    all: f64,
    folding: f64,
}

fn ours_ns(trace: &Trace) -> Result<Ours, Box<dyn Error>> {
    let stream = stream(trace)?;
    let mut least = Ours { all: f64::INFINITY, folding: f64::INFINITY };
    for _ in 0..RUNS {
        let (reader, mut writer) = pipe()?;
        let (all, folding) = thread::scope(|scope| {
            let telling = scope.spawn(|| {
                let told = stream.chunks(RECORDS as usize * 8).try_for_each(|chunk| writer.write_all(chunk));
                drop(writer);
                told
            });
            let made = music(reader, &trace.dialect);
            telling.join().expect("the telling thread does not panic")?;
            made
        })?;
        let nanoseconds = |seconds: f64| seconds * 1.0e9 / STEPS as f64;
        least = Ours { all: least.all.min(nanoseconds(all)), folding: least.folding.min(nanoseconds(folding)) };
    }
    Ok(least)
}

/// CPU seconds of this thread from the pipe to the file, and until all was folded.
fn music(input: PipeReader, dialect: &Dialect) -> Result<(f64, f64), Box<dyn Error>> {
    let before = cpu_s(UsageWho::RUSAGE_THREAD)?;
    let mut reader = Reader::new(input);
    let mut folder = Folder::new(Zoom::Auto, Some(MOST_GESTURES));
    while reader.read(&mut folder)? == Heard::More {}
    let codes = folder.codes().to_vec();
    let outline = folder.finish(Outcome::Finished);
    let folded = cpu_s(UsageWho::RUSAGE_THREAD)?;
    let performance = perform(&compose("bench", &outline, &codes, &Style::default()));
    let about = About {
        evalody: env!("CARGO_PKG_VERSION").to_owned(),
        style: "groove".to_owned(),
        interpreter: dialect.interpreter.clone(),
        steps: outline.steps,
    };
    let mut file = Vec::new();
    write_midi(&performance, &about, &mut file)?;
    let all = cpu_s(UsageWho::RUSAGE_THREAD)?;
    if outline.steps != STEPS || file.is_empty() {
        return Err(format!("music of {} instructions in {} bytes", outline.steps, file.len()).into());
    }
    Ok((all - before, folded - before))
}

/// The trace as its child sent it.
fn stream(trace: &Trace) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes, RECORDS as usize);
    let Dialect { interpreter, version, recorder } = trace.dialect.clone();
    writer.hello(&Hello { protocol: PROTOCOL, interpreter, version, recorder, ..Hello::default() })?;
    for code in &trace.codes {
        writer.code(&blob(code))?;
    }
    for entry in &trace.entries {
        match entry {
            Entry::Step(step) => writer.step(step.code.0, step.offset, step.thread as u8, i32::from(step.blocks))?,
            Entry::Mark(mark) => writer.mark(mark.thread as u8, &mark.kind)?,
        }
    }
    writer.end(&EndBlob::Finished)?;
    Ok(bytes)
}

/// A code object about as it was on the wire: its exception table is not kept, which changes depths, not
/// times.
fn blob(code: &Code) -> CodeBlob {
    let CodeId(id) = code.id;
    let instructions = code
        .instructions()
        .iter()
        .map(|instruction| {
            let change = match (instruction.depth_before, instruction.depth_after) {
                (Some(before), Some(after)) => i32::from(after) - i32::from(before),
                _ => 0,
            };
            let span = instruction.span;
            InstructionBlob(
                instruction.offset,
                instruction.opcode.to_string(),
                instruction.argument,
                instruction.meaning.to_string(),
                (span.line, span.column, span.end_line, span.end_column),
                Some(change),
                instruction.target.map(|target| (target, change)),
            )
        })
        .collect();
    CodeBlob {
        id,
        name: code.name.clone(),
        qualname: code.qualname.clone(),
        file: code.file.clone(),
        first_line: code.first_line,
        flags: code.flags,
        stack_size: code.stack_size,
        origin: match code.origin {
            Origin::User => "user",
            Origin::Library => "library",
            Origin::Generated => "generated",
        }
        .to_owned(),
        entry_depth: 0,
        instructions,
        handlers: Vec::<HandlerBlob>::new(),
    }
}

fn cpu_s(who: UsageWho) -> nix::Result<f64> {
    let usage = getrusage(who)?;
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 * 1.0e-6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}
