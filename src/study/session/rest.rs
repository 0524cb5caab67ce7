//! When a rest is due. Knows minutes and answers, and no card.

use std::collections::VecDeque;

use super::Why;

/// Minutes of focus before a rest: a pomodoro.
const FOCUS_MINUTES: f64 = 25.0;
/// Errors pile up when so many of the last answers ...
const ERRORS: usize = 4;
/// ... of so many were wrong. Fewer, and a learner at seven in ten would be sent to rest all the time.
const OF_LAST: usize = 5;

/// Minutes and answers since the last rest.
#[derive(Debug, Clone, Default)]
pub(super) struct Rests {
    since_minutes: f64,
    is_resting: bool,
    /// Since the last rest, the newest last; true is right.
    answers: VecDeque<bool>,
}

impl Rests {
    /// The rest that is due. Then, whether it is taken or skipped, the next call begins anew.
    pub(super) fn due(&mut self, minutes: f64) -> Option<Why> {
        if self.is_resting {
            self.is_resting = false;
            self.since_minutes = minutes;
        }
        let wrong = self.answers.iter().filter(|is_right| !**is_right).count();
        let why = if minutes - self.since_minutes >= FOCUS_MINUTES {
            Why::Long
        } else if wrong >= ERRORS && self.answers.len() == OF_LAST {
            Why::Errors
        } else {
            return None;
        };
        self.answers.clear();
        self.is_resting = true;
        Some(why)
    }

    pub(super) fn answered(&mut self, is_right: bool) {
        if self.answers.len() == OF_LAST {
            self.answers.pop_front();
        }
        self.answers.push_back(is_right);
    }
}
