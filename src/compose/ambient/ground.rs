//! What lies under all else: pad, bass, and the pulse of loops.

use super::{BASS, PAD, PULSE, in_turn};
use crate::compose::conductor::Now;
use crate::compose::rhythm::{SLOTS, spread};
use crate::compose::sheet::{Register, Sheet};
use crate::music::Pitch;

/// Sixteenths by which a chord of the pad rings into the next.
const OVERLAP: u32 = 1;
#[derive(Default)]
pub struct Ground {
    /// The chord as it was voiced last, from which the next moves least.
    pad: Vec<Pitch>,
    /// Strokes of the pulse so far: its tones come round in five.
    pulses: usize,
}

impl Ground {
    pub fn pad(&self) -> &[Pitch] {
        &self.pad
    }

    pub fn write(&mut self, sheet: &mut Sheet, now: &Now) {
        self.write_pad(sheet, now);
        bass(sheet, now);
        self.write_pulse(sheet, now);
    }

    /// One voice and one more for two values on the stack, 2 to 5.
    fn write_pad(&mut self, sheet: &mut Sheet, now: &Now) {
        let voices = usize::from(1 + now.figures.peak / 2).clamp(2, 5);
        let seat = &now.mapping.seats()[PAD];
        let Register { low, high } = seat.register;
        let halves = if now.chords[0] == now.chords[1] { 1 } else { 2 };
        for half in 0..halves {
            let slots = SLOTS / halves;
            let chord = now.chord_at(half * slots);
            self.pad = chord.voiced(now.key, voices.min(4), &self.pad, low, high);
            // The fifth voice is the root above the others.
            let top = (voices == 5).then(|| Pitch::within(chord.root_in(now.key), high + 1, high.saturating_add(12)));
            for pitch in self.pad.iter().copied().chain(top) {
                let velocity = now.dynamics.at(seat.velocity, 2, 0.8);
                sheet.write(PAD, (now.bar, half * slots), slots + OVERLAP, pitch, velocity, now.figures.cause);
            }
        }
    }

    /// One tone again and again, then its neighbours in the chord. No count of strokes divides the bar, so that it
    /// drifts against the rest.
    fn write_pulse(&mut self, sheet: &mut Sheet, now: &Now) {
        let seat = &now.mapping.seats()[PULSE];
        for slot in spread(seat.counts[usize::from(now.state.turning)], SLOTS, 0) {
            let tone = [2, 2, 1, 2, 0][self.pulses % 5];
            self.pulses += 1;
            let chord = now.chord_at(slot);
            let pitch = seat.register.of(chord.root_in(now.key) + chord.tones()[tone]);
            sheet.write(PULSE, (now.bar, slot), 3, pitch, now.dynamics.at(seat.velocity, slot, 0.5), now.figures.cause);
        }
    }
}

/// In the deep register from a mean depth of one and a half, like other basses; a second tone for every other frame.
fn bass(sheet: &mut Sheet, now: &Now) {
    let depth = now.state.frame_depth;
    let seat = &now.mapping.seats()[BASS];
    let register = if depth < 2 { seat.register } else { seat.deep };
    let first = in_turn([0, 0, 2], now);
    let second = (depth % 2 == 1).then(|| in_turn([10, 8, 11, 8, 12], now));
    let mut pluck = |slot: u32, slots: u32, tone: usize| {
        let chord = now.chord_at(slot);
        let root = i32::from(register.lowest(chord.root_in(now.key)).number());
        let pitch = register.lowest(root + chord.tones()[tone]);
        sheet.write(BASS, (now.bar, slot), slots, pitch, now.dynamics.at(seat.velocity, slot, 0.5), now.figures.cause);
    };
    pluck(first, second.unwrap_or(SLOTS) - first, 0);
    if let Some(second) = second {
        pluck(second, SLOTS - second, if now.chords[0] == now.chords[1] { 2 } else { 0 });
    }
}
