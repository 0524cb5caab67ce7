//! The music of a run: a piece to listen to in a lesson, and a slow one for a rest. Knows no player.

use std::time::Duration;

use crate::compose::{Style, StyleName, compose};
use crate::fold::{MOST_GESTURES, Threads};
use crate::perform::{Performance, perform};
use crate::quiz::{Heard, Run};

/// Length of a lesson's piece. Longer and the idea is gone before the check; shorter and loops have no room to be heard.
const LISTEN: Duration = Duration::from_secs(30);
/// Length of a rest's piece: two minutes are a short walk of the mind. It can be left at any time.
const REST: Duration = Duration::from_secs(120);

/// The piece of a lesson.
pub fn whole(run: &Run) -> Heard {
    let performance = played(run, StyleName::Groove, LISTEN);
    let mut caption: Vec<String> = Vec::new();
    for remark in performance.markers.iter().chain(&performance.remarks) {
        caption.push(remark.text.to_string());
    }
    Heard { label: String::new(), performance: Box::new(performance), caption }
}

/// The piece of a rest.
pub fn rest(run: &Run) -> Performance {
    played(run, StyleName::Ambient, REST)
}

fn played(run: &Run, name: StyleName, length: Duration) -> Performance {
    let style = Style { length: Some(length), ..Style::of(name) };
    let mut folder = Threads::new(name.zoom(), Some(MOST_GESTURES));
    run.trace.tell(&mut folder);
    let codes = folder.codes().to_vec();
    let outline = folder.finish(run.trace.outcome.clone());
    perform(&compose(&run.program.name, &outline, &codes, &style))
}
