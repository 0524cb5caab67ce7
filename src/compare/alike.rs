//! Two runs composed so that they can be heard together: in one key, at one tempo, a bar of either for as many
//! instructions.

use std::sync::Arc;
use std::time::Duration;

use crate::compose::{ENDING_BARS, Style, compose};
use crate::fold::Outline;
use crate::music::Tempo;
use crate::perform::{Performance, perform};
use crate::score::Score;
use crate::trace::Code;

/// The quicker program has at least this part of the other's bars. Fewer, and nothing could be heard in them.
const LEAST_SHARE: f64 = 1.0 / 8.0;
/// Bars of the quicker program at least: half a phrase.
const FEWEST_BARS: f64 = 2.0;

/// A run that is to be heard against another.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    pub title: &'a str,
    pub outline: &'a Outline,
    pub codes: &'a [Arc<Code>],
    /// Whether its program is empty: silence.
    pub is_blank: bool,
}

/// Both pieces, and of each whether it does so little against the other that it was drawn out to an eighth of its
/// bars.
///
/// Key and tempo are those of the left (of the right where that is empty) unless others were wished for. Lengths are
/// as the instructions, so that a bar of either stands for as many: who does more is heard longer.
pub fn alike(left: Run, right: Run, style: &Style) -> ([Performance; 2], [bool; 2]) {
    let score = |run: Run, style: &Style| {
        let outline = if run.is_blank { run.outline.silent() } else { run.outline.clone() };
        compose(run.title, &outline, run.codes, style)
    };
    let lead = score(if left.is_blank { right } else { left }, style);
    let alike = Style { tempo: Some(lead.tempo), key: Some(lead.key), ..style.clone() };
    let scores = [left, right].map(|run| score(run, &alike));
    // In the faithful style an instruction is a note, and lengths are what they are.
    if style.mapping.is_lossless() || left.is_blank || right.is_blank {
        return (scores.map(|score| perform(&score)), [false; 2]);
    }
    let [ours, theirs] = &scores;
    let longest = bars(ours).max(bars(theirs));
    let most = left.outline.steps.max(right.outline.steps).max(1) as f64;
    let share = |run: Run| run.outline.steps as f64 / most;
    let pieces = [left, right].map(|run| {
        let bars = (longest * share(run).max(LEAST_SHARE)).round().max(FEWEST_BARS);
        perform(&score(run, &Style { length: Some(lasting(bars, lead.tempo)), ..alike.clone() }))
    });
    (pieces, [left, right].map(|run| share(run) < LEAST_SHARE))
}

/// Bars of a score that carry the program.
fn bars(score: &Score) -> f64 {
    f64::from(score.end.bar().saturating_sub(ENDING_BARS))
}

/// How long so many bars with their ending last.
fn lasting(bars: f64, tempo: Tempo) -> Duration {
    Duration::from_secs_f64((bars + f64::from(ENDING_BARS)) * 240.0 / f64::from(tempo.quarters_per_minute()))
}
