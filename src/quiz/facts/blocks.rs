//! Questions on blocks of memory, by what a run measured: which line took or gave back most.
//!
//! A trace tells the blocks of code that is heard. What runs in between unheard, of the library for one, may take blocks of
//! which nothing is told: lines that call such code are not asked about.

use std::collections::BTreeMap;

use super::trail::{self, Here};
use super::{sample, sheet};
use crate::atlas::{Function, Version};
use crate::quiz::maker::{Draft, Maker, Sense, choice};
use crate::quiz::{Evidence, Goal, Ground, Need, Run};
use crate::trace::{CodeId, Entry, Family, Mark, MarkKind, Step};

pub const BLOCKS: Maker = Maker {
    name: "blocks",
    sense: Sense::Knowledge,
    goal: |_| Goal::Memory,
    subjects: || sample(&["taken", "given-back"]),
    need: |_| Need::Any(&["memory", "comprehensions", "primes"]),
    make: blocks,
};

/// A line that a frame is on.
struct Visit {
    code: CodeId,
    line: Option<u32>,
    /// How many blocks there were as it came there.
    begun: i64,
    /// Whether all that ran since was heard.
    is_heard: bool,
}

/// Measures the lines of the first thread as it goes.
struct Meter<'a> {
    run: &'a Run,
    blocks: i64,
    /// By their depth.
    frames: Vec<Visit>,
    /// A call of which nothing was told yet.
    call: Option<Here<'a>>,
    /// What each line added, each time that it was come to; `None` if that is not known.
    visits: BTreeMap<(CodeId, u32), Vec<Option<i64>>>,
}

impl<'a> Meter<'a> {
    fn end(&mut self, visit: &Visit, is_measured: bool) {
        if let Some(line) = visit.line {
            let net = (is_measured && visit.is_heard).then_some(self.blocks - visit.begun);
            self.visits.entry((visit.code, line)).or_default().push(net);
        }
    }

    fn mark(&mut self, kind: &MarkKind) {
        match kind {
            MarkKind::BlocksChanged { by } => self.blocks += i64::from(*by),
            MarkKind::Called(_) | MarkKind::CalledC(_) => self.call = None,
            _ => {}
        }
    }

    fn step(&mut self, step: Step) {
        self.blocks += i64::from(step.blocks);
        if self.call.take().is_some_and(|call| !is_untold(self.run, call)) {
            self.frames.iter_mut().for_each(|visit| visit.is_heard = false);
        }
        let here = trail::here(self.run, step);
        let (depth, line) = (usize::from(step.frame_depth), here.map(|here| here.line));
        while self.frames.len() > depth + 1
            && let Some(visit) = self.frames.pop()
        {
            // With the line its frame went, and what that held.
            self.end(&visit, false);
        }
        let goes_on = self.frames.get(depth).is_some_and(|visit| visit.code == step.code && visit.line == line);
        if !goes_on {
            if self.frames.len() > depth
                && let Some(visit) = self.frames.pop()
            {
                self.end(&visit, visit.code == step.code);
            }
            let visit = |line| Visit { code: step.code, line, begun: self.blocks, is_heard: true };
            // Frames that were entered before anything was told of them.
            self.frames.resize_with(depth, || visit(None));
            self.frames.push(visit(line));
        }
        if let Some(here) = here {
            let opcode = &*here.instruction.opcode;
            if opcode == "IMPORT_NAME" {
                self.frames.iter_mut().for_each(|visit| visit.is_heard = false);
            }
            self.call = (here.instruction.family == Family::Call && opcode.starts_with("CALL")).then_some(here);
        }
    }
}

/// Whether a call is of a class in C, which not every recorder tells.
fn is_untold(run: &Run, call: Here<'_>) -> bool {
    let span = call.instruction.span;
    let text = run.program.line(call.line).unwrap_or_default();
    let Some(called) = span.column.and_then(|column| text.get(column as usize..)) else { return false };
    let name = called.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    let is_call = called[name.len()..].starts_with('(');
    let version = Version::of(run.trace.dialect.version);
    is_call && !run.trace.dialect.tells_calls_of_classes() && version.is_some_and(|version| Function::is_kind(name, version))
}

