//! A program that the beat drives: it runs at the tempo of its own music, a constant way ahead of it.

use std::time::{Duration, Instant};

use super::drive::{Drive, FIRST_BARS, Released};
use super::{Composer, Feed, GESTURES_AT_LEAST, PATIENCE, SILENT_START};
use crate::compose::Bar;
use crate::fold::Gesture;
use crate::interpreter::InterpreterError;
use crate::music::{TICKS_PER_QUARTER, Tick, Ticks};
use crate::trace::Listener;

/// How far ahead notes which are instructions are written. Less, and the music may come to stand where a device
/// holds back much; more, and they are heard later.
const NOTES_AHEAD: Ticks = Ticks(2 * TICKS_PER_QUARTER);

/// Instructions granted at once where each is a note: a beat of sixteenths.
const NOTES_AT_ONCE: u32 = 4;

/// What is left to be heard when a bar is written of what has come, if its program is late. The rest is for the
/// device.
const LATE: Ticks = Ticks(TICKS_PER_QUARTER);

impl<W: Listener> Feed<W> {
    /// Lets the beat drive the program. However short, it is then no whole piece: it would have to run ahead.
    pub fn driven(mut self, drive: Option<Drive>) -> Self {
        self.released = drive.map(Released::new);
        if self.released.is_some() {
            // One without a line is silent either way.
            self.whole.take_if(|_| !self.is_blank);
            let how = match drive {
                _ if self.style.mapping.is_lossless() => "driven by its notes; they are heard two beats after they ran".to_owned(),
                Some(drive) if drive.per_beat() == 1 => "driven: 1 instruction a beat; heard 3 bars and a half after they ran".to_owned(),
                _ => format!("driven: {} instructions a beat; heard 3 bars and a half after they ran", drive.map_or(0, Drive::per_beat)),
            };
            self.remark = Some(how);
        }
        self
    }

    /// Tells which moment of the music is heard: what the beats until then release runs with the next
    /// [`more`](Self::more).
    pub fn hear(&mut self, now: Tick) {
        if let Some(released) = &mut self.released {
            released.hear(now);
        }
    }

    /// Whether a program that is driven has not used what was released.
    pub(super) fn is_behind(&self) -> bool {
        !self.style.mapping.is_lossless() && self.released.as_ref().is_some_and(|released| released.is_behind(self.running.credit_left()))
    }

    /// The bars without which the music of a driven program cannot begin; `None` if it is not driven.
    pub(super) fn first_bars(&mut self, deadline: Instant) -> Result<Option<Vec<Vec<Gesture>>>, InterpreterError> {
        if self.released.is_none() {
            return Ok(None);
        }
        let mut bars = Vec::new();
        let is_lossless = self.style.mapping.is_lossless();
        for bar in 0..if is_lossless { 1 } else { FIRST_BARS } {
            if is_lossless {
                self.running.grant(GESTURES_AT_LEAST as u32);
            } else {
                self.release(bar);
            }
            let is_early = |feed: &Self| Instant::now() < if feed.folder.steps() == 0 { deadline + SILENT_START } else { deadline };
            while self.outcome.is_none() && self.running.credit_left() > 0 && is_early(self) {
                self.listen(PATIENCE)?;
            }
            let is_whole = !is_lossless || self.outcome.is_some();
            bars.push(if is_whole { self.folder.take() } else { self.folder.take_closed() });
            if self.outcome.is_some() || self.running.credit_left() > 0 {
                break;
            }
        }
        Ok(Some(bars))
    }

    fn release(&mut self, bar: u32) {
        let left = self.running.credit_left();
        if let Some(steps) = self.released.as_mut().and_then(|released| released.grant(bar, left)) {
            self.running.grant(steps);
        }
    }

    /// Lets a driven program run as far as the beat is, and gathers what it told: for `wait` at most, and no shorter
    /// where nothing comes of it.
    pub(super) fn gather(&mut self, wait: Duration) -> Result<(), InterpreterError> {
        let deadline = Instant::now() + wait;
        if !self.bars.is_empty() || self.outcome.is_some() {
            return Ok(());
        }
        let told = if self.style.mapping.is_lossless() { self.gather_notes(deadline)? } else { self.gather_bar(deadline)? };
        self.codes.extend_from_slice(&self.folder.codes()[self.codes.len()..]);
        if self.outcome.is_some() {
            let rest = self.folder.take();
            self.cut(rest);
        } else if told {
            let gestures = if self.style.mapping.is_lossless() { self.folder.take_closed() } else { self.folder.take() };
            match (gestures.is_empty(), self.last) {
                (false, _) => self.cut(gestures),
                // Nothing came in a whole bar.
                (true, Some(last)) if !self.style.mapping.is_lossless() => {
                    self.bars.push_back(Bar { gestures: vec![Gesture { steps: 0, ..last }], is_held: true });
                    self.cut += 1;
                }
                (true, _) => {}
            }
        }
        Ok(())
    }

    /// Whether there is a bar: all that its beats released was told, or it can wait for no more.
    fn gather_bar(&mut self, deadline: Instant) -> Result<bool, InterpreterError> {
        loop {
            self.release(self.cut);
            if self.running.credit_left() == 0 && self.released.as_ref().is_some_and(|released| released.has_released(self.cut)) {
                return Ok(true);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || self.outcome.is_some() {
                return Ok(self.heard() + LATE > self.written());
            }
            self.listen(left)?;
        }
    }

    /// Whether notes came: as many are asked for as are short.
    fn gather_notes(&mut self, deadline: Instant) -> Result<bool, InterpreterError> {
        loop {
            let is_short = self.written() < self.heard() + NOTES_AHEAD;
            if is_short && self.running.credit_left() == 0 {
                if self.folder.closed_steps() > 0 {
                    return Ok(true);
                }
                self.running.grant(NOTES_AT_ONCE);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || self.outcome.is_some() {
                return Ok(false);
            }
            self.listen(left)?;
        }
    }

    fn heard(&self) -> Tick {
        self.released.as_ref().map_or(Tick::default(), Released::heard)
    }

    /// Where the music ends that is written so far.
    fn written(&self) -> Tick {
        match &self.composer {
            Composer::Band(conductor) => Tick::of_bar(conductor.written()),
            Composer::Faithful(faithful) => faithful.end(),
            Composer::Undecided | Composer::Done => Tick::default(),
        }
    }
}
