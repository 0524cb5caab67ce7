//! Time: halting, stepping, seeking, loops. Every step is heard.

use std::ops::Range;
use std::time::Duration;

use super::{Direction, Rendition, Workbench};
use crate::live::Voices;
use crate::music::{Key, Pitch, TICKS_PER_SIXTEENTH, Tempo, Tick, Velocity};
use crate::perform::Channel;
use crate::picture::Stride;
use crate::trace::{Family, Limit, Outcome};

/// How long a single step sounds. Long enough to have a pitch, short enough to hear them apart when a key
/// is held.
const STEP_SOUNDS: Duration = Duration::from_millis(220);

/// How hard a single step is struck: mezzo-forte.
const STEP_VELOCITY: u8 = 80;

/// Pitch of an empty value stack where a step is heard: A3. The songs seldom have more than fifteen values.
const BASE_PITCH: i32 = 57;

impl<V: Voices> Workbench<V> {
    pub(super) fn pause(&mut self, is_paused: bool) {
        if !is_paused {
            let looked_at = self.cursor.take().and_then(|step| self.heard.as_ref()?.playhead.tick_of(step));
            // After panic, and at its end, the piece has to be begun again.
            let end = self.heard.as_ref().map_or(Tick(0), |heard| heard.stage.end());
            let again = self.position.is_over.then(|| if self.position.tick >= end { Tick(0) } else { self.position.tick });
            if let Some(tick) = looked_at.or(again) {
                self.player.seek(tick);
            }
        }
        self.player.pause(is_paused);
        self.position = self.player.position();
    }

    /// Silences everything, and stops what runs.
    pub(super) fn panic(&mut self) {
        self.player.stop();
        self.stop_all();
        if let Some(queued) = self.queued.take() {
            self.heard.get_or_insert(queued);
        }
        if let Some(heard) = self.heard.as_mut() {
            // Nothing follows what has been heard.
            self.player.close_piece(heard.piece);
            heard.outcome.get_or_insert(Outcome::CutShort { limit: Limit::Listener });
        }
        self.position = self.player.position();
    }

    pub(super) fn seek(&mut self, tick: Tick) {
        self.cursor = None;
        self.player.seek(tick);
        self.position = self.player.position();
    }

    /// Goes to where a line sounds next; at a standstill looks at the next step on it.
    pub(super) fn seek_line(&mut self, line: u32) {
        let Some(heard) = &self.heard else { return };
        if self.position.is_paused {
            let from = self.step_seen().map_or(0, |step| step + 1);
            if let Some(step) = heard.tape.next_on_line(from, line) {
                self.look_at(step);
            }
        } else if let Some(tick) = heard.playhead.next_on_line(self.position.tick, line, &heard.tape) {
            self.seek(tick);
        } else {
            self.notice(format!("line {line} was not run"));
        }
    }

    pub(super) fn step(&mut self, stride: Stride, direction: Direction) {
        if !self.position.is_paused {
            self.player.pause(true);
            self.position = self.player.position();
        }
        let Some(heard) = &self.heard else { return };
        let Some(seen) = self.step_seen() else { return };
        let to = match direction {
            Direction::Forwards => heard.tape.next(seen, stride),
            Direction::Backwards => heard.tape.previous(seen, stride),
        };
        if let Some(to) = to {
            self.look_at(to);
        }
    }

    /// Looks at a step, and lets it be heard.
    fn look_at(&mut self, number: u64) {
        self.cursor = Some(number);
        let Some(heard) = &self.heard else { return };
        let Some(step) = heard.tape.step(number) else { return };
        let unit = heard.tape.code(step.code).map(|code| code.unit(step.offset));
        if let Some(unit) = unit {
            self.sound(unit.family, unit.depth);
        }
    }

    /// Lets a family be heard alone, at a height of the value stack.
    pub(super) fn sound(&mut self, family: Family, depth: u16) {
        let Some(heard) = &self.heard else { return };
        if let Some((channel, pitch)) = voice(heard, family, depth) {
            let velocity = Velocity::nearest(f64::from(STEP_VELOCITY));
            self.player.audition(channel, pitch, velocity, STEP_SOUNDS);
        }
    }

    pub(super) fn set_tempo(&mut self, tempo: Tempo) {
        self.tempo = Some(tempo);
        self.player.set_tempo(tempo);
    }

    pub(super) fn loop_to(&mut self) {
        let from = self.loop_from.unwrap_or_default();
        let to = self.position.tick.max(Tick(from.0 + TICKS_PER_SIXTEENTH));
        self.set_loop(Some(from..to));
    }

    pub(super) fn set_loop(&mut self, span: Option<Range<Tick>>) {
        self.loop_from = None;
        let span = span.filter(|span| span.end.0 >= span.start.0 + TICKS_PER_SIXTEENTH);
        self.loop_span.clone_from(&span);
        self.player.set_loop(span);
    }
}

/// On what a family is heard alone: its instrument, at the height of the value stack.
fn voice(rendition: &Rendition, family: Family, depth: u16) -> Option<(Channel, Pitch)> {
    let legend = rendition.style.mapping.legend();
    let of_family = |family: Family| legend.iter().find(|entry| entry.families.contains(&family));
    let entry = of_family(family).or_else(|| of_family(Family::Load))?;
    let channel = rendition.stage.setups().get(entry.part)?.channel;
    if let Some(drum) = entry.drums.first() {
        return Some((channel, *drum));
    }
    Some((channel, pitch(rendition.stage.key(), depth)))
}

/// A step of the scale for each value on the stack.
fn pitch(key: Key, depth: u16) -> Pitch {
    let tonic = BASE_PITCH + (i32::from(key.tonic()) - 9).rem_euclid(12);
    let number = (tonic + key.degree(i32::from(depth.min(24)))).clamp(0, 127);
    Pitch::new(number as u8).unwrap_or(Pitch::MIDDLE_C)
}
