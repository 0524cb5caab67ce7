//! The piece of a lesson: a run as the band plays it. Knows no player.

use std::time::Duration;

use crate::compose::{Style, StyleName, compose};
use crate::fold::fold;
use crate::perform::perform;
use crate::quiz::{Heard, Run, caption};

/// Length of a lesson's piece. Longer and the idea is gone before the check; shorter and loops have no room to be heard.
const LENGTH: Duration = Duration::from_secs(30);

/// The whole run, pressed into half a minute.
pub fn of_lesson(run: &Run) -> Heard {
    let style = Style { length: Some(LENGTH), ..Style::of(StyleName::Groove) };
    let outline = fold(&run.trace, style.mapping.zoom());
    let performance = perform(&compose(&run.program.name, &outline, &run.trace.codes, &style));
    Heard { label: String::new(), caption: caption(&performance, &style.mapping), performance: Box::new(performance) }
}