/// By how much the blocks of the first thread grew over each line that it came to once, with all that the line called. By
/// code object: lines of one do not run within each other.
fn nets(run: &Run) -> BTreeMap<(CodeId, u32), i64> {
    let mut meter = Meter { run, blocks: 0, frames: Vec::new(), call: None, visits: BTreeMap::new() };
    for entry in &run.trace.entries {
        match entry {
            Entry::Mark(mark) if mark.thread == 0 => meter.mark(&mark.kind),
            Entry::Step(step) if step.thread == 0 => meter.step(*step),
            _ => {}
        }
    }
    while let Some(visit) = meter.frames.pop() {
        meter.end(&visit, false);
    }
    let visits = &meter.visits;
    // A line of two code objects, one within the other, came more than once.
    let is_of_one = |line: u32| visits.keys().filter(|(_, other)| *other == line).count() == 1;
    let once = |(&(code, line), nets): (&(CodeId, u32), &Vec<Option<i64>>)| match nets[..] {
        [Some(net)] if is_of_one(line) => Some(((code, line), net)),
        _ => None,
    };
    visits.iter().filter_map(once).collect()
}

fn blocks(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let run = ground.runs.first().filter(|run| run.is_cpython && run.trace.dialect.tells_blocks_by_step())?;
    // What one thread makes another may give back, and blocks are counted by thread; and between tasks runs asyncio.
    let is_elsewhere =
        |entry: &Entry| matches!(entry, Entry::Mark(Mark { kind: MarkKind::ThreadStarted { .. } | MarkKind::TaskEntered(_), .. }));
    if run.trace.entries.iter().any(is_elsewhere) {
        return None;
    }
    let sign = if subject == "taken" { 1 } else { -1 };
    let all = nets(run);
    // Fewer may be caches that fill or are emptied beside it.
    const LEAST: i64 = 12;
    let texts = |line: u32| run.line(line);
    let is_definition =
        |line: u32| ["def ", "class ", "import ", "from ", "@", "\"", "async def "].iter().any(|word| texts(line).starts_with(word));
    let told = |(&(code, line), net): (&(CodeId, u32), &i64)| (!is_definition(line)).then_some((code, line, net * sign));
    let rights: Vec<(CodeId, u32, i64)> = all.iter().filter_map(told).filter(|(_, _, net)| *net >= LEAST).collect();
    let &(code, line, most) = chance.choice(&rights)?;
    let nets: Vec<(u32, i64)> = all.iter().filter_map(told).filter(|(of, ..)| *of == code).map(|(_, line, net)| (line, net)).collect();
    let mut wrong: Vec<(u32, i64)> =
        nets.iter().copied().filter(|(other, net)| *other != line && *net <= most / 2 && texts(*other) != texts(line)).collect();
    chance.shuffle(&mut wrong);
    // Those that did something, too, are the ones to know apart.
    wrong.sort_by_key(|(_, net)| net.abs() < LEAST);
    let mut seen: Vec<&str> = Vec::new();
    wrong.retain(|(other, _)| {
        !seen.contains(&texts(*other)) && {
            seen.push(texts(*other));
            true
        }
    });
    wrong.truncate(3);
    let mut told: Vec<(u32, i64)> = wrong.iter().copied().chain([(line, most)]).collect();
    told.sort_unstable();
    let lines = told.iter().map(|(line, net)| format!("{:>+6} blocks: {}", net * sign, sheet::line(run, *line))).collect();
    let (verb, other) = if sign > 0 {
        ("took", "What is made and lives on takes memory")
    } else {
        ("gave back", "What nobody holds any more is freed at once, and what a cycle holds as the collector runs")
    };
    let mut evidence = Evidence::new(format!("{other}: line {line} {verb} {most} blocks, with all that it called."), lines);
    evidence.explain = Some(if sign > 0 { "@memory" } else { "@refcount" }.to_owned());
    let answer = choice(sheet::line(run, line), wrong.iter().map(|(other, _)| sheet::line(run, *other)), 4, chance)?;
    Some(Draft {
        ask: format!("Each of these lines ran once, with all that it called. Which {verb} most blocks of memory?"),
        shown: Vec::new(),
        heard: Vec::new(),
        answer,
        evidence,
        basis: vec![
            ("line", line.to_string()),
            ("blocks", (most * sign).to_string()),
            ("others", wrong.iter().map(|(other, net)| format!("{other}:{}", net * sign)).collect::<Vec<_>>().join(",")),
        ],
    })
}
