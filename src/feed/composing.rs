//! From what was folded to bars, and from bars to music.

use super::{Composer, Feed, MOST_STEPS_PER_BAR};
use crate::compose::{Bar, live_weight};
use crate::fold::Gesture;
use crate::music::{TICKS_PER_BAR, Tick};
use crate::perform::{Performance, perform};
use crate::score::Score;
use crate::trace::Listener;

impl<W: Listener> Feed<W> {
    /// Cuts what was folded into bars by weight.
    pub(super) fn cut(&mut self, gestures: Vec<Gesture>) {
        self.last = gestures.last().copied().or(self.last);
        if self.style.mapping.is_lossless() || self.released.is_some() {
            // One note each, or a bar of what was released in one.
            self.cut += u32::from(!gestures.is_empty());
            self.bars.extend((!gestures.is_empty()).then_some(Bar { gestures, is_held: false }));
            return;
        }
        let mut bar = Vec::new();
        let mut weight = 0.0;
        let mut steps = 0;
        for gesture in gestures {
            weight += gesture.weight;
            steps += gesture.steps;
            bar.push(gesture);
            if weight >= live_weight(self.cut) || steps >= MOST_STEPS_PER_BAR {
                self.bars.push_back(Bar { gestures: std::mem::take(&mut bar), is_held: false });
                self.cut += 1;
                (weight, steps) = (0.0, 0);
            }
        }
        if !bar.is_empty() {
            self.bars.push_back(Bar { gestures: bar, is_held: false });
            self.cut += 1;
        }
    }

    /// Music out of the bars that are cut, as soon as there is some.
    pub(super) fn compose_next(&mut self) -> Option<Performance> {
        let score = loop {
            let bar = self.bars.pop_front();
            let Some(bar) = bar else {
                let outcome = self.outcome.as_ref()?;
                break match std::mem::replace(&mut self.composer, Composer::Done) {
                    Composer::Band(conductor) => conductor.finish(outcome, &self.codes),
                    Composer::Faithful(faithful) => faithful.finish(outcome),
                    Composer::Undecided | Composer::Done => return None,
                };
            };
            match &mut self.composer {
                Composer::Band(conductor) => {
                    let before = conductor.written();
                    conductor.bar(bar, &self.codes);
                    if conductor.written() > before {
                        break conductor.drain();
                    }
                }
                Composer::Faithful(faithful) => {
                    // A bar at a time: what was read at once can be a minute of notes.
                    let enough = faithful.end().0 + TICKS_PER_BAR;
                    let mut gestures = bar.gestures.into_iter();
                    while faithful.end().0 < enough
                        && let Some(gesture) = gestures.next()
                    {
                        faithful.gesture(&gesture, &self.codes);
                    }
                    let rest: Vec<Gesture> = gestures.collect();
                    if !rest.is_empty() {
                        self.bars.push_front(Bar { gestures: rest, is_held: bar.is_held });
                    }
                    break faithful.drain();
                }
                Composer::Undecided | Composer::Done => return None,
            }
        };
        Some(perform(&score))
    }

    /// A score of no notes and no length, in the tempo and key of the piece.
    pub(super) fn nothing(&mut self) -> Score {
        match &mut self.composer {
            Composer::Band(conductor) => conductor.drain(),
            Composer::Faithful(faithful) => faithful.drain(),
            Composer::Undecided | Composer::Done => Score::silence(&self.title),
        }
    }

    /// Whether the music is as long as it was wished to be, with the ending that is still to come.
    pub(super) fn reached_length(&self) -> bool {
        let Some(length) = self.style.length else { return false };
        let (end, tempo) = match &self.composer {
            // Two bars wait to be written, and two are the ending.
            Composer::Band(conductor) => (Tick::of_bar(conductor.written() + 4), conductor.tempo()),
            Composer::Faithful(faithful) => (faithful.end(), faithful.tempo()),
            Composer::Undecided | Composer::Done => return false,
        };
        end.seconds(tempo) >= length.as_secs_f64()
    }
}
