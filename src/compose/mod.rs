//! From an outline to a score: bars, harmony, rhythm, melody, form. Knows no interpreters and no output.
//!
//! What sounds is what ran. Every number drawn as a pattern (turns, calls, allocations, depth) is a
//! monotone function of a count, so that it can be heard, and read back.

mod ambient;
mod character;
mod chip;
mod conductor;
mod door;
mod faithful;
mod figures;
mod form;
mod groove;
mod harmony;
mod legend;
mod mapping;
mod melody;
mod memory;
mod motif;
mod phrase;
mod plan;
mod rhythm;
mod sheet;
mod signs;
mod style;
mod theme;
mod warmth;
mod work;

pub use conductor::Conductor;
pub use faithful::{
    Count, FAITHFUL_STEPS, Faithful, ROUND, ROUNDS, STROKE_VELOCITY, Stroke, TUNING_STEP, TUNING_VELOCITY, VELOCITY_A_ROUND, base_of,
    tuning,
};
pub use legend::{Entry, examples, words};
pub use mapping::{Lanes, Mapping, Mistake, Role};
pub use phrase::phrase;
pub use plan::{Bar, ENDING_BARS, Plan, bars, live_weight, plan_live};
pub use sheet::{Register, Seat};
pub use signs::{Signs, Tally};
pub use style::{Style, StyleName, UnknownStyle};

use std::sync::Arc;

use crate::fold::Outline;
use crate::music::Tick;
use crate::score::{Score, Text};
use crate::trace::{Code, Limit, Outcome};

/// Writes down the music in an outline.
///
/// Total: an outline without gestures is a score of silence, and a program that crashed is the music it
/// made until then, with an ending that says so.
pub fn compose(title: &str, outline: &Outline, codes: &[Arc<Code>], style: &Style) -> Score {
    let mut score = write(title, outline, codes, style);
    if let Some(text) = outline.remark() {
        score.remarks.insert(0, Text { at: Tick::default(), text });
    }
    score
}

fn write(title: &str, outline: &Outline, codes: &[Arc<Code>], style: &Style) -> Score {
    let plan = plan::plan(outline, codes, style);
    if let Some(arrangement) = style.mapping.arrangement() {
        let mut conductor = Conductor::new(title, plan, style, arrangement);
        for bar in plan::bars(outline, plan.bars.unwrap_or(0)) {
            conductor.bar(bar, codes);
        }
        return conductor.finish(&outline.outcome, codes);
    }
    let mut faithful = Faithful::new(title, style, &plan);
    let is_over = |faithful: &Faithful| style.length.is_some_and(|length| faithful.end().seconds(faithful.tempo()) >= length.as_secs_f64());
    let mut heard = 0;
    for gesture in &outline.gestures {
        if is_over(&faithful) {
            break;
        }
        faithful.gesture(gesture, codes);
        heard += gesture.steps;
    }
    if heard < outline.steps {
        let mut score = faithful.finish(&Outcome::CutShort { limit: Limit::Listener });
        let text = format!("{} instructions are left out", outline.steps - heard);
        score.remarks.push(Text { at: score.end, text });
        return score;
    }
    faithful.finish(&outline.outcome)
}
