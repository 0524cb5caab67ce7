//! Pieces to be heard in a question: a stretch, a part of it alone, one without a part; and what a stretch stands for.
//! Knows no question.

use super::caption::short_caption;
use super::piece::{Piece, Window};
use crate::music::Pitch;
use crate::perform::{Channel, CueKind, Performance};
use crate::quiz::{Ground, Heard, Run};
use crate::score::Cause;

/// Lines of the program told for a stretch.
const MOST_LINES: usize = 4;
/// Columns of a line of the program: longer ones are cut.
const LINE: usize = 60;

/// The runs to make a question from, in the order in which they are tried: the learner's own first, songs by chance.
pub fn in_turn<'a>(ground: &'a Ground, chance: &mut fastrand::Rng) -> Vec<&'a Run> {
    let mut order: Vec<&Run> = ground.runs.iter().map(|run| &**run).collect();
    chance.shuffle(&mut order);
    order.sort_by_key(|run| !run.is_own);
    order
}

/// One of some by chance, among those that will do.
pub fn drawn<T: Copy>(all: &[T], chance: &mut fastrand::Rng, will_do: impl Fn(T) -> bool) -> Option<T> {
    let mut order: Vec<usize> = (0..all.len()).collect();
    chance.shuffle(&mut order);
    order.into_iter().map(|place| all[place]).find(|&one| will_do(one))
}

/// Whether some bars of a piece can be written as signs.
pub fn fits(piece: &Piece, window: Window) -> bool {
    heard("", piece, window).is_some()
}

/// Some bars of a piece, ready to be heard.
pub fn heard(label: &str, piece: &Piece, window: Window) -> Option<Heard> {
    of(label, piece, piece.excerpt(window)?)
}

/// The same, of which only what is kept sounds, told by part of the score, pitch and cause.
pub fn heard_where(label: &str, piece: &Piece, window: Window, keeps: impl Fn(usize, Pitch, &Cause) -> bool) -> Option<Heard> {
    let mut performance = piece.excerpt(window)?;
    let mut is_kept: Vec<(Channel, Pitch)> = Vec::new();
    let causes = &performance.causes;
    performance.cues.retain(|cue| match cue.kind {
        CueKind::On { pitch, note, .. } => {
            let keeps = piece.part(cue.channel).is_some_and(|part| keeps(part, pitch, &causes[note as usize]));
            if keeps {
                is_kept.push((cue.channel, pitch));
            }
            keeps
        }
        CueKind::Off { pitch } => {
            let place = is_kept.iter().position(|kept| *kept == (cue.channel, pitch));
            place.map(|place| is_kept.swap_remove(place)).is_some()
        }
    });
    of(label, piece, performance)
}

fn of(label: &str, piece: &Piece, performance: Performance) -> Option<Heard> {
    let caption = short_caption(&performance, piece.mapping())?;
    // The name of the program would tell what is asked for.
    let performance = Box::new(Performance { title: String::new(), markers: Vec::new(), remarks: Vec::new(), ..performance });
    Some(Heard { label: label.to_owned(), performance, caption })
}

/// Where a stretch stands and what ran in it, for the evidence.
pub fn told(label: &str, piece: &Piece, window: Window) -> Vec<String> {
    let whole = piece.whole(window);
    let mut lines: Vec<_> = whole.lines.iter().filter(|((_, line), _)| *line > 0).collect();
    lines.sort_by_key(|&(place, &steps)| (std::cmp::Reverse(steps), *place));
    let name = &piece.run.program.name;
    let label = if label.is_empty() { String::new() } else { format!("{label}: ") };
    let style = piece.mapping().name();
    let head = format!("{label}bars {window} of {name} ({style}), {} instructions, most of them in", whole.whole.steps);
    let rows = lines.into_iter().take(MOST_LINES).map(|(&(code, line), steps)| {
        let code = piece.run.trace.codes.get(code.index());
        let text = match code {
            Some(code) if code.file != *name => format!("({})", code.file.rsplit(['/', '\\']).next().unwrap_or_default()),
            _ => piece.run.line(line).chars().take(LINE).collect(),
        };
        format!("{line:>6}  {text:LINE$} {steps:>6}")
    });
    std::iter::once(head).chain(rows.map(|row| row.trim_end().to_owned())).collect()
}

/// Which bars of which piece these are, for whoever works the answer out again: the program, the style, the bars, and the
/// instructions of the run, counted from 0, the last of them not included.
pub fn place(piece: &Piece, window: Window) -> String {
    let steps = piece.steps(window);
    format!("{} {} {window} {}..{}", piece.run.program.name, piece.mapping().name(), steps.start, steps.end)
}
