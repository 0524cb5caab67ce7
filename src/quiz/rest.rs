//! The music of a break: what was studied, slow and wide, and nothing to read. Knows no question.

use std::sync::Arc;
use std::time::Duration;

use super::Run;
use crate::compose::{Style, StyleName, compose};
use crate::fold::fold;
use crate::music::{Key, Tempo, Tick};
use crate::perform::{Cue, CueKind, Performance, perform};
use crate::score::{Cause, Harmony};

/// How long it lasts altogether, in seconds, to a phrase or so: time for the mind to wander, and none to fall asleep.
const LENGTH_S: u64 = 120;
/// Runs that are heard, the last ones: of more than these each would be over before it began.
const MOST: usize = 3;

/// The ambient piece of what was studied: the last of the programs one after the other, in one key and tempo. It lasts one to
/// three minutes and says nothing in words; `None` if nothing ran.
pub fn rest_piece(runs: &[Arc<Run>]) -> Option<Performance> {
    let mut chosen: Vec<&Run> = Vec::new();
    for run in runs.iter().rev() {
        if chosen.len() < MOST && chosen.iter().all(|known| known.program.name != run.program.name) && run.trace.steps().next().is_some() {
            chosen.push(run);
        }
    }
    chosen.reverse();
    let each = Duration::from_secs(LENGTH_S / chosen.len().max(1) as u64);
    let mut suite: Option<Performance> = None;
    for run in chosen {
        let common: Option<(Tempo, Key)> = suite.as_ref().map(|suite| (suite.tempo, suite.key));
        let style = Style { length: Some(each), tempo: common.map(|of| of.0), key: common.map(|of| of.1), ..Style::of(StyleName::Ambient) };
        let outline = fold(&run.trace, style.mapping.zoom());
        let piece = perform(&compose("", &outline, &run.trace.codes, &style));
        suite = Some(match suite {
            Some(suite) => joined(suite, piece),
            None => piece,
        });
    }
    let suite = suite?;
    // Nothing to read, and no instruction to look at.
    let causes = vec![Cause::default(); suite.causes.len()];
    Some(Performance { causes, markers: Vec::new(), remarks: Vec::new(), states: Vec::new(), ..suite })
}

/// One piece behind another of the same style.
fn joined(first: Performance, second: Performance) -> Performance {
    let (behind, notes) = (first.end.0, first.causes.len() as u32);
    let moved = |at: Tick| Tick(at.0 + behind);
    let mut whole = first;
    whole.cues.extend(second.cues.iter().map(|cue| {
        let kind = match cue.kind {
            CueKind::On { pitch, velocity, note } => CueKind::On { pitch, velocity, note: note + notes },
            off @ CueKind::Off { .. } => off,
        };
        Cue { at: moved(cue.at), kind, ..*cue }
    }));
    whole.causes.extend(&second.causes);
    whole.harmony.extend(second.harmony.iter().map(|harmony| Harmony { at: moved(harmony.at), ..*harmony }));
    whole.end = moved(second.end);
    whole
}
